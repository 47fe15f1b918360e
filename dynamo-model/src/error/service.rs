//! What DynamoDB answered when it refused a request.

use std::borrow::Cow;
use std::fmt;

use super::raw;

/// An error answer of the service: its code, message, HTTP status and request id.
///
/// `Display` and `Debug` leave out the parts of a message in which DynamoDB repeats the caller's values;
/// [`message`](Self::message) has the message as it was sent.
pub struct ServiceError(Box<Answer>);

struct Answer {
    operation: &'static str,
    subject: Box<str>,
    status: u16,
    code: Box<str>,
    message: Option<Box<str>>,
    request_id: Option<Box<str>>,
}

/// What an answer is made from, as the transport found it.
pub(crate) struct Refusal<'a> {
    pub(crate) operation: &'static str,
    /// The operation and its tables, for people: `GetItem` on a table by its name.
    pub(crate) subject: String,
    pub(crate) status: u16,
    pub(crate) code: &'a str,
    pub(crate) message: Option<&'a str>,
    pub(crate) request_id: Option<&'a str>,
}

impl ServiceError {
    pub(crate) fn new(refusal: Refusal<'_>) -> Self {
        Self(Box::new(Answer {
            operation: refusal.operation,
            subject: refusal.subject.into(),
            status: refusal.status,
            code: refusal.code.into(),
            message: refusal
                .message
                .filter(|message| !message.is_empty())
                .map(Into::into),
            request_id: refusal.request_id.map(Into::into),
        }))
    }

    /// The API operation that was refused, such as `PutItem`.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The error code, such as `ResourceInUseException`.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The message exactly as the service sent it. It may repeat keys and values of the request.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The id of the request, which AWS support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// The operation and its tables, for the beginning of a sentence.
    pub(crate) fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Where to look if the reason may be a table that differs from its model: our keys are made from the model, so what
    /// the service says of keys and indexes is seldom about values. Tables' own operations take no model.
    pub(crate) fn advice(&self) -> &'static str {
        let on_items = !self.operation().contains("Table") && !self.operation().contains("Time");
        let message = self.message().unwrap_or_default();
        let is_of_keys = ["key", "schema", "index", "Key", "Schema", "Index"]
            .iter()
            .any(|word| message.contains(word));
        if on_items && (is_of_keys || self.code() == "ResourceNotFoundException") {
            ": if the table may differ from its model, `verify()` names the differences"
        } else {
            ""
        }
    }

    fn shown(&self) -> Option<Cow<'_, str>> {
        self.message().map(without_values)
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        if let Some(message) = self.shown() {
            write!(f, ": {message}")?;
        }
        if let Some(id) = self.request_id() {
            write!(f, " (request id {id})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceError")
            .field("subject", &self.0.subject)
            .field("status", &self.0.status)
            .field("code", &self.0.code)
            .field("message", &self.shown())
            .field("request_id", &self.0.request_id)
            .finish()
    }
}

impl std::error::Error for ServiceError {}

/// Leaves the caller's values out of a message. DynamoDB repeats them in four ways: quoted
/// (`Value '…' at 'key' failed to satisfy constraint`), as a number it cannot read, as attribute values in braces, and
/// as the elements of a set.
pub(super) fn without_values(message: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(message);
    // From the first opening to the last closing, because a value may hold the closing words itself.
    for (open, close) in [("Value '", "' at '"), ("{", "}"), ("collection [", "]")] {
        let cut = text.find(open).map(|at| at + open.len()).and_then(|start| {
            let end = text.rfind(close).filter(|end| *end >= start)?;
            Some(format!("{}…{}", &text[..start], &text[end..]))
        });
        if let Some(cut) = cut {
            text = Cow::Owned(cut);
        }
    }
    if let Some(at) = text.find("numeric value: ") {
        text = Cow::Owned(format!("{}numeric value: …", &text[..at]));
    }
    text
}

/// A condition that did not hold: `ConditionalCheckFailedException`.
///
/// The item as it is stored comes with it if the request asked for it
/// (`ReturnValuesOnConditionCheckFailure = ALL_OLD`) and there is one; it is never shown by `Debug` or `Display`.
pub struct ConditionFailed(Box<Evidence>);

struct Evidence {
    service: ServiceError,
    item: Option<Box<str>>,
    /// Whether the SDK had sent the request before and not learnt what became of it.
    retried: bool,
}

impl ConditionFailed {
    /// Takes the stored item out of the answer's body, if it is there.
    pub(crate) fn new(service: ServiceError, body: Option<&str>) -> Self {
        let item = body.and_then(item).map(Into::into);
        Self(Box::new(Evidence {
            service,
            item,
            retried: false,
        }))
    }

    pub(super) fn of(service: ServiceError, item: Option<Box<str>>) -> Self {
        Self(Box::new(Evidence {
            service,
            item,
            retried: false,
        }))
    }

    /// Whether the service returned the item that failed the condition.
    ///
    /// A request that asked for it and gets none has met no item at all.
    pub fn has_item(&self) -> bool {
        self.0.item.is_some()
    }

    /// The service's answer without the item.
    pub fn service(&self) -> &ServiceError {
        &self.0.service
    }

    pub(crate) fn into_service(self) -> ServiceError {
        self.0.service
    }

    pub(super) fn set_retried(&mut self) {
        self.0.retried = true;
    }

    pub(crate) fn was_retried(&self) -> bool {
        self.0.retried
    }

    /// The stored item as DynamoDB JSON: the text of the object that maps attribute names to typed values.
    pub(crate) fn raw_item(&self) -> Option<&str> {
        self.0.item.as_deref()
    }
}

impl fmt::Debug for ConditionFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConditionFailed")
            .field("service", &self.0.service)
            .field("has_item", &self.has_item())
            .finish()
    }
}

