//! Older stored shapes, turned into today's when they are read.

use std::collections::HashMap;
use std::error::Error as StdError;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::schema::TableDef;
use crate::wire::{DecodeError, RawItem, from_attribute_values, to_attribute_values};

/// Changes a stored item, with its key and type attributes, into today's shape. See
/// [`Entity::UPGRADE`](crate::Entity::UPGRADE).
///
/// The primary key must stay as it is; whatever else is changed is what is read.
pub type Upgrade =
    fn(&mut HashMap<String, AttributeValue>) -> Result<(), Box<dyn StdError + Send + Sync>>;

/// What the function that the user names returns, as an [`Upgrade`] does.
#[doc(hidden)]
pub fn upgraded<E: Into<Box<dyn StdError + Send + Sync>>>(
    result: Result<(), E>,
) -> Result<(), Box<dyn StdError + Send + Sync>> {
    result.map_err(Into::into)
}

pub(super) fn apply(
    table: &TableDef,
    item: RawItem<'_>,
    upgrade: Upgrade,
) -> Result<String, DecodeError> {
    let mut attributes = to_attribute_values(item)?;
    let names = || std::iter::once(table.pk.name).chain(table.sk.map(|sk| sk.name));
    let before: Vec<Option<AttributeValue>> =
        names().map(|name| attributes.get(name).cloned()).collect();
    upgrade(&mut attributes).map_err(|error| DecodeError::upgrade(&*error))?;
    for (name, before) in names().zip(&before) {
        if attributes.get(name) != before.as_ref() {
            return Err(DecodeError::moved(name));
        }
    }
    let mut today = String::with_capacity(item.as_str().len());
    from_attribute_values(&attributes, &mut today);
    Ok(today)
}
