//! `ulid::Ulid`: 26 characters of Crockford's base 32 that sort as the values do.

use ulid::Ulid;

use crate::key::{Fixed, KeyPart, Part, Shape, Unreadable};

impl KeyPart for Ulid {
    const SHAPE: Shape = Shape::Ascii { len: 26 };
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        Part::Text(self.to_string().into())
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        let text = part.into_text()?;
        let ulid = Ulid::from_string(&text).map_err(|_| Unreadable)?;
        // It also reads small letters, and a first character too great for 128 bits; those are other keys.
        if ulid.to_string() == text {
            Ok(ulid)
        } else {
            Err(Unreadable)
        }
    }
}
