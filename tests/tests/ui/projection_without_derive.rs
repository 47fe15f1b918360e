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

#[derive(Deserialize)]
struct OrderLine {
    number: u64,
}

fn queries(shop: &Handle<Shop>) {
    let _ = shop.query(Order::of("c-1")).project::<OrderLine>().items();
}

fn gets(shop: &Handle<Shop>) {
    let _ = shop.get(Order::key("c-1", 7_u64)).project::<OrderLine>().send();
}

fn main() {}
