//! Tables and handles to them.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::TableDescription;

use crate::expr::Partition;
use crate::op::{
    CreateTable, Delete, Get, Item, Key, Put, Query, Scan, Sending, read_entity, verify,
};
use crate::schema::{Model, TableDef};
use crate::transport::control;
use crate::wire::RawItem;
use crate::{CancellationReason, Entity, Error, Keyed};

/// A DynamoDB table, as a type. Derived with `#[derive(Table)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a table",
    label = "has no `Table`",
    note = "add `#[derive(Table)]` and `#[table(name = \"..\", pk = \"..\", entities(..))]` to a unit struct"
)]
pub trait Table: Sized + 'static {
    /// The table's key, indexes and special attributes.
    const DEF: &'static TableDef;

    /// What is known of all its entities together.
    const MODEL: &'static Model;

    /// A handle to the table of this name, at the endpoint that the client talks to.
    ///
    /// Nothing is sent: the table need not exist yet.
    fn on(client: Client) -> Handle<Self> {
        Handle {
            client,
            name: Arc::from(Self::DEF.name),
            table: PhantomData,
        }
    }
}

/// The table lists the entity in `entities(..)`.
#[diagnostic::on_unimplemented(
    message = "`{E}` is not one of the entities of `{Self}`",
    label = "the table does not list it",
    note = "add `{E}` to `entities(..)` in the `#[table(..)]` of `{Self}`"
)]
pub trait Lists<E> {}

/// A table at an endpoint: an SDK client, and the table's name. Cheap to clone.
///
/// ```
/// # use dynamo_model::prelude::*;
/// # #[derive(Table)] #[table(name = "shop", pk = "PK")] struct Shop;
/// # fn doc(client: aws_sdk_dynamodb::Client) {
/// let shop = Shop::on(client);
/// let staging = shop.named("shop-staging");
/// # }
/// ```
pub struct Handle<T> {
    client: Client,
    name: Arc<str>,
    table: PhantomData<fn() -> T>,
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            name: Arc::clone(&self.name),
            table: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("table", &self.name)
            .finish_non_exhaustive()
    }
}

impl<T: Table> Handle<T> {
    /// The same model under another table name, or a table's ARN.
    #[must_use]
    pub fn named(&self, name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            ..self.clone()
        }
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// The SDK's client, for what this library does not do.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Reads one item by its primary key: `GetItem`.
    ///
    /// # Cost
    ///
    /// One request. Half a read unit for every 4 KB of the item, twice that if [consistent](Get::consistent);
    /// a missing item costs the minimum.
    pub fn get<E: Entity<Table = T>>(&self, key: Key<E>) -> Get<E> {
        Get::new(self, &key)
    }

    /// Writes one item, replacing the one with the same primary key: `PutItem`.
    ///
    /// The entity is encoded at once, so that the borrow ends here. A value that cannot be stored is
    /// reported by `send`, before anything is sent.
    ///
    /// # Cost
    ///
    /// One request. One write unit for every KB of the larger of the old and the new item, and as much
    /// again for every index entry that changes.
    pub fn put<E: Entity<Table = T>>(&self, entity: &E) -> Put<E> {
        Put::new(self, entity)
    }

    /// Deletes one item by its primary key: `DeleteItem`. A missing item is no error.
    ///
    /// # Cost
    ///
    /// One request. One write unit for every KB of the item, at least one.
    pub fn delete<E: Entity<Table = T>>(&self, key: Key<E>) -> Delete<E> {
        Delete::new(self, &key)
    }

    /// Reads the items of one entity in one partition of the table or of an index: `Query`.
    ///
    /// Items of other entities in the partition are not read where key prefixes tell them apart; where
    /// they cannot, a filter on the type attribute is added.
    ///
    /// # Cost
    ///
    /// One request for every page of at most 1 MB. Half a read unit for every 4 KB that a page read, filtered
    /// items included; twice that if [consistent](Query::consistent).
    pub fn query<E, const KEY: usize>(&self, partition: Partition<E, KEY>) -> Query<E>
    where
        E: Entity<Table = T> + Keyed<KEY>,
    {
        Query::new(self, &partition)
    }

