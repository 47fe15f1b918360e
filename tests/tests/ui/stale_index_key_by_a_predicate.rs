use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop, pk = "ORDER#{id}", sk = "ORDER",
    index(open, on = "GSI1", pk = "OPEN", sk = "{until}", when = *open),
)]
struct Order {
    id: u64,
    until: u64,
    open: bool,
}

fn test(shop: Handle<Shop>) {
    let _ = shop.update(Order::key(7_u64)).set(|o| o.open, true).send();
}

fn main() {}
