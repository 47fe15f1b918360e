use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Entity, Serialize, Deserialize)]
struct Order {
    id: String,
}

fn main() {}
