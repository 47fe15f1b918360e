//! Fields that the library writes: versions, times, values that are made on writing.

mod expiry;
mod lost_answers;
mod made;
mod times;
mod versions;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::Table;
use dynamo_model::prelude::*;

/// The stored item is what a fresh put of the entity that it holds would write.
async fn is_fresh<E: Entity>(table: &Handle<E::Table>, key: Key<E>) -> E
where
    E::Table: Table,
{
    let entity = table.get(key.clone()).consistent().send().await.unwrap();
    let entity = entity.expect("the item is there");
    let stored = stored(table, &key).await;
    assert_eq!(stored, entity.to_item().unwrap());
    entity
}

async fn stored<E: Entity>(
    table: &Handle<E::Table>,
    key: &Key<E>,
) -> std::collections::HashMap<String, AttributeValue> {
    let get = table.client().get_item().table_name(table.name());
    let get = get
        .set_key(Some(key.to_item().unwrap()))
        .consistent_read(true);
    get.send().await.unwrap().item.unwrap()
}
