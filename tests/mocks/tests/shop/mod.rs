//! The model of the tests, and its items in the SDK's types.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Order))]
pub struct Shop;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number:04}")]
pub struct Order {
    pub customer_id: String,
    pub number: u32,
    pub total_cents: u64,
    pub tags: Vec<String>,
}

pub fn order(number: u32) -> Order {
    Order {
        customer_id: "c-1".into(),
        number,
        total_cents: u64::from(number) * 100,
        tags: vec!["gift \"wrapped\"".into()],
    }
}

pub fn key(number: u32) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("PK".to_owned(), AttributeValue::S("CUSTOMER#c-1".into())),
        (
            "SK".to_owned(),
            AttributeValue::S(format!("ORDER#{number:04}")),
        ),
    ])
}

pub fn item(number: u32) -> HashMap<String, AttributeValue> {
    let mut item = key(number);
    let tag = AttributeValue::S("gift \"wrapped\"".into());
    item.extend([
        ("customer_id".to_owned(), AttributeValue::S("c-1".into())),
        ("number".to_owned(), AttributeValue::N(number.to_string())),
        (
            "total_cents".to_owned(),
            AttributeValue::N((u64::from(number) * 100).to_string()),
        ),
        ("tags".to_owned(), AttributeValue::L(vec![tag])),
        // The default name of a table's type attribute.
        ("_type".to_owned(), AttributeValue::S("Order".into())),
    ]);
    item
}
