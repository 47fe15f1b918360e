use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order, Visit))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "ORDER#{id}", sk = "ORDER")]
struct Order {
    id: u64,
    total: u64,
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "VISIT#{id}", sk = "VISIT")]
struct Visit {
    id: u64,
    total: u64,
}

fn test(shop: Handle<Shop>) {
    use dynamo_model::expr::Attributed as _;
    let _ = shop.delete(Order::key(7_u64)).condition(|o| o.total.eq(Visit::attributes().total));
}

fn main() {}
