use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", entities(Order))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "ORDER#{id}")]
struct Order {
    id: String,
}

#[derive(Table)]
#[table(name = "staff", pk = "PK", entities(Clerk))]
struct Staff;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Staff, pk = "CLERK#{id}")]
struct Clerk {
    id: String,
}

fn wrong(shop: Handle<Shop>) {
    let _ = shop.transact_get((Order::key("1"), Clerk::key("2")));
    let _ = shop.transact_get([Clerk::key("2")]);
    let _ = shop.transact_write().check_exists(Clerk::key("2"));
}

fn main() {}
