//! Updates, and index keys that follow them.

use std::collections::{BTreeMap, BTreeSet};

use dynamo_model::OutcomeKind;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop", pk = "PK", sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = "GSI2PK", sk = "GSI2SK"),
    gsi("Feed", pk = "feed", sk = "at"),
    gsi("Board", pk = "board", sk = N("score")),
    entities(Order, Visit, Player, Parcel, Post),
)]
struct Shop;

#[derive(KeyPart, Serialize, Deserialize, Debug, Clone, Copy, PartialEq)]
enum Status {
    Paid,
    Shipped,
}

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Address {
    street: String,
    city: String,
    floor: Option<u32>,
}

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Line {
    sku: String,
    qty: u32,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{number}"),
    index(by_place, on = "GSI2", pk = "REGION#{region}", sk = "{tier}#{number}"),
)]
struct Order {
    customer_id: String,
    number: u32,
    status: Status,
    region: Option<String>,
    tier: u8,
    total_cents: u64,
    paid_cents: u64,
    note: Option<String>,
    address: Address,
    ship_to: Option<Address>,
    lines: Vec<Line>,
    prices: BTreeMap<String, u64>,
    #[serde(with = "dynamo_model::types::string_set", default)]
    tags: BTreeSet<String>,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "VISIT#{id}", sk = "VISIT",
    index(open, on = "GSI1", pk = "OPEN", sk = "{until}", when = *is_open && *until > 10),
)]
struct Visit {
    id: u32,
    is_open: bool,
    until: u32,
    #[entity(version)]
    version: u64,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "PLAYER#{id}", sk = "PLAYER",
    index(by_score, on = "Board", pk = "{board}", sk = "{score}"),
)]
struct Player {
    id: u32,
    board: String,
    score: u32,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "PARCEL#{id}", sk = "PARCEL",
    index(abroad, on = "GSI1", pk = "ABROAD", sk = "{id}", when = address.city != "Graz"),
)]
struct Parcel {
    id: u32,
    address: Address,
}

/// The keys of its index are attributes of its own: a time is stored in the form of keys there, not in serde's.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "POST#{id}", sk = "POST",
    index(feed, on = "Feed", pk = "{feed}", sk = "{at}"),
)]
struct Post {
    id: u32,
    feed: String,
    at: jiff::Timestamp,
}

async fn shop() -> Handle<Shop> {
    let shop = Shop::on(client().await);
    shop.create_table().send().await.unwrap();
    shop
}

fn order() -> Order {
    let address = Address {
        street: "Hauptplatz 1".into(),
        city: "Graz".into(),
        floor: None,
    };
    Order {
        customer_id: "c".into(),
        number: 7,
        status: Status::Paid,
        region: Some("south".into()),
        tier: 2,
        total_cents: 1_000,
        paid_cents: 400,
        note: Some("soon".into()),
        address,
        ship_to: None,
        lines: vec![
            Line {
                sku: "a".into(),
                qty: 1,
            },
            Line {
                sku: "b".into(),
                qty: 2,
            },
        ],
        prices: BTreeMap::from([("eur".into(), 10)]),
        tags: BTreeSet::from(["red".into()]),
    }
}

fn key() -> Key<Order> {
    Order::key("c", 7_u32)
}

/// The stored item is what a fresh put of the entity that it holds would write.
async fn is_fresh<E: Entity<Table = Shop>>(shop: &Handle<Shop>, key: Key<E>) -> E {
    let entity = shop.get(key.clone()).consistent().send().await.unwrap();
    let entity = entity.expect("the item is there");
    let stored = shop
        .client()
        .get_item()
        .table_name("shop")
        .set_key(Some(key.to_item().unwrap()))
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    assert_eq!(stored.item, Some(entity.to_item().unwrap()));
    entity
}

