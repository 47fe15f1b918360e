//! Writes one attribute value, in one pass, straight into the request body.

mod compound;
mod glue;
mod key;

use std::fmt::{self, Write as _};

pub(super) use compound::Object;
use compound::{Hidden, List};

use super::json::write_json_str;
use super::symbol::{SetKind, Symbol, symbol};
use super::{EncodeError, MAX_LEVEL, base64, number, raw};

/// Whether a value was written at all: `None` and an empty set in a field are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written(pub(super) bool);

/// The serde `Serializer` of one attribute value.
pub struct ValueSerializer<'a> {
    out: &'a mut String,
    /// DynamoDB's size of the item so far, in bytes.
    size: &'a mut usize,
    slot: Slot<'a>,
    how: How,
    /// The level of nesting of this value, 1 for a top-level attribute.
    level: u8,
}

/// Where the value goes.
#[derive(Clone, Copy)]
pub(super) enum Slot<'a> {
    /// It is the item itself: its fields become attributes, unless they are hidden.
    Item(Hidden<'a>),
    /// An attribute, or a member of a map: may be left out.
    Field,
    /// An attribute that was in a key and is read again without being sent: a key may hold more digits than an `N`.
    Restored,
    /// An element of a list, or the content of an enum variant: `None` is `NULL`.
    Element,
    /// An element of a set: has no tag.
    Member(SetKind),
}

/// What a newtype symbol has said about the value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Plain,
    /// The sequence is a set.
    Set(SetKind),
    /// The string is the text of a number.
    Number,
    /// The string is an attribute value as DynamoDB JSON.
    Raw,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    S,
    N,
    B,
    Other(&'static str),
}

const NOT_A_MAP: &str = "an item must be a struct or a map with string keys";
const NOT_A_SET: &str = "a set must be a sequence";

impl<'a> ValueSerializer<'a> {
    pub(super) fn new(out: &'a mut String, size: &'a mut usize, slot: Slot<'a>, level: u8) -> Self {
        Self {
            out,
            size,
            slot,
            how: How::Plain,
            level,
        }
    }

    /// Writes `{"TAG":` unless the value stands in a set; tells whether `}` is due.
    fn open(&mut self, tag: Tag) -> Result<bool, EncodeError> {
        if let How::Set(_) = self.how {
            return Err(EncodeError::new(NOT_A_SET));
        }
        if self.level > MAX_LEVEL {
            return Err(too_deep());
        }
        let name = match (self.slot, tag) {
            (Slot::Item(_), _) => return Err(EncodeError::new(NOT_A_MAP)),
            (Slot::Member(SetKind::Strings), Tag::S)
            | (Slot::Member(SetKind::Numbers), Tag::N)
            | (Slot::Member(SetKind::Binaries), Tag::B) => return Ok(false),
            (Slot::Member(kind), _) => return Err(wrong_member(kind)),
            (_, Tag::S) => "{\"S\":",
            (_, Tag::N) => "{\"N\":",
            (_, Tag::B) => "{\"B\":",
            (_, Tag::Other(text)) => text,
        };
        self.out.push_str(name);
        Ok(true)
    }

    fn close(self, tagged: bool, size: usize) -> Written {
        if tagged {
            self.out.push('}');
        }
        *self.size += size;
        Written(true)
    }

    /// A value whose text never varies, such as `{"NULL":true}`; 1 byte in size.
    fn constant(mut self, text: &'static str) -> Result<Written, EncodeError> {
        self.open(Tag::Other(text))?;
        Ok(self.close(false, 1))
    }

    fn number(mut self, digits: fmt::Arguments<'_>) -> Result<Written, EncodeError> {
        let tagged = self.open(Tag::N)?;
        self.out.push('"');
        let start = self.out.len();
        // Writing to a `String` does not fail.
        let _ = self.out.write_fmt(digits);
        let size = number::size(self.out.get(start..).unwrap_or_default());
        self.out.push('"');
        Ok(self.close(tagged, size))
    }

    fn integer(mut self, negative: bool, magnitude: u64) -> Result<Written, EncodeError> {
        let tagged = self.open(Tag::N)?;
        self.out.push_str(if negative { "\"-" } else { "\"" });
        let size = number::push_integer(self.out, magnitude) + usize::from(negative);
        self.out.push('"');
        Ok(self.close(tagged, size))
    }

    fn wide(self, digits: fmt::Arguments<'_>) -> Result<Written, EncodeError> {
        if let Slot::Restored = self.slot {
            return self.number(digits);
        }
        let text = digits.to_string();
        self.number_text(&text)
    }

    fn number_text(self, text: &str) -> Result<Written, EncodeError> {
        let Some(decimal) = number::Decimal::parse(text) else {
            return Err(EncodeError::new("the text is not a decimal number"));
        };
        if let Some(fault) = decimal.fault() {
            return Err(EncodeError::new(fault));
        }
        self.number(format_args!("{text}"))
    }

    fn float(self, value: f64, digits: fmt::Arguments<'_>) -> Result<Written, EncodeError> {
        let magnitude = value.abs();
        if !value.is_finite() {
            Err(EncodeError::new(
                "NaN and infinity are not DynamoDB numbers",
            ))
        } else if magnitude >= 1e126 || (magnitude < 1e-130 && magnitude > 0.0) {
            Err(EncodeError::new(
                "a number other than zero has a magnitude from 1E-130 to 9.99E+125",
            ))
        } else {
            self.number(digits)
        }
    }

