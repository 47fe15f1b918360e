//! The SDK by hand: every map is filled and taken apart in place, and nothing is copied that can be moved.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, PutRequest, ReturnValuesOnConditionCheckFailure,
    WriteRequest,
};

use super::{Contender, SHIPPED_NOTE, SHIPPING_CENTS};
use crate::order::{Line, Order, Status, TABLE};

pub(super) struct Raw(pub(super) Client);

type Item = HashMap<String, AttributeValue>;

impl Contender for Raw {
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
            orders.extend(output.items.unwrap_or_default().into_iter().map(from_item));
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

pub(super) fn pk(customer_id: &str) -> AttributeValue {
    AttributeValue::S(format!("CUSTOMER#{customer_id}"))
}

pub(super) fn sk(order_id: &str) -> AttributeValue {
    AttributeValue::S(format!("ORDER#{order_id}"))
}

/// The update with its expressions: the same whoever turns structs into items.
pub(super) async fn ship(client: &Client, customer_id: &str, order_id: &str) {
    client
        .update_item()
        .table_name(TABLE)
        .key("PK", pk(customer_id))
        .key("SK", sk(order_id))
        .update_expression("SET #status = :shipped, #note = :note ADD #total :cents")
        .condition_expression("attribute_exists(#pk) AND #status = :paid")
        .expression_attribute_names("#pk", "PK")
        .expression_attribute_names("#status", "status")
        .expression_attribute_names("#note", "note")
        .expression_attribute_names("#total", "total_cents")
        .expression_attribute_values(
            ":shipped",
            AttributeValue::S(Status::Shipped.name().to_owned()),
        )
        .expression_attribute_values(":paid", AttributeValue::S(Status::Paid.name().to_owned()))
        .expression_attribute_values(":note", AttributeValue::S(SHIPPED_NOTE.to_owned()))
        .expression_attribute_values(":cents", AttributeValue::N(SHIPPING_CENTS.to_string()))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .expect("an answer");
}

/// One page of a customer's orders.
pub(super) async fn query(
    client: &Client,
    customer_id: &str,
    start: Option<Item>,
) -> aws_sdk_dynamodb::operation::query::QueryOutput {
    client
        .query()
        .table_name(TABLE)
        .key_condition_expression("#pk = :pk AND begins_with(#sk, :sk)")
        .expression_attribute_names("#pk", "PK")
        .expression_attribute_names("#sk", "SK")
        .expression_attribute_values(":pk", pk(customer_id))
        .expression_attribute_values(":sk", AttributeValue::S("ORDER#".to_owned()))
        .set_exclusive_start_key(start)
        .send()
        .await
        .expect("an answer")
}

/// Writes up to 25 items.
pub(super) async fn write(client: &Client, items: impl Iterator<Item = Item>) {
    let requests = items.map(|item| {
        let put = PutRequest::builder().set_item(Some(item)).build();
        WriteRequest::builder()
            .put_request(put.expect("an item"))
            .build()
    });
    let mut request = client
        .batch_write_item()
        .request_items(TABLE, requests.collect());
    loop {
        let output = request.send().await.expect("an answer");
        let unprocessed = output.unprocessed_items.unwrap_or_default();
        if unprocessed.is_empty() {
            return;
        }
        request = client
            .batch_write_item()
            .set_request_items(Some(unprocessed));
    }
}

/// Reads up to 100 items.
pub(super) async fn read(
    client: &Client,
    customer_id: &str,
    order_ids: &[String],
) -> impl Iterator<Item = Item> {
    let keys = order_ids.iter().map(|order_id| {
        Item::from([
            ("PK".to_owned(), pk(customer_id)),
            ("SK".to_owned(), sk(order_id)),
        ])
    });
    let keys = KeysAndAttributes::builder()
        .set_keys(Some(keys.collect()))
        .build();
    let mut request = client
        .batch_get_item()
        .request_items(TABLE, keys.expect("keys"));
    let mut items = Vec::new();
    loop {
        let output = request.send().await.expect("an answer");
        let mut responses = output.responses.unwrap_or_default();
        items.append(&mut responses.remove(TABLE).unwrap_or_default());
        let unprocessed = output.unprocessed_keys.unwrap_or_default();
        if unprocessed.is_empty() {
            return items.into_iter();
        }
        request = client.batch_get_item().set_request_items(Some(unprocessed));
    }
}

fn to_item(order: Order) -> Item {
    let line = |line: Line| {
        AttributeValue::M(HashMap::from([
            ("sku".to_owned(), AttributeValue::S(line.sku)),
            (
                "quantity".to_owned(),
                AttributeValue::N(line.quantity.to_string()),
            ),
            (
                "price_cents".to_owned(),
                AttributeValue::N(line.price_cents.to_string()),
            ),
        ]))
    };
    HashMap::from([
        ("PK".to_owned(), pk(&order.customer_id)),
        ("SK".to_owned(), sk(&order.order_id)),
        ("_type".to_owned(), AttributeValue::S("Order".to_owned())),
        (
            "customer_id".to_owned(),
            AttributeValue::S(order.customer_id),
        ),
        ("order_id".to_owned(), AttributeValue::S(order.order_id)),
        (
            "placed_at".to_owned(),
            AttributeValue::N(order.placed_at.to_string()),
        ),
        (
            "status".to_owned(),
            AttributeValue::S(order.status.name().to_owned()),
        ),
        ("currency".to_owned(), AttributeValue::S(order.currency)),
        (
            "total_cents".to_owned(),
            AttributeValue::N(order.total_cents.to_string()),
        ),
        ("is_gift".to_owned(), AttributeValue::Bool(order.is_gift)),
        ("note".to_owned(), AttributeValue::S(order.note)),
        (
            "lines".to_owned(),
            AttributeValue::L(order.lines.into_iter().map(line).collect()),
        ),
    ])
}

fn from_item(mut item: Item) -> Order {
    Order {
        customer_id: text(&mut item, "customer_id"),
        order_id: text(&mut item, "order_id"),
        placed_at: number(&item, "placed_at"),
        status: match item["status"].as_s().map(String::as_str) {
            Ok("Paid") => Status::Paid,
            Ok("Shipped") => Status::Shipped,
            other => panic!("a status: {other:?}"),
        },
        currency: text(&mut item, "currency"),
        total_cents: number(&item, "total_cents"),
        is_gift: *item["is_gift"].as_bool().expect("a truth value"),
        note: text(&mut item, "note"),
        lines: match item.remove("lines") {
            Some(AttributeValue::L(lines)) => lines.into_iter().map(from_line).collect(),
            other => panic!("a list: {other:?}"),
        },
    }
}

fn from_line(line: AttributeValue) -> Line {
    let AttributeValue::M(mut line) = line else {
        panic!("a map: {line:?}");
    };
    Line {
        sku: text(&mut line, "sku"),
        quantity: number(&line, "quantity"),
        price_cents: number(&line, "price_cents"),
    }
}

fn text(item: &mut Item, name: &str) -> String {
    match item.remove(name) {
        Some(AttributeValue::S(text)) => text,
        other => panic!("a text: {other:?}"),
    }
}

fn number<T: std::str::FromStr>(item: &Item, name: &str) -> T {
    let text = item[name].as_n().expect("a number");
    text.parse()
        .unwrap_or_else(|_| panic!("of another type: {text}"))
}
