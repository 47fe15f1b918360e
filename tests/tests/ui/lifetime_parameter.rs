use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order_id}")]
struct Order<'a> {
    customer_id: &'a str,
    order_id: u64,
}

fn main() {}
