//! Every builder shows its request: the very text that is sent, and without values unless they are asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use dynamo_model::expr::raw;
use dynamo_model::{ManualClock, Meter, RequestView, Requests, prelude::*};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

const SECRET: &str = "TOPSECRET";

#[derive(Table)]
#[table(
    name = "desk",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    entities(Note, User, Ticket)
)]
struct Desk;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Desk, pk = "DRAWER#{drawer}", sk = "NOTE#{number}",
    index(by_tag, on = "GSI1", pk = "TAG#{tag}", sk = "{changed_at}"),
)]
struct Note {
    drawer: String,
    number: u32,
    tag: String,
    likes: u64,
    prices: HashMap<String, u64>,
    #[entity(updated_at)]
    changed_at: jiff::Timestamp,
    #[entity(version)]
    version: u64,
    #[serde(flatten)]
    more: HashMap<String, u64>,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Desk, pk = "USER#{id}", sk = "PROFILE")]
struct User {
    id: u32,
    #[entity(unique)]
    email: String,
}

/// Spread over shards.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Desk, pk = "TICKET#{day}#{number:shard(3)}", sk = "TICKET#{number}")]
struct Ticket {
    day: u8,
    number: u32,
}

fn note(number: u32) -> Note {
    Note {
        drawer: SECRET.into(),
        number,
        tag: SECRET.into(),
        likes: 7,
        prices: HashMap::from([(SECRET.to_owned(), 1)]),
        changed_at: jiff::Timestamp::UNIX_EPOCH,
        version: 0,
        more: HashMap::from([(SECRET.to_owned(), 2)]),
    }
}

fn user(id: u32) -> User {
    User {
        id,
        email: format!("{id}@{SECRET}"),
    }
}

fn key(number: u32) -> Key<Note> {
    Note::key(SECRET, number)
}

/// Keeps the operations and bodies that are sent.
#[derive(Clone, Debug, Default)]
struct Wire(Arc<Mutex<Vec<(String, String)>>>);

