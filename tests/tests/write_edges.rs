//! Writes at their edges: what is checked, and what is left alone, where an entity is not of the usual kind.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_dynamodb::config::{Builder, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_types::body::SdkBody;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "garage", pk = "PK", sk = "SK", entities(Session))]
struct Garage;

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Driver {
    name: Option<String>,
    phone: Option<String>,
}

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Paint {
    color: Option<String>,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Garage, pk = "CAR#{plate}", sk = "SESSION#{number}")]
struct Session {
    plate: String,
    number: u32,
    note: Option<String>,
    driver: Option<Driver>,
    prices: Option<BTreeMap<String, u32>>,
    #[serde(flatten)]
    paint: Paint,
}

/// A table whose own attributes are fields.
#[derive(Table)]
#[table(name = "desk", pk = "user", entities(Ticket))]
struct Desk;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Desk, pk = "{user}")]
struct Ticket {
    user: String,
    kind: String,
    #[entity(version)]
    version: u64,
}

#[derive(Table)]
#[table(
    name = "list",
    pk = "user",
    sk = "n",
    gsi("Ranks", pk = "user", sk = "rank"),
    entities(Row)
)]
struct List;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = List, pk = "{user}", sk = "{n:raw}",
    index(by_rank, on = "Ranks", pk = "{user}", sk = "{rank}"),
)]
struct Row {
    user: String,
    n: u32,
    rank: u32,
    note: Option<String>,
}

fn session() -> Session {
    Session {
        plate: "G 1".into(),
        number: 1,
        note: None,
        driver: None,
        prices: None,
        paint: Paint {
            color: Some("red".into()),
        },
    }
}

fn key() -> Key<Session> {
    Session::key("G 1", 1_u32)
}

async fn garage() -> Handle<Garage> {
    let garage = Garage::on(client().await);
    garage.create_table().send().await.unwrap();
    garage.put(&session()).send().await.unwrap();
    garage
}

/// Without a version there is nothing to check: the write would replace what others have written meanwhile.
#[tokio::test]
async fn at_version_without_a_version_is_refused() {
    let garage = garage().await;
    let update = garage.update(key()).set(|s| s.note, "x").at_version(3);
    let sent = [
        update.send().await.map(drop),
        garage.delete(key()).at_version(3).send().await,
    ];
    for sent in sent {
        let error = sent.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
        assert!(error.to_string().contains("`Session`"), "{error}");
    }
    assert_eq!(garage.get(key()).send().await.unwrap(), Some(session()));
}

#[tokio::test]
async fn an_alternative_to_absence_leaves_the_version_checked() {
    let desk = Desk::on(client().await);
    desk.create_table().send().await.unwrap();
    let ticket = Ticket {
        user: "ada".into(),
        kind: "bug".into(),
        version: 0,
    };
    desk.put(&ticket).send().await.unwrap();
    let update = desk.update(Ticket::key("ada")).set(|t| t.kind, "wish");
    update.send().await.unwrap();
    let stale = Ticket {
        version: 1,
        ..ticket
    };
    let put = desk.put(&stale);
    let put = put.condition(|t| t.user.not_exists().or(t.kind.eq("wish")));
    let error = put.send().await.unwrap_err();
    assert!(matches!(error, Error::VersionConflict(_)), "{error:?}");
}

#[tokio::test]
async fn removing_below_a_missing_parent_is_no_error() {
    let garage = garage().await;
    let update = garage.update(key()).remove(|s| s.driver.phone);
    update.create_parents().send().await.unwrap();
    let update = garage.update(key()).remove(|s| s.driver.phone);
    let update = update.set(|s| s.prices.entry("eur"), 3);
    update.create_parents().send().await.unwrap();
    let found = garage.get(key()).send().await.unwrap().unwrap();
    assert_eq!(found.driver, None);
    assert_eq!(found.prices, Some(BTreeMap::from([("eur".to_owned(), 3)])));
}

#[tokio::test]
async fn rekey_minds_the_members_of_a_flattened_field() {
    let garage = garage().await;
    let update = garage.update(key()).set(|s| s.paint.color, "blue");
    update.send().await.unwrap();
    let moved = Session {
        number: 2,
        ..session()
    };
    let error = garage.rekey(&session(), &moved).send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
}

/// Other programs write `NULL` for what is absent, and so it is read.
#[tokio::test]
async fn rekey_takes_null_for_absence() {
    use aws_sdk_dynamodb::types::AttributeValue;
    let garage = garage().await;
    let mut item = session().to_item().unwrap();
    item.insert("note".into(), AttributeValue::Null(true));
    let put = garage.client().put_item().table_name("garage");
    put.set_item(Some(item)).send().await.unwrap();
    let old = garage.get(key()).send().await.unwrap().unwrap();
    let moved = Session {
        number: 2,
        ..old.clone()
    };
    garage.rekey(&old, &moved).send().await.unwrap();
    assert_eq!(garage.get(key()).send().await.unwrap(), None);
}

#[tokio::test]
async fn names_of_entries_stay_out_of_errors() {
    let garage = garage().await;
    let update = garage.update(key());
    let update = update.set(|s| s.prices.entry("s3cret"), 1);
    let update = update.add(|s| s.prices.entry("s3cret"), 1);
    let error = update.send().await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("`prices.<entry>`"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

/// Stored as a key, 9 is more than 10 in this format: a comparison would be wrong, and say nothing.
#[tokio::test]
async fn keys_are_compared_only_in_the_order_of_values() {
    let list = List::on(client().await);
    list.create_table().send().await.unwrap();
    let row = Row {
        user: "ada".into(),
        n: 9,
        rank: 9,
        note: None,
    };
    list.put(&row).send().await.unwrap();
    let update = || list.update(Row::key("ada", 9_u32)).set(|r| r.note, "x");
    for update in [
        update().condition(|r| r.n.lt(10)),
        update().condition(|r| r.n.between(1, 10)),
    ] {
        let error = update.send().await.unwrap_err();
        assert!(matches!(error, Error::Encode(_)), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("`n` of Row"), "{text}");
    }
    update().condition(|r| r.n.eq(9)).send().await.unwrap();
    // Of one width, as is the default, keys are in the order of the values.
    update().condition(|r| r.rank.lt(10)).send().await.unwrap();
}

/// Takes the stored item out of a refusal, as an engine or a mock that does not know of it leaves it out.
#[derive(Debug)]
struct WithoutItem;

impl Intercept for WithoutItem {
    fn name(&self) -> &'static str {
        "without item"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body =
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}"#;
        if context.response().status().as_u16() == 400 {
            *context.response_mut().body_mut() = SdkBody::from(body);
        }
        Ok(())
    }
}

#[tokio::test]
async fn an_item_that_must_be_absent_is_there_whether_it_is_shown_or_not() {
    let list = List::on(client().await);
    list.create_table().send().await.unwrap();
    let row = Row {
        user: "ada".into(),
        n: 1,
        rank: 1,
        note: None,
    };
    list.put(&row).send().await.unwrap();
    let put = list.put(&row).if_absent();
    let put = put.config_override(Builder::default().interceptor(WithoutItem));
    let error = put.send().await.unwrap_err();
    assert!(error.is_condition_failed(), "{error:?}");
    assert!(error.item::<Row>().unwrap().is_none());
    let put = list.put(&row).if_absent();
    let error = put.send().await.unwrap_err();
    assert_eq!(error.item::<Row>().unwrap(), Some(row));
}
