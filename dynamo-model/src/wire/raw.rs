//! Spans of a response: known to be there, not yet decoded.

use std::borrow::Cow;
use std::fmt;

use super::cursor::Cursor;
use super::tag::{Form, Tag};
use super::{DecodeError, base64, number};

/// The raw text of one item in a response: a JSON object of attributes.
#[derive(Clone, Copy)]
pub(crate) struct RawItem<'a>(&'a str);

/// The value of an attribute that can be part of a key.
pub(crate) enum Scalar<'a> {
    S(Cow<'a, str>),
    N(Cow<'a, str>),
    B(Vec<u8>),
    Null,
    /// Any other type.
    Other,
}

impl<'a> RawItem<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }

    /// The attributes in the order of the text, as names and raw values.
    pub(crate) fn attributes(self) -> Result<Members<'a>, DecodeError> {
        Members::new(self.0)
    }

    /// The raw value of one attribute, such as `{"S":"…"}`.
    pub(crate) fn attribute(self, name: &str) -> Result<Option<&'a str>, DecodeError> {
        let mut members = self.attributes()?;
        while let Some((found, value)) = members.next()? {
            if found == name {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// One attribute by name; `None` if the item does not have it.
    pub(crate) fn scalar(self, name: &str) -> Result<Option<Scalar<'a>>, DecodeError> {
        let Some(value) = self.attribute(name)? else {
            return Ok(None);
        };
        scalar(value)
            .map(Some)
            .map_err(|error| error.under_name(name))
    }

    /// The names of the attributes, in the order of the text.
    pub(crate) fn names(self) -> Result<Vec<Cow<'a, str>>, DecodeError> {
        let mut members = self.attributes()?;
        let mut names = Vec::new();
        while let Some((name, _)) = members.next()? {
            names.push(name);
        }
        Ok(names)
    }
}

impl fmt::Debug for RawItem<'_> {
    /// Length only: the text holds the user's values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawItem({} bytes)", self.0.len())
    }
}

fn scalar(value: &str) -> Result<Scalar<'_>, DecodeError> {
    let mut cursor = Cursor::new(value);
    let tag = cursor.tag()?;
    Ok(match tag {
        Tag::S => Scalar::S(cursor.string(Form::Member(tag), "")?),
        Tag::N => Scalar::N(cursor.number(Form::Member(tag), "")?),
        Tag::B => {
            let text = cursor.quoted()?;
            Scalar::B(base64::decode(&text).ok_or_else(|| DecodeError::refused("base64 text"))?)
        }
        Tag::Null => Scalar::Null,
        _ => Scalar::Other,
    })
}

/// A JSON string as the text that it is.
pub(crate) trait Unquoted {
    /// The text; what is no JSON string stays as it is.
    fn unquoted(self) -> String;
}

impl Unquoted for &str {
    fn unquoted(self) -> String {
        match Cursor::new(self).quoted() {
            Ok(text) => text.into_owned(),
            Err(_) => self.to_owned(),
        }
    }
}

/// The members of a JSON object, as names and raw values.
pub(crate) struct Members<'a> {
    cursor: Cursor<'a>,
    first: bool,
    done: bool,
}

impl<'a> Members<'a> {
    pub(crate) fn new(text: &'a str) -> Result<Self, DecodeError> {
        let mut cursor = Cursor::new(text);
        cursor.enter(b'{')?;
        Ok(Self {
            cursor,
            first: true,
            done: false,
        })
    }

    /// The next member. Not an `Iterator`: an error in the text is told once, by `?`.
    pub(crate) fn next(&mut self) -> Result<Option<(Cow<'a, str>, &'a str)>, DecodeError> {
        if self.done || !self.cursor.more(&mut self.first, b'}')? {
            self.done = true;
            return Ok(None);
        }
        let (name, _) = self.cursor.key()?;
        Ok(Some((name, self.cursor.value()?)))
    }

    /// Nothing but white space follows the object.
    pub(crate) fn end(mut self) -> Result<(), DecodeError> {
        self.cursor.end()
    }
}

/// The elements of a JSON array, raw.
pub(crate) struct Elements<'a> {
    cursor: Cursor<'a>,
    first: bool,
    done: bool,
}

impl<'a> Elements<'a> {
    pub(crate) fn new(text: &'a str) -> Result<Self, DecodeError> {
        let mut cursor = Cursor::new(text);
        cursor.enter(b'[')?;
        Ok(Self {
            cursor,
            first: true,
            done: false,
        })
    }

    /// The next element. Not an `Iterator`: an error in the text is told once, by `?`.
    pub(crate) fn next(&mut self) -> Result<Option<&'a str>, DecodeError> {
        if self.done || !self.cursor.more(&mut self.first, b']')? {
            self.done = true;
            return Ok(None);
        }
        self.cursor.value().map(Some)
    }
}

/// Whether two items have the same attributes, in whatever order they are written.
pub(crate) fn is_same_item(a: RawItem<'_>, b: RawItem<'_>) -> bool {
    same_members(a.0, b.0).unwrap_or(false)
}

/// Whether two attribute values are the same to DynamoDB: numbers by value, sets and maps without order.
pub(crate) fn is_same_value(a: &str, b: &str) -> bool {
    same_value(a, b).unwrap_or(false)
}

