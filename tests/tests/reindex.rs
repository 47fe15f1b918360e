//! Index keys of items that were written by an earlier model.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::embedded::Engine;
use dynamo_model::{Cursor, Meter, Reindexed, prelude::*};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

/// The model of yesterday: one index.
mod yesterday {
    use dynamo_model::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Table)]
    #[table(
        name = "jobs",
        pk = "PK",
        sk = "SK",
        gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
        gsi("GSI2", pk = "GSI2PK", sk = "GSI2SK"),
        entities(Job, Note)
    )]
    pub struct Jobs;

    #[derive(Entity, Serialize, Deserialize, Debug, Clone)]
    #[entity(
        table = Jobs, pk = "JOB#{id}", sk = "JOB",
        index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{id}"),
    )]
    pub struct Job {
        pub id: u32,
        pub status: String,
        pub region: String,
        pub owner: Option<String>,
        #[entity(version)]
        pub version: u64,
    }

    #[derive(Entity, Serialize, Deserialize, Debug, Clone)]
    #[entity(table = Jobs, pk = "JOB#{id}", sk = "NOTE")]
    pub struct Note {
        pub id: u32,
    }
}

/// The model of today: the template of the index is another, and there is a second index.
#[derive(Table)]
#[table(
    name = "jobs",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = "GSI2PK", sk = "GSI2SK"),
    entities(Job, Note)
)]
struct Jobs;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Jobs, pk = "JOB#{id}", sk = "JOB",
    index(by_status, on = "GSI1", pk = "S#{status}", sk = "{region}#{id}", when = status != "done"),
    index(by_owner, on = "GSI2", pk = "OWNER#{owner}", sk = "{status}"),
)]
struct Job {
    id: u32,
    status: String,
    region: String,
    owner: Option<String>,
    #[entity(version)]
    version: u64,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone)]
#[entity(table = Jobs, pk = "JOB#{id}", sk = "NOTE")]
struct Note {
    id: u32,
}

fn old(id: u32) -> yesterday::Job {
    yesterday::Job {
        id,
        status: ["new", "running", "done"][id as usize % 3].into(),
        region: "eu".into(),
        owner: id.is_multiple_of(2).then(|| format!("owner {}", id % 10)),
        version: 0,
    }
}

async fn filled(jobs: u32) -> Handle<Jobs> {
    filled_on(client().await, jobs).await
}

async fn filled_on(client: aws_sdk_dynamodb::Client, jobs: u32) -> Handle<Jobs> {
    let before = yesterday::Jobs::on(client);
    before.create_table().send().await.unwrap();
    let all: Vec<_> = (0..jobs).map(old).collect();
    let written = before.batch_write().put_all(&all).send().await.unwrap();
    written.complete().unwrap();
    before.put(&yesterday::Note { id: 0 }).send().await.unwrap();
    Jobs::on(before.client().clone())
}

/// Every item has the keys that a put would give it. How many there are.
async fn all_keys_are_right(jobs: &Handle<Jobs>) -> usize {
    let mut items = jobs.scan_all().segments(2).items();
    let mut count = 0;
    while let Some(item) = items.try_next().await.unwrap() {
        if !item.is::<Job>() {
            continue;
        }
        let job: Job = item.decode().unwrap();
        let wanted = job.to_item().unwrap();
        let is = item.to_attribute_values().unwrap();
        assert_eq!(keys(&is), keys(&wanted), "job {}", job.id);
        count += 1;
    }
    count
}

fn keys(item: &HashMap<String, AttributeValue>) -> Vec<(&String, &AttributeValue)> {
    let mut keys: Vec<_> = item
        .iter()
        .filter(|(name, _)| name.starts_with("GSI"))
        .collect();
    keys.sort_by_key(|(name, _)| *name);
    keys
}

