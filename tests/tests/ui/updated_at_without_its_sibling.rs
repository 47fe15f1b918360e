use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), ttl = "expires_at", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Clone)]
#[entity(table = Shop, pk = "ORDER#{id}", sk = "ORDER", index(recent, on = "GSI1", pk = "TOPIC#{topic}", sk = "{at}"))]
struct Order {
    id: u64,
    topic: String,
    text: String,
    #[entity(updated_at)]
    at: u64,
}

fn main() {
    let order: fn(Handle<Shop>) = |shop| drop(shop.update(Order::key(1_u64)).set(|o| o.text, "a").send());
    let _ = order;
}
