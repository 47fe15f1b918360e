//! Outputs and errors that were never answers: what mocks and interceptors of the SDK make.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::{BoxError, ErrorMetadata};
use aws_sdk_dynamodb::operation::{
    get_item::{GetItemError, GetItemOutput},
    put_item::PutItemError,
    query::{QueryError, QueryOutput},
    transact_write_items::TransactWriteItemsError,
};
use aws_sdk_dynamodb::types::error::{
    ConditionalCheckFailedException, InternalServerError, ProvisionedThroughputExceededException,
    RequestLimitExceeded, ResourceNotFoundException, ThrottlingException,
    TransactionCanceledException,
};
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, ThrottlingReason};
use aws_smithy_runtime_api::client::interceptors::context::{
    Error as ErasedError, FinalizerInterceptorContextMut, Output,
};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;

use super::canned::{Canned, Reply, answer};
use super::typed::request;
use super::{Call, Operation, config, failed, send, send_typed, shown};
use crate::error::{Error, ServiceError, TransportErrorKind};
use crate::transport::{Connection, Response};

type Made = Result<Output, OrchestratorError<ErasedError>>;

/// What `aws-smithy-mocks` does: the answer of a server that is none is replaced.
struct Mock {
    name: &'static str,
    make: fn() -> Made,
}

impl std::fmt::Debug for Mock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Intercept for Mock {
    fn name(&self) -> &'static str {
        self.name
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        context.inner_mut().set_output_or_error((self.make)());
        Ok(())
    }
}

fn teapot() -> Reply {
    answer(418, "Mock HTTP client dummy response")
}

fn mocked(reply: Reply, make: fn() -> Made) -> Client {
    let mock = Mock { name: "mock", make };
    let http = Canned::new([reply]);
    Client::from_conf(config(&http).interceptor(mock).build())
}

/// The same call, both ways.
async fn both(client: &Client, operation: Operation) -> [Result<Response, Error>; 2] {
    let call = || Call::new(operation, &["shop"], request(operation));
    [send(client, call()).await, send_typed(client, call()).await]
}

async fn errors(operation: Operation, make: fn() -> Made) -> [Error; 2] {
    both(&mocked(teapot(), make), operation).await.map(failed)
}

fn fault<E: std::error::Error + Send + Sync + 'static>(error: E) -> Made {
    Err(OrchestratorError::operation(ErasedError::erase(error)))
}

fn item() -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("PK".to_owned(), AttributeValue::S("hunter2".into())),
        ("n".to_owned(), AttributeValue::N("1".into())),
    ])
}

