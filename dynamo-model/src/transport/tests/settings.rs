//! What the user has set on the client holds for both ways through the SDK.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::future;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextMut, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextMut, BeforeTransmitInterceptorContextRef, InterceptorContext,
};
use aws_sdk_dynamodb::config::retry::{
    ClassifyRetry, RetryAction, RetryConfig, RetryPartition, TokenBucket,
};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    AppName, ConfigBag, Credentials, HttpClient, Intercept, ProvideCredentials, Region,
    RuntimeComponents, StalledStreamProtectionConfig,
};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_types::body::SdkBody;

use super::canned::{Canned, Reply, Seen, answer, refusal};
use super::typed::request;
use super::{Call, Operation, Response, config, failed, send, send_typed};
use crate::error::{Error, TransportErrorKind};

/// One of the two ways.
#[derive(Debug, Clone, Copy)]
enum Way {
    Usual,
    Typed,
}

const WAYS: [Way; 2] = [Way::Usual, Way::Typed];

impl Way {
    async fn send(self, client: &Client, call: Call<'_>) -> Result<Response, Error> {
        match self {
            Self::Usual => send(client, call).await,
            Self::Typed => send_typed(client, call).await,
        }
    }

    async fn get(self, client: &Client) -> Result<Response, Error> {
        let operation = Operation::GetItem;
        let call = Call::new(operation, &["shop"], request(operation));
        self.send(client, call).await
    }
}

/// Whether a request was signed with the key, for the region.
fn is_signed_with(seen: &Seen, key: &str, region: &str) -> bool {
    let authorization = seen.header("authorization");
    authorization.contains(&format!("Credential={key}/"))
        && authorization.contains(&format!("/{region}/dynamodb/aws4_request"))
}

/// Credentials that are other ones every time they are asked for.
#[derive(Debug, Default)]
struct Rotating(AtomicUsize);

impl ProvideCredentials for Rotating {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let turn = self.0.fetch_add(1, Ordering::Relaxed);
        future::ProvideCredentials::ready(Ok(Credentials::new(
            format!("AKID{turn}"),
            "not-a-secret",
            Some(format!("token-{turn}")),
            Some(SystemTime::now()),
            "test",
        )))
    }
}

#[tokio::test]
async fn credentials_that_rotate() {
    for way in WAYS {
        let http = Canned::new([answer(200, "{}")]);
        let conf = config(&http).credentials_provider(Rotating::default());
        let client = Client::from_conf(conf.build());
        for _ in 0..3 {
            way.get(&client).await.unwrap();
        }
        for (turn, seen) in http.seen().iter().enumerate() {
            assert!(is_signed_with(seen, &format!("AKID{turn}"), "eu-central-1"));
            assert_eq!(seen.header("x-amz-security-token"), format!("token-{turn}"));
        }
    }
}

#[tokio::test]
async fn the_region_and_the_endpoint() {
    for way in WAYS {
        let http = Canned::new([answer(200, "{}")]);
        let conf = config(&http).region(Region::new("us-west-2"));
        way.get(&Client::from_conf(conf.clone().build()))
            .await
            .unwrap();
        let conf = conf.endpoint_url("http://localhost:8000");
        way.get(&Client::from_conf(conf.build())).await.unwrap();
        let [region, endpoint] = &http.seen()[..] else {
            panic!("two requests")
        };
        assert_eq!(region.uri, "https://dynamodb.us-west-2.amazonaws.com/");
        assert_eq!(endpoint.uri, "http://localhost:8000/");
        assert!(is_signed_with(region, "AKID", "us-west-2"));
        assert!(is_signed_with(endpoint, "AKID", "us-west-2"));
    }
}

#[tokio::test]
async fn account_based_endpoints() {
    let credentials = Credentials::builder()
        .access_key_id("AKID")
        .secret_access_key("not-a-secret")
        .account_id("123456789012")
        .provider_name("test")
        .build();
    // The tables stay in the input: with an ARN, the account is the table's and not the caller's.
    let arn = "arn:aws:dynamodb:eu-central-1:999999999999:table/shop";
    for way in WAYS {
        for &operation in Operation::ALL {
            let http = Canned::new([answer(200, "{}")]);
            let conf = config(&http).credentials_provider(credentials.clone());
            let client = Client::from_conf(conf.build());
            for table in ["shop", arn] {
                let body = request(operation).replace("\"shop\"", &format!("\"{table}\""));
                let body = body.replace("\"other\"", &format!("\"{table}2\""));
                way.send(&client, Call::new(operation, &[table], body))
                    .await
                    .unwrap();
            }
            let [by_name, by_arn] = &http.seen()[..] else {
                panic!("two requests")
            };
            let own = "https://123456789012.ddb.eu-central-1.amazonaws.com/";
            assert_eq!(by_name.uri, own, "{operation:?}");
            // The input of a statement names no table.
            if operation == Operation::ExecuteStatement {
                assert_eq!(by_arn.uri, own);
            } else {
                let theirs = "https://999999999999.ddb.eu-central-1.amazonaws.com/";
                assert_eq!(by_arn.uri, theirs, "{way:?} {operation:?}");
            }
        }
    }
}

