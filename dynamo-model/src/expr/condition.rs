//! Typed conditions.

use std::fmt;
use std::marker::PhantomData;

use super::node::Node;
use crate::wire::EncodeError;

/// A condition on an item of entity `E`, made by the handles of its attributes.
///
/// The same for puts, updates, deletes, the checks of a transaction, and filters.
///
/// ```
/// # use dynamo_model::prelude::*;
/// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Order))] struct Shop;
/// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
/// # #[entity(table = Shop, pk = "ORDER#{id}")]
/// # struct Order { id: u32, total_cents: u64, paid_cents: u64, note: Option<String> }
/// # fn doc(shop: Handle<Shop>) {
/// let delete = shop
///     .delete(Order::key(7))
///     .condition(|o| o.total_cents.eq(0).or(o.note.begins_with("test").and(o.paid_cents.lt(&o.total_cents))));
/// # }
/// ```
#[must_use = "a condition does nothing until it is given to an operation"]
pub struct Condition<E> {
    node: Result<Node, EncodeError>,
    entity: PhantomData<fn() -> E>,
}

impl<E> Condition<E> {
    pub(crate) fn new(node: Node) -> Self {
        Self::made(Ok(node))
    }

    /// A condition, or why one of its values cannot be written, which the operation reports.
    pub(crate) fn made(node: Result<Node, EncodeError>) -> Self {
        Self {
            node,
            entity: PhantomData,
        }
    }

    pub(crate) fn into_node(self) -> Result<Node, EncodeError> {
        self.node
    }

    fn join(self, other: Self, join: impl FnOnce(Node, Node) -> Node) -> Self {
        Self::made(self.node.and_then(|node| Ok(join(node, other.node?))))
    }

    /// Both conditions: `AND`.
    pub fn and(self, other: Self) -> Self {
        self.join(other, Node::and)
    }

    /// One of the conditions at least: `OR`.
    pub fn or(self, other: Self) -> Self {
        self.join(other, Node::or)
    }

    /// The condition does not hold: `NOT`.
    #[expect(
        clippy::should_implement_trait,
        reason = "it is, beside this: `and`, `or` and `not` read alike"
    )]
    pub fn not(self) -> Self {
        Self::made(self.node.map(Node::not))
    }

    /// All of these conditions; `None` if there are none.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        conditions.into_iter().reduce(Self::and)
    }

    /// Any of these conditions; `None` if there are none.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        conditions.into_iter().reduce(Self::or)
    }
}

/// `!condition`
impl<E> std::ops::Not for Condition<E> {
    type Output = Self;

    fn not(self) -> Self {
        Condition::not(self)
    }
}

/// Says what kind of thing it is; a condition holds the user's values.
impl<E> fmt::Debug for Condition<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condition(..)")
    }
}
