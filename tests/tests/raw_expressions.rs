//! Expressions in DynamoDB's own words, mixed into typed ones.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::expr::{self, raw};
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    entities(Task)
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "LIST#{list}", sk = "TASK#{number}",
    index(by_owner, on = "GSI1", pk = "OWNER#{owner}", sk = "{number}"),
)]
struct Task {
    list: String,
    number: u32,
    owner: String,
    /// A reserved word.
    size: u64,
    count: Option<u64>,
    limit: u64,
    tags: Vec<String>,
    prices: HashMap<String, u64>,
    #[entity(version)]
    version: u64,
}

fn task(number: u32) -> Task {
    Task {
        list: "l".into(),
        number,
        owner: "o".into(),
        size: u64::from(number),
        count: None,
        limit: 10,
        tags: vec!["t".into(); number as usize],
        prices: HashMap::from([("eur".into(), u64::from(number) * 100)]),
        version: 0,
    }
}

async fn shop() -> Handle<Shop> {
    let shop = Shop::on(client().await);
    shop.create_table().send().await.unwrap();
    for number in 1..=4 {
        shop.put(&task(number)).send().await.unwrap();
    }
    shop
}

fn key(number: u32) -> Key<Task> {
    Task::key("l", number)
}

/// The numbers of the tasks for which a condition holds, by a filter.
async fn found(shop: &Handle<Shop>, condition: impl Into<expr::Condition<Task>>) -> Vec<u32> {
    let condition = condition.into();
    let query = shop.query(Task::of("l")).filter(|_| condition);
    let tasks = query.collect().await.unwrap();
    tasks.into_iter().map(|task| task.number).collect()
}

#[tokio::test]
async fn filters() {
    let shop = shop().await;
    let many = raw("size(#t) > :n").name("#t", "tags").value(":n", 2);
    assert_eq!(found(&shop, many).await, [3, 4]);
    // Reserved words, members and elements need no placeholder.
    assert_eq!(
        found(&shop, raw("size < limit AND size <> :n").value(":n", 2)).await,
        [1, 3, 4]
    );
    let dear = raw("prices.eur BETWEEN :low AND :high")
        .value(":low", 200)
        .value(":high", 300);
    assert_eq!(found(&shop, dear).await, [2, 3]);
    let tagged = raw("tags[2] = :t and not attribute_exists ( #c )")
        .value(":t", "t")
        .name("#c", "count");
    assert_eq!(found(&shop, tagged).await, [3, 4]);
    assert_eq!(
        found(&shop, raw("size IN (:a, :b)").value(":a", 1).value(":b", 4)).await,
        [1, 4]
    );
}

#[tokio::test]
async fn mixed_with_typed_conditions() {
    let shop = shop().await;
    let either = || raw("size = :a OR size = :b").value(":a", 1).value(":b", 3);
    let of = |o: <Task as expr::Attributed>::Attributes| o.limit.eq(10_u64);
    let attributes = || <Task as expr::Attributed>::attributes();
    // It keeps its meaning, whatever is put around it.
    assert_eq!(found(&shop, either().and(of(attributes()))).await, [1, 3]);
    assert_eq!(
        found(&shop, of(attributes()).and(either().into())).await,
        [1, 3]
    );
    assert_eq!(
        found(&shop, of(attributes()).not().and(either().into())).await,
        [0_u32; 0]
    );
    assert_eq!(found(&shop, either().not::<Task>()).await, [2, 4]);
    assert_eq!(
        found(&shop, either().or(attributes().size.eq(2_u64))).await,
        [1, 2, 3]
    );
    let group = raw("(size = :a OR size = :b)")
        .value(":a", 1)
        .value(":b", 3);
    assert_eq!(
        found(&shop, of(attributes()).and(group.into())).await,
        [1, 3]
    );
    // The same placeholder may mean something else in another expression.
    let first = raw("size > :x").value(":x", 1);
    let second = raw("size < :x").value(":x", 4);
    assert_eq!(found(&shop, first.and(second.into())).await, [2, 3]);
}

