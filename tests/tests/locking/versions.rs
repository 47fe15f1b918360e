//! Read, change, write if nobody else has: again, until nobody has.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::Client;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

use super::{Dice, TASKS, unreliable};

#[derive(Table)]
#[table(name = "counters", pk = "PK", entities(Counter))]
struct Counters;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Counters, pk = "COUNTER#{name}")]
struct Counter {
    name: String,
    count: u64,
    /// Who has written last: no two writers write the same.
    writer: String,
    #[entity(version)]
    version: u64,
}

const ROUNDS: u64 = 2;

#[derive(Default)]
struct Story {
    saved: AtomicU64,
    conflicts: AtomicU64,
}

/// How a changed entity is written.
#[derive(Clone, Copy)]
enum Way {
    Save,
    Update,
    Put,
    Transaction,
}

async fn write(
    counters: &Handle<Counters>,
    old: &Counter,
    new: &Counter,
    way: Way,
) -> Result<(), Error> {
    let version = match way {
        Way::Save => counters.save(old, new).send().await?.version,
        Way::Update => {
            let update = counters.update(Key::of(old)).at_version(old.version);
            let update = update
                .set(|c| c.count, new.count)
                .set(|c| c.writer, &new.writer);
            update.send().await?.version
        }
        Way::Put => counters.put(new).send().await?.version,
        Way::Transaction => {
            let save = counters.save(old, new);
            let sent = counters.transact_write().save(save).send().await;
            sent.map(|()| Some(old.version + 1))?
        }
    };
    assert_eq!(version, Some(old.version + 1));
    Ok(())
}

fn is_conflict(error: &Error) -> bool {
    error.is_version_conflict() || error.is_condition_failed() || error.is_transaction_conflict()
}

async fn count_up(counters: &Handle<Counters>, task: u64, story: &Story, ways: &[Way]) {
    let mut dice = Dice::new(task);
    for round in 0..ROUNDS {
        loop {
            let get = counters.get(Counter::key("c")).consistent().send();
            let old = get.await.unwrap().unwrap();
            let new = Counter {
                count: old.count + 1,
                writer: format!("{task} in round {round}, at {}", old.version),
                ..old.clone()
            };
            let way = ways[usize::try_from(dice.next(4)).unwrap() % ways.len()];
            match write(counters, &old, &new, way).await {
                Ok(()) => break,
                Err(error) if is_conflict(&error) => {
                    if error.is_version_conflict() {
                        let there = error.item::<Counter>().unwrap().unwrap();
                        assert!(there.version > old.version);
                    }
                    story.conflicts.fetch_add(1, Ordering::Relaxed);
                    // Whoever has lost waits a little, so that the end is near.
                    let pause = std::time::Duration::from_millis(dice.next(20));
                    tokio::time::sleep(pause).await;
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        story.saved.fetch_add(1, Ordering::Relaxed);
    }
}

/// Says how many were saved, and the item as it is in the end.
async fn race(client: Client, ways: &'static [Way]) -> (u64, Counter) {
    let counters = Counters::on(client);
    counters.create_table().send().await.unwrap();
    let first = Counter {
        name: "c".into(),
        count: 0,
        writer: String::new(),
        version: 0,
    };
    counters.create(first).send().await.unwrap();
    let story = Arc::new(Story::default());
    let tasks = (0..TASKS).map(|task| {
        let (counters, story) = (counters.clone(), story.clone());
        tokio::spawn(async move { count_up(&counters, task, &story, ways).await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let last = counters.get(Counter::key("c")).consistent().send();
    let last = last.await.unwrap().unwrap();
    let saved = story.saved.load(Ordering::Relaxed);
    let conflicts = story.conflicts.load(Ordering::Relaxed);
    println!(
        "{saved} saved, {conflicts} conflicts, {} counted",
        last.count
    );
    assert_eq!(saved, TASKS * ROUNDS);
    assert!(conflicts > 0);
    // Each write was made from the one before it.
    assert_eq!(last.version, last.count + 1);
    (saved, last)
}

#[tokio::test(flavor = "multi_thread")]
async fn lose_no_update() {
    let ways = &[Way::Save, Way::Update, Way::Put, Way::Transaction];
    let (saved, last) = race(client().await, ways).await;
    assert_eq!(last.count, saved);
}

#[tokio::test(flavor = "multi_thread")]
async fn lose_no_update_when_answers_get_lost() {
    let (_engine, client) = unreliable(7);
    let (saved, last) = race(client, &[Way::Save, Way::Update, Way::Put]).await;
    // A write that others had built upon before it was sent again is reported as a conflict, and is made once more.
    assert!(last.count >= saved);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_transactions_lose_no_update_when_answers_get_lost() {
    let (_engine, client) = unreliable(9);
    let (saved, last) = race(client, &[Way::Transaction]).await;
    assert_eq!(last.count, saved);
}
