use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK")]
struct Shop;

#[derive(Serialize, Deserialize)]
struct Order {
    id: String,
}

fn wrong(shop: Handle<Shop>, order: Order) {
    let _ = shop.put(&order);
}

fn main() {}
