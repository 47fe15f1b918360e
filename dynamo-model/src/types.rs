//! Types for what DynamoDB stores and plain Rust types do not say: exact numbers, binary data, sets, and
//! attributes that no field declares.
//!
//! | DynamoDB | a field declared as |
//! |---|---|
//! | `N`, all 38 digits | [`Number`] |
//! | `N`, rounded or bounded as the type is | any integer or float |
//! | `B` | [`Binary`], or any type that serializes as bytes |
//! | `SS` | `#[serde(with = "dynamo_model::types::string_set", default)]` on a sequence of strings |
//! | `NS` | `#[serde(with = "dynamo_model::types::number_set", default)]` on a sequence of numbers |
//! | `BS` | `#[serde(with = "dynamo_model::types::binary_set", default)]` on a sequence of [`Binary`] |
//! | everything else in the item | [`Attributes`] with `#[serde(flatten)]` |
//!
//! DynamoDB has no empty set: an empty one is not written, and `default` reads it back. Leave `default` out, and an item
//! whose set was empty when it was written does not read: serde asks the type of a plain field what its absence
//! means, but takes the absence of one with `with` for an error before this crate is asked. The sequence may be a
//! `HashSet`, a `BTreeSet` or a `Vec`; DynamoDB keeps no order and refuses duplicates.
//!
//! ```
//! use std::collections::BTreeSet;
//! use dynamo_model::types::{Binary, Number};
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Invoice {
//!     total: Number,
//!     signature: Binary,
//!     #[serde(with = "dynamo_model::types::string_set", default)]
//!     tags: BTreeSet<String>,
//! }
//!
//! let invoice = Invoice {
//!     total: "12345678901234567890.123456789".parse()?,
//!     signature: vec![0xde, 0xad].into(),
//!     tags: BTreeSet::new(),
//! };
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::wire::number::Decimal;
use crate::wire::{Want, symbol, want};

pub use crate::wire::Attributes;
#[doc(no_inline)]
pub use serde_dynamo::{binary_set, number_set, string_set};

/// An exact decimal number, as DynamoDB stores it (`N`): up to 38 significant digits, magnitudes from 1E-130
/// to 9.99…E+125.
///
/// It is kept, compared and printed as plain decimal text, in the form in which DynamoDB returns numbers, so
/// `1.50`, `01.5` and `15E-1` are the same number. Through this crate it is an `N` with all its digits, in a
/// number set as well; through any other serde format it is a string, and reads from numbers too.
///
/// ```
/// use dynamo_model::types::Number;
///
/// let price: Number = "0012.50".parse()?;
/// assert_eq!(price.as_str(), "12.5");
/// assert_eq!(price, "1250E-2".parse()?);
/// assert!(price < Number::from(13));
/// # Ok::<(), dynamo_model::types::NumberError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(String);

impl Number {
    /// Plain decimal text: no exponent, no superfluous zeros, no plus sign.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parts(&self) -> (bool, &str, &str) {
        let unsigned = self.0.strip_prefix('-').unwrap_or(&self.0);
        let (integer, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        (self.0.starts_with('-'), integer, fraction)
    }
}

/// Why a text or an integer is not a DynamoDB number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum NumberError {
    /// It is not a decimal number.
    Syntax,
    /// It has more than 38 significant digits, or a magnitude DynamoDB cannot store.
    Limit(&'static str),
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "not a decimal number",
            Self::Limit(rule) => rule,
        })
    }
}

impl std::error::Error for NumberError {}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let decimal = Decimal::parse(text).ok_or(NumberError::Syntax)?;
        match decimal.fault() {
            None => Ok(Self(decimal.canonical())),
            Some(rule) => Err(NumberError::Limit(rule)),
        }
    }
}

impl Default for Number {
    /// Zero.
    fn default() -> Self {
        Self("0".to_owned())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({})", self.0)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let (negative, integer, fraction) = self.parts();
        let (other_negative, other_integer, other_fraction) = other.parts();
        // Without leading zeros the longer integer is the larger; without trailing zeros fractions compare as
        // text.
        let magnitude = integer
            .len()
            .cmp(&other_integer.len())
            .then_with(|| integer.cmp(other_integer))
            .then_with(|| fraction.cmp(other_fraction));
        match (negative, other_negative) {
            (false, false) => magnitude,
            (true, true) => magnitude.reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

macro_rules! from_integers {
    ($($ty:ty),*) => {$(
        impl From<$ty> for Number {
            fn from(value: $ty) -> Self {
                Self(value.to_string())
            }
        }
    )*};
}

from_integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

macro_rules! try_from_numbers {
    ($($ty:ty),*) => {$(
        impl TryFrom<$ty> for Number {
            type Error = NumberError;

            fn try_from(value: $ty) -> Result<Self, NumberError> {
                value.to_string().parse()
            }
        }
    )*};
}

// Wide integers may have more than 38 digits; a float is taken as its shortest decimal form.
try_from_numbers!(i128, u128, f32, f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(symbol::NUMBER, &self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(symbol::NUMBER, NumberVisitor)
    }
}

struct NumberVisitor;

macro_rules! visit_numbers {
    ($($method:ident: $ty:ty),*) => {$(
        fn $method<E: serde::de::Error>(self, value: $ty) -> Result<Number, E> {
            self.visit_str(&value.to_string())
        }
    )*};
}

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number (N)")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Number, D::Error> {
        if inner.is_human_readable() {
            inner.deserialize_any(self)
        } else {
            inner.deserialize_str(self)
        }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
        text.parse().map_err(E::custom)
    }

    visit_numbers!(visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128);

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Number, E> {
        // In serde's buffer the digits that `f64` cannot hold are gone.
        if want(Want::Numbers) {
            return Ok(Number::default());
        }
        Number::try_from(value).map_err(E::custom)
    }
}

/// Binary data (`B`): a `Vec<u8>` that is stored as bytes and not as a list of numbers.
///
/// ```
/// use dynamo_model::types::Binary;
///
/// let digest = Binary::from(vec![0xca, 0xfe]);
/// assert_eq!(digest.len(), 2);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Binary(pub Vec<u8>);

impl Deref for Binary {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Binary {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl AsRef<[u8]> for Binary {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Binary {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Binary {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<Binary> for Vec<u8> {
    fn from(binary: Binary) -> Self {
        binary.0
    }
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(BinaryVisitor)
    }
}

struct BinaryVisitor;

impl<'de> Visitor<'de> for BinaryVisitor {
    type Value = Binary;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("binary data (B)")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Binary, E> {
        Ok(bytes.into())
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Binary, E> {
        Ok(Binary(bytes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Binary, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        Ok(Binary(bytes))
    }
}
