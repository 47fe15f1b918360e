use std::time::{Duration, Instant};

use aws_sdk_dynamodb::operation::create_table::CreateTableInput;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveStatus,
};

use super::canned::{Canned, Reply, answer, refusal};
use super::client;
use crate::error::Error;
use crate::transport::control;

fn table(status: &str, indexes: &[(&str, &str)]) -> Reply {
    let indexes: Vec<_> = indexes
        .iter()
        .map(|(name, status)| format!(r#"{{"IndexName":"{name}","IndexStatus":"{status}"}}"#))
        .collect();
    answer(
        200,
        format!(
            r#"{{"Table":{{"TableName":"shop","TableStatus":"{status}","GlobalSecondaryIndexes":[{}]}}}}"#,
            indexes.join(",")
        ),
    )
}

fn missing() -> Reply {
    refusal(
        400,
        "ResourceNotFoundException",
        r#""message":"Requested resource not found: Table: shop not found""#,
    )
}

#[tokio::test]
async fn tables_are_created_described_and_deleted() {
    let created = r#"{"TableDescription":{"TableName":"shop","TableStatus":"CREATING"}}"#;
    let http = Canned::new([
        answer(200, created),
        table("ACTIVE", &[]),
        answer(200, created),
        missing(),
    ]);
    let client = client(&http);
    let input = CreateTableInput::builder()
        .table_name("shop")
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(
            KeySchemaElement::builder()
                .attribute_name("PK")
                .key_type(KeyType::Hash)
                .build()
                .unwrap(),
        )
        .attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name("PK")
                .attribute_type(ScalarAttributeType::S)
                .build()
                .unwrap(),
        );
    let description = control::create_table(&client, input).await.unwrap();
    assert_eq!(description.table_name(), Some("shop"));
    assert_eq!(
        control::describe_table(&client, "shop")
            .await
            .unwrap()
            .table_status()
            .unwrap()
            .as_str(),
        "ACTIVE"
    );
    control::delete_table(&client, "shop").await.unwrap();
    let error = control::describe_table(&client, "shop").await.unwrap_err();
    assert!(error.is_table_not_found());
    assert!(
        error
            .to_string()
            .starts_with("DescribeTable on table `shop`: there is no such table"),
        "{error}"
    );
    let seen = http.seen();
    assert!(
        seen[0]
            .text()
            .contains(r#""BillingMode":"PAY_PER_REQUEST""#),
        "{}",
        seen[0].text()
    );
    for (seen, target) in seen
        .iter()
        .zip(["CreateTable", "DescribeTable", "DeleteTable"])
    {
        assert_eq!(
            seen.header("x-amz-target"),
            format!("DynamoDB_20120810.{target}")
        );
    }
}

#[tokio::test]
async fn a_table_that_exists() {
    let http = Canned::new([refusal(
        400,
        "ResourceInUseException",
        r#""message":"Table already exists: shop""#,
    )]);
    let error = control::create_table(
        &client(&http),
        CreateTableInput::builder().table_name("shop"),
    )
    .await
    .unwrap_err();
    assert!(error.is_table_in_use() && !error.is_retryable());
    assert!(
        error
            .to_string()
            .contains("CreateTable on table `shop` failed; ResourceInUseException"),
        "{error}"
    );
}

#[tokio::test]
async fn control_calls_sort_errors_like_data_calls() {
    let reasons = r#""throttlingReasons":[{"reason":"TableReadAccountLimitExceeded"}]"#;
    let http = Canned::new([refusal(400, "ThrottlingException", reasons)]);
    let error = control::describe_table(&client(&http), "shop")
        .await
        .unwrap_err();
    let Error::Throttled(throttled) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(
        throttled.reasons()[0].reason.as_deref(),
        Some("TableReadAccountLimitExceeded")
    );

    let http = Canned::new([answer(200, "<html>")]);
    let error = control::describe_table(&client(&http), "shop")
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    let http = Canned::new([answer(200, "{}")]);
    assert!(matches!(
        control::describe_table(&client(&http), "shop").await,
        Err(Error::Transport(_))
    ));
}

#[tokio::test]
async fn all_pages_of_table_names_are_read() {
    let http = Canned::new([
        answer(
            200,
            r#"{"TableNames":["a","b"],"LastEvaluatedTableName":"b"}"#,
        ),
        answer(200, r#"{"TableNames":[],"LastEvaluatedTableName":"c"}"#),
        answer(200, r#"{"TableNames":["d"]}"#),
    ]);
    assert_eq!(
        control::list_tables(&client(&http)).await.unwrap(),
        ["a", "b", "d"]
    );
    let starts: Vec<_> = http
        .seen()
        .iter()
        .map(|seen| seen.text().to_owned())
        .collect();
    assert_eq!(
        starts,
        [
            "{}",
            r#"{"ExclusiveStartTableName":"b"}"#,
            r#"{"ExclusiveStartTableName":"c"}"#
        ]
    );
}

#[tokio::test]
async fn time_to_live() {
    let http = Canned::new([
        answer(200, "{}"),
        answer(
            200,
            r#"{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"expires_at"}}"#,
        ),
    ]);
    let client = client(&http);
    control::update_time_to_live(&client, "shop", "expires_at", true)
        .await
        .unwrap();
    assert_eq!(
        http.seen()[0].text(),
        r#"{"TableName":"shop","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"expires_at"}}"#
    );
    let described = control::describe_time_to_live(&client, "shop")
        .await
        .unwrap();
    assert_eq!(described.attribute_name(), Some("expires_at"));
    assert_eq!(
        described.time_to_live_status(),
        Some(&TimeToLiveStatus::Enabled)
    );
}

#[tokio::test]
async fn active_means_the_indexes_too() {
    let http = Canned::new([
        missing(),
        table("CREATING", &[("GSI1", "CREATING")]),
        table("ACTIVE", &[("GSI1", "ACTIVE"), ("GSI2", "CREATING")]),
        table("ACTIVE", &[("GSI1", "ACTIVE"), ("GSI2", "ACTIVE")]),
    ]);
    let start = Instant::now();
    control::wait_until_active(&client(&http), "shop", Duration::from_secs(10))
        .await
        .unwrap();
    assert_eq!(http.seen().len(), 4);
    // 100, 200 and 400 ms.
    assert!(start.elapsed() >= Duration::from_millis(700));
}

#[tokio::test]
async fn an_active_table_is_not_waited_for() {
    let http = Canned::new([table("ACTIVE", &[])]);
    control::wait_until_active(&client(&http), "shop", Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(http.seen().len(), 1);
}

#[tokio::test]
async fn waiting_ends() {
    let http = Canned::new([table("ACTIVE", &[("GSI1", "CREATING")])]);
    let timeout = Duration::from_millis(150);
    let error = control::wait_until_active(&client(&http), "shop", timeout)
        .await
        .unwrap_err();
    let Error::WaitTimeout(waited) = &error else {
        panic!("{error:?}")
    };
    assert_eq!((waited.table(), waited.timeout()), ("shop", timeout));
    assert_eq!(waited.last_state(), "index `GSI1` is CREATING");
    assert_eq!(
        http.seen().len(),
        3,
        "at once, after 100 ms, and at the end"
    );
    assert_eq!(
        error.to_string(),
        "table `shop` is not active after 150ms (index `GSI1` is CREATING): allow more time, or look at the table"
    );
}

#[tokio::test]
async fn gone_means_not_found() {
    let http = Canned::new([table("DELETING", &[]), missing()]);
    control::wait_until_gone(&client(&http), "shop", Duration::from_secs(10))
        .await
        .unwrap();
    assert_eq!(http.seen().len(), 2);
    let http = Canned::new([table("ACTIVE", &[])]);
    let error = control::wait_until_gone(&client(&http), "shop", Duration::ZERO)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("table `shop` is not gone after 0ns (it is ACTIVE)"),
        "{error}"
    );
}

#[tokio::test]
async fn waiting_stops_at_other_errors() {
    let http = Canned::new([refusal(400, "AccessDeniedException", r#""Message":"no""#)]);
    let error = control::wait_until_active(&client(&http), "shop", Duration::from_secs(10))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::AccessDenied(_)));
}
