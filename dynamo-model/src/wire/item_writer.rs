//! Writes an item into a request body.

use serde::Serialize;

use super::ser::{Object, Slot, ValueSerializer, Written};
use super::{EncodeError, base64, number, write_json_str};

/// Writes one DynamoDB JSON object of attributes (`{"PK":{"S":"…"},…}`) into a request body, and counts the
/// item's size by DynamoDB's rules. After an error the buffer holds a part of the item.
pub(crate) struct ItemWriter<'b> {
    out: &'b mut String,
    size: usize,
}

impl<'b> ItemWriter<'b> {
    pub(crate) fn new(out: &'b mut String) -> Self {
        out.push('{');
        Self { out, size: 0 }
    }

    fn object(&mut self) -> Object<'_> {
        // Nothing is hidden, but the members are attributes and not those of a nested map.
        Object::new(self.out, &mut self.size, Some(&|_| false), 1, "")
    }

    fn scalar(&mut self, name: &str, tag: &str, size: usize, text: impl FnOnce(&mut String)) {
        self.object().name(name);
        self.out.push_str(tag);
        text(self.out);
        self.out.push('}');
        self.size += size;
    }

    /// A string attribute.
    pub(crate) fn string(&mut self, name: &str, value: &str) {
        self.scalar(name, "{\"S\":", value.len(), |out| {
            write_json_str(out, value);
        });
    }

    /// A number attribute, from text that is already a valid DynamoDB number.
    pub(crate) fn number(&mut self, name: &str, digits: &str) {
        self.scalar(name, "{\"N\":", number::size(digits), |out| {
            write_json_str(out, digits);
        });
    }

    /// A binary attribute.
    pub(crate) fn binary(&mut self, name: &str, bytes: &[u8]) {
        self.scalar(name, "{\"B\":", bytes.len(), |out| {
            out.push('"');
            base64::push(out, bytes);
            out.push('"');
        });
    }

    /// All fields of a struct, or entries of a map with string keys, that serde serializes and whose names
    /// are not hidden. `None` and empty sets are left out.
    pub(crate) fn fields<T: Serialize + ?Sized>(
        &mut self,
        value: &T,
        hidden: &dyn Fn(&str) -> bool,
    ) -> Result<(), EncodeError> {
        let slot = Slot::Item(hidden);
        value
            .serialize(ValueSerializer::new(self.out, &mut self.size, slot, 0))
            .map(|_| ())
    }

    /// One attribute from any serializable value; tells whether it was written (`None` is not).
    pub(crate) fn attribute<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<bool, EncodeError> {
        self.attribute_with(name, |serializer| value.serialize(serializer))
    }

    /// One attribute that was read from a key, through a serde `with`-style function. It is read again and never sent.
    pub(crate) fn restored_with(
        &mut self,
        name: &str,
        f: impl FnOnce(ValueSerializer<'_>) -> Result<Written, EncodeError>,
    ) -> Result<bool, EncodeError> {
        self.attribute_with(name, |serializer| f(serializer.restored()))
    }

    /// One attribute through a serde `with`-style function.
    pub(crate) fn attribute_with(
        &mut self,
        name: &str,
        f: impl FnOnce(ValueSerializer<'_>) -> Result<Written, EncodeError>,
    ) -> Result<bool, EncodeError> {
        let mut object = self.object();
        object.name(name);
        match object.slot()? {
            Some(slot) => {
                let result = f(slot);
                object.settle(result)
            }
            None => Ok(false),
        }
    }

    /// Ends the object; returns the item's size in bytes.
    pub(crate) fn finish(self) -> usize {
        self.out.push('}');
        self.size
    }
}
