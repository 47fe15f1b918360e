//! The key attributes by which a place among the items is known.

use crate::Error;
use crate::entity::{scalar, write_key_value};
use crate::key::{KeyKind, KeyValue};
use crate::op::filter::Source;
use crate::schema::AttributeDef;
use crate::wire::{DecodeError, RawItem, write_json_str};

/// The key attributes of the table and of the index that is read, each once: what `ExclusiveStartKey` is made of.
pub(super) struct KeyNames(Vec<AttributeDef>);

impl KeyNames {
    pub(super) fn of(source: Source) -> Self {
        let table = source.table;
        let index = source.index.into_iter();
        let of_index = index.flat_map(|index| index.pk.iter().chain(index.sk));
        let mut names: Vec<AttributeDef> = Vec::new();
        for attribute in [&table.pk].into_iter().chain(&table.sk).chain(of_index) {
            if !names.iter().any(|known| known.name == attribute.name) {
                names.push(*attribute);
            }
        }
        Self(names)
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|attribute| attribute.name == name)
    }

    pub(super) fn get(&self, name: &str) -> Option<AttributeDef> {
        self.0
            .iter()
            .find(|attribute| attribute.name == name)
            .copied()
    }

    /// The values in an item or a key.
    pub(super) fn read(&self, item: RawItem<'_>) -> Result<Vec<KeyValue>, Error> {
        let value = |attribute: &AttributeDef| {
            match scalar(item, attribute.name)? {
            Some(value) => Ok(value),
            None => Err(DecodeError::malformed(
                "an item in the response lacks a key attribute, so that it is not known where it stands",
            )
            .into()),
        }
        };
        self.0.iter().map(value).collect()
    }

    /// The values as a JSON object.
    pub(super) fn write(&self, key: &[KeyValue]) -> String {
        let mut json = String::with_capacity(128);
        for (attribute, value) in self.0.iter().zip(key) {
            json.push(if json.is_empty() { '{' } else { ',' });
            write_json_str(&mut json, attribute.name);
            json.push(':');
            write_key_value(&mut json, value);
        }
        json.push('}');
        json
    }

    /// Whether these can be the values.
    pub(super) fn fits(&self, key: &[KeyValue]) -> bool {
        let fits = |(attribute, value): (&AttributeDef, &KeyValue)| {
            matches!(
                (attribute.kind, value),
                (KeyKind::S, KeyValue::S(_))
                    | (KeyKind::N, KeyValue::N(_))
                    | (KeyKind::B, KeyValue::B(_))
            )
        };
        self.0.len() == key.len() && self.0.iter().zip(key).all(fits)
    }
}
