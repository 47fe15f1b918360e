//! Transactions that begin at a handle.

use super::{Handle, evidence};
use crate::op::{Keys, TransactGet, TransactWrite};
use crate::{Entity, Error, Outcome, Table};

impl<T: Table> Handle<T> {
    /// Writes several items together or not at all: `TransactWriteItems`.
    ///
    /// # Cost
    ///
    /// One request, and one more for every attempt after a conflict. Two write units, twice the price of a single write,
    /// for every KB of each item that is written or checked, at least one KB. A cancelled transaction costs as much.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)]
    /// # #[table(name = "shop", pk = "PK", sk = "SK", entities(Customer, Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{id}", sk = "PROFILE")]
    /// # struct Customer { id: String }
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # async fn doc(shop: Handle<Shop>, order: Order) -> Result<(), Error> {
    /// use dynamo_model::OutcomeKind;
    ///
    /// let sent = shop
    ///     .transact_write()
    ///     .put(shop.put(&order).if_absent())
    ///     .check_exists(Customer::key("c-1"))
    ///     .send()
    ///     .await;
    /// match sent {
    ///     Err(Error::TransactionCanceled(canceled)) => {
    ///         if let [put, check] = canceled.outcomes() {
    ///             if let Some(other) = put.item::<Order>()? {
    ///                 println!("order {} is there already", other.number);
    ///             }
    ///             if check.kind() == OutcomeKind::NotFound {
    ///                 println!("there is no such customer");
    ///             }
    ///         }
    ///     }
    ///     sent => sent?,
    /// }
    /// # Ok(()) }
    /// ```
    pub fn transact_write(&self) -> TransactWrite<T> {
        TransactWrite::new(&self.target)
    }

    /// Reads several items of the table as they are at one moment: `TransactGetItems`.
    ///
    /// [`Keys`] are a tuple of keys of different entities, or a `Vec` or an array of keys of one entity.
    ///
    /// # Cost
    ///
    /// One request, and one more for every attempt after a conflict. Two read units for every 4 KB of each item: four
    /// times the price of an eventually consistent read.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)]
    /// # #[table(name = "shop", pk = "PK", sk = "SK", entities(Customer, Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{id}", sk = "PROFILE")]
    /// # struct Customer { id: String }
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// let keys = (Customer::key("c-1"), Order::key("c-1", 7_u32));
    /// let (customer, order) = shop.transact_get(keys).send().await?;
    /// if let (Some(customer), Some(order)) = (customer, order) {
    ///     println!("order {} of {}", order.number, customer.id);
    /// }
    ///
    /// let keys: Vec<_> = (1..=3_u32).map(|number| Order::key("c-1", number)).collect();
    /// let orders: Vec<Option<Order>> = shop.transact_get(keys).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn transact_get<K: Keys<Table = T>>(&self, keys: K) -> TransactGet<K> {
        TransactGet::new(&self.target, keys)
    }
}

impl<T: Table> TransactWrite<T> {
    /// The checks that are added from now on are about items of another table. Writes carry their own.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "ORDER#{number}")] struct Order { number: u32 }
    /// # #[derive(Table)] #[table(name = "staff", pk = "PK", entities(Clerk))] struct Staff;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Staff, pk = "CLERK#{id}")] struct Clerk { id: u32 }
    /// # async fn doc(shop: Handle<Shop>, staff: Handle<Staff>, order: Order) -> Result<(), Error> {
    /// shop.transact_write()
    ///     .put(shop.put(&order))
    ///     .on(&staff)
    ///     .check_exists(Clerk::key(3_u32))
    ///     .send()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn on<U: Table>(self, table: &Handle<U>) -> TransactWrite<U> {
        self.with_checks_on(&table.target)
    }
}

impl Outcome {
    /// The stored item that made the operation's condition fail, if there was one.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] or [`Error::Key`] if the stored item is not an `E`.
    pub fn item<E: Entity>(&self) -> Result<Option<E>, Error> {
        evidence(self.raw_item())
    }
}
