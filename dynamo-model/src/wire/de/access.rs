//! Values with parts: what serde's visitors walk through.

use std::borrow::Cow;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};

use super::key::Key;
use super::{Reader, Value};
use crate::wire::DecodeError;
use crate::wire::cursor::Cursor;
use crate::wire::tag::{Form, Tag};

/// How far a list, a set, a map or the item has been read. It outlives the access that serde consumes, so
/// that what a visitor left unread can be skipped.
pub(super) struct State {
    first: bool,
    done: bool,
    /// A name has been read and its value has not.
    pending: bool,
    /// In a map: whether it is the item. In a list: the form of its elements.
    form: Form,
    /// Elements begun.
    len: usize,
    /// The name of the last member.
    name: (usize, usize),
}

impl State {
    pub(super) fn elements(reader: &mut Reader<'_>, tag: Tag) -> Result<Self, DecodeError> {
        reader.cursor.enter(b'[')?;
        Ok(Self::new(match tag {
            Tag::Ss => Form::Member(Tag::S),
            Tag::Ns => Form::Member(Tag::N),
            Tag::Bs => Form::Member(Tag::B),
            _ => Form::Tagged,
        }))
    }

    pub(super) fn entries(reader: &mut Reader<'_>, form: Form) -> Result<Self, DecodeError> {
        reader.cursor.enter(b'{')?;
        Ok(Self::new(form))
    }

    fn new(form: Form) -> Self {
        Self {
            first: true,
            done: false,
            pending: false,
            form,
            len: 0,
            name: (0, 0),
        }
    }

    fn next_element(&mut self, reader: &mut Reader<'_>) -> Result<bool, DecodeError> {
        if self.done || !reader.cursor.more(&mut self.first, b']')? {
            self.done = true;
            return Ok(false);
        }
        self.len += 1;
        Ok(true)
    }

    fn next_key<'de>(
        &mut self,
        reader: &mut Reader<'de>,
    ) -> Result<Option<Cow<'de, str>>, DecodeError> {
        if self.pending {
            self.pending = false;
            reader.cursor.skip()?;
        }
        while !self.done {
            let (key, name) = if let Some(name) = reader.cursor.plain_member(self.first) {
                self.first = false;
                (Cow::Borrowed(reader.cursor.span(name)), name)
            } else if reader.cursor.more(&mut self.first, b'}')? {
                reader.cursor.key()?
            } else {
                self.done = !self.turn_to_extra(reader)?;
                continue;
            };
            if self.shows(reader, &key, name)? {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    /// Goes on with what the caller adds to the item, if there is something.
    fn turn_to_extra(&mut self, reader: &mut Reader<'_>) -> Result<bool, DecodeError> {
        if self.form != Form::Item || reader.extra.is_empty() {
            return Ok(false);
        }
        reader.item_end = Some(reader.cursor.position());
        reader.cursor = Cursor::new(std::mem::take(&mut reader.extra));
        // What the caller adds is meant to be seen.
        reader.screen = None;
        reader.cursor.enter(b'{')?;
        self.first = true;
        Ok(true)
    }

    /// Whether serde gets to see the member of this name; if not, its value is passed over.
    #[inline]
    fn shows(
        &mut self,
        reader: &mut Reader<'_>,
        key: &str,
        name: (usize, usize),
    ) -> Result<bool, DecodeError> {
        if self.form == Form::Item
            && let Some(screen) = reader.screen
            && screen.hides(key)
        {
            reader.pass(screen.kind(key))?;
            return Ok(false);
        }
        self.name = name;
        self.pending = true;
        Ok(true)
    }

    /// The name of the variant: the map has one member.
    pub(super) fn only_key<'de>(
        &mut self,
        reader: &mut Reader<'de>,
    ) -> Result<Cow<'de, str>, DecodeError> {
        match self.next_key(reader)? {
            Some(key) => {
                self.pending = false;
                Ok(key)
            }
            None => Err(DecodeError::refused("a map (M) with one member")),
        }
    }

    pub(super) fn no_other(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        match self.next_key(reader)? {
            None => Ok(()),
            Some(_) => Err(DecodeError::refused("a map (M) with one member")),
        }
    }

    pub(super) fn finish_elements(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        while self.next_element(reader)? {
            reader.cursor.skip()?;
        }
        Ok(())
    }

    pub(super) fn finish_entries(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        while self.next_key(reader)?.is_some() {}
        Ok(())
    }

    /// Names the member in an error about its value.
    #[cold]
    pub(super) fn fail(&self, reader: &Reader<'_>, error: DecodeError) -> DecodeError {
        error.under_name(reader.cursor.span(self.name))
    }
}

