use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "{status}#{region}#{order_id}")]
struct Order {
    #[serde(skip)]
    customer_id: String,
    #[serde(skip_serializing)]
    status: String,
    #[serde(skip_deserializing)]
    region: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    order_id: String,
}

fn main() {}
