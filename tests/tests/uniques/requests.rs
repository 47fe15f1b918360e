//! Requests, as an engine in this process sees them.

use std::time::Duration;

use dynamo_model::embedded::Engine;

use dynamo_model::prelude::*;

use super::{Shop, User, assert_taken, key, raw_items, taken, user};

async fn set_up() -> (Engine, Handle<Shop>) {
    let engine = Engine::memory().unwrap();
    let shop = Shop::on(engine.client());
    shop.create_table().send().await.unwrap();
    engine.requests().record(true);
    (engine, shop)
}

fn operations(engine: &Engine) -> Vec<String> {
    let calls = engine.requests().take();
    calls
        .iter()
        .map(|call| call.operation().to_owned())
        .collect()
}

#[tokio::test]
async fn what_touches_no_unique_value_is_a_plain_request() {
    let (engine, shop) = set_up().await;
    shop.create(user(1, "a")).send().await.unwrap();
    // A new item claimed nothing before: nothing has to be read.
    assert_eq!(operations(&engine), ["TransactWriteItems"]);
    shop.update(key(1))
        .set(|u| u.name, "Bea")
        .return_old()
        .send()
        .await
        .unwrap();
    shop.update(key(1))
        .add(|u| u.visits, 1)
        .at_version(2)
        .send()
        .await
        .unwrap();
    let old = shop.get(key(1)).send().await.unwrap().unwrap();
    let new = User {
        name: "Cleo".into(),
        ..old.clone()
    };
    shop.save(&old, &new).send().await.unwrap();
    shop.save(&old, &old).send().await.unwrap();
    assert_eq!(
        operations(&engine),
        ["UpdateItem", "UpdateItem", "GetItem", "UpdateItem"]
    );
    // What was saved from is known.
    let old = User {
        version: 4,
        ..new.clone()
    };
    let new = User {
        email: "b".into(),
        ..old.clone()
    };
    shop.save(&old, &new).send().await.unwrap();
    assert_eq!(operations(&engine), ["TransactWriteItems"]);
    shop.update(key(1))
        .set(|u| u.email, "c")
        .send()
        .await
        .unwrap();
    assert_eq!(operations(&engine), ["GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn what_cannot_succeed_is_sent_once() {
    let (engine, shop) = set_up().await;
    shop.create(user(1, "a")).send().await.unwrap();
    shop.create(user(2, "b")).send().await.unwrap();
    operations(&engine);
    shop.create(user(1, "c")).send().await.unwrap_err();
    shop.create(user(3, "a")).send().await.unwrap_err();
    let create = shop.transact_write().create(shop.create(user(1, "c")));
    create.send().await.unwrap_err();
    assert_eq!(operations(&engine), ["TransactWriteItems"; 3]);
    let stale = user(1, "old");
    let save = || {
        shop.save(
            &stale,
            &User {
                email: "new".into(),
                ..stale.clone()
            },
        )
    };
    save().send().await.unwrap_err();
    shop.transact_write().save(save()).send().await.unwrap_err();
    assert_eq!(operations(&engine), ["TransactWriteItems"; 2]);
    shop.update(key(9))
        .set(|u| u.email, "c")
        .send()
        .await
        .unwrap_err();
    shop.update(key(1))
        .set(|u| u.email, "b")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        operations(&engine),
        ["GetItem", "TransactWriteItems"].repeat(2)
    );
    shop.put(&user(9, &"x".repeat(2_500)))
        .send()
        .await
        .unwrap_err();
    assert!(operations(&engine).is_empty());
}

#[tokio::test]
async fn what_was_read_and_has_changed_is_read_again() {
    let (engine, shop) = set_up().await;
    shop.create(user(1, "a")).send().await.unwrap();
    operations(&engine);
    // Another writer comes between the read and the write.
    for other in ["b", "c"] {
        let update = shop.update(key(1)).set(|u| u.email, "z").send();
        engine
            .faults()
            .delay("TransactWriteItems", 1, Duration::from_millis(300));
        let between = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let old = shop.get(key(1)).send().await.unwrap().unwrap();
            let new = User {
                email: other.into(),
                ..old.clone()
            };
            shop.save(&old, &new).send().await
        };
        let (updated, between) = tokio::join!(update, between);
        updated.unwrap();
        between.unwrap();
        let sent = operations(&engine);
        assert_eq!(
            sent.iter()
                .filter(|name| *name == "TransactWriteItems")
                .count(),
            3
        );
        assert_taken(&taken(&shop).await, &[("User#email#z", "USER#1")]);
    }
}

#[tokio::test]
async fn a_lost_answer_is_the_same_success() {
    let (engine, shop) = set_up().await;
    engine.faults().drop_response("TransactWriteItems", 2);
    shop.create(user(1, "a")).send().await.unwrap();
    engine.faults().drop_response("TransactWriteItems", 1);
    let update = shop.update(key(1)).set(|u| u.email, "b").at_version(1);
    assert_eq!(update.send().await.unwrap().version, Some(2));
    engine.faults().drop_response("TransactWriteItems", 1);
    shop.delete(key(1)).at_version(2).send().await.unwrap();
    assert!(raw_items(shop.client(), "shop").await.is_empty());
}
