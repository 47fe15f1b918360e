//! Time to live: a number of epoch seconds, whatever the field's type.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::ManualClock;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{is_fresh, stored};

macro_rules! types {
    ($($name:ident: $ty:ty, [$($serde:tt)*], $of:expr;)+) => {$(
        mod $name {
            use super::*;

            #[derive(Table)]
            #[table(
                name = "leases", pk = "PK",
                gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
                ttl = "expiresAt", entities(Lease),
            )]
            struct Leases;

            #[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
            #[entity(
                table = Leases, pk = "LEASE#{id}",
                index(by_end, on = "GSI1", pk = "LEASES", sk = "{end}"),
            )]
            #[serde(rename_all = "camelCase")]
            struct Lease {
                id: u32,
                end: u32,
                #[entity(ttl)]
                $($serde)*
                expires_at: $ty,
            }

            fn at(seconds: i64) -> $ty {
                let of: fn(i64) -> $ty = $of;
                of(seconds)
            }

            #[tokio::test]
            async fn expiry() {
                let clock = ManualClock::at_unix_seconds(1_000);
                let leases = Leases::on(client().await).with_clock(clock.clone());
                leases.create_table().send().await.unwrap();
                let key = || Lease::key(1_u32);
                let lease = Lease { id: 1, end: 7, expires_at: at(2_000) };
                let number = async || stored(&leases, &key()).await["expiresAt"].as_n().unwrap().clone();
                leases.put(&lease).send().await.unwrap();
                assert_eq!(number().await, "2000");
                assert_eq!(is_fresh(&leases, key()).await, lease);
                leases.update(key()).set(|l| l.expires_at, at(3_000)).send().await.unwrap();
                assert_eq!(number().await, "3000");
                assert_eq!(is_fresh(&leases, key()).await.expires_at, at(3_000));
                // Conditions and filters compare numbers.
                let update = leases.update(key()).set(|l| l.expires_at, at(4_000));
                update.condition(|l| l.expires_at.le(at(3_000))).send().await.unwrap();
                let update = leases.update(key()).set(|l| l.expires_at, at(5_000));
                let error = update.condition(|l| l.expires_at.le(at(3_000))).send().await.unwrap_err();
                assert!(error.is_condition_failed(), "{error:?}");
                assert_eq!(error.item::<Lease>().unwrap().unwrap().expires_at, at(4_000));
                let update = leases.update(key()).set(|l| l.expires_at, at(4_000));
                let update = update.condition(|l| l.expires_at.between(at(3_999), at(4_001)));
                update.send().await.unwrap();
                let old = is_fresh(&leases, key()).await;
                let new = Lease { expires_at: at(4_500), ..old.clone() };
                leases.save(&old, &new).send().await.unwrap();
                assert_eq!(number().await, "4500");
                leases.upsert(&lease).send().await.unwrap();
                assert_eq!(number().await, "2000");
                // Others write fractions.
                let update = leases.client().update_item().table_name("leases");
                let update = update.set_key(Some(key().to_item().unwrap()));
                let update = update.update_expression("SET expiresAt = :at");
                let update = update.expression_attribute_values(":at", AttributeValue::N("2500.75".into()));
                update.send().await.unwrap();
                assert_eq!(leases.get(key()).send().await.unwrap().unwrap().expires_at, at(2_500));
                // Who comes after it has passed finds nothing in the way.
                leases.put(&lease).if_absent_or_expired().send().await.unwrap_err();
                clock.advance(Duration::from_secs(1_500));
                leases.put(&lease).if_absent_or_expired().send().await.unwrap_err();
                clock.advance(Duration::from_secs(1));
                leases.put(&lease).if_absent_or_expired().send().await.unwrap();
                let other = Lease { id: 2, ..lease.clone() };
                leases.put(&other).if_absent_or_expired().send().await.unwrap();
                assert_eq!(leases.create(Lease { id: 3, ..lease.clone() }).send().await.unwrap().end, 7);
            }
        }
    )+};
}

