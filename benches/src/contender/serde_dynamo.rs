//! The SDK, with `serde_dynamo` between structs and items.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use super::Contender;
use super::raw::{pk, query, read, ship, sk, write};
use crate::order::{Order, TABLE};

pub(super) struct SerdeDynamo(pub(super) Client);

type Item = HashMap<String, AttributeValue>;

impl Contender for SerdeDynamo {
    async fn get(&self, customer_id: &str, order_id: &str) -> Option<Order> {
        let output = self
            .0
            .get_item()
            .table_name(TABLE)
            .key("PK", pk(customer_id))
            .key("SK", sk(order_id))
            .send()
            .await
            .expect("an answer");
        output.item.map(from_item)
    }

    async fn put(&self, order: Order) {
        let item = to_item(order);
        let request = self.0.put_item().table_name(TABLE).set_item(Some(item));
        request.send().await.expect("an answer");
    }

    async fn ship(&self, customer_id: &str, order_id: &str) {
        ship(&self.0, customer_id, order_id).await;
    }

    async fn query(&self, customer_id: &str) -> Vec<Order> {
        let mut orders = Vec::new();
        let mut start = None;
        loop {
            let output = query(&self.0, customer_id, start).await;
            let items = output.items.unwrap_or_default();
            let mut page: Vec<Order> = ::serde_dynamo::from_items(items).expect("orders");
            orders.append(&mut page);
            start = output.last_evaluated_key;
            if start.is_none() {
                return orders;
            }
        }
    }

    async fn batch_write(&self, orders: Vec<Order>) {
        write(&self.0, orders.into_iter().map(to_item)).await;
    }

    async fn batch_get(&self, customer_id: &str, order_ids: &[String]) -> Vec<Order> {
        read(&self.0, customer_id, order_ids)
            .await
            .map(from_item)
            .collect()
    }
}

fn to_item(order: Order) -> Item {
    let (pk, sk) = (pk(&order.customer_id), sk(&order.order_id));
    let mut item: Item = ::serde_dynamo::to_item(order).expect("an item");
    item.insert("PK".to_owned(), pk);
    item.insert("SK".to_owned(), sk);
    item.insert("_type".to_owned(), AttributeValue::S("Order".to_owned()));
    item
}

fn from_item(item: Item) -> Order {
    ::serde_dynamo::from_item(item).expect("an order")
}
