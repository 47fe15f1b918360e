use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "{city}#{placed_at}#{status}#{order_id}")]
struct Order {
    customer_id: String,
    city: String,
    placed_at: u64,
    status: Status,
    order_id: u64,
}

#[derive(KeyPart, Serialize, Deserialize)]
enum Status {
    Paid,
}

fn main() {
    let _ = Order::of("c-1").sort(|k| k.city.eq("Rome").then(k.status.eq(Status::Paid)));
}
