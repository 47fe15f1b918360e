//! What a `BatchWriteItem` comes to.

use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;
use std::time::SystemTime;

use super::limits::Limits;
use super::write::BatchWrite;
use crate::entity::{Key, read_entity, write_entity};
use crate::op::options::Options;
use crate::schema::EntityDef;
use crate::transport::Target;
use crate::wire::RawItem;
use crate::{Entity, Error, Incomplete, Table};

/// How a batch ended: with everything written, or with the entries that are not known to be.
///
/// An entry that was acknowledged is never among them. One that is may have been written all the same, if the answer
/// to its call was lost.
#[must_use = "entries may be left: `.complete()?` makes an error of them, `.unprocessed()` lists them"]
pub struct BatchWritten<T> {
    pub(super) target: Target,
    pub(super) limits: Limits,
    pub(super) options: Options,
    pub(super) unprocessed: Vec<BatchEntry<T>>,
    pub(super) total: usize,
    pub(super) cause: Option<Error>,
}

impl<T: Table> BatchWritten<T> {
    /// The entries that are not known to be written, in the order they were given in: the service left them in too many
    /// calls, the calls failed too often, or a call failed in a way that does not pass.
    pub fn unprocessed(&self) -> &[BatchEntry<T>] {
        &self.unprocessed
    }

    /// The same, to keep.
    pub fn into_unprocessed(self) -> Vec<BatchEntry<T>> {
        self.unprocessed
    }

    /// Whether everything was written.
    pub fn is_complete(&self) -> bool {
        self.unprocessed.is_empty()
    }

    /// How many entries were written: all that are not left.
    pub fn written(&self) -> usize {
        self.total - self.unprocessed.len()
    }

    /// The error of the call that ended the batch, or of the last call after which entries were given up. `None` if all
    /// calls succeeded, and the service left entries.
    pub fn cause(&self) -> Option<&Error> {
        self.cause.as_ref()
    }

    /// Makes an error of what is left.
    ///
    /// # Errors
    ///
    /// [`Error::Incomplete`] if not everything was written; the entries that are left are lost then.
    pub fn complete(self) -> Result<(), Error> {
        if self.is_complete() {
            return Ok(());
        }
        let (left, table) = (self.unprocessed.len(), &self.target.table);
        Err(Incomplete::new("BatchWriteItem", table, left, self.total, self.cause).into())
    }

    /// A batch of what is left, with the same settings.
    pub fn retry(self) -> BatchWrite<T> {
        BatchWrite::with(&self.target, self.limits, self.options).resume(self.unprocessed)
    }
}

/// Counts, no entries.
impl<T> fmt::Debug for BatchWritten<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchWritten")
            .field("table", &self.target.table)
            .field("total", &self.total)
            .field("unprocessed", &self.unprocessed.len())
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

/// A put or a deletion, as a batch leaves it. `Debug` shows neither the key nor the item.
pub struct BatchEntry<T> {
    entity: TypeId,
    schema: &'static EntityDef,
    is_put: bool,
    /// The item to put, or the key to delete.
    json: String,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> BatchEntry<T> {
    pub(super) fn put<E: Entity<Table = T>>(entity: &E, now: SystemTime) -> Result<Self, Error> {
        let mut json = String::with_capacity(256);
        let stamped = entity.stamped(now, true);
        write_entity(stamped.as_ref().unwrap_or(entity), &mut json)?;
        Ok(Self::new::<E>(true, json))
    }

    pub(super) fn delete<E: Entity<Table = T>>(key: &Key<E>) -> Result<Self, Error> {
        let mut json = String::with_capacity(64);
        key.write(&mut json)?;
        Ok(Self::new::<E>(false, json))
    }

    fn new<E: Entity<Table = T>>(is_put: bool, json: String) -> Self {
        Self {
            entity: TypeId::of::<E>(),
            schema: E::SCHEMA,
            is_put,
            json,
            table: PhantomData,
        }
    }

    pub(super) fn schema(&self) -> &'static EntityDef {
        self.schema
    }

    pub(super) fn raw(&self) -> RawItem<'_> {
        RawItem::new(&self.json)
    }

    /// Appends the entry as a `WriteRequest`.
    pub(super) fn write(&self, out: &mut String) {
        out.push_str(if self.is_put {
            "{\"PutRequest\":{\"Item\":"
        } else {
            "{\"DeleteRequest\":{\"Key\":"
        });
        out.push_str(&self.json);
        out.push_str("}}");
    }

    /// Whether it writes an item.
    pub fn is_put(&self) -> bool {
        self.is_put
    }

    /// Whether it deletes an item.
    pub fn is_delete(&self) -> bool {
        !self.is_put
    }

    /// Whether it writes or deletes an item of the entity.
    pub fn is<E: Entity<Table = T>>(&self) -> bool {
        self.entity == TypeId::of::<E>()
    }

    /// The item to write. `None` for a deletion, and for another entity.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] or [`Error::Key`] if what the entity's `Serialize` wrote, its `Deserialize` does not read.
    pub fn entity<E: Entity<Table = T>>(&self) -> Result<Option<E>, Error> {
        let read = || read_entity(self.raw());
        (self.is_put && self.is::<E>()).then(read).transpose()
    }

    /// The primary key of the item to write or to delete. `None` for another entity.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] if the key cannot be read back by the entity's templates.
    pub fn key<E: Entity<Table = T>>(&self) -> Result<Option<Key<E>>, Error> {
        let read = || Key::read(self.raw());
        self.is::<E>().then(read).transpose()
    }
}

impl<T> BatchEntry<T> {
    /// ``put of `Order` ``
    pub(super) fn subject(&self) -> String {
        let what = if self.is_put { "put" } else { "delete" };
        format!("{what} of `{}`", self.schema.name)
    }
}

impl<T> Clone for BatchEntry<T> {
    fn clone(&self) -> Self {
        Self {
            entity: self.entity,
            schema: self.schema,
            is_put: self.is_put,
            json: self.json.clone(),
            table: PhantomData,
        }
    }
}

impl<T> fmt::Debug for BatchEntry<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_put { "Put" } else { "Delete" };
        write!(f, "{what}<{}>(..)", self.schema.name)
    }
}
