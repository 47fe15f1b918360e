//! The one error of the crate.

mod canceled;
mod collection;
mod cursor;
mod incomplete;
mod raw;
mod request;
mod service;
mod transport;

use std::error::Error as StdError;
use std::fmt;

pub(crate) use canceled::Performed;
pub use canceled::{CancellationReason, Outcome, OutcomeKind, TransactionCanceled};
pub use collection::{CollectionError, CollectionProblem};
pub use cursor::{CursorError, CursorErrorKind};
pub use incomplete::Incomplete;
pub use request::{InvalidRequest, ModelMismatch, WaitTimeout};
pub(crate) use service::Refusal;
pub use service::{
    ConditionFailed, NotUnique, ServiceError, Throttled, ThrottlingReason, VersionConflict,
};
pub use transport::{TransportError, TransportErrorKind};

use crate::key::KeyError;
use crate::wire::{DecodeError, EncodeError};

/// Everything that can go wrong, whatever the operation and the entity.
///
/// Keys and values of items appear in neither `Debug` nor `Display` nor [`source`](StdError::source) of any variant.
///
/// # Examples
///
/// ```
/// use dynamo_model::Error;
///
/// fn reaction(error: &Error) -> &'static str {
///     match error {
///         Error::ConditionFailed(_) => "the item is not as it should be",
///         Error::VersionConflict(_) => "somebody was faster",
///         Error::ItemNotFound(_) => "there is no such item",
///         error if error.is_retryable() => "send it again later",
///         _ => "report it, with `request_id()` and `code()`",
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A key could not be made from its components, or not be read back. Nothing was sent.
    Key(KeyError),
    /// A value could not be written as DynamoDB attribute values. Nothing was sent.
    Encode(EncodeError),
    /// An item is larger than the 409,600 bytes (400 KB) that DynamoDB stores. Nothing was sent.
    ItemTooLarge {
        /// The name of the entity.
        entity: &'static str,
        /// The size of the item in bytes, by DynamoDB's rules.
        bytes: usize,
    },
    /// A returned item is not what its type says.
    Decode(DecodeError),
    /// The items of a partition do not make up the collection.
    Collection(CollectionError),
    /// The condition of a write does not hold. The stored item is kept if it was asked for.
    ConditionFailed(ConditionFailed),
    /// A write was made from another version of the item than the stored one, which is kept.
    VersionConflict(VersionConflict),
    /// Another item has a value that must be unique.
    NotUnique(NotUnique),
    /// A write needs an item that is not there: it was never written, or deleted since.
    ItemNotFound(ServiceError),
    /// A transaction was cancelled as a whole; one outcome per operation says why.
    TransactionCanceled(TransactionCanceled),
    /// A single write met a running transaction on the same item. It may be sent again.
    TransactionConflict(ServiceError),
    /// The table (or index) does not exist, or is not active yet.
    TableNotFound(ServiceError),
    /// More was asked for than a table, an index, a partition or the account allows.
    Throttled(Throttled),
    /// The credentials are not accepted, or do not permit the operation.
    AccessDenied(ServiceError),
    /// The service says that the request itself is wrong.
    Validation(ServiceError),
    /// Any other answer of the service.
    Service(ServiceError),
    /// No usable answer came.
    Transport(TransportError),
    /// A table is not what its model says.
    ModelMismatch(ModelMismatch),
    /// A table did not come to the awaited state in time.
    WaitTimeout(WaitTimeout),
    /// A request could not be built. Nothing was sent.
    Invalid(InvalidRequest),
    /// A batch was not processed to its end. The other entries were.
    Incomplete(Incomplete),
    /// A cursor was refused. Nothing was sent.
    Cursor(CursorError),
    /// `only` was asked for, and there are several.
    MoreThanOne {
        /// The name of what was read.
        what: &'static str,
    },
}

impl Error {
    /// Sorts an error answer by its code. `body` is the answer's raw body, from which evidence is taken.
    pub(crate) fn answered(refusal: Refusal<'_>, body: Option<&str>) -> Self {
        let service = ServiceError::new(refusal);
        match service.code() {
            "ConditionalCheckFailedException" => {
                Self::ConditionFailed(ConditionFailed::new(service, body))
            }
            "TransactionCanceledException" => {
                Self::TransactionCanceled(TransactionCanceled::new(service, body))
            }
            "TransactionConflictException" => Self::TransactionConflict(service),
            "ResourceNotFoundException" | "TableNotFoundException" => Self::TableNotFound(service),
            "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "ThrottlingException" => Self::Throttled(Throttled::new(service, body)),
            "AccessDeniedException"
            | "AccessDenied"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "NotAuthorized"
            | "OptInRequired"
            | "SignatureDoesNotMatch"
            | "UnrecognizedClientException" => Self::AccessDenied(service),
            "ValidationException" | "SerializationException" => Self::Validation(service),
            _ => Self::Service(service),
        }
    }

