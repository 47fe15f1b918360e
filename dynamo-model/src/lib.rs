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
pub use entity::{Entity, Item, Key, Keyed, Lists, Restore, Stored, Table, Unrestored};
pub use error::*;
pub use key::KeyPart;
pub use op::{
    BatchEntry, BatchGet, BatchGetAll, BatchRead, BatchWrite, BatchWritten, Batchable, ItemKey,
    Ordered,
};
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

    pub use crate::entity::check;
    pub use crate::expr::{Always, Hashed, Last, Mid, Never, Partition, SortPart, part as at};
    pub use crate::key::Part as KeyPartValue;
    pub use crate::key::Segment::{Lit, Part};
    pub use crate::key::{
        Component, Format, KeyArg, KeyKind, Shape, Template, Unordered, Unreadable,
    };
    pub use crate::schema::{
        AttributeDef, EntityDef, FieldDef, IndexDef, IndexScope, KeyDef, Model, Projection,
        TableDef,
    };
    pub use crate::{Entity, Handle, Key, KeyPart, Keyed, Lists, Restore, Table, Unrestored};
    pub use aws_sdk_dynamodb::Client;

    /// What restoring a field comes to.
    pub type Restored = Result<(), Unrestored>;

    /// The table of an entity that does not say which it has. That is an error; this one is not another.
    #[derive(Debug)]
    pub enum NoTable {}

    impl Table for NoTable {
        const DEF: &'static TableDef = &TableDef {
            name: "",
            doc: "",
            pk: AttributeDef {
                name: "PK",
                kind: KeyKind::S,
            },
            sk: None,
            indexes: &[],
            ttl: None,
            type_attribute: None,
        };
        const MODEL: &'static Model = &Model::open("");
    }

    /// The segments of a template without formats, whose components stand as their numbers: `"ORDER#{1}#{2}"`.
    pub const fn segments<const N: usize>(text: &'static str) -> [crate::key::Segment; N] {
        let bytes = text.as_bytes();
        let mut all = [Lit(""); N];
        let (mut n, mut i, mut start) = (0, 0, 0);
        while i < bytes.len() {
            if bytes[i] == b'{' {
                if i > start {
                    all[n] = Lit(text.split_at(i).0.split_at(start).1);
                    n += 1;
                }
                let mut component = 0;
                i += 1;
                while bytes[i] != b'}' {
                    component = component * 10 + (bytes[i] - b'0') as usize;
                    i += 1;
                }
                all[n] = plain(component);
                n += 1;
                start = i + 1;
            }
            i += 1;
        }
        if start < bytes.len() {
            all[n] = Lit(text.split_at(start).1);
        }
        all
    }

    /// A component in its type's own format.
    pub const fn plain(component: usize) -> crate::key::Segment {
        Part(component, Format::Default)
    }
}

/// States the entities of a table whose entities live in several crates, and checks that they get along: no two make
/// the same primary key, no two have the same type.
///
/// Such a table leaves `entities(..)` out of its `#[table(..)]` and declares its `delimiters`; the crate that knows all
/// entities, usually the application, states them once.
///
/// ```
/// # mod app {
/// # pub mod storage { use dynamo_model::prelude::*;
/// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", delimiters = "#")] pub struct Shop; }
/// # pub mod customers { use dynamo_model::prelude::*;
/// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
/// # #[entity(table = super::storage::Shop, pk = "CUSTOMER#{id}", sk = "PROFILE")] pub struct Customer { id: String } }
/// # pub mod orders { use dynamo_model::prelude::*;
/// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
/// # #[entity(table = super::storage::Shop, pk = "ORDER#{id}", sk = "ORDER")] pub struct Order { id: String } }
/// dynamo_model::model!(storage::Shop: customers::Customer, orders::Order);
/// # }
/// ```
#[macro_export]
macro_rules! model {
    ($table:ty: $($entity:ty),+ $(,)?) => {
        const _: () = {
            $($crate::__private::check::of::<$table, $entity>();)+
            $crate::__private::check::model::<$table>(
                &[$(<$entity as $crate::__private::Entity>::SCHEMA),+],
            );
        };
    };
}

/// The README's program, compiled and run.
#[cfg(all(doctest, feature = "embedded", feature = "jiff", feature = "uuid"))]
#[doc = include_str!("../../README.md")]
mod readme {}
