//! The handle's batches.

use super::Handle;
use crate::entity::Key;
use crate::op::{BatchGet, BatchGetAll, BatchWrite};
use crate::{Entity, Table};

impl<T: Table> Handle<T> {
    /// Reads any number of items of one entity by their primary keys: `BatchGetItem`.
    ///
    /// A key that is given twice is asked for once. Keys that the service leaves are asked for again, after pauses that
    /// grow; what is left in the end is in the [`BatchRead`](crate::BatchRead).
    ///
    /// # Cost
    ///
    /// One request for every 100 keys, and for what is left of them. The same read units as a [`get`](Self::get) of
    /// each: half a unit for every 4 KB of an item, twice that if [consistent](BatchGet::consistent).
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
    /// let keys = (1..=250_u32).map(|number| Order::key("c-1", number));
    /// let orders: Vec<Order> = shop.batch_get(keys).send().await?.complete()?;
    ///
    /// // Or one for each key, in their order, and without an error if some are left:
    /// let keys = [Order::key("c-1", 7_u32), Order::key("c-1", 8_u32)];
    /// let read = shop.batch_get(keys).ordered().send().await?;
    /// for order in read.items() {
    ///     println!("{}", if order.is_some() { "there" } else { "not found, or left" });
    /// }
    /// println!("{} left", read.unprocessed().len());
    /// # Ok(()) }
    /// ```
    pub fn batch_get<E: Entity<Table = T>>(
        &self,
        keys: impl IntoIterator<Item = Key<E>>,
    ) -> BatchGet<E> {
        BatchGet::new(&self.target, keys)
    }

    /// Reads any number of items of any entities by their primary keys, as [`Item`](crate::Item)s to be decoded one
    /// by one: `BatchGetItem`.
    ///
    /// # Cost
    ///
    /// As for [`batch_get`](Self::batch_get).
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
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// let read = shop
    ///     .batch_get_all()
    ///     .get(Customer::key("c-1"))
    ///     .keys((1..=3_u32).map(|number| Order::key("c-1", number)))
    ///     .send()
    ///     .await?;
    /// for item in read.complete()? {
    ///     if item.is::<Order>() {
    ///         println!("order {}", item.decode::<Order>()?.number);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn batch_get_all(&self) -> BatchGetAll<T> {
        BatchGetAll::all(&self.target)
    }

    /// Writes and deletes any number of items of any entities, without conditions: `BatchWriteItem`.
    ///
    /// It is no transaction: some may be written and others not. Entries that the service leaves, or whose calls fail,
    /// are sent again, after pauses that grow; what is left in the end is in the
    /// [`BatchWritten`](crate::BatchWritten).
    ///
    /// # Cost
    ///
    /// One request for every 25 entries, and for what is left of them. The same write units as a [`put`](Self::put) or
    /// [`delete`](Self::delete) of each, also where an entry was written twice because an answer was lost.
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
    /// # async fn doc(shop: Handle<Shop>, customer: Customer, orders: Vec<Order>) -> Result<(), Error> {
    /// let batch = shop
    ///     .batch_write()
    ///     .put(&customer)
    ///     .put_all(&orders)
    ///     .delete(Order::key("c-2", 7_u32));
    /// batch.send().await?.complete()?;
    ///
    /// // Or, to know what is left, and to send it again:
    /// let written = shop.batch_write().put_all(&orders).send().await?;
    /// for entry in written.unprocessed() {
    ///     if let Some(order) = entry.entity::<Order>()? {
    ///         println!("order {} may not be written", order.number);
    ///     }
    /// }
    /// if !written.is_complete() {
    ///     written.retry().send().await?.complete()?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// All that is in a partition, deleted:
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
    /// enum CustomerItem {
    ///     Customer(Customer),
    ///     Order(Order),
    /// }
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// let mut batch = shop.batch_write();
    /// for item in shop.query(CustomerItem::of("c-1")).collect().await? {
    ///     batch = match item {
    ///         CustomerItem::Customer(customer) => batch.delete(Key::of(&customer)),
    ///         CustomerItem::Order(order) => batch.delete(Key::of(&order)),
    ///     };
    /// }
    /// batch.send().await?.complete()?;
    /// # Ok(()) }
    /// ```
    pub fn batch_write(&self) -> BatchWrite<T> {
        BatchWrite::new(&self.target)
    }
}
