//! dynamodb-facade.

use aws_sdk_dynamodb::Client;
use dynamodb_facade::explicit_client::{DynamoDBItemOp, dynamodb_batch_write};
use dynamodb_facade::{Condition, DynamoDBItemBatchOp, KeyId, StringAttribute, Update};

use super::{Contender, SHIPPED_NOTE, SHIPPING_CENTS};
use crate::order::{Order, Status};

dynamodb_facade::attribute_definitions! {
    Pk { "PK": StringAttribute }
    Sk { "SK": StringAttribute }
    ItemType { "_type": StringAttribute }
}

dynamodb_facade::table_definitions! {
    OrderTable {
        type PartitionKey = Pk;
        type SortKey = Sk;
        fn table_name() -> String { crate::order::TABLE.to_owned() }
    }
}

dynamodb_facade::dynamodb_item! {
    #[table = OrderTable]
    Order {
        #[partition_key]
        Pk {
            fn attribute_id(&self) -> &'id str { &self.customer_id }
            fn attribute_value(id) -> String { format!("CUSTOMER#{id}") }
        }
        #[sort_key]
        Sk {
            fn attribute_id(&self) -> &'id str { &self.order_id }
            fn attribute_value(id) -> String { format!("ORDER#{id}") }
        }
        ItemType { const VALUE: &'static str = "Order"; }
    }
}

pub(super) struct Facade(pub(super) Client);

impl Contender for Facade {
    async fn get(&self, customer_id: &str, order_id: &str) -> Option<Order> {
        let key = KeyId::pk(customer_id).sk(order_id);
        <Order as DynamoDBItemOp<_>>::get(self.0.clone(), key)
            .await
            .expect("an answer")
    }

    async fn put(&self, order: Order) {
        DynamoDBItemOp::put(&order, self.0.clone())
            .await
            .expect("an answer");
    }

    async fn ship(&self, customer_id: &str, order_id: &str) {
        let update = Update::set("status", Status::Shipped.name())
            .and(Update::set("note", SHIPPED_NOTE))
            .and(Update::add("total_cents", SHIPPING_CENTS));
        let key = KeyId::pk(customer_id).sk(order_id);
        let condition =
            <Order as DynamoDBItemOp<_>>::exists() & Condition::eq("status", Status::Paid.name());
        <Order as DynamoDBItemOp<_>>::update_by_id(self.0.clone(), key, update)
            .condition(condition)
            .return_none()
            .await
            .expect("an answer");
    }

    async fn query(&self, customer_id: &str) -> Vec<Order> {
        let condition =
            <Order as DynamoDBItemOp<_>>::key_condition(customer_id).sk_begins_with("ORDER#");
        let query = <Order as DynamoDBItemOp<_>>::query(self.0.clone(), condition);
        query.all().await.expect("an answer")
    }

    async fn batch_write(&self, orders: Vec<Order>) {
        let puts = orders.iter().map(DynamoDBItemBatchOp::batch_put).collect();
        dynamodb_batch_write::<OrderTable>(self.0.clone(), puts)
            .await
            .expect("an answer");
    }

    async fn batch_get(&self, _: &str, _: &[String]) -> Vec<Order> {
        unreachable!("it has no batch get")
    }
}
