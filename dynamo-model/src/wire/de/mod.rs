//! Reads a value by the type that is asked for, straight from the response body.

mod access;
mod key;

use std::borrow::Cow;

use serde::de::{DeserializeOwned, Deserializer, Visitor};

use super::cursor::Cursor;
use super::exact::Session;
use super::screen::Screen;
use super::symbol::{Symbol, symbol};
use super::tag::{Form, Tag};
use super::{DecodeError, RawItem, number};
use access::{Elements, Entries, State, TextEnum, VariantEnum};

/// What reading needs besides the text.
pub(super) struct Reader<'de> {
    cursor: Cursor<'de>,
    /// What of the item serde gets to see; `None` for all of it.
    screen: Option<&'de Screen>,
    /// Whether the item has said that it is of the screen's kind.
    is_of_kind: bool,
    /// A second object whose attributes follow those of the item; empty if there is none (any more).
    extra: &'de str,
    /// Where the item ends, if reading has gone on behind it.
    item_end: Option<usize>,
    /// Whether numbers that `f64` cannot hold are shown to serde's buffer as strings.
    exact: bool,
}

/// An item that was read.
pub(crate) struct Decoded<T> {
    pub(crate) value: T,
    /// Whether the item has said that it is of the screen's kind. If not, it has no such attribute, or nobody came by it.
    pub(crate) is_of_kind: bool,
}

/// Decodes the item at the cursor into `T`; the cursor stands behind it then, and has not moved after an error.
///
/// Attributes that the screen hides are not shown to serde, so `deny_unknown_fields` and `flatten` do not see them. `extra` is a
/// second DynamoDB JSON object, or empty, whose attributes are appended; none of them is hidden.
pub(crate) fn read_item<T: DeserializeOwned>(
    cursor: &mut Cursor<'_>,
    screen: &Screen,
    extra: &str,
) -> Result<Decoded<T>, DecodeError> {
    read(cursor, Form::Item, Some(screen), extra)
}

/// Decodes an item into `T`, which sees all of it.
pub(crate) fn read_whole<T: DeserializeOwned>(item: RawItem<'_>) -> Result<T, DecodeError> {
    let mut cursor = Cursor::new(item.as_str());
    read(&mut cursor, Form::Item, None, "").map(|decoded| decoded.value)
}

/// Decodes one attribute value (`{"S":"…"}`) into `T`.
pub(crate) fn read_value<T: DeserializeOwned>(value: &str) -> Result<T, DecodeError> {
    let mut cursor = Cursor::new(value);
    read(&mut cursor, Form::Tagged, None, "").map(|decoded| decoded.value)
}

fn read<T: DeserializeOwned>(
    cursor: &mut Cursor<'_>,
    form: Form,
    screen: Option<&Screen>,
    extra: &str,
) -> Result<Decoded<T>, DecodeError> {
    let mut session = Session::begin();
    let mut exact = false;
    let start = cursor.position();
    loop {
        let mut reader = Reader {
            cursor: Cursor::at(cursor.text(), start),
            screen,
            is_of_kind: false,
            extra,
            item_end: None,
            exact,
        };
        let value = T::deserialize(Value {
            reader: &mut reader,
            form,
        })?;
        let end = reader.item_end.unwrap_or(reader.cursor.position());
        let is_of_kind = reader.is_of_kind;
        match session.again([cursor.span((start, end)), extra]) {
            Some(numbers) => exact = numbers,
            None => {
                cursor.set_position(end);
                return Ok(Decoded { value, is_of_kind });
            }
        }
    }
}

/// The serde `Deserializer` of one attribute value, or of the item.
pub(super) struct Value<'a, 'de> {
    reader: &'a mut Reader<'de>,
    form: Form,
}

/// A number as serde's buffer takes it.
enum Any<'de> {
    I64(i64),
    U64(u64),
    F64(f64),
    Text(Cow<'de, str>),
}

impl<'de> Reader<'de> {
    /// Passes over the value of an attribute that serde does not get to see, but looks at the one that says what the item is.
    ///
    /// # Errors
    ///
    /// If the item is of another kind than is read.
    fn pass(&mut self, accepts: Option<fn(&str) -> bool>) -> Result<(), DecodeError> {
        let Some(accepts) = accepts else {
            return self.cursor.skip();
        };
        match self.cursor.string(Form::Tagged, "") {
            Ok(kind) if accepts(&kind) => {
                self.is_of_kind = true;
                Ok(())
            }
            _ => Err(DecodeError::foreign()),
        }
    }

