//! `uuid::Uuid`, hyphenated in lower case: 36 characters that sort as the bytes do.

use uuid::Uuid;

use crate::key::{Fixed, KeyPart, Part, Shape, Unreadable};

impl KeyPart for Uuid {
    const SHAPE: Shape = Shape::Ascii { len: 36 };
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        let mut buffer = Uuid::encode_buffer();
        Part::Text(
            self.hyphenated()
                .encode_lower(&mut buffer)
                .to_owned()
                .into(),
        )
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        let text = part.into_text()?;
        let uuid = Uuid::try_parse(&text).map_err(|_| Unreadable)?;
        // It also reads capitals and other forms; those are other keys.
        if *uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == *text {
            Ok(uuid)
        } else {
            Err(Unreadable)
        }
    }
}