impl Wire {
    fn take(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Intercept for Wire {
    fn name(&self) -> &'static str {
        "wire"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.trim_start_matches("DynamoDB_20120810.").to_owned();
        let body = request.body().bytes().unwrap_or_default();
        let body = String::from_utf8(body.to_vec()).unwrap();
        self.0.lock().unwrap().push((operation, body));
        Ok(())
    }
}

/// A desk at a time that stands still, and what is sent to it.
async fn desk() -> (Handle<Desk>, Wire) {
    let wire = Wire::default();
    let config = client().await.config().to_builder();
    let config = config.interceptor(wire.clone()).build();
    let desk = Desk::on(aws_sdk_dynamodb::Client::from_conf(config));
    let desk = desk.with_clock(ManualClock::at_unix_seconds(1_800_000_000));
    desk.create_table().send().await.unwrap();
    wire.take();
    (desk, wire)
}

/// What is shown says no secret, and what is sent is what was shown.
fn same(shown: &[RequestView], sent: &[(String, String)]) {
    assert_eq!(shown.len(), sent.len());
    for (shown, (operation, body)) in shown.iter().zip(sent) {
        let text = format!("{shown} {shown:?} {shown:#?}");
        for secret in [SECRET, "DRAWER", "NOTE#", "TAG#"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert_eq!(shown.operation(), operation);
        assert_eq!(shown.as_json(), body);
        if operation != "ExecuteStatement" {
            assert_eq!(shown.tables(), ["desk"]);
        }
        serde_json::from_str::<serde_json::Value>(body).unwrap();
    }
}

macro_rules! same {
    ($wire:ident: $($builder:expr => $send:ident;)*) => {$({
        let builder = $builder;
        let shown = builder.request().unwrap();
        assert!($wire.take().is_empty(), "nothing is sent to be shown");
        let _ = builder.$send().await;
        same(&list(shown), &$wire.take());
    })*};
}

/// One request or several as a list.
trait List {
    fn list(self) -> Vec<RequestView>;
}

impl List for RequestView {
    fn list(self) -> Vec<RequestView> {
        vec![self]
    }
}

impl List for Requests {
    fn list(self) -> Vec<RequestView> {
        self.into_iter().collect()
    }
}

fn list(shown: impl List) -> Vec<RequestView> {
    shown.list()
}

#[tokio::test]
async fn single_items() {
    let (desk, wire) = desk().await;
    let meter = Meter::new();
    same! { wire:
        desk.put(&note(1)) => send;
        desk.put(&note(1)).if_absent().return_old() => send;
        desk.create(note(2)) => send;
        desk.upsert(&note(1)) => send;
        desk.upsert(&note(1)).keep(|n| n.likes).return_old() => send;
        desk.upsert(&note(1)).return_new() => send;
        desk.get(key(1)) => send;
        desk.get(key(1)).consistent().meter(&meter) => send;
        desk.update(key(1)).add(|n| n.likes, 1).assume(|n| n.tag, SECRET) => send;
        desk.update(key(1)).set(|n| n.tag, SECRET).condition(|n| n.likes.gt(0)).return_new() => send;
        desk.update(key(1)).set(|n| n.tag, SECRET)
            .set_raw(|n| n.prices.entry(SECRET), raw("likes + :n").value(":n", 1)).return_old() => send;
        desk.delete(key(1)).at_version(3).meter(&meter) => send;
        desk.delete(key(1)).return_old() => send;
    }
    let (old, new) = (
        note(3),
        Note {
            likes: 9,
            ..note(3)
        },
    );
    let old = desk.create(old).send().await.unwrap();
    wire.take();
    let save = desk.save(
        &old,
        &Note {
            version: old.version,
            ..new
        },
    );
    let shown = save.request().unwrap();
    save.send().await.unwrap();
    same(&list(shown), &wire.take());
    // Nothing to change, nothing to send.
    assert!(desk.save(&old, &old).request().unwrap().is_empty());
}

#[tokio::test]
async fn many_items() {
    let (desk, wire) = desk().await;
    let notes: Vec<Note> = (1..=30).map(note).collect();
    let meter = Meter::new();
    let calls = |n: usize| move |shown: &Requests| assert_eq!(shown.len(), n);
    calls(2)(&desk.batch_write().put_all(&notes).request().unwrap());
    calls(2)(&desk.batch_get((0..101).map(key)).request().unwrap());
    same! { wire:
        desk.batch_write().put_all(&notes).concurrency(1) => send;
        desk.batch_write().delete(key(30)).put(&note(29)).meter(&meter) => send;
        desk.batch_write() => send;
        desk.batch_get((0..101).map(key)).concurrency(1).consistent() => send;
        desk.batch_get_all().get(key(1)).get(User::key(1)).meter(&meter) => send;
        desk.batch_get(Vec::<Key<Note>>::new()) => send;
        desk.transact_get((key(1), User::key(1))) => send;
        desk.transact_get(Vec::<Key<Note>>::new()) => send;
        desk.query(Note::of(SECRET)) => collect;
        desk.query(Note::of(SECRET).sort(|k| k.number.ge(7))).filter(|n| n.likes.gt(1))
            .descending().consistent().page_size(50).meter(&meter) => collect;
        desk.query(Note::by_tag(SECRET)).take(3) => collect;
        desk.query_all(Note::of(SECRET)) => collect;
        desk.query(Note::of(SECRET).sort(|k| k.number.between(9, 3))) => collect;
        desk.scan::<Note>().consistent() => collect;
        desk.statement("SELECT * FROM {table} WHERE PK = ?").value(SECRET).consistent() => collect_items;
        desk.transact_write()
            .put(desk.put(&note(40)).if_absent())
            .check(key(1), |n| n.likes.gt(0))
            .token("the-token") => send;
        desk.transact_write() => send;
    }
    // A query goes on where it was: so does what it shows.
    let page = desk.query(Note::of(SECRET)).take(2).page().await.unwrap();
    let cursor = page.cursor().unwrap().clone();
    wire.take();
    same! { wire: desk.query(Note::of(SECRET)).after(&cursor) => collect; }
    let other = desk.query(Note::by_tag(SECRET)).after(&cursor);
    assert!(matches!(other.request(), Err(Error::Cursor(_))));
    assert!(matches!(other.collect().await, Err(Error::Cursor(_))));
    // One for each shard, whose order on the wire is nobody's.
    let sharded = desk.query(Ticket::of(1));
    let shown: Vec<String> = sharded
        .request()
        .unwrap()
        .iter()
        .map(|r| r.as_json().to_owned())
        .collect();
    sharded.collect().await.unwrap();
    let mut sent: Vec<String> = wire.take().into_iter().map(|(_, body)| body).collect();
    sent.sort();
    assert_eq!(
        (shown.len(), {
            let mut shown = shown.clone();
            shown.sort();
            shown
        }),
        (3, sent)
    );
}

/// A statement's items can be of any entity.
trait CollectItems {
    async fn collect_items(self);
}

impl CollectItems for dynamo_model::Statement<Desk> {
    async fn collect_items(self) {
        self.collect::<dynamo_model::Item<Desk>>().await.unwrap();
    }
}

/// The token of a transaction that has none of its own is random.
#[tokio::test]
async fn transactions() {
    let (desk, wire) = desk().await;
    desk.put(&note(1)).send().await.unwrap();
    let old = desk.get(key(1)).send().await.unwrap().unwrap();
    wire.take();
    let rekey = desk.rekey(
        &old,
        &Note {
            number: 9,
            ..old.clone()
        },
    );
    let shown = rekey.request().unwrap();
    rekey.send().await.unwrap();
    let sent = &wire.take()[0];
    let token = sent.1.find(",\"ClientRequestToken\"").unwrap();
    assert_eq!(
        shown.as_json().trim_end_matches('}'),
        sent.1[..token].trim_end_matches('}')
    );
    assert_eq!(shown.to_string().matches(" on table `desk`\n").count(), 3);
    assert!(!shown.to_string().contains(SECRET));
    let write = desk.transact_write().put(desk.put(&note(5))).token("mine");
    let shown = write.request().unwrap();
    assert!(shown[0].as_json().contains("\"mine\"") && !shown.to_string().contains("mine"));
}

/// Of a write with unique values, that of the item itself.
#[tokio::test]
async fn unique_values() {
    let (desk, wire) = desk().await;
    let put = desk.put(&user(1));
    let shown = put.request().unwrap();
    assert_eq!(shown.operation(), "PutItem");
    put.send().await.unwrap();
    let sent = wire.take();
    let (operation, body) = sent.last().unwrap();
    assert_eq!(operation, "TransactWriteItems");
    let item: serde_json::Value = serde_json::from_str(shown.as_json()).unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(item["Item"], body["TransactItems"][0]["Put"]["Item"]);
    let update = desk
        .update(User::key(1))
        .set(|u| u.email, SECRET)
        .create_parents();
    assert!(matches!(update.request(), Err(Error::Invalid(_))));
    assert!(matches!(update.send().await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn how_it_reads() {
    let (desk, _) = desk().await;
    let update = desk
        .update(key(1))
        .set(|n| n.tag, SECRET)
        .set(|n| n.prices.entry(SECRET), 5_u64)
        .condition(|n| {
            n.likes
                .gt(0)
                .and(raw("size(#m) < likes").name("#m", SECRET.to_owned()).into())
        });
    assert_eq!(
        update.request().unwrap().to_string(),
        "UpdateItem on table `desk`
  Key: PK S, SK S
  ConditionExpression: attribute_exists(PK) AND likes > :v0 AND size(<entry>) < likes
  UpdateExpression: SET tag = :v1, prices.<entry> = :v2, changed_at = :v3, version = if_not_exists(version, :v0) + :v4, GSI1PK = :v5, GSI1SK = :v6
  :v0 N
  :v1 S
  :v2 N
  :v3 S
  :v4 N
  :v5 S
  :v6 S
  ReturnValuesOnConditionCheckFailure: \"ALL_OLD\"
  ReturnValues: \"UPDATED_NEW\"
"
    );
    let query = desk
        .query(Note::by_tag(SECRET))
        .filter(|n| n.likes.is_in([1_u64, 2]))
        .page_size(5);
    let shown = query.request().unwrap();
    assert_eq!(
        shown.to_string(),
        "Query on table `desk`, index `GSI1`
  KeyConditionExpression: GSI1PK = :v0
  FilterExpression: likes IN (:v1, :v2)
  :v0 S
  :v1 N
  :v2 N
  Limit: 5
"
    );
    assert_eq!(shown[0].index().as_deref(), Some("GSI1"));
    assert_eq!(
        format!("{:?}", shown[0]),
        r#"RequestView { operation: "Query", tables: ["desk"], index: Some("GSI1"), .. }"#
    );
    // Values are there when they are asked for.
    let values = shown[0].with_values().to_string();
    assert!(
        values.contains("\n  :v0 {\"S\":\"TAG#TOPSECRET\"}\n  :v1 {\"N\":\"1\"}\n"),
        "{values}"
    );
    let put = desk.put(&note(1)).request().unwrap();
    let shown = put.to_string();
    assert!(
        shown.contains("likes N") && shown.contains("prices M") && shown.contains("<entry> N"),
        "{shown}"
    );
    assert!(
        put.with_values()
            .to_string()
            .contains("TOPSECRET {\"N\":\"2\"}")
    );
    let statement = |text| desk.statement(text).value(SECRET).request().unwrap();
    assert_eq!(
        statement("SELECT * FROM {table} WHERE PK = ?".into()).to_string(),
        "ExecuteStatement\n  Statement: SELECT * FROM \"desk\" WHERE PK = ?\n  ? S\n"
    );
    let made: std::borrow::Cow<'static, str> =
        format!("SELECT * FROM desk WHERE PK = '{SECRET}'").into();
    let shown = statement(made);
    assert_eq!(
        shown.to_string(),
        "ExecuteStatement\n  Statement: ..\n  ? S\n"
    );
    let write = desk.batch_write().put(&user2()).delete(Ticket::key(1, 1));
    assert_eq!(
        write.request().unwrap().to_string(),
        "BatchWriteItem on table `desk`\n  PutRequest: PK S, SK S, _type S, day N, number N\n  DeleteRequest: PK S, SK S\n"
    );
}

fn user2() -> Ticket {
    Ticket { day: 2, number: 2 }
}

#[tokio::test]
async fn a_table_is_the_sdks_input() {
    let desk = Desk::on(client().await).named("other");
    let create = desk
        .create_table()
        .customize(|input| input.deletion_protection_enabled(true));
    let input = create.request().unwrap();
    assert_eq!(input.table_name(), Some("other"));
    assert_eq!(input.deletion_protection_enabled(), Some(true));
    assert_eq!(input.global_secondary_indexes()[0].index_name(), "GSI1");
}

/// What `send` would report is reported, as often as it is asked for.
#[tokio::test]
async fn errors_come_first() {
    let (desk, wire) = desk().await;
    let get = desk.get(Note::key("", 1));
    assert!(matches!(get.request(), Err(Error::Key(_))));
    assert!(matches!(get.request(), Err(Error::Key(_))));
    assert!(matches!(get.send().await, Err(Error::Key(_))));
    let update = desk.update(key(1)).set(|n| n.tag, "");
    assert!(matches!(update.request(), Err(Error::Key(_))));
    let raw = desk.delete(key(1)).condition(|_| raw("likes = :n").into());
    assert!(matches!(raw.request(), Err(Error::Invalid(_))));
    let query = desk
        .query(Note::of(SECRET))
        .filter(|n| n.number.gt(1).and(n.likes.is_in::<u64>([])));
    assert!(matches!(query.request(), Err(Error::Invalid(_))));
    assert!(matches!(query.collect().await, Err(Error::Invalid(_))));
    let twice = desk
        .transact_write()
        .delete(desk.delete(key(1)))
        .put(desk.put(&note(1)));
    assert!(matches!(twice.request(), Err(Error::Invalid(_))));
    let twice = desk.batch_write().delete(key(1)).put(&note(1));
    assert!(matches!(twice.request(), Err(Error::Invalid(_))));
    let bad = desk.batch_get([Note::key("", 1)]);
    assert!(matches!(bad.request(), Err(Error::Key(_))));
    let nan = desk.statement("SELECT * FROM {table}").value(f64::NAN);
    assert!(matches!(nan.request(), Err(Error::Encode(_))));
    assert!(wire.take().is_empty());
}
