use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "ORDER#{id}", sk = "ORDER")]
struct Order {
    id: u64,
    at: jiff::Timestamp,
}

fn test(shop: Handle<Shop>) {
    let _ = shop.delete(Order::key(7_u64)).condition(|o| o.at.lt(jiff::Timestamp::UNIX_EPOCH));
}

fn main() {}
