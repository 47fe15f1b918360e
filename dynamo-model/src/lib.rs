//! Typed single-table design for Amazon DynamoDB.

#[cfg(feature = "embedded")]
pub mod embedded;
