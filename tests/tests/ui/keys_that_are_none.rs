use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "ORDER#{id}")]
struct Order {
    id: String,
}

fn wrong(shop: Handle<Shop>) {
    let _ = shop.transact_get(5);
}

fn main() {}
