//! When an item was first written, and when last.

use std::time::{Duration, UNIX_EPOCH};

use dynamo_model::ManualClock;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::is_fresh;

const START: u64 = 1_700_000_000;

/// Half a second past, so that what is rounded shows.
fn clock() -> ManualClock {
    ManualClock::at(UNIX_EPOCH + Duration::from_millis(START * 1_000 + 500))
}

macro_rules! types {
    ($($name:ident: $ty:ty, [$($serde:tt)*], $seconds:expr;)+) => {$(
        mod $name {
            use super::*;

            #[derive(Table)]
            #[table(name = "notes", pk = "PK", sk = "SK", ttl = "gone_at", entities(Note))]
            struct Notes;

            #[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
            #[entity(table = Notes, pk = "NOTE#{id}", sk = "NOTE")]
            struct Note {
                id: u32,
                text: String,
                count: u64,
                #[entity(created_at)]
                $($serde)*
                created_at: $ty,
                #[entity(updated_at)]
                $($serde)*
                updated_at: $ty,
            }

            fn seconds(of: &$ty) -> i64 {
                let seconds: fn(&$ty) -> i64 = $seconds;
                seconds(of)
            }

            fn unset() -> $ty {
                dynamo_model_tests_unset::<$ty>()
            }

            fn dynamo_model_tests_unset<T: Epoch>() -> T {
                T::epoch()
            }

            fn note(text: &str) -> Note {
                Note { id: 1, text: text.into(), count: 0, created_at: unset(), updated_at: unset() }
            }

            /// The seconds since the start of the two times.
            async fn times(notes: &Handle<Notes>) -> (i64, i64) {
                let note = is_fresh(notes, Note::key(1_u32)).await;
                let start = i64::try_from(START).unwrap();
                (seconds(&note.created_at) - start, seconds(&note.updated_at) - start)
            }

            #[tokio::test]
            async fn times_of_writes() {
                let clock = clock();
                let notes = Notes::on(client().await).with_clock(clock.clone());
                notes.create_table().send().await.unwrap();
                let tick = || clock.advance(Duration::from_secs(10));
                let key = || Note::key(1_u32);
                notes.upsert(&note("a")).send().await.unwrap();
                assert_eq!(times(&notes).await, (0, 0));
                tick();
                notes.upsert(&note("b")).send().await.unwrap();
                assert_eq!(times(&notes).await, (0, 10));
                tick();
                notes.update(key()).add(|n| n.count, 1).send().await.unwrap();
                assert_eq!(times(&notes).await, (0, 20));
                tick();
                let old = notes.get(key()).send().await.unwrap().unwrap();
                let new = Note { text: "c".into(), ..old.clone() };
                notes.save(&old, &new).send().await.unwrap();
                assert_eq!(times(&notes).await, (0, 30));
                tick();
                // Nothing to save is no write.
                let old = notes.get(key()).send().await.unwrap().unwrap();
                assert!(!notes.save(&old, &old).is_needed());
                // A put keeps what it is given, and knows what it is not given.
                notes.put(&old).send().await.unwrap();
                assert_eq!(times(&notes).await, (0, 40));
                tick();
                notes.put(&note("d")).send().await.unwrap();
                assert_eq!(times(&notes).await, (50, 50));
                tick();
                notes.delete(key()).send().await.unwrap();
                let created = notes.create(note("e")).send().await.unwrap();
                assert_eq!(times(&notes).await, (60, 60));
                assert_eq!(is_fresh(&notes, key()).await, created);
                tick();
                let update = notes.update(key()).set(|n| n.text, "f");
                notes.transact_write().update(update).send().await.unwrap();
                assert_eq!(times(&notes).await, (60, 70));
                tick();
                notes.transact_write().upsert(notes.upsert(&note("g"))).send().await.unwrap();
                assert_eq!(times(&notes).await, (60, 80));
                let updated = notes.update(key()).set(|n| n.text, "h").return_new().send().await.unwrap();
                assert_eq!(is_fresh(&notes, key()).await, updated);
                // They can be compared with.
                let same = updated.updated_at.clone();
                let update = notes.update(key()).set(|n| n.text, "i").condition(|n| n.updated_at.eq(&same));
                update.send().await.unwrap();
            }
        }
    )+};
}

