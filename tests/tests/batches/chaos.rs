//! Ten thousand entries through a transport that leaves 30 % of them and fails 5 % of the calls, half of those after
//! they were applied. Runs on the embedded engine only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dynamo_model::embedded::{Call, Engine, Fault};
use dynamo_model::{BatchWrite, BatchWritten, Handle};

use super::{Account, Booking, Ledger, MS, account, booking, embedded, key, no_retries, stored};

/// What is to be put: bookings and accounts; and what is there and to be deleted: more bookings.
const BOOKINGS: u32 = 5_000;
const ACCOUNTS: u32 = 1_000;
const DELETED: std::ops::Range<u32> = 5_000..9_000;

/// The same numbers in every run.
fn random(seed: &AtomicU64) -> u64 {
    let mut x = seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// What went wrong.
#[derive(Default)]
struct Log {
    failed: AtomicUsize,
    /// The sort keys of the entries whose calls were applied and not answered.
    unanswered: Mutex<BTreeSet<String>>,
}

fn go_wrong(engine: &Engine, seed: u64) -> Arc<Log> {
    let (seed, log) = (AtomicU64::new(seed), Arc::<Log>::default());
    let shared = log.clone();
    engine.faults().inject(move |call| {
        if !call.operation().starts_with("Batch") {
            return None;
        }
        let roll = random(&seed);
        if roll % 1_000 >= 50 {
            // Rounded up or down by chance: rounded up always, the last entry would be left for ever.
            let entries = call.body().matches("\"SK\":").count();
            let tenths = 3 * entries + usize::try_from(random(&seed) % 10).unwrap();
            return Some(Fault::Unprocessed(tenths / 10));
        }
        log.failed.fetch_add(1, Ordering::Relaxed);
        Some(match roll / 1_000 % 6 {
            0 => Fault::Throttle,
            1 => Fault::ServerError,
            2 => Fault::DropRequest,
            _ => {
                let mut unanswered = log.unanswered.lock().unwrap();
                unanswered.extend(keys(call));
                Fault::DropResponse
            }
        })
    });
    shared
}

/// The keys of a write's entries.
fn keys(call: &Call) -> Vec<String> {
    let json = call.json().unwrap_or_default();
    let entries = json["RequestItems"]["ledger"].as_array();
    let entries = entries.into_iter().flatten();
    let one = |entry: &serde_json::Value| {
        let put = &entry["PutRequest"]["Item"];
        let key = if put.is_null() {
            &entry["DeleteRequest"]["Key"]
        } else {
            put
        };
        name(&key["PK"]["S"], &key["SK"]["S"])
    };
    entries.map(one).collect()
}

fn name(pk: &serde_json::Value, sk: &serde_json::Value) -> String {
    format!("{} {}", pk.as_str().unwrap(), sk.as_str().unwrap())
}

/// The table as it is before, and the batch.
async fn prepare() -> (Engine, Handle<Ledger>, BatchWrite<Ledger>) {
    let (engine, ledger) = embedded().await;
    let there: Vec<_> = DELETED.map(booking).collect();
    let batch = ledger.batch_write().put_all(&there);
    batch.send().await.unwrap().complete().unwrap();
    let bookings: Vec<_> = (0..BOOKINGS).map(booking).collect();
    let accounts: Vec<_> = (0..ACCOUNTS).map(account).collect();
    let batch = ledger
        .batch_write()
        .put_all(&bookings)
        .delete_all(DELETED.map(key))
        .put_all(&accounts)
        .concurrency(8)
        .backoff(MS, MS * 4)
        .config_override(no_retries());
    (engine, ledger, batch)
}

/// Every entry by its key, with whether it is a put.
fn entries() -> BTreeMap<String, bool> {
    let of_booking = |n: u32| format!("ACCOUNT#{:010} BOOKING#{n:010}", n % 17);
    let puts = (0..BOOKINGS).map(|n| (of_booking(n), true));
    let deletions = DELETED.map(|n| (of_booking(n), false));
    let accounts = (0..ACCOUNTS).map(|n| (format!("ACCOUNT#{n:010} ACCOUNT"), true));
    let entries: BTreeMap<_, _> = puts.chain(deletions).chain(accounts).collect();
    assert_eq!(entries.len(), 10_000);
    entries
}

/// What is in the table, by its key.
async fn names(ledger: &Handle<Ledger>) -> BTreeSet<String> {
    let (accounts, bookings) = stored(ledger).await;
    // Whatever is there is what was written.
    for found in &accounts {
        assert_eq!(*found, account(found.id));
    }
    for found in &bookings {
        assert_eq!(*found, booking(found.number));
    }
    let of_booking = |b: &Booking| format!("ACCOUNT#{:010} BOOKING#{:010}", b.account, b.number);
    let of_account = |a: &Account| format!("ACCOUNT#{:010} ACCOUNT", a.id);
    let accounts = accounts.iter().map(of_account);
    accounts.chain(bookings.iter().map(of_booking)).collect()
}

fn reported(written: &BatchWritten<Ledger>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in written.unprocessed() {
        let booking = entry.key::<Booking>().unwrap();
        let account = entry.key::<Account>().unwrap();
        let item = match (&booking, &account) {
            (Some(booking), None) => booking.to_item().unwrap(),
            (None, Some(account)) => account.to_item().unwrap(),
            _ => panic!("{entry:?}"),
        };
        let part = |name: &str| item[name].as_s().unwrap().clone();
        assert!(names.insert(format!("{} {}", part("PK"), part("SK"))));
    }
    names
}

#[tokio::test]
async fn with_patience_everything_is_written() {
    let (engine, ledger, batch) = prepare().await;
    let log = go_wrong(&engine, 1);
    let written = batch.max_attempts(50).send().await.unwrap();
    assert!(written.is_complete(), "{written:?}");
    assert_eq!(written.written(), 10_000);
    assert!(log.failed.load(Ordering::Relaxed) > 10);
    assert!(!log.unanswered.lock().unwrap().is_empty());
    let entries = entries().into_iter();
    let expected = entries.filter(|(_, put)| *put).map(|(name, _)| name);
    assert_eq!(names(&ledger).await, expected.collect());
}

#[tokio::test]
async fn without_patience_exactly_the_rest_is_reported() {
    let (engine, ledger, batch) = prepare().await;
    let log = go_wrong(&engine, 2);
    let written = batch.max_attempts(1).send().await.unwrap();
    let left = reported(&written);
    assert!(left.len() > 100, "{written:?}");
    assert!(written.cause().unwrap().is_retryable());
    assert_eq!(written.written(), 10_000 - left.len());

    // What is not reported is done. What is reported is not, unless it was applied and the answer was lost.
    let unanswered = log.unanswered.lock().unwrap().clone();
    assert!(left.intersection(&unanswered).next().is_some());
    let done = |name: &String| !left.contains(name) || unanswered.contains(name);
    let stored = names(&ledger).await;
    for (name, put) in entries() {
        assert_eq!(stored.contains(&name), put == done(&name), "{name}");
    }

    // What is left can be sent until nothing is.
    let mut written = written;
    let mut rounds = 0;
    while !written.is_complete() {
        let before = written.unprocessed().len();
        written = written.retry().send().await.unwrap();
        assert!(written.unprocessed().len() <= before);
        rounds += 1;
    }
    assert!(rounds > 0);
    let entries = entries().into_iter();
    let expected = entries.filter(|(_, put)| *put).map(|(name, _)| name);
    assert_eq!(names(&ledger).await, expected.collect());
}

#[tokio::test]
async fn ten_thousand_keys_are_read_or_reported() {
    let (engine, ledger) = embedded().await;
    // Every other key has an item.
    let bookings: Vec<_> = (0..10_000).step_by(2).map(booking).collect();
    let batch = ledger.batch_write().put_all(&bookings);
    batch.send().await.unwrap().complete().unwrap();
    let log = go_wrong(&engine, 3);
    let get = || {
        let get = ledger.batch_get((0..10_000).map(key)).consistent();
        let get = get.concurrency(8).backoff(MS, MS * 4);
        get.config_override(no_retries())
    };

    let read = get().max_attempts(50).send().await.unwrap();
    let mut items = read.complete().unwrap();
    items.sort_by_key(|booking| booking.number);
    assert_eq!(items, bookings);
    assert!(log.failed.swap(0, Ordering::Relaxed) > 0);

    let read = get().max_attempts(50).ordered().send().await.unwrap();
    let items = read.complete().unwrap();
    let there = |number: u32| number.is_multiple_of(2).then(|| booking(number));
    assert!(items.into_iter().eq((0..10_000).map(there)));

    // Without patience: each key has an answer, or is reported, and never both.
    let read = get().max_attempts(1).ordered().send().await.unwrap();
    assert!(log.failed.load(Ordering::Relaxed) > 0);
    assert!(read.cause().unwrap().is_retryable());
    let (items, left) = read.into_parts();
    assert!(!left.is_empty());
    let mut left = left.into_iter().peekable();
    for (number, item) in (0..10_000).zip(items) {
        if left.next_if_eq(&key(number)).is_some() {
            assert_eq!(item, None);
        } else {
            assert_eq!(item, there(number));
        }
    }
    assert!(left.next().is_none(), "in the order of the keys");
}
