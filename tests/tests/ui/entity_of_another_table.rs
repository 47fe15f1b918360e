use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order_id}")]
struct Order {
    customer_id: String,
    order_id: u64,
    status: String,
}

#[derive(Table)]
#[table(name = "archive", pk = "PK", sk = "SK", entities())]
struct Archive;

fn wrong(archive: Handle<Archive>, order: Order) {
    let _ = archive.put(&order);
}

fn main() {}
