use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", entities(Order))]
struct Shop;

#[derive(Serialize, Deserialize)]
struct Order {
    id: String,
}

fn main() {}
