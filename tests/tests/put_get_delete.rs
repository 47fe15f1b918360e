//! Items written, read and deleted one by one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::prelude::*;
use dynamo_model::types::{Binary, Number};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "things",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    entities(Person, Everything, Wide)
)]
struct Things;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Things, pk = "PERSON#{id}", sk = "PERSON")]
struct Person {
    id: String,
    name: String,
    age: Option<u8>,
}

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Address {
    street: String,
    floor: Option<i8>,
    geo: (f64, f64),
}

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Metres(u32);

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Marker;

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
enum Payment {
    Cash,
    Card { last: String, year: u16 },
    Split(u32, u32),
    Voucher(String),
}

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Event {
    Opened,
    Moved { to: String },
}

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(untagged)]
enum Loose {
    Word(String),
    Count(i64),
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Things, pk = "ALL#{id}", sk = "ALL")]
#[serde(rename_all = "camelCase")]
struct Everything {
    id: u64,
    text: String,
    empty_text: String,
    letter: char,
    yes: bool,
    tiny: i8,
    wide: u64,
    half: f32,
    double: f64,
    exact: Number,
    bytes: Binary,
    no_bytes: Binary,
    present: Option<String>,
    absent: Option<String>,
    address: Address,
    maybe_address: Option<Address>,
    metres: Metres,
    marker: Marker,
    payments: Vec<Payment>,
    events: Vec<Event>,
    loose: Vec<Loose>,
    gaps: Vec<Option<u8>>,
    nothing: Vec<String>,
    by_name: BTreeMap<String, Address>,
    by_number: BTreeMap<u8, bool>,
    no_names: HashMap<String, u8>,
    pair: (u8, String),
    array: [u16; 3],
    #[serde(with = "dynamo_model::types::string_set", default)]
    tags: BTreeSet<String>,
    #[serde(with = "dynamo_model::types::number_set", default)]
    ports: BTreeSet<u16>,
    #[serde(with = "dynamo_model::types::binary_set", default)]
    hashes: BTreeSet<Binary>,
    #[serde(with = "dynamo_model::types::string_set", default)]
    no_tags: BTreeSet<String>,
    #[serde(rename = "class")]
    r#type: String,
    // Words that DynamoDB reserves, and names that need an alias.
    size: u8,
    #[serde(rename = "a.b-c#d")]
    odd: u8,
}

/// What `serde_dynamo` does not know. A key holds any `u128`, an attribute 38 digits.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Things, pk = "WIDE#{id}", sk = "WIDE")]
struct Wide {
    #[entity(key_only)]
    id: u128,
    signed: i128,
    unsigned: u128,
}

fn everything(id: u64) -> Everything {
    let address = Address {
        street: "Süd \"7\" \\ \u{1F600}\n\u{0}".into(),
        floor: None,
        geo: (-0.5, 1e10),
    };
    Everything {
        id,
        text: "naïve \u{10000} \u{FFFF}".into(),
        empty_text: String::new(),
        letter: 'ß',
        yes: true,
        tiny: i8::MIN,
        wide: u64::MAX,
        half: 0.1,
        double: 1.0 / 3.0,
        exact: "-12345678901234567890.123456789012345678".parse().unwrap(),
        bytes: vec![0, 255, 128].into(),
        no_bytes: Binary::default(),
        present: Some(String::new()),
        absent: None,
        maybe_address: Some(address.clone()),
        address: address.clone(),
        metres: Metres(7),
        marker: Marker,
        payments: vec![
            Payment::Cash,
            Payment::Card {
                last: "1234".into(),
                year: 2030,
            },
            Payment::Split(1, 2),
            Payment::Voucher("v".into()),
        ],
        events: vec![Event::Opened, Event::Moved { to: "x".into() }],
        loose: vec![Loose::Word("w".into()), Loose::Count(-3)],
        gaps: vec![Some(1), None, Some(3), None],
        nothing: Vec::new(),
        by_name: BTreeMap::from([
            ("a b".into(), address),
            (
                "\"".into(),
                Address {
                    street: "s".into(),
                    floor: Some(-1),
                    geo: (0.0, 0.25),
                },
            ),
        ]),
        by_number: BTreeMap::from([(1, true), (200, false)]),
        no_names: HashMap::new(),
        pair: (1, "two".into()),
        array: [1, 2, 3],
        tags: BTreeSet::from(["a".into(), "b".into()]),
        ports: BTreeSet::from([80, 443]),
        hashes: BTreeSet::from([vec![1].into(), vec![2, 3].into()]),
        no_tags: BTreeSet::new(),
        r#type: "t".into(),
        size: 1,
        odd: 2,
    }
}

