//! From the SDK's errors to ours.
//!
//! The SDK's errors are taken apart here and not kept: `ConditionalCheckFailedException` prints its item, and
//! `SdkError` the raw response. Only causes from below the protocol live on as `source()`.

use std::error::Error as StdError;

use aws_sdk_dynamodb::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_dynamodb::error::{BoxError, ConnectorError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId as _;
use aws_smithy_runtime_api::client::interceptors::InterceptorError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::{Origin, typed};
use crate::error::{Error, InvalidRequest, Refusal, TransportError, TransportErrorKind as Kind};

/// The error of a call, of the data plane or the control plane.
pub(super) fn of<E>(error: SdkError<E, HttpResponse>, origin: Origin<'_>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let cause = match &error {
        SdkError::ServiceError(context) => {
            return refused(context.err(), context.raw(), origin);
        }
        SdkError::ConstructionFailure(_) => Cause::Unbuilt,
        SdkError::TimeoutError(_) => Cause::Below(Kind::Timeout),
        SdkError::DispatchFailure(failure) => failure
            .as_connector_error()
            .map_or(Cause::Below(Kind::Other), unsent),
        _ => Cause::Unread,
    };
    let answer = error
        .raw_response()
        .map(|raw| (raw.status().as_u16(), request_id(raw).map(str::to_owned)));
    let source = error.into_source().ok();
    unanswered(cause, answer, source, origin)
}

/// The id of the request, from the headers of its answer.
pub(super) fn request_id(response: &HttpResponse) -> Option<&str> {
    let headers = response.headers();
    headers
        .get("x-amzn-requestid")
        .or_else(|| headers.get("x-amz-request-id"))
}

/// Why a call got no error of the service.
#[derive(Clone, Copy)]
enum Cause {
    Unbuilt,
    Below(Kind),
    /// What its kind says is all there is to say: the cause below would only repeat it.
    Plain(Kind),
    Unread,
}

/// An error answer: its evidence is taken from the raw body, or from the modelled error if that is not what the raw
/// answer says, as with mocks.
fn refused<E>(error: &E, raw: &HttpResponse, origin: Origin<'_>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let meta = error.meta();
    // A mocked error has no code of its own, but its text begins with the name of the exception.
    let shown = if meta.code().is_none() {
        error.to_string()
    } else {
        String::new()
    };
    let (name, rest) = shown
        .split_once(": ")
        .map_or((shown.as_str(), None), |(name, rest)| (name, Some(rest)));
    let name = Some(name).filter(|name| !name.is_empty() && !name.contains(' '));
    let Some(code) = meta.code().or(name) else {
        let error = TransportError::new(Kind::Response, origin.subject());
        return error
            .with_answer(raw.status().as_u16(), request_id(raw))
            .into();
    };
    let refusal = Refusal {
        operation: origin.operation,
        subject: origin.subject(),
        status: match raw.status().as_u16() {
            // It stands for no answer at all: what the HTTP client of mocks says.
            200..=299 | 418 => usual_status(code),
            status => status,
        },
        code,
        message: meta.message().or(rest),
        request_id: meta.request_id().or_else(|| request_id(raw)),
    };
    match refused_body(raw) {
        Some(body) => Error::answered(refusal, Some(body)),
        None => Error::answered(refusal, typed::evidence(error).as_deref()),
    }
}

/// The body of an answer that is an error of the service.
fn refused_body(raw: &HttpResponse) -> Option<&str> {
    let body = std::str::from_utf8(raw.body().bytes()?).ok()?;
    (!raw.status().is_success() && body.trim_ascii_start().starts_with('{')).then_some(body)
}

/// The HTTP status that the service sends a code with.
fn usual_status(code: &str) -> u16 {
    match code {
        "InternalServerError" => 500,
        "ServiceUnavailable" => 503,
        _ => 400,
    }
}

fn unanswered(
    cause: Cause,
    answer: Option<(u16, Option<String>)>,
    source: Option<BoxError>,
    origin: Origin<'_>,
) -> Error {
    let subject = origin.subject();
    // The connector's error says "io error" or "other"; what it wraps says what happened.
    let source = source.map(|source| match source.downcast::<ConnectorError>() {
        Ok(connector) => connector.into_source(),
        Err(source) => source,
    });
    let (kind, source) = match cause {
        Cause::Unbuilt => {
            let error = InvalidRequest::new(format!(
                "{subject}: the SDK could not build the request, its source says why"
            ));
            return match source {
                Some(source) => error.with_source(source),
                None => error,
            }
            .into();
        }
        Cause::Below(kind) => (kind, source),
        Cause::Plain(kind) => (kind, None),
        Cause::Unread
            if source
                .as_ref()
                .is_some_and(|source| source.is::<InterceptorError>()) =>
        {
            (Kind::Other, source)
        }
        Cause::Unread => (Kind::Response, source),
    };
    let mut error = TransportError::new(kind, subject);
    if let Some((status, request_id)) = answer {
        error = error.with_answer(status, request_id.as_deref());
    }
    match source {
        Some(source) => error.with_source(source),
        None => error,
    }
    .into()
}

/// Tells apart why a request did not leave, or got no answer.
///
/// Some of these errors have private types: they are known by their texts, each of which a test holds on to.
fn unsent(connector: &ConnectorError) -> Cause {
    if connector.is_timeout() {
        return Cause::Below(Kind::Timeout);
    }
    if connector.is_io() {
        return Cause::Below(Kind::Endpoint);
    }
    let mut next = Some(connector as &(dyn StdError + 'static));
    while let Some(cause) = next {
        next = cause.source();
        if is_credentials_error(cause) {
            return Cause::Below(Kind::Credentials);
        }
        if cause.is::<std::io::Error>() {
            return Cause::Below(Kind::Endpoint);
        }
        let text = cause.to_string();
        if text.contains("there was no identity resolver") {
            return Cause::Plain(Kind::Credentials);
        }
        if text.contains("identity resolver timed out") {
            return Cause::Below(Kind::Credentials);
        }
        if text.contains("No HTTP client was available") {
            return Cause::Plain(Kind::HttpClient);
        }
        if text.contains("Missing Region") {
            return Cause::Below(Kind::Endpoint);
        }
    }
    // What the connector itself classifies as an error of the other side is not ours to explain.
    Cause::Below(if connector.as_other().is_some() {
        Kind::Endpoint
    } else {
        Kind::Other
    })
}

/// Whether an error is the SDK's `CredentialsError`. The type has no public path in the SDK's crate, but its trait for
/// providers is there, and says what its futures fail with.
fn is_credentials_error(error: &(dyn StdError + 'static)) -> bool {
    fn is_error_of<F, E>(
        _: impl FnOnce(&'static SharedCredentialsProvider) -> F,
        error: &(dyn StdError + 'static),
    ) -> bool
    where
        F: Future<Output = Result<Credentials, E>>,
        E: StdError + 'static,
    {
        error.is::<E>()
    }
    is_error_of(ProvideCredentials::provide_credentials, error)
}
