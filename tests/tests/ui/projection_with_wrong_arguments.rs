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
#[projection(on = Order)]
struct Misspelt {
    number: u64,
}

#[derive(Projection, Deserialize)]
#[projection(of = "Order")]
struct Quoted {
    number: u64,
}

#[derive(Projection, Deserialize)]
#[projection(of = Order)]
struct Generic<T> {
    number: T,
}

#[derive(Projection, Deserialize)]
#[projection(of = Order)]
struct Flattened {
    #[serde(flatten)]
    rest: std::collections::HashMap<String, String>,
}

#[derive(Projection, Deserialize)]
#[projection(of = Order)]
#[serde(from = "u64")]
struct Foreign {
    number: u64,
}

impl From<u64> for Foreign {
    fn from(number: u64) -> Self {
        Self { number }
    }
}

fn main() {}
