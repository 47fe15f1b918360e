//! The engine as the SDK's HTTP client.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_sdk_dynamodb::config::{AsyncSleep, HttpClient, RuntimeComponents, SharedAsyncSleep};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use dynoxide::DynoxideError;

use super::dispatch::{Answer, dispatch};
use super::unprocessed::{Batch, Share, dispatch_part};
use super::{Call, Engine, Fault};

/// What the SDK asks for a connector, per call.
#[derive(Debug)]
pub(super) struct EmbeddedHttp(pub(super) Engine);

impl HttpClient for EmbeddedHttp {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            engine: self.0.clone(),
            read_timeout: settings.read_timeout(),
            sleep: components.sleep_impl(),
        })
    }
}

#[derive(Debug, Clone)]
struct Connector {
    engine: Engine,
    read_timeout: Option<Duration>,
    sleep: Option<SharedAsyncSleep>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move {
            match (connector.read_timeout, &connector.sleep) {
                (Some(limit), Some(sleep)) => {
                    let expired = sleep.sleep(limit);
                    within(connector.answer(request), expired).await
                }
                _ => connector.answer(request).await,
            }
        })
    }
}

/// The future's output, unless `expired` comes first.
async fn within(
    future: impl Future<Output = Result<HttpResponse, ConnectorError>>,
    expired: impl Future<Output = ()>,
) -> Result<HttpResponse, ConnectorError> {
    let mut future = pin!(future);
    let mut expired = pin!(expired);
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(output);
        }
        expired.as_mut().poll(context).map(|()| {
            Err(ConnectorError::timeout(
                "the embedded engine took longer than the read timeout".into(),
            ))
        })
    })
    .await
}

impl Connector {
    async fn answer(&self, mut request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let Some(operation) = operation(&request).map(str::to_owned) else {
            return self.respond(Answer::unknown_operation());
        };
        let body = read(request.take_body()).await?;
        let call = Call::new(&operation, &body);
        self.engine.inner.requests.push(&call);

        let mut share = None;
        let mut lose_answer = false;
        match self.engine.inner.faults.next(&call) {
            None => {}
            Some(Fault::Throttle) => return self.respond(throttled()),
            Some(Fault::ServerError) => return self.respond(server_error()),
            Some(Fault::DropRequest) => return Err(broken("before the request was applied")),
            Some(Fault::DropResponse) => lose_answer = true,
            Some(Fault::Unprocessed(entries)) => share = Some(Share::Entries(entries)),
            Some(Fault::UnprocessedFraction(part)) => share = Some(Share::Fraction(part)),
            Some(Fault::Delay(by)) => self.delay(by).await?,
        }
        let part = match share {
            None => None,
            Some(share) => Some((Batch::of(&operation).ok_or_else(not_a_batch)?, share)),
        };

        let answer = self.apply(call, part).await?;
        if lose_answer {
            return Err(broken("after the request was applied"));
        }
        self.respond(answer)
    }

    /// Runs the call on a thread that may block, one at a time and in order.
    async fn apply(
        &self,
        call: Call,
        part: Option<(Batch, Share)>,
    ) -> Result<Answer, ConnectorError> {
        let database = self.engine.inner.database.clone();
        let turn = self.engine.inner.turn.clone().lock_owned().await;
        let work = move || {
            // Held until the work is done, even when nobody waits for it any more.
            let _turn = turn;
            match part {
                None => dispatch(&database, call.operation(), call.body()),
                Some((batch, share)) => dispatch_part(&database, batch, call.body(), share),
            }
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => runtime
                .spawn_blocking(work)
                .await
                .map_err(|error| ConnectorError::other(error.into(), None)),
            // Another executor: there is no thread to hand the work to, and the work is short.
            Err(_) => Ok(work()),
        }
    }

    async fn delay(&self, by: Duration) -> Result<(), ConnectorError> {
        let Some(sleep) = &self.sleep else {
            return Err(ConnectorError::user(
                "a delay needs a client with a sleep implementation".into(),
            ));
        };
        sleep.sleep(by).await;
        Ok(())
    }

    fn respond(&self, answer: Answer) -> Result<HttpResponse, ConnectorError> {
        let status = StatusCode::try_from(answer.status)
            .map_err(|error| ConnectorError::other(error.into(), None))?;
        let checksum = crc32(answer.body.as_bytes());
        let length = answer.body.len();
        let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
        let headers = response.headers_mut();
        headers.insert("content-type", "application/x-amz-json-1.0");
        headers.insert("content-length", length.to_string());
        headers.insert("x-amzn-requestid", self.engine.next_request_id());
        headers.insert("x-amz-crc32", checksum.to_string());
        Ok(response)
    }
}

/// The operation that the request's target names, in either of DynamoDB's two services.
fn operation(request: &HttpRequest) -> Option<&str> {
    let target = request.headers().get("x-amz-target")?;
    target
        .strip_prefix("DynamoDB_20120810.")
        .or_else(|| target.strip_prefix("DynamoDBStreams_20120810."))
}

async fn read(body: SdkBody) -> Result<String, ConnectorError> {
    let bytes = match body.bytes() {
        Some(bytes) => bytes.to_vec(),
        // An interceptor may have wrapped the body in a stream.
        None => ByteStream::new(body)
            .collect()
            .await
            .map_err(|error| ConnectorError::io(error.into()))?
            .to_vec(),
    };
    String::from_utf8(bytes).map_err(|error| ConnectorError::user(error.into()))
}

fn throttled() -> Answer {
    Answer::error(&DynoxideError::ProvisionedThroughputExceededException(
        "injected: throughput exceeded".to_owned(),
    ))
}

fn server_error() -> Answer {
    Answer::error(&DynoxideError::InternalServerError(
        "injected: internal server error".to_owned(),
    ))
}

fn broken(when: &str) -> ConnectorError {
    ConnectorError::io(format!("injected: the connection broke {when}").into())
}

fn not_a_batch() -> ConnectorError {
    ConnectorError::user(
        "injected: only `BatchWriteItem` and `BatchGetItem` can leave entries unprocessed".into(),
    )
}

/// The checksum the service sends in `x-amz-crc32`.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut index: u32 = 0;
        while index < 256 {
            let mut value = index;
            let mut bit = 0;
            while bit < 8 {
                value = (value >> 1) ^ (0xEDB8_8320 * (value & 1));
                bit += 1;
            }
            table[index as usize] = value;
            index += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |sum, &byte| {
        TABLE[usize::from(sum.to_le_bytes()[0] ^ byte)] ^ (sum >> 8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_standard_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    /// Polled once, without a runtime of tokio's: then the call is made where it is polled.
    fn answer(target: &'static str) -> HttpResponse {
        let connector = Connector {
            engine: Engine::memory().unwrap(),
            read_timeout: None,
            sleep: None,
        };
        let mut request = HttpRequest::new(SdkBody::from("{}"));
        request.headers_mut().insert("x-amz-target", target);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match pin!(connector.answer(request)).poll(&mut context) {
            Poll::Ready(Ok(response)) => response,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn both_services_answer_on_any_executor() {
        for (target, body) in [
            ("DynamoDB_20120810.ListTables", r#"{"TableNames":[]}"#),
            ("DynamoDBStreams_20120810.ListStreams", r#"{"Streams":[]}"#),
        ] {
            let response = answer(target);
            assert!(response.status().is_success());
            assert_eq!(response.body().bytes(), Some(body.as_bytes()));
            let length = response.headers().get("content-length");
            assert_eq!(length, Some(body.len().to_string().as_str()));
        }
        assert_eq!(answer("Weather_2026.Ask").status().as_u16(), 400);
    }
}
