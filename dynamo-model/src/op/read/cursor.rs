//! Where to go on reading, as a text to be handed out.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::CursorError;
use crate::CursorErrorKind::{Malformed, Version};
use crate::key::KeyValue;
use crate::wire::{from_base64_url, to_base64_url};

/// A place between two items of a query or a scan: where to go on reading.
///
/// Made by [`Items::cursor`](crate::Items::cursor) and [`Page::cursor`](crate::Page::cursor), given to `after` or `before`
/// of the same query. It is bound to the table, the index, the direction and the key condition, so to the partition too:
/// with another query it is refused. The filter, the page size and `take` may differ. Behind it is what the query hands out
/// next: with `descending`, what is older.
///
/// [`encode`](Self::encode) makes a text of it that fits into a URL, of letters, digits, `-` and `_`. The text holds the key
/// of an item in the clear. For clients that may not see or forge keys, [`seal`](Self::seal) encrypts it (feature
/// `sealed-cursors`). `Debug` does not show the key; serde writes and reads the encoded text.
///
/// # Examples
///
/// ```
/// # use dynamo_model::{Cursor, prelude::*};
/// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
/// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
/// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
/// # struct Order { customer_id: String, number: u32 }
/// # async fn doc(shop: Handle<Shop>, next: Option<String>) -> Result<(), Error> {
/// let mut orders = shop.query(Order::of("c-1")).take(25);
/// if let Some(text) = next {
///     orders = orders.after(&Cursor::decode(&text)?);
/// }
/// let page = orders.page().await?;
/// let next: Option<String> = page.cursor().map(Cursor::encode);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Cursor {
    /// What it is a place in.
    pub(super) binding: Binding,
    pub(super) position: Position,
}

/// A hash of the table, the index, the direction and the key condition.
pub(super) type Binding = [u8; 16];

/// How far was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// Up to this place in the only partition or segment.
    At(Place),
    /// Up to this item of several partitions whose items are merged: the partition it is from, how many there are, and
    /// its key.
    Merged(u16, u16, Vec<KeyValue>),
    /// Up to these places in the segments of a scan.
    Segments(Vec<Place>),
}

/// How far a partition or segment was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Start,
    /// Behind the item with this key: the values of the key attributes of the table and the index.
    After(Vec<KeyValue>),
    End,
}

/// The first byte of every cursor.
const VERSION: u8 = 1;

impl Cursor {
    /// The cursor as a text that fits into a URL, with the key in the clear.
    pub fn encode(&self) -> String {
        to_base64_url(&self.to_bytes())
    }

    /// Reads what [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    ///
    /// [`CursorError`] if the text is no cursor, or one of a later version of this crate.
    pub fn decode(text: &str) -> Result<Self, CursorError> {
        let bytes = from_base64_url(text).ok_or(CursorError::new(Malformed))?;
        Self::from_bytes(&bytes)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        out.push(VERSION);
        out.extend(self.binding);
        match &self.position {
            Position::At(place) => {
                out.push(0);
                write_place(&mut out, place);
            }
            Position::Merged(lane, lanes, key) => {
                out.push(1);
                out.extend(lane.to_be_bytes());
                out.extend(lanes.to_be_bytes());
                write_key(&mut out, key);
            }
            Position::Segments(places) => {
                out.push(2);
                write_length(&mut out, places.len());
                for place in places {
                    write_place(&mut out, place);
                }
            }
        }
        out
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, CursorError> {
        let mut bytes = Bytes(bytes);
        let malformed = CursorError::new(Malformed);
        match bytes.byte() {
            Some(VERSION) => {}
            Some(later) if later > VERSION => return Err(CursorError::new(Version)),
            _ => return Err(malformed),
        }
        let cursor = bytes.cursor().ok_or(malformed)?;
        // Nothing but the text that was written is the cursor, so that nobody can make another of the same meaning.
        if bytes.0.is_empty() {
            Ok(cursor)
        } else {
            Err(CursorError::new(Malformed))
        }
    }
}

fn write_place(out: &mut Vec<u8>, place: &Place) {
    match place {
        Place::Start => out.push(0),
        Place::After(key) => {
            out.push(1);
            write_key(out, key);
        }
        Place::End => out.push(2),
    }
}

fn write_key(out: &mut Vec<u8>, key: &[KeyValue]) {
    write_length(out, key.len());
    for value in key {
        let (tag, bytes) = match value {
            KeyValue::S(text) => (0, text.as_bytes()),
            KeyValue::N(digits) => (1, digits.as_bytes()),
            KeyValue::B(bytes) => (2, &**bytes),
        };
        out.push(tag);
        write_length(out, bytes.len());
        out.extend(bytes);
    }
}

/// Seven bits a byte, the lowest first.
fn write_length(out: &mut Vec<u8>, mut length: usize) {
    loop {
        let low = u8::try_from(length & 0x7F).unwrap_or_default();
        length >>= 7;
        if length == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

/// What is left to be read of a cursor. Every method is `None` at what was not written like this.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn length(&mut self) -> Option<usize> {
        let mut length = 0_usize;
        for shift in [0, 7, 14] {
            let byte = self.byte()?;
            length |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                let is_shortest = byte != 0 || shift == 0;
                return is_shortest.then_some(length);
            }
        }
        None
    }

