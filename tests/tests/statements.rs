//! PartiQL statements that return typed entities.

use std::pin::Pin;
use std::task::Context;

use dynamo_model::{Item, Meter, prelude::*};
use dynamo_model_tests::{EngineKind, client, engine};
use futures_core::Stream as _;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    entities(Customer, Order)
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "PROFILE")]
struct Customer {
    customer_id: String,
    name: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number:04}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{number}"),
)]
struct Order {
    customer_id: String,
    number: u32,
    status: String,
    total: u64,
    tags: Option<Vec<String>>,
}

fn order(number: u32) -> Order {
    Order {
        customer_id: "c".into(),
        number,
        status: if number.is_multiple_of(2) {
            "paid"
        } else {
            "open"
        }
        .into(),
        total: u64::from(number) * 10,
        tags: Some(vec!["t".into()]),
    }
}

async fn shop() -> Handle<Shop> {
    // A name that PartiQL takes in quotes only.
    let shop = Shop::on(client().await).named("shop-prod.2");
    shop.create_table().send().await.unwrap();
    let customer = Customer {
        customer_id: "c".into(),
        name: "C".into(),
    };
    shop.put(&customer).send().await.unwrap();
    for number in 1..=5 {
        shop.put(&order(number)).send().await.unwrap();
    }
    shop
}

const ORDERS: &str = "SELECT * FROM {table} WHERE PK = ? AND begins_with(SK, ?)";

