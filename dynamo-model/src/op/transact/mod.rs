//! `TransactWriteItems` and `TransactGetItems`.
//!
//! What the caller adds is kept as [`Step`]s: one operation each, made of its own action and of those on other items
//! that go with it. [`plan`] checks them and writes the request body, [`run`] sends it until nothing passing stands in
//! the way, and sorts what the service says by steps again.

mod get;
mod keys;
mod plan;
mod run;
mod step;
#[cfg(test)]
mod tests;
mod write;

pub use get::TransactGet;
pub use keys::{Keys, ProjectedKey, ReadKey};
pub(in crate::op) use run::ATTEMPTS;
pub(crate) use run::Run;
pub(crate) use step::Step;
pub use write::TransactWrite;
pub(in crate::op) use write::{send_all, view_all};
