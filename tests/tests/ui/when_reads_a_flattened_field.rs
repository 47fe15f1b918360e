use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), entities(Order))]
struct Shop;

#[derive(Document, Serialize, Deserialize)]
struct Address {
    city: String,
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop, pk = "ORDER#{id}", sk = "ORDER",
    index(open, on = "GSI1", pk = "OPEN", sk = "{id}", when = address.city == "Graz"),
)]
struct Order {
    id: u64,
    #[serde(flatten)]
    address: Address,
}

fn main() {}