    fn cursor(&mut self) -> Option<Cursor> {
        let binding = self.take(16)?.try_into().ok()?;
        let position = match self.byte()? {
            0 => Position::At(self.place()?),
            1 => Position::Merged(self.short()?, self.short()?, self.key()?),
            2 => {
                let count = self.length()?;
                // As long as the text is, so that a forged count reserves nothing.
                let mut places = Vec::new();
                for _ in 0..count {
                    places.push(self.place()?);
                }
                Position::Segments(places)
            }
            _ => return None,
        };
        Some(Cursor { binding, position })
    }

    fn place(&mut self) -> Option<Place> {
        match self.byte()? {
            0 => Some(Place::Start),
            1 => self.key().map(Place::After),
            2 => Some(Place::End),
            _ => None,
        }
    }

    fn key(&mut self) -> Option<Vec<KeyValue>> {
        let mut key = Vec::new();
        for _ in 0..self.length()? {
            let tag = self.byte()?;
            let length = self.length()?;
            let bytes = self.take(length)?.to_vec();
            key.push(match tag {
                0 => KeyValue::S(String::from_utf8(bytes).ok()?),
                1 => KeyValue::N(String::from_utf8(bytes).ok()?),
                2 => KeyValue::B(bytes),
                _ => return None,
            });
        }
        Some(key)
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursor(..)")
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encode())
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::decode(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = KeyValue> {
        prop_oneof![
            any::<String>().prop_map(KeyValue::S),
            "-?[0-9]{1,38}".prop_map(KeyValue::N),
            any::<Vec<u8>>().prop_map(KeyValue::B),
        ]
    }

    fn place() -> impl Strategy<Value = Place> {
        prop_oneof![
            Just(Place::Start),
            Just(Place::End),
            prop::collection::vec(value(), 1..6).prop_map(Place::After),
        ]
    }

    fn cursor() -> impl Strategy<Value = Cursor> {
        let position = prop_oneof![
            place().prop_map(Position::At),
            (
                any::<u16>(),
                any::<u16>(),
                prop::collection::vec(value(), 1..6)
            )
                .prop_map(|(lane, lanes, key)| Position::Merged(lane, lanes, key)),
            prop::collection::vec(place(), 0..200).prop_map(Position::Segments),
        ];
        (any::<Binding>(), position).prop_map(|(binding, position)| Cursor { binding, position })
    }

    proptest! {
        #[test]
        fn a_cursor_is_read_as_it_was_written(cursor in cursor()) {
            let text = cursor.encode();
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(Cursor::decode(&text), Ok(cursor));
        }

        #[test]
        fn no_other_text_is_the_same_cursor(cursor in cursor(), at: prop::sample::Index, byte: u8) {
            let mut bytes = cursor.to_bytes();
            let at = at.index(bytes.len());
            prop_assume!(bytes[at] != byte);
            bytes[at] = byte;
            if let Ok(other) = Cursor::from_bytes(&bytes) {
                prop_assert_ne!(&other, &cursor);
                prop_assert_eq!(other.to_bytes(), bytes);
            }
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(text in "[A-Za-z0-9_-]{0,80}") {
            if let Ok(cursor) = Cursor::decode(&text) {
                prop_assert_eq!(cursor.encode(), text);
            }
        }

        #[test]
        fn any_bytes_are_a_cursor_or_an_error(rest: Vec<u8>) {
            let bytes: Vec<u8> = [VERSION].into_iter().chain([0; 16]).chain(rest).collect();
            if let Ok(cursor) = Cursor::from_bytes(&bytes) {
                prop_assert_eq!(cursor.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn a_later_version_says_so() {
        let text = to_base64_url(&[VERSION + 1, 7, 7]);
        assert_eq!(Cursor::decode(&text), Err(CursorError::new(Version)));
        assert_eq!(Cursor::decode(""), Err(CursorError::new(Malformed)));
        assert_eq!(Cursor::decode("über"), Err(CursorError::new(Malformed)));
    }
}
