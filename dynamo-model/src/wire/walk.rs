//! Objects and arrays of a response, walked in place: what is in them is looked at once.

use super::cursor::{Cursor, SYNTAX};
use super::{DecodeError, RawItem};

impl<'de> Cursor<'de> {
    /// Stops at every member of an object that is not `null`, which is absence: with its name, and with the cursor on its
    /// value, past which `each` moves it.
    pub(crate) fn members(
        &mut self,
        each: &mut dyn FnMut(&str, &mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut first = true;
        self.enter(b'{')?;
        while self.more(&mut first, b'}')? {
            let (name, _) = self.key()?;
            if !self.take_absent()? {
                each(&name, self)?;
            }
        }
        Ok(())
    }

    /// Stops at every element of an array, past which `each` moves the cursor.
    pub(crate) fn elements(
        &mut self,
        each: &mut dyn FnMut(&mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut first = true;
        self.enter(b'[')?;
        while self.more(&mut first, b']')? {
            each(self)?;
        }
        Ok(())
    }

    /// The text of an object, such as an item.
    pub(crate) fn object(&mut self) -> Result<&'de str, DecodeError> {
        let text = self.value()?;
        if text.starts_with('{') {
            Ok(text)
        } else {
            Err(DecodeError::malformed(
                "an item in the response is not a JSON object",
            ))
        }
    }
}

/// The items of an array in a response, one after another, each looked at when its turn comes. The text is kept elsewhere, and
/// is always the same.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Walk {
    /// Where the next item begins; at the end, where the array ends.
    at: usize,
    end: usize,
}

impl Walk {
    /// Stands at the first item of the array at the cursor, which goes behind the array.
    pub(super) fn begin(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
        cursor.peek()?;
        let start = cursor.clone();
        cursor.expect(b'[')?;
        cursor.peek()?;
        let at = cursor.position();
        match end_of_items(cursor.text(), at) {
            Some(end) if !cursor.rest_text().starts_with(']') => cursor.set_position(end + 1),
            _ => {
                *cursor = start;
                cursor.skip()?;
            }
        }
        let end = cursor.position() - 1;
        Ok(Self { at, end })
    }

    /// Whether no item is left.
    pub(crate) fn is_done(&self) -> bool {
        self.at == self.end
    }

    /// The number of bytes that are left.
    pub(crate) fn rest(&self) -> usize {
        self.end - self.at
    }

    /// Nothing more is looked at.
    pub(crate) fn abandon(&mut self) {
        self.at = self.end;
    }

    /// The cursor at the next item.
    pub(crate) fn cursor<'t>(&self, text: &'t str) -> Cursor<'t> {
        Cursor::at(text, self.at)
    }

    /// Goes on behind the item, which ends at `end`.
    pub(crate) fn pass(&mut self, text: &str, end: usize) -> Result<(), DecodeError> {
        let mut cursor = Cursor::at(text, end);
        let at = if cursor.more(&mut false, b']')? {
            cursor.position()
        } else {
            // What was taken for the end may be that of a member behind the items.
            while cursor.position() <= self.end {
                pass_unknown(&mut cursor)?;
            }
            cursor.position() - 1
        };
        if at > self.end {
            return Err(DecodeError::malformed(SYNTAX));
        }
        self.at = at;
        Ok(())
    }

    /// The next item, which has been passed then.
    pub(crate) fn next<'t>(&mut self, text: &'t str) -> Result<Option<RawItem<'t>>, DecodeError> {
        if self.is_done() {
            return Ok(None);
        }
        let mut cursor = self.cursor(text);
        let item = RawItem::new(cursor.object()?);
        self.pass(text, cursor.position())?;
        Ok(Some(item))
    }
}

/// The members that the service writes behind `Items`.
const BEHIND_ITEMS: [&str; 5] = [
    "LastEvaluatedKey",
    "ScannedCount",
    "Count",
    "ConsumedCapacity",
    "NextToken",
];

/// How far from the end of a response its items are looked for at most: a key of eight attributes takes up to 10 KB.
const MAX_BEHIND: usize = 16 * 1024;

/// Where the array of items that begins at `from` ends, told from the end of the text, which is near: what is behind the items
/// is short.
///
/// An array within an item is the value of a tag, and followed by a brace. So a bracket with a comma and one of the names behind
/// it ends the items, or a member of the response behind them: see [`Walk::pass`]. The quotes of a name within a string would be
/// escaped. `None` if the text is not written like that.
fn end_of_items(text: &str, from: usize) -> Option<usize> {
    let near = text.floor_char_boundary(text.len().saturating_sub(MAX_BEHIND));
    let near = near.max(from);
    let tail = text.get(near..)?;
    let is_end = |end: &usize| is_known(tail.get(end + 2..).unwrap_or_default());
    let mut ends = tail.rmatch_indices("],\"").map(|(end, _)| end);
    ends.find(is_end).map(|end| near + end)
}

/// Whether one of the known members begins the text.
fn is_known(text: &str) -> bool {
    let mut names = BEHIND_ITEMS.iter();
    names.any(|name| {
        let rest = text
            .strip_prefix('"')
            .and_then(|text| text.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with("\":"))
    })
}

/// Passes a comma and a member of the response that is none of the known.
fn pass_unknown(cursor: &mut Cursor<'_>) -> Result<(), DecodeError> {
    cursor.expect(b',')?;
    cursor.peek()?;
    if is_known(cursor.rest_text()) {
        return Err(DecodeError::malformed(SYNTAX));
    }
    cursor.key()?;
    cursor.skip()
}
