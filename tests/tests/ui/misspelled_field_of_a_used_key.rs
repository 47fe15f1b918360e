use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop", pk = "PK", sk = "SK",
    gsi("GSI1", pk = "GSI1PK"),
    entities(Order),
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop,
    pk = "CUSTOMER#{customerid}", sk = "ORDER#{number}",
    index(by_status, on = "GSI1", pk = "STATUS#{state}"),
)]
struct Order {
    customer_id: String,
    number: u32,
    status: String,
}

fn main() {
    let _ = Order::key("c-1", 7u32);
    let _ = Order::of("c-1").sort(|k| k.number.ge(7u32));
    let _ = Order::by_status("paid");
}
