//! A position in DynamoDB JSON text, and everything about reading it that does not depend on a type.
//!
//! The text is checked UTF-8 (it is a `str`), strings are borrowed unless they are escaped, type tags are
//! matched as fixed bytes. White space has a slow path that real responses never take.

use std::borrow::Cow;

use super::json::{find_special, unescape};
use super::skip::past_string;
use super::tag::{Form, Tag};
use super::{DecodeError, base64, number};

/// Containers that may be open at once while a value is read. DynamoDB stores 32 levels; other engines may
/// allow a little more, and a stack holds far more.
const MAX_OPEN: u8 = 64;

pub(super) const EOF: &str = "unexpected end of JSON text";
pub(super) const SYNTAX: &str = "malformed JSON";

#[derive(Clone)]
pub(crate) struct Cursor<'de> {
    pub(super) text: &'de str,
    pub(super) pos: usize,
    open: u8,
}

impl<'de> Cursor<'de> {
    pub(crate) fn new(text: &'de str) -> Self {
        Self {
            text,
            pos: 0,
            open: 0,
        }
    }

    pub(crate) fn at(text: &'de str, pos: usize) -> Self {
        Self { text, pos, open: 0 }
    }

    pub(crate) fn position(&self) -> usize {
        self.pos
    }

    pub(super) fn set_position(&mut self, pos: usize) {
        self.pos = pos;
    }

