//! The embedded engine through the SDK's own client. Runs on that engine only.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, ConditionCheck, KeySchemaElement, KeyType,
    Put, ReturnValuesOnConditionCheckFailure, ScalarAttributeType, StreamSpecification,
    StreamViewType, TableStatus, Tag, TimeToLiveSpecification, TransactWriteItem,
};
use dynamo_model::embedded::{Engine, ManualClock};

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn item(pk: &str, sk: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([("PK".to_owned(), s(pk)), ("SK".to_owned(), s(sk))])
}

async fn create(client: &Client) {
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let text = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .unwrap()
    };
    client
        .create_table()
        .table_name("shop")
        .key_schema(key("PK", KeyType::Hash))
        .key_schema(key("SK", KeyType::Range))
        .attribute_definitions(text("PK"))
        .attribute_definitions(text("SK"))
        .billing_mode(BillingMode::PayPerRequest)
        .stream_specification(
            StreamSpecification::builder()
                .stream_enabled(true)
                .stream_view_type(StreamViewType::NewImage)
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
}

async fn put(client: &Client, item: HashMap<String, AttributeValue>) {
    client
        .put_item()
        .table_name("shop")
        .set_item(Some(item))
        .send()
        .await
        .unwrap();
}

async fn exists(client: &Client, pk: &str, sk: &str) -> bool {
    client
        .get_item()
        .table_name("shop")
        .set_key(Some(item(pk, sk)))
        .send()
        .await
        .unwrap()
        .item
        .is_some()
}

#[tokio::test]
async fn a_table_is_made_written_and_read() {
    let client = dynamo_model::embedded::client().unwrap();
    create(&client).await;
    let table = client.describe_table().table_name("shop").send().await;
    let status = table.unwrap().table.unwrap().table_status;
    assert_eq!(status, Some(TableStatus::Active));

    for sk in ["A#1", "A#2", "B#1"] {
        put(&client, item("p", sk)).await;
    }
    assert!(exists(&client, "p", "A#1").await);
    assert!(!exists(&client, "q", "A#1").await);

    let page = client
        .query()
        .table_name("shop")
        .key_condition_expression("PK = :p AND begins_with(SK, :a)")
        .expression_attribute_values(":p", s("p"))
        .expression_attribute_values(":a", s("A#"))
        .scan_index_forward(false)
        .send()
        .await
        .unwrap();
    let found: Vec<_> = page.items().iter().map(|item| item["SK"].clone()).collect();
    assert_eq!(found, [s("A#2"), s("A#1")]);
}

#[tokio::test]
async fn answers_carry_distinct_request_ids() {
    let client = dynamo_model::embedded::client().unwrap();
    let one = client.list_tables().send().await.unwrap();
    let other = client.list_tables().send().await.unwrap();
    assert_eq!(one.request_id().map(str::len), Some(52));
    assert_ne!(one.request_id(), other.request_id());
}

#[tokio::test]
async fn a_failed_condition_carries_the_item() {
    let client = dynamo_model::embedded::client().unwrap();
    create(&client).await;
    let mut old = item("p", "s");
    old.insert("colour".to_owned(), s("blue"));
    put(&client, old.clone()).await;

    let error = client
        .put_item()
        .table_name("shop")
        .set_item(Some(item("p", "s")))
        .condition_expression("attribute_not_exists(PK)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let PutItemError::ConditionalCheckFailedException(failed) = error else {
        panic!("{error:?}");
    };
    assert_eq!(failed.item(), Some(&old));
}

#[tokio::test]
async fn a_cancelled_transaction_says_why() {
    let client = dynamo_model::embedded::client().unwrap();
    create(&client).await;
    let write = Put::builder()
        .table_name("shop")
        .set_item(Some(item("p", "new")))
        .build()
        .unwrap();
    let check = ConditionCheck::builder()
        .table_name("shop")
        .set_key(Some(item("p", "missing")))
        .condition_expression("attribute_exists(PK)")
        .build()
        .unwrap();
    let error = client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(write).build())
        .transact_items(TransactWriteItem::builder().condition_check(check).build())
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        panic!("{error:?}");
    };
    let codes: Vec<_> = cancelled
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code())
        .collect();
    assert_eq!(codes, [Some("None"), Some("ConditionalCheckFailed")]);
    assert!(!exists(&client, "p", "new").await);
}

#[tokio::test]
async fn an_operation_it_lacks_is_unknown() {
    let client = dynamo_model::embedded::client().unwrap();
    let error = client.describe_limits().send().await.unwrap_err();
    assert!(matches!(error, SdkError::ServiceError(_)), "{error:?}");
    assert_eq!(error.code(), Some("UnknownOperationException"));
}

#[tokio::test]
async fn a_refused_request_keeps_its_code() {
    let client = dynamo_model::embedded::client().unwrap();
    let missing = client.describe_table().table_name("none").send().await;
    let missing = missing.unwrap_err().into_service_error();
    assert!(missing.is_resource_not_found_exception());

    create(&client).await;
    let nonsense = client
        .query()
        .table_name("shop")
        .key_condition_expression("nonsense")
        .send()
        .await;
    assert_eq!(nonsense.unwrap_err().code(), Some("ValidationException"));
}