    /// Reads all items of a partition, whatever their entity, as [`Item`]s to be decoded one by one.
    ///
    /// # Cost
    ///
    /// As for [`query`](Self::query).
    pub fn query_all<E, const KEY: usize>(&self, partition: Partition<E, KEY>) -> Query<Item<T>>
    where
        E: Entity<Table = T> + Keyed<KEY>,
    {
        Query::all(self, &partition)
    }

    /// Reads every item of one entity in the table: `Scan`.
    ///
    /// # Cost
    ///
    /// One request for every MB of the **whole table**: half a read unit for every 4 KB, whatever the filter
    /// leaves of it.
    pub fn scan<E: Entity<Table = T>>(&self) -> Scan<E> {
        Scan::new(self)
    }

    /// Creates the table with its indexes: `CreateTable`.
    ///
    /// # Cost
    ///
    /// One request; for a table with a TTL attribute some more, to wait until the table is active and to
    /// enable TTL.
    pub fn create_table(&self) -> CreateTable<T> {
        CreateTable::new(self)
    }

    /// Deletes the table with all its items: `DeleteTable`.
    ///
    /// Returns as soon as the deletion has begun; see [`wait_until_gone`](Self::wait_until_gone).
    pub fn delete_table(&self) -> Sending<()> {
        let handle = self.clone();
        Sending::new(async move { control::delete_table(&handle.client, &handle.name).await })
    }

    /// What DynamoDB says of the table: `DescribeTable`.
    pub fn describe(&self) -> Sending<TableDescription> {
        let handle = self.clone();
        Sending::new(async move { control::describe_table(&handle.client, &handle.name).await })
    }

    /// Waits until the table and its indexes are active.
    ///
    /// Asks with `DescribeTable`, first after 100 ms, then at intervals that double up to 2 s.
    ///
    /// # Errors
    ///
    /// [`Error::WaitTimeout`] with the last state seen.
    pub fn wait_until_active(&self, timeout: Duration) -> Sending<TableDescription> {
        let handle = self.clone();
        Sending::new(async move {
            control::wait_until_active(&handle.client, &handle.name, timeout).await
        })
    }

    /// Waits until the table does not exist any more.
    ///
    /// # Errors
    ///
    /// [`Error::WaitTimeout`] with the last state seen.
    pub fn wait_until_gone(&self, timeout: Duration) -> Sending<()> {
        let handle = self.clone();
        Sending::new(async move {
            control::wait_until_gone(&handle.client, &handle.name, timeout).await
        })
    }

    /// Compares the live table with the model: keys, indexes, projections and TTL.
    ///
    /// Never called by the library itself.
    ///
    /// # Errors
    ///
    /// [`Error::ModelMismatch`] with every difference that breaks the model, [`Error::TableNotFound`] if there is no
    /// table. Indexes that the model does not know are no difference.
    ///
    /// # Cost
    ///
    /// One `DescribeTable`, and one `DescribeTimeToLive` if the model declares TTL. No capacity.
    pub fn verify(&self) -> Sending<()> {
        let handle = self.clone();
        Sending::new(async move { verify(&handle).await })
    }
}

impl Error {
    /// The stored item that made a condition fail, if this is such a failure and there was an item.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] or [`Error::Key`] if the stored item is not an `E`.
    pub fn item<E: Entity>(&self) -> Result<Option<E>, Error> {
        match self {
            Error::ConditionFailed(failed) => evidence(failed.raw_item()),
            _ => Ok(None),
        }
    }
}

impl CancellationReason {
    /// The stored item that made this action's condition fail, if the service returned it.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] or [`Error::Key`] if the stored item is not an `E`.
    pub fn item<E: Entity>(&self) -> Result<Option<E>, Error> {
        evidence(self.raw_item())
    }
}

fn evidence<E: Entity>(item: Option<&str>) -> Result<Option<E>, Error> {
    item.map(|item| read_entity(RawItem::new(item))).transpose()
}
