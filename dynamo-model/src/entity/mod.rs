//! Entities and tables as types, and entities as items.

#[doc(hidden)]
pub mod check;
mod collection;
mod item;
mod key;
#[doc(hidden)]
pub mod life;
pub(crate) mod marker;
mod projection;
mod reader;
mod table;
mod upgrade;

pub use collection::{Assembled, Begins, Collection, Field, Has, PartitionValue, Readers};
pub(crate) use collection::{Found, unknown};
pub use item::Item;
pub(crate) use item::{context, is_entity, read_entity, scalar, write_entity};
pub use key::Key;
pub(crate) use key::{lossy, primary, write_key_value};
#[doc(hidden)]
pub use projection::{Asks, FieldAt, Held, Lacks, missing};
pub use projection::{Projection, Readable};
pub(crate) use projection::{attributes as asked_attributes, missing_attribute};
pub(crate) use reader::Reader;
pub use table::{Lists, Table};
pub use upgrade::Upgrade;
#[doc(hidden)]
pub use upgrade::upgraded;

use std::any::Any;
use std::collections::HashMap;
use std::time::SystemTime;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::key::{Part, Unreadable};
use crate::schema::{EntityDef, IndexScope};
use crate::wire::{EncodeError, ItemWriter, ValueSerializer, Written};

/// A struct whose values are items of a table, with the templates of its keys.
///
/// Derived with `#[derive(Entity)]`; it can be written by hand as well. serde reads and writes the
/// fields, the schema says what the keys are made of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity",
    label = "has no `Entity`",
    note = "add `#[derive(Entity)]` and `#[entity(table = .., pk = \"..\", sk = \"..\")]` to the struct"
)]
pub trait Entity: Stored + Send + 'static {
    /// The table that holds the items.
    type Table: Table;

    /// Attributes, components and key templates.
    const SCHEMA: &'static EntityDef;

    /// Turns an older stored shape of the item into today's, whenever one is read: `#[entity(upgrade = ..)]`.
    const UPGRADE: Option<Upgrade> = None;

    /// The value of a component, by its number in the schema. `None` if the field is `None`.
    fn part(&self, component: usize) -> Option<Part<'_>>;

    /// Turns a component that was read back from a key into the field's serialized form.
    ///
    /// Called for the fields that are not stored on their own, and for those of a projection that the index does not hold.
    ///
    /// # Errors
    ///
    /// [`Unrestored`] if the component is no value of the field's type.
    fn restore(from_key: Restore<'_, '_>) -> Result<(), Unrestored> {
        from_key.nothing()
    }

    /// Whether the item belongs into the index of key `number`: what `when = ..` says.
    fn belongs(&self, number: usize) -> bool {
        let _ = number;
        true
    }

    /// The entity as it is to be stored: with its next version and its times; if it may be new, also with the values
    /// that fields have at first. `None` if it has no such fields.
    #[doc(hidden)]
    fn stamped(&self, now: SystemTime, may_be_new: bool) -> Option<Self> {
        let _ = (now, may_be_new);
        None
    }

    /// The version, if the entity has one. 0 was never written.
    #[doc(hidden)]
    fn version(&self) -> Option<u64> {
        None
    }

    /// When the item expires, in epoch seconds, if the entity has a time to live and it is set.
    #[doc(hidden)]
    fn expires(&self) -> Option<i64> {
        None
    }

    /// Whether the item belongs into the index of key `number`, by what an update has said of the fields that `when = ..`
    /// reads. `None` if it has not said enough.
    #[doc(hidden)]
    fn would_belong(number: usize, said: &dyn Said) -> Option<bool> {
        let _ = (number, said);
        None
    }

    /// How a collection reads the entity's items, and what it makes of them.
    #[doc(hidden)]
    fn member<T: 'static>(make: fn(Self) -> T) -> collection::Member<T> {
        collection::Member::of(make)
    }

    /// The entity as an item of the SDK's type, keys and type attribute included.
    ///
    /// # Errors
    ///
    /// [`Error::Key`], [`Error::Encode`] or [`Error::ItemTooLarge`] if it cannot be stored.
    fn to_item(&self) -> Result<HashMap<String, AttributeValue>, Error> {
        item::to_item(self)
    }

    /// The entity in an item of the SDK's type, such as a stream record's image.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] or [`Error::Key`] if the item is not one of the entity's.
    fn from_item(item: &HashMap<String, AttributeValue>) -> Result<Self, Error> {
        item::from_item(item)
    }
}

/// What an update has said of fields.
#[doc(hidden)]
pub trait Said {
    /// The value that a field is known to have, by the field's name: as the field's type.
    fn field(&self, name: &str) -> Option<&dyn Any>;
    /// The value of a component of the primary key, by its number.
    fn component(&self, number: usize) -> Option<Part<'_>>;
}

