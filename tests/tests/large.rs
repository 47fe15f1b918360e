//! Reads of many pages: streamed in little memory, stopped and gone on with.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use dynamo_model::{Cursor, Handle, Table, prelude::*};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "readings", pk = "PK", sk = "SK", entities(Reading))]
struct Readings;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Readings, pk = "DEVICE#{device}", sk = "{number}")]
struct Reading {
    device: u8,
    number: u32,
    value: String,
}

const DEVICES: u8 = 4;
const EACH: u32 = 50_000;

async fn filled() -> Handle<Readings> {
    let readings = Readings::on(client().await);
    readings.create_table().send().await.unwrap();
    for device in 0..DEVICES {
        let all: Vec<Reading> = (0..EACH)
            .map(|number| Reading {
                device,
                number,
                value: "x".repeat(40),
            })
            .collect();
        let batch = readings.batch_write().put_all(&all);
        batch.send().await.unwrap().complete().unwrap();
    }
    readings
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_thousand_items() {
    let begin = Instant::now();
    let readings = filled().await;
    println!("filled in {:?}", begin.elapsed());
    a_partition_is_streamed(&readings).await;
    println!("streamed after {:?}", begin.elapsed());
    a_scan_is_stopped_and_gone_on_with(&readings).await;
    println!("scanned after {:?}", begin.elapsed());
}

/// Fifty thousand items, a page at a time, with and without the next page on its way.
async fn a_partition_is_streamed(readings: &Handle<Readings>) {
    for ahead in [false, true] {
        let query = readings.query(Reading::of(1_u8));
        let query = if ahead { query.read_ahead() } else { query };
        let mut pages = query.pages();
        let mut next = 0;
        while let Some(page) = pages.try_next().await.unwrap() {
            for reading in page {
                assert_eq!((reading.device, reading.number), (1, next));
                next += 1;
            }
        }
        assert_eq!(next, EACH);
    }
}

/// Every item once, whatever the place where the scan was stopped.
async fn a_scan_is_stopped_and_gone_on_with(readings: &Handle<Readings>) {
    let (pages, units) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let scan = || {
        let (pages, units) = (Arc::clone(&pages), Arc::clone(&units));
        readings
            .scan::<Reading>()
            .segments(8)
            .concurrency(4)
            .on_page(move |so_far| {
                pages.fetch_max(so_far.pages, Ordering::Relaxed);
                assert_eq!(so_far.segments, 8);
                assert!(so_far.received <= so_far.scanned);
                units.fetch_max(so_far.capacity_units as u64, Ordering::Relaxed);
            })
    };
    let total = usize::from(DEVICES) * EACH as usize;
    let mut seen: HashSet<(u8, u32)> = HashSet::with_capacity(total);
    let mut text: Option<String> = None;
    let mut scanned = 0;
    // Stopped at a quarter, at half, and not in the middle of a page only.
    for stop in [total / 4 + 7, total / 2, usize::MAX] {
        let mut items = match &text {
            None => scan().items(),
            Some(text) => scan().after(&Cursor::decode(text).unwrap()).items(),
        };
        while seen.len() < stop
            && let Some(reading) = items.try_next().await.unwrap()
        {
            let is_new = seen.insert((reading.device, reading.number));
            assert!(
                is_new,
                "device {} number {} came twice",
                reading.device, reading.number
            );
        }
        scanned += items.scanned_count();
        text = items.cursor().unwrap().map(|cursor| cursor.encode());
    }
    assert_eq!(text, None);
    assert_eq!(seen.len(), total);
    assert!(scanned >= total as u64, "{scanned}");
    assert!(pages.load(Ordering::Relaxed) > 8 && units.load(Ordering::Relaxed) > 0);
}
