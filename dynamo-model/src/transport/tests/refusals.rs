//! Error answers of the service.

use super::canned::{Canned, refusal};
use super::{Call, Operation, client, failed, send, shown};
use crate::error::{Error, ThrottlingReason};

async fn refused(operation: Operation, status: u16, code: &str, members: &str) -> Error {
    let http = Canned::new([refusal(status, code, members)]);
    failed(send(&client(&http), Call::new(operation, &["shop"], "{}")).await)
}

#[tokio::test]
async fn each_code_has_its_variant() {
    use Operation::*;
    type Is = fn(&Error) -> bool;
    let cases: &[(Operation, u16, &str, Is, bool)] = &[
        (
            PutItem,
            400,
            "ConditionalCheckFailedException",
            Error::is_condition_failed,
            false,
        ),
        (
            UpdateItem,
            400,
            "ConditionalCheckFailedException",
            |e| matches!(e, Error::ConditionFailed(_)),
            false,
        ),
        (
            DeleteItem,
            400,
            "ConditionalCheckFailedException",
            |e| matches!(e, Error::ConditionFailed(_)),
            false,
        ),
        (
            TransactWriteItems,
            400,
            "TransactionCanceledException",
            |e| matches!(e, Error::TransactionCanceled(_)),
            false,
        ),
        (
            TransactGetItems,
            400,
            "TransactionCanceledException",
            |e| matches!(e, Error::TransactionCanceled(_)),
            false,
        ),
        (
            PutItem,
            400,
            "TransactionConflictException",
            Error::is_transaction_conflict,
            true,
        ),
        (
            GetItem,
            400,
            "ResourceNotFoundException",
            Error::is_table_not_found,
            false,
        ),
        (
            Query,
            400,
            "ProvisionedThroughputExceededException",
            Error::is_throttled,
            true,
        ),
        (Scan, 400, "RequestLimitExceeded", Error::is_throttled, true),
        (
            BatchGetItem,
            400,
            "ThrottlingException",
            Error::is_throttled,
            true,
        ),
        (
            Query,
            400,
            "ValidationException",
            |e| matches!(e, Error::Validation(_)),
            false,
        ),
        (
            Query,
            400,
            "SerializationException",
            |e| matches!(e, Error::Validation(_)),
            false,
        ),
        (
            GetItem,
            400,
            "AccessDeniedException",
            |e| matches!(e, Error::AccessDenied(_)),
            false,
        ),
        (
            GetItem,
            400,
            "UnrecognizedClientException",
            |e| matches!(e, Error::AccessDenied(_)),
            false,
        ),
        (
            GetItem,
            400,
            "MissingAuthenticationTokenException",
            |e| matches!(e, Error::AccessDenied(_)),
            false,
        ),
        (
            GetItem,
            403,
            "ExpiredTokenException",
            |e| matches!(e, Error::AccessDenied(_)),
            false,
        ),
        (
            GetItem,
            500,
            "InternalServerError",
            |e| matches!(e, Error::Service(_)),
            true,
        ),
        (
            GetItem,
            503,
            "ServiceUnavailable",
            |e| matches!(e, Error::Service(_)),
            true,
        ),
        (
            PutItem,
            400,
            "ItemCollectionSizeLimitExceededException",
            |e| matches!(e, Error::Service(_)),
            false,
        ),
        (
            PutItem,
            400,
            "ReplicatedWriteConflictException",
            |e| matches!(e, Error::Service(_)),
            true,
        ),
        (
            TransactWriteItems,
            400,
            "TransactionInProgressException",
            |e| matches!(e, Error::Service(_)),
            true,
        ),
        (
            TransactWriteItems,
            400,
            "IdempotentParameterMismatchException",
            |e| matches!(e, Error::Service(_)),
            false,
        ),
        (
            GetItem,
            400,
            "SomethingNew",
            |e| matches!(e, Error::Service(_)),
            false,
        ),
    ];
    for (operation, status, code, is, retryable) in cases {
        let error = refused(*operation, *status, code, r#""message":"what it says""#).await;
        assert!(is(&error), "{code}: {error:?}");
        assert_eq!(error.is_retryable(), *retryable, "{code}");
        assert_eq!(
            (error.code(), error.request_id()),
            (Some(*code), Some("REQ1"))
        );
        let service = error.service().unwrap();
        assert_eq!(
            (service.status(), service.operation()),
            (*status, operation.name())
        );
        assert_eq!(service.message(), Some("what it says"), "{code}");
        let text = error.to_string();
        assert!(
            text.contains(operation.name()) && text.contains("`shop`"),
            "{text}"
        );
    }
}

const ITEM: &str =
    r#"{"PK":{"S":"CUSTOMER#hunter2"},"list":{"L":[{"N":"424242"}]},"t":{"S":"a\"}ü"}}"#;

#[tokio::test]
async fn a_failed_condition_keeps_its_item_to_itself() {
    for operation in [
        Operation::PutItem,
        Operation::UpdateItem,
        Operation::DeleteItem,
    ] {
        let members = format!(r#""Item":{ITEM},"message":"The conditional request failed""#);
        let error = refused(operation, 400, "ConditionalCheckFailedException", &members).await;
        let Error::ConditionFailed(failed) = &error else {
            panic!("{error:?}")
        };
        assert!(failed.has_item());
        assert_eq!(failed.raw_item(), Some(ITEM));
        let shown = shown(&error);
        for secret in ["hunter2", "424242", "ü", "CUSTOMER"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert_eq!(
            error.to_string(),
            format!(
                "the condition of {operation:?} on table `shop` does not hold: the stored item is kept in this error"
            )
        );
    }
}

#[tokio::test]
async fn a_failed_condition_without_item() {
    for members in [
        r#""message":"The conditional request failed""#,
        r#""Item":null"#,
        "",
    ] {
        let error = refused(
            Operation::PutItem,
            400,
            "ConditionalCheckFailedException",
            members,
        )
        .await;
        let Error::ConditionFailed(failed) = &error else {
            panic!("{error:?}")
        };
        assert!(!failed.has_item() && failed.raw_item().is_none());
        assert_eq!(
            error.to_string(),
            "the condition of PutItem on table `shop` does not hold"
        );
    }
}

#[tokio::test]
async fn throttling_has_reasons() {
    for (code, member) in [
        (
            "ProvisionedThroughputExceededException",
            "ThrottlingReasons",
        ),
        ("RequestLimitExceeded", "ThrottlingReasons"),
        ("ThrottlingException", "throttlingReasons"),
    ] {
        let members = format!(
            r#""message":"too much","{member}":[{{"reason":"TableReadKeyRangeThroughputExceeded","resource":"arn:aws:dynamodb:eu-central-1:1:table\/shop"}},{{"reason":"IndexWriteAccountLimitExceeded"}}]"#
        );
        let error = refused(Operation::Query, 400, code, &members).await;
        let Error::Throttled(throttled) = &error else {
            panic!("{error:?}")
        };
        let [first, second] = throttled.reasons() else {
            panic!("{throttled:?}")
        };
        let arn = "arn:aws:dynamodb:eu-central-1:1:table/shop";
        let expected = ThrottlingReason {
            reason: Some("TableReadKeyRangeThroughputExceeded".into()),
            resource: Some(arn.into()),
        };
        assert_eq!(*first, expected);
        assert_eq!(
            (second.reason.as_deref(), &second.resource),
            (Some("IndexWriteAccountLimitExceeded"), &None)
        );
        assert!(error.to_string().contains(arn), "{error}");
    }
    let error = refused(Operation::Query, 400, "ThrottlingException", "").await;
    assert!(
        matches!(&error, Error::Throttled(throttled) if throttled.reasons().is_empty()),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_cancelled_transaction_has_a_reason_per_action() {
    let members = format!(
        r#""Message":"Transaction cancelled","CancellationReasons":[{{"Code":"None"}},{{"Item":{ITEM},"Code":"ConditionalCheckFailed","Message":"The conditional request failed"}},{{"Code":"TransactionConflict"}}]"#
    );
    let error = refused(
        Operation::TransactWriteItems,
        400,
        "TransactionCanceledException",
        &members,
    )
    .await;
    let Error::TransactionCanceled(canceled) = &error else {
        panic!("{error:?}")
    };
    let codes: Vec<_> = canceled
        .reasons()
        .iter()
        .map(|reason| reason.code())
        .collect();
    assert_eq!(
        codes,
        [
            None,
            Some("ConditionalCheckFailed"),
            Some("TransactionConflict")
        ]
    );
    assert_eq!(canceled.reasons()[1].raw_item(), Some(ITEM));
    assert_eq!(
        canceled.reasons()[1].message(),
        Some("The conditional request failed")
    );
    assert!(!canceled.reasons()[0].has_item());
    assert!(
        error.is_condition_failed() && error.is_transaction_conflict() && !error.is_retryable()
    );
    assert!(!shown(&error).contains("hunter2"));
    assert!(
        error
            .to_string()
            .contains("action 1: ConditionalCheckFailed, action 2: TransactionConflict"),
        "{error}"
    );

    let members = r#""CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]"#;
    let error = refused(
        Operation::TransactWriteItems,
        400,
        "TransactionCanceledException",
        members,
    )
    .await;
    assert!(error.is_retryable());
}

#[tokio::test]
async fn messages_that_repeat_values_are_shortened() {
    let message = "1 validation error detected: Value 'hunter2' at 'key' failed to satisfy constraint: too long";
    let members = format!(r#""message":"{message}""#);
    let error = refused(Operation::GetItem, 400, "ValidationException", &members).await;
    assert!(!shown(&error).contains("hunter2"), "{}", shown(&error));
    assert!(
        error
            .to_string()
            .contains("at 'key' failed to satisfy constraint"),
        "{error}"
    );
    assert_eq!(
        error.service().and_then(|service| service.message()),
        Some(message)
    );
}
