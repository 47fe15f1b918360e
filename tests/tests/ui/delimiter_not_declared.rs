use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK")]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "{customer_id}|{status}", sk = "{order_id}")]
struct Order {
    customer_id: String,
    order_id: u64,
    status: String,
}

fn main() {}
