//! The way through the SDK's own types: what is sent and what comes back is the same as the usual way.

use aws_sdk_dynamodb::config::{
    ConfigBag, FrozenLayer, Intercept, RuntimeComponents, RuntimePlugin,
};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::{Client, operation as sdk};
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, Error as ErasedError, Output,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use serde_json::Value;

use super::canned::{Canned, Reply, answer, refusal};
use super::{Call, Operation, client, config, failed, send, send_typed, shown};
use crate::error::Error;

const KEY: &str = r#"{"PK":{"S":"a\"\\\n\u00e4😀"},"SK":{"N":"-0.50"}}"#;

const ITEM: &str = r#"{"PK":{"S":"a"},"n":{"N":"123456789012345678901234567890"},"b":{"B":"AAH/"},"t":{"BOOL":true},
    "0":{"NULL":true},"m":{"M":{"l":{"L":[{"S":""},{"M":{}}]}}},"ss":{"SS":["x","y"]},"ns":{"NS":["1","2.0"]},
    "bs":{"BS":["AA==","/w=="]}}"#;

const EXPRESSION: &str = r##""ExpressionAttributeNames":{"#a":"x.y","#b":"z"},"ExpressionAttributeValues":{":v":{"L":[{"N":"1"}]}}"##;

/// A request of the operation with every member that it may have.
pub(super) fn request(operation: Operation) -> String {
    let write = format!(
        r##""ConditionExpression":"#a = :v",{EXPRESSION},"ReturnValues":"ALL_OLD","ReturnValuesOnConditionCheckFailure":"ALL_OLD","ReturnConsumedCapacity":"INDEXES","ReturnItemCollectionMetrics":"SIZE""##
    );
    let action = format!(
        r##""TableName":"shop","ConditionExpression":"#a = :v",{EXPRESSION},"ReturnValuesOnConditionCheckFailure":"ALL_OLD""##
    );
    let read =
        r##""ProjectionExpression":"#a, #b","ExpressionAttributeNames":{"#a":"x","#b":"y"}"##;
    let page = format!(
        r##""TableName":"shop","IndexName":"GSI1","FilterExpression":"#a < :v","ProjectionExpression":"#b",{EXPRESSION},"Select":"SPECIFIC_ATTRIBUTES","Limit":25,"ConsistentRead":false,"ExclusiveStartKey":{KEY},"ReturnConsumedCapacity":"TOTAL""##
    );
    let members = match operation {
        Operation::GetItem => format!(
            r#""TableName":"shop","Key":{KEY},"ConsistentRead":true,{read},"ReturnConsumedCapacity":"TOTAL""#
        ),
        Operation::PutItem => format!(r#""TableName":"shop","Item":{ITEM},{write}"#),
        Operation::UpdateItem => {
            format!(r#""TableName":"shop","Key":{KEY},"UpdateExpression":"SET #a = :v",{write}"#)
        }
        Operation::DeleteItem => format!(r#""TableName":"shop","Key":{KEY},{write}"#),
        Operation::Query => {
            format!(r##""KeyConditionExpression":"#a = :v","ScanIndexForward":false,{page}"##)
        }
        Operation::Scan => format!(r#""Segment":3,"TotalSegments":8,{page}"#),
        Operation::BatchGetItem => format!(
            r#""RequestItems":{{"shop":{{"Keys":[{KEY},{KEY}],"ConsistentRead":true,{read}}},"other":{{"Keys":[{KEY}]}}}},"ReturnConsumedCapacity":"TOTAL""#
        ),
        Operation::BatchWriteItem => format!(
            r#""RequestItems":{{"shop":[{{"PutRequest":{{"Item":{ITEM}}}}},{{"DeleteRequest":{{"Key":{KEY}}}}}],"other":[]}},"ReturnConsumedCapacity":"TOTAL","ReturnItemCollectionMetrics":"SIZE""#
        ),
        Operation::TransactGetItems => format!(
            r#""TransactItems":[{{"Get":{{"TableName":"shop","Key":{KEY},{read}}}}},{{"Get":{{"TableName":"other","Key":{KEY}}}}}],"ReturnConsumedCapacity":"INDEXES""#
        ),
        Operation::TransactWriteItems => format!(
            r#""TransactItems":[{{"ConditionCheck":{{"Key":{KEY},{action}}}}},{{"Put":{{"Item":{ITEM},{action}}}}},
            {{"Update":{{"Key":{KEY},"UpdateExpression":"SET #b = :v",{action}}}}},{{"Delete":{{"Key":{KEY},{action}}}}}],
            "ClientRequestToken":"a-token","ReturnConsumedCapacity":"INDEXES","ReturnItemCollectionMetrics":"SIZE""#
        ),
        Operation::ExecuteStatement => format!(
            r#""Statement":"SELECT * FROM \"shop\" WHERE \"PK\" = ?","Parameters":[{{"S":"a"}},{{"M":{ITEM}}}],"ConsistentRead":true,"NextToken":"next","Limit":5,"ReturnValuesOnConditionCheckFailure":"ALL_OLD","ReturnConsumedCapacity":"TOTAL""#
        ),
    };
    format!("{{{members}}}")
}

/// An answer to the operation with every member that is read of it.
pub(super) fn response(operation: Operation) -> String {
    let capacity = r#"{"TableName":"shop","CapacityUnits":2.5,"ReadCapacityUnits":2,"WriteCapacityUnits":0.5,
        "Table":{"CapacityUnits":1,"ReadCapacityUnits":0.5,"WriteCapacityUnits":0.5},
        "LocalSecondaryIndexes":{"LSI1":{"CapacityUnits":0.5}},"GlobalSecondaryIndexes":{"GSI1":{"CapacityUnits":1}}}"#;
    let one = format!(r#""ConsumedCapacity":{capacity}"#);
    let several = format!(r#""ConsumedCapacity":[{capacity},{{"TableName":"other"}}]"#);
    let members = match operation {
        Operation::GetItem => format!(r#""Item":{ITEM},{one}"#),
        Operation::PutItem | Operation::UpdateItem | Operation::DeleteItem => {
            format!(r#""Attributes":{ITEM},{one}"#)
        }
        Operation::Query | Operation::Scan => format!(
            r#""Items":[{ITEM},{{}}],"Count":2,"ScannedCount":9,"LastEvaluatedKey":{KEY},{one}"#
        ),
        Operation::BatchGetItem => format!(
            r##""Responses":{{"shop":[{ITEM}],"other":[]}},"UnprocessedKeys":{{"shop":{{"Keys":[{KEY}],"ConsistentRead":true,"ProjectionExpression":"#a","ExpressionAttributeNames":{{"#a":"x"}}}}}},{several}"##
        ),
        Operation::BatchWriteItem => format!(
            r#""UnprocessedItems":{{"shop":[{{"PutRequest":{{"Item":{ITEM}}}}},{{"DeleteRequest":{{"Key":{KEY}}}}}]}},{several}"#
        ),
        Operation::TransactGetItems => {
            format!(r#""Responses":[{{"Item":{ITEM}}},{{}}],{several}"#)
        }
        Operation::TransactWriteItems => several,
        Operation::ExecuteStatement => {
            format!(r#""Items":[{ITEM}],"NextToken":"a\"b","LastEvaluatedKey":{KEY},{one}"#)
        }
    };
    format!("{{{members}}}")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn every_member_of_every_request_and_answer_goes_through() {
    for &operation in Operation::ALL {
        let (request, response) = (request(operation), response(operation));
        let http = Canned::new([answer(200, response.clone())]);
        let call = Call::new(operation, &["shop", "other"], request.clone());
        let answer = send_typed(&client(&http), call).await.unwrap();
        let [seen] = &http.seen()[..] else {
            panic!("one request")
        };
        assert_eq!(json(seen.text()), json(&request), "{operation:?}");
        assert_eq!(
            seen.header("x-amz-target"),
            format!("DynamoDB_20120810.{operation:?}")
        );
        assert_eq!(json(answer.body()), json(&response), "{operation:?}");
        assert_eq!(answer.request_id(), Some("REQ1"));
    }
}

#[tokio::test]
async fn an_answer_that_says_nothing() {
    for &operation in Operation::ALL {
        let http = Canned::new([answer(200, "{}")]);
        let call = Call::new(operation, &["shop"], request(operation));
        let answer = send_typed(&client(&http), call).await.unwrap();
        assert_eq!((answer.body(), answer.request_id()), ("{}", Some("REQ1")));
    }
}

#[tokio::test]
async fn what_has_no_counterpart_is_not_left_out() {
    let cases = [
        (Operation::GetItem, r#"{"TableName":"shop","Kez":{}}"#),
        (
            Operation::Query,
            r#"{"TableName":"shop","Limit":3000000000}"#,
        ),
        (
            Operation::Query,
            r#"{"TableName":"shop","ScanIndexForward":"no"}"#,
        ),
        (
            Operation::PutItem,
            r#"{"TableName":"shop","Item":{"a":{"X":"hunter2"}}}"#,
        ),
        (
            Operation::TransactGetItems,
            r#"{"TransactItems":[{"Get":{"TableName":"shop"}}]}"#,
        ),
        (Operation::BatchGetItem, r#"{"RequestItems":{"shop":{}}}"#),
        (
            Operation::BatchWriteItem,
            r#"{"RequestItems":{"shop":[{"PutRequest":{}}]}}"#,
        ),
        (Operation::Scan, "[]"),
        (Operation::Scan, "\u{fffd}"),
    ];
    for (operation, body) in cases {
        let http = Canned::new([answer(200, "{}")]);
        let call = Call::new(operation, &["shop"], body);
        let error = failed(send_typed(&client(&http), call).await);
        assert!(matches!(error, Error::Invalid(_)), "{body}: {error:?}");
        assert!(http.seen().is_empty());
        assert!(!shown(&error).contains("hunter2"), "{}", shown(&error));
    }
    let http = Canned::new([answer(200, "{}")]);
    let call = Call::new(Operation::GetItem, &["shop"], r#"{"Kez":{}}"#);
    let error = failed(send_typed(&client(&http), call).await);
    assert!(shown(&error).contains("Kez"), "{}", shown(&error));
    let call = Call::new(Operation::GetItem, &["shop"], vec![b'"', 0xff]);
    let error = failed(send_typed(&client(&http), call).await);
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
}

#[tokio::test]
async fn error_answers_are_the_same_both_ways() {
    let item = format!(r#""message":"The conditional request failed","Item":{ITEM}"#);
    let reasons = format!(
        r#""CancellationReasons":[{{"Code":"None"}},{{"Code":"ConditionalCheckFailed","Item":{ITEM}}}]"#
    );
    let throttled = r#""throttlingReasons":[{"reason":"TableReadAccountLimitExceeded"}]"#;
    for (operation, code, members) in [
        (
            Operation::PutItem,
            "ConditionalCheckFailedException",
            &*item,
        ),
        (Operation::DeleteItem, "ConditionalCheckFailedException", ""),
        (
            Operation::TransactWriteItems,
            "TransactionCanceledException",
            &*reasons,
        ),
        (Operation::Query, "ThrottlingException", throttled),
        (
            Operation::GetItem,
            "ResourceNotFoundException",
            r#""message":"no""#,
        ),
        (Operation::ExecuteStatement, "ValidationException", ""),
        (Operation::Scan, "SomethingNew", ""),
    ] {
        let client = client(&Canned::new([refusal(400, code, members)]));
        let call = || Call::new(operation, &["shop"], request(operation));
        let usual = failed(send(&client, call()).await);
        let typed = failed(send_typed(&client, call()).await);
        assert_eq!(shown(&usual), shown(&typed));
        assert_eq!(typed.request_id(), Some("REQ1"));
        for error in [&usual, &typed] {
            match error {
                Error::ConditionFailed(failed) if !members.is_empty() => {
                    assert_eq!(failed.raw_item(), Some(ITEM));
                }
                Error::TransactionCanceled(canceled) => {
                    assert_eq!(canceled.reasons()[1].raw_item(), Some(ITEM));
                }
                Error::Throttled(throttled) => assert_eq!(throttled.reasons().len(), 1),
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn an_attempt_that_may_have_been_applied_is_known_both_ways() {
    for (first, retried) in [
        (answer(500, "{}"), true),
        (Reply::Io(std::io::ErrorKind::ConnectionReset), true),
        (refusal(400, "ThrottlingException", ""), false),
    ] {
        for typed in [false, true] {
            let refused = refusal(400, "ConditionalCheckFailedException", "");
            let client = client(&Canned::new([first.clone(), refused]));
            let call = Call::new(Operation::PutItem, &["shop"], request(Operation::PutItem));
            let error = failed(if typed {
                send_typed(&client, call).await
            } else {
                send(&client, call).await
            });
            let Error::ConditionFailed(failed) = &error else {
                panic!("{error:?}")
            };
            assert_eq!(failed.was_retried(), retried, "{typed} {first:?}");
        }
    }
}

/// Which parts of the hook an SDK leaves out that no longer looks where the hook puts them.
#[derive(Debug, Clone, Copy)]
struct LeaveOut {
    serializer: bool,
    deserializer: bool,
}

impl Storable for LeaveOut {
    type Storer = StoreReplace<Self>;
}

impl Intercept for LeaveOut {
    fn name(&self) -> &'static str {
        "leave out"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        cfg.interceptor_state().store_put(*self);
        Ok(())
    }
}

/// Puts the SDK's own parts in the hook's place, if a test has asked for it: nothing public runs after the hook and could do
/// so.
pub(in crate::transport) fn leave_out(operation: Operation, cfg: &mut ConfigBag) {
    macro_rules! layer {
        ($($name:ident = $module:ident;)*) => {
            match operation {
                $(Operation::$name => sdk::$module::$name::new().config(),)*
            }
        };
    }
    let Some(&LeaveOut {
        serializer,
        deserializer,
    }) = cfg.load::<LeaveOut>()
    else {
        return;
    };
    let layer = layer! {
        GetItem = get_item;
        PutItem = put_item;
        UpdateItem = update_item;
        DeleteItem = delete_item;
        Query = query;
        Scan = scan;
        BatchGetItem = batch_get_item;
        BatchWriteItem = batch_write_item;
        TransactGetItems = transact_get_items;
        TransactWriteItems = transact_write_items;
        ExecuteStatement = execute_statement;
    };
    let layer = layer.expect("the operation's own configuration");
    if serializer {
        let own = layer.load::<SharedRequestSerializer>().expect("one");
        cfg.interceptor_state().store_put(own.clone());
    }
    if deserializer {
        let own = SharedResponseDeserializer::new(Own(layer));
        cfg.interceptor_state().store_put(own);
    }
}

/// The SDK's own deserializer.
#[derive(Debug)]
struct Own(FrozenLayer);

impl DeserializeResponse for Own {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        cfg: &ConfigBag,
    ) -> Result<Output, OrchestratorError<ErasedError>> {
        let own = self.0.load::<SharedResponseDeserializer>().expect("one");
        own.deserialize_nonstreaming_with_config(response, cfg)
    }
}

#[tokio::test]
async fn an_sdk_that_leaves_the_hook_out_gets_its_own_types() {
    for &operation in Operation::ALL {
        for (serializer, deserializer) in [(true, true), (true, false), (false, true)] {
            let (request, response) = (request(operation), response(operation));
            let http = Canned::new([answer(200, response.clone())]);
            let leave_out = LeaveOut {
                serializer,
                deserializer,
            };
            let client = Client::from_conf(config(&http).interceptor(leave_out).build());
            let call = Call::new(operation, &["shop", "other"], request.clone());
            let answer = send(&client, call).await.unwrap();
            let [seen] = &http.seen()[..] else {
                panic!("{operation:?} is sent once")
            };
            assert_eq!(json(seen.text()), json(&request), "{operation:?}");
            assert_eq!(json(answer.body()), json(&response), "{operation:?}");
            assert_ne!(answer.body(), response, "the hook was asked");
            assert_eq!(answer.request_id(), Some("REQ1"));
        }
    }
}
