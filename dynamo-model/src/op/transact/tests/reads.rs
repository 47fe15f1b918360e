//! Reads of several items.

use super::*;
use crate::{Outcome, OutcomeKind};

const ORDER: &str = r#"{"Item":{"_type":{"S":"Order"},"customer":{"S":"c"},"number":{"N":"7"},"PK":{"S":"CUSTOMER#c"},"SK":{"S":"ORDER#0000000007"}}}"#;

fn responses(items: &str) -> Reply {
    answer(200, format!(r#"{{"Responses":[{items}]}}"#))
}

#[tokio::test]
async fn every_key_has_its_place() {
    let (http, shop) = shop([responses(&format!("{{}},{ORDER}"))]);
    let keys = (Customer::key("c"), Order::key("c", 7_u32));
    let (customer, found) = shop.transact_get(keys).send().await.unwrap();
    assert_eq!((customer, found), (None, Some(order(7))));
    assert_eq!(
        json(&http, 0),
        serde_json::json!({"TransactItems": [
            {"Get": {"TableName": "shop", "Key": {"PK": {"S": "CUSTOMER#c"}, "SK": {"S": "PROFILE"}}}},
            {"Get": {"TableName": "shop", "Key": {"PK": {"S": "CUSTOMER#c"}, "SK": {"S": "ORDER#0000000007"}}}},
        ]})
    );
}

#[tokio::test]
async fn an_item_is_read_once() {
    let (http, shop) = shop([responses(&format!("{ORDER},null"))]);
    let keys: Vec<_> = [7, 8, 7, 7].map(|number| Order::key("c", number)).into();
    let found = shop.transact_get(keys).send().await.unwrap();
    assert_eq!(
        found,
        [Some(order(7)), None, Some(order(7)), Some(order(7))]
    );
    assert_eq!(json(&http, 0)["TransactItems"].as_array().unwrap().len(), 2);

    let keys = (Order::key("c", 7), Order::key("c", 8), Order::key("c", 7));
    let found = shop.transact_get(keys).send().await.unwrap();
    assert_eq!(found, (Some(order(7)), None, Some(order(7))));
    let [first, second] = shop
        .transact_get([7, 8].map(|number| Order::key("c", number)))
        .send()
        .await
        .unwrap();
    assert_eq!((first, second), (Some(order(7)), None));
}

#[tokio::test]
async fn no_keys_no_request() {
    let (http, shop) = shop([done()]);
    let none = shop.transact_get(Vec::<crate::Key<Order>>::new());
    assert!(none.send().await.unwrap().is_empty());
    let none: [crate::Key<Order>; 0] = [];
    let [] = shop.transact_get(none).send().await.unwrap();
    assert!(http.seen().is_empty());
}

#[tokio::test]
async fn a_hundred_items_and_no_more() {
    let (http, shop) = shop([responses(&[ORDER; 100].join(","))]);
    let of = |count: u32| {
        let keys = (0..count * 3).map(|number| Order::key("c", number % count));
        shop.transact_get(keys.collect::<Vec<_>>())
    };
    let error = of(101).send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "a transaction reads 101 items where DynamoDB takes 100: divide it"
    );
    assert!(matches!(error, Error::Invalid(_)) && http.seen().is_empty());
    assert_eq!(of(100).send().await.unwrap().len(), 300);
}

#[tokio::test]
async fn a_key_that_is_none_is_told_before() {
    let (http, shop) = shop([done()]);
    let keys = (Customer::key("c"), Order::key("secret\u{10FFFF}", 7_u32));
    let get = shop.transact_get(keys);
    assert_eq!(
        format!("{get:?}"),
        r#"TransactGetItems { table: "shop", .. }"#
    );
    let error = get.send().await.unwrap_err();
    assert!(matches!(error, Error::Key(_)) && http.seen().is_empty());
}

#[tokio::test]
async fn writers_in_the_way_are_waited_for() {
    let conflict = || cancelled(&["TransactionConflict", "None"]);
    let (http, shop) = shop([conflict(), conflict(), responses(&format!("{ORDER},{{}}"))]);
    let keys = [7, 8, 7].map(|number| Order::key("c", number));
    let [first, ..] = shop.transact_get(keys.clone()).send().await.unwrap();
    assert_eq!(first, Some(order(7)));
    assert_eq!(http.seen().len(), 3);

    let (http, shop) = self::shop([conflict()]);
    let get = shop.transact_get(keys).max_attempts(2);
    let error = get.send().await.unwrap_err();
    assert_eq!(http.seen().len(), 2);
    assert_eq!(
        error.to_string(),
        "TransactGetItems on table `shop` was cancelled: \
         operation 0 (Get of `Order`): another request on the item stood in the way; \
         operation 2 (Get of `Order`): another request on the item stood in the way"
    );
    let kinds: Vec<_> = canceled(error)
        .outcomes()
        .iter()
        .map(Outcome::kind)
        .collect();
    assert_eq!(
        kinds,
        [
            OutcomeKind::Conflict,
            OutcomeKind::NoError,
            OutcomeKind::Conflict
        ]
    );
}

#[tokio::test]
async fn an_answer_that_is_none() {
    for body in [
        "{}",
        r#"{"Responses":null}"#,
        r#"{"Responses":[{}]}"#,
        r#"{"Responses":[{},{"Item":"secret"}]}"#,
        r#"{"Responses":[{},{"Item":{"_type":{"S":"secret"}}}]}"#,
    ] {
        let (_, shop) = shop([answer(200, body)]);
        let keys = [7, 8].map(|number| Order::key("c", number));
        let error = shop.transact_get(keys).send().await.unwrap_err();
        assert!(matches!(error, Error::Decode(_)), "{body}: {error:?}");
        let shown = crate::transport::tests::shown(&error);
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[tokio::test]
async fn a_meter_counts_reads() {
    let body = format!(
        r#"{{"Responses":[{ORDER}],"ConsumedCapacity":[{{"TableName":"shop","CapacityUnits":2,"ReadCapacityUnits":2}}]}}"#
    );
    let (http, shop) = shop([answer(200, body)]);
    let meter = crate::Meter::new();
    let get = shop.transact_get((Order::key("c", 7_u32),)).meter(&meter);
    assert_eq!(get.send().await.unwrap(), (Some(order(7)),));
    assert_eq!(json(&http, 0)["ReturnConsumedCapacity"], "INDEXES");
    assert_eq!(meter.total().read_capacity_units, Some(2.0));
}
