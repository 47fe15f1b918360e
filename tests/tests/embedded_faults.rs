//! Faults injected into the embedded engine, as the SDK's own client meets them. Runs on that
//! engine only.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemOutput;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, KeysAndAttributes,
    PutRequest, ScalarAttributeType, WriteRequest,
};
use dynamo_model::embedded::{ANY_OPERATION, Engine, Fault};

type Item = HashMap<String, AttributeValue>;

fn item(id: &str) -> Item {
    Item::from([("id".to_owned(), AttributeValue::S(id.to_owned()))])
}

/// An engine with a table, one client that retries and one that does not.
async fn set_up() -> (Engine, Client, Client) {
    let engine = Engine::memory().unwrap();
    let client = engine.client();
    for name in ["one", "two"] {
        create(&client, name).await;
    }
    let once = engine.config().retry_config(RetryConfig::disabled());
    (engine, client, Client::from_conf(once.build()))
}

async fn create(client: &Client, table: &str) {
    let key = KeySchemaElement::builder()
        .attribute_name("id")
        .key_type(KeyType::Hash)
        .build()
        .unwrap();
    let text = AttributeDefinition::builder()
        .attribute_name("id")
        .attribute_type(ScalarAttributeType::S)
        .build()
        .unwrap();
    client
        .create_table()
        .table_name(table)
        .key_schema(key)
        .attribute_definitions(text)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
}

async fn put(client: &Client, id: &str) -> Result<PutItemOutput, SdkError<PutItemError>> {
    let put = client.put_item().table_name("one").set_item(Some(item(id)));
    put.send().await
}

async fn exists(client: &Client, table: &str, id: &str) -> bool {
    let get = client.get_item().table_name(table).set_key(Some(item(id)));
    get.send().await.unwrap().item.is_some()
}

#[tokio::test]
async fn a_throttle_is_retried_away() {
    let (engine, client, _) = set_up().await;
    engine.requests().record(true);
    engine.faults().throttle("PutItem", 2);
    let started = Instant::now();
    put(&client, "a").await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(1));
    assert_eq!(engine.requests().take().len(), 3);
    assert_eq!(engine.faults().pending(), 0);
    assert!(exists(&client, "one", "a").await);
}

#[tokio::test]
async fn a_throttle_without_retries_is_typed_and_applies_nothing() {
    let (engine, _, once) = set_up().await;
    engine.faults().throttle("PutItem", 1);
    let error = put(&once, "a").await.unwrap_err().into_service_error();
    assert!(error.is_provisioned_throughput_exceeded_exception());
    assert!(!exists(&once, "one", "a").await);
}

#[tokio::test]
async fn too_many_throttles_exhaust_the_attempts() {
    let (engine, client, _) = set_up().await;
    engine.faults().throttle("PutItem", 3);
    let error = put(&client, "a").await.unwrap_err();
    assert_eq!(error.code(), Some("ProvisionedThroughputExceededException"));
}

/// By default the SDK's clients share a quota of 500, of which each of these uses up 5 for good.
#[tokio::test(flavor = "multi_thread")]
async fn one_engines_faults_leave_anothers_retries_alone() {
    let calls = (0..110).map(|_| {
        tokio::spawn(async {
            let (engine, client, _) = set_up().await;
            engine.faults().fail("PutItem", 2);
            put(&client, "a").await.map(drop)
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_server_error_is_retried_away() {
    let (engine, client, once) = set_up().await;
    engine.faults().fail("PutItem", 1);
    put(&client, "a").await.unwrap();
    engine.faults().fail("PutItem", 1);
    let error = put(&once, "b").await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 500);
    assert!(error.into_service_error().is_internal_server_error());
    assert!(!exists(&once, "one", "b").await);
}

#[tokio::test]
async fn a_dropped_response_leaves_the_write_applied() {
    let (engine, _, once) = set_up().await;
    engine.faults().drop_response("PutItem", 1);
    let error = put(&once, "a").await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_io()));
    assert!(exists(&once, "one", "a").await);
}

#[tokio::test]
async fn a_retried_write_meets_its_own_effect() {
    let (engine, client, _) = set_up().await;
    engine.faults().drop_response("PutItem", 1);
    let error = client
        .put_item()
        .table_name("one")
        .set_item(Some(item("a")))
        .condition_expression("attribute_not_exists(id)")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_conditional_check_failed_exception());
}

#[tokio::test]
async fn a_dropped_request_applies_nothing() {
    let (engine, client, once) = set_up().await;
    engine.faults().drop_request("PutItem", 1);
    let error = put(&once, "a").await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_io()));
    assert!(!exists(&once, "one", "a").await);
    engine.faults().drop_request("PutItem", 1);
    put(&client, "a").await.unwrap();
}

#[tokio::test]
async fn faults_come_in_order_and_wait_for_their_operation() {
    let (engine, _, once) = set_up().await;
    engine.faults().fail("PutItem", 1);
    engine.faults().throttle(ANY_OPERATION, 1);
    engine.faults().throttle("Query", 1);
    engine.faults().throttle("Scan", 0);
    assert_eq!(engine.faults().pending(), 3);

    let error = put(&once, "a").await.unwrap_err();
    assert_eq!(error.code(), Some("InternalServerError"));
    let error = put(&once, "a").await.unwrap_err();
    assert_eq!(error.code(), Some("ProvisionedThroughputExceededException"));
    put(&once, "a").await.unwrap();
    assert_eq!(engine.faults().pending(), 1);
    engine.faults().clear();
    assert_eq!(engine.faults().pending(), 0);
}

