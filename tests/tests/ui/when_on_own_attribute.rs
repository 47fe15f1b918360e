use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("by_status", pk = "status", sk = "at"), entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{at}",
    index(by_status, on = "by_status", pk = "{status}", sk = "{at}", when = *open),
)]
struct Order {
    customer_id: String,
    at: String,
    status: String,
    open: bool,
}

fn main() {}