#[tokio::test]
async fn every_kind_of_change() {
    let shop = shop().await;
    shop.put(&order()).send().await.unwrap();
    let new = shop
        .update(key())
        .set(|o| o.status, Status::Shipped)
        .add(|o| o.total_cents, 250)
        .subtract(|o| o.paid_cents, 100)
        .remove(|o| o.note)
        .set(|o| o.address.city, "Linz")
        .set(|o| o.address.floor, 3)
        .set(|o| o.lines.at(0).qty, 9)
        .append(
            |o| o.lines,
            [Line {
                sku: "c".into(),
                qty: 3,
            }],
        )
        .set(|o| o.prices.entry("usd"), 12)
        .add_to_set(|o| o.tags, BTreeSet::from(["blue".to_owned()]))
        .condition(|o| {
            o.status
                .eq(Status::Paid)
                .and(o.paid_cents.lt(&o.total_cents))
        })
        .return_new()
        .send()
        .await;
    // A list and one of its elements cannot be changed together.
    let error = new.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    let new = shop
        .update(key())
        .set(|o| o.status, Status::Shipped)
        .add(|o| o.total_cents, 250)
        .subtract(|o| o.paid_cents, 100)
        .remove(|o| o.note)
        .set(|o| o.address.city, "Linz")
        .set(|o| o.address.floor, 3)
        .set(|o| o.lines.at(0).qty, 9)
        .set(|o| o.prices.entry("usd"), 12)
        .add_to_set(|o| o.tags, BTreeSet::from(["blue".to_owned()]))
        .condition(|o| {
            o.status
                .eq(Status::Paid)
                .and(o.paid_cents.lt(&o.total_cents))
        })
        .return_new()
        .send()
        .await
        .unwrap();
    assert_eq!(new.address.street, "Hauptplatz 1");
    assert_eq!(
        (new.address.city.as_str(), new.address.floor),
        ("Linz", Some(3))
    );
    assert_eq!(
        (new.total_cents, new.paid_cents, new.note.as_deref()),
        (1_250, 300, None)
    );
    assert_eq!(new.lines[0].qty, 9);
    assert_eq!(new.prices["usd"], 12);
    assert_eq!(new.tags.len(), 2);
    assert_eq!(is_fresh(&shop, key()).await, new);

    let old = shop
        .update(key())
        .append(
            |o| o.lines,
            [Line {
                sku: "c".into(),
                qty: 3,
            }],
        )
        .remove_from_set(
            |o| o.tags,
            BTreeSet::from(["blue".to_owned(), "red".to_owned()]),
        )
        .set_if_absent(|o| o.note, "late")
        .set_from(|o| o.paid_cents, |o| o.total_cents)
        .set(|o| o.ship_to, order().address)
        .return_old()
        .send()
        .await
        .unwrap();
    assert_eq!(old, new);
    let now = is_fresh(&shop, key()).await;
    assert_eq!(now.lines.len(), 3);
    assert!(now.tags.is_empty());
    assert_eq!((now.note.as_deref(), now.paid_cents), (Some("late"), 1_250));
    shop.update(key())
        .prepend(
            |o| o.lines,
            [Line {
                sku: "0".into(),
                qty: 0,
            }],
        )
        .set(|o| o.ship_to.city, "Wien")
        .send()
        .await
        .unwrap();
    shop.update(key())
        .remove(|o| o.lines.at(1))
        .send()
        .await
        .unwrap();
    let now = is_fresh(&shop, key()).await;
    assert_eq!(
        now.lines.iter().map(|l| l.sku.as_str()).collect::<String>(),
        "0bc"
    );
    assert_eq!(now.ship_to.unwrap().city, "Wien");
}

#[tokio::test]
async fn index_keys_follow() {
    let shop = shop().await;
    shop.put(&order()).send().await.unwrap();
    shop.update(key())
        .set(|o| o.region, "north")
        .set(|o| o.tier, 3)
        .send()
        .await
        .unwrap();
    is_fresh(&shop, key()).await;
    shop.update(key())
        .set(|o| o.tier, 4)
        .assume(|o| o.region, "north")
        .send()
        .await
        .unwrap();
    is_fresh(&shop, key()).await;
    let error = shop
        .update(key())
        .set(|o| o.tier, 5)
        .assume(|o| o.region, "south")
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    shop.update(key())
        .remove(|o| o.region)
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&shop, key()).await.region, None);
    shop.update(key())
        .set(|o| o.tier, 6)
        .assume(|o| o.region, None)
        .send()
        .await
        .unwrap();
    is_fresh(&shop, key()).await;
    let back = shop
        .update(key())
        .set(|o| o.region, "east")
        .assume(|o| o.tier, 6)
        .set(|o| o.status, Status::Shipped)
        .return_new()
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&shop, key()).await, back);
}

#[tokio::test]
async fn predicates_decide() {
    let shop = shop().await;
    let visit = Visit {
        id: 1,
        is_open: true,
        until: 20,
        version: 0,
    };
    assert_eq!(shop.put(&visit).send().await.unwrap().version, Some(1));
    let key = || Visit::key(1_u32);
    is_fresh(&shop, key()).await;
    let out = shop
        .update(key())
        .set(|v| v.is_open, false)
        .assume(|v| v.until, 20)
        .send()
        .await
        .unwrap();
    assert_eq!(out.version, Some(2));
    is_fresh(&shop, key()).await;
    shop.update(key())
        .set(|v| v.is_open, true)
        .set(|v| v.until, 30)
        .at_version(2)
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&shop, key()).await.version, 3);
    let error = shop
        .update(key())
        .set(|v| v.until, 5)
        .assume(|v| v.is_open, true)
        .at_version(2)
        .send()
        .await
        .unwrap_err();
    let Error::VersionConflict(conflict) = &error else {
        panic!("{error}")
    };
    assert_eq!((conflict.expected(), conflict.stored()), (2, 3));
    assert_eq!(error.item::<Visit>().unwrap().unwrap().until, 30);
    shop.update(key())
        .set(|v| v.until, 5)
        .assume(|v| v.is_open, true)
        .send()
        .await
        .unwrap();
    is_fresh(&shop, key()).await;
}

