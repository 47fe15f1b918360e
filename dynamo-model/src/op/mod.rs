//! The operations: each builder encodes one request body, sends it, and decodes the answer.

mod action;
mod backoff;
mod batch;
mod get;
mod options;
mod pages;
mod query;
mod request;
mod scan;
mod table;
mod write;

pub use batch::{
    BatchEntry, BatchGet, BatchGetAll, BatchRead, BatchWrite, BatchWritten, Batchable, ItemKey,
    Ordered,
};
pub use get::Get;
pub use options::{Meter, Sending};
pub use pages::Items;
pub use query::Query;
pub use scan::Scan;
pub use table::{CreateTable, list_tables};
pub use write::{Delete, Deleting, Old, Put, Putting, Write};

pub(crate) use table::verify;
