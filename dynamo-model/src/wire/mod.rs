//! DynamoDB JSON to and from serde, with no tree of attribute values in between.
//!
//! Writing goes through [`ItemWriter`], reading through [`read_envelope`] and [`read_item`]; both are
//! one pass over one buffer. The serde half is generic and thin; whatever does not depend on the
//! user's type lives in [`cursor`] and in outlined methods, so that fifty entities compile it once.

mod attributes;
mod base64;
mod capacity;
mod cursor;
mod de;
mod decode_error;
mod encode_error;
mod envelope;
mod exact;
mod item_writer;
mod json;
pub(crate) mod number;
mod path;
mod raw;
mod screen;
mod sdk;
mod ser;
mod skip;
pub(crate) mod symbol;
mod tag;
mod transaction;
mod walk;

#[cfg(test)]
mod tests;

pub use attributes::Attributes;
pub use capacity::{Capacity, ConsumedCapacity};
pub use decode_error::DecodeError;
pub use encode_error::EncodeError;
pub(crate) use ser::write_value;
pub use ser::{ValueSerializer, Written};

pub(crate) use base64::{from_url as from_base64_url, to_url as to_base64_url};
pub(crate) use cursor::Cursor;
pub(crate) use de::{Decoded, read_item, read_value, read_whole};
pub(crate) use envelope::{Envelope, read_capacity, read_envelope};
pub(crate) use exact::{Want, want};
pub(crate) use item_writer::ItemWriter;
pub(crate) use json::write_json_str;
pub(crate) use raw::{
    Elements, Members, RawItem, Scalar, Unquoted, is_greater, is_same_item, is_same_value,
};
pub(crate) use screen::Screen;
pub(crate) use sdk::{from_attribute_values, to_attribute_value, to_attribute_values};
pub(crate) use transaction::{item_size, read_transaction};
pub(crate) use walk::Walk;

/// Levels of nesting a stored value may have; the value of a top-level attribute is level 1, and a
/// scalar counts.
const MAX_LEVEL: u8 = 32;
