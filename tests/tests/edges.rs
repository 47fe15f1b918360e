//! Where keys, indexes and requests meet: an attribute of an index the entity is not in, a value that a key keeps a
//! part of, a builder that is told the same thing twice.

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::prelude::*;
use dynamo_model::types::Attributes;
use dynamo_model_tests::client;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;
use uuid::Uuid;

#[derive(Table)]
#[table(
    name = "edges",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    entities(Reading, Device, Badge)
)]
struct Edges;

/// A partition for each day, in the order of the time.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Edges, pk = "DAY#{at:date}", sk = "READING#{at}#{number}",
    index(by_sensor, on = "GSI1", pk = "SENSOR#{sensor}", sk = "{number}"),
)]
struct Reading {
    at: Timestamp,
    number: u32,
    sensor: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Edges, pk = "DEVICE#{id}", sk = "DEVICE")]
struct Device {
    id: u32,
    #[serde(flatten)]
    rest: Attributes,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Edges, pk = "BADGE#{uuid}", sk = "BADGE#{ulid}")]
struct Badge {
    #[entity(key_only)]
    uuid: Uuid,
    #[entity(key_only)]
    ulid: Ulid,
}

/// Without types, only the shape of a key says whose it is.
#[derive(Table)]
#[table(
    name = "shapes",
    pk = "PK",
    sk = "SK",
    no_type_attribute,
    entities(Email, Line, Hashed, Named)
)]
struct Shapes;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shapes, pk = "USER#{user}", sk = "MAIL#{email:lower}")]
struct Email {
    user: String,
    email: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shapes, pk = "USER#{user}", sk = "MAIL#{email:lower}#LINE#{line}")]
struct Line {
    user: String,
    email: String,
    line: u8,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shapes, pk = "USER#{user}", sk = "HASH#{id:shard(8)}")]
struct Hashed {
    user: String,
    id: u32,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shapes, pk = "USER#{user}", sk = "HASH#x")]
struct Named {
    user: String,
    id: u32,
}