/// A field that has been given no time.
trait Epoch {
    fn epoch() -> Self;
}

impl<T> Epoch for Option<T> {
    fn epoch() -> Self {
        None
    }
}

impl Epoch for u64 {
    fn epoch() -> Self {
        0
    }
}

impl Epoch for i64 {
    fn epoch() -> Self {
        0
    }
}

impl Epoch for Timestamp {
    fn epoch() -> Self {
        Timestamp::UNIX_EPOCH
    }
}

impl Epoch for chrono::DateTime<chrono::Utc> {
    fn epoch() -> Self {
        chrono::DateTime::UNIX_EPOCH
    }
}

impl Epoch for time::OffsetDateTime {
    fn epoch() -> Self {
        time::OffsetDateTime::UNIX_EPOCH
    }
}

types! {
    jiff_times: Timestamp, [], |t| t.as_second();
    jiff_options: Option<Timestamp>, [], |t| t.unwrap().as_second();
    jiff_seconds: Timestamp, [#[serde(with = "jiff::fmt::serde::timestamp::second::required")]], |t| t.as_second();
    chrono_times: chrono::DateTime<chrono::Utc>, [], |t| t.timestamp();
    chrono_options: Option<chrono::DateTime<chrono::Utc>>, [], |t| t.unwrap().timestamp();
    time_times: time::OffsetDateTime, [#[serde(with = "time::serde::rfc3339")]], |t| t.unix_timestamp();
    time_options: Option<time::OffsetDateTime>, [#[serde(with = "time::serde::rfc3339::option")]],
        |t| t.unwrap().unix_timestamp();
    seconds: u64, [], |t| i64::try_from(*t).unwrap();
    signed_seconds: i64, [], |t| *t;
    second_options: Option<u64>, [], |t| i64::try_from(t.unwrap()).unwrap();
}

#[derive(Table)]
#[table(
    name = "posts",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = "GSI2PK", sk = "GSI2SK"),
    entities(Post, Log, Page)
)]
struct Posts;

/// The time of the last write is in one index with another field, the time of the first in another.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Posts, pk = "POST#{id}", sk = "POST",
    index(recent, on = "GSI1", pk = "TOPIC#{topic}", sk = "{updated_at}"),
    index(oldest, on = "GSI2", pk = "POSTS", sk = "{created_at}#{rank}"),
)]
struct Post {
    id: u32,
    topic: String,
    rank: u32,
    text: String,
    #[entity(created_at)]
    created_at: Timestamp,
    #[entity(updated_at)]
    updated_at: Timestamp,
}

/// The time of the last write, as a number, is all of the sort key, whose partition every update knows.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Posts, pk = "LOG#{id}", sk = "LOG",
    index(recent, on = "GSI1", pk = "LOGS", sk = "{updated_at}"),
)]
struct Log {
    id: u32,
    text: String,
    #[entity(updated_at)]
    updated_at: u64,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Posts, pk = "PAGE#{id}", sk = "PAGE",
    index(recent, on = "GSI1", pk = "PAGES#{id}", sk = "{updated_at:date}#{updated_at}"),
)]
struct Page {
    id: u32,
    text: String,
    #[entity(updated_at)]
    updated_at: Option<chrono::DateTime<chrono::Utc>>,
}

