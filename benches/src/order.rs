//! The entity that everybody reads and writes: twelve attributes, about 700 bytes of JSON, two string keys, one list of
//! three maps.

use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

pub const TABLE: &str = "orders";

/// The table, for this project.
#[derive(Table)]
#[table(name = "orders", pk = "PK", sk = "SK", entities(Order))]
pub struct Orders;

/// What a customer bought. With `PK`, `SK` and `_type` an item has twelve attributes.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Orders, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order_id}")]
pub struct Order {
    pub customer_id: String,
    pub order_id: String,
    pub placed_at: u64,
    pub status: Status,
    pub currency: String,
    pub total_cents: u64,
    pub is_gift: bool,
    pub note: String,
    pub lines: Vec<Line>,
}

/// Where an order stands.
#[derive(KeyPart, Serialize, Deserialize, Debug, Clone, Copy, PartialEq)]
pub enum Status {
    Paid,
    Shipped,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Paid => "Paid",
            Self::Shipped => "Shipped",
        }
    }
}

/// A line of an order.
#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Line {
    pub sku: String,
    pub quantity: u32,
    pub price_cents: u64,
}

/// The only customer.
pub const CUSTOMER: &str = "c-7b1f42e09d";

/// The id of one of the customer's orders.
pub fn order_id(number: usize) -> String {
    format!("o-2026-{number:06}")
}

impl Order {
    /// One of the customer's orders.
    pub fn example(number: usize) -> Self {
        let count = number as u64;
        let line = |at: u64| Line {
            sku: format!("SKU-{:05}-{at}", (count * 37 + at * 11) % 100_000),
            quantity: u32::try_from(at).unwrap_or_default() + 1,
            price_cents: 499 + (count * 13 + at * 101) % 9_000,
        };
        let lines: Vec<Line> = (0..3).map(line).collect();
        Self {
            customer_id: CUSTOMER.to_owned(),
            order_id: order_id(number),
            placed_at: 1_790_000_000 + count * 60,
            status: Status::Paid,
            currency: "EUR".to_owned(),
            total_cents: lines
                .iter()
                .map(|line| line.price_cents * u64::from(line.quantity))
                .sum(),
            is_gift: number % 2 == 0,
            note: format!(
                "Order {number}: leave it with the neighbour on the left and ring twice, please; the bell of the \
                 right-hand door is broken, and the dog is loud."
            ),
            lines,
        }
    }

    /// The item as DynamoDB JSON, as the service answers it.
    pub fn to_json(&self) -> String {
        use std::fmt::Write as _;
        let mut lines = String::new();
        for line in &self.lines {
            let comma = if lines.is_empty() { "" } else { "," };
            let _ = write!(
                lines,
                r#"{comma}{{"M":{{"sku":{{"S":"{}"}},"quantity":{{"N":"{}"}},"price_cents":{{"N":"{}"}}}}}}"#,
                line.sku, line.quantity, line.price_cents
            );
        }
        format!(
            concat!(
                r#"{{"PK":{{"S":"CUSTOMER#{customer}"}},"SK":{{"S":"ORDER#{order}"}},"_type":{{"S":"Order"}},"#,
                r#""customer_id":{{"S":"{customer}"}},"order_id":{{"S":"{order}"}},"placed_at":{{"N":"{placed}"}},"#,
                r#""status":{{"S":"{status}"}},"currency":{{"S":"{currency}"}},"total_cents":{{"N":"{total}"}},"#,
                r#""is_gift":{{"BOOL":{gift}}},"note":{{"S":"{note}"}},"lines":{{"L":[{lines}]}}}}"#
            ),
            customer = self.customer_id,
            order = self.order_id,
            placed = self.placed_at,
            status = self.status.name(),
            currency = self.currency,
            total = self.total_cents,
            gift = self.is_gift,
            note = self.note,
            lines = lines,
        )
    }
}