async fn things() -> Handle<Things> {
    let things = Things::on(client().await);
    things.create_table().send().await.unwrap();
    things
}

fn ada() -> Person {
    Person {
        id: "ada".into(),
        name: "Ada".into(),
        age: Some(36),
    }
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

#[tokio::test]
async fn an_item_goes_in_and_comes_out() {
    let things = things().await;
    assert_eq!(things.get(Person::key("ada")).send().await.unwrap(), None);
    things.put(&ada()).send().await.unwrap();
    assert_eq!(
        things.get(Person::key("ada")).send().await.unwrap(),
        Some(ada())
    );
    let read = things.get(Person::key("ada")).consistent().send().await;
    assert_eq!(read.unwrap(), Some(ada()));
    things.delete(Person::key("ada")).send().await.unwrap();
    assert_eq!(things.get(Person::key("ada")).send().await.unwrap(), None);
    // Deleting what is not there is no error.
    things.delete(Key::of(&ada())).send().await.unwrap();
}

#[tokio::test]
async fn a_put_replaces_the_whole_item() {
    let things = things().await;
    things.put(&ada()).send().await.unwrap();
    let younger = Person { age: None, ..ada() };
    things.put(&younger).send().await.unwrap();
    let read = things.get(Person::key("ada")).send().await.unwrap();
    assert_eq!(read, Some(younger));
}

#[tokio::test]
async fn both_writes_return_the_old_item_on_demand() {
    let things = things().await;
    let put = |person: &Person| things.put(person).return_old().send();
    assert_eq!(put(&ada()).await.unwrap(), None);
    let renamed = Person {
        name: "Countess".into(),
        ..ada()
    };
    assert_eq!(put(&renamed).await.unwrap(), Some(ada()));
    let delete = || things.delete(Person::key("ada")).return_old().send();
    assert_eq!(delete().await.unwrap(), Some(renamed));
    assert_eq!(delete().await.unwrap(), None);
}

#[tokio::test]
async fn if_absent_fails_with_the_item_that_is_there() {
    let things = things().await;
    things.put(&ada()).if_absent().send().await.unwrap();
    let other = Person {
        name: "Other".into(),
        ..ada()
    };
    let error = things.put(&other).if_absent().send().await.unwrap_err();
    assert!(error.is_condition_failed());
    assert!(!error.is_retryable());
    assert_eq!(error.code(), Some("ConditionalCheckFailedException"));
    let Error::ConditionFailed(failed) = &error else {
        panic!("{error}");
    };
    assert!(failed.has_item());
    assert_eq!(error.item::<Person>().unwrap(), Some(ada()));
    // The same with the old item asked for.
    let error = things.put(&other).return_old().if_absent().send().await;
    assert_eq!(error.unwrap_err().item::<Person>().unwrap(), Some(ada()));
    let read = things.get(Person::key("ada")).send().await.unwrap();
    assert_eq!(read, Some(ada()));
    // It is not an `Everything`, and says so.
    let error = things.put(&other).if_absent().send().await.unwrap_err();
    assert!(matches!(error.item::<Everything>(), Err(Error::Decode(_))));
}

#[tokio::test]
async fn if_present_fails_without_an_item() {
    let things = things().await;
    for result in [
        things.put(&ada()).if_present().send().await.map(drop),
        things.delete(Person::key("ada")).if_present().send().await,
    ] {
        let error = result.unwrap_err();
        assert!(matches!(&error, Error::ItemNotFound(_)), "{error}");
        assert_eq!(error.item::<Person>().unwrap(), None);
    }
    things.put(&ada()).send().await.unwrap();
    let older = Person {
        age: Some(37),
        ..ada()
    };
    let old = things.put(&older).if_present().return_old().send().await;
    assert_eq!(old.unwrap(), Some(ada()));
    let delete = things.delete(Person::key("ada")).if_present().return_old();
    assert_eq!(delete.send().await.unwrap(), Some(older));
}

#[tokio::test]
async fn a_missing_table_is_its_own_error() {
    let things = Things::on(client().await).named("elsewhere");
    let errors = [
        things.put(&ada()).send().await.unwrap_err(),
        things.get(Person::key("ada")).send().await.unwrap_err(),
        things.delete(Person::key("ada")).send().await.unwrap_err(),
        things.query(Person::of("ada")).collect().await.unwrap_err(),
        things.scan::<Person>().collect().await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, Error::TableNotFound(_)), "{error}");
        assert!(error.is_table_not_found());
        assert!(error.to_string().contains("`elsewhere`"), "{error}");
    }
}

