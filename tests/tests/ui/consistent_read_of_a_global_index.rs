use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop", pk = "PK", sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    entities(Order),
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{number}"),
)]
struct Order {
    customer: String,
    number: u32,
    status: String,
}

fn main() {
    let shop = Shop::on(dynamo_model::embedded::client().unwrap());
    let _ = shop.query(Order::by_status("paid")).consistent().items();
}
