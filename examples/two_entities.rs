//! The whole of a small program: a table of two entities and one index, from its definition to a query.
//!
//! Runs on the embedded engine: `cargo run --example two_entities`. A test counts its lines.

use dynamo_model::{embedded, prelude::*};
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    entities(Customer, Order)
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Debug)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "PROFILE")]
struct Customer {
    customer_id: String,
    name: String,
}

#[derive(Entity, Serialize, Deserialize, Debug)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{number}"))]
struct Order {
    customer_id: String,
    number: u64,
    status: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Shop::on(embedded::client()?);
    shop.create_table().send().await?;

    let (customer_id, name) = ("c-1".to_owned(), "Ada".to_owned());
    let order = Order {
        customer_id: customer_id.clone(),
        number: 7,
        status: "paid".to_owned(),
    };
    shop.put(&Customer { customer_id, name }).send().await?;
    shop.put(&order).send().await?;
    println!("{:?}", shop.get(Customer::key("c-1")).send().await?);

    let paid = Order::by_status("paid").sort(|k| k.number.ge(1u64));
    let mut paid = shop.query(paid).items();
    while let Some(order) = paid.try_next().await? {
        println!("{order:?}");
    }
    Ok(())
}
