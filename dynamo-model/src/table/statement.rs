//! The handle's PartiQL statements.

use std::borrow::Cow;

use super::Handle;
use crate::Table;
use crate::op::Statement;

impl<T: Table> Handle<T> {
    /// A statement in PartiQL, the SQL-like language: `ExecuteStatement`.
    ///
    /// `{table}` in the text stands for the handle's table name, quoted as PartiQL wants it; an index follows as
    /// `{table}."GSI1"`. Values are `?`, which [`value`](Statement::value) gives one by one, in their order.
    ///
    /// A statement goes past the model: keys are what the caller says they are, and what it writes has no index keys,
    /// no type attribute and no version but its own. DynamoDB takes no statement on a table that has an index with
    /// multi-attribute keys.
    ///
    /// # Cost
    ///
    /// One request for every page. A `SELECT` that does not name the partition key with `=` or `IN` reads the **whole
    /// table**, as a scan does.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::{Item, prelude::*};
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
    /// # struct Order { customer_id: String, number: u32 }
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// let orders: Vec<Order> = shop
    ///     .statement(r#"SELECT * FROM {table} WHERE PK = ? AND begins_with(SK, 'ORDER#')"#)
    ///     .value("CUSTOMER#c-1")
    ///     .collect()
    ///     .await?;
    ///
    /// // Items of any entity, and parts of items, are told apart by the caller:
    /// let select = shop.statement("SELECT * FROM {table}").page_size(100);
    /// let mut items = select.items::<Item<Shop>>();
    /// while let Some(item) = items.try_next().await? {
    ///     println!("{}", if item.is::<Order>() { "an order" } else { "something else" });
    /// }
    ///
    /// shop.statement("UPDATE {table} SET paid = ? WHERE PK = ? AND SK = ?")
    ///     .value(true)
    ///     .value("CUSTOMER#c-1")
    ///     .value("ORDER#0000000007")
    ///     .send()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn statement(&self, statement: impl Into<Cow<'static, str>>) -> Statement<T> {
        Statement::new(&self.target, statement.into())
    }
}
