//! Transactions that were cancelled, and what became of each of their operations.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::Error;
use super::raw;
use super::service::{ConditionFailed, NotUnique, ServiceError, item, text, without_values};
use crate::wire::{RawItem, Scalar};

/// A transaction that was cancelled as a whole: `TransactionCanceledException`. Nothing of it was applied.
///
/// # Examples
///
/// ```
/// use dynamo_model::{Error, OutcomeKind};
///
/// fn explain(error: &Error) {
///     if let Error::TransactionCanceled(canceled) = error {
///         for (position, outcome) in canceled.outcomes().iter().enumerate() {
///             if outcome.kind() != OutcomeKind::NoError {
///                 println!("{position}: {} of {}", outcome.action(), outcome.entity());
///             }
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct TransactionCanceled(Box<Cancellation>);

#[derive(Debug)]
struct Cancellation {
    service: ServiceError,
    reasons: Vec<CancellationReason>,
    outcomes: Vec<Outcome>,
}

/// What the service says of one action of a cancelled transaction.
///
/// The stored item comes with it if the action asked for it and its condition failed; it is never shown.
#[derive(Clone, Default)]
pub struct CancellationReason {
    code: Option<Box<str>>,
    message: Option<Box<str>>,
    item: Option<Arc<str>>,
}

/// What became of one operation of a cancelled transaction, in the order in which they were added to it.
///
/// `Debug` does not show the stored item.
#[derive(Debug, Clone)]
pub struct Outcome {
    performed: Performed,
    kind: OutcomeKind,
    /// What decided it.
    reason: CancellationReason,
    /// The unique field, and whether its value was claimed, if that is said of an action that goes with the own one.
    beside: Option<(&'static str, bool)>,
}

/// What was wrong with one operation of a cancelled transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutcomeKind {
    /// Nothing. It was not applied because of the others (`None`).
    NoError,
    /// Its condition does not hold (`ConditionalCheckFailed`).
    ConditionFailed,
    /// Its condition does not hold, because there is no such item (`ConditionalCheckFailed` without an item).
    NotFound,
    /// The operation was made from another version of the item than the stored one
    /// (`ConditionalCheckFailed` with such an item).
    VersionConflict,
    /// Another item has a value that must be unique: [`field`](Outcome::field) says of which field.
    NotUnique,
    /// Another request on the same item stood in the way (`TransactionConflict`). It may be sent again.
    Conflict,
    /// More was asked for than a table or an index allows (`ThrottlingError`, `ProvisionedThroughputExceeded`). It may
    /// be sent again.
    Throttled,
    /// The operation is wrong for this item: a type that an update cannot add to, for example, or an item that would
    /// become too large (`ValidationError`).
    Invalid,
    /// Anything else: [`code`](Outcome::code) has what the service says, if it says anything.
    Other,
}