#[tokio::test]
async fn attempts() {
    for way in WAYS {
        for (retry, attempts) in [
            (RetryConfig::disabled(), 1),
            (RetryConfig::standard().with_max_attempts(5), 5),
        ] {
            let http = Canned::new([refusal(500, "InternalServerError", "")]);
            let retry = retry.with_initial_backoff(Duration::from_millis(1));
            let client = Client::from_conf(config(&http).retry_config(retry).build());
            let error = failed(way.get(&client).await);
            assert!(matches!(error, Error::Service(_)) && error.is_retryable());
            let seen = http.seen();
            assert_eq!(seen.len(), attempts);
            for (at, one) in seen.iter().enumerate() {
                let id = "amz-sdk-invocation-id";
                assert_eq!(one.header(id), seen[0].header(id));
                let told = format!("attempt={}; max={attempts}", at + 1);
                assert_eq!(one.header("amz-sdk-request"), told);
            }
        }
    }
}

#[tokio::test]
async fn the_token_bucket_of_retries() {
    for way in WAYS {
        let http = Canned::new([refusal(500, "InternalServerError", "")]);
        // Room for some retries of all calls together.
        let bucket = TokenBucket::builder().capacity(40).build();
        let partition = RetryPartition::custom(format!("test-{way:?}")).token_bucket(bucket);
        let conf = config(&http).retry_partition(partition.build());
        let client = Client::from_conf(conf.build());
        let mut attempts = Vec::new();
        for _ in 0..6 {
            let before = http.seen().len();
            failed(way.get(&client).await);
            attempts.push(http.seen().len() - before);
        }
        assert_eq!(attempts.first(), Some(&3), "{attempts:?}");
        assert_eq!(attempts.last(), Some(&1), "{attempts:?}");
    }
}

#[tokio::test]
async fn a_retry_classifier() {
    #[derive(Debug)]
    struct Teapots;
    impl ClassifyRetry for Teapots {
        fn name(&self) -> &'static str {
            "teapots"
        }
        fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
            match context.response() {
                Some(response) if response.status().as_u16() == 418 => RetryAction::server_error(),
                _ => RetryAction::NoActionIndicated,
            }
        }
    }
    for way in WAYS {
        let http = Canned::new([refusal(418, "Teapot", ""), answer(200, "{}")]);
        let client = Client::from_conf(config(&http).retry_classifier(Teapots).build());
        way.get(&client).await.unwrap();
        assert_eq!(http.seen().len(), 2);
    }
}

#[tokio::test]
async fn timeouts_of_operations_and_of_attempts() {
    let timeout = TimeoutConfig::builder;
    for (timeout, attempts) in [
        (timeout().operation_timeout(Duration::from_millis(30)), 1),
        (
            timeout().operation_attempt_timeout(Duration::from_millis(10)),
            3,
        ),
    ] {
        for way in WAYS {
            let http = Canned::new([Reply::Hang]);
            let conf = config(&http).timeout_config(timeout.clone().build());
            let error = failed(way.get(&Client::from_conf(conf.build())).await);
            assert!(error.is_timeout() && error.is_retryable(), "{error:?}");
            assert_eq!(http.seen().len(), attempts, "{way:?}");
        }
    }
}

/// An HTTP client that remembers the settings it is asked with.
#[derive(Debug, Clone)]
struct Settings {
    http: Canned,
    seen: Arc<Mutex<Vec<HttpConnectorSettings>>>,
}

impl HttpClient for Settings {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.seen.lock().unwrap().push(settings.clone());
        self.http.http_connector(settings, components)
    }
}

#[tokio::test]
async fn the_http_client_gets_its_timeouts() {
    for way in WAYS {
        let http = Canned::new([answer(200, "{}")]);
        let settings = Settings {
            http: http.clone(),
            seen: Arc::default(),
        };
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_millis(123))
            .read_timeout(Duration::from_millis(456));
        let conf = config(&http)
            .http_client(settings.clone())
            .timeout_config(timeouts.build());
        way.get(&Client::from_conf(conf.build())).await.unwrap();
        let seen = settings.seen.lock().unwrap();
        let asked = |settings: &HttpConnectorSettings| {
            settings.connect_timeout() == Some(Duration::from_millis(123))
                && settings.read_timeout() == Some(Duration::from_millis(456))
        };
        assert!(!seen.is_empty() && seen.iter().all(asked), "{seen:?}");
    }
}

/// An HTTP client whose answers begin and do not go on.
#[derive(Debug, Clone)]
struct Stalling;

