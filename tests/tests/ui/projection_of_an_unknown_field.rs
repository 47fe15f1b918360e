use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
struct Order {
    customer_id: String,
    number: u64,
    total_cents: u64,
}

#[derive(Projection, Deserialize)]
#[projection(of = Order)]
struct OrderLine {
    number: u64,
    totl_cents: u64,
}

fn main() {}
