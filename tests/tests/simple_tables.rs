//! Tables of one entity, whose fields are the key attributes, and keys of every type.

#![expect(
    clippy::struct_field_names,
    reason = "attributes have the names that tables have"
)]

use aws_sdk_dynamodb::types::{AttributeValue, ScalarAttributeType};
use dynamo_model::prelude::*;
use dynamo_model::types::{Binary, Number};
use dynamo_model_tests::client;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "users", pk = "userId", no_type_attribute, entities(User))]
struct Users;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Users, pk = "{user_id}")]
#[serde(rename_all = "camelCase")]
struct User {
    user_id: String,
    full_name: String,
}

#[derive(Table)]
#[table(
    name = "orders",
    pk = "userId",
    sk = "orderId",
    gsi("byStatus", pk = "status", sk = N("total")),
    no_type_attribute,
    entities(Order)
)]
struct Orders;

#[derive(KeyPart, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct UserId(String);

#[derive(KeyPart, Serialize, Deserialize, Debug, Clone, Copy, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Status {
    InBasket,
    Paid,
    #[serde(rename = "sent")]
    Shipped,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Orders, pk = "{user_id}", sk = "{order_id}",
    index(by_status, on = "byStatus", pk = "{status}", sk = "{total}"),
)]
#[serde(rename_all = "camelCase")]
struct Order {
    user_id: UserId,
    order_id: u32,
    status: Status,
    total: Option<i64>,
}

#[derive(Table)]
#[table(name = "readings", pk = N("sensor"), sk = N("at"), entities(Reading))]
struct Readings;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Readings, pk = "{sensor}", sk = "{at:epoch}")]
struct Reading {
    sensor: u64,
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    at: Timestamp,
    celsius: f64,
}

#[derive(Table)]
#[table(name = "millis", pk = "sensor", sk = N("when"), entities(Milli))]
struct Millis;

/// The key attribute has another name than the field, which is in the key alone.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Millis, pk = "{sensor}", sk = "{at:epoch_ms}")]
struct Milli {
    sensor: String,
    #[entity(key_only)]
    at: Timestamp,
}

#[derive(Table)]
#[table(name = "blobs", pk = B("digest"), sk = B("part"), entities(Blob))]
struct Blobs;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Blobs, pk = "{digest}", sk = "{part}")]
struct Blob {
    digest: Binary,
    part: Binary,
    size: u64,
}

