//! The operations: each builder encodes one request body, sends it, and decodes the answer.

mod get;
mod item;
mod key;
mod options;
mod pages;
mod query;
mod request;
mod scan;
mod table;
mod write;

pub use get::Get;
pub use item::Item;
pub use key::Key;
pub use options::{Meter, Sending};
pub use pages::Items;
pub use query::Query;
pub use scan::Scan;
pub use table::{CreateTable, list_tables};
pub use write::{Delete, Deleting, Old, Put, Putting, Write};

pub(crate) use item::{from_item, read_entity, to_item};
pub(crate) use table::verify;
