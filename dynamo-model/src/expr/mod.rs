//! Expressions: what a query says of a key.

mod sort;

#[doc(hidden)]
pub use sort::part;
pub(crate) use sort::sort_components;
pub use sort::{
    Always, Closed, Ends, First, Follows, Hashed, Last, Mid, Never, Open, Partition, Ranged, Slot,
    Sort, SortPart, Textual,
};
