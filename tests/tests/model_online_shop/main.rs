//! A published model, on its published data: an online shop.
//!
//! Every row loads and is written back as it was, and every access pattern gives what a plain reading of the raw rows
//! gives. The data are in the folder that `DYNAMO_MODEL_SAMPLES` names; without one, rows of our own stand in.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::{Entity, Error, Handle, Item};
use dynamo_model_examples::online_shop::{
    self as model, Customer, Invoice, OnlineShop, Order, OrderItem, Payment, Product, Shipment,
    ShipmentItem, Warehouse, WarehouseItem,
};
use dynamo_model_examples::rows::{Row, from_workbench};
use dynamo_model_tests::{client, samples};
use jiff::civil::DateTime;

#[path = "../models/mod.rs"]
mod models;
mod patterns;
mod rows;

use models::{
    assert_same, by_key, contents, copy, create, create_raw, items_of, rows_of, sorted_by, text,
};

fn load() -> Vec<Row> {
    let rows = model::load().expect("the data are there");
    if samples().is_some() {
        assert_eq!(rows.len(), 19);
    }
    rows
}

async fn table(client: &Client, rows: &[Row]) -> Handle<OnlineShop> {
    create_raw(client, "raw", rows).await
}

fn is_a(row: &Row, entity: &str) -> bool {
    text(row, "EntityType") == entity
}

/// The rows of an entity, in the order of an attribute, for which a predicate holds.
fn all(rows: &[Row], entity: &str, order: &str, is_meant: impl Fn(&Row) -> bool) -> Vec<Row> {
    let rows = sorted_by(rows, order, |row| is_a(row, entity) && is_meant(row));
    rows.iter().map(as_stored).collect()
}

/// The id behind the prefix of a key.
fn id<'a>(row: &'a Row, attribute: &str) -> &'a str {
    let (_, id) = text(row, attribute).split_once('#').expect("a prefix");
    id
}

fn time(text: &str) -> DateTime {
    text.parse().expect("a time")
}

/// The row as the library writes it: as it is, but for the one that contradicts its siblings.
///
/// The item of product 99887 in warehouse 12376 has no keys in `GSI2`, so that the published warehouse does not find
/// what lies in it. The other items of warehouses have them, and so has this very item in the facets of the same model.
fn as_stored(row: &Row) -> Row {
    let mut row = row.clone();
    if is_contradictory(&row) {
        row.insert("GSI2-PK".to_owned(), row["SK"].clone());
        row.insert("GSI2-SK".to_owned(), row["PK"].clone());
    }
    row
}

fn is_contradictory(row: &Row) -> bool {
    is_a(row, "warehouseItem")
        && text(row, "PK") == "p#99887"
        && text(row, "SK") == "w#12376"
        && !row.contains_key("GSI2-PK")
}
