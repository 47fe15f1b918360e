//! Expressions: what a query says of a key, what a condition says of an item, and what an update does to it.
//!
//! Conditions and updates name attributes by handles, which the closures of operations receive: `|o| o.status`. All of
//! DynamoDB's expressions can be said with them; each row is sent to an engine by the test of that name in
//! `tests/tests/expressions.rs`. Below, `a` and `b` in an update stand for closures that return a handle.
//!
//! | DynamoDB | Here | Test |
//! |---|---|---|
//! | `a = b`, `a <> b` | `.eq(v)`, `.ne(v)` | `equal_and_not_equal` |
//! | `a < b`, `a <= b`, `a > b`, `a >= b` | `.lt(v)`, `.le(v)`, `.gt(v)`, `.ge(v)` | `less_and_greater` |
//! | `a BETWEEN b AND c` | `.between(low, high)` | `between` |
//! | `a IN (b, c)` | `.is_in([v, w])` | `is_in` |
//! | `attribute_exists(a)`, `attribute_not_exists(a)` | `.exists()`, `.not_exists()` | `exists_and_not_exists` |
//! | `attribute_type(a, b)` | `.is_type(Type::S)` | `is_type` |
//! | `begins_with(a, b)` | `.begins_with(v)` | `begins_with` |
//! | `contains(a, b)`: text in a text, element of a list, member of a set | `.contains(v)` | `contains` |
//! | `size(a)` | `.size()` | `size` |
//! | `a AND b`, `a OR b`, `NOT a` | `.and(c)`, `.or(c)`, `.not()`, `Condition::all([c, d])`, `Condition::any([c, d])` | `and_or_not` |
//! | `(a OR b) AND c` | `.or(c)`, `.and(c)` | `parentheses` |
//! | `a.b`, `a[0]` | `t.address.city`, `.at(0)`, `.entry("eur")`, `.open()` | `members_and_elements` |
//! | `a < b` with two attributes | `.lt(&t.limit)` | `attribute_against_attribute` |
//! | absent or `NULL` | `.eq(None)`, `.ne(None)` | `none_is_absence` |
//! | `SET a = :v` | `.set(a, v)` | `set` |
//! | `SET a = b` | `.set_from(a, b)` | `set_from` |
//! | `SET a = if_not_exists(a, :v)` | `.set_if_absent(a, v)` | `set_if_absent` |
//! | `SET a.b = if_not_exists(a.b, :zero) + :v` | `.add(a, v)` | `add` |
//! | `SET a = if_not_exists(a, :zero) - :v` | `.subtract(a, v)` | `subtract` |
//! | `SET a = list_append(a, :v)`, `SET a = list_append(:v, a)` | `.append(a, [v])`, `.prepend(a, [v])` | `append_and_prepend` |
//! | `REMOVE a`, `REMOVE a[0]` | `.remove(a)` | `remove` |
//! | `ADD a :v`, to a number | `.add(a, v)` | `add` |
//! | `ADD a :v`, to a set | `.add_to_set(a, set)` | `add_to_set` |
//! | `DELETE a :v` | `.remove_from_set(a, set)` | `remove_from_set` |
//!
//! What the handles do not say is said in DynamoDB's own words: [`raw`](raw()), for conditions and for
//! [`set_raw`](crate::Update::set_raw).
//!
//! `.open()` names what a `Box` holds; an `Option` needs nothing of the kind.
//!
//! Names and values are always placeholders, so that no reserved word and no sign in a name matters; equal ones are sent
//! once, numbered as they first appear. Parentheses are written where the shape of a condition needs them, and nowhere else.
//! What is larger than DynamoDB takes (4 KB of text, 300 operators and functions, 100 values of `IN`, 2 MB of values) is
//! refused with [`Error::Invalid`](crate::Error::Invalid) before anything is sent.

mod alias;
mod as_key;
#[doc(hidden)]
pub mod asked;
mod attr;
mod changes;
mod class;
mod collection;
mod condition;
mod gate;
mod index_keys;
mod kind;
mod node;
mod path;
mod raw;
mod said;
mod size;
mod sort;
#[cfg(test)]
mod tests;
mod types;
mod value;

pub(crate) use alias::{Aliases, ENTRY};
pub use as_key::AsKey;
pub use attr::{Attr, Attribute, Type};
pub(crate) use changes::{Change, Term, render as render_changes};
pub use class::{
    Class, Codec, Encodes, Epoch, Fixed, Flat, Free, Gated, Judged, Keyed, Managed, Member, Note,
    Notes, Orders, Primary, Read, Single, Stored, Unstored, With,
};
pub use collection::ItemCollection;
pub use condition::Condition;
pub use gate::{
    Assumes, At, Computes, Give, Given, Idle, IsSet, Known, Missing, Nothing, Omitted, Optional,
    Removes, Sets, State, States, Want, WantAll,
};
pub(crate) use index_keys::index_changes;
pub use kind::{
    AttributeType, Beginning, Boxed, Bytes, Counted, Elements, Flag, Holding, Kind, KindOf, List,
    Map, Measured, Members, Named, Numeric, Opaque, Ordered, Sequence, Sorted, Symbol, Text, Time,
};
pub(crate) use node::{Node, Operand, equals};
pub use path::Path;
pub use raw::{Raw, raw};
pub(crate) use said::{Saying, SoFar};
#[doc(hidden)]
pub use said::{said, said_of_key};
pub use size::Size;
#[doc(hidden)]
pub use sort::part;
pub use sort::{
    Always, Closed, Ends, First, Follows, Hashed, Last, Mid, Never, Open, Partition, Ranged,
    Shared, Slot, Sort, SortPart, Textual,
};
pub(crate) use sort::{KeyTerms, sort_components};
pub(crate) use value::encode as encode_value;
pub use value::{Comparand, Value};

use crate::Entity;

/// The handles of an entity's attributes. Derived with `#[derive(Entity)]`; an entity that has them is [`Attributed`].
///
/// It asks for nothing, so that what is wrong with an entity is said once, and not of its handles too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity",
    label = "has no attribute handles",
    note = "add `#[derive(Entity)]` and `#[entity(table = .., pk = \"..\", sk = \"..\")]` to the struct"
)]
pub trait Handles {
    /// A struct with one handle for each field.
    type Attributes;
    /// What an update of the entity begins with: the slots of its gated components, see [`State`].
    type Gate;
    /// The handles.
    fn attributes() -> Self::Attributes;
}

/// An entity whose attributes have handles.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no attribute handles",
    label = "conditions and updates name attributes by handles",
    note = "`#[derive(Entity)]` generates them"
)]
pub trait Attributed: Entity {
    /// A struct with one handle for each field.
    type Attributes;
    /// What an update of the entity begins with: the slots of its gated components, see [`State`].
    type Gate;
    /// The handles.
    fn attributes() -> Self::Attributes;
}

#[diagnostic::do_not_recommend]
impl<E: Entity + Handles> Attributed for E {
    type Attributes = <E as Handles>::Attributes;
    type Gate = <E as Handles>::Gate;

    fn attributes() -> Self::Attributes {
        <E as Handles>::attributes()
    }
}
