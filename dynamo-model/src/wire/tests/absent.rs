//! `None` in a field is not written; inside a list it is `NULL`; reading tolerates both.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::super::ItemWriter;
use super::{decode, encode};

#[derive(Serialize, Deserialize, PartialEq, Debug, Default)]
struct Deep {
    a: Option<u8>,
    list: Vec<Option<u8>>,
    map: BTreeMap<String, Option<u8>>,
    #[serde(default)]
    inner: Option<Box<Deep>>,
    #[serde(with = "crate::types::string_set", default)]
    set: BTreeSet<String>,
    #[serde(with = "crate::types::number_set", default)]
    maybe_set: Option<Vec<u8>>,
}

#[test]
fn none_is_left_out_at_any_depth() {
    let value = Deep {
        list: vec![None, Some(1)],
        map: BTreeMap::from([("x".to_owned(), None), ("y".to_owned(), Some(2))]),
        inner: Some(Box::default()),
        ..Deep::default()
    };
    assert_eq!(
        encode(&value).unwrap(),
        r#"{"list":{"L":[{"NULL":true},{"N":"1"}]},"map":{"M":{"y":{"N":"2"}}},"inner":{"M":{"list":{"L":[]},"map":{"M":{}}}}}"#
    );
}

#[test]
fn null_and_absence_read_alike() {
    let absent = r#"{"list":{"L":[]},"map":{"M":{}}}"#;
    let null = r#"{"a":{"NULL":true},"inner":{"NULL":true},"list":{"L":[]},"map":{"M":{}}}"#;
    assert_eq!(decode::<Deep>(absent).unwrap(), Deep::default());
    assert_eq!(decode::<Deep>(null).unwrap(), Deep::default());
    let spaced = r#"{ "a" : { "NULL" : true } , "list":{"L":[ ]},"map":{"M":{ }}}"#;
    assert_eq!(decode::<Deep>(spaced).unwrap(), Deep::default());
}

#[test]
fn the_writer_tells_what_was_written() {
    let mut out = String::new();
    let mut writer = ItemWriter::new(&mut out);
    assert!(!writer.attribute("none", &None::<u8>).unwrap());
    assert!(writer.attribute("some", &Some("x")).unwrap());
    let empty: HashMap<String, u8> = HashMap::new();
    assert!(writer.attribute("map", &empty).unwrap());
    let set = |names: Vec<&'static str>| {
        move |s: super::super::ValueSerializer<'_>| crate::types::string_set::serialize(&names, s)
    };
    assert!(!writer.attribute_with("set", set(vec![])).unwrap());
    assert!(writer.attribute_with("set", set(vec!["a"])).unwrap());
    writer.string("s", "\"\\\u{1}\n/é");
    writer.number("n", "-1.5");
    writer.binary("b", b"ab");
    let size = writer.finish();
    assert_eq!(
        out,
        r#"{"some":{"S":"x"},"map":{"M":{}},"set":{"SS":["a"]},"s":{"S":"\"\\\u0001\n/é"},"n":{"N":"-1.5"},"b":{"B":"YWI="}}"#
    );
    assert_eq!(size, 5 + 6 + 4 + (1 + 7) + (1 + 4) + (1 + 2));
}

#[test]
fn hidden_names_are_not_written() {
    let mut out = String::new();
    let mut writer = ItemWriter::new(&mut out);
    writer.string("PK", "x");
    writer
        .fields(&BTreeMap::from([("a", 1), ("b", 2), ("c", 3)]), &|name| {
            name == "b"
        })
        .unwrap();
    assert_eq!(writer.finish(), 3 + 3 + 3);
    assert_eq!(out, r#"{"PK":{"S":"x"},"a":{"N":"1"},"c":{"N":"3"}}"#);
}

#[test]
fn an_empty_set_in_a_list_is_refused() {
    let value = BTreeMap::from([(
        "l",
        vec![serde_dynamo::string_set::StringSet(Vec::<&str>::new())],
    )]);
    let error = encode(&value).unwrap_err();
    assert_eq!(error.path(), "l[0]");
}

#[test]
fn an_entity_without_fields_has_an_item() {
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Marker;
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Braces {}
    assert_eq!(encode(&Marker).unwrap(), "{}");
    assert_eq!(decode::<Marker>(r#"{"PK":{"S":"x"}}"#).unwrap(), Marker);
    assert_eq!(decode::<Braces>(r#"{"PK":{"S":"x"}}"#).unwrap(), Braces {});
}

#[test]
fn null_is_absence_however_its_tag_is_spelled() {
    for null in [
        r#"{"NULL":true}"#,
        r#"{"N\u0055LL":true}"#,
        r#"{"\u004eULL":true}"#,
        r#"{ "NULL" : true }"#,
    ] {
        let item = format!(r#"{{"a":{null}}}"#);
        let found: std::collections::HashMap<String, Option<u32>> = decode(&item).unwrap();
        assert_eq!(found["a"], None, "{null}");
    }
}
