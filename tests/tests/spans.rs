//! Every request is a span with OpenTelemetry's attribute names, and holds no value.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dynamo_model::{Meter, prelude::*};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const SECRET: &str = "TOPSECRET";

#[derive(Table)]
#[table(
    name = "desk",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    ttl = "expires_at",
    entities(Note)
)]
struct Desk;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Desk, pk = "DRAWER#{drawer}", sk = "NOTE#{number}",
    index(by_tag, on = "GSI1", pk = "TAG#{tag}", sk = "{number}"),
)]
struct Note {
    drawer: String,
    number: u32,
    tag: String,
    text: String,
    likes: u64,
}

fn note(number: u32) -> Note {
    Note {
        drawer: SECRET.into(),
        number,
        tag: SECRET.into(),
        text: SECRET.into(),
        likes: 0,
    }
}

type Fields = BTreeMap<&'static str, String>;

struct Span {
    name: &'static str,
    fields: Fields,
    /// Handles of the span: with the last one it is closed.
    handles: usize,
}

/// Keeps the spans of the library, in the order in which they began.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Span>>>);

struct Visitor<'a>(&'a mut Fields);

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Recorder {
    fn at<T>(&self, id: &Id, with: impl FnOnce(&mut Span) -> T) -> T {
        let at = usize::try_from(id.into_u64()).unwrap() - 1;
        with(&mut self.0.lock().unwrap()[at])
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target() == "dynamo_model"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::new();
        span.record(&mut Visitor(&mut fields));
        let mut all = self.0.lock().unwrap();
        all.push(Span {
            name: span.metadata().name(),
            fields,
            handles: 1,
        });
        Id::from_u64(all.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        self.at(id, |span| values.record(&mut Visitor(&mut span.fields)));
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.at(id, |span| span.handles += 1);
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        self.at(&id, |span| {
            span.handles -= 1;
            span.handles == 0
        })
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The fields of the spans that began while the future ran, all of which have ended. None of them says a value.
async fn watched<T>(run: impl Future<Output = T>) -> (T, Vec<Fields>) {
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    let out = run.await;
    drop(guard);
    let spans = std::mem::take(&mut *recorder.0.lock().unwrap());
    for span in &spans {
        assert_eq!((span.name, span.handles), ("dynamodb", 0));
        let shown = format!("{:?}", span.fields);
        for secret in [SECRET, "DRAWER", "NOTE#", "TAG#"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    (out, spans.into_iter().map(|span| span.fields).collect())
}

/// Checks what all spans have, and returns the rest.
fn rest(mut fields: Fields, operation: &str) -> Fields {
    for (name, value) in [
        ("otel.name", format!("DynamoDB.{operation}")),
        ("otel.kind", "client".into()),
        ("db.system.name", "aws.dynamodb".into()),
        ("db.operation.name", operation.into()),
        ("rpc.system", "aws-api".into()),
        ("rpc.service", "DynamoDB".into()),
        ("rpc.method", operation.into()),
        ("db.collection.name", "desk".into()),
        ("aws.dynamodb.table_names", r#"["desk"]"#.into()),
    ] {
        assert_eq!(fields.remove(name), Some(value), "{name} of {operation}");
    }
    assert!(fields.remove("aws.request_id").is_some(), "{operation}");
    fields
}

fn fields<const N: usize>(expected: [(&'static str, &str); N]) -> Fields {
    let owned = expected.map(|(name, value)| (name, value.to_owned()));
    owned.into()
}

/// The only span, without what all have.
fn only(mut spans: Vec<Fields>, operation: &str) -> Fields {
    assert_eq!(spans.len(), 1, "{spans:?}");
    rest(spans.remove(0), operation)
}

async fn desk() -> Handle<Desk> {
    let desk = Desk::on(client().await);
    desk.create_table().send().await.unwrap();
    for number in 1..=3 {
        desk.put(&note(number)).send().await.unwrap();
    }
    desk
}

#[tokio::test]
async fn single_items() {
    let desk = desk().await;
    let key = || Note::key(SECRET, 1_u32);
    let (_, spans) = watched(desk.get(key()).consistent().send()).await;
    let got = only(spans, "GetItem");
    assert_eq!(got, fields([("aws.dynamodb.consistent_read", "true")]));
    let (_, spans) = watched(desk.put(&note(1)).send()).await;
    assert_eq!(only(spans, "PutItem"), fields([]));
    let update = desk.update(key()).add(|n| n.likes, 1);
    let (_, spans) = watched(update.send()).await;
    assert_eq!(only(spans, "UpdateItem"), fields([]));
    let (_, spans) = watched(desk.delete(key()).send()).await;
    assert_eq!(only(spans, "DeleteItem"), fields([]));
}

#[tokio::test]
async fn pages_count() {
    let desk = desk().await;
    let query = desk
        .query(Note::by_tag(SECRET))
        .filter(|n| n.number.gt(1))
        .descending()
        .page_size(2);
    let (all, spans) = watched(desk.query(Note::of(SECRET)).page_size(2).collect()).await;
    assert_eq!(all.unwrap().len(), 3);
    let counts: Vec<_> = spans
        .into_iter()
        .map(|span| {
            let mut span = rest(span, "Query");
            assert_eq!(span.remove("aws.dynamodb.scan_forward").unwrap(), "true");
            assert_eq!(span.remove("aws.dynamodb.limit").unwrap(), "2");
            assert_eq!(
                span.remove("aws.dynamodb.consistent_read").unwrap(),
                "false"
            );
            span
        })
        .collect();
    let count = |n| fields([("aws.dynamodb.count", n), ("aws.dynamodb.scanned_count", n)]);
    assert_eq!(counts, [count("2"), count("1")]);

    let (found, spans) = watched(query.collect()).await;
    assert_eq!(found.unwrap().len(), 2);
    let first = rest(spans[0].clone(), "Query");
    let expected = fields([
        ("aws.dynamodb.index_name", "GSI1"),
        ("aws.dynamodb.scan_forward", "false"),
        ("aws.dynamodb.consistent_read", "false"),
        ("aws.dynamodb.limit", "2"),
        ("aws.dynamodb.count", "2"),
        ("aws.dynamodb.scanned_count", "2"),
    ]);
    assert_eq!(first, expected);

    let scan = desk.scan::<Note>().filter(|n| n.number.gt(2));
    let (_, spans) = watched(scan.collect()).await;
    let expected = fields([
        ("aws.dynamodb.consistent_read", "false"),
        ("aws.dynamodb.count", "1"),
        ("aws.dynamodb.scanned_count", "3"),
    ]);
    assert_eq!(only(spans, "Scan"), expected);
}

#[tokio::test]
async fn several_items() {
    let desk = desk().await;
    let keys = || (1..=3).map(|number| Note::key(SECRET, number));
    let (_, spans) = watched(desk.batch_get(keys()).send()).await;
    let expected = fields([
        ("aws.dynamodb.consistent_read", "false"),
        ("db.operation.batch.size", "3"),
    ]);
    assert_eq!(only(spans, "BatchGetItem"), expected);
    let size = |n| fields([("db.operation.batch.size", n)]);
    let write = desk
        .batch_write()
        .put(&note(4))
        .delete(Note::key(SECRET, 1));
    let (_, spans) = watched(write.send()).await;
    assert_eq!(only(spans, "BatchWriteItem"), size("2"));
    let keys = (Note::key(SECRET, 2), Note::key(SECRET, 3));
    let (_, spans) = watched(desk.transact_get(keys).send()).await;
    assert_eq!(only(spans, "TransactGetItems"), size("2"));
    let write = desk.transact_write().put(desk.put(&note(5)));
    let (_, spans) = watched(write.send()).await;
    assert_eq!(only(spans, "TransactWriteItems"), size("1"));
}

#[tokio::test]
async fn statements() {
    let desk = desk().await;
    let select = desk.statement("SELECT * FROM {table} WHERE PK = 'DRAWER#TOPSECRET' AND SK > ?");
    let select = select.value("NOTE#").page_size(9).consistent();
    let (found, spans) = watched(select.collect::<Note>()).await;
    assert_eq!(found.unwrap().len(), 3);
    let expected = fields([
        ("aws.dynamodb.consistent_read", "true"),
        ("aws.dynamodb.limit", "9"),
    ]);
    assert_eq!(only(spans, "ExecuteStatement"), expected);
}

#[tokio::test]
async fn segments_are_told_apart() {
    let desk = desk().await;
    let scan = desk.scan::<Note>().segments(2);
    let (found, spans) = watched(scan.collect()).await;
    assert_eq!(found.unwrap().len(), 3);
    let mut segments: Vec<_> = spans
        .into_iter()
        .map(|span| rest(span, "Scan"))
        .map(|mut span| {
            assert_eq!(span.remove("aws.dynamodb.total_segments").unwrap(), "2");
            span.remove("aws.dynamodb.segment").unwrap()
        })
        .collect();
    segments.sort();
    segments.dedup();
    assert_eq!(segments, ["0", "1"]);
}

#[tokio::test]
async fn a_count_selects() {
    let desk = desk().await;
    let (count, spans) = watched(desk.query(Note::of(SECRET)).count()).await;
    assert_eq!(count.unwrap(), 3);
    let span = only(spans, "Query");
    assert_eq!(span["aws.dynamodb.select"], "COUNT");
    assert_eq!(span["aws.dynamodb.count"], "3");
}

#[tokio::test]
async fn capacity_is_told_if_it_was_asked_for() {
    let desk = desk().await;
    let meter = Meter::new();
    let name = "aws.dynamodb.consumed_capacity";
    let (_, spans) = watched(desk.get(Note::key(SECRET, 1)).meter(&meter).send()).await;
    let told = &only(spans, "GetItem")[name];
    assert!(
        told.starts_with(r#"["{\"TableName\":\"desk\",\"CapacityUnits\":0.5"#),
        "{told}"
    );
    let write = desk.batch_write().put(&note(4)).meter(&meter);
    let (_, spans) = watched(write.send()).await;
    let told = &only(spans, "BatchWriteItem")[name];
    assert!(told.contains("GSI1"), "{told}");
    let write = desk.transact_write().put(desk.put(&note(5))).meter(&meter);
    let (_, spans) = watched(write.send()).await;
    assert!(only(spans, "TransactWriteItems").contains_key(name));
}

#[tokio::test]
async fn failures_say_what_they_are() {
    let desk = desk().await;
    let put = desk.put(&note(1)).if_absent();
    let (failed, spans) = watched(put.send()).await;
    assert!(failed.unwrap_err().is_condition_failed());
    let expected = fields([
        ("error.type", "ConditionalCheckFailedException"),
        ("otel.status_code", "ERROR"),
    ]);
    assert_eq!(only(spans, "PutItem"), expected);
    // What is refused before it is sent is no request.
    let (refused, spans) = watched(desk.get(Note::key("", 1)).send()).await;
    assert!(refused.is_err() && spans.is_empty());
}

#[tokio::test]
async fn the_control_plane() {
    let desk = Desk::on(client().await);
    let (_, spans) = watched(desk.create_table().send()).await;
    let names: Vec<_> = spans.iter().map(|span| &*span["otel.name"]).collect();
    assert_eq!(names[0], "DynamoDB.CreateTable");
    assert!(
        names[1..names.len() - 1]
            .iter()
            .all(|name| *name == "DynamoDB.DescribeTable")
    );
    assert_eq!(names[names.len() - 1], "DynamoDB.UpdateTimeToLive");
    let (_, spans) = watched(desk.verify()).await;
    assert_eq!(spans.len(), 2);
    assert_eq!(rest(spans[1].clone(), "DescribeTimeToLive"), fields([]));
    let (_, spans) = watched(dynamo_model::list_tables(desk.client())).await;
    let list = &spans[0];
    assert_eq!(list["otel.name"], "DynamoDB.ListTables");
    assert_eq!(list["aws.dynamodb.table_names"], "[]");
    let (_, spans) = watched(desk.delete_table()).await;
    assert_eq!(only(spans, "DeleteTable"), fields([]));
    desk.wait_until_gone(Duration::from_secs(10)).await.unwrap();
    let (_, spans) = watched(desk.describe()).await;
    let gone = &spans[0];
    assert_eq!(gone["error.type"], "ResourceNotFoundException");
}
