use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order, Note))]
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
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "NOTE#{number}")]
struct Note {
    customer_id: String,
    number: u64,
}

fn queries(shop: &Handle<Shop>) {
    let _ = shop.query(Note::of("c-1")).project::<OrderLine>().items();
}

fn gets(shop: &Handle<Shop>) {
    let _ = shop.get(Note::key("c-1", 7_u64)).project::<OrderLine>().send();
}

fn main() {}
