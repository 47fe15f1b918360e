//! `BatchGetItem` and `BatchWriteItem`: any number of entries, in as many calls as they take.
//!
//! [`drive`] knows when which entries are sent; the two builders know what an entry is.

mod answer;
mod drive;
mod get;
mod limits;
mod primary;
mod read;
mod write;
mod written;

pub(super) use drive::join;
pub use get::{BatchGet, BatchGetAll, Ordered};
pub use read::{BatchRead, ItemKey};
pub use write::BatchWrite;
pub use written::{BatchEntry, BatchWritten};
