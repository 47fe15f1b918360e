use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order, Invoice))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order_id}", type = "doc")]
struct Order {
    customer_id: String,
    order_id: u64,
    status: String,
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "INVOICE#{number}", type_aliases("doc"))]
struct Invoice {
    customer: String,
    number: u64,
}

fn main() {}
