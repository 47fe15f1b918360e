//! Tables that differ from the model: the service says so in its own words, we say where to look.

use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "things", pk = "id")]
struct Real;

#[derive(Table)]
#[table(name = "things", pk = "PK", entities(NamedItem))]
struct OtherName;

#[derive(Table)]
#[table(name = "things", pk = N("id"), entities(KindItem))]
struct OtherKind;

#[derive(Table)]
#[table(name = "things", pk = "id", sk = "SK", entities(SortItem))]
struct WithSort;

#[derive(Table)]
#[table(
    name = "things",
    pk = "id",
    gsi("GSI1", pk = "GSI1PK"),
    entities(IndexItem)
)]
struct WithIndex;

#[derive(Entity, Serialize, Deserialize, Debug)]
#[entity(table = OtherName, pk = "X#{id}")]
struct NamedItem {
    id: u8,
}

#[derive(Entity, Serialize, Deserialize, Debug)]
#[entity(table = OtherKind, pk = "{id}")]
struct KindItem {
    id: u8,
}

#[derive(Entity, Serialize, Deserialize, Debug)]
#[entity(table = WithSort, pk = "X#{number}", sk = "SK")]
struct SortItem {
    number: u8,
}

#[derive(Entity, Serialize, Deserialize, Debug)]
#[entity(table = WithIndex, pk = "X#{number}", index(by_all, on = "GSI1", pk = "ALL"))]
struct IndexItem {
    number: u8,
}

fn assert_advice(error: &Error) {
    assert!(
        matches!(error, Error::Validation(_) | Error::TableNotFound(_)),
        "{error}"
    );
    let shown = error.to_string();
    assert!(shown.contains("verify()"), "{shown}");
}

#[tokio::test]
async fn a_table_with_another_key_leads_to_verify() {
    let client = client().await;
    Real::on(client.clone())
        .create_table()
        .send()
        .await
        .unwrap();
    let table = OtherName::on(client.clone());
    // The attribute `id` is a number in the first, and the table's key is a string.
    assert_advice(&table.put(&NamedItem { id: 1 }).send().await.unwrap_err());
    assert_advice(&table.get(NamedItem::key(1)).send().await.unwrap_err());
    assert_advice(&table.delete(NamedItem::key(1)).send().await.unwrap_err());
    assert_advice(&table.query(NamedItem::of(1)).first().await.unwrap_err());
    let table = OtherKind::on(client.clone());
    assert_advice(&table.put(&KindItem { id: 1 }).send().await.unwrap_err());
    assert_advice(&table.get(KindItem::key(1)).send().await.unwrap_err());
    let table = WithSort::on(client.clone());
    assert_advice(&table.get(SortItem::key(1)).send().await.unwrap_err());
    let table = WithIndex::on(client.clone());
    assert_advice(&table.query(IndexItem::by_all()).first().await.unwrap_err());
    let table = table.named("missing");
    assert_advice(&table.get(IndexItem::key(1)).send().await.unwrap_err());
}
