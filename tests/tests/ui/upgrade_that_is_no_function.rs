use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order, Quoted, OfAnotherType))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
struct Order {
    customer_id: String,
    number: u64,
    total_cents: u64,
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "NOTE#{number}", upgrade = "from_v1")]
struct Quoted {
    customer_id: String,
    number: u64,
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "TAG#{number}", upgrade = from_v1)]
struct OfAnotherType {
    customer_id: String,
    number: u64,
}

fn from_v1(item: String) -> Result<(), String> {
    drop(item);
    Ok(())
}

fn main() {}