/// What an operation asked for, for the story of what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Performed {
    /// The name of its own action: `Put`, `Update`, `Delete`, `ConditionCheck` or `Get`.
    pub(crate) action: &'static str,
    pub(crate) entity: &'static str,
    /// Its actions among those of the request: its own, and then those that go with it.
    pub(crate) actions: Range<usize>,
    /// Whether its own action asked for the stored item.
    pub(crate) asks_for_item: bool,
    /// What the actions that go with it are for: a unique field, and whether its value is claimed.
    pub(crate) claims: Vec<(&'static str, bool)>,
    /// The version that the stored item had to have, and its attribute.
    pub(crate) expected: Option<(&'static str, u64)>,
}

impl Performed {
    /// Whether the stored item has another version than it had to have.
    fn is_of_another_version(&self, item: Option<&str>) -> bool {
        let (Some((attribute, expected)), Some(item)) = (self.expected, item) else {
            return false;
        };
        let stored = match RawItem::new(item).scalar(attribute) {
            Ok(Some(Scalar::N(digits))) => digits.parse().unwrap_or(0),
            _ => 0,
        };
        stored != expected
    }
}

impl TransactionCanceled {
    pub(crate) fn new(service: ServiceError, body: Option<&str>) -> Self {
        let list = body.and_then(|body| raw::member(body, &["CancellationReasons"]));
        let reasons = list.map(raw::elements).unwrap_or_default();
        let reasons = reasons
            .into_iter()
            .map(|reason| CancellationReason {
                // The service names the absence of an error with a word.
                code: text(reason, "Code")
                    .filter(|code| code != "None")
                    .map(Into::into),
                message: text(reason, "Message").map(Into::into),
                item: item(reason).map(Into::into),
            })
            .collect();
        Self(Box::new(Cancellation {
            service,
            reasons,
            outcomes: Vec::new(),
        }))
    }

    /// Sorts the reasons by the operations that they are about.
    pub(crate) fn with_operations(mut self, operations: Vec<Performed>) -> Self {
        let reasons = &self.0.reasons;
        let outcomes = operations
            .into_iter()
            .map(|performed| Outcome::new(performed, reasons))
            .collect();
        self.0.outcomes = outcomes;
        self
    }

    /// One outcome per operation of the transaction, in the order in which they were added to it.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.0.outcomes
    }

    /// One reason per action of the request, as the service gave them; empty if it gave none.
    ///
    /// An operation may take several actions: [`outcomes`](Self::outcomes) has them sorted by operation.
    pub fn reasons(&self) -> &[CancellationReason] {
        &self.0.reasons
    }

    /// The service's answer.
    pub fn service(&self) -> &ServiceError {
        &self.0.service
    }

    /// The error of an operation that is a transaction only because it writes several items.
    pub(crate) fn into_single(self, operation: usize) -> Error {
        let outcome = self.0.outcomes.get(operation);
        match outcome {
            Some(outcome) if outcome.is_own_condition() => {
                let item = outcome.raw_item().map(Into::into);
                Error::ConditionFailed(ConditionFailed::of(self.0.service, item))
            }
            Some(outcome) if outcome.kind() == OutcomeKind::NotUnique => {
                let (entity, field) = (outcome.entity(), outcome.field().unwrap_or_default());
                Error::NotUnique(NotUnique::new(self.0.service, entity, field))
            }
            Some(outcome) if outcome.kind() == OutcomeKind::Conflict => self.into_conflict(),
            _ => Error::TransactionCanceled(self),
        }
    }

    /// The error of a write that others stood in the way of, again and again.
    pub(crate) fn into_conflict(self) -> Error {
        Error::TransactionConflict(self.0.service)
    }

    /// Whether there is nothing wrong that would not pass.
    pub(crate) fn is_retryable(&self) -> bool {
        let mut failed = self.reasons().iter().filter(|reason| reason.has_failed());
        let first = failed.next();
        first.is_some_and(CancellationReason::is_passing)
            && failed.all(CancellationReason::is_passing)
    }
}

impl Outcome {
    fn new(performed: Performed, reasons: &[CancellationReason]) -> Self {
        let own = performed.actions.start;
        let failed = |passing: bool| {
            performed.actions.clone().find(|at| {
                let reason = reasons.get(*at);
                reason.is_some_and(|reason| reason.has_failed() && reason.is_passing() == passing)
            })
        };
        // What stays wrong is the news, also where something else would pass.
        let decisive = failed(false).or_else(|| failed(true)).unwrap_or(own);
        let beside = (decisive - own)
            .checked_sub(1)
            .map(|at| performed.claims.get(at).copied().unwrap_or(("", false)));
        let reason = reasons.get(decisive).cloned();
        let kind = match &reason {
            None => OutcomeKind::Other,
            Some(reason) => match reason.kind() {
                OutcomeKind::ConditionFailed if matches!(beside, Some((_, true))) => {
                    OutcomeKind::NotUnique
                }
                OutcomeKind::ConditionFailed
                    if beside.is_none() && performed.is_of_another_version(reason.raw_item()) =>
                {
                    OutcomeKind::VersionConflict
                }
                OutcomeKind::ConditionFailed
                    if performed.asks_for_item && beside.is_none() && !reason.has_item() =>
                {
                    OutcomeKind::NotFound
                }
                kind => kind,
            },
        };
        Self {
            performed,
            kind,
            reason: reason.unwrap_or_default(),
            beside,
        }
    }

    /// What was wrong with the operation.
    pub fn kind(&self) -> OutcomeKind {
        self.kind
    }

