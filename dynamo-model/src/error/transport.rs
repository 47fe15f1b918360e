//! Calls that got no usable answer.

use std::error::Error as StdError;
use std::fmt;

/// A call for which no usable answer of the service came back.
///
/// A write may have been applied all the same: the answer can be lost after the request arrived.
pub struct TransportError(Box<Failure>);

#[derive(Debug)]
struct Failure {
    kind: TransportErrorKind,
    subject: Box<str>,
    status: Option<u16>,
    request_id: Option<Box<str>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Why no usable answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No DynamoDB endpoint could be reached: connection refused, unknown host, broken connection, no region.
    Endpoint,
    /// A timeout of the SDK's configuration ended the call.
    Timeout,
    /// No credentials are configured, or their provider failed.
    Credentials,
    /// The SDK has no HTTP client to send the request with.
    HttpClient,
    /// Something answered, but not with what DynamoDB sends: a proxy's page, a cut or damaged body.
    Response,
    /// Anything else that stopped the call inside the SDK, an interceptor's error for example.
    Other,
}

impl TransportError {
    pub(crate) fn new(kind: TransportErrorKind, subject: String) -> Self {
        Self(Box::new(Failure {
            kind,
            subject: subject.into(),
            status: None,
            request_id: None,
            source: None,
        }))
    }

    /// Keeps the cause. Only for causes that hold no item data: `source()` and `Debug` show them.
    pub(crate) fn with_source(mut self, source: Box<dyn StdError + Send + Sync>) -> Self {
        self.0.source = Some(source);
        self
    }

    pub(crate) fn with_answer(mut self, status: u16, request_id: Option<&str>) -> Self {
        self.0.status = Some(status);
        self.0.request_id = request_id.map(Into::into);
        self
    }

    /// Why no usable answer came.
    pub fn kind(&self) -> TransportErrorKind {
        self.0.kind
    }

    /// The HTTP status, if there was an answer at all.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The id of the request, if there was an answer with one.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether the same call may succeed when it is sent again.
    pub(crate) fn is_retryable(&self) -> bool {
        match self.kind() {
            TransportErrorKind::Endpoint | TransportErrorKind::Timeout => true,
            // A body that broke off, or a proxy without its server; another server's page stays what it is.
            TransportErrorKind::Response => {
                self.0.source.is_some() || self.status().is_some_and(|status| status >= 500)
            }
            _ => false,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure {
            kind,
            subject,
            status,
            source,
            ..
        } = &*self.0;
        write!(f, "{subject}: ")?;
        match kind {
            TransportErrorKind::Endpoint => f.write_str(
                "no DynamoDB endpoint answered: check `region` and `endpoint_url` on the SDK's config \
                 (DynamoDB Local listens at `endpoint_url(\"http://localhost:8000\")`)",
            ),
            TransportErrorKind::Timeout => f.write_str(
                "no answer within the time the SDK allows: raise `timeout_config` on the SDK's config, or send it again",
            ),
            TransportErrorKind::Credentials if source.is_some() => f.write_str(
                "no credentials, their provider failed: set working ones on the SDK's config with `credentials_provider`",
            ),
            TransportErrorKind::Credentials => f.write_str(
                "no credentials are configured: set them on the SDK's config with `credentials_provider`, \
                 or load the config with `aws_config::load_defaults`",
            ),
            TransportErrorKind::HttpClient => f.write_str(
                "no HTTP client: enable the feature `default-https-client` of `aws-sdk-dynamodb`, \
                 or set `http_client` on the SDK's config",
            ),
            TransportErrorKind::Response => {
                f.write_str("the answer is not one of DynamoDB's")?;
                if let Some(status) = status {
                    write!(f, " (HTTP status {status})")?;
                }
                f.write_str(": check `endpoint_url` and what stands between here and there")
            }
            TransportErrorKind::Other => f.write_str("the SDK could not complete the call, its source says why"),
        }
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
