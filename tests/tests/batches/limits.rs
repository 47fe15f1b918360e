//! How many entries a call takes, how many calls there are at a time, and when there are no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::interceptors::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use dynamo_model::Key;
use dynamo_model::embedded::Fault;

use super::{Account, Booking, MS, account, booking, embedded, key, ledger, no_retries, stored};

/// Counts calls, those on their way at a time, and their bytes; fails all after the first few.
#[derive(Debug, Clone)]
struct Watch {
    calls: Arc<AtomicUsize>,
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    largest: Arc<AtomicUsize>,
    good: usize,
}

impl Watch {
    fn new(good: usize) -> Self {
        Self {
            calls: Arc::default(),
            running: Arc::default(),
            most: Arc::default(),
            largest: Arc::default(),
            good,
        }
    }
}

impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "Watch"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.request().body().bytes().unwrap_or_default();
        self.largest.fetch_max(body.len(), Ordering::Relaxed);
        let running = self.running.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(running, Ordering::Relaxed);
        if self.calls.fetch_add(1, Ordering::Relaxed) < self.good {
            Ok(())
        } else {
            Err("no more calls".into())
        }
    }

    fn read_after_execution(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.running.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test]
async fn a_failure_that_does_not_pass_stops_the_batch() {
    let ledger = ledger().await;
    let bookings: Vec<_> = (0..200).map(booking).collect();
    let watch = Watch::new(3);
    let batch = ledger.batch_write().put_all(&bookings).concurrency(1);
    let batch = batch.config_override(no_retries().interceptor(watch.clone()));
    let written = batch.send().await.unwrap();
    assert_eq!(watch.calls.load(Ordering::Relaxed), 4, "no call after it");
    assert_eq!(written.written(), 75);
    assert!(!written.cause().unwrap().is_retryable());
    let left = written.unprocessed().iter();
    let left: Vec<Booking> = left.map(|e| e.entity().unwrap().unwrap()).collect();
    assert_eq!(left, bookings[75..]);
    assert_eq!(stored(&ledger).await.1, bookings[..75]);

    // With several calls on their way, those that succeed count.
    let accounts: Vec<_> = (0..200).map(account).collect();
    let watch = Watch::new(3);
    let batch = ledger.batch_write().put_all(&accounts).concurrency(3);
    let batch = batch.config_override(no_retries().interceptor(watch.clone()));
    let written = batch.send().await.unwrap();
    assert_eq!(written.written(), 75);
    assert!(watch.calls.load(Ordering::Relaxed) <= 6);
    let left = written.unprocessed().iter();
    let left: Vec<Account> = left.map(|e| e.entity().unwrap().unwrap()).collect();
    let written = stored(&ledger).await.0;
    assert_eq!(written.len(), 75);
    assert!(written.iter().all(|account| !left.contains(account)));

    // The same for a read, which keeps what it has.
    let watch = Watch::new(1);
    let get = ledger.batch_get((0..75).chain(200..400).map(key));
    let get = get.concurrency(1).consistent();
    let get = get.config_override(no_retries().interceptor(watch));
    let read = get.send().await.unwrap();
    assert_eq!(read.items().len(), 75);
    assert_eq!(read.unprocessed().len(), 175);
    assert!(!read.cause().unwrap().is_retryable());
}

#[tokio::test]
async fn a_batch_that_stops_does_not_wait_for_its_pauses() {
    let (engine, ledger) = embedded().await;
    engine.faults().leave_unprocessed("BatchWriteItem", 25);
    let bookings: Vec<_> = (0..75).map(booking).collect();
    let hour = Duration::from_hours(1);
    let batch = ledger.batch_write().put_all(&bookings).concurrency(2);
    let batch = batch.backoff(hour, hour);
    let batch = batch.config_override(no_retries().interceptor(Watch::new(2)));
    let sending = tokio::time::timeout(Duration::from_secs(10), batch.send());
    let written = sending.await.unwrap().unwrap();
    assert_eq!(written.written(), 25);
    assert_eq!(written.unprocessed().len(), 50);
}