/// A type that serde reads and writes, as an entity must be. Holds for every type with both derives.
///
/// A trait of its own, so that the missing derives are one error and not one for each of serde's traits.
#[diagnostic::on_unimplemented(
    message = "serde does not read and write `{Self}`",
    label = "an entity needs `Serialize` and `Deserialize`",
    note = "add `#[derive(serde::Serialize, serde::Deserialize)]` to the struct"
)]
pub trait Stored: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Stored for T {}

/// An entity without `unique` values, which every operation can write. Derived with `#[derive(Entity)]` where it holds.
#[diagnostic::on_unimplemented(
    message = "this operation cannot keep the unique values of `{Self}`",
    label = "it has `#[entity(unique)]` fields, whose markers are written in the same transaction",
    note = "put, update and delete it one by one, or in a transaction, without asking for the new item"
)]
pub trait WithoutUniques {}

/// The sort key components of an entity's key, as handles for conditions.
///
/// Key 0 is the primary key, the others are the entity's indexes in the order of their declaration.
pub trait Keyed<const KEY: usize> {
    /// Whether the key can be read consistently: [`Reads<true>`](Reads) but for a global index.
    type Reads;
    /// A struct with one [`SortPart`](crate::expr::SortPart) for each component.
    type Parts;
    /// The handles.
    const PARTS: Self::Parts;
}

/// The types of a key's components: of those that a partition is given by, as a tuple `(A, B)`, and of those of the sort
/// key that the partition leaves open, as a list of pairs `(C, (D, ()))`.
///
/// They are arguments of the trait, because an associated type could not have types that are more private than the entity.
pub trait KeyTypes<const KEY: usize, Partition, Sort> {}

/// Says whether a key can be read consistently.
#[derive(Debug)]
pub enum Reads<const CONSISTENT: bool> {}

/// A key of the table or of a local index, which can be read consistently.
#[diagnostic::on_unimplemented(
    message = "a global index has no consistent reads",
    label = "this queries a global index",
    note = "drop `consistent()`, or query the table"
)]
pub trait Consistent {}

impl Consistent for Reads<true> {}

/// Whether the table's index of this name can be read consistently. One that the table lacks is reported elsewhere.
#[doc(hidden)]
pub const fn is_consistent<T: Table>(index: &str) -> bool {
    match T::DEF.index(index) {
        Some(index) => matches!(index.scope, IndexScope::Local),
        None => true,
    }
}

/// A component that was read back from a key, and the item it belongs into.
pub struct Restore<'w, 'b> {
    pub(crate) component: usize,
    pub(crate) part: Part<'w>,
    pub(crate) fields: &'w mut ItemWriter<'b>,
}

impl<'w> Restore<'w, '_> {
    /// The component's number in the schema.
    pub fn component(&self) -> usize {
        self.component
    }

    /// The field is stored on its own.
    ///
    /// # Errors
    ///
    /// None.
    pub fn nothing(self) -> Result<(), Unrestored> {
        Ok(())
    }

    /// Writes the field as serde writes its type, which
    /// [`Component::from_part`](crate::key::Component::from_part) reads from the part.
    ///
    /// # Errors
    ///
    /// [`Unrestored`] if the part is no value of the type, or does not serialize.
    pub fn field<T: Serialize>(
        self,
        attribute: &str,
        read: impl FnOnce(Part<'w>) -> Result<T, Unreadable>,
    ) -> Result<(), Unrestored> {
        let value = read(self.part)?;
        self.fields
            .restored_with(attribute, |serializer| value.serialize(serializer))?;
        Ok(())
    }

    /// Writes the field as its `#[serde(with = ..)]` does.
    ///
    /// # Errors
    ///
    /// [`Unrestored`] if the part is no value of the type, or does not serialize.
    pub fn field_with<T>(
        self,
        attribute: &str,
        read: impl FnOnce(Part<'w>) -> Result<T, Unreadable>,
        serialize: impl FnOnce(&T, ValueSerializer<'_>) -> Result<Written, EncodeError>,
    ) -> Result<(), Unrestored> {
        let value = read(self.part)?;
        self.fields
            .restored_with(attribute, |serializer| serialize(&value, serializer))?;
        Ok(())
    }
}

/// Why a component that was read from a key did not become a field's value.
#[derive(Debug)]
#[non_exhaustive]
pub enum Unrestored {
    /// The key holds no value of the component's type.
    Unreadable,
    /// The value did not serialize.
    Encode(EncodeError),
}

impl From<Unreadable> for Unrestored {
    fn from(Unreadable: Unreadable) -> Self {
        Unrestored::Unreadable
    }
}

impl From<EncodeError> for Unrestored {
    fn from(error: EncodeError) -> Self {
        Unrestored::Encode(error)
    }
}
