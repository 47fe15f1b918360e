//! Typed single-table design for Amazon DynamoDB.

#[cfg(feature = "embedded")]
pub mod embedded;
pub mod error;
pub mod key;
mod transport;
pub mod types;
