//! What a `BatchGetItem` comes to.

use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::entity::Key;
use crate::key::KeyError;
use crate::wire::RawItem;
use crate::{Entity, Error, Incomplete, Table};

/// The items that a batch found, and the keys that it has no answer about.
///
/// A key is among the items, or [left](Self::unprocessed), or there is no such item.
#[must_use = "keys may be left: `.complete()?` makes an error of them, `.unprocessed()` lists them"]
pub struct BatchRead<I, K = Key<I>> {
    table: Arc<str>,
    items: Vec<I>,
    unprocessed: Vec<K>,
    total: usize,
    cause: Option<Error>,
}

impl<K> BatchRead<(), K> {
    pub(super) fn new(
        table: Arc<str>,
        unprocessed: Vec<K>,
        total: usize,
        cause: Option<Error>,
    ) -> Self {
        Self {
            table,
            items: Vec::new(),
            unprocessed,
            total,
            cause,
        }
    }

    pub(super) fn with<I>(self, items: Vec<I>) -> BatchRead<I, K> {
        BatchRead {
            table: self.table,
            items,
            unprocessed: self.unprocessed,
            total: self.total,
            cause: self.cause,
        }
    }
}

impl<I, K> BatchRead<I, K> {
    /// The items.
    pub fn items(&self) -> &[I] {
        &self.items
    }

    /// The keys without an answer, in the order they were given in: the service left them in too many calls, the calls
    /// failed too often, or a call failed in a way that does not pass.
    pub fn unprocessed(&self) -> &[K] {
        &self.unprocessed
    }

    /// Whether every key was answered.
    pub fn is_complete(&self) -> bool {
        self.unprocessed.is_empty()
    }

    /// The error of the call that ended the batch, or of the last call after which keys were given up. `None` if all
    /// calls succeeded, and the service left keys.
    pub fn cause(&self) -> Option<&Error> {
        self.cause.as_ref()
    }

    /// All items, if every key was answered.
    ///
    /// # Errors
    ///
    /// [`Error::Incomplete`] if keys are left; the items are lost then.
    pub fn complete(self) -> Result<Vec<I>, Error> {
        if self.is_complete() {
            return Ok(self.items);
        }
        let left = self.unprocessed.len();
        Err(Incomplete::new("BatchGetItem", &self.table, left, self.total, self.cause).into())
    }

    /// The items, and the keys without an answer.
    pub fn into_parts(self) -> (Vec<I>, Vec<K>) {
        (self.items, self.unprocessed)
    }
}

/// Counts, no keys and no items.
impl<I, K> fmt::Debug for BatchRead<I, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchRead")
            .field("table", &self.table)
            .field("items", &self.items.len())
            .field("unprocessed", &self.unprocessed.len())
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

/// The primary key of an item of any entity of a table, as a [`BatchGetAll`](crate::BatchGetAll) leaves it.
/// `Debug` does not show the key.
pub struct ItemKey<T> {
    entity: TypeId,
    name: &'static str,
    json: String,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> ItemKey<T> {
    pub(super) fn new<E: Entity<Table = T>>(key: &Key<E>) -> Result<Self, Error> {
        let mut json = String::new();
        key.write(&mut json)?;
        Ok(Self {
            entity: TypeId::of::<E>(),
            name: E::SCHEMA.name,
            json,
            table: PhantomData,
        })
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "keys of one entity may not be writable"
    )]
    pub(super) fn write(&self, out: &mut String) -> Result<(), KeyError> {
        out.push_str(&self.json);
        Ok(())
    }

    /// Whether it was given as a key of the entity.
    pub fn is<E: Entity<Table = T>>(&self) -> bool {
        self.entity == TypeId::of::<E>()
    }

    /// The key, if it was given as one of the entity.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] if the key cannot be read back by the entity's templates.
    pub fn key<E: Entity<Table = T>>(&self) -> Result<Option<Key<E>>, Error> {
        let read = || Key::read(RawItem::new(&self.json));
        self.is::<E>().then(read).transpose()
    }
}

impl<T> Clone for ItemKey<T> {
    fn clone(&self) -> Self {
        Self {
            entity: self.entity,
            name: self.name,
            json: self.json.clone(),
            table: PhantomData,
        }
    }
}

impl<T> fmt::Debug for ItemKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ItemKey<{}>(..)", self.name)
    }
}