#[tokio::test]
async fn every_item_gets_the_keys_of_today_and_nothing_else_changes() {
    let jobs = filled(60).await;
    assert!(
        jobs.query(Job::by_owner("owner 4"))
            .collect()
            .await
            .unwrap()
            .is_empty()
    );
    let meter = Meter::new();
    let done = jobs
        .reindex::<Job>()
        .segments(3)
        .meter(&meter)
        .send()
        .await
        .unwrap();
    let Reindexed {
        current,
        rewritten,
        gone,
        failed,
    } = &done;
    // Those that are done and have no owner lose their key, so that all are rewritten.
    assert_eq!(
        (*current, *rewritten, *gone, failed.len()),
        (0, 60, 0, 0),
        "{done:?}"
    );
    assert!(meter.total().capacity_units >= 60.0);
    assert_eq!(all_keys_are_right(&jobs).await, 60);
    let owned = jobs
        .query(Job::by_owner("owner 4"))
        .collect()
        .await
        .unwrap();
    assert_eq!(owned.len(), 6);
    assert!(
        owned.iter().all(|job| job.version == 1),
        "the version stays"
    );
    assert!(
        jobs.query(Job::by_status("done"))
            .collect()
            .await
            .unwrap()
            .is_empty()
    );
    // Once more does no harm, and writes nothing.
    let again = jobs.reindex::<Job>().send().await.unwrap();
    assert_eq!((again.current, again.rewritten), (60, 0));
}

#[tokio::test]
async fn what_cannot_be_read_is_listed_and_left_as_it_is() {
    let jobs = filled(9).await;
    jobs.client()
        .update_item()
        .table_name("jobs")
        .set_key(Some(Job::key(4).to_item().unwrap()))
        .update_expression("SET #r = :no")
        .expression_attribute_names("#r", "region")
        .expression_attribute_values(":no", AttributeValue::Bool(true))
        .send()
        .await
        .unwrap();
    let done = jobs.reindex::<Job>().send().await.unwrap();
    assert_eq!((done.rewritten, done.failed.len()), (8, 1), "{done:?}");
    let (item, error) = &done.failed[0];
    assert_eq!(item.key::<Job>().unwrap(), Job::key(4));
    assert!(matches!(error, Error::Decode(_)), "{error}");
    assert!(error.to_string().contains("region"), "{error}");
}

#[tokio::test]
async fn it_is_stopped_and_gone_on_with() {
    let jobs = filled(700).await;
    let mut text: Option<String> = None;
    let (mut rewritten, mut steps) = (0, 0);
    loop {
        let run = jobs
            .reindex::<Job>()
            .segments(2)
            .write_units_per_second(1e6);
        let run = match &text {
            None => run,
            Some(text) => run.after(&Cursor::decode(text).unwrap()),
        };
        // One step of each run.
        let mut run = run.steps();
        let Some(step) = run.try_next().await.unwrap() else {
            break;
        };
        rewritten += step.rewritten;
        assert_eq!(step.current, 0, "no item is looked at twice");
        steps += 1;
        match run.cursor() {
            Some(cursor) => text = Some(cursor.encode()),
            None => break,
        }
    }
    assert_eq!((rewritten, steps), (700, 3));
    assert_eq!(all_keys_are_right(&jobs).await, 700);
}

/// With its keys the item would be larger than DynamoDB stores.
#[tokio::test]
async fn what_cannot_be_written_is_listed_and_the_others_are_rewritten() {
    let jobs = filled(9).await;
    // As large as an item can be.
    for length in (409_300..409_600).rev().step_by(8) {
        let remark = AttributeValue::S("x".repeat(length));
        let update = jobs
            .client()
            .update_item()
            .table_name("jobs")
            .set_key(Some(Job::key(4).to_item().unwrap()))
            .update_expression("SET remark = :remark")
            .expression_attribute_values(":remark", remark);
        if update.send().await.is_ok() {
            break;
        }
    }
    let done = jobs.reindex::<Job>().send().await.unwrap();
    assert_eq!((done.rewritten, done.failed.len()), (8, 1), "{done:?}");
    let (item, error) = &done.failed[0];
    assert_eq!(item.key::<Job>().unwrap(), Job::key(4));
    assert!(matches!(error, Error::Validation(_)), "{error}");
}

