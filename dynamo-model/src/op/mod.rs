//! The operations: each builder encodes one request body, sends it, and decodes the answer.

mod action;
mod backoff;
mod batch;
mod collection;
mod draft;
mod fields;
mod filter;
mod get;
mod key_condition;
mod options;
mod parents;
mod project;
mod query;
mod read;
mod reindex;
mod rekey;
mod request;
mod save;
mod scan;
mod select;
mod statement;
mod table;
mod transact;
mod uniques;
mod update;
mod upsert;
mod view;
mod write;

pub use batch::{
    BatchEntry, BatchGet, BatchGetAll, BatchRead, BatchWrite, BatchWritten, ItemKey, Ordered,
};
pub use collection::Assemble;
pub use get::Get;
pub use options::{Meter, Sending};
pub use query::{AnyOf, Query};
#[cfg(feature = "sealed-cursors")]
pub use read::CursorKey;
pub use read::{Cursor, Items, Page, Pages, Progress};
pub use reindex::{Reindex, ReindexSteps, Reindexed};
pub use rekey::Rekey;
pub use save::{Create, Save};
pub use scan::Scan;
pub use select::Select;
pub use statement::{Row, Rows, Statement};
pub use table::{CreateTable, list_tables};
pub use transact::{Keys, ProjectedKey, ReadKey, TransactGet, TransactWrite};
pub use update::Update;
pub use upsert::Upsert;
pub use view::{RequestView, Requests};
pub use write::{Delete, Deleting, New, Old, Put, Putting, Write, WriteOutput};

pub(crate) use table::verify;
