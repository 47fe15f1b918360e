use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "ORDER#{id}", sk = "ORDER")]
struct Order {
    id: u64,
    tags: Vec<String>,
}

fn test(shop: Handle<Shop>) {
    let _ = shop.update(Order::key(7_u64)).add_to_set(|o| o.tags, vec!["red".to_owned()]);
}

fn main() {}
