//! The handle to a table.

mod batch;
mod statement;
mod transact;
mod writes;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::TableDescription;

use crate::entity::{Item, Key, read_entity};
use crate::expr::{ItemCollection, Partition};
use crate::op::{
    AnyOf, CreateTable, Delete, Get, Put, Query, Reindex, Scan, Select, Sending, verify,
};
use crate::transport::{Target, control};
use crate::wire::RawItem;
use crate::{CancellationReason, Clock, Collection, Entity, Error, Keyed, Table};

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
    target: Target,
    table: PhantomData<fn() -> T>,
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self {
            target: self.target.clone(),
            table: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("table", &self.target.table)
            .finish_non_exhaustive()
    }
}

impl<T: Table> Handle<T> {
    /// A handle to the table of the model's name, at the endpoint that the client talks to.
    ///
    /// The same as `Shop::on(client)`, which the derive generates. Nothing is sent: the table need not exist yet.
    pub fn new(client: Client) -> Self {
        Self {
            target: Target {
                client,
                table: Arc::from(T::DEF.name),
                clock: Arc::new(SystemTime::now),
            },
            table: PhantomData,
        }
    }

    /// The same model under another table name, or a table's ARN.
    #[must_use]
    pub fn named(&self, name: impl Into<Arc<str>>) -> Self {
        Self {
            target: Target {
                table: name.into(),
                ..self.target.clone()
            },
            table: PhantomData,
        }
    }

    /// The same table with another clock: where `created_at`, `updated_at`, generated ids and expiry take the time from.
    ///
    /// ```
    /// # use dynamo_model::{ManualClock, prelude::*};
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK")] struct Shop;
    /// # fn doc(client: aws_sdk_dynamodb::Client) {
    /// let clock = ManualClock::at_unix_seconds(1_800_000_000);
    /// let shop = Shop::on(client).with_clock(clock.clone());
    /// # }
    /// ```
    #[must_use]
    pub fn with_clock(&self, clock: impl Clock) -> Self {
        Self {
            target: Target {
                clock: Arc::new(clock),
                ..self.target.clone()
            },
            table: PhantomData,
        }
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.target.table
    }

    /// The SDK's client, for what this library does not do.
    pub fn client(&self) -> &Client {
        &self.target.client
    }

