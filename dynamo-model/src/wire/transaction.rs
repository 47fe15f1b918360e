//! The outside of a transaction's answer, and the size of what a transaction writes.

use super::envelope::read_capacity;
use super::raw::{Elements, Members, RawItem, measure};
use super::{ConsumedCapacity, DecodeError};

/// The members of the answers of `TransactGetItems` and `TransactWriteItems`.
#[derive(Default)]
pub(crate) struct TransactionAnswer<'a> {
    /// One for each read, in the order of the request; `None` if there is no such item.
    pub(crate) items: Vec<Option<RawItem<'a>>>,
    /// One for each table.
    pub(crate) consumed_capacity: Vec<ConsumedCapacity>,
}

/// Finds the members of a response; those it does not know are skipped, `null` is absence.
pub(crate) fn read_transaction(body: &str) -> Result<TransactionAnswer<'_>, DecodeError> {
    let mut answer = TransactionAnswer::default();
    let mut members = Members::new(body)?;
    while let Some((name, value)) = members.next()? {
        if value == "null" {
            continue;
        }
        match &*name {
            "Responses" => {
                let mut responses = Elements::new(value)?;
                while let Some(response) = responses.next()? {
                    answer.items.push(item(response)?);
                }
            }
            "ConsumedCapacity" => {
                let mut tables = Elements::new(value)?;
                while let Some(table) = tables.next()? {
                    answer.consumed_capacity.push(read_capacity(table)?);
                }
            }
            _ => {}
        }
    }
    members.end()?;
    Ok(answer)
}

/// The item of one response. An engine says in several ways that there is none: no member, `null`, no response.
fn item(response: &str) -> Result<Option<RawItem<'_>>, DecodeError> {
    if response == "null" {
        return Ok(None);
    }
    let item = RawItem::new(response).attribute("Item")?;
    match item.filter(|item| *item != "null") {
        None => Ok(None),
        Some(item) if item.starts_with('{') => Ok(Some(RawItem::new(item))),
        Some(_) => Err(DecodeError::malformed(
            "an item in the response is not a JSON object",
        )),
    }
}

/// The size of an item in bytes by DynamoDB's rules: names and values.
pub(crate) fn item_size(item: RawItem<'_>) -> Result<usize, DecodeError> {
    let mut size = 0;
    let mut attributes = item.attributes()?;
    while let Some((name, value)) = attributes.next()? {
        size += name.len() + measure(value)?.0;
    }
    Ok(size)
}
