//! The narrow waist between this crate and the user's SDK client: an operation's name and request body go in, its
//! response body or a typed error comes out.
//!
//! The client keeps doing credentials, signing, endpoints, retries, timeouts, interceptors and error parsing; only the
//! two bodies bypass its own types. How, is in [`hook`], the one file that knows the SDK's machinery.
//!
//! What follows from it for callers: the SDK's input holds the tables' names and nothing else, so a user's interceptor
//! that looks at the *input* sees an almost empty one (the HTTP request is complete), and what the SDK adds to inputs
//! does not reach the body. `TransactWriteItems` must therefore carry its own `ClientRequestToken`; the SDK's
//! retries send the same body again, and with it the same token.

pub(crate) mod control;
mod fault;
mod hook;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config;

pub(crate) use self::hook::Operation;
use crate::clock::Clock;
use crate::error::{Error, TransportError, TransportErrorKind};

/// A table at an endpoint. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) client: Client,
    /// The table's name or ARN.
    pub(crate) table: Arc<str>,
    /// The time that lifecycle attributes are stamped with.
    pub(crate) clock: Arc<dyn Clock>,
}

/// One request of the data plane.
pub(crate) struct Call<'c> {
    pub(crate) operation: Operation,
    /// The tables of the request, from which the SDK derives endpoints: exactly one, except for batches and
    /// transactions.
    pub(crate) tables: &'c [&'c str],
    /// The request body: DynamoDB JSON.
    pub(crate) body: Vec<u8>,
    /// Configuration of the SDK for this one call.
    pub(crate) overrides: Option<config::Builder>,
}

impl<'c> Call<'c> {
    pub(crate) fn new(
        operation: Operation,
        tables: &'c [&'c str],
        body: impl Into<Vec<u8>>,
    ) -> Self {
        Self {
            operation,
            tables,
            body: body.into(),
            overrides: None,
        }
    }
}

/// The answer to one request.
pub(crate) struct Response {
    body: String,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "no answer shows it yet; the tests hold on to it")
    )]
    request_id: Option<String>,
}

impl Response {
    /// The answer to a write that is known to have been applied.
    pub(crate) fn empty() -> Self {
        Self::of("{}".to_owned())
    }

    /// The answer that a body is.
    pub(crate) fn of(body: String) -> Self {
        Self {
            body,
            request_id: None,
        }
    }

    /// The response body, as it came: a JSON object.
    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    /// The same, to be kept.
    pub(crate) fn into_body(self) -> String {
        self.body
    }

    /// The id of the request, which AWS support asks for.
    #[cfg(test)]
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

/// Sends one request and waits for its answer.
///
/// # Errors
///
/// What the service answered, sorted by its code, or [`Error::Transport`] when no usable answer came.
pub(crate) async fn send(client: &Client, call: Call<'_>) -> Result<Response, Error> {
    let Call {
        operation,
        tables,
        body,
        overrides,
    } = call;
    let origin = Origin {
        operation: operation.name(),
        tables,
    };
    let exchange = hook::Exchange::new(operation, body);
    hook::dispatch(client, &exchange, origin, overrides)
        .await
        .map_err(|error| error.of_attempts(exchange.may_have_been_applied()))?;
    match exchange.into_answer() {
        Some(answer) => read(answer, origin).await,
        None => bypassed(origin),
    }
}

/// Where a call went, for the messages of its errors.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'c> {
    pub(crate) operation: &'static str,
    pub(crate) tables: &'c [&'c str],
}

impl Origin<'_> {
    /// `GetItem on table "shop"`, with back quotes.
    pub(crate) fn subject(&self) -> String {
        let mut subject = self.operation.to_owned();
        for (place, table) in self.tables.iter().enumerate() {
            subject.push_str(if place == 0 { " on table `" } else { ", `" });
            subject.push_str(table);
            subject.push('`');
        }
        subject
    }
}

/// Makes text of the answer's bytes: checked once, and not copied if it came in one piece and nobody else holds it.
async fn read(answer: hook::Answer, origin: Origin<'_>) -> Result<Response, Error> {
    let hook::Answer {
        body,
        status,
        request_id,
    } = answer;
    let bytes = aws_smithy_types::byte_stream::ByteStream::new(body)
        .collect()
        .await;
    let text = bytes
        .ok()
        .and_then(|bytes| String::from_utf8(bytes.into_bytes().into()).ok());
    // A page of a proxy or of the wrong server is told apart here; what is wrong further in, the decoder says.
    match text.filter(|text| text.trim_ascii_start().starts_with('{')) {
        Some(body) => Ok(Response { body, request_id }),
        None => Err(
            TransportError::new(TransportErrorKind::Response, origin.subject())
                .with_answer(status, request_id.as_deref())
                .into(),
        ),
    }
}

/// The SDK reported success, but its output was made without our deserializer.
///
/// The seam for callers that mock outputs: a path through the SDK's own types would begin here.
fn bypassed(origin: Origin<'_>) -> Result<Response, Error> {
    Err(TransportError::new(TransportErrorKind::Bypassed, origin.subject()).into())
}
