use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Clone)]
#[entity(
    table = Shop, pk = "ORDER#{id}", sk = "ORDER",
    index(fresh, on = "GSI1", pk = "FRESH", sk = "{id}", when = *version < 3),
)]
struct Order {
    id: u64,
    #[entity(version)]
    version: u64,
}

fn main() {}
