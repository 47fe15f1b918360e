//! Older stored shapes, turned into today's when they are read.

use std::collections::HashMap;
use std::error::Error as StdError;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::schema::TableDef;
use crate::wire::{DecodeError, RawItem, from_attribute_values, to_attribute_values};

/// Turns an older stored shape of an item into today's, whenever one is read: `#[entity(upgrade = ..)]` makes one of a
/// function, for [`Entity::UPGRADE`](crate::Entity::UPGRADE).
///
/// It has the item with its key and type attributes. The primary key must stay as it is; whatever else is changed is what is
/// read, and nothing is written. An item that has today's shape, wholly or in part, must be left as it is. The
/// [derive](derive@crate::Entity) says more.
///
/// ```
/// use std::collections::HashMap;
///
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dynamo_model::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Customer))] pub struct Shop;
/// #[derive(Entity, Serialize, Deserialize)]
/// #[entity(table = Shop, pk = "CUSTOMER#{id}", upgrade = one_name)]
/// pub struct Customer {
///     pub id: u32,
///     pub name: String,
/// }
///
/// /// Names were stored in two parts.
/// fn one_name(item: &mut HashMap<String, AttributeValue>) -> Result<(), &'static str> {
///     if let (Some(first), Some(last)) = (item.remove("first"), item.remove("last")) {
///         let first = first.as_s().map_err(|_| "`first` is no text")?;
///         let last = last.as_s().map_err(|_| "`last` is no text")?;
///         item.insert("name".to_owned(), AttributeValue::S(format!("{first} {last}")));
///     }
///     Ok(())
/// }
/// ```
///
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
