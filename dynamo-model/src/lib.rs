//! Typed single-table design for Amazon DynamoDB.

#[cfg(feature = "embedded")]
pub mod embedded;
mod entity;
mod error;
pub mod expr;
pub mod key;
mod op;
pub mod schema;
mod table;
#[allow(
    dead_code,
    reason = "the waist serves all ten operations of the data plane, of which five have builders"
)]
mod transport;
pub mod types;
mod wire;

pub use dynamo_derive::{Entity, KeyPart, Table};
pub use entity::{Entity, Item, Key, Keyed, Lists, Restore, Table, Unrestored};
pub use error::*;
pub use key::KeyPart;
pub use op::{
    CreateTable, Delete, Deleting, Get, Items, Meter, Old, Put, Putting, Query, Scan, Sending,
    Write, list_tables,
};
pub use table::Handle;
pub use wire::{Capacity, ConsumedCapacity, DecodeError, EncodeError, ValueSerializer, Written};

/// What a program that uses the library needs in scope.
pub mod prelude {
    pub use crate::{Entity, Error, Handle, Key, KeyPart, Table};
}

/// What the derives' expansions refer to. Not public API.
#[doc(hidden)]
pub mod __private {
    pub use std::option::Option::{self, None, Some};
    pub use std::result::Result::{self, Err, Ok};

    pub use crate::entity::part_of;
    pub use crate::expr::{Always, Hashed, Last, Mid, Never, Partition, SortPart};
    pub use crate::key::Part as KeyPartValue;
    pub use crate::key::Segment::{Lit, Part};
    pub use crate::key::{
        ComponentDef, Format, KeyArg, KeyKind, Of, Shape, Template, Unordered, Unreadable,
    };
    pub use crate::schema::{
        AttributeDef, EntityDef, FieldDef, IndexDef, IndexScope, KeyDef, Model, Projection,
        TableDef, check,
    };
    pub use crate::{Entity, Handle, Key, KeyPart, Keyed, Lists, Restore, Table, Unrestored};
    pub use aws_sdk_dynamodb::Client;

    /// A component in its type's own format.
    pub const fn plain(component: usize) -> crate::key::Segment {
        Part(component, Format::Default)
    }
}

/// The README's program, compiled and run.
#[cfg(all(doctest, feature = "embedded", feature = "jiff", feature = "uuid"))]
#[doc = include_str!("../../README.md")]
mod readme {}
