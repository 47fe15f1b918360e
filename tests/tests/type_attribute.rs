//! The attribute that says which entity an item is of.

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "zoo",
    pk = "PK",
    sk = "SK",
    type_attribute = "entity",
    gsi("GSI1", pk = "GSI1PK"),
    entities(Keeper, Animal, Anything)
)]
struct Zoo;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Zoo, pk = "KEEPER#{id}", sk = "KEEPER",
    type = "keeper/v2", type_aliases("keeper", "Keeper"),
)]
struct Keeper {
    id: String,
    name: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Zoo, pk = "KEEPER#{keeper}", sk = "ANIMAL#{name}",
    index(by_kind, on = "GSI1", pk = "KIND#{kind}"),
)]
struct Animal {
    keeper: String,
    name: String,
    kind: String,
}

/// In the partitions of index `GSI1` it is told from animals by its type alone.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Zoo, pk = "ANY#{id}", sk = "ANY",
    type_aliases("any"),
    index(by_kind, on = "GSI1", pk = "KIND#{kind}"),
)]
struct Anything {
    id: String,
    kind: String,
}

#[derive(Table)]
#[table(
    name = "plain",
    pk = "PK",
    sk = "SK",
    no_type_attribute,
    entities(Left, Right)
)]
struct Plain;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Plain, pk = "{id}", sk = "LEFT#{number}")]
struct Left {
    id: String,
    number: u8,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Plain, pk = "{id}", sk = "RIGHT#{number}")]
struct Right {
    id: String,
    number: u8,
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

async fn table<T: Table>() -> Handle<T> {
    let handle = Handle::<T>::new(client().await);
    handle.create_table().send().await.unwrap();
    handle
}

/// A keeper, with this in the type attribute.
async fn put_typed(zoo: &Handle<Zoo>, kind: Option<AttributeValue>) {
    let mut put = zoo.client().put_item().table_name("zoo");
    put = put.item("PK", s("KEEPER#k")).item("SK", s("KEEPER"));
    put = put.item("id", s("k")).item("name", s("top-secret"));
    if let Some(kind) = kind {
        put = put.item("entity", kind);
    }
    put.send().await.unwrap();
}

#[tokio::test]
async fn its_name_and_its_values_are_the_models() {
    let zoo = table::<Zoo>().await;
    let keeper = Keeper {
        id: "k".into(),
        name: "Kay".into(),
    };
    zoo.put(&keeper).send().await.unwrap();
    let animal = Animal {
        keeper: "k".into(),
        name: "Leo".into(),
        kind: "lion".into(),
    };
    zoo.put(&animal).send().await.unwrap();
    let items = zoo.query_all(Keeper::of("k")).collect().await.unwrap();
    let types: Vec<_> = items
        .iter()
        .map(|item| item.to_attribute_values().unwrap()["entity"].clone())
        .collect();
    assert_eq!(types, [s("Animal"), s("keeper/v2")]);
    assert!(items[0].is::<Animal>() && !items[0].is::<Keeper>());
    assert_eq!(items[1].decode::<Keeper>().unwrap(), keeper);
    assert!(matches!(items[1].decode::<Animal>(), Err(Error::Decode(_))));
}

#[tokio::test]
async fn its_own_value_its_aliases_and_its_absence_are_read() {
    let zoo = table::<Zoo>().await;
    for kind in [Some("keeper/v2"), Some("keeper"), Some("Keeper"), None] {
        put_typed(&zoo, kind.map(s)).await;
        let read = zoo.get(Keeper::key("k")).send().await.unwrap();
        assert_eq!(read.unwrap().name, "top-secret", "{kind:?}");
        let listed = zoo.query(Keeper::of("k")).collect().await.unwrap();
        assert_eq!(listed.len(), 1, "{kind:?}");
    }
    // What was read by an alias is written under its own name.
    let read = zoo.get(Keeper::key("k")).send().await.unwrap().unwrap();
    assert_eq!(read.to_item().unwrap()["entity"], s("keeper/v2"));
}

#[tokio::test]
async fn an_item_of_another_type_is_an_error_without_values() {
    let zoo = table::<Zoo>().await;
    for kind in [
        s("Animal"),
        s("KEEPER"),
        s("unknown-secret"),
        AttributeValue::Bool(true),
    ] {
        put_typed(&zoo, Some(kind)).await;
        let error = zoo.get(Keeper::key("k")).send().await.unwrap_err();
        let Error::Decode(decode) = &error else {
            panic!("{error}");
        };
        assert_eq!(decode.entity(), Some("Keeper"));
        assert_eq!(decode.key_names(), ["PK", "SK"]);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("Keeper"), "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[tokio::test]
async fn it_tells_apart_what_shares_a_partition_of_an_index() {
    let zoo = table::<Zoo>().await;
    for number in 0..4 {
        let animal = Animal {
            keeper: "k".into(),
            name: format!("n{number}"),
            kind: "lion".into(),
        };
        zoo.put(&animal).send().await.unwrap();
        let anything = Anything {
            id: format!("i{number}"),
            kind: "lion".into(),
        };
        zoo.put(&anything).send().await.unwrap();
    }
    let animals = zoo.query(Animal::by_kind("lion")).collect().await.unwrap();
    assert_eq!(animals.len(), 4);
    for take in [1, 3, 4, 9] {
        let query = zoo.query(Anything::by_kind("lion")).page_size(2);
        let others = query.take(take).collect().await.unwrap();
        assert_eq!(others.len(), take.min(4));
    }
    let all = zoo.query_all(Animal::by_kind("lion")).collect().await;
    assert_eq!(all.unwrap().len(), 8);
}

#[tokio::test]
async fn without_it_keys_tell_entities_apart() {
    let plain = table::<Plain>().await;
    for number in 0..3 {
        let id = || "x".to_owned();
        plain.put(&Left { id: id(), number }).send().await.unwrap();
        plain.put(&Right { id: id(), number }).send().await.unwrap();
    }
    let item = Left {
        id: "x".into(),
        number: 1,
    };
    let mut names: Vec<_> = item.to_item().unwrap().into_keys().collect();
    names.sort();
    assert_eq!(names, ["PK", "SK", "id", "number"]);
    assert_eq!(plain.query(Left::of("x")).collect().await.unwrap().len(), 3);
    assert_eq!(
        plain.query(Right::of("x")).collect().await.unwrap().len(),
        3
    );
    let all = plain.query_all(Left::of("x")).collect().await.unwrap();
    let lefts = all.iter().filter(|item| item.is::<Left>()).count();
    let rights = all.iter().filter(|item| item.is::<Right>()).count();
    assert_eq!((all.len(), lefts, rights), (6, 3, 3));
}
