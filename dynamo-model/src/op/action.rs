//! One write of one item, before it is known whether it is sent alone or in a transaction.

use crate::schema::{EntityDef, TableDef};
use crate::transport::{Operation, Target};

/// What an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActionKind {
    Put,
    Update,
    Delete,
    /// A condition on an item that is not written. Only transactions have it.
    Check,
}

impl ActionKind {
    /// The member of a `TransactItems` entry that holds such an action.
    pub(crate) fn member(self) -> &'static str {
        match self {
            Self::Put => "Put",
            Self::Update => "Update",
            Self::Delete => "Delete",
            Self::Check => "ConditionCheck",
        }
    }

    /// The operation that sends it alone.
    pub(crate) fn operation(self) -> Option<Operation> {
        match self {
            Self::Put => Some(Operation::PutItem),
            Self::Update => Some(Operation::UpdateItem),
            Self::Delete => Some(Operation::DeleteItem),
            Self::Check => None,
        }
    }
}

/// A write of one item. A transaction takes the same members as the operation that sends it alone.
pub(crate) struct Action {
    pub(crate) kind: ActionKind,
    pub(crate) target: Target,
    pub(crate) table: &'static TableDef,
    pub(crate) entity: &'static EntityDef,
    /// The members, as one JSON object: `TableName`, `Item` or `Key`, expressions, aliases,
    /// `ReturnValuesOnConditionCheckFailure`.
    pub(crate) body: String,
    /// The version that the stored item must have, and its attribute.
    pub(crate) expected: Option<(&'static str, u64)>,
}