#[tokio::test]
async fn an_output_is_the_answer() {
    let make = || {
        Ok(Output::erase(
            GetItemOutput::builder().set_item(Some(item())).build(),
        ))
    };
    // Whatever it was that the output took the place of.
    for reply in [
        teapot(),
        answer(200, "{}"),
        answer(500, "{}"),
        answer(200, r#"{"Item":{}}"#),
    ] {
        for answer in both(&mocked(reply, make), Operation::GetItem).await {
            assert_eq!(
                answer.unwrap().body(),
                r#"{"Item":{"PK":{"S":"hunter2"},"n":{"N":"1"}}}"#
            );
        }
    }
}

#[tokio::test]
async fn an_output_that_says_nothing_is_an_answer_too() {
    let make = || Ok(Output::erase(GetItemOutput::builder().build()));
    for answer in both(&mocked(teapot(), make), Operation::GetItem).await {
        assert_eq!(answer.unwrap().body(), "{}");
    }
}

#[tokio::test]
async fn the_items_of_a_page_are_counted() {
    let make = || {
        Ok(Output::erase(
            QueryOutput::builder().items(item()).items(item()).build(),
        ))
    };
    for answer in both(&mocked(teapot(), make), Operation::Query).await {
        let answer = answer.unwrap();
        let envelope = answer.envelope().unwrap();
        assert_eq!((envelope.count, envelope.scanned_count), (2, 2));
        let mut items = envelope.items;
        for left in [2, 1, 0] {
            assert_eq!(items.next(answer.body()).unwrap().is_some(), left > 0);
        }
        assert!(envelope.last_evaluated_key.is_none());
    }
    let make = || {
        Ok(Output::erase(
            QueryOutput::builder().count(7).scanned_count(9).build(),
        ))
    };
    for answer in both(&mocked(teapot(), make), Operation::Query).await {
        let answer = answer.unwrap();
        let envelope = answer.envelope().unwrap();
        assert_eq!((envelope.count, envelope.scanned_count), (7, 9));
    }
}

#[tokio::test]
async fn a_failed_condition_has_its_item() {
    let make = || {
        let failed = ConditionalCheckFailedException::builder()
            .message("The conditional request failed")
            .set_item(Some(item()))
            .build();
        fault(PutItemError::ConditionalCheckFailedException(failed))
    };
    for error in errors(Operation::PutItem, make).await {
        let Error::ConditionFailed(failed) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(
            failed.raw_item(),
            Some(r#"{"PK":{"S":"hunter2"},"n":{"N":"1"}}"#)
        );
        let service = failed.service();
        assert_eq!(service.status(), 400);
        assert_eq!(service.message(), Some("The conditional request failed"));
        assert!(!failed.was_retried());
        assert!(!shown(&error).contains("hunter2"), "{}", shown(&error));
    }
    let make = || {
        let failed = ConditionalCheckFailedException::builder().build();
        fault(PutItemError::ConditionalCheckFailedException(failed))
    };
    for error in errors(Operation::PutItem, make).await {
        assert!(
            matches!(&error, Error::ConditionFailed(failed) if !failed.has_item()),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_cancelled_transaction_has_its_reasons() {
    let make = || {
        let canceled = TransactionCanceledException::builder()
            .cancellation_reasons(CancellationReason::builder().code("None").build())
            .cancellation_reasons(
                CancellationReason::builder()
                    .code("ConditionalCheckFailed")
                    .message("The conditional \"request\" failed")
                    .set_item(Some(item()))
                    .build(),
            )
            .build();
        fault(TransactWriteItemsError::TransactionCanceledException(
            canceled,
        ))
    };
    for error in errors(Operation::TransactWriteItems, make).await {
        let Error::TransactionCanceled(canceled) = &error else {
            panic!("{error:?}")
        };
        let [first, second] = canceled.reasons() else {
            panic!("{canceled:?}")
        };
        assert_eq!((first.code(), first.has_item()), (None, false));
        assert_eq!(second.code(), Some("ConditionalCheckFailed"));
        assert_eq!(second.message(), Some("The conditional \"request\" failed"));
        assert!(
            second
                .raw_item()
                .is_some_and(|item| item.contains("hunter2"))
        );
        assert!(!shown(&error).contains("hunter2"), "{}", shown(&error));
    }
}

#[tokio::test]
async fn throttling_has_its_reasons() {
    fn reason() -> ThrottlingReason {
        ThrottlingReason::builder()
            .reason("TableReadKeyRangeThroughputExceeded")
            .resource("arn:aws:dynamodb:eu-central-1:1:table/shop")
            .build()
    }
    let all: [fn() -> Made; 3] = [
        || {
            let error = ThrottlingException::builder().throttling_reasons(reason());
            fault(QueryError::ThrottlingException(error.build()))
        },
        || {
            let error = RequestLimitExceeded::builder().throttling_reasons(reason());
            fault(QueryError::RequestLimitExceeded(error.build()))
        },
        || {
            let error = ProvisionedThroughputExceededException::builder();
            let error = error.throttling_reasons(reason()).build();
            fault(QueryError::ProvisionedThroughputExceededException(error))
        },
    ];
    for make in all {
        for error in errors(Operation::Query, make).await {
            let Error::Throttled(throttled) = &error else {
                panic!("{error:?}")
            };
            let [only] = throttled.reasons() else {
                panic!("{throttled:?}")
            };
            assert_eq!(
                only.reason.as_deref(),
                Some("TableReadKeyRangeThroughputExceeded")
            );
            assert!(only.resource.is_some() && error.is_retryable());
        }
    }
}

#[tokio::test]
async fn an_error_is_sorted_by_its_name_or_its_code() {
    let make = || {
        let missing = ResourceNotFoundException::builder().message("as mocked: no code");
        fault(GetItemError::ResourceNotFoundException(missing.build()))
    };
    for error in errors(Operation::GetItem, make).await {
        assert!(error.is_table_not_found(), "{error:?}");
        assert_eq!(error.code(), Some("ResourceNotFoundException"));
        assert_eq!(
            error.service().and_then(|service| service.message()),
            Some("as mocked: no code")
        );
    }
    let make = || {
        let meta = ErrorMetadata::builder()
            .code("ValidationException")
            .message("wrong");
        fault(GetItemError::generic(
            meta.custom("aws_request_id", "REQ2").build(),
        ))
    };
    for error in errors(Operation::GetItem, make).await {
        assert!(matches!(error, Error::Validation(_)), "{error:?}");
        assert_eq!(error.request_id(), Some("REQ2"));
    }
    let make = || {
        let internal = InternalServerError::builder().build();
        fault(GetItemError::InternalServerError(internal))
    };
    for error in errors(Operation::GetItem, make).await {
        assert!(
            matches!(error, Error::Service(_)) && error.is_retryable(),
            "{error:?}"
        );
        assert_eq!(error.service().map(ServiceError::status), Some(500));
    }
    let make = || fault(GetItemError::unhandled("something of one's own"));
    for error in errors(Operation::GetItem, make).await {
        assert!(
            matches!(&error, Error::Transport(error) if error.kind() == TransportErrorKind::Response),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn the_clients_of_mocks_are_recognised() {
    let is_typed = |name| {
        let make = || Ok(Output::erase(GetItemOutput::builder().build()));
        let http = Canned::new([teapot()]);
        let config = config(&http).interceptor(Mock { name, make });
        Connection::new(Client::from_conf(config.build())).is_typed()
    };
    assert!(is_typed("MockResponseInterceptor"));
    assert!(!is_typed("mine"));
}
