//! Expressions: what a query says of a key, what a condition says of an item, and what an update does to it.

mod alias;
mod attr;
mod changes;
mod class;
mod condition;
mod gate;
mod index_keys;
mod kind;
mod node;
mod path;
mod said;
mod sort;
#[cfg(test)]
mod tests;
mod types;
mod value;

pub(crate) use alias::Aliases;
pub use attr::{Attr, Attribute, Size, Type};
pub(crate) use changes::{Change, Term, render as render_changes};
pub use class::{
    Class, Codec, Encodes, Epoch, Fixed, Flat, Free, Gated, Judged, Keyed, Managed, Member, Note,
    Notes, Orders, Primary, Single, Stored, Unstored, With,
};
pub use condition::Condition;
pub use gate::{
    Assumes, At, Computes, Give, Given, Idle, IsSet, Known, Missing, Nothing, Removes, Sets, State,
    States, Want, WantAll,
};
pub(crate) use index_keys::index_changes;
pub use kind::{
    AttributeType, Beginning, Boxed, Bytes, Counted, Elements, Flag, Holding, Kind, KindOf, List,
    Map, Measured, Members, Named, Numeric, Opaque, Ordered, Sequence, Sorted, Symbol, Text, Time,
};
pub(crate) use node::{Node, Operand, equals};
pub use path::Path;
pub(crate) use said::Saying;
#[doc(hidden)]
pub use said::{said, said_of_key};
#[doc(hidden)]
pub use sort::part;
pub(crate) use sort::sort_components;
pub use sort::{
    Always, Closed, Ends, First, Follows, Hashed, Last, Mid, Never, Open, Partition, Ranged, Slot,
    Sort, SortPart, Textual,
};
pub(crate) use value::encode as encode_value;
pub use value::{Comparand, Value};

use crate::Entity;

/// An entity whose attributes have handles. Derived with `#[derive(Entity)]`.
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
