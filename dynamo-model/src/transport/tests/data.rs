use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{AppName, Builder, ConfigBag, Intercept, Region, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::get_item::{GetItemError, GetItemOutput};
use aws_sdk_dynamodb::types::error::ResourceNotFoundException;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextMut, Error as ErasedError, FinalizerInterceptorContextMut,
    Output,
};

use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;

use super::canned::{Canned, Reply, answer, refusal};
use super::{Call, Operation, client, config, failed, get, send};
use crate::error::{Error, TransportErrorKind};

/// One test for each operation: were the SDK to stop asking the hook, its own body or its own answer would appear.
async fn arrives(operation: Operation, tables: &[&str]) {
    let sent = format!(r#"{{ "Of" : "{operation:?}", "ü" : ["\"", 1e3] }}"#);
    let came =
        format!("{{ \"For\" : \"{operation:?}\",\n \"n\" : {{\"N\":\"-0.50\"}}, \"😀\":null }}\n");
    let http = Canned::new([answer(200, came.clone())]);
    let response = send(&client(&http), Call::new(operation, tables, sent.clone()))
        .await
        .unwrap();
    assert_eq!(response.body(), came);
    assert_eq!(response.request_id(), Some("REQ1"));

    let [seen] = &http.seen()[..] else {
        panic!("one request")
    };
    assert_eq!((seen.method.as_str(), seen.text()), ("POST", sent.as_str()));
    assert_eq!(seen.uri, "https://dynamodb.eu-central-1.amazonaws.com/");
    assert_eq!(seen.header("content-type"), "application/x-amz-json-1.0");
    assert_eq!(seen.header("content-length"), sent.len().to_string());
    assert_eq!(
        seen.header("x-amz-target"),
        format!("DynamoDB_20120810.{operation:?}")
    );
    assert_eq!(operation.name(), format!("{operation:?}"));
    let authorization = seen.header("authorization");
    assert!(
        authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"),
        "{authorization}"
    );
    for signed in ["content-type", "host", "x-amz-target"] {
        assert!(
            authorization.contains(signed),
            "{signed} is signed: {authorization}"
        );
    }
    assert!(seen.header("user-agent").starts_with("aws-sdk-rust/"));
}

macro_rules! arrives {
    ($($test:ident: $operation:ident, $tables:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            arrives(Operation::$operation, &$tables).await;
        })*

        #[test]
        fn every_operation_has_its_test() {
            assert_eq!(Operation::ALL, [$(Operation::$operation),*]);
        }
    };
}

arrives! {
    get_item_arrives: GetItem, ["shop"];
    put_item_arrives: PutItem, ["shop"];
    update_item_arrives: UpdateItem, ["shop"];
    delete_item_arrives: DeleteItem, ["shop"];
    query_arrives: Query, ["shop"];
    scan_arrives: Scan, ["shop"];
    batch_get_item_arrives: BatchGetItem, ["shop", "other"];
    batch_write_item_arrives: BatchWriteItem, ["shop", "other"];
    transact_get_items_arrives: TransactGetItems, ["shop", "other"];
    transact_write_items_arrives: TransactWriteItems, ["shop", "other", "shop"];
    execute_statement_arrives: ExecuteStatement, ["shop"];
}