fn same_value(a: &str, b: &str) -> Result<bool, DecodeError> {
    if a == b {
        return Ok(true);
    }
    let one =
        |text| -> Result<Option<(Cow<'_, str>, &str)>, DecodeError> { Members::new(text)?.next() };
    let (Some((tag, a)), Some((other, b))) = (one(a)?, one(b)?) else {
        return Ok(false);
    };
    if tag != other {
        return Ok(false);
    }
    match &*tag {
        "M" => same_members(a, b),
        "L" => same_elements(a, b, same_value),
        "SS" | "BS" => {
            let (mut a, mut b) = (elements(a)?, elements(b)?);
            a.sort_unstable();
            b.sort_unstable();
            Ok(a.len() == b.len() && all_same(&a, &b, same_text)?)
        }
        "NS" => {
            let (a, b) = (elements(a)?, elements(b)?);
            let has = |one: &str| b.iter().any(|other| same_number(one, other));
            Ok(a.len() == b.len() && a.iter().all(|one| has(one)))
        }
        "N" => Ok(same_number(a, b)),
        _ => same_text(a, b),
    }
}

fn same_number(a: &str, b: &str) -> bool {
    let number = |text: &str| text.trim_matches('"').parse::<crate::types::Number>().ok();
    number(a).is_some_and(|a| Some(a) == number(b))
}

/// Two JSON scalars, whose strings may be escaped in different ways.
fn same_text(a: &str, b: &str) -> Result<bool, DecodeError> {
    if a == b || !a.starts_with('"') {
        return Ok(a == b);
    }
    Ok(Cursor::new(a).quoted()? == Cursor::new(b).quoted()?)
}

fn elements(text: &str) -> Result<Vec<&str>, DecodeError> {
    let mut all = Vec::new();
    let mut elements = Elements::new(text)?;
    while let Some(element) = elements.next()? {
        all.push(element);
    }
    Ok(all)
}

fn all_same(
    a: &[&str],
    b: &[&str],
    same: impl Fn(&str, &str) -> Result<bool, DecodeError>,
) -> Result<bool, DecodeError> {
    for (a, b) in a.iter().zip(b) {
        if !same(a, b)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_elements(
    a: &str,
    b: &str,
    same: impl Fn(&str, &str) -> Result<bool, DecodeError>,
) -> Result<bool, DecodeError> {
    let (a, b) = (elements(a)?, elements(b)?);
    Ok(a.len() == b.len() && all_same(&a, &b, same)?)
}

fn same_members(a: &str, b: &str) -> Result<bool, DecodeError> {
    let members = |text| -> Result<Vec<(Cow<'_, str>, &str)>, DecodeError> {
        let (mut all, mut members) = (Vec::new(), Members::new(text)?);
        while let Some(member) = members.next()? {
            all.push(member);
        }
        all.sort_unstable();
        Ok(all)
    };
    let (a, b) = (members(a)?, members(b)?);
    if a.len() != b.len() {
        return Ok(false);
    }
    for ((name, value), (other, theirs)) in a.iter().zip(&b) {
        if name != other || !same_value(value, theirs)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether one attribute value is greater than another of the same type, in DynamoDB's order of strings, numbers and
/// binaries. Values that have no order are not.
pub(crate) fn is_greater(a: &str, b: &str) -> bool {
    match (scalar(a), scalar(b)) {
        (Ok(Scalar::S(a)), Ok(Scalar::S(b))) => a.as_bytes() > b.as_bytes(),
        (Ok(Scalar::B(a)), Ok(Scalar::B(b))) => a > b,
        (Ok(Scalar::N(a)), Ok(Scalar::N(b))) => {
            match (a.parse::<crate::types::Number>(), b.parse()) {
                (Ok(a), Ok(b)) => a > b,
                _ => false,
            }
        }
        _ => false,
    }
}

/// Size in bytes by DynamoDB's rules, and levels of nesting, of one attribute value.
///
/// Recursion is bounded by the containers a cursor lets be open at once.
pub(super) fn measure(value: &str) -> Result<(usize, usize), DecodeError> {
    let mut cursor = Cursor::new(value);
    let measured = measure_at(&mut cursor)?;
    cursor.end()?;
    Ok(measured)
}

fn measure_at(cursor: &mut Cursor<'_>) -> Result<(usize, usize), DecodeError> {
    let mut first = true;
    let mut size = 0;
    let mut depth = 0;
    match cursor.tag()? {
        Tag::S => size = cursor.quoted()?.len(),
        Tag::N => size = number_size(cursor)?,
        Tag::B => size = cursor.binary(Form::Member(Tag::B))?.len(),
        Tag::Bool | Tag::Null => {
            cursor.literal()?;
            size = 1;
        }
        Tag::M => {
            size = 3;
            cursor.enter(b'{')?;
            while cursor.more(&mut first, b'}')? {
                let name = cursor.key()?.0.len();
                let (part, below) = measure_at(cursor)?;
                size += 1 + name + part;
                depth = depth.max(below);
            }
        }
        Tag::L => {
            size = 3;
            cursor.enter(b'[')?;
            while cursor.more(&mut first, b']')? {
                let (part, below) = measure_at(cursor)?;
                size += 1 + part;
                depth = depth.max(below);
            }
        }
        tag @ (Tag::Ss | Tag::Ns | Tag::Bs) => {
            cursor.enter(b'[')?;
            while cursor.more(&mut first, b']')? {
                size += match tag {
                    Tag::Ns => number_size(cursor)?,
                    Tag::Bs => cursor.binary(Form::Member(Tag::B))?.len(),
                    _ => cursor.quoted()?.len(),
                };
            }
        }
        Tag::Unknown => {
            return Err(DecodeError::mismatch(
                "an attribute value",
                Tag::Unknown.name(),
            ));
        }
    }
    cursor.close()?;
    Ok((size, depth + 1))
}

fn number_size(cursor: &mut Cursor<'_>) -> Result<usize, DecodeError> {
    let text = cursor.quoted()?;
    match number::Decimal::parse(&text) {
        Some(decimal) => Ok(decimal.size()),
        None => Err(DecodeError::refused("a decimal number")),
    }
}
