//! What belongs to the SDK stays the SDK's: retries, timeouts, interceptors, credentials, endpoints.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Builder, ConfigBag, Credentials, Intercept, Region, RuntimeComponents,
};
use aws_sdk_dynamodb::error::BoxError;
use dynamo_model::embedded::{ANY_OPERATION, Engine, Fault};
use dynamo_model::prelude::*;
use dynamo_model::{Error, TransportErrorKind};
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "notes", pk = "PK", entities(Note))]
struct Notes;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Notes, pk = "NOTE#{id}")]
struct Note {
    id: u32,
    text: String,
}

fn note() -> Note {
    Note {
        id: 1,
        text: "n".into(),
    }
}

/// These tests are about faults and counts, which only the embedded engine makes and keeps.
async fn notes() -> (Engine, Handle<Notes>) {
    let engine = Engine::memory().unwrap();
    // Retries at once.
    let retry = RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(1));
    let config = engine.config().retry_config(retry).build();
    let notes = Notes::on(Client::from_conf(config));
    notes.create_table().send().await.unwrap();
    engine.requests().record(true);
    (engine, notes)
}

fn no_retries() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

#[tokio::test]
async fn what_is_throttled_for_a_moment_is_retried() {
    let (engine, notes) = notes().await;
    engine.faults().throttle("PutItem", 2);
    notes.put(&note()).send().await.unwrap();
    assert_eq!(engine.requests().take().len(), 3);
    engine.faults().fail("Query", 2);
    let listed = notes.query(Note::of(1)).collect().await.unwrap();
    assert_eq!(listed, [note()]);
    assert_eq!(engine.requests().take().len(), 3);
    engine.faults().drop_response("GetItem", 1);
    let read = notes.get(Note::key(1)).send().await.unwrap();
    assert_eq!(read, Some(note()));
}

#[tokio::test]
async fn what_is_throttled_for_long_is_an_error() {
    let (engine, notes) = notes().await;
    engine.faults().throttle(ANY_OPERATION, usize::MAX);
    for error in [
        notes.put(&note()).send().await.unwrap_err(),
        notes.get(Note::key(1)).send().await.unwrap_err(),
        notes.delete(Note::key(1)).send().await.unwrap_err(),
        notes.query(Note::of(1)).collect().await.unwrap_err(),
        notes.scan::<Note>().first().await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::Throttled(_)), "{error}");
        assert!(error.is_throttled() && error.is_retryable());
        assert_eq!(engine.requests().take().len() % 3, 0);
    }
    engine.faults().clear();
    engine.faults().add("PutItem", 3, Fault::ServerError);
    let error = notes.put(&note()).send().await.unwrap_err();
    assert!(matches!(error, Error::Service(_)), "{error}");
    assert!(error.is_retryable());
    engine.faults().drop_request("PutItem", 3);
    let error = notes.put(&note()).send().await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn retries_of_one_call() {
    let (engine, notes) = notes().await;
    engine.faults().throttle(ANY_OPERATION, usize::MAX);
    let attempts = || engine.requests().take().len();
    let put = notes.put(&note()).config_override(no_retries());
    put.send().await.unwrap_err();
    assert_eq!(attempts(), 1);
    let get = notes.get(Note::key(1)).config_override(no_retries());
    get.send().await.unwrap_err();
    assert_eq!(attempts(), 1);
    let query = notes.query(Note::of(1)).config_override(no_retries());
    query.collect().await.unwrap_err();
    assert_eq!(attempts(), 1);
    let scan = notes.scan::<Note>().config_override(no_retries());
    scan.collect().await.unwrap_err();
    assert_eq!(attempts(), 1);
    // The next call has the client's own.
    notes.get(Note::key(1)).send().await.unwrap_err();
    assert_eq!(attempts(), 3);
}

#[tokio::test]
async fn the_timeout_of_one_call() {
    let (engine, notes) = notes().await;
    engine.faults().delay("GetItem", 1, Duration::from_secs(5));
    let timeout = TimeoutConfig::builder()
        .operation_timeout(Duration::from_millis(30))
        .build();
    let get = notes.get(Note::key(1));
    let get = get.config_override(Builder::new().timeout_config(timeout));
    let error = get.send().await.unwrap_err();
    assert!(error.is_timeout() && error.is_retryable(), "{error}");
}

