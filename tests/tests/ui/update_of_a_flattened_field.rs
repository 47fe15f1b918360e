use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order))]
struct Shop;

#[derive(Clone, Document, Serialize, Deserialize)]
struct Address {
    city: String,
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "ORDER#{id}", sk = "ORDER")]
struct Order {
    id: u64,
    #[serde(flatten)]
    address: Address,
}

fn test(shop: Handle<Shop>) {
    let address = Address { city: "Graz".into() };
    let _ = shop.update(Order::key(7_u64)).set(|o| o.address, address);
}

fn main() {}
