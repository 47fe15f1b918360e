//! Items that are read by many keys.

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::prelude::*;

use super::{Account, Booking, MS, account, booking, embedded, key, ledger};

#[tokio::test]
async fn items_come_in_the_order_of_the_keys_or_are_absent() {
    let ledger = ledger().await;
    let bookings: Vec<_> = (0..300).map(booking).collect();
    let batch = ledger.batch_write().put_all(&bookings);
    batch.send().await.unwrap().complete().unwrap();

    // Backwards, every third missing, some asked twice.
    let numbers: Vec<u32> = (0..450).rev().chain([7, 7, 400, 0]).collect();
    let keys = || numbers.iter().map(|&number| key(number));
    let there = |number: u32| (number < 300).then(|| booking(number));
    let expected: Vec<_> = numbers.iter().map(|&number| there(number)).collect();
    let get = ledger.batch_get(keys()).ordered().consistent();
    let read = get.send().await.unwrap().complete().unwrap();
    assert_eq!(read, expected);

    // In no order: each once, and nothing for those that are missing.
    let read = ledger.batch_get(keys()).consistent().send().await.unwrap();
    assert!(read.is_complete() && read.unprocessed().is_empty());
    let (mut items, left) = read.into_parts();
    items.sort_by_key(|booking| booking.number);
    assert_eq!(items, bookings);
    assert!(left.is_empty());
}

#[tokio::test]
async fn keys_of_several_entities_are_read_together() {
    let ledger = ledger().await;
    let batch = ledger
        .batch_write()
        .put_all(&[account(1), account(2)])
        .put(&booking(3));
    batch.send().await.unwrap().complete().unwrap();
    let get = || {
        ledger
            .batch_get_all()
            .get(key(3))
            .keys([1, 9, 2].map(|id: u32| Account::key(id)))
            .get(key(3))
    };
    let read = get().send().await.unwrap().complete().unwrap();
    assert_eq!(read.len(), 3);
    assert_eq!(read.iter().filter(|item| item.is::<Account>()).count(), 2);

    let read = get().ordered().send().await.unwrap().complete().unwrap();
    let [
        Some(third),
        Some(first),
        None,
        Some(second),
        Some(third_again),
    ] = &read[..]
    else {
        panic!("{read:?}");
    };
    assert_eq!(third.decode::<Booking>().unwrap(), booking(3));
    assert_eq!(third_again.decode::<Booking>().unwrap(), booking(3));
    assert_eq!(first.decode::<Account>().unwrap(), account(1));
    assert_eq!(second.decode::<Account>().unwrap(), account(2));
}

#[tokio::test]
async fn an_item_that_is_not_what_its_key_says_is_an_error() {
    let ledger = ledger().await;
    let mut foreign = booking(1).to_item().unwrap();
    foreign.insert("kind".into(), AttributeValue::S("Account".into()));
    let client = ledger.client();
    let put = client.put_item().table_name("ledger");
    put.set_item(Some(foreign)).send().await.unwrap();
    let one = ledger.get(key(1)).send().await.unwrap_err();
    assert!(matches!(one, Error::Decode(_)), "{one}");
    let many = ledger.batch_get([key(1)]).send().await.unwrap_err();
    assert_eq!(many.to_string(), one.to_string());
    let ordered = ledger.batch_get([key(1)]).ordered().send().await;
    assert_eq!(ordered.unwrap_err().to_string(), one.to_string());
    // Undecoded, it is an item as any other.
    let get = ledger.batch_get_all().get(key(1));
    let item = &get.send().await.unwrap().complete().unwrap()[0];
    assert!(item.is::<Account>() && item.decode::<Booking>().is_err());
}

#[tokio::test]
async fn unprocessed_keys_are_typed() {
    let (engine, ledger) = embedded().await;
    let bookings: Vec<_> = (0..10).map(booking).collect();
    let batch = ledger.batch_write().put_all(&bookings).put(&account(1));
    batch.send().await.unwrap().complete().unwrap();

    engine.faults().leave_unprocessed("BatchGetItem", 4);
    engine.faults().leave_unprocessed("BatchGetItem", 4);
    let get = ledger.batch_get((0..10).map(key)).max_attempts(1);
    let read = get.backoff(MS, MS).send().await.unwrap();
    assert_eq!(read.items().len(), 6);
    let left: Vec<_> = (6..10).map(key).collect();
    assert_eq!(read.unprocessed(), left);
    assert!(read.cause().is_none());
    assert_eq!(
        format!("{read:?}"),
        "BatchRead { table: \"ledger\", items: 6, unprocessed: 4, cause: None, .. }"
    );
    let (_, left) = read.into_parts();
    let read = ledger.batch_get(left).send().await.unwrap();
    assert_eq!(read.complete().unwrap().len(), 4);

    // In order, with a key that stands twice: both places are empty, it is left once.
    engine.faults().fail("BatchGetItem", 3);
    let keys = [key(1), key(2), key(1)];
    let get = ledger.batch_get(keys).ordered().max_attempts(1);
    let read = get.send().await.unwrap();
    assert_eq!(read.items(), [None, None, None]);
    assert_eq!(read.unprocessed(), [key(1), key(2)]);
    let error = read.complete().unwrap_err();
    assert_eq!(error.code(), Some("InternalServerError"));
    assert!(error.is_retryable());
    let Error::Incomplete(incomplete) = error else {
        panic!("{error:?}");
    };
    assert_eq!((incomplete.left(), incomplete.total()), (2, 2));

    // Of several entities.
    engine.faults().fail("BatchGetItem", 3);
    let get = ledger.batch_get_all().get(key(5)).get(Account::key(1_u32));
    let read = get.max_attempts(1).send().await.unwrap();
    assert!(read.items().is_empty());
    let (_, left) = read.into_parts();
    assert!(left[0].is::<Booking>() && left[1].is::<Account>());
    assert_eq!(left[0].key().unwrap(), Some(key(5)));
    assert_eq!(left[0].key::<Account>().unwrap(), None);
    assert_eq!(
        format!("{left:?}"),
        "[ItemKey<Booking>(..), ItemKey<Account>(..)]"
    );
    let get = ledger.batch_get_all().resume(left);
    let read = get.send().await.unwrap().complete().unwrap();
    assert_eq!(read.len(), 2);
}

#[tokio::test]
async fn a_key_that_cannot_be_is_an_error_before_anything_is_sent() {
    use serde::{Deserialize, Serialize};

    #[derive(Table)]
    #[table(name = "names", pk = "PK", entities(Name))]
    struct Names;

    #[derive(Entity, Serialize, Deserialize, Debug)]
    #[entity(table = Names, pk = "NAME#{name}")]
    struct Name {
        name: String,
    }

    // There is no such table, so that a request would fail.
    let names = Names::on(super::client().await);
    let keys = || [Name::key("a"), Name::key(""), Name::key("b")];
    for error in [
        names.batch_get(keys()).send().await.unwrap_err(),
        names.batch_get_all().keys(keys()).send().await.unwrap_err(),
        names
            .batch_write()
            .delete_all(keys())
            .send()
            .await
            .unwrap_err(),
    ] {
        assert!(matches!(error, Error::Key(_)), "{error}");
    }
}