#[tokio::test]
async fn every_kind_of_field_comes_back_as_it_was() {
    let things = things().await;
    let written = everything(1);
    things.put(&written).send().await.unwrap();
    let read = things.get(Everything::key(1)).send().await.unwrap();
    assert_eq!(read, Some(written.clone()));
    let listed = things.query(Everything::of(1)).collect().await.unwrap();
    assert_eq!(listed, [written]);
}

/// What the plain SDK finds in the table is what `serde_dynamo` writes, with the keys and the type, and less the
/// `None`s and empty sets.
#[tokio::test]
async fn the_sdk_reads_what_we_write() {
    let things = things().await;
    let written = everything(2);
    things.put(&written).send().await.unwrap();
    let output = things
        .client()
        .get_item()
        .table_name("things")
        .key("PK", s("ALL#00000000000000000002"))
        .key("SK", s("ALL"))
        .send()
        .await
        .unwrap();
    let stored = output.item.unwrap();
    assert_eq!(stored["_type"], s("Everything"));
    assert_eq!(
        stored["exact"],
        AttributeValue::N(written.exact.to_string())
    );
    assert_eq!(stored["bytes"], AttributeValue::B(Blob::new([0, 255, 128])));
    assert!(stored["tags"].is_ss() && stored["ports"].is_ns() && stored["hashes"].is_bs());
    assert!(stored["gaps"].as_l().unwrap()[1].is_null());
    let AttributeValue::M(address) = &stored["address"] else {
        panic!("{stored:?}");
    };
    for absent in ["absent", "noTags", "GSI1PK", "GSI1SK"] {
        assert!(!stored.contains_key(absent), "{absent}");
    }
    assert!(!address.contains_key("floor"));

    // Attribute by attribute, with sets in any order.
    let theirs: HashMap<String, AttributeValue> = serde_dynamo::to_item(&written).unwrap();
    for (name, theirs) in theirs {
        match stored.get(&name) {
            None => assert!(["absent", "noTags"].contains(&name.as_str()), "{name}"),
            // They know no exact numbers, keep `None`s in maps, and write floats their own way.
            Some(_) if ["exact", "address", "maybeAddress", "byName"].contains(&name.as_str()) => {}
            Some(ours) if ours.is_n() => {
                let (ours, theirs) = (ours.as_n().unwrap(), theirs.as_n().unwrap());
                let number = |text: &str| text.parse::<Number>().unwrap();
                assert_eq!(number(ours), number(theirs), "{name}");
            }
            Some(ours) => assert_eq!(sorted(ours), sorted(&theirs), "{name}"),
        }
    }
    // All but the exact number, which is a string to them.
    let mut readable = stored.clone();
    readable.insert("exact".into(), s(written.exact.as_str()));
    readable.insert("noTags".into(), AttributeValue::L(Vec::new()));
    readable.remove("noTags");
    let theirs: Everything = serde_dynamo::from_item(readable).unwrap();
    assert_eq!(theirs, written);
    // And our own conversion of SDK items, both ways.
    assert_eq!(Everything::from_item(&stored).unwrap(), written);
    let converted = written.to_item().unwrap();
    assert_eq!(converted.len(), stored.len());
    assert_eq!(Everything::from_item(&converted).unwrap(), written);
}

