//! Values that only one item may have at a time, and the marker items that see to it.

mod answers;
mod expiry;
mod requests;
mod tables;
mod transactions;

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::Meter;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop",
    pk = "PK",
    sk = "SK",
    gsi("Inverted", pk = "SK", sk = "PK"),
    ttl = "expires_at",
    entities(User, Member, Session, Device)
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "USER#{id:raw}", sk = "PROFILE",
    index(profiles, on = "Inverted", pk = "PROFILE", sk = "USER#{id:raw}"),
)]
struct User {
    id: u32,
    #[entity(unique)]
    email: String,
    #[entity(unique)]
    nick: Option<String>,
    name: String,
    visits: u64,
    #[entity(version)]
    version: u64,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "TENANT#{tenant_id}", sk = "MEMBER#{id}")]
struct Member {
    tenant_id: String,
    id: u32,
    #[entity(unique = "TENANT#{tenant_id}#{email:lower}")]
    email: String,
    note: Option<String>,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "SESSION#{id:raw}", sk = "SESSION")]
struct Session {
    id: u32,
    #[entity(unique)]
    token: String,
    hits: u32,
    #[entity(ttl)]
    expires_at: Option<u64>,
}

/// The value that is unique is in no attribute of its own.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "DEVICE#{id:raw}", sk = "SERIAL#{maker}|{serial}")]
struct Device {
    id: u32,
    maker: String,
    #[entity(key_only, unique = "{maker}|{serial}")]
    serial: String,
    #[serde(flatten)]
    more: BTreeMap<String, String>,
}

async fn shop() -> Handle<Shop> {
    let shop = Shop::on(client().await);
    shop.create_table().send().await.unwrap();
    shop
}

fn user(id: u32, email: &str) -> User {
    User {
        id,
        email: email.into(),
        nick: None,
        name: "Ada".into(),
        visits: 0,
        version: 0,
    }
}

fn member(tenant: &str, id: u32, email: &str) -> Member {
    Member {
        tenant_id: tenant.into(),
        id,
        email: email.into(),
        note: None,
    }
}

fn session(id: u32, token: &str, expires_at: Option<u64>) -> Session {
    Session {
        id,
        token: token.into(),
        hits: 0,
        expires_at,
    }
}

fn key(id: u32) -> Key<User> {
    User::key(id)
}

type Raw = HashMap<String, AttributeValue>;

async fn raw_items(client: &Client, table: &str) -> Vec<Raw> {
    let mut pages = client
        .scan()
        .table_name(table)
        .consistent_read(true)
        .into_paginator()
        .items()
        .send();
    let mut all = Vec::new();
    while let Some(item) = pages.next().await {
        all.push(item.unwrap());
    }
    all
}

fn is_marker(item: &Raw) -> bool {
    item.contains_key("_unique_owner")
}

/// The values that are taken: the part of the marker's key that names them, and the owner's partition key.
async fn taken(shop: &Handle<Shop>) -> BTreeMap<String, String> {
    let items = raw_items(shop.client(), "shop").await;
    let markers = items.iter().filter(|item| is_marker(item));
    markers
        .map(|marker| {
            let value = marker["PK"].as_s().unwrap();
            let value = value.strip_prefix("\u{10FFFF}unique#").unwrap();
            let owner = marker["_unique_owner"].as_m().unwrap();
            assert!(
                items
                    .iter()
                    .any(|item| item["PK"] == owner["PK"] && item["SK"] == owner["SK"]),
                "the owner is there"
            );
            (value.to_owned(), owner["PK"].as_s().unwrap().clone())
        })
        .collect()
}

#[track_caller]
fn assert_taken(taken: &BTreeMap<String, String>, expected: &[(&str, &str)]) {
    let taken: Vec<(&str, &str)> = taken
        .iter()
        .map(|(v, o)| (v.as_str(), o.as_str()))
        .collect();
    assert_eq!(taken, expected);
}