#[tokio::test]
async fn conditions_of_every_write() {
    let shop = shop().await;
    let small = || raw("#s < :n").name("#s", "size").value(":n", 2);
    let one = shop.get(key(1)).send().await.unwrap().unwrap();
    shop.put(&one)
        .condition(|_| small().into())
        .send()
        .await
        .unwrap();
    let two = shop.get(key(2)).send().await.unwrap().unwrap();
    let failed = shop.put(&two).condition(|_| small().into()).send().await;
    let failed = failed.unwrap_err();
    assert!(failed.is_condition_failed());
    assert_eq!(failed.item::<Task>().unwrap().unwrap().number, 2);
    // The version stays checked, though the expression has an `OR`.
    let always = raw("limit > size OR size = :n").value(":n", 1);
    let stale = shop.put(&one).condition(|_| always.into()).send().await;
    assert!(stale.unwrap_err().is_version_conflict());
    let update = shop.update(key(2)).set(|t| t.limit, 11_u64);
    assert!(update.condition(|_| small().into()).send().await.is_err());
    let delete = shop.delete(key(2)).condition(|_| small().into());
    assert!(delete.send().await.is_err());
    let transaction = shop.transact_write().check(key(2), |_| small().into());
    assert!(transaction.send().await.unwrap_err().is_condition_failed());
    let transaction = shop.transact_write().check(key(1), |_| small().into());
    transaction.send().await.unwrap();
    let changed = Task {
        limit: 12,
        ..two.clone()
    };
    let save = shop.save(&two, &changed).condition(|_| small().into());
    assert!(save.send().await.unwrap_err().is_condition_failed());
    let upsert = shop.upsert(&two).condition(|_| small().into());
    assert!(upsert.send().await.is_err());
}

#[tokio::test]
async fn values_of_updates() {
    let shop = shop().await;
    let counted = raw("if_not_exists(#c, :zero) + :n")
        .name("#c", "count")
        .value(":zero", 0)
        .value(":n", 5);
    let new = shop
        .update(key(1))
        .set_raw(|t| t.count, counted.clone())
        .set_raw(|t| t.limit, raw("limit + size"))
        .set(|t| t.owner, "p")
        .return_new()
        .send()
        .await
        .unwrap();
    assert_eq!((new.count, new.limit, &*new.owner), (Some(5), 11, "p"));
    let new = shop
        .update(key(1))
        .set_raw(|t| t.count, counted)
        .return_new();
    assert_eq!(new.send().await.unwrap().count, Some(10));
    let joined = raw("list_append(tags, :more)").value(":more", ["u"]);
    let new = shop.update(key(1)).set_raw(|t| t.tags, joined).return_new();
    assert_eq!(new.send().await.unwrap().tags, ["t", "u"]);
    let nested = raw("prices.eur - :off").value(":off", 1);
    let new = shop
        .update(key(1))
        .set_raw(|t| t.prices.entry("eur"), nested)
        .return_new();
    assert_eq!(new.send().await.unwrap().prices["eur"], 99);
}