    /// The error of a call of which an earlier attempt may have been applied, or not.
    pub(crate) fn of_attempts(mut self, may_have_been_applied: bool) -> Self {
        if let Self::ConditionFailed(failed) = &mut self
            && may_have_been_applied
        {
            failed.set_retried();
        }
        self
    }

    /// What a request that could not be built is told once more: by `request()`, and then by `send()`.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Key(error) => Self::Key(error.clone()),
            Self::Encode(error) => Self::Encode(error.clone()),
            Self::Decode(error) => Self::Decode(error.clone()),
            Self::Invalid(error) => Self::Invalid(error.clone()),
            Self::Cursor(error) => Self::Cursor(*error),
            &Self::ItemTooLarge { entity, bytes } => Self::ItemTooLarge { entity, bytes },
            // The others are answers to what was sent.
            other => Self::Invalid(InvalidRequest::new(other.to_string())),
        }
    }

    /// Whether a write was made from another version of the item than the stored one.
    pub fn is_version_conflict(&self) -> bool {
        matches!(self, Self::VersionConflict(_))
    }

    /// Whether another item has a value that must be unique.
    pub fn is_not_unique(&self) -> bool {
        matches!(self, Self::NotUnique(_))
    }

    /// Whether a write needs an item that is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::ItemNotFound(_))
    }

    /// Whether a condition did not hold: of a single write, or of any action of a cancelled transaction.
    pub fn is_condition_failed(&self) -> bool {
        match self {
            Self::ConditionFailed(_) | Self::VersionConflict(_) => true,
            Self::TransactionCanceled(canceled) => canceled
                .reasons()
                .iter()
                .any(|reason| reason.code() == Some("ConditionalCheckFailed")),
            _ => false,
        }
    }

    /// Whether the table does not exist, or is not active yet (`ResourceNotFoundException`).
    pub fn is_table_not_found(&self) -> bool {
        matches!(self.root(), Self::TableNotFound(_))
    }

    /// Whether a table exists already, or is being changed (`ResourceInUseException`).
    pub fn is_table_in_use(&self) -> bool {
        self.code() == Some("ResourceInUseException")
    }

    /// Whether the request was throttled, after the SDK's own retries.
    pub fn is_throttled(&self) -> bool {
        matches!(self.root(), Self::Throttled(_))
    }

    /// Whether another transaction stood in the way.
    pub fn is_transaction_conflict(&self) -> bool {
        match self {
            Self::TransactionConflict(_) => true,
            Self::TransactionCanceled(canceled) => canceled
                .reasons()
                .iter()
                .any(|reason| reason.code() == Some("TransactionConflict")),
            _ => false,
        }
    }

    /// Whether a transaction's token was used before, within ten minutes, for a transaction of other content
    /// (`IdempotentParameterMismatchException`). Nothing was applied.
    pub fn is_token_mismatch(&self) -> bool {
        self.code() == Some("IdempotentParameterMismatchException")
    }

    /// Whether a timeout of the SDK's configuration ended the call.
    pub fn is_timeout(&self) -> bool {
        matches!(self.root(), Self::Transport(error) if error.kind() == TransportErrorKind::Timeout)
    }

    /// Whether the same request may succeed when it is sent again later.
    ///
    /// The SDK has already retried most of these as often as its retry configuration allows. A write that ended in a
    /// timeout, a broken connection or an internal error of the service may have been applied.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Throttled(_) | Self::TransactionConflict(_) => true,
            Self::TransactionCanceled(canceled) => canceled.is_retryable(),
            Self::Service(service) => {
                service.status() >= 500
                    || matches!(
                        service.code(),
                        "InternalServerError"
                            | "LimitExceededException"
                            | "ReplicatedWriteConflictException"
                            | "ServiceUnavailable"
                            | "TransactionInProgressException"
                    )
            }
            Self::Transport(error) => error.is_retryable(),
            Self::Incomplete(error) => error.cause().is_none_or(Self::is_retryable),
            _ => false,
        }
    }

    /// The service's answer, if there was one.
    pub fn service(&self) -> Option<&ServiceError> {
        match self.root() {
            Self::ConditionFailed(error) => Some(error.service()),
            Self::VersionConflict(error) => Some(error.service()),
            Self::NotUnique(error) => Some(error.service()),
            Self::TransactionCanceled(error) => Some(error.service()),
            Self::Throttled(error) => Some(error.service()),
            Self::ItemNotFound(service)
            | Self::TransactionConflict(service)
            | Self::TableNotFound(service)
            | Self::AccessDenied(service)
            | Self::Validation(service)
            | Self::Service(service) => Some(service),
            _ => None,
        }
    }

    /// The error code of the service, such as `ValidationException`.
    pub fn code(&self) -> Option<&str> {
        self.service().map(ServiceError::code)
    }

    /// The id of the request, which AWS support asks for.
    pub fn request_id(&self) -> Option<&str> {
        match self.root() {
            Self::Transport(error) => error.request_id(),
            _ => self.service()?.request_id(),
        }
    }

    /// What made a batch incomplete, if an error did; any other error is its own root.
    fn root(&self) -> &Self {
        match self {
            Self::Incomplete(incomplete) => incomplete.cause().unwrap_or(self),
            error => error,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(error) => error.fmt(f),
            Self::Encode(error) => error.fmt(f),
            Self::ItemTooLarge { entity, bytes } => write!(
                f,
                "an item of `{entity}` has {bytes} bytes, DynamoDB stores up to 409600: \
                 keep large values elsewhere, or split the item"
            ),
            Self::Decode(error) => error.fmt(f),
            Self::ConditionFailed(error) => error.fmt(f),
            Self::VersionConflict(error) => error.fmt(f),
            Self::NotUnique(error) => error.fmt(f),
            Self::ItemNotFound(service) => write!(
                f,
                "{} needs an item with this key, and there is none: it was never written, or deleted since",
                service.subject()
            ),
            Self::TransactionCanceled(error) => error.fmt(f),
            Self::TransactionConflict(service) => {
                write!(
                    f,
                    "{} met a running transaction on the same item: send it again; {service}",
                    service.subject()
                )
            }
            Self::TableNotFound(service) => write!(
                f,
                "{}: there is no such table or index, or it is not active yet: create it and wait for it, \
                 or check its name, the region and the endpoint{}; {service}",
                service.subject(),
                service.advice()
            ),
            Self::Throttled(error) => error.fmt(f),
            Self::AccessDenied(service) => write!(
                f,
                "{} is not permitted: check the credentials, and what they are allowed to do; {service}",
                service.subject()
            ),
            Self::Validation(service) => {
                write!(
                    f,
                    "{} is not a valid request, says the service{}; {service}",
                    service.subject(),
                    service.advice()
                )
            }
            Self::Service(service) if self.is_token_mismatch() => write!(
                f,
                "{}: the token belongs to a transaction of other content, sent within the last ten minutes: \
                 take a new token for every new transaction; {service}",
                service.subject()
            ),
            Self::Service(service) => write!(f, "{} failed; {service}", service.subject()),
            Self::Transport(error) => error.fmt(f),
            Self::ModelMismatch(error) => error.fmt(f),
            Self::WaitTimeout(error) => error.fmt(f),
            Self::Invalid(error) => error.fmt(f),
            Self::Collection(error) => error.fmt(f),
            Self::Incomplete(error) => error.fmt(f),
            Self::Cursor(error) => error.fmt(f),
            Self::MoreThanOne { what } => write!(
                f,
                "there is more than one item of `{what}`, where `only` allows one: narrow the query, or ask for `first`"
            ),
        }
    }
}

