//! Attributes that an entity does not declare: ignored, kept or refused, as its struct says.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::prelude::*;
use dynamo_model::types::Attributes;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "devices",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK"),
    ttl = "expires",
    entities(Loose, Keeping, Sparse, Strict)
)]
struct Devices;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Devices, pk = "DEVICE#{id}", sk = "LOOSE")]
struct Loose {
    id: String,
    name: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Devices, pk = "DEVICE#{id}", sk = "KEEPING",
    index(by_name, on = "GSI1", pk = "NAME#{name}"),
)]
struct Keeping {
    #[entity(key_only)]
    id: String,
    name: String,
    #[serde(flatten)]
    rest: Attributes,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Devices, pk = "DEVICE#{id}", sk = "SPARSE",
    index(by_name, on = "GSI1", pk = "NAME#{name}"),
)]
struct Sparse {
    id: String,
    name: Option<String>,
    #[serde(flatten)]
    rest: Attributes,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Devices, pk = "DEVICE#{id}", sk = "STRICT#{at}",
    index(by_name, on = "GSI1", pk = "NAME#{name}"),
)]
#[serde(deny_unknown_fields)]
struct Strict {
    #[entity(key_only)]
    id: String,
    at: u8,
    name: String,
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn n(digits: &str) -> AttributeValue {
    AttributeValue::N(digits.into())
}

/// One attribute of every type, in forms that a detour through other types would change.
fn foreign() -> HashMap<String, AttributeValue> {
    let strings = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect();
    HashMap::from([
        ("text".to_owned(), s("line\n\"quoted\" \\ \u{1F600}")),
        (
            "exact".to_owned(),
            n("-12345678901234567890123456789.012345678"),
        ),
        (
            "small".to_owned(),
            n("0.0000000000000000000000000000000000001"),
        ),
        (
            "binary".to_owned(),
            AttributeValue::B(Blob::new([0, 1, 255])),
        ),
        ("yes".to_owned(), AttributeValue::Bool(true)),
        ("null".to_owned(), AttributeValue::Null(true)),
        ("words".to_owned(), AttributeValue::Ss(strings(&["a", "b"]))),
        (
            "numbers".to_owned(),
            AttributeValue::Ns(strings(&["1", "2.5"])),
        ),
        (
            "blobs".to_owned(),
            AttributeValue::Bs(vec![Blob::new([1]), Blob::new([2, 3])]),
        ),
        (
            "list".to_owned(),
            AttributeValue::L(vec![
                n("1"),
                AttributeValue::Null(true),
                AttributeValue::Ss(strings(&["x"])),
            ]),
        ),
        (
            "map".to_owned(),
            AttributeValue::M(HashMap::from([
                ("inner".to_owned(), AttributeValue::M(HashMap::new())),
                (
                    "digits".to_owned(),
                    n("99999999999999999999999999999999999999"),
                ),
            ])),
        ),
        ("an odd.name#".to_owned(), n("1")),
    ])
}

async fn devices() -> Handle<Devices> {
    let devices = Devices::on(client().await);
    devices.create_table().send().await.unwrap();
    devices
}

async fn put(devices: &Handle<Devices>, sk: &str, more: &[(&str, AttributeValue)]) {
    let mut put = devices.client().put_item().table_name("devices");
    put = put.item("PK", s("DEVICE#d")).item("SK", s(sk));
    for (name, value) in more {
        put = put.item(*name, value.clone());
    }
    put.send().await.unwrap();
}

async fn stored(devices: &Handle<Devices>, sk: &str) -> HashMap<String, AttributeValue> {
    let get = devices.client().get_item().table_name("devices");
    let get = get.key("PK", s("DEVICE#d")).key("SK", s(sk));
    get.send().await.unwrap().item.unwrap()
}

fn sorted(mut item: HashMap<String, AttributeValue>) -> HashMap<String, AttributeValue> {
    for value in item.values_mut() {
        match value {
            AttributeValue::Ss(set) | AttributeValue::Ns(set) => set.sort(),
            AttributeValue::Bs(set) => set.sort_by(|a, b| a.as_ref().cmp(b.as_ref())),
            _ => {}
        }
    }
    item
}

#[tokio::test]
async fn they_are_ignored_where_nothing_is_said_of_them() {
    let devices = devices().await;
    let mut more: Vec<_> = foreign().into_iter().collect();
    more.push(("id".into(), s("d")));
    more.push(("name".into(), s("lamp")));
    let more: Vec<_> = more.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    put(&devices, "LOOSE", &more).await;
    let read = devices.get(Loose::key("d")).send().await.unwrap().unwrap();
    assert_eq!(read.name, "lamp");
    // `put` replaces: what was not read is gone.
    devices.put(&read).send().await.unwrap();
    assert_eq!(stored(&devices, "LOOSE").await.len(), 5);
}

#[tokio::test]
async fn they_are_kept_and_written_back_as_they_were() {
    let devices = devices().await;
    let mut more: Vec<_> = foreign().into_iter().collect();
    more.push(("name".into(), s("lamp")));
    more.push(("GSI1PK".into(), s("NAME#lamp")));
    more.push(("_type".into(), s("Keeping")));
    more.push(("expires".into(), n("4000000000")));
    let more: Vec<_> = more.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    put(&devices, "KEEPING", &more).await;
    let before = sorted(stored(&devices, "KEEPING").await);

    let read = devices
        .get(Keeping::key("d"))
        .send()
        .await
        .unwrap()
        .unwrap();
    assert_eq!((read.id.as_str(), read.name.as_str()), ("d", "lamp"));
    // What the entity manages itself is not among them.
    let mut expected: Vec<_> = foreign().into_keys().collect();
    expected.push("expires".into());
    expected.sort();
    assert_eq!(read.rest.names().collect::<Vec<_>>(), expected);
    assert_eq!(
        read.rest.get::<u64>("expires").unwrap(),
        Some(4_000_000_000)
    );

    devices.put(&read).send().await.unwrap();
    assert_eq!(sorted(stored(&devices, "KEEPING").await), before);
    let listed = devices.query(Keeping::by_name("lamp")).collect().await;
    let listed = listed.unwrap().remove(0);
    // The equality of `Attributes` is that of the text, and an engine may order sets and maps as it likes.
    let values = |item: &Keeping| sorted(item.rest.to_attribute_values().unwrap());
    assert_eq!(values(&listed), values(&read));
    let converted = Keeping::from_item(&before).unwrap();
    assert_eq!(sorted(converted.to_item().unwrap()), before);

    // A change of the name moves the item in the index, whatever was read from there.
    let renamed = Keeping {
        name: "torch".into(),
        ..read
    };
    devices.put(&renamed).send().await.unwrap();
    assert_eq!(stored(&devices, "KEEPING").await["GSI1PK"], s("NAME#torch"));
}

#[tokio::test]
async fn kept_attributes_cannot_take_the_place_of_the_entitys_own() {
    let devices = devices().await;
    let mut rest = Attributes::new();
    for name in ["PK", "SK", "GSI1PK", "_type"] {
        rest.insert(name, "forged").unwrap();
    }
    rest.insert("kept", &1).unwrap();
    let item = Keeping {
        id: "d".into(),
        name: "lamp".into(),
        rest,
    };
    devices.put(&item).send().await.unwrap();
    let item = stored(&devices, "KEEPING").await;
    assert_eq!(item["GSI1PK"], s("NAME#lamp"));
    assert_eq!(item["_type"], s("Keeping"));
    assert_eq!(item["kept"], n("1"));
    // Nor can they put an item into an index that it is not in.
    let mut rest = Attributes::new();
    rest.insert("GSI1PK", "NAME#lamp").unwrap();
    let item = Sparse {
        id: "d".into(),
        name: None,
        rest,
    };
    devices.put(&item).send().await.unwrap();
    assert!(!stored(&devices, "SPARSE").await.contains_key("GSI1PK"));
}

#[tokio::test]
async fn they_are_refused_by_name_and_keys_are_not_among_them() {
    let devices = devices().await;
    let strict = Strict {
        id: "d".into(),
        at: 7,
        name: "lamp".into(),
    };
    devices.put(&strict).send().await.unwrap();
    let read = devices.get(Strict::key("d", 7)).send().await.unwrap();
    assert_eq!(read, Some(strict.clone()));
    let listed = devices.query(Strict::by_name("lamp")).collect().await;
    assert_eq!(listed.unwrap(), [strict]);
    let more = [
        ("at", n("7")),
        ("name", s("lamp")),
        ("surplus", s("a secret")),
        ("_type", s("Strict")),
    ];
    put(&devices, "STRICT#007", &more).await;
    let error = devices.get(Strict::key("d", 7)).send().await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(
        shown.contains("`surplus`") && shown.contains("Strict"),
        "{shown}"
    );
    assert!(!shown.contains("secret"), "{shown}");
}

/// One attribute cannot have two values, and the engine would keep one of them without a word.
#[tokio::test]
async fn a_kept_attribute_does_not_replace_a_field() {
    let devices = Devices::on(client().await);
    devices.create_table().send().await.expect("a table");
    let mut device = Keeping {
        id: "d-1".into(),
        name: "printer".into(),
        rest: Attributes::new(),
    };
    device.rest.insert("name", "forged").expect("a value");
    let error = devices.put(&device).send().await.expect_err("two names");
    assert!(
        matches!(&error, Error::Encode(e) if e.path() == "name"),
        "{error}"
    );
    assert!(!error.to_string().contains("forged"));
    let found = devices
        .get(Keeping::key("d-1"))
        .send()
        .await
        .expect("a read");
    assert_eq!(found, None);
}

/// Engines return sets and maps in any order.
#[test]
fn equality_of_kept_attributes_is_that_of_their_values() {
    let read = |json: [(&str, AttributeValue); 2]| {
        let item = HashMap::from([
            ("PK".to_owned(), s("DEVICE#d-1")),
            ("SK".to_owned(), s("KEEPING")),
            ("_type".to_owned(), s("Keeping")),
            ("name".to_owned(), s("printer")),
            ("tags".to_owned(), json[0].1.clone()),
            ("list".to_owned(), json[1].1.clone()),
        ]);
        Keeping::from_item(&item).expect("a device").rest
    };
    let set = |members: [&str; 2]| AttributeValue::Ss(members.map(str::to_owned).to_vec());
    let list = |members: [&str; 2]| AttributeValue::L(members.map(s).to_vec());
    let one = read([("tags", set(["a", "b"])), ("list", list(["a", "b"]))]);
    assert_eq!(
        one,
        read([("tags", set(["b", "a"])), ("list", list(["a", "b"]))])
    );
    assert_ne!(
        one,
        read([("tags", set(["a", "b"])), ("list", list(["b", "a"]))])
    );
    assert_ne!(
        one,
        read([("tags", set(["a", "c"])), ("list", list(["a", "b"]))])
    );
}
