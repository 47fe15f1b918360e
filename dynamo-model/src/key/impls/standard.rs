//! Text, integers, truth values, bytes and exact numbers.

use std::borrow::Cow;

use crate::key::{Fixed, KeyPart, Part, Shape, Unreadable, Variable};
use crate::types::{Binary, Number};

impl KeyPart for String {
    const SHAPE: Shape = Shape::Text;
    type Order = Variable;

    fn to_part(&self) -> Part<'_> {
        Part::from(self.as_str())
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        part.into_text()
    }
}

macro_rules! integers {
    ($($type:ty: $shape:ident / $part:ident as $wide:ty),* $(,)?) => {$(
        impl KeyPart for $type {
            const SHAPE: Shape = Shape::$shape { bits: <$type>::BITS };
            type Order = Fixed;

            fn to_part(&self) -> Part<'_> {
                Part::$part(<$wide>::from(*self))
            }

            fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
                match part {
                    Part::$part(n) => Self::try_from(n).map_err(|_| Unreadable),
                    _ => Err(Unreadable),
                }
            }
        }
    )*};
}

integers! {
    u8: Unsigned / Unsigned as u128,
    u16: Unsigned / Unsigned as u128,
    u32: Unsigned / Unsigned as u128,
    u64: Unsigned / Unsigned as u128,
    u128: Unsigned / Unsigned as u128,
    i8: Signed / Signed as i128,
    i16: Signed / Signed as i128,
    i32: Signed / Signed as i128,
    i64: Signed / Signed as i128,
    i128: Signed / Signed as i128,
}

impl KeyPart for bool {
    const SHAPE: Shape = Shape::Flag;
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        Part::Flag(*self)
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        match part {
            Part::Flag(flag) => Ok(flag),
            _ => Err(Unreadable),
        }
    }
}

fn bytes_of(part: Part<'_>) -> Result<Cow<'_, [u8]>, Unreadable> {
    match part {
        Part::Bytes(bytes) => Ok(bytes),
        _ => Err(Unreadable),
    }
}

impl KeyPart for Vec<u8> {
    const SHAPE: Shape = Shape::Bytes;
    type Order = Variable;

    fn to_part(&self) -> Part<'_> {
        Part::Bytes(Cow::Borrowed(self))
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        bytes_of(part).map(Cow::into_owned)
    }
}

impl<const N: usize> KeyPart for [u8; N] {
    const SHAPE: Shape = Shape::Bytes;
    type Order = Variable;

    fn to_part(&self) -> Part<'_> {
        Part::Bytes(Cow::Borrowed(self))
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        (*bytes_of(part)?).try_into().map_err(|_| Unreadable)
    }
}

impl KeyPart for Binary {
    const SHAPE: Shape = Shape::Bytes;
    type Order = Variable;

    fn to_part(&self) -> Part<'_> {
        Part::Bytes(Cow::Borrowed(self))
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        Ok(Binary::from(bytes_of(part)?.into_owned()))
    }
}

/// In a key of type `N`, where DynamoDB orders numbers itself. In a string key its digits would not sort.
impl KeyPart for Number {
    const SHAPE: Shape = Shape::Decimal;
    // Not `Variable`, which would offer `starts_with`: DynamoDB has none on numbers.
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        Part::Decimal(Cow::Borrowed(self.as_str()))
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        match part {
            Part::Decimal(digits) => digits.parse().map_err(|_| Unreadable),
            _ => Err(Unreadable),
        }
    }
}
