//! One value, many who want it: they claim it, change it, give it up, and some stop in the midst of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

use super::{Dice, TASKS, unreliable};

#[derive(Table)]
#[table(name = "names", pk = "PK", sk = "SK", ttl = "gone_at", entities(Name))]
struct Names;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Names, pk = "NAME#{id:raw}", sk = "NAME")]
struct Name {
    id: u64,
    #[entity(unique)]
    name: Option<String>,
    #[entity(unique)]
    other: Option<String>,
    edits: u64,
    #[entity(version)]
    version: u64,
}

const WANTED: &str = "wanted";
const ROUNDS: u64 = 12;

#[derive(Default)]
struct Story {
    done: AtomicU64,
    taken: AtomicU64,
    stopped: AtomicU64,
}

fn name(id: u64, name: Option<&str>) -> Name {
    Name {
        id,
        name: name.map(str::to_owned),
        other: None,
        edits: 0,
        version: 0,
    }
}

fn key(id: u64) -> Key<Name> {
    Name::key(id)
}

/// One act of one of the tasks. Items are shared by several of them, so that reads get stale too.
async fn act(names: &Handle<Names>, dice: &mut Dice) -> Result<(), Error> {
    let id = dice.next(TASKS / 4);
    match dice.next(9) {
        0 => names.create(name(id, Some(WANTED))).send().await.map(drop),
        1 => names.upsert(&name(id, Some(WANTED))).send().await.map(drop),
        2 => names
            .update(key(id))
            .set(|n| n.name, WANTED)
            .send()
            .await
            .map(drop),
        3 => names
            .update(key(id))
            .remove(|n| n.name)
            .add(|n| n.edits, 1)
            .send()
            .await
            .map(drop),
        4 => names.delete(key(id)).return_old().send().await.map(drop),
        5 => {
            let free = format!("free {}", dice.next(5));
            let update = names
                .update(key(id))
                .set(|n| n.name, &free)
                .set(|n| n.other, WANTED);
            update.return_old().send().await.map(drop)
        }
        6 => {
            let Some(old) = names.get(key(id)).send().await? else {
                return Ok(());
            };
            let new = Name {
                name: Some(WANTED.into()),
                other: None,
                ..old.clone()
            };
            names.save(&old, &new).send().await.map(drop)
        }
        // From one to another, whether or not the one has it.
        7 => {
            let to = dice.next(TASKS / 4);
            let give = names.update(key(id)).remove(|n| n.name).remove(|n| n.other);
            let take = names.update(key(to)).set(|n| n.name, WANTED);
            names
                .transact_write()
                .update(give)
                .update(take)
                .send()
                .await
        }
        _ => {
            let to = dice.next(TASKS / 4);
            let delete = names.delete(key(id));
            names
                .transact_write()
                .delete(delete)
                .create(names.create(name(to, Some(WANTED))))
                .send()
                .await
        }
    }
}

/// Whether the act failed for one of the reasons that it may have.
fn is_expected(error: &Error) -> bool {
    match error {
        Error::NotUnique(_)
        | Error::ConditionFailed(_)
        | Error::VersionConflict(_)
        | Error::ItemNotFound(_)
        | Error::TransactionConflict(_)
        | Error::TransactionCanceled(_)
        // Two operations on one item.
        | Error::Invalid(_) => true,
        // What an unreliable network leaves of it.
        Error::Transport(_) | Error::Throttled(_) | Error::Service(_) => true,
        _ => false,
    }
}

async fn race(names: &Handle<Names>, stops: bool) {
    let story = Arc::new(Story::default());
    let tasks = (0..TASKS).map(|task| {
        let (names, story) = (names.clone(), story.clone());
        tokio::spawn(async move {
            let mut dice = Dice::new(task * 1_000);
            for _ in 0..ROUNDS {
                let patience = if stops && dice.next(2) == 0 {
                    Duration::from_micros(dice.next(20_000))
                } else {
                    Duration::from_secs(60)
                };
                // Running out of patience drops the future, wherever it is.
                match tokio::time::timeout(patience, act(&names, &mut dice)).await {
                    Ok(Ok(())) => story.done.fetch_add(1, Ordering::Relaxed),
                    Ok(Err(error)) => {
                        assert!(is_expected(&error), "{error:?}");
                        story
                            .taken
                            .fetch_add(u64::from(error.is_not_unique()), Ordering::Relaxed)
                    }
                    Err(_) => {
                        assert!(stops, "an act has taken a minute");
                        story.stopped.fetch_add(1, Ordering::Relaxed)
                    }
                };
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
    println!(
        "{} done, {} taken, {} stopped",
        count(&story.done),
        count(&story.taken),
        count(&story.stopped)
    );
    assert!(count(&story.done) > 20 && count(&story.taken) > 0);
    assert_eq!(stops, count(&story.stopped) > 0);
}

type Raw = HashMap<String, AttributeValue>;

/// Every value of an item has its marker, every marker its item. Says whether somebody has the wanted one.
async fn is_consistent(client: &Client) -> bool {
    let mut pages = client
        .scan()
        .table_name("names")
        .consistent_read(true)
        .into_paginator()
        .items()
        .send();
    let (mut markers, mut items) = (HashMap::<String, String>::new(), Vec::<Raw>::new());
    while let Some(item) = pages.next().await {
        let item = item.unwrap();
        let pk = item["PK"].as_s().unwrap();
        match pk.strip_prefix("\u{10FFFF}unique#Name#") {
            Some(value) => {
                let owner = item["_unique_owner"].as_m().unwrap()["PK"].as_s().unwrap();
                markers.insert(value.to_owned(), owner.clone());
            }
            None => items.push(item),
        }
    }
    let mut expected = HashMap::new();
    for item in &items {
        for field in ["name", "other"] {
            if let Some(value) = item.get(field) {
                let value = format!("{field}#{}", value.as_s().unwrap());
                let owner = item["PK"].as_s().unwrap().clone();
                assert_eq!(expected.insert(value, owner), None, "one value, two owners");
            }
        }
    }
    assert_eq!(markers, expected);
    expected.contains_key("name#wanted")
}

async fn settle(names: &Handle<Names>) {
    // What was on its way when its sender stopped waiting, arrives.
    tokio::time::sleep(Duration::from_millis(500)).await;
    is_consistent(names.client()).await;
    // A last act that gives it up, and one that takes it.
    for id in 0..TASKS / 4 {
        names.delete(key(id)).send().await.unwrap();
    }
    assert!(!is_consistent(names.client()).await);
    names.create(name(1, Some(WANTED))).send().await.unwrap();
    assert!(is_consistent(names.client()).await);
}

async fn names(client: Client) -> Handle<Names> {
    let names = Names::on(client);
    names.create_table().send().await.unwrap();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wait_for_their_answers() {
    let names = names(client().await).await;
    race(&names, false).await;
    settle(&names).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stop_in_the_midst() {
    let names = names(client().await).await;
    race(&names, true).await;
    settle(&names).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_answers_get_lost() {
    let (engine, client) = unreliable(11);
    let names = names(client).await;
    race(&names, false).await;
    engine.faults().clear();
    settle(&names).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_answers_get_lost_and_who_stop() {
    let (engine, client) = unreliable(13);
    let names = names(client).await;
    race(&names, true).await;
    engine.faults().clear();
    settle(&names).await;
}