    /// The name of the operation's action: `Put`, `Update`, `Delete`, `ConditionCheck` or `Get`.
    pub fn action(&self) -> &'static str {
        self.performed.action
    }

    /// The name of the entity.
    pub fn entity(&self) -> &'static str {
        self.performed.entity
    }

    /// The unique field whose value another item has, for [`OutcomeKind::NotUnique`].
    pub fn field(&self) -> Option<&'static str> {
        self.beside.map(|(field, _)| field)
    }

    /// Whether the operation's own condition does not hold.
    pub(crate) fn is_own_condition(&self) -> bool {
        self.beside.is_none()
            && matches!(
                self.kind,
                OutcomeKind::ConditionFailed | OutcomeKind::NotFound | OutcomeKind::VersionConflict
            )
    }

    /// The field whose value could not be given up, because it is not the item's any more.
    pub(crate) fn failed_release(&self) -> Option<&'static str> {
        let (field, claims) = self.beside?;
        (!claims && self.kind == OutcomeKind::ConditionFailed).then_some(field)
    }

    /// The service's code, such as `ConditionalCheckFailed` or `TransactionConflict`; `None` without error.
    pub fn code(&self) -> Option<&str> {
        self.reason.code()
    }

    /// The message exactly as the service sent it. It may repeat keys and values of the request.
    pub fn message(&self) -> Option<&str> {
        self.reason.message()
    }

    /// Whether the service returned the item that failed the operation's condition.
    pub fn has_item(&self) -> bool {
        self.raw_item().is_some()
    }

    /// The stored item as DynamoDB JSON. That of another action is no item of the entity.
    pub(crate) fn raw_item(&self) -> Option<&str> {
        if self.beside.is_some() {
            None
        } else {
            self.reason.raw_item()
        }
    }
}

/// What was wrong, without the operation: "the condition does not hold".
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            OutcomeKind::NoError => f.write_str("no error of its own")?,
            OutcomeKind::ConditionFailed => f.write_str("the condition does not hold")?,
            OutcomeKind::NotFound => f.write_str("there is no such item")?,
            OutcomeKind::VersionConflict => {
                f.write_str("it was made from another version of the item than the stored one")?;
            }
            OutcomeKind::NotUnique => write!(
                f,
                "another item has the same `{}`, which must be unique",
                self.field().unwrap_or_default()
            )?,
            OutcomeKind::Conflict => f.write_str("another request on the item stood in the way")?,
            OutcomeKind::Throttled => f.write_str("throttled")?,
            OutcomeKind::Invalid => {
                f.write_str("not valid for this item")?;
                if let Some(message) = self.message() {
                    write!(f, ", {}", without_values(message))?;
                }
            }
            OutcomeKind::Other => f.write_str(self.code().unwrap_or("unknown"))?,
        }
        Ok(())
    }
}

impl CancellationReason {
    /// The code, such as `ConditionalCheckFailed` or `TransactionConflict`; `None` for an action without error.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The message exactly as the service sent it. It may repeat keys and values of the request.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Whether the service returned the item that failed the action's condition.
    pub fn has_item(&self) -> bool {
        self.item.is_some()
    }

    /// The stored item as DynamoDB JSON.
    pub(crate) fn raw_item(&self) -> Option<&str> {
        self.item.as_deref()
    }

    fn kind(&self) -> OutcomeKind {
        match self.code() {
            None => OutcomeKind::NoError,
            Some("ConditionalCheckFailed") => OutcomeKind::ConditionFailed,
            Some("TransactionConflict") => OutcomeKind::Conflict,
            Some("ThrottlingError" | "ProvisionedThroughputExceeded") => OutcomeKind::Throttled,
            Some("ValidationError") => OutcomeKind::Invalid,
            Some(_) => OutcomeKind::Other,
        }
    }

    fn has_failed(&self) -> bool {
        self.code.is_some()
    }

    fn is_passing(&self) -> bool {
        matches!(self.kind(), OutcomeKind::Conflict | OutcomeKind::Throttled)
    }
}

impl fmt::Debug for CancellationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationReason")
            .field("code", &self.code)
            .field("message", &self.message().map(without_values))
            .field("has_item", &self.has_item())
            .finish_non_exhaustive()
    }
}

/// Says which operations failed and why, by their positions, which count from 0 as [`outcomes`](Self::outcomes) does.
impl fmt::Display for TransactionCanceled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was cancelled", self.0.service.subject())?;
        let mut separator = ": ";
        for (position, outcome) in self.outcomes().iter().enumerate() {
            if outcome.code().is_some() {
                let (action, entity) = (outcome.action(), outcome.entity());
                write!(
                    f,
                    "{separator}operation {position} ({action} of `{entity}`): {outcome}"
                )?;
                separator = "; ";
            }
        }
        if self.outcomes().is_empty() {
            for (action, reason) in self.reasons().iter().enumerate() {
                if let Some(code) = reason.code() {
                    write!(f, ", action {action}: {code}")?;
                }
            }
        }
        Ok(())
    }
}

impl std::error::Error for TransactionCanceled {}
