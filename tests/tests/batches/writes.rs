//! Entries that are written, and those that cannot be.

use dynamo_model::prelude::*;
use dynamo_model::{BatchEntry, Meter};
use serde::{Deserialize, Serialize};

use super::{Account, Booking, Ledger, MS, account, booking, embedded, key, ledger, stored};

#[tokio::test]
async fn a_thousand_entries_of_two_entities_come_and_go() {
    let ledger = ledger().await;
    let accounts: Vec<_> = (0..400).map(account).collect();
    let bookings: Vec<_> = (0..600).map(booking).collect();
    let batch = ledger.batch_write().put_all(&accounts).put_all(&bookings);
    let written = batch.send().await.unwrap();
    assert!(written.is_complete() && written.cause().is_none());
    assert_eq!(written.written(), 1_000);
    written.complete().unwrap();
    assert_eq!(
        stored(&ledger).await,
        (accounts.clone(), bookings.clone()),
        "all are there"
    );

    let read = ledger.batch_get((0..600).map(key)).send().await.unwrap();
    let mut read = read.complete().unwrap();
    read.sort_by_key(|booking| booking.number);
    assert_eq!(read, bookings);

    // Puts and deletions in one batch, a put replacing what is there.
    let changed = Account {
        owner: "changed".into(),
        ..account(0)
    };
    let batch = ledger
        .batch_write()
        .delete_all((1..400).map(|id: u32| Account::key(id)))
        .put(&changed)
        .delete_all((0..600).filter(|n| n % 3 > 0).map(key))
        .delete(key(9_999));
    batch.send().await.unwrap().complete().unwrap();
    let kept = (0..600).filter(|n| n % 3 == 0).map(booking).collect();
    assert_eq!(stored(&ledger).await, (vec![changed], kept));
}

#[tokio::test]
async fn an_empty_batch_sends_nothing() {
    // There is no such table, so that a request would fail.
    let ledger = ledger().await.named("no-such-ledger");
    let written = ledger.batch_write().send().await.unwrap();
    assert!(written.is_complete());
    written.retry().send().await.unwrap().complete().unwrap();
    let none: [Booking; 0] = [];
    let written = ledger.batch_write().put_all(&none).send().await.unwrap();
    assert_eq!(written.written(), 0);
    let read = ledger.batch_get::<Booking>([]).send().await.unwrap();
    assert!(read.complete().unwrap().is_empty());
    let read = ledger.batch_get::<Booking>([]).ordered().send().await;
    assert!(read.unwrap().complete().unwrap().is_empty());
    let read = ledger.batch_get_all().send().await.unwrap();
    assert!(read.complete().unwrap().is_empty());
}

#[tokio::test]
async fn two_entries_with_one_key_are_refused_before_anything_is_sent() {
    let ledger = ledger().await;
    let many: Vec<_> = (0..60).map(booking).collect();
    let put_twice = ledger.batch_write().put_all(&many).put(&booking(3));
    let put_and_delete = ledger.batch_write().put_all(&many).delete(key(3));
    let delete_twice = ledger.batch_write().delete(key(3)).delete(key(3));
    for (batch, expected) in [
        (
            put_twice,
            "entries 3 and 60 of a batch, put of `Booking` and put of `Booking`, ",
        ),
        (
            put_and_delete,
            "entries 3 and 60 of a batch, put of `Booking` and delete of `Booking`, ",
        ),
        (
            delete_twice,
            "entries 0 and 1 of a batch, delete of `Booking` and delete of `Booking`, ",
        ),
    ] {
        // What is added after the first error does not replace it.
        let error = batch.put(&account(1)).send().await.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)));
        let text = error.to_string();
        assert!(text.starts_with(expected), "{text}");
        assert!(text.contains("keep one of them"), "{text}");
        assert!(!text.contains("ACCOUNT#"), "{text}");
    }
    assert_eq!(stored(&ledger).await, (vec![], vec![]));
}