#[track_caller]
fn assert_not_unique(error: &Error, entity: &str, field: &str) {
    let Error::NotUnique(taken) = error else {
        panic!("{error:?}")
    };
    assert!(error.is_not_unique() && !error.is_condition_failed() && !error.is_retryable());
    assert_eq!((taken.entity(), taken.field()), (entity, field));
    let shown = format!("{error} {error:?}");
    assert!(shown.contains(entity) && shown.contains(field), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
}

#[tokio::test]
async fn a_value_is_claimed_once() {
    let shop = shop().await;
    let stored = shop.create(user(1, "secret-a")).send().await.unwrap();
    assert_eq!(stored.version, 1);
    assert_taken(&taken(&shop).await, &[("User#email#secret-a", "USER#1")]);
    let error = shop.create(user(2, "secret-a")).send().await.unwrap_err();
    assert_not_unique(&error, "User", "email");
    let error = shop.put(&user(2, "secret-a")).send().await.unwrap_err();
    assert_not_unique(&error, "User", "email");
    let put = shop.put(&user(2, "secret-a")).if_absent();
    assert_not_unique(&put.send().await.unwrap_err(), "User", "email");
    let put = shop.put(&user(2, "secret-a")).if_absent_or_expired();
    assert_not_unique(&put.send().await.unwrap_err(), "User", "email");
    let error = shop.upsert(&user(2, "secret-a")).send().await.unwrap_err();
    assert_not_unique(&error, "User", "email");
    assert_eq!(shop.get(key(2)).send().await.unwrap(), None);

    // Another field is another matter, and so is another value.
    let other = User {
        nick: Some("secret-a".into()),
        ..user(2, "secret-A")
    };
    shop.put(&other).send().await.unwrap();
    let third = User {
        nick: Some("secret-a".into()),
        ..user(3, "c")
    };
    let error = shop.create(third).send().await.unwrap_err();
    assert_not_unique(&error, "User", "nick");
    assert_taken(
        &taken(&shop).await,
        &[
            ("User#email#secret-A", "USER#2"),
            ("User#email#secret-a", "USER#1"),
            ("User#nick#secret-a", "USER#2"),
        ],
    );
}

#[tokio::test]
async fn a_value_within_a_scope() {
    let shop = shop().await;
    shop.create(member("t", 1, "A@x")).send().await.unwrap();
    let error = shop.create(member("t", 2, "a@X")).send().await.unwrap_err();
    assert_not_unique(&error, "Member", "email");
    shop.create(member("u", 2, "a@x")).send().await.unwrap();
    // Written differently it is the same value, and its owner's.
    let update = shop.update(Member::key("t", 1_u32)).set(|m| m.email, "a@x");
    update.send().await.unwrap();
    assert_taken(
        &taken(&shop).await,
        &[
            ("Member#email#TENANT#t#a@x", "TENANT#t"),
            ("Member#email#TENANT#u#a@x", "TENANT#u"),
        ],
    );
    // What separates the components is refused, and nothing else that separates only keys.
    let error = shop.create(member("t", 3, "a#b")).send().await.unwrap_err();
    assert!(matches!(error, Error::Key(_)), "{error:?}");
    shop.create(member("t", 3, "a|b")).send().await.unwrap();
    let stored = shop.get(Member::key("t", 1_u32)).send().await.unwrap();
    assert_eq!(stored, Some(member("t", 1, "a@x")));
}

#[tokio::test]
async fn every_write_moves_the_marker() {
    let shop = shop().await;
    let nicks = |nick: Option<&str>| nick.map(str::to_owned);
    shop.put(&user(1, "a")).send().await.unwrap();

    // Replaced.
    let replaced = User {
        nick: nicks(Some("n")),
        version: 1,
        ..user(1, "b")
    };
    let out = shop.put(&replaced).send().await.unwrap();
    assert_eq!(out.version, Some(2));
    let ours = [("User#email#b", "USER#1"), ("User#nick#n", "USER#1")];
    assert_taken(&taken(&shop).await, &ours);

    // Updated.
    let out = shop
        .update(key(1))
        .set(|u| u.email, "c")
        .remove(|u| u.nick)
        .add(|u| u.visits, 3)
        .send()
        .await
        .unwrap();
    assert_eq!(out.version, Some(3));
    assert_taken(&taken(&shop).await, &[("User#email#c", "USER#1")]);
    let update = shop.update(key(1)).set(|u| u.nick, "m").at_version(3);
    assert_eq!(update.send().await.unwrap().version, Some(4));
    let ours = [("User#email#c", "USER#1"), ("User#nick#m", "USER#1")];
    assert_taken(&taken(&shop).await, &ours);
    // Other attributes do not matter.
    shop.update(key(1))
        .set(|u| u.name, "Bea")
        .send()
        .await
        .unwrap();
    assert_taken(&taken(&shop).await, &ours);

    // Saved.
    let old = shop.get(key(1)).consistent().send().await.unwrap().unwrap();
    assert_eq!((old.visits, old.version), (3, 5));
    let new = User {
        email: "d".into(),
        nick: None,
        ..old.clone()
    };
    assert_eq!(shop.save(&old, &new).send().await.unwrap().version, Some(6));
    assert_taken(&taken(&shop).await, &[("User#email#d", "USER#1")]);
    let error = shop.save(&old, &new).send().await.unwrap_err();
    assert!(error.is_version_conflict(), "{error:?}");

    // Upserted, there and not there.
    let out = shop.upsert(&user(1, "e")).send().await.unwrap();
    assert_eq!(out.version, Some(7));
    let out = shop.upsert(&user(2, "d")).send().await.unwrap();
    assert_eq!(out.version, Some(1));
    let ours = [("User#email#d", "USER#2"), ("User#email#e", "USER#1")];
    assert_taken(&taken(&shop).await, &ours);

    // Deleted.
    shop.delete(key(1)).send().await.unwrap();
    assert_taken(&taken(&shop).await, &[("User#email#d", "USER#2")]);
    shop.delete(key(1)).send().await.unwrap();
    shop.delete(key(2)).at_version(1).send().await.unwrap();
    assert!(raw_items(shop.client(), "shop").await.is_empty());
}

#[tokio::test]
async fn a_taken_value_leaves_everything_as_it_was() {
    let shop = shop().await;
    shop.put(&user(1, "a")).send().await.unwrap();
    shop.put(&user(2, "b")).send().await.unwrap();
    let before = raw_items(shop.client(), "shop").await;
    let error = shop.update(key(2)).set(|u| u.email, "a").send().await;
    assert_not_unique(&error.unwrap_err(), "User", "email");
    let old = shop.get(key(2)).send().await.unwrap().unwrap();
    let new = User {
        email: "a".into(),
        ..old.clone()
    };
    assert_not_unique(
        &shop.save(&old, &new).send().await.unwrap_err(),
        "User",
        "email",
    );
    assert_not_unique(&shop.put(&new).send().await.unwrap_err(), "User", "email");
    assert_not_unique(
        &shop.upsert(&new).send().await.unwrap_err(),
        "User",
        "email",
    );
    assert_eq!(raw_items(shop.client(), "shop").await, before);
}

#[tokio::test]
async fn a_value_that_only_a_key_holds() {
    let shop = shop().await;
    let device = |id, serial: &str, note: &str| Device {
        id,
        maker: "acme".into(),
        serial: serial.into(),
        more: BTreeMap::from([("note".into(), note.into())]),
    };
    shop.put(&device(1, "s", "old")).send().await.unwrap();
    let old = shop
        .put(&device(1, "s", "new"))
        .return_old()
        .send()
        .await
        .unwrap();
    assert_eq!(old, Some(device(1, "s", "old")));
    let error = shop.put(&device(2, "s", "")).send().await.unwrap_err();
    assert_not_unique(&error, "Device", "serial");
    let delete = shop.delete(Device::key(1_u32, "acme", "s")).return_old();
    assert_eq!(delete.send().await.unwrap(), Some(device(1, "s", "new")));
    shop.put(&device(2, "s", "")).send().await.unwrap();
    assert_taken(&taken(&shop).await, &[("Device#serial#acme|s", "DEVICE#2")]);
}

#[tokio::test]
async fn markers_are_no_items() {
    let shop = shop().await;
    for id in 0..5 {
        let user = User {
            nick: Some(format!("n{id}")),
            ..user(id, &format!("e{id}"))
        };
        shop.put(&user).send().await.unwrap();
    }
    assert_eq!(shop.scan::<User>().collect().await.unwrap().len(), 5);
    assert!(shop.scan::<Member>().collect().await.unwrap().is_empty());
    let all = shop.query_all(User::of(3_u32)).collect().await.unwrap();
    assert_eq!(all.len(), 1);
    let profiles = shop.query_all(User::profiles()).collect().await.unwrap();
    assert_eq!(profiles.len(), 5);
    let items = raw_items(shop.client(), "shop").await;
    assert_eq!(items.len(), 15);
    for item in items.iter().filter(|item| is_marker(item)) {
        let item = dynamo_model::Item::<Shop>::from_attribute_values(item);
        assert!(!item.is::<User>() && !item.is::<Member>() && !item.is::<Session>());
        assert!(item.decode::<User>().is_err());
    }
}

#[tokio::test]
async fn a_value_that_no_key_can_hold() {
    let shop = shop().await;
    let error = shop
        .put(&user(1, &"secret".repeat(400)))
        .send()
        .await
        .unwrap_err();
    let Error::Key(refused) = &error else {
        panic!("{error:?}")
    };
    assert!(refused.to_string().contains("email"), "{refused}");
    assert!(
        refused.to_string().contains("2048") || refused.to_string().contains("2,048"),
        "{refused}"
    );
    assert!(!format!("{error} {error:?}").contains("secretsecret"));
    let update = shop.update(key(1)).set(|u| u.email, "x".repeat(3_000));
    shop.put(&user(1, "a")).send().await.unwrap();
    assert!(matches!(update.send().await.unwrap_err(), Error::Key(_)));
    // Neither can the empty text.
    let error = shop.put(&user(2, "")).send().await.unwrap_err();
    assert!(matches!(error, Error::Key(_)), "{error:?}");
    let error = shop.put(&user(2, "a\u{10FFFF}")).send().await.unwrap_err();
    assert!(matches!(error, Error::Key(_)), "{error:?}");
    // Everything else can, delimiters included.
    shop.put(&user(2, "a#b|c/ä")).send().await.unwrap();
    assert_taken(
        &taken(&shop).await,
        &[("User#email#a", "USER#1"), ("User#email#a#b|c/ä", "USER#2")],
    );
}

#[tokio::test]
async fn reads_are_metered_too() {
    let shop = shop().await;
    let meter = Meter::new();
    shop.put(&user(1, "a")).meter(&meter).send().await.unwrap();
    // A consistent read of nothing, and two writes of a transaction.
    let first = meter.reset().capacity_units;
    assert!(first >= 5.0, "{first}");
    shop.put(&user(2, "b"))
        .if_absent()
        .meter(&meter)
        .send()
        .await
        .unwrap();
    assert!(meter.reset().capacity_units < first);
}
