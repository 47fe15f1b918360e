//! What marks a unique value as taken: the form of such items, which are no entities.
//!
//! A marker's partition key is `U+10FFFF unique#<type>#<field>#<value>`, which no entity's key begins with, because
//! components refuse U+10FFFF; its sort key, if the table has one, is always the same, and of no entity's either, so that
//! an inverted index tells them apart too. Where the key is a number, it is made of the text's SHA-256 hash, with an
//! exponent that no integer reaches; where it is binary, of the text's bytes. A marker holds its owner's primary key, and
//! its owner's expiry.

use sha2::{Digest as _, Sha256};

use super::item::scalar;
use crate::key::{KeyKind, KeyValue};
use crate::schema::TableDef;
use crate::wire::{DecodeError, RawItem};

/// The attribute that holds the owner's primary key.
pub(crate) const OWNER: &str = "_unique_owner";

const PREFIX: &str = "\u{10FFFF}unique#";

/// 2^120 has 37 digits, and DynamoDB takes 126; 128-bit integers have 39.
const ZEROS: usize = 80;

/// The partition key as text.
pub(crate) fn text(type_name: &str, field: &str, value: &str) -> String {
    format!("{PREFIX}{type_name}#{field}#{value}")
}

pub(crate) fn partition(kind: KeyKind, text: String) -> KeyValue {
    match kind {
        KeyKind::S => KeyValue::S(text),
        KeyKind::B => KeyValue::B(text.into_bytes()),
        KeyKind::N => {
            let hash = Sha256::digest(text.as_bytes());
            let mut number = 0_u128;
            for byte in hash.iter().take(15) {
                number = (number << 8) | u128::from(*byte);
            }
            KeyValue::N(format!("{number}{}", "0".repeat(ZEROS)))
        }
    }
}

/// The sort key of all markers.
pub(crate) fn sort(kind: KeyKind) -> KeyValue {
    match kind {
        KeyKind::S => KeyValue::S(PREFIX.to_owned()),
        KeyKind::N => KeyValue::N(format!("1{}", "0".repeat(ZEROS))),
        KeyKind::B => KeyValue::B(PREFIX.as_bytes().to_vec()),
    }
}

/// Whether the item is a marker.
pub(crate) fn is_marker(table: &TableDef, item: RawItem<'_>) -> Result<bool, DecodeError> {
    let may_be = match scalar(item, table.pk.name)? {
        Some(KeyValue::S(text)) => text.starts_with(PREFIX),
        Some(KeyValue::B(bytes)) => bytes.starts_with(PREFIX.as_bytes()),
        // Services differ in how they write large numbers.
        Some(KeyValue::N(digits)) => digits.len() > ZEROS || digits.contains(['e', 'E']),
        None => false,
    };
    Ok(may_be && item.attribute(OWNER)?.is_some())
}
