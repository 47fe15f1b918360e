use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Clone)]
#[entity(table = Shop, pk = "ORDER#{id}", sk = "VERSION#{version}")]
struct Order {
    id: u64,
    #[entity(version)]
    version: u64,
}

fn main() {}
