//! Calls that get no usable answer.

use std::error::Error as StdError;
use std::io;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Config, ConfigBag, Credentials, Intercept, Region, RuntimeComponents,
};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;

use super::canned::{Canned, Reply, answer};
use super::{Call, Operation, client, config, failed, get, send, shown};
use crate::error::{Error, TransportErrorKind as Kind};

fn kind(error: &Error) -> Kind {
    match error {
        Error::Transport(error) => error.kind(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn connection_refused() {
    let http = Canned::new([Reply::Io(io::ErrorKind::ConnectionRefused)]);
    let error = failed(get(&client(&http)).await);
    assert_eq!(kind(&error), Kind::Endpoint);
    assert!(error.is_retryable());
    assert_eq!(
        error.to_string(),
        "GetItem on table `shop`: no DynamoDB endpoint answered: check `region` and `endpoint_url` on the SDK's \
         config (DynamoDB Local listens at `endpoint_url(\"http://localhost:8000\")`)"
    );
    assert_eq!(
        error.source().map(ToString::to_string).as_deref(),
        Some("connection refused")
    );
    assert_eq!(http.seen().len(), 3, "the SDK has retried");
}

#[tokio::test]
async fn no_region() {
    let http = Canned::new([answer(200, "{}")]);
    let conf = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("AKID", "not-a-secret", None, None, "test"))
        .http_client(http);
    let error = failed(get(&Client::from_conf(conf.build())).await);
    assert_eq!(kind(&error), Kind::Endpoint, "{}", shown(&error));
}

#[tokio::test]
async fn no_http_client() {
    let conf = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("AKID", "not-a-secret", None, None, "test"));
    let error = failed(get(&Client::from_conf(conf.build())).await);
    assert_eq!(kind(&error), Kind::HttpClient, "{}", shown(&error));
    assert!(
        error.to_string().contains("default-https-client"),
        "{error}"
    );
}

#[tokio::test]
async fn answers_that_are_not_dynamodbs() {
    let page = "<html>secret-page</html>";
    for (status, body) in [
        (200, b"{\"Item\":\"secret-\xff\"}".to_vec()),
        (200, Vec::new()),
        (200, page.into()),
        (200, b"[\"secret-list\"]".to_vec()),
        (204, Vec::new()),
        (302, page.into()),
        (404, page.into()),
        (400, b"{\"Item\":\"secret-\xff\"}".to_vec()),
        (400, b"{\"__type\":3}".to_vec()),
        (503, page.into()),
    ] {
        let error = failed(get(&client(&Canned::new([answer(status, body)]))).await);
        assert_eq!(kind(&error), Kind::Response);
        let Error::Transport(failure) = &error else {
            unreachable!()
        };
        assert_eq!(
            (failure.status(), error.request_id()),
            (Some(status), Some("REQ1"))
        );
        assert_eq!(error.is_retryable(), status == 503);
        assert!(
            error.to_string().contains(&format!("HTTP status {status}")),
            "{error}"
        );
        assert!(!shown(&error).contains("secret"), "{}", shown(&error));
    }
}

#[tokio::test]
async fn the_sdk_cannot_build_the_request() {
    let http = Canned::new([answer(200, "{}")]);
    for tables in [&[][..], &[" "][..]] {
        let error = failed(send(&client(&http), Call::new(Operation::PutItem, tables, "{}")).await);
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    }
    assert!(http.seen().is_empty());
}

#[tokio::test]
async fn an_interceptor_of_the_user_fails() {
    #[derive(Debug)]
    struct Stop;
    impl Intercept for Stop {
        fn name(&self) -> &'static str {
            "stop"
        }
        fn read_before_transmit(
            &self,
            _: &BeforeTransmitInterceptorContextRef<'_>,
            _: &RuntimeComponents,
            _: &mut ConfigBag,
        ) -> Result<(), BoxError> {
            Err("not on a Sunday".into())
        }
    }
    let http = Canned::new([answer(200, "{}")]);
    let error = failed(get(&Client::from_conf(config(&http).interceptor(Stop).build())).await);
    assert_eq!(kind(&error), Kind::Other);
    assert!(shown(&error).contains("not on a Sunday"));
}
