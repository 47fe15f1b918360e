//! Queries over many pages: their number, their ends, and what does not decode.

use std::future::poll_fn;
use std::pin::Pin;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::embedded::Engine;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use futures_core::Stream;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "log", pk = "PK", sk = "SK", entities(Line, Note, Deep))]
struct Log;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Log, pk = "LOG#{log}", sk = "{number}")]
struct Line {
    log: String,
    number: u32,
    text: String,
}

/// Its keys begin like a `Line`'s end, so that key prefixes do not tell the two apart.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Log, pk = "LOG#{log}", sk = "NOTE#{number}")]
struct Note {
    log: String,
    number: u32,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Log, pk = "DEEP#{log}", sk = "{number}")]
struct Deep {
    log: String,
    number: u32,
}

fn line(number: u32) -> Line {
    Line {
        log: "a".into(),
        number,
        text: "x".into(),
    }
}

fn note(number: u32) -> Note {
    Note {
        log: "a".into(),
        number,
    }
}

/// `lines` lines and as many notes in one partition, and as many deep items in another.
async fn filled(client: aws_sdk_dynamodb::Client, lines: u32) -> Handle<Log> {
    let log = Log::on(client);
    log.create_table().send().await.unwrap();
    for number in 0..lines {
        log.put(&line(number)).send().await.unwrap();
        log.put(&note(number)).send().await.unwrap();
        let deep = Deep {
            log: "a".into(),
            number,
        };
        log.put(&deep).send().await.unwrap();
    }
    log
}

fn numbers(lines: &[Line]) -> Vec<u32> {
    lines.iter().map(|line| line.number).collect()
}

#[tokio::test]
async fn the_size_of_pages_changes_requests_and_not_items() {
    let log = filled(client().await, 7).await;
    for size in [1, 2, 3, 7, 8, 100] {
        let lines = log.query(Line::of("a")).page_size(size).collect().await;
        assert_eq!(numbers(&lines.unwrap()), [0, 1, 2, 3, 4, 5, 6], "{size}");
        let lines = log.query(Line::of("a")).page_size(size).descending();
        let lines = lines.collect().await.unwrap();
        assert_eq!(numbers(&lines), [6, 5, 4, 3, 2, 1, 0], "{size}");
        let notes = log.query(Note::of("a")).page_size(size).collect().await;
        assert_eq!(notes.unwrap().len(), 7, "{size}");
        let deep = log.query(Deep::of("a")).page_size(size).collect().await;
        assert_eq!(deep.unwrap().len(), 7, "{size}");
    }
    // Zero is no size for a page; it counts as one.
    let lines = log.query(Line::of("a")).page_size(0).collect().await;
    assert_eq!(lines.unwrap().len(), 7);
}

#[tokio::test]
async fn take_is_exact_with_and_without_a_filter() {
    let log = filled(client().await, 6).await;
    for take in [0, 1, 2, 5, 6, 7, 100] {
        for size in [None, Some(1), Some(2), Some(50)] {
            let expected = take.min(6);
            let mut query = log.query(Line::of("a")).take(take);
            let mut notes = log.query(Note::of("a")).take(take);
            let mut deep = log.query(Deep::of("a")).take(take);
            if let Some(size) = size {
                query = query.page_size(size);
                notes = notes.page_size(size);
                deep = deep.page_size(size);
            }
            let lines = query.collect().await.unwrap();
            assert_eq!(lines.len(), expected, "{take} {size:?}");
            assert!(lines.iter().zip(0..).all(|(line, n)| line.number == n));
            assert_eq!(notes.collect().await.unwrap().len(), expected);
            assert_eq!(deep.collect().await.unwrap().len(), expected);
        }
    }
    let all = log.query_all(Line::of("a"));
    assert_eq!(all.take(9).page_size(4).collect().await.unwrap().len(), 9);
}