/// Skips the value that began at `start` if its type took no notice of it.
fn settle(reader: &mut Reader<'_>, start: usize) -> Result<(), DecodeError> {
    if reader.cursor.position() == start {
        reader.cursor.skip()
    } else {
        Ok(())
    }
}

pub(super) struct Elements<'a, 'de> {
    pub(super) reader: &'a mut Reader<'de>,
    pub(super) state: &'a mut State,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = DecodeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        if !self.state.next_element(self.reader)? {
            return Ok(None);
        }
        let start = self.reader.cursor.position();
        match seed.deserialize(Value {
            reader: self.reader,
            form: self.state.form,
        }) {
            Ok(value) => {
                settle(self.reader, start)?;
                Ok(Some(value))
            }
            Err(error) => Err(error.under_index(self.state.len - 1)),
        }
    }
}

pub(super) struct Entries<'a, 'de> {
    pub(super) reader: &'a mut Reader<'de>,
    pub(super) state: &'a mut State,
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        match self.state.next_key(self.reader)? {
            Some(key) => seed.deserialize(Key(key)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, DecodeError> {
        if !self.state.pending {
            return Err(DecodeError::malformed(
                "a map value was asked for before its key",
            ));
        }
        self.state.pending = false;
        let start = self.reader.cursor.position();
        match seed.deserialize(Value {
            reader: self.reader,
            form: Form::Tagged,
        }) {
            Ok(value) => {
                settle(self.reader, start)?;
                Ok(value)
            }
            Err(error) => Err(self.state.fail(self.reader, error)),
        }
    }
}

/// An enum written as a string: a unit variant.
pub(super) struct TextEnum<'de>(pub(super) Cow<'de, str>);

impl<'de> EnumAccess<'de> for TextEnum<'de> {
    type Error = DecodeError;
    type Variant = UnitOnly;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, UnitOnly), DecodeError> {
        Ok((seed.deserialize(Key(self.0))?, UnitOnly))
    }
}

pub(super) struct UnitOnly;

impl<'de> VariantAccess<'de> for UnitOnly {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, DecodeError> {
        Err(DecodeError::invalid_type(
            Unexpected::UnitVariant,
            &"a newtype variant (M)",
        ))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, DecodeError> {
        Err(DecodeError::invalid_type(
            Unexpected::UnitVariant,
            &"a tuple variant (M)",
        ))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, DecodeError> {
        Err(DecodeError::invalid_type(
            Unexpected::UnitVariant,
            &"a struct variant (M)",
        ))
    }
}

/// An enum written as a map of one member.
pub(super) struct VariantEnum<'a, 'de> {
    pub(super) reader: &'a mut Reader<'de>,
    pub(super) variant: Cow<'de, str>,
}

impl<'a, 'de> EnumAccess<'de> for VariantEnum<'a, 'de> {
    type Error = DecodeError;
    type Variant = Value<'a, 'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Value<'a, 'de>), DecodeError> {
        let variant = seed.deserialize(Key(self.variant))?;
        Ok((
            variant,
            Value {
                reader: self.reader,
                form: Form::Tagged,
            },
        ))
    }
}

impl<'de> VariantAccess<'de> for Value<'_, 'de> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        self.reader.cursor.skip()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<S::Value, DecodeError> {
        let Self { reader, form } = self;
        let start = reader.cursor.position();
        let value = seed.deserialize(Value { reader, form })?;
        settle(reader, start)?;
        Ok(value)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_map(visitor)
    }
}