#[tokio::test]
async fn every_page_has_the_overrides() {
    let (engine, notes) = notes().await;
    for id in 0..3 {
        notes.put(&Note { id, ..note() }).send().await.unwrap();
    }
    engine.requests().take();
    let mut items = notes
        .scan::<Note>()
        .page_size(1)
        .config_override(no_retries())
        .items();
    assert!(items.try_next().await.unwrap().is_some());
    engine.faults().throttle("Scan", 1);
    assert!(items.try_next().await.unwrap_err().is_throttled());
    assert_eq!(engine.requests().take().len(), 2);
}

/// Counts the requests that pass, and marks them.
#[derive(Debug, Clone, Default)]
struct Counter(Arc<AtomicUsize>);

impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "Counter"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        assert!(target.starts_with("DynamoDB_20120810."), "{target}");
        assert!(request.headers().get("authorization").is_some());
        let body = request.body().bytes().unwrap_or_default();
        assert!(body.starts_with(b"{\"TableName\":\"notes\""));
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test]
async fn interceptors_see_the_requests() {
    let engine = Engine::memory().unwrap();
    Notes::on(engine.client())
        .create_table()
        .send()
        .await
        .unwrap();
    let counter = Counter::default();
    let config = engine.config().interceptor(counter.clone()).build();
    let notes = Notes::on(Client::from_conf(config));
    notes.put(&note()).send().await.unwrap();
    notes.get(Note::key(1)).send().await.unwrap();
    notes.query(Note::of(1)).collect().await.unwrap();
    notes.scan::<Note>().collect().await.unwrap();
    notes.delete(Note::key(1)).send().await.unwrap();
    assert_eq!(counter.0.swap(0, Ordering::Relaxed), 5);
    // And those of one call alone, beside the client's.
    let own = Counter::default();
    let get = notes.get(Note::key(1));
    let get = get.config_override(Builder::new().interceptor(own.clone()));
    get.send().await.unwrap();
    notes.get(Note::key(1)).send().await.unwrap();
    assert_eq!(own.0.load(Ordering::Relaxed), 1);
    assert_eq!(counter.0.load(Ordering::Relaxed), 2);
}

fn config() -> Builder {
    Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
}

fn kind(error: &Error) -> TransportErrorKind {
    match error {
        Error::Transport(transport) => transport.kind(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_endpoint_where_nothing_listens() {
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let credentials = Credentials::new("key", "secret", None, None, "tests");
    let config = config()
        .credentials_provider(credentials)
        .endpoint_url(format!("http://{address}"));
    let notes = Notes::on(Client::from_conf(config.build()));
    for error in [
        notes.put(&note()).send().await.unwrap_err(),
        notes.get(Note::key(1)).send().await.unwrap_err(),
        notes.query(Note::of(1)).first().await.unwrap_err(),
        notes.create_table().send().await.unwrap_err(),
    ] {
        assert_eq!(kind(&error), TransportErrorKind::Endpoint, "{error:?}");
        assert!(error.is_retryable());
        assert!(error.to_string().contains("endpoint_url"), "{error}");
    }
}

#[tokio::test]
async fn no_credentials() {
    let config = config().endpoint_url("http://127.0.0.1:9");
    let notes = Notes::on(Client::from_conf(config.build()));
    for error in [
        notes.put(&note()).send().await.unwrap_err(),
        notes.scan::<Note>().first().await.unwrap_err(),
        notes.describe().await.unwrap_err(),
    ] {
        assert_eq!(kind(&error), TransportErrorKind::Credentials, "{error:?}");
        assert!(!error.is_retryable());
        assert!(
            error.to_string().contains("credentials_provider"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn no_http_client() {
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "tests"))
        .endpoint_url("http://127.0.0.1:9");
    let notes = Notes::on(Client::from_conf(config.build()));
    let error = notes.get(Note::key(1)).send().await.unwrap_err();
    // Whether the SDK brings a client of its own depends on the features of the whole build.
    assert!(matches!(
        kind(&error),
        TransportErrorKind::HttpClient | TransportErrorKind::Endpoint
    ));
}
