//! Filters of queries and scans, and reads that leave out what has expired.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::{Items, ManualClock, prelude::*};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop", pk = "PK", sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("Board", pk = "board", sk = N("score")),
    gsi("Small", pk = "SmallPK", sk = "SmallSK", projection = include("total_cents")),
    ttl = "expires_at",
    entities(Order, Session, Ticket),
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{number}"),
    index(by_board, on = "Board", pk = "{board}", sk = "{score}"),
)]
struct Order {
    customer_id: String,
    number: u32,
    status: String,
    board: String,
    score: u32,
    total_cents: u64,
    note: Option<String>,
}

/// Its keys begin like any other's of the partition, so that a filter on the type is needed.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "{token}")]
struct Session {
    customer_id: String,
    token: uuid::Uuid,
    weight: u32,
    #[entity(ttl)]
    expires_at: Option<u64>,
}

/// Spread over shards, and in an index that holds little.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "TICKET#{day}#{number:shard(4)}", sk = "TICKET#{number}",
    index(small, on = "Small", pk = "TICKETS", sk = "{number}"),
)]
struct Ticket {
    day: u8,
    number: u32,
    total_cents: u64,
    open: bool,
}

/// A simple table: the fields are the key attributes.
#[derive(Table)]
#[table(name = "users", pk = "userId", sk = N("year"), no_type_attribute, entities(User))]
struct Users;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Users, pk = "{user_id}", sk = "{year}")]
struct User {
    #[serde(rename = "userId")]
    user_id: String,
    year: u16,
    name: String,
}

async fn shop() -> Handle<Shop> {
    let shop = Shop::on(client().await);
    shop.create_table().send().await.unwrap();
    shop
}

fn order(number: u32) -> Order {
    Order {
        customer_id: "c".into(),
        number,
        status: "paid".into(),
        board: "b".into(),
        score: number,
        total_cents: u64::from(number) * 100,
        note: number.is_multiple_of(2).then(|| "even".into()),
    }
}

async fn numbers(mut items: Items<Order>) -> Vec<u32> {
    let mut numbers = Vec::new();
    while let Some(order) = items.try_next().await.unwrap() {
        numbers.push(order.number);
    }
    numbers
}

#[tokio::test]
async fn a_query_is_filtered() {
    let shop = shop().await;
    for number in 0..20 {
        shop.put(&order(number)).send().await.unwrap();
    }
    let query = || shop.query(Order::of("c"));
    let found = numbers(query().filter(|o| o.total_cents.ge(1_700)).items()).await;
    assert_eq!(found, [17, 18, 19]);
    // Several filters must all hold, one of them an alternative.
    let several = || {
        query()
            .filter(|o| o.total_cents.lt(200).or(o.total_cents.gt(1_700)))
            .filter(|o| o.note.eq("even"))
    };
    assert_eq!(numbers(several().items()).await, [0, 18]);
    assert_eq!(numbers(several().descending().items()).await, [18, 0]);
    // Together with a condition on the sort key.
    let late = shop
        .query(Order::of("c").sort(|k| k.number.ge(15_u32)))
        .filter(|o| o.note.not_exists());
    assert_eq!(numbers(late.items()).await, [15, 17, 19]);
    // Of an index, by the attributes that the table's key is made of too.
    let paid = shop.query(Order::by_status("paid"));
    let found = numbers(paid.filter(|o| o.number.lt(2)).items()).await;
    assert_eq!(found, [0, 1]);
}

#[tokio::test]
async fn take_and_pages_count_what_is_left() {
    let shop = shop().await;
    for number in 0..20 {
        shop.put(&order(number)).send().await.unwrap();
    }
    for page in [1, 3, 100] {
        for take in [0, 1, 4, 10, 11] {
            let items = shop
                .query(Order::of("c"))
                .filter(|o| o.note.eq(None))
                .take(take)
                .page_size(page)
                .items();
            let odd: Vec<u32> = (0..20).filter(|n| n % 2 == 1).take(take).collect();
            assert_eq!(numbers(items).await, odd);
        }
    }
    let last = shop
        .query(Order::of("c"))
        .filter(|o| o.total_cents.gt(1_800))
        .first()
        .await
        .unwrap();
    assert_eq!(last, Some(order(19)));
    let mut items = shop
        .query(Order::of("c"))
        .filter(|o| o.total_cents.gt(1_800))
        .items();
    while items.try_next().await.unwrap().is_some() {}
    assert_eq!(items.scanned_count(), 20);
}

