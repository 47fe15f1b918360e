//! modyne.

use aws_sdk_dynamodb::Client;
use modyne::model::{BatchGet, BatchWrite, Query};
use modyne::{EntityDef, EntityExt, EntityTypeNameRef, ProjectionExt, Table, expr, keys};

use super::{Contender, SHIPPED_NOTE, SHIPPING_CENTS};
use crate::order::{Order, Status, TABLE};

pub struct Modyne(pub(super) Client);

impl Table for Modyne {
    const ENTITY_TYPE_ATTRIBUTE: &'static str = "_type";

    type PrimaryKey = keys::Primary;
    type IndexKeys = ();

    fn table_name(&self) -> &str {
        TABLE
    }

    fn client(&self) -> &Client {
        &self.0
    }
}

impl EntityDef for Order {
    const ENTITY_TYPE: &'static EntityTypeNameRef = EntityTypeNameRef::from_static("Order");
}

impl modyne::Entity for Order {
    type KeyInput<'a> = (&'a str, &'a str);
    type Table = Modyne;
    type IndexKeys = ();

    fn primary_key((customer_id, order_id): Self::KeyInput<'_>) -> keys::Primary {
        keys::Primary {
            hash: format!("CUSTOMER#{customer_id}"),
            range: format!("ORDER#{order_id}"),
        }
    }

    fn full_key(&self) -> keys::FullKey<keys::Primary, ()> {
        Self::primary_key((&self.customer_id, &self.order_id)).into()
    }
}

impl Contender for Modyne {
    async fn get(&self, customer_id: &str, order_id: &str) -> Option<Order> {
        let get = <Order as EntityExt>::get((customer_id, order_id));
        let output = get.execute(self).await.expect("an answer");
        output
            .item
            .map(|item| Order::from_item(item).expect("an order"))
    }

    async fn put(&self, order: Order) {
        EntityExt::put(order)
            .execute(self)
            .await
            .expect("an answer");
    }

    async fn ship(&self, customer_id: &str, order_id: &str) {
        let update = expr::Update::new("SET #status = :shipped, #note = :note ADD #total :cents")
            .name("#status", "status")
            .name("#note", "note")
            .name("#total", "total_cents")
            .value(":shipped", Status::Shipped)
            .value(":note", SHIPPED_NOTE)
            .value(":cents", SHIPPING_CENTS);
        let condition = expr::Condition::new("attribute_exists(#pk) AND #status = :paid")
            .name("#pk", "PK")
            .name("#status", "status")
            .value(":paid", Status::Paid);
        <Order as EntityExt>::update((customer_id, order_id))
            .expression(update)
            .condition(condition)
            .execute(self)
            .await
            .expect("an answer");
    }

    async fn query(&self, customer_id: &str) -> Vec<Order> {
        use modyne::Aggregate as _;
        let mut orders: Vec<Order> = Vec::new();
        let mut start = None;
        loop {
            // Not by its `QueryInput`, which would add a projection that nobody else sends.
            let condition = expr::KeyCondition::<keys::Primary>::in_partition(format!(
                "CUSTOMER#{customer_id}"
            ));
            let query = Query::new(condition.begins_with("ORDER#")).set_exclusive_start_key(start);
            let output = query.execute(self).await.expect("an answer");
            orders
                .reduce(output.items.unwrap_or_default())
                .expect("orders");
            start = output.last_evaluated_key;
            if start.is_none() {
                return orders;
            }
        }
    }

    async fn batch_write(&self, orders: Vec<Order>) {
        let puts = orders.into_iter().map(EntityExt::put);
        let batch = puts.fold(BatchWrite::new(), BatchWrite::operation);
        let output = batch.execute(self).await.expect("an answer");
        assert!(
            output.unprocessed_items.unwrap_or_default().is_empty(),
            "all of them"
        );
    }

    async fn batch_get(&self, customer_id: &str, order_ids: &[String]) -> Vec<Order> {
        let gets = order_ids
            .iter()
            .map(|order_id| <Order as EntityExt>::get((customer_id, order_id.as_str())));
        let batch = gets.fold(BatchGet::new(), BatchGet::operation);
        let output = batch.execute(self).await.expect("an answer");
        assert!(
            output.unprocessed_keys.unwrap_or_default().is_empty(),
            "all of them"
        );
        let mut responses = output.responses.unwrap_or_default();
        let items = responses.remove(TABLE).unwrap_or_default();
        items
            .into_iter()
            .map(|item| Order::from_item(item).expect("an order"))
            .collect()
    }
}
