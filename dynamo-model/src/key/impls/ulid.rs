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
        Ulid::from_string(&part.into_text()?).map_err(|_| Unreadable)
    }
}
