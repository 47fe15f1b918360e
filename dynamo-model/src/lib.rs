//! Typed single-table design for Amazon DynamoDB.

mod clock;
#[cfg(feature = "embedded")]
pub mod embedded;
mod entity;
mod error;
pub mod expr;
pub mod key;
mod op;
pub mod schema;
mod table;
mod transport;
pub mod types;
mod wire;

pub use clock::{Clock, ManualClock};
pub use dynamo_derive::{Collection, Document, Entity, KeyPart, Projection, Table};
pub use entity::{
    Assembled, Collection, Consistent, Entity, Field, Has, Item, Key, KeyTypes, Keyed, Lists,
    PartitionValue, Projection, Readable, Reads, Restore, Stored, Table, Unrestored, Upgrade,
    WithoutUniques,
};
pub use error::*;
pub use key::KeyPart;
#[cfg(feature = "sealed-cursors")]
pub use op::CursorKey;
pub use op::{
    AnyOf, Assemble, BatchEntry, BatchGet, BatchGetAll, BatchRead, BatchWrite, BatchWritten,
    Create, CreateTable, Cursor, Delete, Deleting, Get, ItemKey, Items, Keys, Meter, New, Old,
    Ordered, Page, Pages, Progress, ProjectedKey, Put, Putting, Query, ReadKey, Reindex,
    ReindexSteps, Reindexed, Rekey, RequestView, Requests, Row, Rows, Save, Scan, Select, Sending,
    Statement, TransactGet, TransactWrite, Update, Upsert, Write, WriteOutput, list_tables,
};
pub use table::Handle;
pub use wire::{Capacity, ConsumedCapacity, DecodeError, EncodeError, ValueSerializer, Written};

/// What a program that uses the library needs in scope.
pub mod prelude {
    pub use crate::{Collection, Document, Entity, Error, Handle, Key, KeyPart, Projection, Table};
}

/// What the derives' expansions refer to. Not public API.
#[doc(hidden)]
pub mod __private {
    pub use std::clone::Clone;
    pub use std::marker::PhantomData;
    pub use std::ops::Deref;
    pub use std::option::Option::{self, None, Some};
    pub use std::result::Result::{self, Err, Ok};
    pub use std::time::SystemTime;
    pub use std::vec::Vec;

    pub use crate::__lacks as lacks;
    pub use crate::entity::{
        Asks, FieldAt, Held, Lacks, Projection as Projects, Reads, Said, check, is_consistent,
        life, missing, upgraded,
    };
    pub use crate::entity::{
        Assembled, Begins, Collection, Field, Has, KeyTypes, PartitionValue, Readers,
    };
    pub use crate::expr::asked::{Whose, asked, asked_with};
    pub use crate::expr::{
        Always, AsKey, At, Attr, Attribute, AttributeType as Type, Codec, Epoch, Fixed, Flat, Free,
        Gated, Handles, Hashed, Idle, ItemCollection, Judged, Keyed as KeyedBy, Last, Managed,
        Members, Mid, Missing, Never, Opaque, Partition, Path, Primary, Read, Shared, Single,
        SortPart, Symbol, Unstored, With, part as at, said, said_of_key,
    };
    pub use crate::key::Part as KeyPartValue;
    pub use crate::key::Segment::{Lit, Part};
    pub use crate::key::{
        Component, Format, KeyArg, KeyKind, Shape, Template, Unordered, Unreadable,
    };
    pub use crate::schema::{
        AttributeDef, CollectionDef, EntityDef, FieldDef, IndexDef, IndexScope, KeyDef, Lifecycle,
        MemberDef, Model, Occurs, Projection, TableDef, UniqueDef, key_on,
    };
    pub use crate::wire::ValueSerializer;
    pub use crate::{
        Assemble, Entity, Error, Handle, Item, Key, KeyPart, Keyed, Lists, Query, Restore, Table,
        Unrestored, Upgrade, WithoutUniques,
    };
    pub use aws_sdk_dynamodb::Client;

    /// What restoring a field comes to.
    pub type Restored = Result<(), Unrestored>;

    /// What writing a field comes to.
    pub type Encoded = Result<crate::wire::Written, crate::wire::EncodeError>;

    /// The path of an attribute.
    pub const fn path(attribute: &'static str) -> Path {
        Path::of(attribute)
    }

    /// Whether a field is a number that the service may count, as a key attribute of an index: the first of these
    /// attributes. If it can be absent, the others must be attributes of their own too, and all that the key has.
    pub const fn owns(
        table: &'static TableDef,
        index: &str,
        optional: bool,
        attributes: &[&str],
        is_all: bool,
    ) -> bool {
        let Some(index) = table.index(index) else {
            return false;
        };
        let mut i = 0;
        while i < attributes.len() {
            let kind = match kind_of(index.pk, attributes[i]) {
                Some(kind) => Some(kind),
                None => kind_of(index.sk, attributes[i]),
            };
            match kind {
                Some(KeyKind::N) => {}
                Some(_) if i > 0 => {}
                None if i > 0 && !optional => {}
                _ => return false,
            }
            i += 1;
        }
        is_all || !optional
    }

    const fn kind_of(attributes: &[AttributeDef], name: &str) -> Option<KeyKind> {
        let mut i = 0;
        while i < attributes.len() {
            if crate::schema::equal(attributes[i].name, name) {
                return Some(attributes[i].kind);
            }
            i += 1;
        }
        None
    }

    /// The fields of a list in one string: `name`, `name=attribute`, and `!name` for one that is in keys only.
    pub const fn fields<const N: usize>(text: &'static str) -> [FieldDef; N] {
        let mut all = [FieldDef::stored("", ""); N];
        let (mut n, mut rest) = (0, text);
        while n < N {
            let (field, after) = cut(rest, b' ');
            let (name, attribute) = cut(field, b'=');
            let is_key_only = !name.is_empty() && name.as_bytes()[0] == b'!';
            let name = if is_key_only {
                name.split_at(1).1
            } else {
                name
            };
            let attribute = if attribute.is_empty() {
                name
            } else {
                attribute
            };
            all[n] = if is_key_only {
                FieldDef::key_only(name, attribute)
            } else {
                FieldDef::stored(name, attribute)
            };
            rest = after;
            n += 1;
        }
        all
    }

    /// What stands before a separator, and what behind it.
    const fn cut(text: &'static str, separator: u8) -> (&'static str, &'static str) {
        let mut i = 0;
        while i < text.len() {
            if text.as_bytes()[i] == separator {
                return (text.split_at(i).0, text.split_at(i + 1).1);
            }
            i += 1;
        }
        (text, "")
    }

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

/// What an expansion gives as [`Projection::Lacks`].
#[doc(hidden)]
#[macro_export]
macro_rules! __lacks {
    ($projection:ty) => {
        $crate::__lacks!(
            @ $projection: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
        )
    };
    (@ $projection:ty: $($key:literal)*) => {
        $crate::__private::Lacks<
            $projection,
            $({ $crate::__private::missing::<$projection>($key) }),*
        >
    };
}

/// The README's program, compiled and run.
#[cfg(all(doctest, feature = "embedded", feature = "jiff", feature = "uuid"))]
#[doc = include_str!("../../README.md")]
mod readme {}
