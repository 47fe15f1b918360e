//! Two entities in one table: create, write, update, query.
//!
//! Runs on the embedded engine: `cargo run --example quickstart`.

use dynamo_model::{embedded, prelude::*};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything the shop stores.
#[derive(Table)]
#[table(
    name = "shop",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    entities(Customer, Order)
)]
pub struct Shop;

/// A person who buys.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "PROFILE")]
pub struct Customer {
    pub customer_id: String,
    #[entity(unique)]
    pub email: String,
    pub orders: u64,
}

/// What a customer bought.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop,
    pk = "CUSTOMER#{customer_id}", sk = "ORDER#{placed_at}#{order_id}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{placed_at}"),
)]
pub struct Order {
    pub customer_id: String,
    pub order_id: Uuid,
    pub placed_at: Timestamp,
    pub status: Status,
    pub total_cents: u64,
    pub note: Option<String>,
    #[entity(version)]
    pub version: u64,
}

#[derive(KeyPart, Serialize, Deserialize, Debug, Clone, Copy, PartialEq)]
pub enum Status {
    Paid,
    Shipped,
}

/// One query, several entities.
#[derive(Collection, Debug)]
pub enum CustomerItem {
    Customer(Customer),
    Order(Order),
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Shop::on(embedded::client()?);
    shop.create_table().send().await?;

    let ada = Customer {
        customer_id: "c-1".into(),
        email: "ada@example.com".into(),
        orders: 0,
    };
    shop.put(&ada).if_absent().send().await?;

    // An address belongs to one customer.
    let other = Customer {
        customer_id: "c-2".into(),
        ..ada.clone()
    };
    if let Err(error) = shop.put(&other).if_absent().send().await {
        println!("refused: {error}");
    }

    // Each order is written together with the count of orders, or not at all.
    let start: Timestamp = "2026-11-22T09:00:00Z".parse()?;
    let mut latest = None;
    for hour in 0..3 {
        let order = Order {
            customer_id: ada.customer_id.clone(),
            order_id: Uuid::from_u128(hour),
            placed_at: start + jiff::SignedDuration::from_hours(i64::try_from(hour)?),
            status: Status::Paid,
            total_cents: 1_999,
            note: None,
            version: 0,
        };
        shop.transact_write()
            .put(shop.put(&order).if_absent())
            .update(shop.update(Customer::key("c-1")).add(|c| c.orders, 1))
            .send()
            .await?;
        latest = Some(order);
    }
    let customer = shop.get(Customer::key("c-1")).send().await?;
    println!("customer: {customer:?}");

    // The keys of the index `by_status` follow by themselves.
    if let Some(order) = &latest {
        let shipped = shop
            .update(Key::of(order))
            .set(|o| o.status, Status::Shipped)
            .set(|o| o.note, "by rail")
            .condition(|o| o.status.eq(Status::Paid))
            .return_new()
            .send()
            .await?;
        println!("shipped: {shipped:?}");
    }

    let mut orders = shop
        .query(Order::by_status(Status::Paid).sort(|k| k.placed_at.ge(start)))
        .descending()
        .items();
    while let Some(order) = orders.try_next().await? {
        println!("paid: {order:?}");
    }

    // The customer and the latest two orders, from one partition.
    let latest = shop.query(CustomerItem::of("c-1")).descending().take(3);
    for item in latest.collect().await? {
        match item {
            CustomerItem::Customer(customer) => println!("of {}", customer.email),
            CustomerItem::Order(order) => println!("placed at {}", order.placed_at),
        }
    }
    Ok(())
}