    /// Reads one item by its primary key: `GetItem`.
    ///
    /// # Cost
    ///
    /// One request. Half a read unit for every 4 KB of the item, twice that if [consistent](Get::consistent);
    /// a missing item costs the minimum.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # async fn doc(shop: Handle<Shop>, order: Order) -> Result<(), Error> {
    /// let order = shop.get(Order::key("c-1", 7_u32)).consistent().send().await?;
    /// if let Some(order) = order {
    ///     println!("order {}", order.number);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn get<E: Entity<Table = T>>(&self, key: Key<E>) -> Get<E> {
        Get::new(&self.target, &key)
    }

    /// Writes one item, replacing the one with the same primary key: `PutItem`.
    ///
    /// The entity is encoded at once, so that the borrow ends here. A value that cannot be stored is
    /// reported by `send`, before anything is sent.
    ///
    /// If the entity has a `version`, the stored item must have the same one (0 is an item that was never written), and
    /// gets the next, which [`WriteOutput`](crate::WriteOutput) tells; otherwise the put fails with
    /// [`Error::VersionConflict`]. `updated_at`, `created_at` and other fields that the library fills are in the stored
    /// item, not in the caller's value: [`create`](Self::create) returns it.
    ///
    /// # Cost
    ///
    /// One request. One write unit for every KB of the larger of the old and the new item, and as much
    /// again for every index entry that changes. With `unique` values, a consistent read and a transaction: twice the
    /// write units, for the item and for every marker that is written.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # async fn doc(shop: Handle<Shop>, order: Order) -> Result<(), Error> {
    /// match shop.put(&order).if_absent().send().await {
    ///     Ok(_) => println!("placed"),
    ///     Err(error) if error.is_condition_failed() => {
    ///         let there = error.item::<Order>()?;
    ///         println!("order {:?} exists", there.map(|order| order.number));
    ///     }
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) }
    /// ```
    pub fn put<E: Entity<Table = T>>(&self, entity: &E) -> Put<E> {
        Put::new(&self.target, entity)
    }

    /// Deletes one item by its primary key: `DeleteItem`. A missing item is no error.
    ///
    /// # Cost
    ///
    /// One request. One write unit for every KB of the item, at least one. With `unique` values, a consistent read and a
    /// transaction: twice the write units, for the item and for every marker that is deleted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # async fn doc(shop: Handle<Shop>, order: Order) -> Result<(), Error> {
    /// let deleted = shop.delete(Order::key("c-1", 7_u32)).return_old().send().await?;
    /// println!("{}", if deleted.is_some() { "gone" } else { "was not there" });
    /// # Ok(()) }
    /// ```
    pub fn delete<E: Entity<Table = T>>(&self, key: Key<E>) -> Delete<E> {
        Delete::new(&self.target, &key)
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
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32, total_cents: u64 }
    /// # async fn doc(shop: Handle<Shop>, order: Order) -> Result<(), Error> {
    /// let mut latest = shop
    ///     .query(Order::of("c-1").sort(|k| k.number.ge(100_u32)))
    ///     .filter(|o| o.total_cents.gt(10_000))
    ///     .descending()
    ///     .take(10)
    ///     .items();
    /// while let Some(order) = latest.try_next().await? {
    ///     println!("order {}", order.number);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn query<S: Select<T>>(&self, partition: S) -> S::Query {
        partition.query(&self.target)
    }

    /// Reads all items of a partition, whatever their entity, as [`Item`]s to be decoded one by one.
    ///
    /// # Cost
    ///
    /// As for [`query`](Self::query).
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # async fn doc(shop: Handle<Shop>, order: Order) -> Result<(), Error> {
    /// for item in shop.query_all(Order::of("c-1")).collect().await? {
    ///     if item.is::<Order>() {
    ///         println!("order {}", item.decode::<Order>()?.number);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn query_all<E, const KEY: usize>(
        &self,
        partition: Partition<E, KEY>,
    ) -> Query<Item<T>, AnyOf<Partition<E, KEY>>>
    where
        E: Entity<Table = T> + Keyed<KEY>,
    {
        Query::all(&self.target, &partition)
    }

    /// Reads every item of one entity in the table: `Scan`.
    ///
    /// The table's type attribute says which items are the entity's, so one without that attribute is passed over; on a
    /// table that has none, the shape of the primary key says it.
    ///
    /// # Cost
    ///
    /// One request for every MB of the **whole table**: half a read unit for every 4 KB, whatever the filter
    /// leaves of it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # async fn doc(shop: Handle<Shop>, order: Order) -> Result<(), Error> {
    /// let orders: Vec<Order> = shop.scan().collect().await?;
    /// println!("{} orders in all", orders.len());
    /// # Ok(()) }
    /// ```
    pub fn scan<E: Entity<Table = T>>(&self) -> Scan<E> {
        Scan::new(&self.target)
    }

    /// Reads every item in the table, whatever its entity, as [`Item`]s to be decoded one by one: `Scan`.
    ///
    /// # Cost
    ///
    /// As for [`scan`](Self::scan).
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// let mut items = shop
    ///     .scan_all()
    ///     .segments(16)
    ///     .read_units_per_second(500.0)
    ///     .on_page(|so_far| println!("{} items", so_far.scanned))
    ///     .items();
    /// while let Some(item) = items.try_next().await? {
    ///     if item.is::<Order>() {
    ///         println!("order {}", item.decode::<Order>()?.number);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn scan_all(&self) -> Scan<Item<T>, T> {
        Scan::all(&self.target)
    }

    /// Rewrites the index keys of an entity's items that are not what its templates make of them today: after an index was
    /// added to an existing table, or a template changed.
    ///
    /// The table is scanned, and each item whose keys differ is updated on the condition that what they are made of is what was
    /// read: other writers may go on. Going through the table twice does no harm. Nothing but index keys is written, so that
    /// the version stays. The primary key of an item cannot be changed; see [`rekey`](Self::rekey).
    ///
    /// # Cost
    ///
    /// A scan of the whole table, and a write of every item that is changed, with the entries of its indexes.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::{Cursor, prelude::*};
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # fn store(cursor: Option<&Cursor>) {}
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// let mut steps = shop
    ///     .reindex::<Order>()
    ///     .segments(8)
    ///     .write_units_per_second(200.0)
    ///     .steps();
    /// while let Some(step) = steps.try_next().await? {
    ///     println!("{} rewritten, {} failed", step.rewritten, step.failed.len());
    ///     store(steps.cursor()); // to go on from, with `after`
    /// }
    /// # Ok(()) }
    /// ```
    pub fn reindex<E: Entity<Table = T>>(&self) -> Reindex<E> {
        Reindex::new(&self.target)
    }

    /// Reads every item of a collection's entities in the table, or in the index that the collection is on: `Scan`.
    ///
    /// Items of other entities are an error, unless the collection keeps them or they are
    /// [skipped](Scan::skip_unknown).
    ///
    /// # Cost
    ///
    /// As for [`scan`](Self::scan).
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Customer, Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "PROFILE")]
    /// # struct Customer { customer_id: String }
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// #[derive(Collection)]
    /// enum Anything {
    ///     Customer(Customer),
    ///     Order(Order),
    /// }
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// let mut all = shop.scan_collection::<Anything>().items();
    /// while let Some(item) = all.try_next().await? {
    ///     match item {
    ///         Anything::Customer(customer) => println!("customer {}", customer.customer_id),
    ///         Anything::Order(order) => println!("order {}", order.number),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn scan_collection<C: Collection<Table = T, Item = C>>(
        &self,
    ) -> Scan<C, ItemCollection<C>> {
        Scan::gather(&self.target)
    }

    /// Creates the table with its indexes: `CreateTable`.
    ///
    /// # Cost
    ///
    /// One request; for a table with a TTL attribute some more, to wait until the table is active and to
    /// enable TTL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # async fn doc(shop: Handle<Shop>, order: Order) -> Result<(), Error> {
    /// use std::time::{Duration, SystemTime};
    ///
    /// match shop.create_table().send().await {
    ///     Err(error) if error.is_table_in_use() => println!("it exists"),
    ///     created => drop(created?),
    /// }
    /// shop.wait_until_active(Duration::from_secs(60)).await?;
    /// # Ok(()) }
    /// ```
    pub fn create_table(&self) -> CreateTable<T> {
        CreateTable::new(&self.target)
    }

    /// Deletes the table with all its items: `DeleteTable`.
    ///
    /// Returns as soon as the deletion has begun; see [`wait_until_gone`](Self::wait_until_gone).
    pub fn delete_table(&self) -> Sending<()> {
        let target = self.target.clone();
        Sending::new(async move { control::delete_table(&target.client, &target.table).await })
    }

    /// What DynamoDB says of the table: `DescribeTable`.
    pub fn describe(&self) -> Sending<TableDescription> {
        let target = self.target.clone();
        Sending::new(async move { control::describe_table(&target.client, &target.table).await })
    }

    /// Waits until the table and its indexes are active.
    ///
    /// Asks with `DescribeTable`, first after 100 ms, then at intervals that double up to 2 s.
    ///
    /// # Errors
    ///
    /// [`Error::WaitTimeout`] with the last state seen.
    pub fn wait_until_active(&self, timeout: Duration) -> Sending<TableDescription> {
        let target = self.target.clone();
        Sending::new(async move {
            control::wait_until_active(&target.client, &target.table, timeout).await
        })
    }

    /// Waits until the table does not exist any more.
    ///
    /// # Errors
    ///
    /// [`Error::WaitTimeout`] with the last state seen.
    pub fn wait_until_gone(&self, timeout: Duration) -> Sending<()> {
        let target = self.target.clone();
        Sending::new(async move {
            control::wait_until_gone(&target.client, &target.table, timeout).await
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
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # async fn doc(shop: Handle<Shop>, order: Order) -> Result<(), Error> {
    /// if let Err(Error::ModelMismatch(mismatch)) = shop.verify().await {
    ///     for difference in mismatch.differences() {
    ///         eprintln!("{difference}");
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn verify(&self) -> Sending<()> {
        let target = self.target.clone();
        Sending::new(async move { verify(T::DEF, &target).await })
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
            Error::VersionConflict(conflict) => evidence(conflict.raw_item()),
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
