//! Primary keys that can be compared, whoever wrote them.

use crate::entity::scalar;
use crate::key::KeyValue;
use crate::schema::TableDef;
use crate::wire::number::Decimal;
use crate::wire::{DecodeError, RawItem};

/// The primary key of an item, by which entries of a batch are told apart and found again in answers.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Primary(KeyValue, Option<KeyValue>);

impl Primary {
    /// Reads it from an item or a key.
    pub(super) fn of(item: RawItem<'_>, table: &TableDef) -> Result<Self, DecodeError> {
        let part = |name| match scalar(item, name)? {
            Some(KeyValue::N(digits)) => Ok(KeyValue::N(plain(digits))),
            Some(value) => Ok(value),
            None => Err(DecodeError::malformed(
                "an entry of a batch lacks a key attribute",
            )),
        };
        let sk = table.sk.map(|sk| part(sk.name)).transpose()?;
        Ok(Self(part(table.pk.name)?, sk))
    }
}

/// The number in the one spelling that equal numbers share: an answer need not spell it as the request did.
fn plain(digits: String) -> String {
    match Decimal::parse(&digits).filter(|decimal| decimal.fault().is_none()) {
        Some(decimal) => decimal.canonical(),
        None => digits,
    }
}