#[derive(Table)]
#[table(name = "prices", pk = "sku", sk = N("price"), entities(Price))]
struct Prices;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Prices, pk = "{sku}", sk = "{price}")]
struct Price {
    sku: String,
    price: Number,
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn n(digits: &str) -> AttributeValue {
    AttributeValue::N(digits.into())
}

async fn table<T: Table>() -> Handle<T> {
    let handle = Handle::<T>::new(client().await);
    handle.create_table().send().await.unwrap();
    handle
}

/// The attributes of the only item, in order of their names.
async fn only_item<T: Table>(handle: &Handle<T>) -> Vec<(String, AttributeValue)> {
    let output = handle
        .client()
        .scan()
        .table_name(handle.name())
        .send()
        .await;
    let mut items = output.unwrap().items.unwrap();
    assert_eq!(items.len(), 1);
    let mut item: Vec<_> = items.remove(0).into_iter().collect();
    item.sort_by(|(a, _), (b, _)| a.cmp(b));
    item
}

#[tokio::test]
async fn a_table_with_a_partition_key_alone() {
    let users = table::<Users>().await;
    let user = User {
        user_id: "u-1#not/split".into(),
        full_name: "Ada".into(),
    };
    users.put(&user).if_absent().send().await.unwrap();
    // Each field once, and nothing beside them.
    assert_eq!(
        only_item(&users).await,
        [
            ("fullName".to_owned(), s("Ada")),
            ("userId".to_owned(), s("u-1#not/split")),
        ]
    );
    let read = users.get(User::key("u-1#not/split")).send().await.unwrap();
    assert_eq!(read.as_ref(), Some(&user));
    let listed = users.query(User::of("u-1#not/split")).collect().await;
    assert_eq!(listed.unwrap(), std::slice::from_ref(&user));
    assert_eq!(
        users.scan::<User>().collect().await.unwrap(),
        std::slice::from_ref(&user)
    );
    let again = users.put(&user).if_absent().send().await.unwrap_err();
    assert_eq!(again.item::<User>().unwrap(), Some(user.clone()));
    let old = users.delete(Key::of(&user)).return_old().send().await;
    assert_eq!(old.unwrap(), Some(user));
}

#[tokio::test]
async fn newtype_and_enum_keys_are_the_fields_themselves() {
    let orders = table::<Orders>().await;
    let order = |order_id, status, total| Order {
        user_id: UserId("u-1".into()),
        order_id,
        status,
        total,
    };
    let paid = order(7, Status::Paid, Some(-5));
    orders.put(&paid).send().await.unwrap();
    assert_eq!(
        only_item(&orders).await,
        [
            // An `S` key holds the number as its `KeyPart` writes it, and so it sorts.
            ("orderId".to_owned(), s("0000000007")),
            ("status".to_owned(), s("paid")),
            ("total".to_owned(), n("-5")),
            ("userId".to_owned(), s("u-1")),
        ]
    );
    let key = || Order::key(UserId("u-1".into()), 7);
    assert_eq!(orders.get(key()).send().await.unwrap(), Some(paid.clone()));
    for more in [
        order(1000, Status::Paid, Some(30)),
        order(12, Status::Paid, Some(-100)),
        order(11, Status::Shipped, Some(1)),
        order(10, Status::InBasket, None),
    ] {
        orders.put(&more).send().await.unwrap();
    }
    let ids = |orders: Vec<Order>| orders.iter().map(|o| o.order_id).collect::<Vec<_>>();
    let user = UserId("u-1".into());
    let all = orders.query(Order::of(&user)).collect().await.unwrap();
    assert_eq!(ids(all), [7, 10, 11, 12, 1000]);
    let some = orders.query(Order::of(&user).sort(|k| k.order_id.between(10, 12)));
    assert_eq!(
        ids(some.descending().collect().await.unwrap()),
        [12, 11, 10]
    );
    // The index sorts by number, and an item without one is not in it.
    let by_status = orders.query(Order::by_status(Status::Paid));
    assert_eq!(ids(by_status.collect().await.unwrap()), [12, 7, 1000]);
    let below = orders.query(Order::by_status(Status::Paid).sort(|k| k.total.lt(0)));
    assert_eq!(ids(below.collect().await.unwrap()), [12, 7]);
    let basket = orders.query(Order::by_status(Status::InBasket));
    assert_eq!(basket.collect().await.unwrap(), []);
    let read = orders.get(Order::key(&user, 10)).send().await.unwrap();
    assert_eq!(read, Some(order(10, Status::InBasket, None)));
}

#[tokio::test]
async fn numbers_and_epoch_seconds() {
    let readings = table::<Readings>().await;
    let at = |second| Timestamp::from_second(second).unwrap();
    for second in [5, -3, 1_000, 20] {
        let reading = Reading {
            sensor: 42,
            at: at(second),
            celsius: 20.5,
        };
        readings.put(&reading).send().await.unwrap();
        let read = readings.get(Reading::key(42, at(second))).send().await;
        assert_eq!(read.unwrap(), Some(reading));
    }
    let query = readings.query(Reading::of(42).sort(|k| k.at.ge(at(0))));
    let seconds: Vec<i64> = query
        .collect()
        .await
        .unwrap()
        .iter()
        .map(|reading| reading.at.as_second())
        .collect();
    assert_eq!(seconds, [5, 20, 1_000]);
    // What the key cannot hold exactly is refused, not rounded.
    let fine = Reading {
        sensor: 1,
        at: "2026-11-22T10:00:00.5Z".parse().unwrap(),
        celsius: 0.0,
    };
    let error = readings.put(&fine).send().await.unwrap_err();
    assert!(matches!(error, Error::Key(_)), "{error}");
}

#[tokio::test]
async fn epoch_milliseconds_in_the_key_alone() {
    let millis = table::<Millis>().await;
    let milli = Milli {
        sensor: "s".into(),
        at: "2026-11-22T10:00:00.123Z".parse().unwrap(),
    };
    millis.put(&milli).send().await.unwrap();
    assert_eq!(
        only_item(&millis).await,
        [
            ("_type".to_owned(), s("Milli")),
            ("sensor".to_owned(), s("s")),
            ("when".to_owned(), n("1795341600123")),
        ]
    );
    let read = millis.get(Milli::key("s", milli.at)).send().await.unwrap();
    assert_eq!(read, Some(milli));
}

#[tokio::test]
async fn binary_keys() {
    let blobs = table::<Blobs>().await;
    let bin = |bytes: &[u8]| Binary::from(bytes);
    for part in [&[0_u8][..], &[0xff, 0], &[0xff], &[1, 2, 3]] {
        let blob = Blob {
            digest: bin(&[0, 1, 254]),
            part: bin(part),
            size: 9,
        };
        blobs.put(&blob).send().await.unwrap();
        let read = blobs.get(Blob::key(&blob.digest, &blob.part)).send().await;
        assert_eq!(read.unwrap(), Some(blob));
    }
    let digest = bin(&[0, 1, 254]);
    let parts = |blobs: Vec<Blob>| blobs.into_iter().map(|b| b.part.0).collect::<Vec<_>>();
    let above = blobs.query(Blob::of(&digest).sort(|k| k.part.gt(bin(&[1]))));
    assert_eq!(
        parts(above.collect().await.unwrap()),
        [vec![1, 2, 3], vec![0xff], vec![0xff, 0]]
    );
    let prefixed = blobs.query(Blob::of(&digest).sort(|k| k.part.starts_with(bin(&[0xff]))));
    assert_eq!(
        parts(prefixed.collect().await.unwrap()),
        [vec![0xff], vec![0xff, 0]]
    );
}

#[tokio::test]
async fn exact_numbers_as_keys() {
    let prices = table::<Prices>().await;
    let number = |text: &str| text.parse::<Number>().unwrap();
    let all = ["-1.5", "0.10", "9", "10", "12345678901234567890.5"];
    for price in all.iter().rev() {
        let price = Price {
            sku: "x".into(),
            price: number(price),
        };
        prices.put(&price).send().await.unwrap();
        let read = prices.get(Price::key("x", &price.price)).send().await;
        assert_eq!(read.unwrap(), Some(price));
    }
    let listed = prices.query(Price::of("x")).collect().await.unwrap();
    let listed: Vec<Number> = listed.into_iter().map(|price| price.price).collect();
    assert_eq!(listed, all.map(number));
}

#[tokio::test]
async fn key_attributes_have_the_types_of_the_model() {
    let blobs = table::<Readings>().await.describe().await.unwrap();
    let kinds: Vec<_> = blobs
        .attribute_definitions()
        .iter()
        .map(|definition| (definition.attribute_name(), definition.attribute_type()))
        .collect();
    assert_eq!(
        kinds,
        [
            ("sensor", &ScalarAttributeType::N),
            ("at", &ScalarAttributeType::N)
        ]
    );
}
