//! What is sent again, and what stays the same in it.

use std::io;

use super::*;

/// The bodies that were sent, which must all be the same.
#[track_caller]
fn sent(http: &Canned, times: usize) -> String {
    let seen = http.seen();
    assert_eq!(seen.len(), times);
    for request in &seen {
        assert_eq!(
            request.header("x-amz-target"),
            "DynamoDB_20120810.TransactWriteItems"
        );
        assert!(request.text() == seen[0].text(), "another body");
    }
    seen[0].text().to_owned()
}

#[tokio::test]
async fn a_request_is_whole() {
    let (http, shop) = shop([done()]);
    let archive = shop.named("archive");
    shop.transact_write()
        .put(shop.put(&order(1)).if_absent())
        .delete(archive.delete(Order::key("c", 2_u32)))
        .check_exists(Customer::key("x"))
        .on(&archive)
        .check_absent(Customer::key("y"))
        .token("mine")
        .send()
        .await
        .unwrap();
    assert_eq!(
        json(&http, 0),
        serde_json::json!({
            "TransactItems": [
                {"Put": {
                    "TableName": "shop",
                    "Item": {
                        "PK": {"S": "CUSTOMER#c"}, "SK": {"S": "ORDER#0000000001"}, "_type": {"S": "Order"},
                        "customer": {"S": "c"}, "number": {"N": "1"},
                    },
                    "ConditionExpression": "attribute_not_exists(#n0)",
                    "ExpressionAttributeNames": {"#n0": "PK"},
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }},
                {"Delete": {
                    "TableName": "archive",
                    "Key": {"PK": {"S": "CUSTOMER#c"}, "SK": {"S": "ORDER#0000000002"}},
                }},
                {"ConditionCheck": {
                    "TableName": "shop",
                    "Key": {"PK": {"S": "CUSTOMER#x"}, "SK": {"S": "PROFILE"}},
                    "ConditionExpression": "attribute_exists(#n0)",
                    "ExpressionAttributeNames": {"#n0": "PK"},
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }},
                {"ConditionCheck": {
                    "TableName": "archive",
                    "Key": {"PK": {"S": "CUSTOMER#y"}, "SK": {"S": "PROFILE"}},
                    "ConditionExpression": "attribute_not_exists(#n0)",
                    "ExpressionAttributeNames": {"#n0": "PK"},
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }},
            ],
            "ClientRequestToken": "mine",
        })
    );
}

#[tokio::test]
async fn every_call_has_its_own_token() {
    let (http, shop) = shop([done()]);
    for _ in 0..2 {
        let one = shop.transact_write().put(shop.put(&order(1)));
        one.send().await.unwrap();
    }
    let token = |at| {
        let body = json(&http, at);
        body["ClientRequestToken"].as_str().unwrap().to_owned()
    };
    assert_ne!(token(0), token(1));
    for token in [token(0), token(1)] {
        let parts: Vec<usize> = token.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{token}");
        let uuid = uuid::Uuid::parse_str(&token).unwrap();
        assert_eq!(
            (uuid.get_version_num(), uuid.get_variant()),
            (4, uuid::Variant::RFC4122)
        );
    }
}

#[tokio::test]
async fn conflicts_and_throttling_pass() {
    let (http, shop) = shop([
        cancelled(&["TransactionConflict", "None"]),
        cancelled(&["None", "ThrottlingError"]),
        cancelled(&["TransactionConflict", "ProvisionedThroughputExceeded"]),
        done(),
    ]);
    let two = shop.transact_write().put(shop.put(&order(1)));
    two.put(shop.put(&order(2))).send().await.unwrap();
    sent(&http, 4);
}

#[tokio::test]
async fn attempts_come_to_an_end() {
    for (set, attempts) in [(Some(0), 1), (Some(1), 1), (Some(3), 3), (None, 8)] {
        let (http, shop) = shop([cancelled(&["TransactionConflict"])]);
        let mut one = shop.transact_write().put(shop.put(&order(1)));
        if let Some(set) = set {
            one = one.max_attempts(set);
        }
        let error = one.send().await.unwrap_err();
        assert!(error.is_transaction_conflict() && error.is_retryable());
        assert_eq!(
            canceled(error).outcomes()[0].code(),
            Some("TransactionConflict")
        );
        sent(&http, attempts);
    }
}