fn refusal<T>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Invalid(error)) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it is refused"),
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_before_it_is_sent() {
    // No table: what is sent anyway fails with another error.
    let shop = Shop::on(client().await);
    for (expression, message) in [
        (
            raw("size > :n"),
            "uses `:n`, which is not given: add `.value(\":n\", ..)`",
        ),
        (
            raw("#s > size"),
            "uses `#s`, which is not given: add `.name(\"#s\", ..)`",
        ),
        (
            raw("size > limit").value(":n", 1),
            "`:n` is given for a raw expression that does not use it",
        ),
        (
            raw("size > limit").name("#n", "x"),
            "`#n` is given for a raw expression that does not use it",
        ),
        (
            raw("size > :n").value(":n", 1).value(":n", 2),
            "`:n` of a raw expression is given twice",
        ),
        (
            raw("#s > size").name("s", "x"),
            "`s` of a raw expression is no placeholder: write `#s`",
        ),
        (
            raw("size > :n").value("n", 1),
            "`n` of a raw expression is no placeholder: write `:n`",
        ),
        (
            raw("size > limit) OR (size > limit"),
            "parentheses of a raw expression do not match",
        ),
        (
            raw("(size > limit"),
            "parentheses of a raw expression do not match",
        ),
        (raw("owner = 'x'"), "a raw expression has `\\'`"),
        (raw("  "), "a raw expression is empty"),
        (raw("size = : n"), "a raw expression has `:`"),
    ] {
        let delete = shop.delete(key(1)).condition(|_| expression.into());
        let refused = refusal(delete.send().await);
        assert!(refused.contains(message), "{refused}");
    }
    let many = vec!["size = limit"; 151].join(" OR ");
    let delete = shop.delete(key(1)).condition(|_| raw(many).into());
    assert!(refusal(delete.send().await).contains("301 operators and functions"));
    let long = format!("{} = size", "x".repeat(10)) + &" ".repeat(4_100);
    let delete = shop.delete(key(1)).condition(|_| raw(long).into());
    assert!(refusal(delete.send().await).contains("4096"));

    for (value, message) in [
        (raw("size, owner = limit"), "without a comma"),
        (raw("count = size"), "leave out the attribute that is set"),
    ] {
        let update = shop.update(key(1)).set_raw(|t| t.count, value);
        let refused = refusal(update.send().await);
        assert!(refused.contains(message), "{refused}");
    }
    let update = shop
        .update(key(1))
        .set_raw(|t| t.count, raw("size REMOVE owner"));
    assert!(update.send().await.is_err());
}

#[tokio::test]
async fn a_value_that_cannot_be_written_is_an_error_of_its_placeholder() {
    let shop = Shop::on(client().await);
    let nan = raw("size > :n").value(":n", f64::NAN);
    let delete = shop.delete(key(1)).condition(|t| nan.and(t.limit.gt(0)));
    let Err(Error::Encode(error)) = delete.send().await else {
        panic!("it cannot be written");
    };
    assert_eq!(
        (error.path(), error.entity()),
        (":n".to_owned(), Some("Task"))
    );
    let nan = raw(":n").value(":n", f64::NAN);
    let update = shop.update(key(1)).set_raw(|t| t.count, nan);
    assert!(matches!(update.send().await, Err(Error::Encode(_))));
}

#[tokio::test]
async fn a_filter_cannot_name_the_key_that_is_queried() {
    let shop = Shop::on(client().await);
    for expression in [
        raw("#k = #k").name("#k", "SK"),
        raw("begins_with(PK, :l)").value(":l", "LIST"),
        raw("size > limit AND SK = size"),
    ] {
        let query = shop.query(Task::of("l")).filter(|_| expression.into());
        assert!(refusal(query.collect().await).contains("cannot name"));
    }
    // A member of that name is another thing.
    let query = shop
        .query(Task::of("l"))
        .filter(|_| raw("attribute_exists(prices.SK)").into());
    assert!(matches!(
        query.collect().await,
        Err(Error::TableNotFound(_))
    ));
}

#[tokio::test]
async fn nothing_of_it_is_shown() {
    let secret = raw("#k = :s")
        .name("#k", "SECRET".to_owned())
        .value(":s", "SECRET");
    assert_eq!(format!("{secret:?}"), "Raw(#k = :s)");
    assert_eq!(format!("{:?}", raw("SECRET = size".to_owned())), "Raw(..)");
    let shop = shop().await;
    let put = shop.put(&task(9)).condition(|_| secret.into());
    let error = put.send().await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("SECRET"));
}

/// Raw items are as the typed expressions left them.
#[tokio::test]
async fn an_absent_value_is_null() {
    let shop = shop().await;
    let null = raw(":n").value(":n", None::<u64>);
    shop.update(key(1))
        .set_raw(|t| t.count, null)
        .send()
        .await
        .unwrap();
    let item = shop
        .client()
        .get_item()
        .table_name("shop")
        .key("PK", AttributeValue::S("LIST#l".into()))
        .key("SK", AttributeValue::S("TASK#0000000001".into()))
        .send()
        .await
        .unwrap();
    assert_eq!(item.item.unwrap()["count"], AttributeValue::Null(true));
}
