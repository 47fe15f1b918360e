//! `flatten`, `deny_unknown_fields`, hidden and extra attributes, attributes kept as they are.

use std::collections::HashMap;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::{Cursor, DecodeError, Screen, read_item};
use super::rich::{Inner, Rich, rich};
use super::{decode, encode, json};
use crate::types::{Attributes, Number};

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Keeper {
    id: u32,
    #[serde(flatten)]
    inner: Inner,
    #[serde(flatten)]
    rest: Attributes,
}

const ODD: &str = r#"{"id":{"N":"1"},"qty":{"N":"2"},"ss":{"SS":["a","b"]},"ns":{"NS":["1.00000000000000000000000001","2"]},"bs":{"BS":["AQI="]},"b":{"B":"AQI="},"n":{"N":"0.10000000000000000000000000001"},"nul":{"NULL":true},"m":{"M":{"ss":{"SS":["x"]},"id":{"N":"7.0"}}},"q\"\u00e9":{"S":"\ud83d\ude00"},"l":{"L":[{"NS":["1"]},{"L":[]}]}}"#;

#[test]
fn unknown_attributes_are_kept_as_they_are() {
    let keeper: Keeper = decode(ODD).unwrap();
    assert_eq!((keeper.id, keeper.inner.qty), (1, 2));
    assert_eq!(keeper.rest.len(), 9);
    assert_eq!(
        keeper.rest.json("n"),
        Some(r#"{"N":"0.10000000000000000000000000001"}"#)
    );
    assert_eq!(keeper.rest.json("q\"é"), Some(r#"{"S":"\ud83d\ude00"}"#));
    assert_eq!(keeper.rest.get::<String>("q\"é").unwrap().unwrap(), "😀");
    assert_eq!(json(&encode(&keeper).unwrap()), json(ODD));
    assert_eq!(
        json(&encode(&decode::<Attributes>(ODD).unwrap()).unwrap()),
        json(ODD)
    );
    assert!(!format!("{keeper:?}").contains("AQI"));
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Holder {
    id: u8,
    field: Attributes,
    nested: Vec<Event>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(tag = "type")]
enum Event {
    Seen {
        at: Number,
        #[serde(flatten)]
        rest: Attributes,
    },
    Held {
        id: Attributes,
    },
}

#[test]
fn attributes_survive_fields_nesting_and_tagged_enums() {
    let item = r#"{"id":{"N":"1"},"field":{"M":{"id":{"SS":["a"]}}},"nested":{"L":[{"M":{"type":{"S":"Seen"},"at":{"N":"12345678901234567890123456789"},"id":{"SS":["z"]}}},{"M":{"type":{"S":"Held"},"id":{"M":{"id":{"NS":["1"]}}}}},{"M":{"type":{"S":"Seen"},"at":{"N":"1"},"id":{"BS":["AQ=="]}}}]}}"#;
    let holder: Holder = decode(item).unwrap();
    assert_eq!(json(&encode(&holder).unwrap()), json(item));
}

#[test]
fn attributes_through_other_formats_are_text() {
    let attributes: Attributes = decode(r#"{"a":{"SS":["x"]}}"#).unwrap();
    let text = serde_json::to_string(&attributes).unwrap();
    assert_eq!(text, r#"{"a":"{\"SS\":[\"x\"]}"}"#);
    assert_eq!(
        serde_json::from_str::<Attributes>(&text).unwrap(),
        attributes
    );
    assert!(serde_json::from_str::<Attributes>(r#"{"a":"{}"}"#).is_err());
    let sdk = attributes.to_attribute_values().unwrap();
    assert_eq!(Attributes::try_from(&sdk).unwrap(), attributes);
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Strict {
    a: u8,
    id: String,
}

fn screened<T: DeserializeOwned>(
    item: &str,
    screen: &Screen,
    extra: &str,
) -> Result<T, DecodeError> {
    let mut cursor = Cursor::new(item);
    let decoded = read_item(&mut cursor, screen, extra)?;
    assert!(cursor.end().is_ok() && cursor.position() == item.len());
    Ok(decoded.value)
}

#[test]
fn hidden_attributes_are_not_unknown_and_extra_ones_are_read() {
    let item = r#"{"PK":{"S":"x"},"a":{"N":"1"},"SK":{"L":[{"M":{}}]}}"#;
    let keys = Screen::hiding(vec!["PK", "SK"]);
    let extra = r#"{"id":{"S":"restored"}}"#;
    let strict: Strict = screened(item, &keys, extra).unwrap();
    assert_eq!(
        strict,
        Strict {
            a: 1,
            id: "restored".to_owned()
        }
    );
    let error = screened::<Strict>(item, &Screen::hiding(Vec::new()), extra).unwrap_err();
    assert!(
        error.to_string().contains("unknown attribute `PK`"),
        "{error}"
    );
    let all: HashMap<String, serde_json::Value> = screened("{}", &keys, extra).unwrap();
    assert_eq!(all.len(), 1);
    let kept: Keeper = screened(
        ODD,
        &Screen::hiding(vec!["id"]),
        r#"{"id":{"N":"9"},"x":{"SS":["k"]}}"#,
    )
    .unwrap();
    assert_eq!((kept.id, kept.rest.json("x")), (9, Some(r#"{"SS":["k"]}"#)));
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Both {
    #[serde(flatten)]
    rich: Rich,
    #[serde(flatten)]
    rest: Attributes,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn flattening_round_trips(value in rich()) {
        let mut value = value;
        // serde's buffer hands out keys as strings only.
        value.maps.by_number.clear();
        value.maps.by_letter.clear();
        let item = encode(&value).unwrap();
        let both: Both = decode(&item).unwrap();
        prop_assert_eq!(&both.rich, &value);
        let kept: Attributes = decode(&item).unwrap();
        prop_assert_eq!(json(&encode(&kept).unwrap()), json(&item));
        let keeper: Result<Keeper, _> = decode(&item);
        prop_assert!(keeper.is_err());
    }
}
