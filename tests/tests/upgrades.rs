//! Items of an older stored shape, wherever they are read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue::{self, N, S};
use dynamo_model::Item;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

type Attributes = HashMap<String, AttributeValue>;

#[derive(Table)]
#[table(
    name = "people",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK"),
    entities(Person, Pet, Failing, Moving)
)]
struct People;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = People, pk = "HOUSE#{house}", sk = "PERSON#{number}",
    index(by_name, on = "GSI1", pk = "NAME#{name}"),
    upgrade = Person::from_v1,
)]
struct Person {
    #[entity(key_only)]
    house: String,
    number: u32,
    name: String,
    age: u32,
}

impl Person {
    /// Names were stored in two parts, and ages as text.
    fn from_v1(item: &mut Attributes) -> Result<(), String> {
        assert!(item.contains_key("PK") && item.contains_key("_type"));
        if let (Some(S(first)), Some(S(last))) = (item.remove("first"), item.remove("last")) {
            item.insert("name".to_owned(), S(format!("{first} {last}")));
        }
        if let Some(S(age)) = item.get("age") {
            let age = age.parse::<u32>().map_err(|error| error.to_string())?;
            item.insert("age".to_owned(), N(age.to_string()));
        }
        Ok(())
    }
}

/// An entity without an upgrade beside it.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = People, pk = "HOUSE#{house}", sk = "PET#{name}")]
struct Pet {
    house: String,
    name: String,
}

#[derive(Projection, Deserialize, Debug, PartialEq)]
#[projection(of = Person)]
struct Name {
    house: String,
    name: String,
}

fn person() -> Person {
    Person {
        house: "h".to_owned(),
        number: 1,
        name: "Ada Byron".to_owned(),
        age: 36,
    }
}

fn old(age: &str) -> Attributes {
    let text = |text: &str| S(text.to_owned());
    HashMap::from([
        ("PK".to_owned(), text("HOUSE#h")),
        ("SK".to_owned(), text("PERSON#0000000001")),
        ("GSI1PK".to_owned(), text("NAME#Ada Byron")),
        ("_type".to_owned(), text("Person")),
        ("number".to_owned(), N("1".to_owned())),
        ("first".to_owned(), text("Ada")),
        ("last".to_owned(), text("Byron")),
        ("age".to_owned(), text(age)),
    ])
}

/// A table with the item as it was stored long ago.
async fn people(age: &str) -> Handle<People> {
    let people = People::on(client().await);
    people.create_table().send().await.unwrap();
    let put = people.client().put_item().table_name("people");
    put.set_item(Some(old(age))).send().await.unwrap();
    people
}

fn key() -> Key<Person> {
    Person::key("h", 1_u32)
}

#[tokio::test]
async fn every_read_gives_todays_shape() {
    let people = people("36").await;
    let today = person();
    assert_eq!(people.get(key()).send().await.unwrap(), Some(today.clone()));
    let queried = people.query(Person::of("h")).collect().await.unwrap();
    assert_eq!(queried, std::slice::from_ref(&today));
    let queried = people.query(Person::by_name("Ada Byron")).first();
    assert_eq!(queried.await.unwrap(), Some(today.clone()));
    let scanned: Vec<Person> = people.scan().collect().await.unwrap();
    assert_eq!(scanned, std::slice::from_ref(&today));
    let batch = people.batch_get([key()]).send().await.unwrap();
    assert_eq!(batch.complete().unwrap(), std::slice::from_ref(&today));
    let (read,) = people.transact_get((key(),)).send().await.unwrap();
    assert_eq!(read, Some(today.clone()));
    let any = people.query_all(Person::of("h")).collect().await.unwrap();
    assert_eq!(any[0].decode::<Person>().unwrap(), today);
}

#[tokio::test]
async fn what_writes_return_is_upgraded_too() {
    let people = people("36").await;
    let error = people.put(&person()).if_absent().send().await.unwrap_err();
    assert_eq!(error.item::<Person>().unwrap(), Some(person()));

    // An update leaves the rest of the item as it was stored: only in part of today's shape.
    let update = people.update(key()).set(|p| p.age, 37_u32).return_new();
    let aged = Person {
        age: 37,
        ..person()
    };
    assert_eq!(update.send().await.unwrap(), aged);
    assert_eq!(people.get(key()).send().await.unwrap(), Some(aged.clone()));

    let deleted = people.delete(key()).return_old().send().await.unwrap();
    assert_eq!(deleted, Some(aged));
}