    /// Reads the text of a number whose type nobody asked for: `i64`, `u64`, or else `f64`.
    fn any_number(&self, text: Cow<'de, str>) -> Result<Any<'de>, DecodeError> {
        if let Some(value) = number::to_i64(&text) {
            return Ok(Any::I64(value));
        }
        if let Some(value) = number::to_u64(&text) {
            return Ok(Any::U64(value));
        }
        match number::to_f64(&text) {
            Some(value) if !self.exact || number::is_exactly(&text, value) => Ok(Any::F64(value)),
            Some(_) => Ok(Any::Text(text)),
            None => Err(DecodeError::refused("a number (N)")),
        }
    }

    /// Reads the tag of a value whose payload is to be dispatched on.
    fn tag(&mut self, form: Form) -> Result<Tag, DecodeError> {
        match form {
            Form::Tagged => self.cursor.tag(),
            Form::Member(tag) => Ok(tag),
            Form::Item => Ok(Tag::M),
        }
    }

    fn close(&mut self, form: Form) -> Result<(), DecodeError> {
        if form == Form::Tagged {
            self.cursor.close()
        } else {
            Ok(())
        }
    }

    fn character(&mut self, form: Form) -> Result<char, DecodeError> {
        let text = self.cursor.string(form, "a string (S) of one character")?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(c),
            _ => Err(DecodeError::refused("a string (S) of one character")),
        }
    }

    fn i128(&mut self, form: Form) -> Result<i128, DecodeError> {
        let text = self.cursor.number(form, "an integer (N)")?;
        number::to_i128(&text).ok_or_else(|| DecodeError::refused("an integer of 128 bits"))
    }

    fn u128(&mut self, form: Form) -> Result<u128, DecodeError> {
        let text = self.cursor.number(form, "an integer (N)")?;
        number::to_u128(&text)
            .ok_or_else(|| DecodeError::refused("an unsigned integer of 128 bits"))
    }

    fn f32(&mut self, form: Form) -> Result<f32, DecodeError> {
        let text = self.cursor.number(form, "a number (N)")?;
        number::to_f32(&text).ok_or_else(|| DecodeError::refused("a number that f32 can hold"))
    }

    fn f64(&mut self, form: Form) -> Result<f64, DecodeError> {
        let text = self.cursor.number(form, "a number (N)")?;
        number::to_f64(&text).ok_or_else(|| DecodeError::refused("a number that f64 can hold"))
    }

    fn exact_number(&mut self, form: Form) -> Result<Cow<'de, str>, DecodeError> {
        let text = self.cursor.number(form, "a number (N)")?;
        if number::Decimal::parse(&text).is_some() {
            Ok(text)
        } else {
            Err(DecodeError::refused("a decimal number"))
        }
    }
}

fn visit_text<'de, V: Visitor<'de>>(
    text: Cow<'de, str>,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    match text {
        Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
        Cow::Owned(text) => visitor.visit_string(text),
    }
}

impl<'de> Value<'_, 'de> {
    fn any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let Self { reader, form } = self;
        let tag = reader.tag(form)?;
        let value = match tag {
            Tag::S => visit_text(reader.cursor.quoted()?, visitor)?,
            Tag::N => {
                let text = reader.cursor.quoted()?;
                match reader.any_number(text)? {
                    Any::I64(value) => visitor.visit_i64(value)?,
                    Any::U64(value) => visitor.visit_u64(value)?,
                    Any::F64(value) => visitor.visit_f64(value)?,
                    Any::Text(text) => visit_text(text, visitor)?,
                }
            }
            Tag::B => visitor.visit_byte_buf(reader.cursor.binary(Form::Member(tag))?)?,
            Tag::Bool => visitor.visit_bool(reader.cursor.literal()?)?,
            Tag::Null => {
                reader.cursor.literal()?;
                visitor.visit_unit()?
            }
            Tag::M => return entries(reader, form, visitor),
            Tag::L | Tag::Ss | Tag::Ns | Tag::Bs => return elements(reader, tag, visitor),
            Tag::Unknown => return Err(DecodeError::mismatch("an attribute value", tag.name())),
        };
        reader.close(form)?;
        Ok(value)
    }

    fn seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let Self { reader, form } = self;
        match reader.tag(form)? {
            tag @ (Tag::L | Tag::Ss | Tag::Ns | Tag::Bs) => elements(reader, tag, visitor),
            found => Err(DecodeError::mismatch(
                "a list or a set (L, SS, NS, BS)",
                found.name(),
            )),
        }
    }

    fn map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let Self { reader, form } = self;
        match reader.tag(form)? {
            Tag::M => entries(reader, form, visitor),
            found => Err(DecodeError::mismatch("a map (M)", found.name())),
        }
    }
}

