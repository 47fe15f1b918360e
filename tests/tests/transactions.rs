//! Items that are written together or not at all, and read as they are at one moment.

use aws_sdk_dynamodb::Client;
use dynamo_model::prelude::*;
use dynamo_model::{Meter, Outcome, OutcomeKind, TransactionCanceled};
use dynamo_model_tests::client;
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
#[entity(table = Shop, pk = "CUSTOMER#{id}", sk = "PROFILE")]
struct Customer {
    id: String,
    name: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{number}"),
)]
struct Order {
    customer: String,
    number: u32,
    status: String,
    note: String,
}

#[derive(Table)]
#[table(name = "stock", pk = N("sku"), entities(Article))]
struct Stock;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Stock, pk = "{sku:raw}")]
struct Article {
    sku: u64,
    left: u32,
}

fn customer(id: &str) -> Customer {
    Customer {
        id: id.into(),
        name: "Ada".into(),
    }
}

fn order(number: u32) -> Order {
    Order {
        customer: "c".into(),
        number,
        status: "paid".into(),
        note: String::new(),
    }
}

fn article(sku: u64) -> Article {
    Article { sku, left: 5 }
}

fn order_key(number: u32) -> Key<Order> {
    Order::key("c", number)
}

async fn set_up() -> (Handle<Shop>, Handle<Stock>) {
    set_up_on(client().await).await
}

async fn set_up_on(client: Client) -> (Handle<Shop>, Handle<Stock>) {
    let shop = Shop::on(client.clone());
    shop.create_table().send().await.unwrap();
    let stock = Stock::on(client);
    stock.create_table().send().await.unwrap();
    (shop, stock)
}

#[track_caller]
fn canceled(error: Error) -> TransactionCanceled {
    match error {
        Error::TransactionCanceled(canceled) => canceled,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn entities_and_tables_are_mixed() {
    let (shop, stock) = set_up().await;
    shop.put(&customer("c")).send().await.unwrap();
    shop.put(&order(1)).send().await.unwrap();
    let written = shop
        .transact_write()
        .put(shop.put(&order(2)).if_absent())
        .put(stock.put(&article(7)))
        .delete(shop.delete(order_key(1)).if_present())
        .check_exists(Customer::key("c"))
        .check_absent(Customer::key("other"))
        .on(&stock)
        .check_absent(Article::key(8_u64));
    written.send().await.unwrap();
    assert_eq!(shop.get(order_key(1)).send().await.unwrap(), None);
    assert_eq!(shop.get(order_key(2)).send().await.unwrap(), Some(order(2)));
    let found = stock.get(Article::key(7_u64)).send().await.unwrap();
    assert_eq!(found, Some(article(7)));
    let paid = shop.query(Order::by_status("paid"));
    assert_eq!(paid.collect().await.unwrap(), [order(2)]);
}

#[tokio::test]
async fn all_or_nothing_and_a_reason_for_each() {
    let (shop, _) = set_up().await;
    let there = Customer {
        name: "Bea".into(),
        ..customer("b")
    };
    shop.put(&there).send().await.unwrap();
    shop.put(&order(3)).send().await.unwrap();
    let error = shop
        .transact_write()
        .put(shop.put(&order(1)))
        .put(shop.put(&customer("b")).if_absent())
        .put(shop.put(&order(2)).if_present())
        .delete(shop.delete(order_key(4)).if_present())
        .check_exists(Customer::key("nobody"))
        .check_absent(order_key(3))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_condition_failed() && !error.is_retryable());
    assert_eq!(
        error.to_string(),
        "TransactWriteItems on table `shop` was cancelled: \
         operation 1 (Put of `Customer`): the condition does not hold; \
         operation 2 (Put of `Order`): there is no such item; \
         operation 3 (Delete of `Order`): there is no such item; \
         operation 4 (ConditionCheck of `Customer`): there is no such item; \
         operation 5 (ConditionCheck of `Order`): the condition does not hold"
    );
    let canceled = canceled(error);
    let outcomes = canceled.outcomes();
    let kinds: Vec<OutcomeKind> = outcomes.iter().map(Outcome::kind).collect();
    assert_eq!(
        kinds,
        [
            OutcomeKind::NoError,
            OutcomeKind::ConditionFailed,
            OutcomeKind::NotFound,
            OutcomeKind::NotFound,
            OutcomeKind::NotFound,
            OutcomeKind::ConditionFailed,
        ]
    );
    assert_eq!(outcomes[1].item::<Customer>().unwrap(), Some(there));
    assert_eq!(outcomes[2].item::<Order>().unwrap(), None);
    assert_eq!(outcomes[5].item::<Order>().unwrap(), Some(order(3)));
    assert!(outcomes[5].item::<Customer>().is_err());
    assert_eq!(outcomes[3].action(), "Delete");
    assert_eq!(outcomes[3].entity(), "Order");
    // Nothing was applied.
    assert_eq!(shop.get(order_key(1)).send().await.unwrap(), None);
}

#[tokio::test]
async fn a_loop_fills_a_transaction() {
    let (shop, _) = set_up().await;
    shop.transact_write().send().await.unwrap();
    let orders: Vec<Order> = (0..100).map(order).collect();
    let mut transaction = shop.transact_write();
    for order in &orders {
        transaction = transaction.put(shop.put(order).if_absent());
    }
    transaction.send().await.unwrap();
    assert_eq!(shop.query(Order::of("c")).collect().await.unwrap(), orders);

    let mut transaction = shop.transact_write();
    for number in 0..101 {
        transaction = transaction.delete(shop.delete(order_key(number)));
    }
    let error = transaction.send().await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    assert!(error.to_string().contains("101"), "{error}");

    let keys: Vec<_> = (0..100).map(order_key).collect();
    let read = shop.transact_get(keys).send().await.unwrap();
    assert!(read.into_iter().map(Option::unwrap).eq(orders));
}

#[tokio::test]
async fn one_operation_on_an_item() {
    let (shop, stock) = set_up().await;
    let error = shop
        .transact_write()
        .put(stock.put(&article(7)))
        .put(shop.put(&order(1)))
        .on(&stock)
        .check_exists(Article::key(7_u64))
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "operations 0 (Put of `Article`) and 2 (ConditionCheck of `Article`) of a transaction are on one item of \
         table `stock`, DynamoDB takes one action for each item: make them one operation, or two transactions"
    );
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
}

