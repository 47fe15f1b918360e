use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", entities(Order, Invoice))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "{id}")]
struct Order {
    id: String,
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "INVOICE-{id}")]
struct Invoice {
    id: String,
}

fn main() {}
