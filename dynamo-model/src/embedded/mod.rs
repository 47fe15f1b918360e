//! An in-process DynamoDB for examples and tests (feature `embedded`).
//!
//! What comes out is an ordinary [`aws_sdk_dynamodb::Client`] whose HTTP client is a database in
//! this process: no socket, no port, no credentials. Everything above the HTTP client (request
//! serialization, signing, retries, timeouts, interceptors, error parsing) is the code that runs in
//! production.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = dynamo_model::embedded::client()?;
//! assert!(client.list_tables().send().await?.table_names().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! An [`Engine`] is the same database with a handle on it. It can live in a file
//! ([`Engine::open`]), take its time from a test ([`Engine::memory_with_clock`]), expire items
//! ([`Engine::sweep_ttl`]), misbehave on purpose ([`Engine::faults`]) and tell what it was sent
//! ([`Engine::requests`]).
//!
//! A test that wants a script of answers and no database mocks the client:
//! [`Handle::through_sdk_types`](crate::Handle::through_sdk_types) has an example.
//!
//! # How close it is to the service
//!
//! Close enough for the behaviour of items, keys, indexes, expressions, transactions, batches,
//! streams and time to live. It accepts some requests that the service refuses (reversed
//! `BETWEEN` bounds, an empty `begins_with`), its error *messages* are not the service's to the
//! letter, and since it answers one call at a time it never reports a transaction conflict. Before
//! production, run the same tests against DynamoDB Local or the service itself as well.

#![allow(
    clippy::doc_markdown,
    reason = "`DynamoDB` is a name in prose, not code"
)]

mod clock;
mod connector;
mod dispatch;
mod engine;
mod fault;
mod record;
mod unprocessed;

pub use clock::{Clock, ManualClock};
pub use engine::{Engine, EngineError};
pub use fault::{ANY_OPERATION, Fault, Faults};
pub use record::{Call, Requests};

/// A client of a new, empty database in memory.
///
/// The database lives as long as the client and its clones. It is
/// [`Engine::memory`] followed by [`Engine::client`]; use those for a handle on the database.
///
/// # Errors
///
/// [`EngineError`] when the database cannot be set up, which for one in memory means that memory
/// ran out.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = dynamo_model::embedded::client()?;
/// let tables = client.list_tables().send().await?;
/// assert_eq!(tables.table_names().len(), 0);
/// # Ok(())
/// # }
/// ```
pub fn client() -> Result<aws_sdk_dynamodb::Client, EngineError> {
    Ok(Engine::memory()?.client())
}
