use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK",
    gsi("GSI1", pk = "GSI1PK", projection = keys_only),
    entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}",
    index(by_number, on = "GSI1", pk = "NUMBER#{number}"))]
struct Order {
    customer_id: String,
    number: u64,
    total_cents: u64,
}

#[derive(Projection, Deserialize)]
#[projection(of = Order)]
struct OrderLine {
    customer_id: String,
    number: u64,
    total_cents: u64,
}

fn queries(shop: &Handle<Shop>) {
    let _ = shop.query(Order::of("c-1")).project::<OrderLine>();
    let _ = shop.query(Order::by_number(7_u64)).project::<OrderLine>().items();
}

fn main() {}