#[tokio::test]
async fn keys_that_are_attributes_can_be_computed() {
    let shop = shop().await;
    let player = Player {
        id: 1,
        board: "b".into(),
        score: 10,
    };
    shop.put(&player).send().await.unwrap();
    shop.update(Player::key(1_u32))
        .add(|p| p.score, 5)
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&shop, Player::key(1_u32)).await.score, 15);
    shop.update(Player::key(1_u32))
        .set(|p| p.score, 3)
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&shop, Player::key(1_u32)).await.score, 3);
}

#[tokio::test]
async fn updates_update() {
    let shop = shop().await;
    let error = shop
        .update(key())
        .add(|o| o.total_cents, 1)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "{error}");
    let out = shop
        .upsert(&order())
        .add(|o| o.total_cents, 1)
        .return_new()
        .send()
        .await
        .unwrap();
    assert_eq!(out.total_cents, 1_001);
    is_fresh(&shop, key()).await;
    let other = Order {
        note: None,
        region: None,
        total_cents: 5,
        ..order()
    };
    let out = shop
        .upsert(&other)
        .add(|o| o.total_cents, 1)
        .keep(|o| o.note)
        .keep(|o| o.paid_cents)
        .return_new()
        .send()
        .await
        .unwrap();
    assert_eq!(
        (out.total_cents, out.note.as_deref()),
        (1_002, Some("soon"))
    );
    is_fresh(&shop, key()).await;
}

#[tokio::test]
async fn save_sends_what_differs() {
    let shop = shop().await;
    let old = order();
    shop.put(&old).send().await.unwrap();
    let new = Order {
        region: Some("east".into()),
        note: None,
        ..old.clone()
    };
    assert!(!shop.save(&old, &old).is_needed());
    shop.update(key())
        .set(|o| o.total_cents, 77)
        .send()
        .await
        .unwrap();
    shop.save(&old, &new).send().await.unwrap();
    let now = is_fresh(&shop, key()).await;
    assert_eq!(
        now,
        Order {
            total_cents: 77,
            ..new.clone()
        }
    );
    let error = shop.save(&old, &new).send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
}

#[tokio::test]
async fn rekey_moves() {
    let shop = shop().await;
    let old = order();
    let new = Order {
        customer_id: "d".into(),
        note: None,
        ..old.clone()
    };
    let error = shop.rekey(&old, &new).send().await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    shop.put(&old).send().await.unwrap();
    let changed = Order {
        total_cents: 1,
        ..old.clone()
    };
    let error = shop.rekey(&changed, &new).send().await.unwrap_err();
    assert_eq!(error.item::<Order>().unwrap(), Some(old.clone()));
    shop.rekey(&old, &new).send().await.unwrap();
    assert_eq!(is_fresh(&shop, Order::key("d", 7_u32)).await, new);
    assert_eq!(shop.get(key()).send().await.unwrap(), None);
    shop.put(&old).send().await.unwrap();
    let error = shop.rekey(&old, &new).send().await.unwrap_err();
    assert_eq!(error.item::<Order>().unwrap(), Some(new));
    assert!(matches!(
        shop.rekey(&old, &old).send().await,
        Err(Error::Invalid(_))
    ));

    let visit = Visit {
        id: 1,
        is_open: true,
        until: 20,
        version: 0,
    };
    let stored = shop.create(visit).send().await.unwrap();
    let moved = Visit {
        id: 2,
        ..stored.clone()
    };
    let stale = Visit {
        version: 7,
        ..stored.clone()
    };
    let error = shop.rekey(&stale, &moved).send().await.unwrap_err();
    assert!(error.is_version_conflict(), "{error}");
    let output = shop.rekey(&stored, &moved).send().await.unwrap();
    assert_eq!(output.version, Some(2));
    assert_eq!(is_fresh(&shop, Visit::key(2_u32)).await.version, 2);
}

