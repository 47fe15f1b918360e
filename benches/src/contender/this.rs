//! This project.

use aws_sdk_dynamodb::Client;
use dynamo_model::Handle;

use super::{Contender, SHIPPED_NOTE, SHIPPING_CENTS};
use crate::order::{Order, Orders, Status};

pub(super) struct This(Handle<Orders>);

impl This {
    pub(super) fn new(client: Client) -> Self {
        Self(Orders::on(client))
    }
}

impl Contender for This {
    async fn get(&self, customer_id: &str, order_id: &str) -> Option<Order> {
        let key = Order::key(customer_id, order_id);
        self.0.get(key).send().await.expect("an answer")
    }

    async fn put(&self, order: Order) {
        self.0.put(&order).send().await.expect("an answer");
    }

    async fn ship(&self, customer_id: &str, order_id: &str) {
        self.0
            .update(Order::key(customer_id, order_id))
            .set(|o| o.status, Status::Shipped)
            .set(|o| o.note, SHIPPED_NOTE)
            .add(|o| o.total_cents, SHIPPING_CENTS)
            .condition(|o| o.status.eq(Status::Paid))
            .send()
            .await
            .expect("an answer");
    }

    async fn query(&self, customer_id: &str) -> Vec<Order> {
        let orders = self.0.query(Order::of(customer_id)).collect();
        orders.await.expect("an answer")
    }

    async fn batch_write(&self, orders: Vec<Order>) {
        let written = self.0.batch_write().put_all(&orders).send().await;
        written.expect("an answer").complete().expect("all of them");
    }

    async fn batch_get(&self, customer_id: &str, order_ids: &[String]) -> Vec<Order> {
        let keys = order_ids
            .iter()
            .map(|order_id| Order::key(customer_id, order_id));
        let read = self.0.batch_get(keys).send().await;
        read.expect("an answer").complete().expect("all of them")
    }
}