impl http_body::Body for Stalling {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        Poll::Pending
    }
}

impl HttpConnector for Stalling {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let status = 200_u16.try_into().unwrap();
        let body = SdkBody::from_body_1_x(Self);
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body)))
    }
}

impl HttpClient for Stalling {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

#[tokio::test]
async fn protection_from_stalled_streams() {
    tokio::join!(stalls(Way::Usual), stalls(Way::Typed));
}

async fn stalls(way: Way) {
    let within = |seconds| TimeoutConfig::builder().operation_timeout(Duration::from_secs(seconds));
    let conf = config(&Canned::new([Reply::Hang]))
        .http_client(Stalling)
        .retry_config(RetryConfig::disabled());
    let protection =
        StalledStreamProtectionConfig::enabled().grace_period(Duration::from_millis(50));
    let protected = conf
        .clone()
        .timeout_config(within(60).build())
        .stalled_stream_protection(protection.build());
    let error = failed(way.get(&Client::from_conf(protected.build())).await);
    let Error::Transport(stalled) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(stalled.kind(), TransportErrorKind::Response, "{error:?}");
    assert!(error.is_retryable());

    let unprotected = conf
        .timeout_config(within(2).build())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    let error = failed(way.get(&Client::from_conf(unprotected.build())).await);
    assert!(error.is_timeout(), "{error:?}");
}

/// What an interceptor sees, at each of its chances.
#[derive(Debug, Clone, Default)]
struct Witness(Arc<Mutex<Vec<String>>>);

impl Witness {
    fn saw(&self, what: &str, body: &SdkBody) {
        let text = String::from_utf8_lossy(body.bytes().unwrap_or_default()).into_owned();
        self.0.lock().unwrap().push(format!("{what} {text}"));
    }
}

impl Intercept for Witness {
    fn name(&self) -> &'static str {
        "witness"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input = context
            .input()
            .downcast_ref::<GetItemInput>()
            .expect("a get");
        assert_eq!(input.table_name(), Some("shop"));
        let key = input.key().is_some_and(|key| key.contains_key("PK"));
        self.0.lock().unwrap().push(format!("key {key}"));
        Ok(())
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.saw("signing", context.request().body());
        context.request_mut().headers_mut().insert("x-mark", "seen");
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.saw("transmit", context.request().body());
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.saw("answer", context.response().body());
        *context.response_mut().body_mut() = SdkBody::from(r#"{"Item":{"a":{"S":"other"}}}"#);
        Ok(())
    }
}

#[tokio::test]
async fn interceptors_see_and_change_requests_and_answers() {
    for way in WAYS {
        let witness = Witness::default();
        let http = Canned::new([answer(200, r#"{"Item":{}}"#)]);
        let conf = config(&http)
            .interceptor(witness.clone())
            .app_name(AppName::new("till").unwrap());
        let client = Client::from_conf(conf.build());
        let response = way.get(&client).await.unwrap();
        assert_eq!(response.body(), r#"{"Item":{"a":{"S":"other"}}}"#);

        let [sent] = &http.seen()[..] else {
            panic!("one request")
        };
        assert_eq!(sent.header("x-mark"), "seen");
        assert!(sent.header("authorization").contains("x-mark"));
        let agent = sent.header("x-amz-user-agent");
        assert!(agent.contains("app/till"), "{agent}");
        assert!(sent.header("user-agent").starts_with("aws-sdk-rust/"));
        let saw = witness.0.lock().unwrap();
        assert_eq!(
            *saw,
            [
                format!("key {}", matches!(way, Way::Typed)),
                format!("signing {}", sent.text()),
                format!("transmit {}", sent.text()),
                "answer {\"Item\":{}}".to_owned(),
            ]
        );
    }
}

#[tokio::test]
async fn one_call_may_have_its_own_configuration() {
    for way in WAYS {
        for &operation in Operation::ALL {
            let http = Canned::new([answer(200, "{}")]);
            let client = Client::from_conf(config(&http).build());
            let mut call = Call::new(operation, &["shop"], request(operation));
            call.overrides =
                Some(aws_sdk_dynamodb::config::Builder::default().region(Region::new("us-west-2")));
            way.send(&client, call).await.unwrap();
            let uri = &http.seen()[0].uri;
            assert_eq!(uri, "https://dynamodb.us-west-2.amazonaws.com/");
        }
    }
}

#[tokio::test]
async fn errors_have_the_id_of_the_request() {
    for way in WAYS {
        for &operation in Operation::ALL {
            let http = Canned::new([refusal(400, "ValidationException", "")]);
            let client = Client::from_conf(config(&http).build());
            let call = Call::new(operation, &["shop"], request(operation));
            let error = failed(way.send(&client, call).await);
            assert_eq!(error.request_id(), Some("REQ1"), "{way:?} {operation:?}");
            assert_eq!(error.code(), Some("ValidationException"));
        }
    }
}