#[tokio::test]
async fn a_closure_decides_after_the_faults_before_it() {
    let (engine, _, once) = set_up().await;
    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    engine.faults().throttle("PutItem", 1);
    // It may use the engine it belongs to.
    let (handle, count) = (engine.clone(), asked.clone());
    engine.faults().inject(move |call| {
        count.fetch_add(1, Ordering::Relaxed);
        let poison = call.json()?["Item"]["id"]["S"] == "poison";
        (poison && handle.faults().pending() == 0).then_some(Fault::ServerError)
    });
    put(&once, "poison").await.unwrap_err();
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    let error = put(&once, "poison").await.unwrap_err();
    assert_eq!(error.code(), Some("InternalServerError"));
    put(&once, "good").await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 2);

    engine.faults().clear();
    put(&once, "poison").await.unwrap();
}

fn writes(ids: &[&str]) -> Vec<WriteRequest> {
    ids.iter()
        .map(|id| {
            let put = PutRequest::builder().set_item(Some(item(id)));
            WriteRequest::builder()
                .put_request(put.build().unwrap())
                .build()
        })
        .collect()
}

async fn write(client: &Client, one: &[&str], two: &[&str]) -> BatchWriteItemOutput {
    let mut batch = client.batch_write_item();
    for (table, ids) in [("one", one), ("two", two)] {
        if !ids.is_empty() {
            batch = batch.request_items(table, writes(ids));
        }
    }
    batch.send().await.unwrap()
}

#[tokio::test]
async fn a_batch_write_leaves_its_last_entries() {
    let (engine, client, _) = set_up().await;
    engine.faults().leave_unprocessed("BatchWriteItem", 3);
    let answer = write(&client, &["a", "b"], &["c", "d"]).await;
    let rest = answer.unprocessed_items.unwrap();
    assert_eq!(rest["one"], writes(&["b"]));
    assert_eq!(rest["two"], writes(&["c", "d"]));
    assert!(exists(&client, "one", "a").await);
    assert!(!exists(&client, "one", "b").await);
    assert!(!exists(&client, "two", "c").await);

    // What is left is a request of its own.
    let retry = client.batch_write_item().set_request_items(Some(rest));
    let answer = retry.send().await.unwrap();
    assert!(answer.unprocessed_items.unwrap_or_default().is_empty());
    assert!(exists(&client, "two", "d").await);
}

#[tokio::test]
async fn a_batch_write_may_be_left_whole_or_by_half() {
    let (engine, client, _) = set_up().await;
    engine.faults().leave_unprocessed("BatchWriteItem", 99);
    let answer = write(&client, &["a", "b"], &[]).await;
    assert_eq!(answer.unprocessed_items.unwrap()["one"].len(), 2);
    assert!(!exists(&client, "one", "a").await);

    let half = Fault::UnprocessedFraction(0.5);
    engine.faults().add("BatchWriteItem", 1, half);
    let answer = write(&client, &["a", "b", "c"], &[]).await;
    assert_eq!(
        answer.unprocessed_items.unwrap()["one"],
        writes(&["b", "c"])
    );
}

#[tokio::test]
async fn a_batch_get_leaves_keys_with_their_options() {
    let (engine, client, _) = set_up().await;
    write(&client, &["a", "b", "c"], &[]).await;
    let keys = KeysAndAttributes::builder()
        .set_keys(Some(vec![item("a"), item("b"), item("c")]))
        .consistent_read(true)
        .projection_expression("id")
        .build()
        .unwrap();
    for (left, read) in [(2, 1), (3, 0)] {
        engine.faults().leave_unprocessed("BatchGetItem", left);
        let get = client.batch_get_item().request_items("one", keys.clone());
        let answer = get.send().await.unwrap();
        let responses = answer.responses.unwrap_or_default();
        assert_eq!(responses.get("one").map_or(0, Vec::len), read);
        let rest = &answer.unprocessed_keys.unwrap()["one"];
        assert_eq!(rest.keys().len(), left);
        assert_eq!(rest.consistent_read(), Some(true));
        assert_eq!(rest.projection_expression(), Some("id"));
    }
}

#[tokio::test]
async fn only_batches_have_unprocessed_entries() {
    let (engine, client, _) = set_up().await;
    engine.faults().leave_unprocessed("PutItem", 1);
    let error = put(&client, "a").await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_user()));
    assert!(!exists(&client, "one", "a").await);
}

#[tokio::test]
async fn a_delay_meets_the_clients_timeouts() {
    let (engine, client, _) = set_up().await;
    let by = Duration::from_millis(30);
    engine.faults().delay("PutItem", 1, by);
    let started = Instant::now();
    put(&client, "a").await.unwrap();
    assert!(started.elapsed() >= by);

    for timeouts in [
        TimeoutConfig::builder().read_timeout(by),
        TimeoutConfig::builder().operation_timeout(by),
    ] {
        let config = engine
            .config()
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.build());
        let impatient = Client::from_conf(config.build());
        engine.faults().delay("PutItem", 1, Duration::from_mins(1));
        let error = put(&impatient, "b").await.unwrap_err();
        let timed_out = match &error {
            SdkError::TimeoutError(_) => true,
            SdkError::DispatchFailure(failure) => failure.is_timeout(),
            _ => false,
        };
        assert!(timed_out, "{error:?}");
        assert!(!exists(&client, "one", "b").await);
    }
}
