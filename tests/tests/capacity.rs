//! What operations consume, call by call and page by page.

use dynamo_model::prelude::*;
use dynamo_model::{ConsumedCapacity, Meter};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "metered",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    lsi("LSI1", sk = "LSI1SK"),
    entities(Item)
)]
struct Metered;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Metered, pk = "ITEM#{owner}", sk = "ITEM#{number}",
    index(by_tag, on = "GSI1", pk = "TAG#{tag}", sk = "{number}"),
    index(by_rank, on = "LSI1", sk = "{rank}"),
)]
struct Item {
    owner: String,
    number: u32,
    tag: Option<String>,
    rank: Option<u8>,
    text: String,
}

fn item(number: u32, bytes: usize) -> Item {
    Item {
        owner: "o".into(),
        number,
        tag: None,
        rank: None,
        text: "x".repeat(bytes),
    }
}

async fn metered() -> Handle<Metered> {
    let metered = Metered::on(client().await);
    metered.create_table().send().await.unwrap();
    metered
}

#[track_caller]
fn assert_units(meter: &Meter, units: f64) {
    let total = meter.reset();
    assert!((total.capacity_units - units).abs() < 1e-9, "{total:?}");
    assert_eq!(total.table_name, "metered");
}

#[tokio::test]
async fn each_operation_reports_what_it_consumed() {
    let metered = metered().await;
    let meter = Meter::new();
    assert_eq!(meter.total(), ConsumedCapacity::default());
    let key = || Item::key("o", 1);
    metered
        .put(&item(1, 10))
        .meter(&meter)
        .send()
        .await
        .unwrap();
    assert_units(&meter, 1.0);
    let put = metered.put(&item(1, 2_500)).return_old().meter(&meter);
    put.send().await.unwrap();
    assert_units(&meter, 3.0);
    metered.get(key()).meter(&meter).send().await.unwrap();
    assert_units(&meter, 0.5);
    let get = metered.get(key()).consistent().meter(&meter);
    get.send().await.unwrap();
    assert_units(&meter, 1.0);
    let query = metered.query(Item::of("o")).consistent().meter(&meter);
    query.collect().await.unwrap();
    assert_units(&meter, 1.0);
    metered
        .scan::<Item>()
        .meter(&meter)
        .collect()
        .await
        .unwrap();
    assert_units(&meter, 0.5);
    metered.delete(key()).meter(&meter).send().await.unwrap();
    assert_units(&meter, 3.0);
    let missing = metered.get(key()).meter(&meter).send().await.unwrap();
    assert_eq!(missing, None);
    assert_units(&meter, 0.5);
    // Back at zero, and nothing is counted that was not asked for.
    metered.put(&item(1, 10)).send().await.unwrap();
    assert_eq!(meter.total(), ConsumedCapacity::default());
}

#[tokio::test]
async fn pages_add_up() {
    let metered = metered().await;
    for number in 0..6 {
        metered.put(&item(number, 3_000)).send().await.unwrap();
    }
    let meter = Meter::new();
    // Six pages of one item each: each page is rounded up on its own.
    let query = metered.query(Item::of("o")).page_size(1).consistent();
    query.meter(&meter).collect().await.unwrap();
    let total = meter.total().capacity_units;
    assert!(total >= 6.0, "{total}");
    meter.reset();
    let query = metered.query(Item::of("o")).consistent();
    query.meter(&meter).collect().await.unwrap();
    assert_units(&meter, 5.0);
    // A stream counts as it goes.
    let mut items = metered
        .query(Item::of("o"))
        .page_size(2)
        .meter(&meter)
        .items();
    let mut last = 0.0;
    for _ in 0..3 {
        items.try_next().await.unwrap();
        let total = meter.total().capacity_units;
        assert!(total > last);
        last = total;
        items.try_next().await.unwrap();
        assert!((meter.total().capacity_units - last).abs() < 1e-9);
    }
    // One meter may be given to several operations, and is shared by its clones.
    let shared = meter.clone();
    shared.reset();
    metered
        .get(Item::key("o", 1))
        .meter(&meter)
        .send()
        .await
        .unwrap();
    metered
        .get(Item::key("o", 2))
        .meter(&shared)
        .send()
        .await
        .unwrap();
    assert_units(&shared, 1.0);
    assert_eq!(meter.total(), ConsumedCapacity::default());
}

#[tokio::test]
async fn indexes_are_told_apart() {
    let metered = metered().await;
    let meter = Meter::new();
    let full = Item {
        tag: Some("t".into()),
        rank: Some(1),
        ..item(1, 10)
    };
    metered.put(&full).meter(&meter).send().await.unwrap();
    let total = meter.reset();
    let units = |part: Option<&dynamo_model::Capacity>| part.map(|part| part.capacity_units);
    assert_eq!(units(total.table.as_ref()), Some(1.0));
    assert_eq!(units(total.global_secondary_indexes.get("GSI1")), Some(1.0));
    assert_eq!(units(total.local_secondary_indexes.get("LSI1")), Some(1.0));
    assert!((total.capacity_units - 3.0).abs() < 1e-9);

    let query = metered.query(Item::by_tag("t")).meter(&meter);
    query.collect().await.unwrap();
    let query = metered.query(Item::by_rank("o")).meter(&meter);
    query.collect().await.unwrap();
    let total = meter.reset();
    assert_eq!(units(total.global_secondary_indexes.get("GSI1")), Some(0.5));
    assert_eq!(units(total.local_secondary_indexes.get("LSI1")), Some(0.5));
    assert!((total.capacity_units - 1.0).abs() < 1e-9);
}
