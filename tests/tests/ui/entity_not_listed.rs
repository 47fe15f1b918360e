use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Customer))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "PROFILE")]
struct Customer {
    customer_id: String,
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order_id}")]
struct Order {
    customer_id: String,
    order_id: u64,
    status: String,
}

fn main() {
    let _ = Order::key("c-1", 7u64);
}
