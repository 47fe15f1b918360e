//! Markers expire with their owners.

use std::time::{Duration, UNIX_EPOCH};

use dynamo_model::ManualClock;
use dynamo_model::prelude::*;

use super::{
    Session, Shop, assert_not_unique, assert_taken, is_marker, raw_items, session, shop, taken,
};

async fn expiries(shop: &Handle<Shop>) -> Vec<Option<String>> {
    let items = raw_items(shop.client(), "shop").await;
    let markers = items.iter().filter(|item| is_marker(item));
    markers
        .map(|marker| marker.get("expires_at").map(|v| v.as_n().unwrap().clone()))
        .collect()
}

#[tokio::test]
async fn markers_expire_with_their_owners() {
    let clock = ManualClock::at_unix_seconds(1_000);
    let shop = shop().await.with_clock(clock.clone());
    let key = |id: u32| Session::key(id);
    shop.put(&session(1, "t", Some(1_100)))
        .send()
        .await
        .unwrap();
    assert_eq!(expiries(&shop).await, [Some("1100".into())]);
    shop.update(key(1))
        .set(|s| s.expires_at, 1_200)
        .send()
        .await
        .unwrap();
    assert_eq!(expiries(&shop).await, [Some("1200".into())]);
    shop.update(key(1))
        .remove(|s| s.expires_at)
        .send()
        .await
        .unwrap();
    assert_eq!(expiries(&shop).await, [None]);
    let update = shop
        .update(key(1))
        .set(|s| s.expires_at, 1_300)
        .set(|s| s.token, "u");
    update.send().await.unwrap();
    assert_eq!(expiries(&shop).await, [Some("1300".into())]);
    let old = session(1, "u", Some(1_300));
    let new = session(1, "u", Some(1_400));
    shop.save(&old, &new).send().await.unwrap();
    assert_eq!(expiries(&shop).await, [Some("1400".into())]);
    shop.upsert(&session(1, "u", Some(1_500)))
        .send()
        .await
        .unwrap();
    assert_eq!(expiries(&shop).await, [Some("1500".into())]);
    shop.put(&session(1, "u", None)).send().await.unwrap();
    assert_eq!(expiries(&shop).await, [None]);
    shop.put(&session(1, "u", Some(1_100)))
        .send()
        .await
        .unwrap();

    // Until then, the value is taken; afterwards, anybody may have it.
    let error = shop.put(&session(2, "u", None)).send().await.unwrap_err();
    assert_not_unique(&error, "Session", "token");
    clock.set(UNIX_EPOCH + Duration::from_secs(1_100));
    shop.put(&session(2, "u", None)).send().await.unwrap();
    assert_taken(&taken(&shop).await, &[("Session#token#u", "SESSION#2")]);
    // Whoever had it can do without, in any way, although it is not theirs to give up.
    let old = session(1, "u", Some(1_100));
    let update = shop.update(key(1)).set(|s| s.expires_at, 5_000);
    assert_not_unique(&update.send().await.unwrap_err(), "Session", "token");
    shop.update(key(1))
        .set(|s| s.token, "v")
        .send()
        .await
        .unwrap();
    let all = [
        ("Session#token#u", "SESSION#2"),
        ("Session#token#v", "SESSION#1"),
    ];
    assert_taken(&taken(&shop).await, &all);
    shop.put(&session(3, "v", None)).send().await.unwrap();
    shop.delete(key(1)).send().await.unwrap();
    shop.put(&old).send().await.unwrap_err();
    let all = [
        ("Session#token#u", "SESSION#2"),
        ("Session#token#v", "SESSION#3"),
    ];
    assert_taken(&taken(&shop).await, &all);
}

#[tokio::test]
async fn taken_values_of_expired_items_in_transactions() {
    let clock = ManualClock::at_unix_seconds(1_000);
    let shop = shop().await.with_clock(clock.clone());
    shop.put(&session(1, "t", Some(1_100)))
        .send()
        .await
        .unwrap();
    shop.put(&session(3, "x", None)).send().await.unwrap();
    clock.advance(Duration::from_secs(500));
    shop.put(&session(2, "t", None)).send().await.unwrap();
    shop.transact_write()
        .delete(shop.delete(Session::key(3_u32)))
        .delete(shop.delete(Session::key(1_u32)))
        .send()
        .await
        .unwrap();
    assert_taken(&taken(&shop).await, &[("Session#token#t", "SESSION#2")]);
    // An expired item makes room, with its own value too.
    shop.put(&session(4, "y", Some(1_000)))
        .send()
        .await
        .unwrap();
    let put = shop.put(&session(4, "z", None)).if_absent_or_expired();
    put.send().await.unwrap();
    let put = shop.put(&session(4, "w", None)).if_absent_or_expired();
    let error = put.send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
    let all = [
        ("Session#token#t", "SESSION#2"),
        ("Session#token#z", "SESSION#4"),
    ];
    assert_taken(&taken(&shop).await, &all);
}

#[tokio::test]
async fn an_expiry_that_is_not_known() {
    let shop = shop().await;
    let put = session(1, "t", Some(5_000_000_000));
    shop.put(&put).send().await.unwrap();
    let key = || Session::key(1_u32);
    let invalid = |error: Error| {
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
        assert!(error.to_string().contains("expir"), "{error}");
    };
    let update = shop.update(key()).set_if_absent(|s| s.expires_at, 1);
    invalid(update.send().await.unwrap_err());
    let none = session(1, "t", None);
    invalid(
        shop.upsert(&none)
            .keep(|s| s.expires_at)
            .send()
            .await
            .unwrap_err(),
    );
    invalid(
        shop.upsert(&put)
            .keep(|s| s.expires_at)
            .send()
            .await
            .unwrap_err(),
    );
    shop.upsert(&put).keep(|s| s.hits).send().await.unwrap();
}
