//! Writes that read or keep what is stored: updates and their kin.

use super::Handle;
use crate::expr::Attributed;
use crate::op::{Create, Rekey, Save, Update, Upsert};
use crate::{Entity, Key, Table};

impl<T: Table> Handle<T> {
    /// Updates some attributes of one item: `UpdateItem`. The item must exist.
    ///
    /// Each change is said with a handle, `|o| o.status`; index keys follow by themselves. Nested attributes keep their
    /// siblings: `|o| o.address.city`.
    ///
    /// # Cost
    ///
    /// One request. One write unit for every KB of the larger of the old and the new item, and as much again for every
    /// index entry that changes. An update that changes a `unique` value is a consistent read and a transaction: twice the
    /// write units, for the item and for every marker that is written or deleted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"), entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}", index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{number}"))]
    /// # struct Order { customer_id: String, number: u32, status: String, total_cents: u64, note: Option<String> }
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// shop.update(Order::key("c-1", 7_u32))
    ///     .set(|o| o.status, "shipped") // `GSI1PK` follows
    ///     .add(|o| o.total_cents, 250)
    ///     .remove(|o| o.note)
    ///     .condition(|o| o.status.eq("paid"))
    ///     .send()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn update<E: Attributed<Table = T>>(&self, key: Key<E>) -> Update<E> {
        Update::new(&self.target, key)
    }

    /// Writes one item, whether it is there or not: `UpdateItem`. Attributes that the entity does not declare stay, and so
    /// does `created_at`; everything else becomes what the entity says.
    ///
    /// [`keep`](Upsert::keep) leaves an attribute as it is, [`add`](Upsert::add) adds to it.
    ///
    /// # Cost
    ///
    /// As for [`update`](Self::update).
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "site", pk = "PK", entities(Page))] struct Site;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Site, pk = "PAGE#{path}")]
    /// # struct Page { path: String, title: String, hits: u64 }
    /// # async fn doc(site: Handle<Site>) -> Result<(), Error> {
    /// let page = Page { path: "/".into(), title: "Home".into(), hits: 0 };
    /// site.upsert(&page).add(|p| p.hits, 1).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn upsert<E: Entity<Table = T>>(&self, entity: &E) -> Upsert<E> {
        Upsert::new(&self.target, entity)
    }

    /// Updates one item from an earlier version of its entity, as it was read, to a later one: sends what differs, or
    /// nothing.
    ///
    /// The stored item must have the earlier `version`, if the entity has one, and what rewritten index keys are made of
    /// must still be as it was read. Other attributes may have been changed by others meanwhile, and stay.
    ///
    /// # Cost
    ///
    /// As for [`update`](Self::update); no request if nothing differs.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize, Clone)]
    /// # #[entity(table = Shop, pk = "ORDER#{number}")]
    /// # struct Order { number: u32, status: String }
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// if let Some(order) = shop.get(Order::key(7)).send().await? {
    ///     let shipped = Order { status: "shipped".into(), ..order.clone() };
    ///     shop.save(&order, &shipped).send().await?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn save<E: Entity<Table = T>>(&self, old: &E, new: &E) -> Save<E> {
        Save::new(&self.target, old, new)
    }

    /// Moves one item to another primary key: puts the new item, which must not be there, and deletes the old one, which
    /// must still be what was read, in one transaction.
    ///
    /// "What was read" is the `version`, if the entity has one, else every attribute of its fields. Unique values go
    /// with it.
    ///
    /// # Cost
    ///
    /// One request. Two write units for every KB of each of the two items, and one for every KB of an index entry that
    /// changes.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize, Clone)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32, total_cents: u64 }
    /// # async fn doc(shop: Handle<Shop>, order: Order) -> Result<(), Error> {
    /// let moved = Order { customer_id: "c-2".into(), ..order.clone() };
    /// shop.rekey(&order, &moved).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn rekey<E: Entity<Table = T>>(&self, old: &E, new: &E) -> Rekey<E> {
        Rekey::new(&self.target, old, new)
    }

    /// Writes one new item, and returns the entity as it is stored, with generated ids, defaults, times and version:
    /// `PutItem` with `attribute_not_exists`.
    ///
    /// # Cost
    ///
    /// As for [`put`](Self::put).
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Note))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize, Clone)]
    /// # #[entity(table = Shop, pk = "NOTE#{id}")]
    /// # struct Note { id: u32, text: String, #[entity(version)] version: u64 }
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// let note = shop.create(Note { id: 1, text: "buy milk".into(), version: 0 }).send().await?;
    /// assert_eq!(note.version, 1);
    /// # Ok(()) }
    /// ```
    pub fn create<E: Entity<Table = T>>(&self, entity: E) -> Create<E> {
        Create::new(&self.target, entity)
    }
}
