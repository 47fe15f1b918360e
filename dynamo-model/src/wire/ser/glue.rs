//! serde's face of [`ValueSerializer`]: thin, because it is compiled anew for every type.

use serde::ser::{Serialize, Serializer};

use super::compound::{List, Object};
use super::{EncodeError, Slot, ValueSerializer, Written};

macro_rules! integers {
    ($($method:ident: $ty:ty, $negative:expr, $magnitude:expr;)*) => {$(
        fn $method(self, v: $ty) -> Result<Written, EncodeError> {
            self.integer($negative(v), $magnitude(v))
        }
    )*};
}

fn never<T>(_: T) -> bool {
    false
}

impl<'a> Serializer for ValueSerializer<'a> {
    type Ok = Written;
    type Error = EncodeError;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    integers! {
        serialize_i8: i8, i8::is_negative, |v: i8| v.unsigned_abs().into();
        serialize_i16: i16, i16::is_negative, |v: i16| v.unsigned_abs().into();
        serialize_i32: i32, i32::is_negative, |v: i32| v.unsigned_abs().into();
        serialize_i64: i64, i64::is_negative, i64::unsigned_abs;
        serialize_u8: u8, never, u64::from;
        serialize_u16: u16, never, u64::from;
        serialize_u32: u32, never, u64::from;
        serialize_u64: u64, never, u64::from;
    }

    fn serialize_i128(self, v: i128) -> Result<Written, EncodeError> {
        self.wide(format_args!("{v}"))
    }

    fn serialize_u128(self, v: u128) -> Result<Written, EncodeError> {
        self.wide(format_args!("{v}"))
    }

    fn serialize_f32(self, v: f32) -> Result<Written, EncodeError> {
        self.float(v.into(), format_args!("{v}"))
    }

    fn serialize_f64(self, v: f64) -> Result<Written, EncodeError> {
        self.float(v, format_args!("{v}"))
    }

    fn serialize_bool(self, v: bool) -> Result<Written, EncodeError> {
        self.constant(if v {
            "{\"BOOL\":true}"
        } else {
            "{\"BOOL\":false}"
        })
    }

    fn serialize_char(self, v: char) -> Result<Written, EncodeError> {
        self.text(v.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, v: &str) -> Result<Written, EncodeError> {
        self.text(v)
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<Written, EncodeError> {
        self.bytes(v)
    }

    fn serialize_none(self) -> Result<Written, EncodeError> {
        self.none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Written, EncodeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Written, EncodeError> {
        self.constant("{\"NULL\":true}")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Written, EncodeError> {
        match self.slot {
            Slot::Item(_) => Ok(Written(true)),
            _ => self.serialize_unit(),
        }
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Written, EncodeError> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        mut self,
        name: &'static str,
        value: &T,
    ) -> Result<Written, EncodeError> {
        self.mark(name);
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Written, EncodeError> {
        let ends = self.variant(variant)?;
        let content = ValueSerializer::new(self.out, self.size, self.slot, self.level);
        value
            .serialize(content)
            .map_err(|error| error.under_name(variant))?;
        self.out.push_str(ends.value);
        Ok(Written(true))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, EncodeError> {
        self.list()
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'a>, EncodeError> {
        self.list()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>, EncodeError> {
        self.list()
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'a>, EncodeError> {
        let ends = self.variant(variant)?;
        self.out.push_str("{\"L\":[");
        *self.size += 3;
        let list = List::new(
            self.out,
            self.size,
            Slot::Element,
            self.level + 1,
            ends.list,
        );
        Ok(list.of_variant(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a>, EncodeError> {
        self.object()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>, EncodeError> {
        self.object()
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object<'a>, EncodeError> {
        let ends = self.variant(variant)?;
        self.out.push_str("{\"M\":{");
        *self.size += 3;
        let object = Object::new(self.out, self.size, None, self.level + 1, ends.map);
        Ok(object.of_variant(variant))
    }
}
