use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), entities(Customer, Order, Line))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "CUSTOMER#{id}", sk = "PROFILE")]
struct Customer {
    id: String,
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{number}"),
)]
struct Order {
    customer_id: String,
    number: String,
    status: String,
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order}#LINE#{line}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{order}"),
)]
struct Line {
    customer_id: String,
    order: String,
    line: u16,
    status: String,
}

#[derive(Collection)]
enum CustomerItem {
    Customer(Customer),
    Order(Order),
}

fn doc(shop: Handle<Shop>) {
    let _ = shop.query(CustomerItem::of("c")).filter_member::<Line>(|l| l.line.eq(1));
}

fn main() {}