    fn text(mut self, value: &str) -> Result<Written, EncodeError> {
        match self.how {
            How::Number => {
                self.how = How::Plain;
                return self.number_text(value);
            }
            How::Raw => return self.raw(value),
            How::Plain | How::Set(_) => {}
        }
        let tagged = self.open(Tag::S)?;
        write_json_str(self.out, value);
        Ok(self.close(tagged, value.len()))
    }

    fn raw(mut self, value: &str) -> Result<Written, EncodeError> {
        self.how = How::Plain;
        if let Slot::Member(kind) = self.slot {
            return Err(wrong_member(kind));
        }
        let (size, depth) = raw::measure(value)
            .map_err(|_| EncodeError::new("the text is not an attribute value"))?;
        if usize::from(self.level) + depth > usize::from(MAX_LEVEL) + 1 {
            return Err(too_deep());
        }
        self.out.push_str(value);
        Ok(self.close(false, size))
    }

    fn bytes(mut self, value: &[u8]) -> Result<Written, EncodeError> {
        let tagged = self.open(Tag::B)?;
        self.out.push('"');
        base64::push(self.out, value);
        self.out.push('"');
        Ok(self.close(tagged, value.len()))
    }

    fn none(self) -> Result<Written, EncodeError> {
        match self.slot {
            Slot::Field => Ok(Written(false)),
            _ => self.constant("{\"NULL\":true}"),
        }
    }

    fn list(mut self) -> Result<List<'a>, EncodeError> {
        if let How::Set(kind) = self.how {
            return self.set(kind);
        }
        self.open(Tag::Other("{\"L\":["))?;
        *self.size += 3;
        Ok(List::new(
            self.out,
            self.size,
            Slot::Element,
            self.level + 1,
            "]}",
        ))
    }

    fn set(mut self, kind: SetKind) -> Result<List<'a>, EncodeError> {
        self.how = How::Plain;
        let start = self.out.len();
        self.open(Tag::Other(match kind {
            SetKind::Strings => "{\"SS\":[",
            SetKind::Numbers => "{\"NS\":[",
            SetKind::Binaries => "{\"BS\":[",
        }))?;
        let droppable = matches!(self.slot, Slot::Field);
        let list = List::new(self.out, self.size, Slot::Member(kind), self.level, "]}");
        Ok(list.refuse_empty(start, droppable))
    }

    fn object(mut self) -> Result<Object<'a>, EncodeError> {
        if let (Slot::Item(hidden), How::Plain) = (self.slot, self.how) {
            return Ok(Object::new(self.out, self.size, Some(hidden), 1, ""));
        }
        self.open(Tag::Other("{\"M\":{"))?;
        *self.size += 3;
        Ok(Object::new(self.out, self.size, None, self.level + 1, "}}"))
    }

    /// Writes the map around the content of an enum variant, up to the content; tells how it ends.
    fn variant(&mut self, variant: &str) -> Result<Ends, EncodeError> {
        let ends = if let (Slot::Item(_), How::Plain) = (self.slot, self.how) {
            if self.out.as_bytes().last() != Some(&b'{') {
                self.out.push(',');
            }
            Ends {
                value: "",
                list: "]}",
                map: "}}",
            }
        } else {
            self.open(Tag::Other("{\"M\":{"))?;
            *self.size += 4;
            Ends {
                value: "}}",
                list: "]}}}",
                map: "}}}}",
            }
        };
        write_json_str(self.out, variant);
        self.out.push(':');
        *self.size += variant.len();
        self.slot = Slot::Element;
        self.level += 1;
        if self.level > MAX_LEVEL {
            return Err(too_deep().under_name(variant));
        }
        Ok(ends)
    }

    /// The value is not sent, see [`Slot::Restored`].
    pub(super) fn restored(mut self) -> Self {
        self.slot = Slot::Restored;
        self
    }

    /// Takes note of a newtype symbol.
    fn mark(&mut self, name: &str) {
        match symbol(name) {
            Symbol::None => {}
            Symbol::Number => self.how = How::Number,
            Symbol::Raw => self.how = How::Raw,
            Symbol::Set(kind) => self.how = How::Set(kind),
        }
    }
}

/// Appends one attribute value as DynamoDB JSON; tells whether there is one (`None` and an empty set are none).
pub(crate) fn write_value(
    out: &mut String,
    f: impl FnOnce(ValueSerializer<'_>) -> Result<Written, EncodeError>,
) -> Result<bool, EncodeError> {
    let mut size = 0;
    f(ValueSerializer::new(out, &mut size, Slot::Field, 1)).map(|written| written.0)
}

/// How what [`ValueSerializer::variant`] began ends, by the kind of the content.
struct Ends {
    value: &'static str,
    list: &'static str,
    map: &'static str,
}

#[cold]
fn too_deep() -> EncodeError {
    EncodeError::new("values may be nested at most 32 levels deep")
}

#[cold]
fn wrong_member(kind: SetKind) -> EncodeError {
    EncodeError::new(match kind {
        SetKind::Strings => "an element of a string set must be a string",
        SetKind::Numbers => "an element of a number set must be a number",
        SetKind::Binaries => "an element of a binary set must be binary data",
    })
}