fn sorted(value: &AttributeValue) -> AttributeValue {
    let mut value = value.clone();
    match &mut value {
        AttributeValue::Ss(set) | AttributeValue::Ns(set) => set.sort(),
        AttributeValue::Bs(set) => set.sort_by(|a, b| a.as_ref().cmp(b.as_ref())),
        _ => {}
    }
    value
}

#[tokio::test]
async fn we_read_what_the_sdk_writes() {
    let things = things().await;
    let written = everything(3);
    let mut item: HashMap<String, AttributeValue> = serde_dynamo::to_item(&written).unwrap();
    // An empty set cannot be stored, and their `Number` is a string.
    item.remove("noTags");
    item.insert("exact".into(), AttributeValue::N(written.exact.to_string()));
    // NULL and absence alike are `None`.
    assert_eq!(item["absent"], AttributeValue::Null(true));
    item.insert("PK".into(), s("ALL#00000000000000000003"));
    item.insert("SK".into(), s("ALL"));
    item.insert("_type".into(), s("Everything"));
    let put = things.client().put_item().table_name("things");
    put.set_item(Some(item)).send().await.unwrap();
    let read = things.get(Everything::key(3)).send().await.unwrap();
    assert_eq!(read, Some(written));
}

#[tokio::test]
async fn numbers_are_stored_in_full_and_read_in_any_spelling() {
    let things = things().await;
    for (text, stored) in [
        ("99999999999999999999999999999999999999", None),
        ("-0.00000000000000000000000000000000000001", None),
        ("9.9999999999999999999999999999999999999E+125", None),
        ("1E-130", None),
        ("-0", Some("0")),
        ("1.500", Some("1.5")),
    ] {
        let exact: Number = text.parse().unwrap();
        let item = Everything {
            exact: exact.clone(),
            ..everything(4)
        };
        things.put(&item).send().await.unwrap();
        let read = things
            .get(Everything::key(4))
            .send()
            .await
            .unwrap()
            .unwrap();
        assert_eq!(read.exact, exact);
        if let Some(stored) = stored {
            assert_eq!(read.exact.as_str(), stored);
        }
    }
}

#[tokio::test]
async fn integers_may_be_as_wide_as_the_digits_allow() {
    let things = things().await;
    let wide = Wide {
        id: u128::MAX,
        signed: -(10_i128.pow(38) - 1),
        unsigned: 10_u128.pow(38) - 1,
    };
    things.put(&wide).send().await.unwrap();
    let read = things.get(Wide::key(u128::MAX)).send().await.unwrap();
    assert_eq!(read, Some(wide));
}

#[tokio::test]
async fn a_key_and_a_builder_can_be_looked_at_before_they_are_sent() {
    let things = Things::on(client().await);
    let key = Person::key("ada");
    key.check().unwrap();
    assert_eq!(key, Key::of(&ada()));
    assert_eq!(
        key.to_item().unwrap(),
        HashMap::from([
            ("PK".to_owned(), s("PERSON#ada")),
            ("SK".to_owned(), s("PERSON")),
        ])
    );
    assert_eq!(format!("{key:?}"), "Key<Person>(..)");
    let put = things.put(&ada());
    let shown = format!(
        "{put:?} {:?} {:?}",
        things.get(key.clone()),
        things.delete(key)
    );
    for part in ["PutItem", "Get", "DeleteItem", "things", "Person"] {
        assert!(shown.contains(part), "{shown}");
    }
    assert!(!shown.contains("ada") && !shown.contains("Ada"), "{shown}");
}