#[tokio::test]
async fn entities_in_the_order_of_their_keys() {
    let shop = shop().await;
    let select = shop.statement(ORDERS).value("CUSTOMER#c").value("ORDER#");
    let orders: Vec<Order> = select.consistent().collect().await.unwrap();
    assert_eq!(orders, (1..=5).map(order).collect::<Vec<_>>());
    let one = shop
        .statement("SELECT * FROM {table} WHERE PK = ? AND SK = ?")
        .value("CUSTOMER#c")
        .value("ORDER#0003");
    assert_eq!(one.first::<Order>().await.unwrap(), Some(order(3)));
    let none = shop
        .statement("SELECT * FROM {table} WHERE PK = ? AND total > ? AND status IN (?, ?)")
        .value("CUSTOMER#c")
        .value(20_u64)
        .value("paid")
        .value("lost");
    assert_eq!(none.collect::<Order>().await.unwrap(), [order(4)]);
    let indexed = shop
        .statement(r#"SELECT * FROM {table}."GSI1" WHERE GSI1PK = ?"#)
        .value("STATUS#paid");
    assert_eq!(
        indexed.collect::<Order>().await.unwrap(),
        [order(2), order(4)]
    );
}

#[tokio::test]
async fn page_after_page() {
    let shop = shop().await;
    let meter = Meter::new();
    let select = || {
        let select = shop.statement(ORDERS).value("CUSTOMER#c").value("ORDER#");
        select.page_size(2).meter(&meter)
    };
    let mut rows = select().items::<Order>();
    for number in 1..=5 {
        assert_eq!(rows.try_next().await.unwrap(), Some(order(number)));
    }
    assert_eq!(rows.try_next().await.unwrap(), None);
    assert_eq!(rows.try_next().await.unwrap(), None);
    // DynamoDB Local reports no capacity of statements.
    if engine() == EngineKind::Embedded {
        assert!(meter.reset().capacity_units >= 1.5, "three pages");
    }
    // It is a stream as well.
    let mut rows = select().items::<Order>();
    let poll = |context: &mut Context<'_>| Pin::new(&mut rows).poll_next(context);
    let first = std::future::poll_fn(poll).await.unwrap().unwrap();
    assert_eq!(first, order(1));
}

#[tokio::test]
async fn an_item_of_another_entity_is_an_error_unless_any_is_asked_for() {
    let shop = shop().await;
    let all = || {
        shop.statement("SELECT * FROM {table} WHERE PK = ?")
            .value("CUSTOMER#c")
    };
    let mut orders = all().items::<Order>();
    let mut wrong = 0;
    let mut found = Vec::new();
    loop {
        match orders.try_next().await {
            Ok(None) => break,
            Ok(Some(order)) => found.push(order),
            Err(Error::Decode(_)) => wrong += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((found.len(), wrong), (5, 1));
    let items: Vec<Item<Shop>> = all().collect().await.unwrap();
    assert_eq!(items.len(), 6);
    let customers: Vec<_> = items.iter().filter(|item| item.is::<Customer>()).collect();
    assert_eq!(customers[0].decode::<Customer>().unwrap().name, "C");
}

#[derive(Deserialize, Debug, PartialEq)]
struct Total {
    number: u32,
    total: u64,
}

#[tokio::test]
async fn parts_of_items() {
    let shop = shop().await;
    let select = shop
        .statement("SELECT number, total FROM {table} WHERE PK = ? AND begins_with(SK, ?)")
        .value("CUSTOMER#c")
        .value("ORDER#");
    let first = select.first::<Item<Shop>>().await.unwrap().unwrap();
    let expected = Total {
        number: 1,
        total: 10,
    };
    assert_eq!(first.fields::<Total>().unwrap(), expected);
}

#[tokio::test]
async fn writes() {
    let shop = shop().await;
    let key = || Order::key("c", 1_u32);
    shop.statement("UPDATE {table} SET total = ? WHERE PK = ? AND SK = ? AND total < ?")
        .value(7)
        .value("CUSTOMER#c")
        .value("ORDER#0001")
        .value(11)
        .send()
        .await
        .unwrap();
    let now = shop.get(key()).consistent().send().await.unwrap().unwrap();
    assert_eq!(now.total, 7);
    let failed = shop
        .statement("UPDATE {table} SET total = ? WHERE PK = ? AND SK = ? AND total < ?")
        .value(8)
        .value("CUSTOMER#c")
        .value("ORDER#0001")
        .value(1);
    let failed = failed.send().await.unwrap_err();
    assert!(failed.is_condition_failed(), "{failed}");
    assert_eq!(failed.item::<Order>().unwrap().unwrap().total, 7);

    let deleted = shop
        .statement("DELETE FROM {table} WHERE PK = ? AND SK = ? RETURNING ALL OLD *")
        .value("CUSTOMER#c")
        .value("ORDER#0001");
    assert_eq!(deleted.first::<Order>().await.unwrap(), Some(now.clone()));
    assert_eq!(shop.get(key()).consistent().send().await.unwrap(), None);

    let insert = || {
        let insert = "INSERT INTO {table} VALUE {'PK': ?, 'SK': ?, 'customer_id': ?, 'name': ?}";
        let insert = shop.statement(insert).value("CUSTOMER#d").value("PROFILE");
        insert.value("d").value("D")
    };
    insert().send().await.unwrap();
    let twice = insert().send().await.unwrap_err();
    assert!(
        twice.code().unwrap().starts_with("DuplicateItem"),
        "{twice}"
    );
    // Without the type attribute, the item is none of the model's.
    assert!(shop.get(Customer::key("d")).send().await.is_ok());
}

#[tokio::test]
async fn refused_before_it_is_sent() {
    let shop = Shop::on(client().await);
    let long = "x".repeat(8_193);
    let refused = shop.statement(long).value(1).page_size(3).send().await;
    let error = refused.unwrap_err().to_string();
    assert_eq!(
        error,
        "a statement has 8193 characters where DynamoDB takes 1 to 8192: say less in one"
    );
    let nan = || shop.statement(ORDERS).value("a").value(f64::NAN);
    let Err(Error::Encode(error)) = nan().collect::<Order>().await else {
        panic!("it cannot be written");
    };
    assert_eq!(error.path(), "?2");
    let mut rows = nan().items::<Item<Shop>>();
    assert!(rows.try_next().await.is_err());
    assert!(rows.try_next().await.unwrap().is_none());
    assert!(matches!(nan().send().await, Err(Error::Encode(_))));
}

#[tokio::test]
async fn nothing_of_it_is_shown() {
    let shop = shop().await;
    let select = shop
        .statement("SELECT * FROM {table} WHERE PK = 'SECRET'")
        .value("SECRET");
    assert_eq!(
        format!("{select:?}"),
        "Statement { table: Some(\"shop-prod.2\"), .. }"
    );
    let mut rows = select.items::<Order>();
    let shown = match rows.try_next().await {
        Ok(_) => format!("{rows:?}"),
        Err(error) => format!("{error} {error:?} {rows:?}"),
    };
    assert!(!shown.contains("SECRET"), "{shown}");
}