#[tokio::test]
async fn a_scan_is_filtered() {
    let shop = shop().await;
    for number in 0..10 {
        shop.put(&order(number)).send().await.unwrap();
        let ticket = Ticket {
            day: 1,
            number,
            total_cents: 900,
            open: true,
        };
        shop.put(&ticket).send().await.unwrap();
    }
    let mut found = shop
        .scan::<Order>()
        .filter(|o| o.total_cents.eq(300).or(o.total_cents.eq(900)))
        .collect()
        .await
        .unwrap();
    found.sort_by_key(|order| order.number);
    assert_eq!(found, [order(3), order(9)]);
    let taken = shop
        .scan::<Order>()
        .filter(|o| o.note.exists())
        .filter(|o| o.total_cents.ne(0))
        .take(3)
        .page_size(2);
    assert_eq!(taken.collect().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_filter_stands_beside_the_filter_on_the_type() {
    let shop = shop().await;
    let session = |weight: u32| Session {
        customer_id: "c".into(),
        token: uuid::Uuid::from_u128(weight.into()),
        weight,
        expires_at: None,
    };
    for number in 0..4 {
        shop.put(&order(number)).send().await.unwrap();
        shop.put(&session(number)).send().await.unwrap();
    }
    // Were the alternative not in parentheses, orders would come with it.
    let found = shop
        .query(Session::of("c"))
        .filter(|s| s.weight.eq(1).or(s.weight.not_exists()))
        .collect()
        .await
        .unwrap();
    assert_eq!(found, [session(1)]);
}

#[tokio::test]
async fn every_shard_is_filtered() {
    let shop = shop().await;
    for number in 0..12 {
        let ticket = Ticket {
            day: 1,
            number,
            total_cents: 100,
            open: number < 5,
        };
        shop.put(&ticket).send().await.unwrap();
    }
    let open = shop.query(Ticket::of(1_u8)).filter(|t| t.open.eq(true));
    let open = open.take(4).collect().await.unwrap();
    assert_eq!(
        open.iter().map(|t| t.number).collect::<Vec<_>>(),
        [0, 1, 2, 3]
    );
}

/// The first and only thing that the stream yields.
async fn refusal<T: Send + 'static>(mut items: Items<T>) -> String {
    let Err(error) = items.try_next().await else {
        panic!("it is not refused");
    };
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    assert!(items.try_next().await.unwrap().is_none());
    error.to_string()
}

#[tokio::test]
async fn a_query_does_not_filter_by_the_key_that_is_queried() {
    let client = client().await;
    let (shop, users) = (Shop::on(client.clone()), Users::on(client));
    shop.create_table().send().await.unwrap();
    users.create_table().send().await.unwrap();
    let user = User {
        user_id: "u".into(),
        year: 2_000,
        name: "Uta".into(),
    };
    users.put(&user).send().await.unwrap();
    let query = || users.query(User::of("u"));
    for items in [
        query().filter(|u| u.user_id.eq("u")).items(),
        query()
            .filter(|u| u.name.eq("Uta").and(u.year.gt(1_999)))
            .items(),
        query().filter(|u| u.name.eq(&u.user_id)).items(),
        query().filter(|u| u.user_id.size().gt(0)).items(),
        query().filter(|u| !u.year.is_in([1_u16])).items(),
    ] {
        let message = refusal(items).await;
        assert!(message.contains("key that is queried"), "{message}");
    }
    // A scan may.
    let found = users.scan::<User>().filter(|u| u.year.gt(1_999));
    assert_eq!(found.collect().await.unwrap(), std::slice::from_ref(&user));
    // An index has a key of its own.
    shop.put(&order(1)).send().await.unwrap();
    let board = || shop.query(Order::by_board("b"));
    refusal(board().filter(|o| o.score.gt(0)).items()).await;
    assert_eq!(
        numbers(board().filter(|o| o.number.eq(1)).items()).await,
        [1]
    );
    let table = shop.query(Order::of("c")).filter(|o| o.score.gt(0));
    assert_eq!(numbers(table.items()).await, [1]);
}

#[tokio::test]
async fn what_an_index_does_not_hold_is_no_filter() {
    let shop = shop().await;
    let query = || shop.query(Ticket::small());
    let message = refusal(query().filter(|t| t.open.eq(true)).items()).await;
    assert!(
        message.contains("`Small` does not hold `open`"),
        "{message}"
    );
    refusal(query().skip_expired().items()).await;
    // What it holds is one, though the entity is not whole there.
    let ticket = Ticket {
        day: 1,
        number: 1,
        total_cents: 5,
        open: true,
    };
    shop.put(&ticket).send().await.unwrap();
    let none = query().filter(|t| t.total_cents.gt(5)).count().await;
    assert_eq!(none.unwrap(), 0);
    let some = query()
        .filter(|t| t.total_cents.ge(5))
        .hydrate()
        .collect()
        .await;
    assert_eq!(some.unwrap(), [ticket]);
}

#[tokio::test]
async fn values_that_cannot_be_written_end_the_items() {
    let shop = shop().await;
    let none = refusal_of_value(
        shop.query(Order::of("c"))
            .filter(|o| o.note.lt(None))
            .items(),
    );
    assert!(none.await.contains("note"));
    let none = refusal_of_value(shop.scan::<Order>().filter(|o| o.note.lt(None)).items());
    assert!(none.await.contains("note"));
}

async fn refusal_of_value(mut items: Items<Order>) -> String {
    let error = items.try_next().await.expect_err("it is refused");
    assert!(matches!(error, Error::Encode(_)), "{error}");
    error.to_string()
}

const NOW: u64 = 1_800_000_000;

/// An item with an expiry that no entity of ours would write.
async fn put_raw(shop: &Handle<Shop>, token: u128, expiry: AttributeValue) {
    let session = Session {
        customer_id: "c".into(),
        token: uuid::Uuid::from_u128(token),
        weight: 0,
        expires_at: None,
    };
    let mut item = session.to_item().unwrap();
    item.insert("expires_at".into(), expiry);
    let put = shop.client().put_item().table_name(shop.name());
    put.set_item(Some(item)).send().await.unwrap();
}

#[tokio::test]
async fn what_has_expired_is_passed_over() {
    let clock = ManualClock::at_unix_seconds(NOW);
    let shop = shop().await.with_clock(clock.clone());
    let session = |number: u128, expires_at| Session {
        customer_id: "c".into(),
        token: uuid::Uuid::from_u128(number),
        weight: 0,
        expires_at,
    };
    let all = [
        session(1, None),
        session(2, Some(NOW - 1)),
        session(3, Some(NOW)),
        session(4, Some(NOW + 1)),
    ];
    for session in &all {
        shop.put(session).send().await.unwrap();
    }
    let get = |number: u128| shop.get(Session::key("c", uuid::Uuid::from_u128(number)));
    for (number, is_there) in [(1, true), (2, false), (3, false), (4, true), (5, false)] {
        let found = get(number).skip_expired().send().await.unwrap();
        assert_eq!(found.is_some(), is_there, "{number}");
    }
    assert!(get(2).send().await.unwrap().is_some());

    let query = || shop.query(Session::of("c"));
    assert_eq!(query().collect().await.unwrap(), all);
    let left = [all[0].clone(), all[3].clone()];
    for page in [1, 100] {
        let found = query().skip_expired().page_size(page).take(2);
        assert_eq!(found.collect().await.unwrap(), left);
    }
    let scan = shop.scan::<Session>().skip_expired();
    assert_eq!(scan.collect().await.unwrap().len(), 2);
    let both = query().skip_expired().filter(|s| s.expires_at.exists());
    assert_eq!(both.collect().await.unwrap(), [all[3].clone()]);

    clock.advance(Duration::from_secs(1));
    assert_eq!(
        query().skip_expired().first().await.unwrap(),
        Some(all[0].clone())
    );
    assert_eq!(query().skip_expired().collect().await.unwrap().len(), 1);
    assert!(get(4).skip_expired().send().await.unwrap().is_none());
}

#[tokio::test]
async fn only_a_number_is_an_expiry() {
    let clock = ManualClock::at_unix_seconds(NOW);
    let shop = shop().await.with_clock(clock);
    put_raw(&shop, 1, AttributeValue::S("1".into())).await;
    put_raw(&shop, 2, AttributeValue::N(format!("{}.5", NOW - 1))).await;
    put_raw(&shop, 3, AttributeValue::N(format!("{NOW}.5"))).await;
    put_raw(&shop, 4, AttributeValue::Null(true)).await;
    let get = |number: u128| {
        let key = Session::key("c", uuid::Uuid::from_u128(number));
        shop.get(key).skip_expired().send()
    };
    assert!(get(2).await.unwrap().is_none());
    assert!(get(4).await.unwrap().is_some());
    assert_eq!(get(3).await.unwrap().unwrap().expires_at, Some(NOW));
    // This one is there, and no session: a number of seconds is what it declares.
    assert!(matches!(get(1).await, Err(Error::Decode(_))));
}

#[tokio::test]
async fn a_table_without_expiry_says_so() {
    let users = Users::on(client().await);
    let user = || User::key("u", 2_000_u16);
    let error = users.get(user()).skip_expired().send().await.unwrap_err();
    assert!(error.to_string().contains("do not expire"), "{error}");
    refusal(users.query(User::of("u")).skip_expired().items()).await;
    refusal(users.scan::<User>().skip_expired().items()).await;
}