#[tokio::test]
async fn four_megabytes_and_no_more() {
    let (shop, _) = set_up().await;
    let of = |count: u32, bytes: usize| {
        (0..count).fold(shop.transact_write(), |all, number| {
            let large = Order {
                note: "x".repeat(bytes),
                ..order(number)
            };
            all.put(shop.put(&large))
        })
    };
    let error = of(11, 400_000).send().await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    assert!(error.to_string().contains("4 MB"), "{error}");
    of(10, 400_000).send().await.unwrap();
    // The limit of a single item is the same as ever.
    let error = of(1, 410_000).send().await.unwrap_err();
    assert!(matches!(error, Error::ItemTooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn a_token_makes_it_once() {
    let (shop, _) = set_up().await;
    let once = |number| {
        let put = shop.put(&order(number)).if_absent();
        shop.transact_write().put(put).token("job-17")
    };
    once(1).send().await.unwrap();
    once(1).send().await.unwrap();
    let error = once(2).send().await.unwrap_err();
    assert!(error.is_token_mismatch(), "{error:?}");
    assert_eq!(shop.get(order_key(2)).send().await.unwrap(), None);
    // Without a token of its own, every call is a new one.
    let put = || shop.transact_write().put(shop.put(&order(3)).if_absent());
    put().send().await.unwrap();
    assert!(put().send().await.unwrap_err().is_condition_failed());
}

#[tokio::test]
async fn what_was_cancelled_has_not_used_its_token() {
    let (shop, _) = set_up().await;
    shop.put(&order(1)).send().await.unwrap();
    let once = || {
        let put = shop.put(&order(1)).if_absent();
        shop.transact_write().put(put).token("job-17").send()
    };
    assert!(once().await.unwrap_err().is_condition_failed());
    shop.delete(order_key(1)).send().await.unwrap();
    once().await.unwrap();
    once().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_of_the_same_items() {
    let (shop, stock) = set_up().await;
    let writers = (0..12_u32).map(|number| {
        let (shop, stock) = (shop.clone(), stock.clone());
        tokio::spawn(async move {
            let written = Order {
                status: number.to_string(),
                ..order(1)
            };
            let left = Article {
                left: number,
                ..article(7)
            };
            let write = shop.transact_write().put(shop.put(&written));
            write
                .put(stock.put(&left))
                .max_attempts(40)
                .send()
                .await
                .unwrap();
            let get = shop.transact_get([order_key(1)]).max_attempts(40);
            let [read] = get.send().await.unwrap();
            assert!(read.is_some());
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let written = shop.get(order_key(1)).send().await.unwrap().unwrap();
    let left = stock.get(Article::key(7_u64)).send().await.unwrap();
    assert_eq!(written.status, left.unwrap().left.to_string());
}

#[tokio::test]
async fn keys_read_into_their_entities() {
    let (shop, _) = set_up().await;
    shop.put(&customer("c")).send().await.unwrap();
    shop.put(&order(1)).send().await.unwrap();
    let keys = (
        Customer::key("c"),
        order_key(1),
        Customer::key("nobody"),
        order_key(1),
    );
    let (found, first, nobody, again) = shop.transact_get(keys).send().await.unwrap();
    assert_eq!(found, Some(customer("c")));
    assert_eq!(first, Some(order(1)));
    assert_eq!(nobody, None);
    assert_eq!(again, Some(order(1)));

    let keys: Vec<_> = [2, 1, 2, 1].map(order_key).into();
    let read = shop.transact_get(keys).send().await.unwrap();
    assert_eq!(read, [None, Some(order(1)), None, Some(order(1))]);
    let [one, two] = shop
        .transact_get([order_key(1), order_key(2)])
        .send()
        .await
        .unwrap();
    assert_eq!((one, two), (Some(order(1)), None));
    let none: Vec<Key<Order>> = Vec::new();
    assert!(shop.transact_get(none).send().await.unwrap().is_empty());
    let keys: Vec<_> = (0..101).map(order_key).collect();
    let error = shop.transact_get(keys).send().await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
}

#[tokio::test]
async fn a_table_that_is_missing() {
    let (shop, _) = set_up().await;
    let missing = shop.named("missing");
    let write = shop.transact_write().put(missing.put(&order(1)));
    let error = write.put(shop.put(&order(1))).send().await.unwrap_err();
    assert!(error.is_table_not_found(), "{error:?}");
    assert!(
        error
            .to_string()
            .starts_with("TransactWriteItems on table `missing`, `shop`"),
        "{error}"
    );
    let get = missing.transact_get([order_key(1)]);
    assert!(get.send().await.unwrap_err().is_table_not_found());
}

#[tokio::test]
async fn capacity_is_counted_for_all_tables() {
    let (shop, stock) = set_up().await;
    let meter = Meter::new();
    let write = shop
        .transact_write()
        .put(shop.put(&order(1)))
        .put(stock.put(&article(7)));
    write.meter(&meter).send().await.unwrap();
    let written = meter.reset();
    // Two units for each of the two items at least; what an index costs, engines see differently.
    assert!(written.capacity_units >= 4.0, "{written:?}");
    let keys = [order_key(1), order_key(2)];
    let get = shop.transact_get(keys).meter(&meter);
    get.send().await.unwrap();
    let read = meter.reset();
    assert!((read.capacity_units - 4.0).abs() < 1e-9, "{read:?}");
    assert_eq!(read.table_name, "shop");
}

/// On an engine that can lose answers.
mod lost_answers {
    use aws_sdk_dynamodb::config::retry::RetryConfig;
    use dynamo_model::embedded::Engine;

    use super::*;

    #[tokio::test]
    async fn are_not_applied_twice() {
        let engine = Engine::memory().unwrap();
        let (shop, _) = set_up_on(engine.client()).await;
        engine.requests().record(true);
        engine.faults().drop_response("TransactWriteItems", 2);
        let put = shop.transact_write().put(shop.put(&order(1)).if_absent());
        put.send().await.unwrap();
        let calls = engine.requests().take();
        assert_eq!(calls.len(), 3);
        assert!(calls.iter().all(|call| call.body() == calls[0].body()));
    }

    #[tokio::test]
    async fn can_be_asked_for_by_the_caller() {
        let engine = Engine::memory().unwrap();
        set_up_on(engine.client()).await;
        let config = engine.config().retry_config(RetryConfig::disabled());
        let shop = Shop::on(Client::from_conf(config.build()));
        let put = || {
            let put = shop.put(&order(1)).if_absent();
            shop.transact_write().put(put).token("job-17")
        };
        engine.faults().drop_response("TransactWriteItems", 1);
        let error = put().send().await.unwrap_err();
        assert!(matches!(error, Error::Transport(_)) && error.is_retryable());
        put().send().await.unwrap();
        assert_eq!(shop.get(order_key(1)).send().await.unwrap(), Some(order(1)));
    }

    #[tokio::test]
    async fn of_throttled_transactions_come_in_the_end() {
        let engine = Engine::memory().unwrap();
        let (shop, _) = set_up_on(engine.client()).await;
        engine.faults().throttle("TransactWriteItems", 2);
        engine.faults().throttle("TransactGetItems", 2);
        let put = shop.transact_write().put(shop.put(&order(1)));
        put.send().await.unwrap();
        let [read] = shop.transact_get([order_key(1)]).send().await.unwrap();
        assert_eq!(read, Some(order(1)));
    }
}