async fn table<T: Table>() -> Handle<T> {
    let handle = Handle::<T>::new(client().await);
    handle.create_table().send().await.unwrap();
    handle
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn reading(at: &str, number: u32) -> Reading {
    Reading {
        at: at.parse().unwrap(),
        number,
        sensor: "s".into(),
    }
}

async fn readings() -> Handle<Edges> {
    let edges = table::<Edges>().await;
    for (number, hour) in (0..6).enumerate() {
        let at = format!("2026-11-22T{:02}:00:00Z", hour * 4);
        edges
            .put(&reading(&at, u32::try_from(number).unwrap()))
            .send()
            .await
            .unwrap();
    }
    edges
}

fn numbers(readings: &[Reading]) -> Vec<u32> {
    readings.iter().map(|reading| reading.number).collect()
}

#[tokio::test]
async fn a_partition_of_a_part_of_a_value_holds_all_values_of_that_part() {
    let edges = readings().await;
    let noon: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let day = edges.query(Reading::of(noon)).collect().await.unwrap();
    assert_eq!(numbers(&day), [0, 1, 2, 3, 4, 5]);
    let afternoon = Reading::of(noon).sort(|k| k.at.ge(noon));
    let afternoon = edges.query(afternoon).collect().await.unwrap();
    assert_eq!(numbers(&afternoon), [3, 4, 5]);
    let exact = Reading::of(noon).sort(|k| k.at.eq(noon).then(k.number.eq(3_u32)));
    assert_eq!(numbers(&edges.query(exact).collect().await.unwrap()), [3]);
    let found = edges.get(Reading::key(noon, 3_u32)).send().await.unwrap();
    assert_eq!(found.unwrap().number, 3);
}

#[tokio::test]
async fn the_last_sort_condition_is_the_one_that_holds() {
    let edges = readings().await;
    let twice = Reading::by_sensor("s")
        .sort(|k| k.number.eq(1_u32))
        .sort(|k| k.number.ge(4_u32));
    let found = edges.query(twice).collect().await.unwrap();
    assert_eq!(numbers(&found), [4, 5]);
    let twice = Reading::by_sensor("s")
        .sort(|k| k.number.ge(4_u32))
        .sort(|k| k.number.eq(2_u32));
    let found = edges.query(twice).collect().await.unwrap();
    assert_eq!(numbers(&found), [2]);
}

#[tokio::test]
async fn a_request_says_everything_once_and_in_the_services_numbers() {
    let edges = readings().await;
    let query = edges
        .query(Reading::by_sensor("s"))
        .descending()
        .descending();
    let found = query.take(3_000_000_000).collect().await.unwrap();
    assert_eq!(numbers(&found), [5, 4, 3, 2, 1, 0]);
    let scan = edges.scan::<Reading>().consistent().consistent();
    let found = scan.page_size(u32::MAX).collect().await.unwrap();
    assert_eq!(found.len(), 6);
}

#[tokio::test]
async fn kept_attributes_put_no_item_into_an_index_its_entity_is_not_in() {
    let edges = table::<Edges>().await;
    let mut rest = Attributes::new();
    rest.insert("GSI1PK", "SENSOR#secret").unwrap();
    rest.insert("kept", &1).unwrap();
    let error = edges.put(&Device { id: 1, rest }).send().await.unwrap_err();
    assert!(
        matches!(&error, Error::Encode(e) if e.path() == "GSI1PK"),
        "{error}"
    );
    assert!(!format!("{error} {error:?}").contains("secret"));
    // Read from an item that something else has put there, it is not kept.
    let put = edges.client().put_item().table_name("edges");
    let put = put
        .item("PK", s("DEVICE#0000000001"))
        .item("SK", s("DEVICE"));
    let put = put.item("id", AttributeValue::N("1".into()));
    let put = put.item("GSI1PK", s("SENSOR#s")).item("kept", s("k"));
    put.send().await.unwrap();
    let device = edges.get(Device::key(1_u32)).send().await.unwrap().unwrap();
    assert_eq!(device.rest.names().collect::<Vec<_>>(), ["kept"]);
    edges.put(&device).send().await.unwrap();
}

#[test]
fn an_id_in_another_spelling_is_another_key() {
    let badge = Badge {
        uuid: Uuid::from_u128(0xABCD),
        ulid: Ulid(0xABCD),
    };
    let item = badge.to_item().unwrap();
    assert_eq!(Badge::from_item(&item).unwrap(), badge);
    let (pk, sk) = (item["PK"].as_s().unwrap(), item["SK"].as_s().unwrap());
    for (pk, sk) in [
        (pk.replace("abcd", "ABCD"), sk.clone()),
        (pk.clone(), sk.to_lowercase().replace("badge", "BADGE")),
        (pk.clone(), sk.replace("BADGE#0", "BADGE#8")),
    ] {
        let item = [("PK".to_owned(), s(&pk)), ("SK".to_owned(), s(&sk))].into();
        assert!(Badge::from_item(&item).is_err(), "{pk} {sk}");
    }
}

#[tokio::test]
async fn a_lossy_component_is_still_told_from_what_goes_on_behind_it() {
    let shapes = table::<Shapes>().await;
    let user = || "u".to_owned();
    let email = || "A@x".to_owned();
    let mail = Email {
        user: user(),
        email: email(),
    };
    let line = Line {
        user: user(),
        email: email(),
        line: 1,
    };
    let hashed = Hashed {
        user: user(),
        id: 7,
    };
    let named = Named {
        user: user(),
        id: 9,
    };
    shapes.put(&mail).send().await.unwrap();
    shapes.put(&line).send().await.unwrap();
    shapes.put(&hashed).send().await.unwrap();
    shapes.put(&named).send().await.unwrap();
    let mails = shapes.query(Email::of("u")).collect().await.unwrap();
    assert_eq!(mails, [mail]);
    assert_eq!(shapes.query(Line::of("u")).collect().await.unwrap(), [line]);
    assert_eq!(
        shapes.query(Hashed::of("u")).collect().await.unwrap(),
        std::slice::from_ref(&hashed)
    );
    assert_eq!(shapes.scan::<Hashed>().collect().await.unwrap(), [hashed]);
    assert_eq!(
        shapes.query(Named::of("u")).collect().await.unwrap(),
        [named]
    );
}
