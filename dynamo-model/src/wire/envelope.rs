//! The outside of a response: its members found, its items not yet decoded.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::raw::{Members, RawItem};
use super::walk::Walk;
use super::{Capacity, ConsumedCapacity, DecodeError};

/// The members that the answers of `GetItem`, `PutItem`, `UpdateItem`, `DeleteItem`, `Query`, `Scan` and `ExecuteStatement` have
/// between them. Batch and transaction answers are read with [`Members`] and [`Elements`].
#[derive(Default)]
pub(crate) struct Envelope<'a> {
    /// `Item` of a get.
    pub(crate) item: Option<RawItem<'a>>,
    /// `Attributes` of a write, by `ReturnValues`.
    pub(crate) attributes: Option<RawItem<'a>>,
    /// `Items` of a page, which have not been looked at.
    pub(crate) items: Walk,
    /// Items that passed the filter.
    pub(crate) count: u64,
    /// Items that were read.
    pub(crate) scanned_count: u64,
    /// Where the next page begins, if there is one.
    pub(crate) last_evaluated_key: Option<RawItem<'a>>,
    /// Where the next page of a statement's items begins, as the JSON string it is sent back as.
    pub(crate) next_token: Option<&'a str>,
    pub(crate) consumed_capacity: Option<ConsumedCapacity>,
}

/// Finds the members of a response; those it does not know are skipped, `null` is absence.
pub(crate) fn read_envelope(body: &str) -> Result<Envelope<'_>, DecodeError> {
    let mut envelope = Envelope::default();
    let mut cursor = Cursor::new(body);
    cursor.members(&mut |name, cursor| {
        match name {
            "Item" => envelope.item = Some(RawItem::new(cursor.object()?)),
            "Attributes" => envelope.attributes = Some(RawItem::new(cursor.object()?)),
            "Items" => envelope.items = Walk::begin(cursor)?,
            "Count" => envelope.count = count(cursor.value()?)?,
            "ScannedCount" => envelope.scanned_count = count(cursor.value()?)?,
            "LastEvaluatedKey" => {
                // DynamoDB Local has been seen to end a scan with an empty key.
                let key = RawItem::new(cursor.object()?);
                envelope.last_evaluated_key = (!key.names()?.is_empty()).then_some(key);
            }
            "NextToken" => envelope.next_token = Some(cursor.value()?),
            "ConsumedCapacity" => {
                envelope.consumed_capacity = Some(read_capacity(cursor.value()?)?);
            }
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    cursor.end()?;
    Ok(envelope)
}

fn count(value: &str) -> Result<u64, DecodeError> {
    value
        .parse()
        .map_err(|_| DecodeError::malformed("a count in the response is not a number"))
}

/// Reads one `ConsumedCapacity` object.
pub(crate) fn read_capacity(text: &str) -> Result<ConsumedCapacity, DecodeError> {
    let mut consumed = ConsumedCapacity::default();
    let mut members = Members::new(text)?;
    while let Some((name, value)) = members.next()? {
        if value == "null" {
            continue;
        }
        match &*name {
            "TableName" => {
                consumed.table_name = super::cursor::Cursor::new(value).quoted()?.into_owned();
            }
            "CapacityUnits" => consumed.capacity_units = units(value)?,
            "ReadCapacityUnits" => consumed.read_capacity_units = Some(units(value)?),
            "WriteCapacityUnits" => consumed.write_capacity_units = Some(units(value)?),
            "Table" => consumed.table = Some(part(value)?),
            "LocalSecondaryIndexes" => consumed.local_secondary_indexes = indexes(value)?,
            "GlobalSecondaryIndexes" => consumed.global_secondary_indexes = indexes(value)?,
            _ => {}
        }
    }
    Ok(consumed)
}

fn indexes(text: &str) -> Result<BTreeMap<String, Capacity>, DecodeError> {
    let mut indexes = BTreeMap::new();
    let mut members = Members::new(text)?;
    while let Some((name, value)) = members.next()? {
        indexes.insert(name.into_owned(), part(value)?);
    }
    Ok(indexes)
}

fn part(text: &str) -> Result<Capacity, DecodeError> {
    let mut capacity = Capacity::default();
    let mut members = Members::new(text)?;
    while let Some((name, value)) = members.next()? {
        match &*name {
            "CapacityUnits" => capacity.capacity_units = units(value)?,
            "ReadCapacityUnits" => capacity.read_capacity_units = Some(units(value)?),
            "WriteCapacityUnits" => capacity.write_capacity_units = Some(units(value)?),
            _ => {}
        }
    }
    Ok(capacity)
}

fn units(value: &str) -> Result<f64, DecodeError> {
    value
        .parse()
        .ok()
        .filter(|units: &f64| units.is_finite())
        .ok_or_else(|| DecodeError::malformed("capacity units in the response are not a number"))
}