#[tokio::test]
async fn times_in_keys_follow() {
    let clock = clock();
    let posts = Posts::on(client().await).with_clock(clock.clone());
    posts.create_table().send().await.unwrap();
    let key = || Post::key(1_u32);
    let tick = || clock.advance(Duration::from_millis(1_001));
    let post = Post {
        id: 1,
        topic: "rust".into(),
        rank: 1,
        text: "a".into(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    let created = posts.create(post).send().await.unwrap();
    assert_eq!(is_fresh(&posts, key()).await, created);
    tick();
    // Every update has to say what stands beside the time.
    let update = posts
        .update(key())
        .set(|p| p.text, "b")
        .assume(|p| p.topic, "rust");
    update.send().await.unwrap();
    let second = is_fresh(&posts, key()).await;
    let between = second.updated_at.duration_since(created.updated_at);
    assert_eq!(between, jiff::SignedDuration::from_millis(1_001));
    tick();
    let update = posts
        .update(key())
        .set(|p| p.topic, "aws")
        .set(|p| p.rank, 2);
    let update = update.assume(|p| p.created_at, created.created_at);
    update.send().await.unwrap();
    assert_eq!(is_fresh(&posts, key()).await.rank, 2);
    let update = posts
        .update(key())
        .set(|p| p.rank, 3)
        .assume(|p| p.topic, "aws");
    let error = update
        .assume(|p| p.created_at, second.updated_at)
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
    let update = posts
        .update(key())
        .set(|p| p.text, "c")
        .assume(|p| p.topic, "rust");
    let error = update.send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
    tick();
    let old = is_fresh(&posts, key()).await;
    let new = Post {
        rank: 9,
        ..old.clone()
    };
    posts.save(&old, &new).send().await.unwrap();
    assert_eq!(is_fresh(&posts, key()).await.rank, 9);
    tick();
    posts.upsert(&old).send().await.unwrap();
    let now = posts.get(key()).consistent().send().await.unwrap().unwrap();
    assert_eq!((now.rank, now.created_at), (2, old.created_at));
    is_fresh(&posts, key()).await;
}

#[tokio::test]
async fn an_upsert_keeps_the_first_time_in_keys_too() {
    let clock = clock();
    let posts = Posts::on(client().await).with_clock(clock.clone());
    posts.create_table().send().await.unwrap();
    let post = Post {
        id: 1,
        topic: "rust".into(),
        rank: 1,
        text: "a".into(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    posts.upsert(&post).send().await.unwrap();
    let first = is_fresh(&posts, Post::key(1_u32)).await;
    clock.advance(Duration::from_secs(60));
    // The key would be made of another time.
    let error = posts.upsert(&post).send().await.unwrap_err();
    assert_eq!(error.item::<Post>().unwrap(), Some(first.clone()));
    let again = Post {
        created_at: first.created_at,
        rank: 2,
        ..post
    };
    posts.upsert(&again).send().await.unwrap();
    let now = is_fresh(&posts, Post::key(1_u32)).await;
    assert_eq!((now.created_at, now.rank), (first.created_at, 2));
    // A time that is given is the first.
    posts.upsert(&Post { id: 2, ..again }).send().await.unwrap();
    let other = is_fresh(&posts, Post::key(2_u32)).await;
    assert_eq!(other.created_at, first.created_at);
}

#[tokio::test]
async fn times_that_stand_alone_in_keys_follow() {
    let clock = clock();
    let posts = Posts::on(client().await).with_clock(clock.clone());
    posts.create_table().send().await.unwrap();
    let log = Log {
        id: 1,
        text: "a".into(),
        updated_at: 0,
    };
    posts.put(&log).send().await.unwrap();
    is_fresh(&posts, Log::key(1_u32)).await;
    let page = Page {
        id: 1,
        text: "a".into(),
        updated_at: None,
    };
    posts.put(&page).send().await.unwrap();
    is_fresh(&posts, Page::key(1_u32)).await;
    for day in 1..4 {
        clock.advance(Duration::from_secs(86_400));
        posts
            .update(Log::key(1_u32))
            .set(|l| l.text, "b")
            .send()
            .await
            .unwrap();
        let log = is_fresh(&posts, Log::key(1_u32)).await;
        assert_eq!(log.updated_at, START + day * 86_400);
        posts
            .update(Page::key(1_u32))
            .set(|p| p.text, "b")
            .send()
            .await
            .unwrap();
        let page = is_fresh(&posts, Page::key(1_u32)).await;
        assert_eq!(page.updated_at.unwrap().timestamp_subsec_millis(), 500);
    }
}