#[tokio::test]
async fn only_so_many_calls_are_on_their_way() {
    let (engine, ledger) = embedded().await;
    let delay = Fault::Delay(Duration::from_millis(10));
    engine.faults().inject(move |_| Some(delay.clone()));
    let bookings: Vec<_> = (0..250).map(booking).collect();
    for (concurrency, expected) in [(None, 4), (Some(0), 1), (Some(1), 1), (Some(7), 7)] {
        let watch = Watch::new(usize::MAX);
        let overrides = || no_retries().interceptor(watch.clone());
        let mut batch = ledger.batch_write().put_all(&bookings);
        if let Some(calls) = concurrency {
            batch = batch.concurrency(calls);
        }
        let written = batch.config_override(overrides()).send().await.unwrap();
        written.complete().unwrap();
        assert_eq!(watch.most.swap(0, Ordering::Relaxed), expected);
        assert_eq!(watch.calls.load(Ordering::Relaxed), 10);
    }
}

#[tokio::test]
async fn calls_hold_as_much_as_the_service_takes() {
    let ledger = ledger().await;
    let watch = Watch::new(usize::MAX);
    let overrides = || no_retries().interceptor(watch.clone());
    let calls = || watch.calls.swap(0, Ordering::Relaxed);
    let bookings: Vec<_> = (0..60).map(booking).collect();
    let batch = ledger.batch_write().put_all(&bookings);
    let batch = batch.config_override(overrides());
    batch.send().await.unwrap().complete().unwrap();
    assert_eq!(calls(), 3, "25, 25 and 10");
    let get = ledger.batch_get((0..250).map(key));
    let get = get.config_override(overrides());
    get.send().await.unwrap().complete().unwrap();
    assert_eq!(calls(), 3, "100, 100 and 50");

    // In JSON, six times as large as what is stored: about 2 MB each.
    let accounts: Vec<_> = (0..10)
        .map(|id| Account {
            id,
            owner: "\u{1}".repeat(350_000),
        })
        .collect();
    let batch = ledger.batch_write().put_all(&accounts);
    let batch = batch.config_override(overrides());
    batch.send().await.unwrap().complete().unwrap();
    assert_eq!(calls(), 2);
    let largest = watch.largest.load(Ordering::Relaxed);
    assert!((14_000_000..16_000_000).contains(&largest), "{largest}");
    let keys = accounts.iter().map(Key::of);
    let read = ledger.batch_get(keys).ordered().send().await.unwrap();
    let read = read.complete().unwrap();
    assert!(read.into_iter().eq(accounts.into_iter().map(Some)));
}

#[tokio::test]
async fn attempts_are_counted_while_nothing_moves() {
    let (engine, ledger) = embedded().await;
    let attempts = |batch: &str, calls: usize| {
        engine.faults().clear();
        engine.faults().throttle(batch, usize::MAX);
        engine.requests().record(true);
        move |made: usize| assert_eq!(made, calls)
    };
    for calls in [1, 2, 5] {
        let check = attempts("BatchWriteItem", calls);
        let batch = ledger.batch_write().put(&booking(1));
        let batch = batch.max_attempts(u32::try_from(calls).unwrap());
        let batch = batch.backoff(MS, MS).config_override(no_retries());
        let written = batch.send().await.unwrap();
        check(engine.requests().take().len());
        assert!(written.cause().unwrap().is_throttled());
        let check = attempts("BatchGetItem", calls);
        let get = ledger.batch_get([key(1)]);
        let get = get.max_attempts(u32::try_from(calls).unwrap());
        let get = get.backoff(MS, MS).config_override(no_retries());
        let read = get.send().await.unwrap();
        check(engine.requests().take().len());
        assert!(read.cause().unwrap().is_throttled());
    }
    // As long as something moves, nothing is given up: here one entry a call.
    engine.faults().clear();
    engine.requests().take();
    engine.faults().inject(|call| {
        let entries = call.json()?["RequestItems"]["ledger"].as_array()?.len();
        Some(Fault::Unprocessed(entries - 1))
    });
    let bookings: Vec<_> = (0..20).map(booking).collect();
    let batch = ledger.batch_write().put_all(&bookings).max_attempts(1);
    let written = batch.backoff(MS, MS).send().await.unwrap();
    written.complete().unwrap();
    assert_eq!(engine.requests().take().len(), 20);
}
