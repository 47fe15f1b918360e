//! Typed single-table design for Amazon DynamoDB.

pub mod types;
// Nothing calls the codec yet; the operations will.
#[allow(dead_code, unused_imports)]
mod wire;

pub use wire::{Capacity, ConsumedCapacity, DecodeError, EncodeError};

#[doc(hidden)]
pub mod __private {
    pub use crate::wire::{ValueSerializer, Written};
}
