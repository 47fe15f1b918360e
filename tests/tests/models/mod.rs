//! What the tests of published models share: tables of raw rows, written and read with the plain SDK client.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use dynamo_model::{Entity, Handle, Item, Query, Table};
use dynamo_model_examples::rows::Row;

/// Rows by their primary key, so that two tables can be compared.
pub(crate) type Contents = BTreeMap<(String, String), Row>;

/// A new table, under a name of its own.
pub(crate) async fn create<T: Table>(client: &Client, name: &str) -> Handle<T> {
    let table = Handle::<T>::new(client.clone()).named(name);
    table.create_table().send().await.expect("the table is new");
    table.verify().await.expect("the table is as modelled");
    table
}

/// A table of these rows just as they are: nothing of ours writes them.
pub(crate) async fn create_raw<T: Table>(client: &Client, name: &str, rows: &[Row]) -> Handle<T> {
    let table = create(client, name).await;
    for row in rows {
        let put = client.put_item().table_name(name);
        let put = put.set_item(Some(row.clone())).send().await;
        put.expect("the row is an item");
    }
    table
}

/// Everything in a table, as the SDK reads it.
pub(crate) async fn contents<T: Table>(client: &Client, table: &Handle<T>) -> Contents {
    let mut pages = client
        .scan()
        .table_name(table.name())
        .into_paginator()
        .items()
        .send();
    let mut rows = Vec::new();
    while let Some(row) = pages.next().await {
        rows.push(row.expect("the table can be read"));
    }
    by_key(rows)
}

pub(crate) fn by_key(rows: impl IntoIterator<Item = Row>) -> Contents {
    let mut contents = Contents::new();
    for row in rows {
        let key = (text(&row, "PK").to_owned(), text(&row, "SK").to_owned());
        assert!(contents.insert(key, row).is_none(), "two rows with one key");
    }
    contents
}

/// Compares whole tables, and names the first difference.
pub(crate) fn assert_same(found: &Contents, expected: &Contents) {
    for (key, row) in expected {
        assert_eq!(found.get(key), Some(row), "{key:?}");
    }
    assert_eq!(found.len(), expected.len());
}

/// Reads every item of the entity in the table, and puts each into another table.
///
/// Every step on the way gives the same item, attribute for attribute: what `get` reads, and what
/// `from_item` and `to_item` make of the row. Returns how many there were.
pub(crate) async fn copy<E: Entity>(
    from: &Handle<E::Table>,
    to: &Handle<E::Table>,
    expected: &dyn Fn(&Row) -> Row,
    rows: &[Row],
) -> usize {
    let is_own = |row: &&Row| Item::<E::Table>::from_attribute_values(row).is::<E>();
    let own: Vec<&Row> = rows.iter().filter(is_own).collect();
    for row in &own {
        let entity = E::from_item(row).expect("the row decodes");
        assert_eq!(entity.to_item().expect("it encodes"), expected(row));
        let key = Item::<E::Table>::from_attribute_values(row).key::<E>();
        let key = key.expect("the row has the entity's key");
        let got = from.get(key).send().await.expect("it can be read");
        let got = got.expect("it is there");
        assert_eq!(got.to_item().expect("it encodes"), expected(row));
    }
    let mut scan = from.scan::<E>().items();
    let mut scanned = 0;
    while let Some(entity) = scan.try_next().await.expect("the table can be scanned") {
        to.put(&entity)
            .if_absent()
            .send()
            .await
            .expect("it can be put");
        scanned += 1;
    }
    assert_eq!(scanned, own.len(), "{}", E::SCHEMA.name);
    scanned
}

/// What a query yields, whole. It is one request, and nothing may be read that is not yielded.
pub(crate) async fn rows_of<E: Entity, S>(query: Query<E, S>) -> Vec<Row> {
    let items = exactly(query).await;
    let row = |entity: &E| entity.to_item().expect("what was read can be written");
    items.iter().map(row).collect()
}

/// What a query reads, whatever the entities.
pub(crate) async fn items_of<T: Table, S>(query: Query<Item<T>, S>) -> Vec<Item<T>> {
    exactly(query).await
}

async fn exactly<T: Send + 'static, S>(query: Query<T, S>) -> Vec<T> {
    let requests = Requests::default();
    let counted = aws_sdk_dynamodb::config::Builder::new().interceptor(requests.clone());
    let mut items = query.config_override(counted).items();
    let mut all = Vec::new();
    while let Some(item) = items.try_next().await.expect("the query works") {
        all.push(item);
    }
    let read = usize::try_from(items.scanned_count()).expect("a count");
    assert_eq!(read, all.len(), "more was read than asked for");
    // None at all if no item can satisfy the conditions; all partitions here are smaller than a page.
    let sent = requests.0.load(Ordering::Relaxed);
    assert!(
        sent == 1 || (sent == 0 && all.is_empty()),
        "{sent} requests"
    );
    all
}

/// Counts what is sent.
#[derive(Debug, Clone, Default)]
struct Requests(Arc<AtomicUsize>);

impl Intercept for Requests {
    fn name(&self) -> &'static str {
        "requests"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// The raw rows for which a predicate holds, in the order of an attribute.
pub(crate) fn sorted_by(
    rows: &[Row],
    attribute: &str,
    is_meant: impl Fn(&Row) -> bool,
) -> Vec<Row> {
    let mut meant: Vec<Row> = rows.iter().filter(|row| is_meant(row)).cloned().collect();
    meant.sort_by(|a, b| text(a, attribute).cmp(text(b, attribute)));
    meant
}

/// A text attribute, or nothing.
pub(crate) fn text<'a>(row: &'a HashMap<String, AttributeValue>, attribute: &str) -> &'a str {
    match row.get(attribute) {
        Some(AttributeValue::S(text)) => text,
        _ => "",
    }
}
