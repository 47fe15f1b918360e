//! Nesting limits, visitors that do not read all, and damaged bodies.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::{RawItem, from_attribute_values, read_envelope, to_attribute_values};
use super::rich::{Inner, Rich, rich};
use super::{decode, encode};
use crate::types::Attributes;

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(transparent)]
struct Nest(Vec<Nest>);

fn nest(levels: usize) -> Nest {
    let mut nest = Nest(Vec::new());
    for _ in 1..levels {
        nest = Nest(vec![nest]);
    }
    nest
}

#[test]
fn thirty_two_levels_are_written_and_no_more() {
    let item = encode(&BTreeMap::from([("n", nest(32))])).unwrap();
    assert_eq!(
        decode::<BTreeMap<String, Nest>>(&item).unwrap()["n"],
        nest(32)
    );
    let error = encode(&BTreeMap::from([("n", nest(33))])).unwrap_err();
    assert!(error.to_string().contains("32 levels"), "{error}");
    // Kept text is held to the same limit.
    let kept: Attributes = decode(&item).unwrap();
    assert_eq!(encode(&kept).unwrap(), item);
    assert!(encode(&BTreeMap::from([("m", kept)])).is_err());
}

#[test]
fn a_scalar_counts_as_a_level() {
    #[derive(Serialize)]
    enum Chain {
        Link(Box<Chain>),
        End(u8),
    }
    let chain = |links: usize| {
        let mut chain = Chain::End(1);
        for _ in 0..links {
            chain = Chain::Link(Box::new(chain));
        }
        BTreeMap::from([("c", chain)])
    };
    // `End` is a map that holds a number: two levels.
    assert!(encode(&chain(30)).is_ok());
    assert!(encode(&chain(31)).is_err());
}

#[test]
fn hostile_nesting_is_refused() {
    for (open, close) in [("{\"L\":[", "]}"), ("{\"M\":{\"a\":", "}}"), ("[", "]")] {
        for levels in [100, 200_000] {
            let value = format!(
                "{}{}{}",
                open.repeat(levels),
                "{\"S\":\"\"}",
                close.repeat(levels)
            );
            let item = format!("{{\"a\":{value}}}");
            assert!(decode::<BTreeMap<String, Nest>>(&item).is_err());
            assert!(decode::<BTreeMap<String, serde_json::Value>>(&item).is_err());
            assert!(
                decode::<Attributes>(&item)
                    .and_then(|a| a.to_attribute_values())
                    .is_err()
            );
            assert!(to_attribute_values(RawItem::new(&item)).is_err());
            let _ = read_envelope(&item).map(|_| ());
            let _ = decode::<Inner>(&item).map(|_| ());
        }
    }
}

#[test]
fn what_a_type_does_not_read_is_skipped() {
    #[derive(Debug, PartialEq)]
    struct Blind;
    impl<'de> Deserialize<'de> for Blind {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            Ok(Self)
        }
    }
    #[derive(Deserialize, Debug, PartialEq)]
    struct Partial {
        a: Blind,
        pair: (u8, u8),
        b: u8,
        list: Vec<Blind>,
    }
    let item = r#"{"a":{"M":{"x":{"S":"}"}}},"zzz":{"S":"\\\""},"pair":{"L":[{"N":"1"},{"N":"2"},{"S":"x"}]},"b":{"N":"3"},"list":{"L":[{"S":"a"},{"L":[]}]}}"#;
    let read: Partial = decode(item).unwrap();
    assert_eq!(
        read,
        Partial {
            a: Blind,
            pair: (1, 2),
            b: 3,
            list: vec![Blind, Blind]
        }
    );
}

#[test]
fn malformed_values_are_errors() {
    for value in [
        r#"{"N":1}"#,
        r#"{"S":null}"#,
        r#"{"S":"a","N":"1"}"#,
        "{}",
        "[]",
        "\"a\"",
        "1",
        r#"{"S":"a"]"#,
        r#"{"L":[{"S":"a"},]}"#,
        r#"{"L":[,]}"#,
        r#"{"M":{"a"}}"#,
        r#"{"M":{,}}"#,
        r#"{"BOOL":1}"#,
        r#"{"NULL":nul}"#,
        r#"{"B":"*"}"#,
        r#"{"NS":[1]}"#,
        r#"{"S":"a"#,
        r#"{"L":[{"S":"a"} {"S":"b"}]}"#,
    ] {
        let item = format!("{{\"a\":{value}}}");
        let read = decode::<BTreeMap<String, serde_json::Value>>(&item);
        assert!(read.is_err(), "{value}: {read:?}");
        if !value.contains("NS") {
            assert!(to_attribute_values(RawItem::new(&item)).is_err(), "{value}");
        }
    }
}

fn damage(text: &str, edits: &[(usize, u8, u8)]) -> String {
    const BYTES: &[u8] = b"{}[]\":,\\SNBLMOU0129-+.eE tfn\x00\n\xc3";
    let mut bytes = text.as_bytes().to_vec();
    for &(at, how, byte) in edits {
        let at = at % bytes.len().max(1);
        let byte = BYTES[usize::from(byte) % BYTES.len()];
        match how % 4 {
            0 if !bytes.is_empty() => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            2 if !bytes.is_empty() => drop(bytes.remove(at)),
            _ => bytes.truncate(at),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[derive(Deserialize)]
struct Everything {
    #[serde(flatten)]
    _rich: Option<Rich>,
    #[serde(flatten)]
    _rest: Attributes,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn damaged_bodies_do_not_panic(
        value in rich(),
        edits in prop::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..4),
    ) {
        let item = damage(&encode(&value).unwrap(), &edits);
        let _ = decode::<Rich>(&item);
        let _ = decode::<Everything>(&item).map(|_| ());
        if let Ok(kept) = decode::<Attributes>(&item) {
            let _ = encode(&kept);
        }
        if let Ok(map) = to_attribute_values(RawItem::new(&item)) {
            // What we accept as a whole is JSON.
            prop_assert!(serde_json::from_str::<serde_json::Value>(&item).is_ok() || item.len() > 1);
            from_attribute_values(&map, &mut String::new());
        }
        let body = damage(&format!(r#"{{"Count":1,"Items":[{item}],"ScannedCount":2}}"#), &edits);
        if let Ok(envelope) = read_envelope(&body) {
            let mut items = envelope.items;
            while let Ok(Some(item)) = items.next(&body) {
                let _ = decode::<Rich>(item.as_str());
                let _ = item.scalar("text").map(|_| ());
                let _ = item.names();
            }
        }
    }
}
