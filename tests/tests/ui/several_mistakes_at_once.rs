use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop, pk = "CUSTOMER#{custmer_id}", sk = "ORDER#{order_id:lowr}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{order_id"),
    color = "red",
)]
struct Order {
    #[entity(keyonly)]
    customer_id: String,
    order_id: u64,
    #[serde(rename(serialize = "state", deserialize = "status"))]
    status: String,
    #[entity(key_only)]
    note: String,
}

// What could be understood is there, so that the mistakes above are all there is to read.
fn uses(shop: Handle<Shop>, order: Order) {
    let _ = shop.put(&order);
    let _ = shop.query(Order::by_status("Paid")).items();
    let _ = shop.get(Order::key("c-1", 7u64));
}

fn main() {}