#[tokio::test]
async fn a_retry_sends_the_same_body() {
    for operation in Operation::ALL {
        let throttled = refusal(400, "ThrottlingException", r#""message":"slow down""#);
        let http = Canned::new([answer(500, "{}"), throttled, answer(200, r#"{"ok":1}"#)]);
        let call = Call::new(*operation, &["shop"], r#"{"a":"b"}"#);
        assert_eq!(
            send(&client(&http), call).await.unwrap().body(),
            r#"{"ok":1}"#
        );
        let seen = http.seen();
        assert_eq!(seen.len(), 3);
        assert!(seen.iter().all(|seen| seen.text() == r#"{"a":"b"}"#));
    }
}

#[tokio::test]
async fn a_success_of_an_earlier_attempt_is_not_taken_for_the_answer() {
    /// Fails the first attempt after its answer was read.
    #[derive(Debug)]
    struct Spoil;
    impl Intercept for Spoil {
        fn name(&self) -> &'static str {
            "spoil"
        }
        fn modify_before_attempt_completion(
            &self,
            _: &mut FinalizerInterceptorContextMut<'_>,
            _: &RuntimeComponents,
            _: &mut ConfigBag,
        ) -> Result<(), BoxError> {
            Err("spoiled".into())
        }
    }
    let http = Canned::new([answer(200, "{}")]);
    let client = Client::from_conf(config(&http).interceptor(Spoil).build());
    let error = failed(get(&client).await);
    assert!(
        matches!(&error, Error::Transport(error) if error.kind() == TransportErrorKind::Other),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_calls_at_once_each_get_their_own_answer() {
    let client = client(&Canned::new([Reply::Echo]));
    let calls: Vec<_> = (0..1000)
        .map(|call| {
            let client = client.clone();
            let operation = Operation::ALL[call % Operation::ALL.len()];
            let body = format!(r#"{{"call":{call}}}"#);
            tokio::spawn(async move {
                let answer = send(&client, Call::new(operation, &["shop"], body.clone()))
                    .await
                    .unwrap();
                assert_eq!(answer.body(), body);
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
}

#[tokio::test]
async fn a_large_body_comes_whole() {
    let body = format!(r#"{{"a":"{}"}}"#, "ä".repeat(500_000));
    let http = Canned::new([answer(200, body.clone())]);
    assert_eq!(get(&client(&http)).await.unwrap().body(), body);
}

#[tokio::test]
async fn the_clients_interceptors_and_user_agent_are_kept() {
    #[derive(Debug)]
    struct Mark;
    impl Intercept for Mark {
        fn name(&self) -> &'static str {
            "mark"
        }
        fn modify_before_signing(
            &self,
            context: &mut BeforeTransmitInterceptorContextMut<'_>,
            _: &RuntimeComponents,
            _: &mut ConfigBag,
        ) -> Result<(), BoxError> {
            assert_eq!(context.request().body().bytes(), Some(&b"{}"[..]));
            context.request_mut().headers_mut().insert("x-mark", "seen");
            Ok(())
        }
    }
    let http = Canned::new([answer(200, "{}")]);
    let conf = config(&http)
        .interceptor(Mark)
        .app_name(AppName::new("till").unwrap());
    get(&Client::from_conf(conf.build())).await.unwrap();
    let seen = &http.seen()[0];
    assert_eq!(seen.header("x-mark"), "seen");
    assert!(seen.header("authorization").contains("x-mark"));
    assert!(
        seen.header("x-amz-user-agent").contains("app/till"),
        "{}",
        seen.header("x-amz-user-agent")
    );
}

#[tokio::test]
async fn the_clients_retry_configuration_is_kept() {
    for (retry, attempts) in [
        (RetryConfig::disabled(), 1),
        (RetryConfig::standard().with_max_attempts(5), 5),
    ] {
        let http = Canned::new([refusal(500, "InternalServerError", "")]);
        let retry = retry.with_initial_backoff(Duration::from_millis(1));
        let error = failed(
            get(&Client::from_conf(
                config(&http).retry_config(retry).build(),
            ))
            .await,
        );
        assert!(matches!(error, Error::Service(_)) && error.is_retryable());
        assert_eq!(http.seen().len(), attempts);
    }
}

#[tokio::test]
async fn one_call_may_have_its_own_configuration() {
    let http = Canned::new([answer(200, "{}"), Reply::Hang]);
    let client = client(&http);
    let call = |overrides: Builder| Call {
        overrides: Some(overrides),
        ..Call::new(Operation::Query, &["shop"], "{}")
    };
    send(
        &client,
        call(Builder::default().region(Region::new("us-west-2"))),
    )
    .await
    .unwrap();
    assert_eq!(
        http.seen()[0].uri,
        "https://dynamodb.us-west-2.amazonaws.com/"
    );

    let short = TimeoutConfig::builder()
        .operation_timeout(Duration::from_millis(20))
        .build();
    let error = failed(send(&client, call(Builder::default().timeout_config(short))).await);
    assert!(error.is_timeout() && error.is_retryable(), "{error:?}");
    let text = error.to_string();
    assert!(
        text.starts_with("Query on table `shop`: no answer within the time the SDK allows"),
        "{text}"
    );
}

#[tokio::test]
async fn an_endpoint_url_is_kept() {
    let http = Canned::new([answer(200, "{}")]);
    get(&Client::from_conf(
        config(&http).endpoint_url("http://localhost:8000").build(),
    ))
    .await
    .unwrap();
    assert_eq!(http.seen()[0].uri, "http://localhost:8000/");
}

#[tokio::test]
async fn an_account_based_endpoint_is_kept() {
    let http = Canned::new([answer(200, "{}")]);
    let credentials = aws_credential_types::Credentials::builder()
        .access_key_id("AKID")
        .secret_access_key("not-a-secret")
        .account_id("123456789012")
        .provider_name("test")
        .build();
    let client = Client::from_conf(config(&http).credentials_provider(credentials).build());
    for operation in Operation::ALL {
        send(&client, Call::new(*operation, &["shop"], "{}"))
            .await
            .unwrap();
        // The tables stay in the input: with an ARN, the account is the table's and not the caller's.
        let arn = "arn:aws:dynamodb:eu-central-1:999999999999:table/shop";
        send(&client, Call::new(*operation, &[arn], "{}"))
            .await
            .unwrap();
    }
    for (at, seen) in http.seen().iter().enumerate() {
        // The input of a statement names no table.
        let is_statement = Operation::ALL[at / 2] == Operation::ExecuteStatement;
        let account = if at % 2 == 0 || is_statement {
            "123456789012"
        } else {
            "999999999999"
        };
        assert_eq!(
            seen.uri,
            format!("https://{account}.ddb.eu-central-1.amazonaws.com/"),
            "{seen:?}"
        );
    }
}

#[tokio::test]
async fn a_mocked_output_is_noticed() {
    /// What mocks of the SDK do: an unusable answer is replaced by an output.
    #[derive(Debug)]
    struct Mock;
    impl Intercept for Mock {
        fn name(&self) -> &'static str {
            "mock"
        }
        fn modify_before_attempt_completion(
            &self,
            context: &mut FinalizerInterceptorContextMut<'_>,
            _: &RuntimeComponents,
            _: &mut ConfigBag,
        ) -> Result<(), BoxError> {
            context
                .inner_mut()
                .set_output_or_error(Ok(Output::erase(GetItemOutput::builder().build())));
            Ok(())
        }
    }
    let http = Canned::new([answer(418, "")]);
    let error = failed(get(&Client::from_conf(config(&http).interceptor(Mock).build())).await);
    assert!(
        matches!(&error, Error::Transport(error) if error.kind() == TransportErrorKind::Bypassed),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("mock the HTTP client instead"),
        "{error}"
    );
}

#[tokio::test]
async fn a_mocked_error_is_sorted_by_its_name() {
    #[derive(Debug)]
    struct Mock;
    impl Intercept for Mock {
        fn name(&self) -> &'static str {
            "mock"
        }
        fn modify_before_attempt_completion(
            &self,
            context: &mut FinalizerInterceptorContextMut<'_>,
            _: &RuntimeComponents,
            _: &mut ConfigBag,
        ) -> Result<(), BoxError> {
            let missing = ResourceNotFoundException::builder()
                .message("as mocked: no code")
                .build();
            let error = ErasedError::erase(GetItemError::ResourceNotFoundException(missing));
            context
                .inner_mut()
                .set_output_or_error(Err(OrchestratorError::operation(error)));
            Ok(())
        }
    }
    let http = Canned::new([answer(418, "")]);
    let error = failed(get(&Client::from_conf(config(&http).interceptor(Mock).build())).await);
    assert!(error.is_table_not_found(), "{error:?}");
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    assert_eq!(
        error.service().and_then(|service| service.message()),
        Some("as mocked: no code")
    );
}
