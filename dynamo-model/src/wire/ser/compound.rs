//! Values with parts: lists and sets, items and maps.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::key::KeySerializer;
use super::{EncodeError, Slot, ValueSerializer, Written};
use crate::wire::json::write_json_str;

/// Tells which top-level names are not written, or not shown to serde.
pub(in crate::wire) type Hidden<'a> = &'a dyn Fn(&str) -> bool;

/// A list or a set being written.
pub struct List<'a> {
    out: &'a mut String,
    size: &'a mut usize,
    slot: Slot<'a>,
    level: u8,
    end: &'static str,
    len: usize,
    empty: Empty,
    variant: Option<&'static str>,
}

/// What becomes of a list without elements.
enum Empty {
    Kept,
    /// A set: taken back up to `start` where a field may be left out, and refused elsewhere.
    Set {
        start: usize,
        droppable: bool,
    },
}

impl<'a> List<'a> {
    pub(super) fn new(
        out: &'a mut String,
        size: &'a mut usize,
        slot: Slot<'a>,
        level: u8,
        end: &'static str,
    ) -> Self {
        Self {
            out,
            size,
            slot,
            level,
            end,
            len: 0,
            empty: Empty::Kept,
            variant: None,
        }
    }

    pub(super) fn refuse_empty(mut self, start: usize, droppable: bool) -> Self {
        self.empty = Empty::Set { start, droppable };
        self
    }

    pub(super) fn of_variant(mut self, variant: &'static str) -> Self {
        self.variant = Some(variant);
        self
    }

    fn next(&mut self) -> ValueSerializer<'_> {
        if self.len > 0 {
            self.out.push(',');
        }
        self.len += 1;
        if !matches!(self.slot, Slot::Member(_)) {
            *self.size += 1;
        }
        ValueSerializer::new(self.out, self.size, self.slot, self.level)
    }

    #[cold]
    fn fail(&self, error: EncodeError) -> EncodeError {
        let error = error.under_index(self.len.saturating_sub(1));
        match self.variant {
            Some(variant) => error.under_name(variant),
            None => error,
        }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        match value.serialize(self.next()) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.fail(error)),
        }
    }

    fn finish(self) -> Result<Written, EncodeError> {
        match self.empty {
            Empty::Set {
                start,
                droppable: true,
            } if self.len == 0 => {
                self.out.truncate(start);
                Ok(Written(false))
            }
            Empty::Set { .. } if self.len == 0 => Err(EncodeError::new(
                "DynamoDB has no empty set, and inside a list it cannot be left out",
            )),
            _ => {
                self.out.push_str(self.end);
                Ok(Written(true))
            }
        }
    }
}

/// An item or a map being written.
pub struct Object<'a> {
    out: &'a mut String,
    size: &'a mut usize,
    /// Present in the item itself, absent in a nested map.
    hidden: Option<Hidden<'a>>,
    level: u8,
    end: &'static str,
    entry: Entry,
    variant: Option<&'static str>,
}

/// The member that has been begun.
#[derive(Clone, Copy)]
enum Entry {
    None,
    /// Its value is not to be written.
    Hidden,
    /// Its name has been written.
    Named {
        /// What the buffer and the size were before it, in case its value turns out absent.
        out: usize,
        size: usize,
        /// Where the name begins and ends in the buffer.
        name: (usize, usize),
    },
}

impl<'a> Object<'a> {
    pub(in crate::wire) fn new(
        out: &'a mut String,
        size: &'a mut usize,
        hidden: Option<Hidden<'a>>,
        level: u8,
        end: &'static str,
    ) -> Self {
        Self {
            out,
            size,
            hidden,
            level,
            end,
            entry: Entry::None,
            variant: None,
        }
    }

    pub(super) fn of_variant(mut self, variant: &'static str) -> Self {
        self.variant = Some(variant);
        self
    }

    /// Begins a member; its name is written unless it is hidden.
    pub(in crate::wire) fn name(&mut self, name: &str) {
        if self.hidden.is_some_and(|hidden| hidden(name)) {
            self.entry = Entry::Hidden;
            return;
        }
        let (out, size) = (self.out.len(), *self.size);
        if self.out.as_bytes().last() != Some(&b'{') {
            self.out.push(',');
        }
        let start = self.out.len() + 1;
        write_json_str(self.out, name);
        let name_span = (start, self.out.len() - 1);
        self.out.push(':');
        *self.size += name.len() + usize::from(self.hidden.is_none());
        self.entry = Entry::Named {
            out,
            size,
            name: name_span,
        };
    }

    /// The serializer for the value of the member; `None` if the member is hidden.
    pub(in crate::wire) fn slot(&mut self) -> Result<Option<ValueSerializer<'_>>, EncodeError> {
        match self.entry {
            Entry::Hidden => Ok(None),
            Entry::Named { .. } => Ok(Some(ValueSerializer::new(
                self.out,
                self.size,
                Slot::Field,
                self.level,
            ))),
            Entry::None => Err(EncodeError::new(
                "a map value was serialized before its key",
            )),
        }
    }

    /// Ends the member, and takes its name back if the value was absent or failed.
    pub(in crate::wire) fn settle(
        &mut self,
        result: Result<Written, EncodeError>,
    ) -> Result<bool, EncodeError> {
        let entry = std::mem::replace(&mut self.entry, Entry::None);
        match (result, entry) {
            (Ok(Written(true)), _) => Ok(true),
            (Ok(Written(false)), Entry::Named { out, size, .. }) => {
                self.out.truncate(out);
                *self.size = size;
                Ok(false)
            }
            (Ok(Written(false)), _) => Ok(false),
            (Err(error), entry) => Err(self.fail(error, entry)),
        }
    }

    #[cold]
    fn fail(&self, error: EncodeError, entry: Entry) -> EncodeError {
        let error = match entry {
            Entry::Named {
                name: (start, end), ..
            } => error.under_name(self.out.get(start..end).unwrap_or_default()),
            _ => error,
        };
        match self.variant {
            Some(variant) => error.under_name(variant),
            None => error,
        }
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        if let Some(slot) = self.slot()? {
            let result = value.serialize(slot);
            self.settle(result)?;
        } else {
            self.entry = Entry::None;
        }
        Ok(())
    }

    fn finish(self) -> Result<Written, EncodeError> {
        if let Entry::None = self.entry {
            self.out.push_str(self.end);
            Ok(Written(true))
        } else {
            Err(EncodeError::new(
                "a map key was serialized without its value",
            ))
        }
    }
}

macro_rules! sequences {
    ($($trait:ident::$method:ident),*) => {$(
        impl $trait for List<'_> {
            type Ok = Written;
            type Error = EncodeError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
                self.element(value)
            }

            fn end(self) -> Result<Written, EncodeError> {
                self.finish()
            }
        }
    )*};
}

sequences! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
}

macro_rules! structs {
    ($($trait:ident),*) => {$(
        impl $trait for Object<'_> {
            type Ok = Written;
            type Error = EncodeError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), EncodeError> {
                self.name(key);
                self.value(value)
            }

            fn end(self) -> Result<Written, EncodeError> {
                self.finish()
            }
        }
    )*};
}

structs!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Object<'_> {
    type Ok = Written;
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), EncodeError> {
        if let Entry::None = self.entry {
            key.serialize(KeySerializer(self))
        } else {
            Err(EncodeError::new(
                "a map key was serialized without its value",
            ))
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.value(value)
    }

    fn end(self) -> Result<Written, EncodeError> {
        self.finish()
    }
}
