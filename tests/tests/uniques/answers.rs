//! What a write of an entity with unique values answers: as if it had been sent alone.

use std::time::Duration;

use dynamo_model::prelude::*;

use super::{Member, User, assert_taken, key, member, shop, taken, user};

#[tokio::test]
async fn the_users_conditions_fail_with_their_own_errors() {
    let shop = shop().await;
    shop.put(&user(1, "a")).send().await.unwrap();
    let there = shop.get(key(1)).send().await.unwrap();
    let quick = tokio::time::Instant::now();

    let failed = |error: Error| {
        assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
        assert_eq!(error.item::<User>().unwrap(), there);
    };
    let put = shop.put(&user(1, "b")).condition(|u| u.name.eq("Bea"));
    // The version is looked at first: a conflict is what has to be known.
    assert!(put.send().await.unwrap_err().is_version_conflict());
    let current = User {
        version: 1,
        ..user(1, "b")
    };
    let put = shop.put(&current).condition(|u| u.name.eq("Bea"));
    failed(put.send().await.unwrap_err());
    let update = shop.update(key(1)).set(|u| u.email, "b");
    failed(
        update
            .condition(|u| u.visits.gt(5))
            .send()
            .await
            .unwrap_err(),
    );
    let upsert = shop.upsert(&user(1, "b")).condition(|u| u.visits.gt(5));
    failed(upsert.send().await.unwrap_err());
    let delete = shop.delete(key(1)).condition(|u| u.visits.gt(5));
    failed(delete.send().await.unwrap_err());
    let put = shop
        .put(&user(1, "b"))
        .if_absent()
        .send()
        .await
        .unwrap_err();
    assert!(
        put.is_version_conflict() || matches!(put, Error::ConditionFailed(_)),
        "{put:?}"
    );
    assert_eq!(put.item::<User>().unwrap(), there);

    let conflict = |error: Error| {
        let Error::VersionConflict(conflict) = &error else {
            panic!("{error:?}")
        };
        assert_eq!((conflict.expected(), conflict.stored()), (7, 1));
        assert_eq!(error.item::<User>().unwrap(), there);
    };
    let stale = User {
        version: 7,
        ..user(1, "b")
    };
    conflict(shop.put(&stale).send().await.unwrap_err());
    let update = shop.update(key(1)).set(|u| u.email, "b").at_version(7);
    conflict(update.send().await.unwrap_err());
    conflict(shop.delete(key(1)).at_version(7).send().await.unwrap_err());
    let new = User {
        email: "c".into(),
        ..stale.clone()
    };
    conflict(shop.save(&stale, &new).send().await.unwrap_err());

    let missing = |error: Error| assert!(error.is_not_found(), "{error:?}");
    missing(
        shop.update(key(2))
            .set(|u| u.email, "b")
            .send()
            .await
            .unwrap_err(),
    );
    missing(
        shop.put(&user(2, "b"))
            .if_present()
            .send()
            .await
            .unwrap_err(),
    );
    missing(shop.delete(key(2)).if_present().send().await.unwrap_err());
    let (old, new) = (user(2, "x"), user(2, "y"));
    missing(shop.save(&old, &new).send().await.unwrap_err());
    // Nothing of this is tried again.
    assert!(quick.elapsed() < Duration::from_secs(20));
    assert_taken(&taken(&shop).await, &[("User#email#a", "USER#1")]);
}

#[tokio::test]
async fn without_a_version_a_stale_save_fails() {
    let shop = shop().await;
    let old = member("t", 1, "a");
    shop.put(&old).send().await.unwrap();
    shop.update(Member::key("t", 1_u32))
        .set(|m| m.email, "b")
        .send()
        .await
        .unwrap();
    let new = member("t", 1, "c");
    let error = shop.save(&old, &new).send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
    assert_eq!(error.item::<Member>().unwrap(), Some(member("t", 1, "b")));
    assert_taken(
        &taken(&shop).await,
        &[("Member#email#TENANT#t#b", "TENANT#t")],
    );
}

#[tokio::test]
async fn the_item_as_it_was() {
    let shop = shop().await;
    assert_eq!(
        shop.put(&user(1, "a")).return_old().send().await.unwrap(),
        None
    );
    let first = User {
        version: 1,
        ..user(1, "a")
    };
    let old = shop
        .put(&User {
            email: "b".into(),
            ..first.clone()
        })
        .return_old()
        .send()
        .await;
    assert_eq!(old.unwrap(), Some(first.clone()));
    let update = shop.update(key(1)).set(|u| u.email, "c").return_old();
    let second = User {
        email: "b".into(),
        version: 2,
        ..first
    };
    assert_eq!(update.send().await.unwrap(), second);
    let third = User {
        email: "c".into(),
        version: 3,
        ..second
    };
    let upsert = shop.upsert(&user(1, "d")).return_old();
    assert_eq!(upsert.send().await.unwrap(), Some(third.clone()));
    let fourth = User {
        email: "d".into(),
        version: 4,
        ..third
    };
    let old = shop.delete(key(1)).return_old().send().await.unwrap();
    assert_eq!(old, Some(fourth));
    assert_eq!(shop.delete(key(1)).return_old().send().await.unwrap(), None);
    assert_eq!(
        shop.upsert(&user(1, "d"))
            .return_old()
            .send()
            .await
            .unwrap(),
        None
    );
}
