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
//!
//! Where that is not enough, for mocks above all, calls go through the SDK's own types: see [`typed`].

mod attempts;
mod connection;
pub(crate) mod control;
mod fault;
mod hook;
mod span;
#[cfg(test)]
pub(crate) mod tests;
mod typed;

use std::sync::Arc;

use aws_sdk_dynamodb::config;
use tracing::Instrument as _;

pub(crate) use self::connection::Connection;
pub(crate) use self::hook::Operation;
pub(crate) use self::span::Facts;
use self::span::Span;
use crate::clock::Clock;
use crate::error::{Error, InvalidRequest, TransportError, TransportErrorKind};
use crate::wire::{ConsumedCapacity, DecodeError, Envelope, read_envelope};

/// A table at an endpoint. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) client: Connection,
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
    /// What the request is about, for its span.
    pub(crate) facts: Facts,
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
            facts: Facts::default(),
            overrides: None,
        }
    }
}

/// The answer to one request.
pub(crate) struct Response {
    body: String,
    request_id: Option<String>,
    /// The request's, which ends when the answer is dropped: what an answer says is known once it is read.
    span: Span,
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
            span: Span::none(),
        }
    }

    /// The response body, as it came: a JSON object.
    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    /// The members of the body, which the span learns from what was counted.
    ///
    /// # Errors
    ///
    /// What is malformed about the body.
    pub(crate) fn envelope(&self) -> Result<Envelope<'_>, DecodeError> {
        let envelope = read_envelope(&self.body)?;
        self.span.counted(envelope.count, envelope.scanned_count);
        self.span.consumed(envelope.consumed_capacity.as_slice());
        Ok(envelope)
    }

    /// Tells the span what the request consumed, where the answer is no [`envelope`](Self::envelope).
    pub(crate) fn consumed(&self, consumed: &[ConsumedCapacity]) {
        self.span.consumed(consumed);
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

/// Sends one request and waits for its answer, in a span of its own.
///
/// # Errors
///
/// What the service answered, sorted by its code, or [`Error::Transport`] when no usable answer came.
pub(crate) async fn send(client: &Connection, call: Call<'_>) -> Result<Response, Error> {
    let span = Span::of_call(&call);
    // Boxed: the SDK's future takes more than ten kilobytes, which would be copied whenever one of ours is moved.
    let exchange = Box::pin(exchange(client, call));
    let sent = exchange.instrument(span.entered()).await;
    match sent {
        Ok(mut response) => {
            span.answered(response.request_id.as_deref());
            response.span = span;
            Ok(response)
        }
        Err(error) => {
            span.failed(&error);
            Err(error)
        }
    }
}

async fn exchange(client: &Connection, call: Call<'_>) -> Result<Response, Error> {
    let Call {
        operation,
        tables,
        body,
        overrides,
        ..
    } = call;
    let origin = Origin {
        operation: operation.name(),
        tables,
    };
    if client.is_typed() {
        return retyped(client, operation, &body, origin, overrides).await;
    }
    let exchange = hook::Exchange::new(operation, body);
    let sent = hook::dispatch(client, &exchange, origin, overrides.clone()).await;
    if let Some(body) = exchange.unsent_body() {
        return retyped(client, operation, body, origin, overrides).await;
    }
    match sent.map_err(|error| error.of_attempts(exchange.may_have_been_applied()))? {
        Some(said) => Ok(said),
        None => match exchange.into_answer() {
            Some(answer) => read(answer, origin).await,
            // Somebody made an output that says nothing: no item, nothing returned.
            None => Ok(Response::empty()),
        },
    }
}

/// Sends through the SDK's own types. Boxed: the usual way need not have room for it.
async fn retyped(
    client: &Connection,
    operation: Operation,
    body: &[u8],
    origin: Origin<'_>,
    overrides: Option<config::Builder>,
) -> Result<Response, Error> {
    let body = std::str::from_utf8(body)
        .map_err(|error| InvalidRequest::new("the request is no text").with_source(error.into()))?;
    Box::pin(typed::send(client, operation, body, origin, overrides)).await
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
        Some(body) => Ok(Response {
            request_id,
            ..Response::of(body)
        }),
        None => Err(
            TransportError::new(TransportErrorKind::Response, origin.subject())
                .with_answer(status, request_id.as_deref())
                .into(),
        ),
    }
}