    pub(super) fn text(&self) -> &'de str {
        self.text
    }

    /// The text from `start` to the cursor.
    pub(super) fn since(&self, start: usize) -> Result<&'de str, DecodeError> {
        self.text
            .get(start..self.pos)
            .ok_or_else(|| DecodeError::malformed(SYNTAX))
    }

    /// The text from the cursor on.
    pub(super) fn rest_text(&self) -> &'de str {
        self.text.get(self.pos..).unwrap_or_default()
    }

    /// Raw text between two positions.
    #[inline]
    pub(super) fn span(&self, (start, end): (usize, usize)) -> &'de str {
        self.text.get(start..end).unwrap_or_default()
    }

    #[inline]
    fn rest(&self) -> &'de [u8] {
        self.text.as_bytes().get(self.pos..).unwrap_or_default()
    }

    /// The next byte that is not white space; the cursor stands on it.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, DecodeError> {
        loop {
            match self.text.as_bytes().get(self.pos) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.pos += 1,
                Some(&byte) => return Ok(byte),
                None => return Err(DecodeError::malformed(EOF)),
            }
        }
    }

    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), DecodeError> {
        if self.peek()? != byte {
            return Err(DecodeError::malformed(SYNTAX));
        }
        self.pos += 1;
        Ok(())
    }

    /// Enters an object or array; `close` byte ends it (see [`more`](Self::more)).
    pub(super) fn enter(&mut self, bracket: u8) -> Result<(), DecodeError> {
        self.expect(bracket)?;
        if self.open == MAX_OPEN {
            return Err(DecodeError::malformed("the value is nested too deeply"));
        }
        self.open += 1;
        Ok(())
    }

    /// Whether another member or element follows; otherwise the closing bracket has been consumed.
    #[inline]
    pub(super) fn more(&mut self, first: &mut bool, close: u8) -> Result<bool, DecodeError> {
        let mut byte = self.peek()?;
        if byte == close {
            self.pos += 1;
            self.open = self.open.saturating_sub(1);
            return Ok(false);
        }
        if !*first {
            if byte != b',' {
                return Err(DecodeError::malformed(SYNTAX));
            }
            self.pos += 1;
            byte = self.peek()?;
            if byte == close {
                return Err(DecodeError::malformed(SYNTAX));
            }
        }
        *first = false;
        Ok(true)
    }

    /// The name of a member, and where its text lies; the cursor stands on the member's value.
    #[inline]
    pub(super) fn key(&mut self) -> Result<(Cow<'de, str>, (usize, usize)), DecodeError> {
        let start = self.pos + 1;
        let key = self.quoted()?;
        let end = self.pos - 1;
        self.expect(b':')?;
        Ok((key, (start, end)))
    }

    /// The name of the next member of an object, as where it lies, if it is written as responses are: with a comma before it
    /// unless it is the first, without white space and escapes. The cursor stands on the member's value then, and has not moved
    /// otherwise.
    #[inline]
    pub(super) fn plain_member(&mut self, first: bool) -> Option<(usize, usize)> {
        let bytes = self.text.as_bytes();
        let start = match bytes.get(self.pos..)? {
            [b',', b'"', ..] if !first => self.pos + 2,
            [b'"', ..] if first => self.pos + 1,
            _ => return None,
        };
        let end = find_special(bytes, start);
        let Some([b'"', b':', ..]) = bytes.get(end..) else {
            return None;
        };
        self.pos = end + 2;
        Some((start, end))
    }

    /// The text of `{"S":"…"}`, or of another scalar with a tag of one letter, if it is written as responses are. The cursor
    /// stands behind it then, and has not moved otherwise.
    #[inline]
    fn plain_scalar(&mut self, letter: u8) -> Option<&'de str> {
        let bytes = self.text.as_bytes();
        let start = self.scalar_content(letter)?;
        let end = find_special(bytes, start);
        let Some([b'"', b'}', ..]) = bytes.get(end..) else {
            return None;
        };
        self.pos = end + 2;
        self.text.get(start..end)
    }

    /// Where the text of such a scalar begins.
    #[inline]
    fn scalar_content(&self, letter: u8) -> Option<usize> {
        let head = self.rest().first_chunk::<6>()?;
        (*head == [b'{', b'"', letter, b'"', b':', b'"']).then_some(self.pos + 6)
    }

    /// The value of `{"N":"…"}`, if that is what stands here: no more digits than fit, signed or not. The cursor stands
    /// behind it then, and has not moved otherwise.
    #[inline]
    fn plain_integer(&mut self, form: Form) -> Option<u64> {
        if form != Form::Tagged {
            return None;
        }
        let start = self.scalar_content(b'N')?;
        let text = self.text.as_bytes().get(start..)?;
        let (value, len) = number::leading_digits(text)?;
        let Some([b'"', b'}', ..]) = text.get(len..) else {
            return None;
        };
        self.pos = start + len + 2;
        Some(value)
    }

    /// A JSON string.
    #[inline]
    pub(super) fn quoted(&mut self) -> Result<Cow<'de, str>, DecodeError> {
        match self.plain() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.quoted_slow(),
        }
    }

    /// The string that stands here, if it has no escapes and no white space before it.
    #[inline]
    fn plain(&mut self) -> Option<&'de str> {
        let bytes = self.text.as_bytes();
        if bytes.get(self.pos) != Some(&b'"') {
            return None;
        }
        let start = self.pos + 1;
        let end = find_special(bytes, start);
        if bytes.get(end) != Some(&b'"') {
            return None;
        }
        self.pos = end + 1;
        self.text.get(start..end)
    }

    #[cold]
    fn quoted_slow(&mut self) -> Result<Cow<'de, str>, DecodeError> {
        self.expect(b'"')?;
        let start = self.pos;
        self.pos = past_string(self.text.as_bytes(), start)?;
        let raw = self.span((start, self.pos - 1));
        if raw.contains('\\') {
            unescape(raw).map(Cow::Owned)
        } else {
            Ok(Cow::Borrowed(raw))
        }
    }

    /// Reads `{"TAG":`; the cursor stands on the payload.
    pub(super) fn tag(&mut self) -> Result<Tag, DecodeError> {
        let (tag, len) = match self.rest() {
            [b'{', b'"', tag, b'"', b':', ..] => match tag {
                b'S' => (Tag::S, 5),
                b'N' => (Tag::N, 5),
                b'M' => (Tag::M, 5),
                b'L' => (Tag::L, 5),
                b'B' => (Tag::B, 5),
                _ => return self.tag_slow(),
            },
            [b'{', b'"', b'B', b'O', b'O', b'L', b'"', b':', ..] => (Tag::Bool, 8),
            [b'{', b'"', b'N', b'U', b'L', b'L', b'"', b':', ..] => (Tag::Null, 8),
            [b'{', b'"', tag, b'S', b'"', b':', ..] => match tag {
                b'S' => (Tag::Ss, 6),
                b'N' => (Tag::Ns, 6),
                b'B' => (Tag::Bs, 6),
                _ => return self.tag_slow(),
            },
            _ => return self.tag_slow(),
        };
        self.pos += len;
        Ok(tag)
    }

    #[cold]
    fn tag_slow(&mut self) -> Result<Tag, DecodeError> {
        self.expect(b'{')?;
        let name = self.quoted()?;
        self.expect(b':')?;
        Ok(Tag::of(&name))
    }

    /// Ends what [`tag`](Self::tag) began.
    #[inline]
    pub(super) fn close(&mut self) -> Result<(), DecodeError> {
        if self.text.as_bytes().get(self.pos) == Some(&b'}') {
            self.pos += 1;
            return Ok(());
        }
        self.close_slow()
    }

    #[cold]
    fn close_slow(&mut self) -> Result<(), DecodeError> {
        match self.peek()? {
            b'}' => {
                self.pos += 1;
                Ok(())
            }
            b',' => Err(DecodeError::malformed(
                "an attribute value has more than one type tag",
            )),
            _ => Err(DecodeError::malformed(SYNTAX)),
        }
    }

    /// Text with the given tag, in whatever form; the value has been consumed.
    fn payload(
        &mut self,
        form: Form,
        tag: Tag,
        expected: &'static str,
    ) -> Result<Cow<'de, str>, DecodeError> {
        if form == Form::Tagged
            && let Some(letter) = tag.letter()
            && let Some(text) = self.plain_scalar(letter)
        {
            return Ok(Cow::Borrowed(text));
        }
        self.payload_slow(form, tag, expected)
    }

    fn payload_slow(
        &mut self,
        form: Form,
        tag: Tag,
        expected: &'static str,
    ) -> Result<Cow<'de, str>, DecodeError> {
        let found = match form {
            Form::Tagged => self.tag()?,
            Form::Member(found) => found,
            Form::Item => Tag::M,
        };
        if found != tag {
            return Err(DecodeError::mismatch(expected, found.name()));
        }
        let text = self.quoted()?;
        if form == Form::Tagged {
            self.close()?;
        }
        Ok(text)
    }

    pub(super) fn string(
        &mut self,
        form: Form,
        expected: &'static str,
    ) -> Result<Cow<'de, str>, DecodeError> {
        self.payload(form, Tag::S, expected)
    }

    pub(super) fn number(
        &mut self,
        form: Form,
        expected: &'static str,
    ) -> Result<Cow<'de, str>, DecodeError> {
        self.payload(form, Tag::N, expected)
    }

    pub(super) fn binary(&mut self, form: Form) -> Result<Vec<u8>, DecodeError> {
        let text = self.payload(form, Tag::B, "binary data (B)")?;
        base64::decode(&text).ok_or_else(|| DecodeError::refused("base64 text"))
    }

    pub(super) fn unsigned(
        &mut self,
        form: Form,
        expected: &'static str,
    ) -> Result<u64, DecodeError> {
        if let Some(value) = self.plain_integer(form) {
            return Ok(value);
        }
        let text = self.number(form, expected)?;
        number::to_u64(&text).ok_or_else(|| DecodeError::refused(expected))
    }

    pub(super) fn signed(
        &mut self,
        form: Form,
        expected: &'static str,
    ) -> Result<i64, DecodeError> {
        if let Some(value) = self.plain_integer(form) {
            return Ok(value.cast_signed());
        }
        let text = self.number(form, expected)?;
        number::to_i64(&text).ok_or_else(|| DecodeError::refused(expected))
    }

    pub(super) fn boolean(&mut self, form: Form) -> Result<bool, DecodeError> {
        let found = self.found(form)?;
        if found != Tag::Bool {
            return Err(DecodeError::mismatch("a boolean (BOOL)", found.name()));
        }
        let value = self.literal()?;
        self.close()?;
        Ok(value)
    }

    pub(super) fn null(&mut self, form: Form) -> Result<(), DecodeError> {
        let found = self.found(form)?;
        if found != Tag::Null {
            return Err(DecodeError::mismatch("null (NULL)", found.name()));
        }
        self.literal()?;
        self.close()
    }

    /// The tag of a value that must be tagged to be of use to the caller; a set's element and the item
    /// itself have theirs without text.
    fn found(&mut self, form: Form) -> Result<Tag, DecodeError> {
        match form {
            Form::Tagged => self.tag(),
            Form::Member(tag) => Ok(tag),
            Form::Item => Ok(Tag::M),
        }
    }

    /// `true` or `false`.
    pub(super) fn literal(&mut self) -> Result<bool, DecodeError> {
        self.peek()?;
        let (value, len) = match self.rest() {
            [b't', b'r', b'u', b'e', ..] => (true, 4),
            [b'f', b'a', b'l', b's', b'e', ..] => (false, 5),
            _ => return Err(DecodeError::malformed(SYNTAX)),
        };
        self.pos += len;
        Ok(value)
    }

    /// Consumes the member's value if it is a `null` of JSON, which in a response is absence.
    pub(super) fn take_absent(&mut self) -> Result<bool, DecodeError> {
        self.peek()?;
        let absent = matches!(self.rest(), [b'n', b'u', b'l', b'l', ..]);
        if absent {
            self.pos += 4;
        }
        Ok(absent)
    }

    /// Consumes the value if it is `{"NULL":…}`, and leaves any other where it is.
    pub(super) fn take_null(&mut self, form: Form) -> Result<bool, DecodeError> {
        if form != Form::Tagged {
            return Ok(false);
        }
        if let [b'{', b'"', first, second, ..] = self.rest()
            && (*first != b'N' || *second != b'U')
            && ![*first, *second].contains(&b'\\')
        {
            return Ok(false);
        }
        let start = self.pos;
        if self.tag()? == Tag::Null {
            self.literal()?;
            self.close()?;
            return Ok(true);
        }
        self.pos = start;
        Ok(false)
    }

    /// Any JSON value, as its text.
    pub(crate) fn value(&mut self) -> Result<&'de str, DecodeError> {
        self.peek()?;
        let start = self.pos;
        self.skip()?;
        self.since(start)
    }

    /// Nothing but white space may follow.
    pub(crate) fn end(&mut self) -> Result<(), DecodeError> {
        match self.peek() {
            Ok(_) => Err(DecodeError::malformed(
                "text after the end of the JSON value",
            )),
            Err(_) => Ok(()),
        }
    }
}