impl StdError for Error {
    /// What lies beneath: `Display` already says what the variant's own content has to say.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Key(error) => error.source(),
            Self::Encode(error) => error.source(),
            Self::Decode(error) => error.source(),
            Self::Transport(error) => error.source(),
            Self::Invalid(error) => error.source(),
            Self::Incomplete(error) => error.source(),
            _ => None,
        }
    }
}

macro_rules! from {
    ($($variant:ident($content:ident)),* $(,)?) => {$(
        impl From<$content> for Error {
            fn from(content: $content) -> Self {
                Self::$variant(content)
            }
        }
    )*};
}

from! {
    Key(KeyError), Encode(EncodeError), Decode(DecodeError), Transport(TransportError), Invalid(InvalidRequest),
    ModelMismatch(ModelMismatch), WaitTimeout(WaitTimeout), TransactionCanceled(TransactionCanceled),
    Incomplete(Incomplete), Cursor(CursorError), Collection(CollectionError),
}

#[cfg(test)]
mod tests {
    use super::{Error, ModelMismatch};

    #[test]
    fn it_is_small_and_goes_everywhere() {
        fn everywhere<T: std::error::Error + Send + Sync + 'static>() {}
        everywhere::<Error>();
        assert!(size_of::<Error>() <= 64, "{} bytes", size_of::<Error>());
    }

    #[test]
    fn differences_are_listed() {
        let error = Error::from(ModelMismatch::new(
            "shop",
            vec!["no index `GSI1`".into(), "no TTL".into()],
        ));
        assert_eq!(
            error.to_string(),
            "table `shop` is not what its model says: no index `GSI1`; no TTL"
        );
        assert!(!error.is_retryable());
    }
}