impl fmt::Display for ConditionFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the condition of {} does not hold",
            self.0.service.subject()
        )?;
        f.write_str(if self.has_item() {
            ": the stored item is kept in this error"
        } else {
            ""
        })
    }
}

impl std::error::Error for ConditionFailed {}

/// A write that read another version than the stored item has: somebody else has written it since.
///
/// The stored item comes with it; it is never shown by `Debug` or `Display`.
#[derive(Debug)]
pub struct VersionConflict {
    failed: ConditionFailed,
    expected: u64,
    stored: u64,
}

impl VersionConflict {
    pub(crate) fn new(failed: ConditionFailed, expected: u64, stored: u64) -> Self {
        Self {
            failed,
            expected,
            stored,
        }
    }

    /// The version that the write was made from. 0 is an item that was never written.
    pub fn expected(&self) -> u64 {
        self.expected
    }

    /// The version that the stored item has. 0 is an item without one.
    pub fn stored(&self) -> u64 {
        self.stored
    }

    /// The service's answer without the item.
    pub fn service(&self) -> &ServiceError {
        self.failed.service()
    }

    pub(crate) fn raw_item(&self) -> Option<&str> {
        self.failed.raw_item()
    }
}

impl fmt::Display for VersionConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} was made from version {}, the stored item has {}: read it again, and decide anew; it is kept in this error",
            self.service().subject(),
            self.expected,
            self.stored
        )
    }
}

impl std::error::Error for VersionConflict {}

/// A write that would give an item a value that another one has, of a field that is `unique`.
#[derive(Debug)]
pub struct NotUnique {
    service: ServiceError,
    entity: &'static str,
    field: &'static str,
}

impl NotUnique {
    pub(super) fn new(service: ServiceError, entity: &'static str, field: &'static str) -> Self {
        Self {
            service,
            entity,
            field,
        }
    }

    /// The name of the entity.
    pub fn entity(&self) -> &'static str {
        self.entity
    }

    /// The name of the field.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The service's answer.
    pub fn service(&self) -> &ServiceError {
        &self.service
    }
}

impl fmt::Display for NotUnique {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "another `{}` has the same `{}`, which must be unique: choose another value",
            self.entity, self.field
        )
    }
}

impl std::error::Error for NotUnique {}

/// A request that was refused because too much was asked of a table, an index, a partition or the account:
/// `ProvisionedThroughputExceededException`, `RequestLimitExceeded` or `ThrottlingException`.
///
/// The SDK has already retried it as often as its retry configuration allows.
#[derive(Debug)]
pub struct Throttled(Box<Limits>);

#[derive(Debug)]
struct Limits {
    service: ServiceError,
    reasons: Vec<ThrottlingReason>,
}

/// One `ThrottlingReason`: which limit was met, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ThrottlingReason {
    /// Resource type, operation type and limit in one word, such as `TableReadProvisionedThroughputExceeded`.
    pub reason: Option<String>,
    /// The ARN of the table or index.
    pub resource: Option<String>,
}

impl Throttled {
    pub(crate) fn new(service: ServiceError, body: Option<&str>) -> Self {
        // The member's first letter depends on the exception.
        let list =
            body.and_then(|body| raw::member(body, &["ThrottlingReasons", "throttlingReasons"]));
        let reasons = list.map(raw::elements).unwrap_or_default();
        let reasons = reasons
            .into_iter()
            .map(|reason| ThrottlingReason {
                reason: text(reason, "reason"),
                resource: text(reason, "resource"),
            })
            .collect();
        Self(Box::new(Limits { service, reasons }))
    }

    /// The `ThrottlingReasons` of the answer; empty if the service gave none.
    pub fn reasons(&self) -> &[ThrottlingReason] {
        &self.0.reasons
    }

    /// The service's answer.
    pub fn service(&self) -> &ServiceError {
        &self.0.service
    }
}

impl fmt::Display for Throttled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was throttled", self.0.service.subject())?;
        for ThrottlingReason { reason, resource } in self.reasons() {
            write!(
                f,
                ", {}",
                reason.as_deref().unwrap_or("for an unknown reason")
            )?;
            if let Some(resource) = resource {
                write!(f, " on {resource}")?;
            }
        }
        write!(
            f,
            ": send it again later, or raise the limit; {}",
            self.0.service
        )
    }
}

impl std::error::Error for Throttled {}

/// The item of an answer; a `null` is no item.
pub(super) fn item(object: &str) -> Option<&str> {
    raw::member(object, &["Item"]).filter(|item| item.starts_with('{'))
}

pub(super) fn text(object: &str, name: &str) -> Option<String> {
    raw::member(object, &[name]).and_then(raw::string)
}

#[cfg(test)]
mod tests {
    use super::without_values;

    #[test]
    fn messages_lose_the_values_and_keep_the_rest() {
        for (message, shown) in [
            (
                "Requested resource not found",
                "Requested resource not found",
            ),
            (
                "1 validation error detected: Value 'top secret' at 'key' failed to satisfy constraint: Member must",
                "1 validation error detected: Value '…' at 'key' failed to satisfy constraint: Member must",
            ),
            (
                "2 validation errors detected: Value 'a' at 'x' failed; Value 'it' at 'b' at 'y' failed",
                "2 validation errors detected: Value '…' at 'y' failed",
            ),
            (
                "The parameter cannot be converted to a numeric value: 12x",
                "The parameter cannot be converted to a numeric value: …",
            ),
            ("bad key {pk: {S: secret}} given", "bad key {…} given"),
            ("} unbalanced {", "} unbalanced {"),
            (
                "Input collection [secret, ], secret] contains duplicates.",
                "Input collection […] contains duplicates.",
            ),
        ] {
            assert_eq!(without_values(message), shown);
        }
    }
}