#[tokio::test]
async fn the_first_item_of_some_and_of_none() {
    let log = filled(client().await, 3).await;
    let first = log.query(Line::of("a")).first().await.unwrap();
    assert_eq!(first, Some(line(0)));
    let last = log.query(Line::of("a")).descending().first().await;
    assert_eq!(last.unwrap(), Some(line(2)));
    let note = log.query(Note::of("a")).descending().first().await.unwrap();
    assert_eq!(note.unwrap().number, 2);
    assert_eq!(log.query(Line::of("b")).first().await.unwrap(), None);
    let above = Line::of("a").sort(|k| k.number.gt(2));
    assert_eq!(log.query(above).first().await.unwrap(), None);
}

#[tokio::test]
async fn an_empty_partition_has_no_items() {
    let log = filled(client().await, 1).await;
    assert_eq!(log.query(Line::of("b")).collect().await.unwrap(), []);
    let mut items = log.query(Line::of("b")).items();
    assert_eq!(items.try_next().await.unwrap(), None);
    // Asked again, the end is still the end.
    assert_eq!(items.try_next().await.unwrap(), None);
    assert_eq!(items.scanned_count(), 0);
}

#[tokio::test]
async fn large_items_make_pages_of_their_own() {
    let log = filled(client().await, 0).await;
    // Three hundred kilobytes each: three fill a page of one megabyte.
    for number in 0..8 {
        let item = Line {
            text: "x".repeat(300_000),
            ..line(number)
        };
        log.put(&item).send().await.unwrap();
    }
    let lines = log.query(Line::of("a")).collect().await.unwrap();
    assert_eq!(numbers(&lines), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert!(lines.iter().all(|line| line.text.len() == 300_000));
}

#[tokio::test]
async fn an_item_that_does_not_decode_is_one_error() {
    let log = filled(client().await, 4).await;
    let put = log.client().put_item().table_name("log");
    put.item("PK", AttributeValue::S("LOG#a".into()))
        .item("SK", AttributeValue::S("0000000001".into()))
        .item("_type", AttributeValue::S("Line".into()))
        .item("log", AttributeValue::S("a".into()))
        .item("number", AttributeValue::Bool(true))
        .send()
        .await
        .unwrap();
    for size in [1, 2, 100] {
        let mut items = log.query(Line::of("a")).page_size(size).items();
        let mut seen = Vec::new();
        loop {
            match items.try_next().await {
                Ok(Some(line)) => seen.push(Ok(line.number)),
                Ok(None) => break,
                Err(error) => {
                    let Error::Decode(error) = error else {
                        panic!("{error}");
                    };
                    seen.push(Err(error.path()));
                }
            }
        }
        assert_eq!(seen, [Ok(0), Err("number".to_owned()), Ok(2), Ok(3)]);
    }
    // A collection stops there, and what lies before it can still be had.
    let all = log.query(Line::of("a")).collect().await;
    assert!(matches!(all, Err(Error::Decode(_))));
    let one = log.query(Line::of("a")).take(1).collect().await.unwrap();
    assert_eq!(numbers(&one), [0]);
}

fn is_stream<T>(_: &(impl Stream<Item = Result<T, Error>> + Send + Unpin)) {}

#[tokio::test]
async fn items_are_a_stream() {
    let log = filled(client().await, 5).await;
    let mut items = log.query(Line::of("a")).page_size(2).items();
    let mut seen = Vec::new();
    while let Some(line) = poll_fn(|context| Pin::new(&mut items).poll_next(context)).await {
        seen.push(line.unwrap());
    }
    assert_eq!(numbers(&seen), [0, 1, 2, 3, 4]);
    is_stream(&items);
}

#[tokio::test]
async fn after_an_error_of_the_service_the_stream_is_at_its_end() {
    let log = Log::on(client().await);
    let mut items = log.query(Line::of("a")).items();
    let error = items.try_next().await.unwrap_err();
    assert!(error.is_table_not_found(), "{error}");
    assert_eq!(items.try_next().await.unwrap(), None);
    // So it is after a value that can be in no key.
    let mut items = log.query(Line::of("")).items();
    assert!(matches!(items.try_next().await, Err(Error::Key(_))));
    assert_eq!(items.try_next().await.unwrap(), None);
}

/// Counts requests: on the embedded engine only, which keeps a record of them.
mod requests {
    use super::*;

    async fn recorded() -> (Engine, Handle<Log>) {
        let engine = Engine::memory().unwrap();
        let log = filled(engine.client(), 6).await;
        engine.requests().record(true);
        (engine, log)
    }

    /// The `Limit`s of the requests so far.
    fn limits(engine: &Engine) -> Vec<Option<u64>> {
        let calls = engine.requests().take();
        calls
            .iter()
            .map(|call| call.json().unwrap()["Limit"].as_u64())
            .collect()
    }

    #[tokio::test]
    async fn a_page_is_the_services_limit() {
        let (engine, log) = recorded().await;
        log.query(Deep::of("a")).collect().await.unwrap();
        assert_eq!(limits(&engine), [None]);
        log.query(Deep::of("a"))
            .page_size(4)
            .collect()
            .await
            .unwrap();
        assert_eq!(limits(&engine), [Some(4), Some(4)]);
        log.scan::<Deep>().page_size(9).collect().await.unwrap();
        assert_eq!(limits(&engine), [Some(9), Some(9), Some(9)]);
    }

    #[tokio::test]
    async fn nothing_is_read_beyond_what_is_taken() {
        let (engine, log) = recorded().await;
        log.query(Deep::of("a")).take(2).collect().await.unwrap();
        assert_eq!(limits(&engine), [Some(2)]);
        let query = log.query(Deep::of("a")).take(5).page_size(3);
        query.collect().await.unwrap();
        assert_eq!(limits(&engine), [Some(3), Some(2)]);
        log.query(Deep::of("a")).first().await.unwrap();
        assert_eq!(limits(&engine), [Some(1)]);
        log.query(Deep::of("a")).take(0).collect().await.unwrap();
        assert_eq!(limits(&engine), []);
        // A huge number is no limit at all.
        let query = log.query(Deep::of("a")).take(usize::MAX);
        query.collect().await.unwrap();
        assert_eq!(limits(&engine), [None]);
    }

    #[tokio::test]
    async fn pages_are_read_as_they_are_asked_for() {
        let (engine, log) = recorded().await;
        let mut items = log.query(Deep::of("a")).page_size(2).items();
        assert_eq!(limits(&engine), []);
        for (read, requests) in [(1, 1), (2, 0), (3, 1)] {
            items.try_next().await.unwrap().unwrap();
            assert_eq!(limits(&engine).len(), requests, "item {read}");
        }
        assert_eq!(items.scanned_count(), 4);
        drop(items);
        assert_eq!(limits(&engine), []);
    }

    #[tokio::test]
    async fn reversed_bounds_send_nothing() {
        let (engine, log) = recorded().await;
        let reversed = Deep::of("a").sort(|k| k.number.between(3, 2));
        assert_eq!(log.query(reversed).collect().await.unwrap(), []);
        let below = Deep::of("a").sort(|k| k.number.lt(0));
        assert_eq!(log.query(below).collect().await.unwrap(), []);
        let calls = engine.requests().take();
        assert!(calls.len() <= 1, "{calls:?}");
    }

    /// Prefixes tell notes from lines, so that a query of notes reads no line.
    #[tokio::test]
    async fn a_neighbour_is_neither_returned_nor_read() {
        let (_engine, log) = recorded().await;
        let mut items = log.query(Note::of("a")).items();
        let mut count = 0;
        while items.try_next().await.unwrap().is_some() {
            count += 1;
        }
        assert_eq!((count, items.scanned_count()), (6, 6));
    }
}
