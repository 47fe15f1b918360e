use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop, pk = "ORDER#{id}", sk = "ORDER",
    index(by_total, on = "GSI1", pk = "TOTAL", sk = "{total}#{id}"),
)]
struct Order {
    id: u64,
    total: u64,
}

fn test(shop: Handle<Shop>) {
    let _ = shop.update(Order::key(7_u64)).set_raw(|o| o.total, dynamo_model::expr::raw("total + id"));
}

fn main() {}