#[tokio::test]
async fn partiql_and_tags_answer() {
    let client = dynamo_model::embedded::client().unwrap();
    create(&client).await;
    put(&client, item("p", "s")).await;

    let rows = client
        .execute_statement()
        .statement("SELECT SK FROM shop WHERE PK = 'p'")
        .send()
        .await
        .unwrap();
    assert_eq!(rows.items().len(), 1);

    let table = client.describe_table().table_name("shop").send().await;
    let table = table.unwrap().table.unwrap();
    let arn = table.table_arn().unwrap();
    let tag = Tag::builder().key("team").value("shop").build().unwrap();
    let tagged = client.tag_resource().resource_arn(arn).tags(tag);
    tagged.send().await.unwrap();
    let tags = client.list_tags_of_resource().resource_arn(arn);
    assert_eq!(tags.send().await.unwrap().tags()[0].key(), "team");
}

#[tokio::test]
async fn a_file_outlives_its_engine() {
    let folder = std::env::temp_dir().join(format!("embedded-{}", uuid::Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("shop.db");
    {
        let engine = Engine::open(&file).unwrap();
        let client = engine.client();
        create(&client).await;
        put(&client, item("p", "kept")).await;
    }
    let client = Engine::open(&file).unwrap().client();
    assert!(exists(&client, "p", "kept").await);
    drop(client);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_cannot_be_opened_is_an_error() {
    let folder = std::env::temp_dir();
    for path in ["".as_ref(), folder.as_path(), "/no/such/folder/db".as_ref()] {
        let error = Engine::open(path).unwrap_err();
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[tokio::test]
async fn time_to_live_follows_the_clock() {
    let start = 1_700_000_000;
    let clock = ManualClock::at_unix_seconds(start);
    let engine = Engine::memory_with_clock(clock.clone()).unwrap();
    let client = engine.client();
    create(&client).await;
    let ttl = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name("expires_at")
        .build()
        .unwrap();
    let update = client.update_time_to_live().table_name("shop");
    update.time_to_live_specification(ttl).send().await.unwrap();
    for (sk, lives) in [("short", 60), ("long", 3_600)] {
        let mut item = item("p", sk);
        item.insert("expires_at".to_owned(), n(start + lives));
        put(&client, item).await;
    }
    put(&client, item("p", "forever")).await;

    assert_eq!(engine.sweep_ttl().unwrap(), 0);
    clock.advance(Duration::from_secs(61));
    assert_eq!(engine.sweep_ttl().unwrap(), 1);
    assert!(!exists(&client, "p", "short").await);
    clock.set(UNIX_EPOCH + Duration::from_secs(start + 3_601));
    assert_eq!(engine.sweep_ttl().unwrap(), 1);
    assert!(exists(&client, "p", "forever").await);
}

#[test]
fn a_closure_is_a_clock() {
    let engine = Engine::memory_with_clock(|| SystemTime::now() + Duration::from_hours(24));
    assert_eq!(engine.unwrap().sweep_ttl().unwrap(), 0);
}

#[tokio::test]
async fn clients_of_one_engine_share_it_and_engines_do_not() {
    let engine = Engine::memory().unwrap();
    create(&engine.client()).await;
    put(&engine.client(), item("p", "s")).await;
    assert!(exists(&engine.clone().client(), "p", "s").await);

    let other = Engine::memory().unwrap().client();
    let tables = other.list_tables().send().await.unwrap();
    assert!(tables.table_names().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_calls_at_once() {
    let client = dynamo_model::embedded::client().unwrap();
    create(&client).await;
    let calls: Vec<_> = (0..200)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(async move {
                let update = client
                    .update_item()
                    .table_name("shop")
                    .set_key(Some(item("p", "counter")))
                    .update_expression("ADD hits :one")
                    .expression_attribute_values(":one", n(1));
                update.send().await.unwrap();
                put(&client, item("p", &format!("{number:03}"))).await;
                assert!(exists(&client, "p", &format!("{number:03}")).await);
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let counter = client
        .get_item()
        .table_name("shop")
        .set_key(Some(item("p", "counter")))
        .send()
        .await
        .unwrap();
    assert_eq!(counter.item.unwrap()["hits"], n(200));
}

#[tokio::test]
async fn the_recorder_tells_what_was_sent() {
    let engine = Engine::memory().unwrap();
    let client = engine.client();
    create(&client).await;
    assert!(engine.requests().take().is_empty());

    engine.requests().record(true);
    put(&client, item("p", "secret-value")).await;
    let calls = engine.requests().take();
    assert_eq!(calls[0].operation(), "PutItem");
    let body = calls[0].json().unwrap();
    assert_eq!(body["Item"]["SK"]["S"], "secret-value");
    assert!(!format!("{calls:?} {engine:?}").contains("secret-value"));

    engine.requests().record(false);
    put(&client, item("p", "s")).await;
    assert!(engine.requests().take().is_empty());
}
