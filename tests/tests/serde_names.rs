//! The stored form is serde's: names, defaults and functions of its attributes, and the schema says the same.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::Entity as _;
use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

/// The table of all tests, without key attributes that look like a field's.
#[derive(Table)]
#[table(name = "names", pk = "#pk", no_type_attribute)]
struct Names;

/// The names in the stored item and in the schema, but for the key.
fn names<E: Entity>(entity: &E) -> (BTreeSet<String>, BTreeSet<String>) {
    let item = entity.to_item().expect("it can be stored");
    let stored = item.into_keys().filter(|name| name != "#pk").collect();
    let said = E::SCHEMA.fields.iter().map(|f| f.attribute.to_owned());
    (stored, said.collect())
}

fn round_trip<E: Entity + PartialEq + std::fmt::Debug>(entity: &E) {
    let item = entity.to_item().expect("it can be stored");
    assert_eq!(&E::from_item(&item).expect("it can be read"), entity);
}

macro_rules! every_rule {
    ($($module:ident $rule:literal $id:literal $line:literal $variant:literal)*) => {$(
        mod $module {
            use super::*;

            #[derive(KeyPart, Serialize, Deserialize, Debug, PartialEq, Clone, Copy)]
            #[serde(rename_all = $rule)]
            enum Status {
                Paid,
                InTransit,
                R2Return,
                ABTest,
            }

            #[derive(Entity, Serialize, Deserialize, Debug, PartialEq)]
            #[entity(table = super::Names, pk = "{the_status}#{order_id}")]
            #[serde(rename_all = $rule)]
            struct Order {
                order_id: String,
                the_status: Status,
                line_2: u32,
                r#type: String,
                _private: bool,
                a_b_c: bool,
            }

            #[test]
            fn names_agree() {
                for status in [Status::Paid, Status::InTransit, Status::R2Return, Status::ABTest] {
                    let order = Order {
                        order_id: "o-1".into(),
                        the_status: status,
                        line_2: 2,
                        r#type: "t".into(),
                        _private: true,
                        a_b_c: true,
                    };
                    let (stored, said) = names(&order);
                    assert_eq!(stored, said);
                    assert!(stored.contains($id) && stored.contains($line), "{stored:?}");
                    round_trip(&order);

                    let item = order.to_item().expect("it can be stored");
                    let written = serde_json::to_value(status).expect("it is a string");
                    let key = format!("{}#o-1", written.as_str().expect("it is a string"));
                    assert_eq!(item["#pk"], AttributeValue::S(key));
                }
                let written = serde_json::to_value(Status::InTransit).expect("it is a string");
                assert_eq!(written, $variant);
            }
        }
    )*};
}

every_rule! {
    lower "lowercase" "order_id" "line_2" "intransit"
    upper "UPPERCASE" "ORDER_ID" "LINE_2" "INTRANSIT"
    pascal "PascalCase" "OrderId" "Line2" "InTransit"
    camel "camelCase" "orderId" "line2" "inTransit"
    snake "snake_case" "order_id" "line_2" "in_transit"
    screaming_snake "SCREAMING_SNAKE_CASE" "ORDER_ID" "LINE_2" "IN_TRANSIT"
    kebab "kebab-case" "order-id" "line-2" "in-transit"
    screaming_kebab "SCREAMING-KEBAB-CASE" "ORDER-ID" "LINE-2" "IN-TRANSIT"
}

mod hex {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{value:x}"))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        let text = String::deserialize(deserializer)?;
        u32::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
    }
}

#[derive(Document, Serialize, Deserialize, Debug, PartialEq, Default)]
struct Audit {
    created_by: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, PartialEq, Default)]
#[entity(table = Names, pk = "{id}#{color}")]
struct Thing {
    #[serde(rename = "Id")]
    id: String,
    #[serde(with = "hex")]
    color: u32,
    #[serde(alias = "old_title", alias = "older_title")]
    title: String,
    #[serde(default)]
    stars: u32,
    #[serde(skip)]
    cached: Option<u64>,
    #[serde(rename(serialize = "same", deserialize = "same"))]
    both: bool,
    #[serde(flatten)]
    audit: Audit,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

fn thing() -> Thing {
    Thing {
        id: "t-1".into(),
        color: 255,
        title: "first".into(),
        stars: 3,
        cached: None,
        both: true,
        audit: Audit {
            created_by: "ada".into(),
        },
        rest: BTreeMap::from([("extra".to_owned(), "more".to_owned())]),
    }
}

#[test]
fn field_attributes_are_honoured() {
    let (mut stored, said) = names(&thing());
    for flattened in ["created_by", "extra"] {
        assert!(stored.remove(flattened), "{flattened} is stored");
    }
    assert_eq!(stored, said);
    assert_eq!(
        said,
        ["Id", "color", "title", "stars", "same"]
            .map(str::to_owned)
            .into()
    );
    let item = thing().to_item().expect("it can be stored");
    assert_eq!(item["color"], AttributeValue::S("ff".into()));
}

#[test]
fn the_key_is_written_by_the_type_and_not_by_with() {
    let item = thing().to_item().expect("it can be stored");
    assert_eq!(item["#pk"], AttributeValue::S("t-1#0000000255".into()));
}

#[test]
fn what_is_stored_reads_back() {
    round_trip(&Thing {
        rest: BTreeMap::new(),
        ..thing()
    });
    round_trip(&thing());
}

#[test]
fn aliases_and_defaults_are_read() {
    let mut item = thing().to_item().expect("it can be stored");
    let title = item.remove("title").expect("it is there");
    item.insert("older_title".into(), title);
    item.remove("stars");
    let read = Thing::from_item(&item).expect("it can be read");
    assert_eq!(
        read,
        Thing {
            stars: 0,
            ..thing()
        }
    );
}

/// A field restored from a key is written as its `with` reads it.
#[derive(Entity, Serialize, Deserialize, Debug, PartialEq)]
#[entity(table = Names, pk = "{color}")]
struct Swatch {
    #[entity(key_only)]
    #[serde(with = "hex", rename = "Farbe")]
    color: u32,
}

#[test]
fn a_key_only_field_goes_through_with() {
    let swatch = Swatch { color: 0x00ff_00ff };
    let item = swatch.to_item().expect("it can be stored");
    assert_eq!(item.keys().collect::<Vec<_>>(), ["#pk"]);
    round_trip(&swatch);
}

/// Aliases of a variant are read in keys as well.
#[derive(KeyPart, Serialize, Deserialize, Debug, PartialEq)]
enum Size {
    #[serde(rename = "S", alias = "small")]
    Small,
}

#[derive(Entity, Serialize, Deserialize, Debug, PartialEq)]
#[entity(table = Names, pk = "SIZE#{size}")]
struct Sized {
    #[entity(key_only)]
    size: Size,
}

#[test]
fn an_alias_of_a_variant_is_read_from_a_key() {
    let mut item = Sized { size: Size::Small }
        .to_item()
        .expect("it can be stored");
    assert_eq!(item["#pk"], AttributeValue::S("SIZE#S".into()));
    item.insert("#pk".into(), AttributeValue::S("SIZE#small".into()));
    let read = Sized::from_item(&item).expect("it can be read");
    assert_eq!(read, Sized { size: Size::Small });
}
