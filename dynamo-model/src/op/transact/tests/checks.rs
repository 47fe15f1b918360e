//! What is refused before anything is sent.

use super::*;
use crate::transport::tests::shown;

#[track_caller]
fn refused(http: &Canned, result: Result<(), Error>) -> String {
    let error = result.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    assert!(http.seen().is_empty(), "it was sent");
    let shown = shown(&error);
    assert!(!shown.contains("secret"), "{shown}");
    error.to_string()
}

#[tokio::test]
async fn nothing_is_done_at_once() {
    let (http, shop) = shop([done()]);
    shop.transact_write().send().await.unwrap();
    assert!(http.seen().is_empty());
}

#[tokio::test]
async fn a_hundred_and_no_more() {
    let (http, shop) = shop([done()]);
    let of = |count| {
        (0..count).fold(shop.transact_write(), |all, number| {
            all.put(shop.put(&order(number)))
        })
    };
    assert_eq!(
        refused(&http, of(101).send().await),
        "a transaction has 101 operations where DynamoDB takes 100: divide it"
    );
    of(100).send().await.unwrap();
    assert_eq!(
        json(&http, 0)["TransactItems"].as_array().unwrap().len(),
        100
    );
}

#[tokio::test]
async fn all_actions_count() {
    let (http, shop) = shop([done()]);
    let of = |count: usize| {
        (0..count).fold(shop.transact_write(), |all, number| {
            let number = number.to_string();
            all.put(shop.put(&member(&number, &number)).if_absent())
        })
    };
    assert_eq!(
        refused(&http, of(34).send().await),
        "a transaction has 34 operations, which are 102 with those on items that go with them, \
         where DynamoDB takes 100: divide it"
    );
    of(33).send().await.unwrap();
    let body = json(&http, 0);
    let items: Vec<_> = body["TransactItems"].as_array().unwrap().iter().collect();
    assert_eq!(items.len(), 99);
    assert_eq!(items[96]["Put"]["Item"]["PK"]["S"], "MEMBER#32");
    assert_eq!(
        items[97]["Put"]["Item"]["PK"]["S"],
        "\u{10FFFF}unique#Member#email#32"
    );
    assert_eq!(
        items[98]["Put"]["Item"]["_unique_owner"]["M"]["PK"]["S"],
        "MEMBER#32"
    );
}

#[tokio::test]
async fn one_operation_on_one_item() {
    let (http, shop) = shop([done()]);
    let twice = shop
        .transact_write()
        .put(shop.put(&customer("secret")))
        .put(shop.put(&order(1)))
        .check_exists(Customer::key("secret"));
    assert_eq!(
        refused(&http, twice.send().await),
        "operations 0 (Put of `Customer`) and 2 (ConditionCheck of `Customer`) of a transaction are on one item of \
         table `shop`, DynamoDB takes one action for each item: make them one operation, or two transactions"
    );
    let beside = shop
        .transact_write()
        .put(shop.put(&member("a", "secret")).if_absent())
        .delete(shop.delete(Customer::key("else")))
        .put(shop.put(&member("b", "secret")).if_absent());
    assert_eq!(
        refused(&http, beside.send().await),
        "operations 0 and 2 of a transaction give two items the same `email`, which is unique in `Member`: choose \
         another value"
    );
    // The same key in another table, and another sort key.
    let archive = shop.named("archive");
    shop.transact_write()
        .put(shop.put(&customer("c")))
        .put(archive.put(&customer("c")))
        .put(shop.put(&order(1)))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn four_megabytes_and_no_more() {
    let (http, shop) = shop([done()]);
    let of = |count: usize, bytes: usize| {
        (0..count).fold(shop.transact_write(), |all, id| {
            let large = Customer {
                // Every character is six in JSON and one in DynamoDB.
                name: "\u{1}".repeat(bytes),
                ..customer(&id.to_string())
            };
            all.put(shop.put(&large))
        })
    };
    let message = refused(&http, of(11, 400_000).send().await);
    assert!(
        message.starts_with("the items of a transaction have 44"),
        "{message}"
    );
    assert!(message.ends_with("bytes, DynamoDB takes up to 4194304 (4 MB): divide it"));
    of(10, 400_000).send().await.unwrap();
    assert!(http.seen()[0].body.len() > 20_000_000);
}

#[tokio::test]
async fn a_token_of_the_right_length() {
    let (http, shop) = shop([done()]);
    let one = |token: String| shop.transact_write().put(shop.put(&order(1))).token(token);
    for token in [String::new(), format!("secret{}", "x".repeat(31))] {
        let length = token.len();
        assert_eq!(
            refused(&http, one(token).send().await),
            format!(
                "the token of a transaction has {length} characters where DynamoDB takes 1 to 36: take a UUID, for example"
            )
        );
    }
    for token in ["1".to_owned(), "\"".repeat(36)] {
        one(token.clone()).send().await.unwrap();
        let last = http.seen().len() - 1;
        assert_eq!(json(&http, last)["ClientRequestToken"], *token);
    }
}

#[tokio::test]
async fn the_first_error_is_told() {
    let (http, shop) = shop([done()]);
    let wrong = shop
        .transact_write()
        .put(shop.put(&order(1)))
        .check_exists(Customer::key("secret\u{10FFFF}"))
        .delete(shop.delete(Order::key("secret\u{10FFFF}", 1_u32)))
        .put(shop.put(&order(1)))
        .token("");
    let debug = format!("{wrong:?}");
    assert!(!debug.contains("secret"), "{debug}");
    let error = wrong.send().await.unwrap_err();
    assert!(matches!(error, Error::Key(_)), "{error:?}");
    assert!(error.to_string().contains("Customer"), "{error}");
    assert!(http.seen().is_empty());
}

#[tokio::test]
async fn a_request_says_what_it_does() {
    let (_, shop) = shop([done()]);
    let all = shop
        .transact_write()
        .put(shop.put(&customer("secret")))
        .delete(shop.delete(Order::key("secret", 1_u32)))
        .check_absent(Customer::key("secret-2"))
        .token("secret");
    assert_eq!(
        format!("{all:?}"),
        "TransactWriteItems { operations: [PutItem { table: \"shop\", entity: \"Customer\", .. }, \
         DeleteItem { table: \"shop\", entity: \"Order\", .. }, \
         ConditionCheck { table: \"shop\", entity: \"Customer\", .. }], .. }"
    );
}
