use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), ttl = "expires_at", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Clone)]
#[entity(table = Shop, pk = "ORDER#{id}", sk = "ORDER")]
struct Order {
    id: u64,
    #[entity(unique)]
    email: String,
    count: u64,
}

fn main() {
    let order: fn(Handle<Shop>) = |shop| drop(shop.update(Order::key(1_u64)).add(|o| o.count, 1).return_new());
    let _ = order;
}