/// Reads the payload of a list or a set, and the end of its tag.
fn elements<'de, V: Visitor<'de>>(
    reader: &mut Reader<'de>,
    tag: Tag,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    let mut state = State::elements(reader, tag)?;
    let value = visitor.visit_seq(Elements {
        reader,
        state: &mut state,
    })?;
    state.finish_elements(reader)?;
    reader.cursor.close()?;
    Ok(value)
}

/// Reads the payload of a map, or the item, and the end of its tag.
fn entries<'de, V: Visitor<'de>>(
    reader: &mut Reader<'de>,
    form: Form,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    let mut state = State::entries(reader, form)?;
    let value = visitor.visit_map(Entries {
        reader,
        state: &mut state,
    })?;
    state.finish_entries(reader)?;
    reader.close(form)?;
    Ok(value)
}

macro_rules! integers {
    ($($method:ident: $ty:ty => $read:ident, $visit:ident, $expected:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            let value = self.reader.cursor.$read(self.form, $expected)?;
            match <$ty>::try_from(value) {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(DecodeError::refused($expected)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.any(visitor)
    }

    integers! {
        deserialize_i8: i8 => signed, visit_i8, "an integer of 8 bits (N)";
        deserialize_i16: i16 => signed, visit_i16, "an integer of 16 bits (N)";
        deserialize_i32: i32 => signed, visit_i32, "an integer of 32 bits (N)";
        deserialize_u8: u8 => unsigned, visit_u8, "an unsigned integer of 8 bits (N)";
        deserialize_u16: u16 => unsigned, visit_u16, "an unsigned integer of 16 bits (N)";
        deserialize_u32: u32 => unsigned, visit_u32, "an unsigned integer of 32 bits (N)";
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_i64(
            self.reader
                .cursor
                .signed(self.form, "an integer of 64 bits (N)")?,
        )
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let expected = "an unsigned integer of 64 bits (N)";
        visitor.visit_u64(self.reader.cursor.unsigned(self.form, expected)?)
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_i128(self.reader.i128(self.form)?)
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_u128(self.reader.u128(self.form)?)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_f32(self.reader.f32(self.form)?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_f64(self.reader.f64(self.form)?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_bool(self.reader.cursor.boolean(self.form)?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_char(self.reader.character(self.form)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visit_text(
            self.reader.cursor.string(self.form, "a string (S)")?,
            visitor,
        )
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_byte_buf(self.reader.cursor.binary(self.form)?)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.reader.cursor.take_null(self.form)? {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.reader.cursor.null(self.form)?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if self.form == Form::Item {
            // An entity without fields still has an item: its keys.
            self.reader.cursor.skip()?;
            return visitor.visit_unit();
        }
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match symbol(name) {
            Symbol::Number => visit_text(self.reader.exact_number(self.form)?, visitor),
            Symbol::Raw if self.form == Form::Tagged => {
                visitor.visit_borrowed_str(self.reader.cursor.value()?)
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.seq(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.map(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let Self { reader, form } = self;
        match reader.tag(form)? {
            Tag::M => entries(reader, form, visitor),
            Tag::L => elements(reader, Tag::L, visitor),
            found => Err(DecodeError::mismatch("a map (M)", found.name())),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let Self { reader, form } = self;
        match reader.tag(form)? {
            Tag::S => {
                let text = reader.cursor.quoted()?;
                reader.close(form)?;
                visitor.visit_enum(TextEnum(text))
            }
            Tag::M => {
                let mut state = State::entries(reader, form)?;
                let variant = state.only_key(reader)?;
                let value = visitor
                    .visit_enum(VariantEnum { reader, variant })
                    .map_err(|error| state.fail(reader, error))?;
                state.no_other(reader)?;
                reader.close(form)?;
                Ok(value)
            }
            found => Err(DecodeError::mismatch("an enum (S or M)", found.name())),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.reader.cursor.skip()?;
        visitor.visit_unit()
    }
}
