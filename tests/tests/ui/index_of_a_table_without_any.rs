use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order_id}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{order_id}"),
)]
struct Order {
    customer_id: String,
    order_id: u64,
    status: String,
}

fn main() {}
