use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop", pk = "PK", sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), gsi("GSI2", pk = "GSI2PK", sk = "GSI2SK"),
    entities(Order),
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop, pk = "ORDER#{id}", sk = "ORDER",
    index(by_region, on = "GSI1", pk = "REGION#{region}", sk = "{id}"),
    index(local, on = "GSI2", pk = "STATUS#{status}", sk = "{id}", when = region.is_none()),
)]
struct Order {
    id: u64,
    status: String,
    region: Option<String>,
}

fn test(shop: Handle<Shop>) {
    let _ = shop.update(Order::key(7_u64)).remove(|o| o.region).send();
}

fn main() {}
