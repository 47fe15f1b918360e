//! Typed single-table design for Amazon DynamoDB.

// "DynamoDB" is a name, not code.
#![allow(clippy::doc_markdown)]

// Until the operations call them, most of the two are reached from tests only.
#[allow(dead_code)]
pub mod error;
#[allow(dead_code)]
mod transport;
