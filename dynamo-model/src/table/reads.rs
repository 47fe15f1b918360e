//! Reads of many items, and what goes through all of them.

use super::Handle;
use crate::entity::Item;
use crate::expr::{ItemCollection, Partition};
use crate::op::{AnyOf, Query, Reindex, Scan, Select};
use crate::{Collection, Entity, Keyed, Table};

impl<T: Table> Handle<T> {
    /// Reads the items of one entity in one partition of the table or of an index: `Query`.
    ///
    /// Items of other entities in the partition are not read where key prefixes tell them apart; where
    /// they cannot, a filter on the type attribute is added.
    ///
    /// The builder ends with what is wanted: [`items`](Query::items) one by one, all in a list ([`collect`](Query::collect)), a
    /// [`page`](Query::page) and the cursor behind it, the [`first`](Query::first) or the [`only`](Query::only) one, or no more
    /// than their [`count`](Query::count). A struct of several entities is [sent](crate::Assemble::send).
    ///
    /// # Indexes that hold a part of the items
    ///
    /// An index with `projection = keys_only` or `include(..)` returns no more than it holds. Say what is to be read of it:
    /// [`project`](Query::project) for fields that it holds, checked while compiling, or [`hydrate`](Query::hydrate) for
    /// whole items. With neither, and if the index does not hold every field of the entity, the items end with
    /// [`Error::Invalid`](crate::Error::Invalid) and nothing is sent: a field that may be missing would be read as if it were.
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
}
