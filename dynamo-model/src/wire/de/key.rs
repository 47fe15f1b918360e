//! Names of attributes and keys of maps, as whatever type the map wants.

use std::borrow::Cow;

use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::access::TextEnum;
use super::visit_text;
use crate::wire::DecodeError;

pub(super) struct Key<'de>(pub(super) Cow<'de, str>);

macro_rules! parsed {
    ($($method:ident => $visit:ident, $expected:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(DecodeError::refused($expected)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visit_text(self.0, visitor)
    }

    parsed! {
        deserialize_bool => visit_bool, "`true` or `false` as a map key";
        deserialize_i8 => visit_i8, "an integer of 8 bits as a map key";
        deserialize_i16 => visit_i16, "an integer of 16 bits as a map key";
        deserialize_i32 => visit_i32, "an integer of 32 bits as a map key";
        deserialize_i64 => visit_i64, "an integer of 64 bits as a map key";
        deserialize_i128 => visit_i128, "an integer of 128 bits as a map key";
        deserialize_u8 => visit_u8, "an unsigned integer of 8 bits as a map key";
        deserialize_u16 => visit_u16, "an unsigned integer of 16 bits as a map key";
        deserialize_u32 => visit_u32, "an unsigned integer of 32 bits as a map key";
        deserialize_u64 => visit_u64, "an unsigned integer of 64 bits as a map key";
        deserialize_u128 => visit_u128, "an unsigned integer of 128 bits as a map key";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(TextEnum(self.0))
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
