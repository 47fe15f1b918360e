//! Answers that are not as expected.

use aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_dynamodb::config::{Builder, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_types::body::SdkBody;
use dynamo_model::prelude::*;

use super::{account, booking, key, ledger, no_retries, stored};

/// Another answer than the service's.
#[derive(Debug)]
struct Instead(&'static str);

impl Intercept for Instead {
    fn name(&self) -> &'static str {
        "Instead"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        *context.response_mut().body_mut() = SdkBody::from(self.0);
        Ok(())
    }
}

fn instead(answer: &'static str) -> Builder {
    no_retries().interceptor(Instead(answer))
}

#[tokio::test]
async fn without_a_readable_answer_nothing_is_known_to_be_written() {
    let ledger = ledger().await;
    for answer in [
        // Entries that were not sent.
        r#"{"UnprocessedItems":{"ledger":[{"DeleteRequest":{"Key":{"PK":{"S":"A"},"SK":{"S":"B"}}}}]}}"#,
        r#"{"UnprocessedItems":{"ledger":[{"PutRequest":{"Item":{"PK":{"S":"ACCOUNT#0000000001"}}}}]}}"#,
        r#"{"UnprocessedItems":{"ledger":[{}]}}"#,
        r#"{"UnprocessedItems":{"ledger":"#,
    ] {
        let batch = ledger.batch_write().put(&account(1)).put(&account(2));
        let batch = batch.config_override(instead(answer));
        let written = batch.send().await.unwrap();
        assert_eq!(written.unprocessed().len(), 2, "{answer}");
        let cause = written.cause().unwrap();
        assert!(matches!(cause, Error::Decode(_)), "{cause}");
        assert!(!format!("{written:?}{cause}").contains("ACCOUNT#"));
    }
    // They were, as it happens.
    assert_eq!(stored(&ledger).await.0.len(), 2);
}

#[tokio::test]
async fn entries_are_found_again_whatever_the_answer_makes_of_them() {
    let ledger = ledger().await;
    // Under the table's ARN, attributes in another order, without the type.
    let answer = r#"{"UnprocessedItems":{"arn:aws:dynamodb:us-east-1:000000000000:table/ledger":[
        {"PutRequest":{"Item":{"SK":{"S":"ACCOUNT"},"id":{"N":"2.0"},"PK":{"S":"ACCOUNT\u00230000000002"}}}}]}}"#;
    let batch = ledger.batch_write().put(&account(1)).put(&account(2));
    let batch = batch.max_attempts(1).concurrency(1);
    // The second call is about the same entry, so that nothing moves.
    let written = batch.config_override(instead(answer)).send().await.unwrap();
    assert_eq!(written.written(), 1);
    let left = written.unprocessed()[0].entity().unwrap();
    assert_eq!(left, Some(account(2)), "as it was given");
}

#[tokio::test]
async fn an_unreadable_answer_to_a_read_is_an_error() {
    let ledger = ledger().await;
    for answer in [
        r#"{"UnprocessedKeys":{"ledger":{"Keys":[{"PK":{"S":"A"},"SK":{"S":"B"}}]}}}"#,
        r#"{"Responses":{"ledger":[{"PK":{"S":"A"},"SK":{"S":"B"}}]}}"#,
        r#"{"Responses":{"ledger":[{"PK":{"S":"A"}}]}}"#,
        r#"{"Responses":{"ledger":"#,
    ] {
        let get = ledger.batch_get([key(1), key(2)]).ordered();
        let error = get.config_override(instead(answer)).send().await;
        let error = error.unwrap_err();
        assert!(matches!(error, Error::Decode(_)), "{error}");
    }
    let put = ledger.put(&booking(1));
    put.send().await.unwrap();
    let answer = "{}";
    let get = ledger.batch_get([key(1)]).config_override(instead(answer));
    assert!(get.send().await.unwrap().complete().unwrap().is_empty());
}