#[tokio::test]
async fn what_cannot_be_stored_is_an_error_before_anything_is_sent() {
    let ledger = ledger().await;
    let large = Account {
        owner: "x".repeat(500_000),
        ..account(1)
    };
    let batch = ledger
        .batch_write()
        .put_all(&(0..60).map(booking).collect::<Vec<_>>())
        .put(&large)
        .put(&booking(1));
    let error = batch.send().await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::ItemTooLarge {
                entity: "Account",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(stored(&ledger).await, (vec![], vec![]));
}

#[tokio::test]
async fn a_failure_that_does_not_pass_leaves_everything() {
    let ledger = ledger().await.named("no-such-ledger");
    let bookings: Vec<_> = (0..60).map(booking).collect();
    let batch = ledger.batch_write().put_all(&bookings).delete(key(100));
    let written = batch.send().await.unwrap();
    assert!(!written.is_complete());
    assert_eq!(written.written(), 0);
    assert!(written.cause().unwrap().is_table_not_found());
    let left = written.unprocessed();
    let puts = left.iter().filter_map(|entry| entry.entity().unwrap());
    assert_eq!(puts.collect::<Vec<Booking>>(), bookings);
    assert!(left[60].is_delete());

    let error = written.complete().unwrap_err();
    let Error::Incomplete(incomplete) = &error else {
        panic!("{error:?}");
    };
    assert_eq!((incomplete.left(), incomplete.total()), (61, 61));
    assert_eq!(incomplete.table(), "no-such-ledger");
    assert!(error.is_table_not_found() && !error.is_retryable());
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    assert!(std::error::Error::source(&error).is_some());
    assert_eq!(
        error.to_string(),
        "BatchWriteItem on table `no-such-ledger` left 61 of 61 entries: \
         a call failed in a way that does not pass"
    );
}

#[tokio::test]
async fn leftovers_are_typed_and_can_be_sent_again() {
    let (engine, ledger) = embedded().await;
    engine.faults().leave_unprocessed("BatchWriteItem", 2);
    let batch = ledger
        .batch_write()
        .put(&account(1))
        .put(&account(2))
        .put(&booking(3))
        .delete(key(4))
        .max_attempts(1);
    // A part was processed, which does not count as an attempt; nothing of the rest is.
    engine.faults().leave_unprocessed("BatchWriteItem", 9);
    let written = batch.backoff(MS, MS).send().await.unwrap();
    assert_eq!(written.written(), 2);
    assert!(
        written.cause().is_none(),
        "the calls succeeded, the service left entries"
    );
    let [put, delete] = written.unprocessed() else {
        panic!("{written:?}");
    };
    assert!(put.is_put() && !put.is_delete());
    assert!(put.is::<Booking>() && !put.is::<Account>());
    assert_eq!(put.entity::<Booking>().unwrap(), Some(booking(3)));
    assert_eq!(put.entity::<Account>().unwrap(), None);
    assert_eq!(put.key::<Booking>().unwrap(), Some(key(3)));
    assert!(delete.is_delete() && delete.is::<Booking>());
    assert_eq!(delete.entity::<Booking>().unwrap(), None);
    assert_eq!(delete.key::<Booking>().unwrap(), Some(key(4)));
    assert_eq!(delete.key::<Account>().unwrap(), None);
    assert_eq!(
        format!("{put:?} {delete:?}"),
        "Put<Booking>(..) Delete<Booking>(..)"
    );
    assert_eq!(
        format!("{written:?}"),
        "BatchWritten { table: \"ledger\", total: 4, unprocessed: 2, cause: None, .. }"
    );
    assert_eq!(
        stored(&ledger).await,
        (vec![account(1), account(2)], vec![])
    );

    let again: Vec<BatchEntry<Ledger>> = written.unprocessed().to_vec();
    written.retry().send().await.unwrap().complete().unwrap();
    assert_eq!(stored(&ledger).await.1, [booking(3)]);

    // What was kept goes into any batch; its entries count for duplicates as others do.
    let puts = || again.iter().filter(|entry| entry.is_put()).cloned();
    let error = ledger.batch_write().put(&booking(3)).resume(puts());
    let error = error.send().await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    ledger.delete(key(3)).send().await.unwrap();
    let batch = ledger.batch_write().put(&booking(5)).resume(puts());
    batch.send().await.unwrap().complete().unwrap();
    assert_eq!(stored(&ledger).await.1, [booking(3), booking(5)]);
}

#[tokio::test]
async fn what_is_left_after_the_last_attempt_is_an_error_worth_a_retry() {
    let (engine, ledger) = embedded().await;
    for _ in 0..3 {
        engine.faults().leave_unprocessed("BatchWriteItem", 9);
    }
    let batch = ledger.batch_write().put(&booking(1)).max_attempts(3);
    let error = batch.backoff(MS, MS).send().await.unwrap().complete();
    let error = error.unwrap_err();
    assert_eq!(engine.faults().pending(), 0);
    assert!(error.is_retryable() && !error.is_throttled());
    assert!(std::error::Error::source(&error).is_none());
    let text = error.to_string();
    assert!(text.contains("`ledger` left 1 of 1 entries: the service did not process them"));
    assert!(!format!("{error:?}{text}").contains("BOOKING#"));

    // With the SDK's retries, three throttles are one failed call.
    engine.faults().throttle("BatchWriteItem", 3);
    let batch = ledger.batch_write().put(&booking(1)).max_attempts(1);
    let error = batch.send().await.unwrap().complete().unwrap_err();
    assert!(error.is_retryable() && error.is_throttled());
    engine.faults().throttle("BatchWriteItem", 3);
    let batch = ledger.batch_write().put(&booking(1)).max_attempts(2);
    batch.send().await.unwrap().complete().unwrap();
}

#[tokio::test]
async fn every_call_is_metered() {
    let ledger = ledger().await;
    let meter = Meter::new();
    let bookings: Vec<_> = (0..60).map(booking).collect();
    let batch = ledger.batch_write().put_all(&bookings).meter(&meter);
    batch.send().await.unwrap().complete().unwrap();
    let total = meter.reset();
    assert_eq!(total.capacity_units, 60.0);
    assert_eq!(total.table_name, "ledger");
    let get = ledger.batch_get((0..60).map(key)).consistent();
    let read = get.meter(&meter).send().await.unwrap();
    assert_eq!(read.complete().unwrap().len(), 60);
    assert_eq!(meter.reset().capacity_units, 60.0);
    let get = ledger.batch_get((0..60).map(key)).meter(&meter);
    assert_eq!(get.send().await.unwrap().items().len(), 60);
    assert_eq!(meter.reset().capacity_units, 30.0);
}

#[derive(Table)]
#[table(name = "counters", pk = N("id"), sk = N("at"), no_type_attribute, entities(Counter))]
struct Counters;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Counters, pk = "{id}", sk = "{at}")]
struct Counter {
    id: u32,
    at: dynamo_model::types::Number,
}

#[tokio::test]
async fn numbers_are_one_key_however_they_are_spelled() {
    let counters = Counters::on(super::client().await);
    counters.create_table().send().await.unwrap();
    let counter = |at: &str| Counter {
        id: 7,
        at: at.parse().unwrap(),
    };
    let batch = counters
        .batch_write()
        .put(&counter("150"))
        .put(&counter("1.5e2"));
    let error = batch.send().await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    let spelled = ["1E2", "-0.50", "0.0", "1e-5", "12345678901234567890"];
    let all: Vec<_> = spelled.iter().map(|at| counter(at)).collect();
    let batch = counters.batch_write().put_all(&all);
    batch.send().await.unwrap().complete().unwrap();
    let keys = all.iter().map(Key::of);
    let read = counters.batch_get(keys).ordered().send().await.unwrap();
    let read = read.complete().unwrap();
    assert!(read.iter().all(Option::is_some), "{read:?}");
    // One of them again, and one that is not there.
    let keys = ["100", "3", "100.0"].map(|at| Key::of(&counter(at)));
    let read = counters.batch_get(keys).ordered().send().await.unwrap();
    let found: Vec<_> = read.items().iter().map(Option::is_some).collect();
    assert_eq!(found, [true, false, true]);
}