#[tokio::test]
async fn parents_are_created_on_request() {
    let shop = shop().await;
    shop.put(&order()).send().await.unwrap();
    let update = || {
        shop.update(key())
            .set(|o| o.ship_to.city, "Wien")
            .set(|o| o.ship_to.street, "Graben 1")
            .add(|o| o.total_cents, 1)
    };
    let error = update().send().await.unwrap_err();
    assert!(matches!(error, Error::Validation(_)), "{error}");
    let new = update().create_parents().return_new().send().await.unwrap();
    assert_eq!(new.total_cents, 1_001);
    let address = Address {
        street: "Graben 1".into(),
        city: "Wien".into(),
        floor: None,
    };
    assert_eq!(new.ship_to, Some(address));
    // There is one now, and it keeps what is not named.
    let update = shop
        .update(key())
        .set(|o| o.ship_to.floor, 4)
        .create_parents();
    let new = update.return_new().send().await.unwrap();
    assert_eq!(new.ship_to.unwrap().city, "Wien");
    let update = shop
        .update(key())
        .remove(|o| o.ship_to)
        .condition(|o| o.ship_to.floor.eq(4));
    update.send().await.unwrap();
    let error = shop
        .update(key())
        .set(|o| o.ship_to.floor, 4)
        .condition(|o| o.total_cents.eq(1))
        .create_parents()
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    let error = shop
        .update(Order::key("x", 1_u32))
        .set(|o| o.ship_to.floor, 4)
        .create_parents();
    assert!(error.send().await.unwrap_err().is_not_found());
    let nothing = shop
        .update(key())
        .remove(|o| o.ship_to.floor)
        .add(|o| o.total_cents, 1);
    nothing.create_parents().send().await.unwrap();
    is_fresh(&shop, key()).await;
    let inside = shop
        .transact_write()
        .update(shop.update(key()).set(|o| o.note, "x").create_parents());
    assert!(matches!(inside.send().await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn transactions_update_and_tell_versions_apart() {
    let shop = shop().await;
    let visit = Visit {
        id: 1,
        is_open: true,
        until: 20,
        version: 0,
    };
    let visit = shop.create(visit).send().await.unwrap();
    shop.put(&order()).send().await.unwrap();
    shop.transact_write()
        .update(
            shop.update(key())
                .set(|o| o.status, Status::Shipped)
                .add(|o| o.total_cents, 5),
        )
        .put(shop.put(&visit))
        .check(Player::key(1_u32), |p| p.score.not_exists())
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&shop, key()).await.total_cents, 1_005);
    assert_eq!(is_fresh(&shop, Visit::key(1_u32)).await.version, 2);
    let error = shop
        .transact_write()
        .update(shop.update(key()).add(|o| o.total_cents, 5))
        .put(shop.put(&visit))
        .delete(shop.delete(Visit::key(2_u32)).at_version(1))
        .send()
        .await
        .unwrap_err();
    let Error::TransactionCanceled(canceled) = &error else {
        panic!("{error}")
    };
    let kinds: Vec<_> = canceled
        .outcomes()
        .iter()
        .map(|outcome| outcome.kind())
        .collect();
    let expected = [
        OutcomeKind::NoError,
        OutcomeKind::VersionConflict,
        OutcomeKind::NotFound,
    ];
    assert_eq!(kinds, expected);
    let stored = canceled.outcomes()[1].item::<Visit>().unwrap().unwrap();
    assert_eq!(stored.version, 2);
    assert_eq!(is_fresh(&shop, key()).await.total_cents, 1_005);
}

#[tokio::test]
async fn what_a_predicate_reads_is_set_as_a_whole() {
    let shop = shop().await;
    let parcel = Parcel {
        id: 1,
        address: order().address,
    };
    shop.put(&parcel).send().await.unwrap();
    let key = || Parcel::key(1_u32);
    let error = shop
        .update(key())
        .set(|p| p.address.city, "Linz")
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    assert!(error.to_string().contains("GSI1"), "{error}");
    let linz = Address {
        city: "Linz".into(),
        ..parcel.address
    };
    shop.update(key())
        .set(|p| p.address, linz)
        .send()
        .await
        .unwrap();
    is_fresh(&shop, key()).await;
    assert_eq!(
        shop.query(Parcel::abroad()).collect().await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn keys_that_are_attributes_are_compared_as_keys() {
    let shop = shop().await;
    let at: jiff::Timestamp = "2026-11-22T09:00:00.5Z".parse().unwrap();
    let post = Post {
        id: 1,
        feed: "a".into(),
        at,
    };
    shop.put(&post).send().await.unwrap();
    let key = || Post::key(1_u32);
    shop.update(key())
        .set(|p| p.feed, "b")
        .assume(|p| p.at, at)
        .condition(|p| p.at.eq(at).and(p.at.is_in([at])).and(p.at.ne(at).not()))
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&shop, key()).await.feed, "b");
    let later = at + jiff::SignedDuration::from_secs(1);
    shop.update(key())
        .set(|p| p.at, later)
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&shop, key()).await.at, later);
    let error = shop
        .update(key())
        .set(|p| p.at, at)
        .condition(|p| p.at.eq(at));
    assert!(error.send().await.unwrap_err().is_condition_failed());
}
