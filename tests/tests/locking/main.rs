//! Many writers at once: versions lose no update, and a unique value has one owner.

mod owners;
mod versions;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use dynamo_model::embedded::{Engine, Fault};

const TASKS: u64 = 64;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed(self.0) % sides
    }
}

fn mixed(seed: u64) -> u64 {
    let mut z = seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// An engine that loses requests and answers, and the client of somebody who does not give up soon.
fn unreliable(seed: u64) -> (Engine, Client) {
    let engine = Engine::memory().unwrap();
    let retries = RetryConfig::standard()
        .with_max_attempts(20)
        .with_initial_backoff(Duration::from_millis(1))
        .with_max_backoff(Duration::from_millis(10));
    let partition = RetryPartition::custom("unreliable").token_bucket(TokenBucket::unlimited());
    let config = engine
        .config()
        .retry_config(retries)
        .retry_partition(partition.build());
    let client = Client::from_conf(config.build());
    let calls = AtomicU64::new(seed);
    engine.faults().inject(move |call| {
        if call.operation().ends_with("Table") || call.operation() == "Scan" {
            return None;
        }
        match mixed(calls.fetch_add(1, Ordering::Relaxed)) % 40 {
            0..4 => Some(Fault::DropResponse),
            4 => Some(Fault::DropRequest),
            5 => Some(Fault::ServerError),
            6 => Some(Fault::Throttle),
            7..12 => Some(Fault::Delay(Duration::from_millis(2))),
            _ => None,
        }
    });
    (engine, client)
}