types! {
    jiff_times: Timestamp, [], |s| Timestamp::from_second(s).unwrap();
    jiff_options: Option<Timestamp>, [], |s| Some(Timestamp::from_second(s).unwrap());
    jiff_seconds: Timestamp, [#[serde(with = "jiff::fmt::serde::timestamp::second::required")]],
        |s| Timestamp::from_second(s).unwrap();
    chrono_times: chrono::DateTime<chrono::Utc>, [], |s| chrono::DateTime::from_timestamp(s, 0).unwrap();
    chrono_options: Option<chrono::DateTime<chrono::Utc>>, [], |s| chrono::DateTime::from_timestamp(s, 0);
    time_times: time::OffsetDateTime, [#[serde(with = "time::serde::rfc3339")]],
        |s| time::OffsetDateTime::from_unix_timestamp(s).unwrap();
    seconds: u64, [], |s| s.try_into().unwrap();
    signed_seconds: i64, [], |s| s;
    second_options: Option<u64>, [], |s| s.try_into().ok();
}

#[derive(Table)]
#[table(
    name = "holds",
    pk = "PK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    ttl = "until",
    entities(Hold)
)]
struct Holds;

/// What expires is in an index by when it does.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Holds, pk = "HOLD#{id}",
    index(next, on = "GSI1", pk = "HOLDS", sk = "{until}"),
)]
struct Hold {
    id: u32,
    #[entity(ttl)]
    until: Option<Timestamp>,
}

#[tokio::test]
async fn without_expiry() {
    let holds = Holds::on(client().await);
    holds.create_table().send().await.unwrap();
    let key = || Hold::key(1_u32);
    let none = Hold { id: 1, until: None };
    holds.put(&none).send().await.unwrap();
    assert_eq!(is_fresh(&holds, key()).await, none);
    let until = Timestamp::from_second(5_000_000_000).unwrap();
    holds
        .update(key())
        .set(|h| h.until, until)
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&holds, key()).await.until, Some(until));
    holds
        .update(key())
        .remove(|h| h.until)
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&holds, key()).await, none);
    holds
        .update(key())
        .set(|h| h.until, Some(until))
        .send()
        .await
        .unwrap();
    holds
        .update(key())
        .set(|h| h.until, None)
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&holds, key()).await, none);
    let update = holds
        .update(key())
        .set(|h| h.until, None)
        .condition(|h| h.until.not_exists());
    update.send().await.unwrap();
    // NULL is absence.
    let mut item = none.to_item().unwrap();
    item.insert("until".into(), AttributeValue::Null(true));
    holds
        .client()
        .put_item()
        .table_name("holds")
        .set_item(Some(item))
        .send()
        .await
        .unwrap();
    assert_eq!(holds.get(key()).send().await.unwrap(), Some(none.clone()));
    // A text is none.
    let mut item = none.to_item().unwrap();
    item.insert("until".into(), AttributeValue::S("secret \"NULL\"".into()));
    holds
        .client()
        .put_item()
        .table_name("holds")
        .set_item(Some(item))
        .send()
        .await
        .unwrap();
    let error = holds.get(key()).send().await.unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    assert!(
        error.to_string().contains("until") && !error.to_string().contains("secret"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_created_is_what_is_stored() {
    let holds = Holds::on(client().await);
    holds.create_table().send().await.unwrap();
    // Fractions of seconds are not stored.
    let until = Timestamp::from_millisecond(5_000_000_000_750).unwrap();
    let hold = Hold {
        id: 1,
        until: Some(until),
    };
    let created = holds.create(hold).send().await.unwrap();
    assert_eq!(created.until, Timestamp::from_second(5_000_000_000).ok());
    assert_eq!(is_fresh(&holds, Hold::key(1_u32)).await, created);
}
