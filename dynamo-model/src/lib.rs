//! Typed single-table design for Amazon DynamoDB.
pub mod key;
pub mod types;
