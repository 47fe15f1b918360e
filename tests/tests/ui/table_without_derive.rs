use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "{id}")]
struct Order {
    id: String,
}

fn main() {}
