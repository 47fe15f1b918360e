use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "{id}")]
struct Order {
    id: String,
}

impl Order {
    fn key(&self) -> &str {
        &self.id
    }
}

fn main() {}