#[tokio::test]
async fn a_put_stores_todays_shape() {
    let people = people("36").await;
    let read = people.get(key()).send().await.unwrap().unwrap();
    people.put(&read).send().await.unwrap();
    let any = people.query_all(Person::of("h")).collect().await.unwrap();
    let stored = any[0].to_attribute_values().unwrap();
    assert_eq!(stored, person().to_item().unwrap());
    assert_eq!(people.get(key()).send().await.unwrap(), Some(person()));
}

#[tokio::test]
async fn a_projection_sees_what_the_upgrade_makes() {
    let people = people("36").await;
    let read = people.get(key()).project::<Name>().send().await.unwrap();
    let name = Name {
        house: "h".to_owned(),
        name: "Ada Byron".to_owned(),
    };
    assert_eq!(read, Some(name));
}

#[test]
fn items_of_the_sdk_are_upgraded() {
    assert_eq!(Person::from_item(&old("36")).unwrap(), person());
    let item = Item::<People>::from_attribute_values(&old("36"));
    assert_eq!(item.decode::<Person>().unwrap(), person());
}

#[tokio::test]
async fn one_that_fails_tells_no_values() {
    let people = people("many-years").await;
    let error = people.get(key()).send().await.unwrap_err();
    let Error::Decode(decode) = &error else {
        panic!("{error}")
    };
    let text = "cannot read Person (key attributes PK, SK): its `upgrade` refused the stored shape";
    assert_eq!(error.to_string(), text);
    assert_eq!(decode.entity(), Some("Person"));
    assert_eq!(decode.key_names(), ["PK", "SK"]);
    assert_eq!(decode.detail(), Some("invalid digit found in string"));
    assert!(!format!("{error:?}").contains("digit"), "{error:?}");
    // Others in the partition are read.
    people.put(&pet()).send().await.unwrap();
    let pets = people.query(Pet::of("h")).collect().await.unwrap();
    assert_eq!(pets, [pet()]);
}

#[tokio::test]
async fn index_keys_are_made_of_todays_shape() {
    let people = People::on(client().await);
    people.create_table().send().await.unwrap();
    let mut item = old("36");
    item.remove("GSI1PK");
    let put = people.client().put_item().table_name("people");
    put.set_item(Some(item)).send().await.unwrap();
    let by_name = || people.query(Person::by_name("Ada Byron")).collect();
    assert_eq!(by_name().await.unwrap(), []);
    people.reindex::<Person>().send().await.unwrap();
    assert_eq!(by_name().await.unwrap(), [person()]);
}

fn pet() -> Pet {
    Pet {
        house: "h".to_owned(),
        name: "Tom".to_owned(),
    }
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = People, pk = "FAILING#{id}", sk = "FAILING", upgrade = refuse)]
struct Failing {
    id: u32,
}

fn refuse(_: &mut Attributes) -> Result<(), std::io::Error> {
    Err(std::io::Error::other("too old"))
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = People, pk = "MOVING#{id}", sk = "MOVING", upgrade = move_it)]
struct Moving {
    id: u32,
}

fn move_it(item: &mut Attributes) -> Result<(), &'static str> {
    item.insert("SK".to_owned(), S("ELSEWHERE".to_owned()));
    Ok(())
}

#[test]
fn the_primary_key_is_for_life() {
    let item = Moving { id: 1 }.to_item().unwrap();
    let error = Moving::from_item(&item).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read Moving (key attributes PK, SK): its `upgrade` changed key attribute `SK`, which an item has for life"
    );
    let item = Failing { id: 1 }.to_item().unwrap();
    let Error::Decode(error) = Failing::from_item(&item).unwrap_err() else {
        panic!("decoded")
    };
    assert_eq!(error.detail(), Some("too old"));
}
