//! Values that are made where none is given.

use std::time::{Duration, UNIX_EPOCH};

use dynamo_model::ManualClock;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};
use ulid::Ulid;
use uuid::Uuid;

use super::is_fresh;

#[derive(Table)]
#[table(name = "jobs", pk = "PK", sk = "SK", entities(Job, Run))]
struct Jobs;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq, Default)]
#[entity(table = Jobs, pk = "JOB#{id}", sk = "JOB")]
struct Job {
    #[entity(generate)]
    id: Uuid,
    #[entity(default = 3)]
    retries: u32,
    #[entity(default = Some("low".to_owned()))]
    priority: Option<String>,
    #[entity(default = vec![1, 2])]
    steps: Vec<u8>,
    text: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Jobs, pk = "RUN#{job}", sk = "RUN#{id}")]
struct Run {
    job: u32,
    #[entity(generate)]
    id: Ulid,
}

fn clock() -> ManualClock {
    ManualClock::at(UNIX_EPOCH + Duration::from_millis(1_700_000_000_123))
}

async fn jobs() -> (Handle<Jobs>, ManualClock) {
    let clock = clock();
    let jobs = Jobs::on(client().await).with_clock(clock.clone());
    jobs.create_table().send().await.unwrap();
    (jobs, clock)
}

#[tokio::test]
async fn ids_are_generated() {
    let (jobs, clock) = jobs().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let job = jobs.create(Job::default()).send().await.unwrap();
        assert_eq!(job.id.get_version_num(), 7);
        let (seconds, nanos) = job.id.get_timestamp().unwrap().to_unix();
        assert_eq!(Duration::new(seconds, nanos), clock_time(&clock));
        assert_eq!(is_fresh(&jobs, Job::key(job.id)).await, job);
        ids.push(job.id);
        clock.advance(Duration::from_millis(1));
    }
    // Their order is that of their times.
    assert!(ids.is_sorted());
    ids.dedup();
    assert_eq!(ids.len(), 3);
    // One that is given is kept.
    let given = Job {
        id: Uuid::from_u128(7),
        ..Job::default()
    };
    assert_eq!(
        jobs.create(given).send().await.unwrap().id,
        Uuid::from_u128(7)
    );

    let nil = || Run {
        job: 1,
        id: Ulid::nil(),
    };
    let first = jobs.create(nil()).send().await.unwrap();
    assert_eq!(
        Duration::from_millis(first.id.timestamp_ms()),
        clock_time(&clock)
    );
    clock.advance(Duration::from_millis(1));
    jobs.put(&nil()).send().await.unwrap();
    let runs = jobs.query(Run::of(1_u32)).collect().await.unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0], first);
    assert!(runs[1].id > runs[0].id);
}

fn clock_time(clock: &ManualClock) -> Duration {
    use dynamo_model::Clock as _;
    clock.now().duration_since(UNIX_EPOCH).unwrap()
}

#[tokio::test]
async fn defaults_are_for_what_is_new() {
    let (jobs, _) = jobs().await;
    let job = jobs.create(Job::default()).send().await.unwrap();
    assert_eq!(
        (job.retries, job.priority.as_deref(), job.steps.as_slice()),
        (3, Some("low"), &[1, 2][..])
    );
    let given = Job {
        retries: 1,
        priority: Some("high".into()),
        steps: vec![9],
        ..Job::default()
    };
    let other = jobs.create(given.clone()).send().await.unwrap();
    assert_eq!(
        other,
        Job {
            id: other.id,
            ..given
        }
    );
    // An item that is there has had its first values, and may lose them.
    let key = || Job::key(job.id);
    let new = Job {
        retries: 0,
        priority: None,
        steps: Vec::new(),
        ..job.clone()
    };
    jobs.save(&job, &new).send().await.unwrap();
    assert_eq!(is_fresh(&jobs, key()).await, new);
    jobs.update(key())
        .set(|j| j.retries, 5)
        .send()
        .await
        .unwrap();
    jobs.update(key())
        .set(|j| j.retries, 0)
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&jobs, key()).await, new);
    jobs.upsert(&new).send().await.unwrap();
    assert_eq!(is_fresh(&jobs, key()).await, job);
}