/// What was read for a step that failed, or was dropped, is not left out by the next.
#[tokio::test]
async fn a_step_that_is_cut_off_is_done_again() {
    let engine = Engine::memory().unwrap();
    let config = engine.config().retry_config(RetryConfig::disabled());
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    let jobs = filled_on(client, 700).await;
    let mut cursor: Option<Cursor> = None;
    for fault in ["Scan", "UpdateItem", "a dropped future", "none"] {
        let run = jobs.reindex::<Job>();
        let mut steps = match &cursor {
            Some(cursor) => run.after(cursor).steps(),
            None => run.steps(),
        };
        let is_cut_off = match fault {
            "none" => false,
            "a dropped future" => {
                engine
                    .faults()
                    .delay("UpdateItem", 1, Duration::from_secs(60));
                let step = tokio::time::timeout(Duration::from_millis(200), steps.try_next());
                step.await.is_err()
            }
            operation => {
                if operation == "UpdateItem" {
                    steps.try_next().await.unwrap().unwrap();
                }
                engine.faults().throttle(operation, 1);
                matches!(steps.try_next().await, Err(Error::Throttled(_)))
            }
        };
        if is_cut_off {
            let before = steps.cursor().cloned();
            for _ in 0..2 {
                let error = steps.try_next().await.unwrap_err();
                assert!(matches!(error, Error::Invalid(_)), "{fault}: {error}");
                assert_eq!(steps.cursor(), before.as_ref());
            }
        } else {
            assert_eq!(fault, "none");
            while steps.try_next().await.unwrap().is_some() {}
        }
        cursor = steps.cursor().cloned().or(cursor);
    }
    assert_eq!(all_keys_are_right(&jobs).await, 700);
}

/// A hundred thousand items, a third of them with the keys of yesterday, changed by others all the while, in runs that are
/// stopped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_items_while_writers_change_them() {
    const JOBS: u32 = 100_000;
    let jobs = filled(JOBS).await;
    let newer = (0..JOBS).filter(|id| id % 3 != 0).map(|id| {
        let old = old(id);
        Job {
            id,
            status: old.status,
            region: old.region,
            owner: old.owner,
            version: 0,
        }
    });
    let newer: Vec<Job> = newer.collect();
    let written = jobs.batch_write().put_all(&newer).send().await.unwrap();
    written.complete().unwrap();
    let (stop, writes) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let writers: Vec<_> = (0..3_u32)
        .map(|writer| {
            let (jobs, stop, writes) = (jobs.clone(), Arc::clone(&stop), Arc::clone(&writes));
            tokio::spawn(async move {
                // Numbers that come by all items, in no order that the scan has.
                let mut id = writer * 7_919;
                while !stop.load(Ordering::Relaxed) {
                    id = (id + 48_271) % JOBS;
                    let status = ["new", "running", "done"][(id / 7) as usize % 3];
                    let update = jobs
                        .update(Job::key(id))
                        .set(|j| j.status, status)
                        .set(|j| j.region, "us");
                    let update = match id % 3 {
                        0 => update.set(|j| j.owner, None),
                        _ => update.set(|j| j.owner, format!("owner {}", id % 5)),
                    };
                    update.send().await.unwrap();
                    writes.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                }
            })
        })
        .collect();
    let mut all = (0, 0);
    let mut text: Option<String> = None;
    for steps in [100, usize::MAX] {
        let run = jobs.reindex::<Job>().segments(4);
        let mut run = match &text {
            None => run.steps(),
            Some(text) => run.after(&Cursor::decode(text).unwrap()).steps(),
        };
        let mut taken = 0;
        while taken < steps
            && let Some(step) = run.try_next().await.unwrap()
        {
            taken += 1;
            assert!(step.failed.is_empty(), "{step:?}");
            all = (all.0 + step.rewritten, all.1 + step.current);
        }
        text = run.cursor().map(Cursor::encode);
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    let writes = writes.load(Ordering::Relaxed);
    println!(
        "{} rewritten, {} current, {writes} writes meanwhile",
        all.0, all.1
    );
    assert_eq!(all.0 + all.1, u64::from(JOBS));
    assert!(writes > 1_000 && all.0 > 10_000, "{writes} writes");
    assert_eq!(all_keys_are_right(&jobs).await, JOBS as usize);
}
