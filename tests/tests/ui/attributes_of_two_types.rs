use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "ORDER#{id}", sk = "ORDER")]
struct Order {
    id: u64,
    total: u64,
    note: String,
}

fn test(shop: Handle<Shop>) {
    let _ = shop.delete(Order::key(7_u64)).condition(|o| o.total.lt(&o.note));
}

fn main() {}