#[tokio::test]
async fn what_stays_wrong_is_not_sent_again() {
    for codes in [
        ["ConditionalCheckFailed", "TransactionConflict"],
        ["ThrottlingError", "ValidationError"],
        ["None", "ItemCollectionSizeLimitExceeded"],
        ["TransactionConflict", "SomethingNew"],
        ["None", "None"],
    ] {
        let (http, shop) = shop([cancelled(&codes)]);
        let two = shop.transact_write().put(shop.put(&order(1)));
        let error = two.put(shop.put(&order(2))).send().await.unwrap_err();
        assert!(!error.is_retryable());
        canceled(error);
        sent(&http, 1);
    }
}

#[tokio::test]
async fn a_transaction_in_progress_is_waited_for() {
    let busy = || refusal(400, "TransactionInProgressException", "");
    // The SDK makes three attempts of each of ours.
    let (http, shop) = shop([busy(), busy(), busy(), busy(), done()]);
    let one = || shop.transact_write().put(shop.put(&order(1)));
    one().send().await.unwrap();
    sent(&http, 5);

    let (http, shop) = self::shop([busy()]);
    let one = shop.transact_write().put(shop.put(&order(1)));
    let error = one.max_attempts(2).send().await.unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(error.code(), Some("TransactionInProgressException"));
    sent(&http, 6);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_with_the_same_token() {
    let lost = || Reply::Io(io::ErrorKind::ConnectionReset);
    let (http, shop) = shop([
        lost(),
        refusal(500, "InternalServerError", ""),
        cancelled(&["TransactionConflict"]),
        lost(),
        done(),
    ]);
    let one = shop.transact_write().put(shop.put(&order(1)));
    one.send().await.unwrap();
    sent(&http, 5);
}

#[tokio::test]
async fn a_lost_answer_in_the_end_is_an_error() {
    let (http, shop) = shop([Reply::Io(io::ErrorKind::ConnectionReset)]);
    let one = shop.transact_write().put(shop.put(&order(1)));
    let error = one.token("mine").send().await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)) && error.is_retryable());
    // Only the SDK has tried again.
    assert!(sent(&http, 3).contains(r#""ClientRequestToken":"mine""#));
}

#[tokio::test]
async fn a_token_of_another_content() {
    let (http, shop) = shop([refusal(400, "IdempotentParameterMismatchException", "")]);
    let one = shop.transact_write().put(shop.put(&order(1)));
    let error = one.token("mine").send().await.unwrap_err();
    assert!(error.is_token_mismatch() && !error.is_retryable());
    assert_eq!(
        error.to_string(),
        "TransactWriteItems on table `shop`: the token belongs to a transaction of other content, sent within the last \
         ten minutes: take a new token for every new transaction; IdempotentParameterMismatchException (request id REQ1)"
    );
    sent(&http, 1);
}

#[tokio::test]
async fn a_meter_adds_up_the_tables() {
    let capacity = r#"{"ConsumedCapacity":[
        {"TableName":"shop","CapacityUnits":4,"WriteCapacityUnits":4,"Table":{"CapacityUnits":4}},
        {"TableName":"archive","CapacityUnits":2,"WriteCapacityUnits":2,"Table":{"CapacityUnits":2}}]}"#;
    let (http, shop) = shop([answer(200, capacity)]);
    let meter = crate::Meter::new();
    let one = shop.transact_write().put(shop.put(&order(1)));
    one.meter(&meter).send().await.unwrap();
    assert_eq!(json(&http, 0)["ReturnConsumedCapacity"], "INDEXES");
    let total = meter.total();
    assert_eq!(total.table_name, "shop");
    assert!((total.capacity_units - 6.0).abs() < 1e-9);
    assert_eq!(total.write_capacity_units, Some(6.0));
}
