//! The codec agrees with `serde_dynamo`, and with itself.

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::super::{RawItem, from_attribute_values, to_attribute_values};
use super::rich::{Rich, float, rich};
use super::{decode, encode, json, reference, reference_decode};

/// Removes what `serde_dynamo` writes and we leave out: `None` and empty sets in fields.
fn without_absent(map: &mut Json, keep: &[&str]) {
    if let Json::Object(members) = map {
        members.retain(|name, value| {
            keep.contains(&name.as_str())
                || (value != &serde_json::json!({"NULL": true})
                    && !["SS", "NS", "BS"]
                        .iter()
                        .any(|tag| value[tag] == serde_json::json!([])))
        });
        for value in members.values_mut() {
            without_absent_value(value);
        }
    }
}

fn without_absent_value(value: &mut Json) {
    if let Some(map) = value.get_mut("M") {
        // The content of a variant is not a field.
        without_absent(map, &["Maybe"]);
    }
    if let Some(Json::Array(list)) = value.get_mut("L") {
        list.iter_mut().for_each(without_absent_value);
    }
}

/// Any value, as a self-describing format sees it.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Tree>),
    Map(BTreeMap<String, Tree>),
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => s.serialize_unit(),
            Self::Bool(v) => s.serialize_bool(*v),
            Self::Signed(v) => s.serialize_i64(*v),
            Self::Unsigned(v) => s.serialize_u64(*v),
            Self::Float(v) => s.serialize_f64(*v),
            Self::Text(v) => s.serialize_str(v),
            Self::Bytes(v) => s.serialize_bytes(v),
            Self::List(v) => v.serialize(s),
            Self::Map(v) => {
                let mut map = s.serialize_map(None)?;
                for (key, value) in v {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Tree, E> {
        Ok(Tree::Signed(v))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Tree, E> {
        Ok(Tree::Unsigned(v))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Tree, E> {
        Ok(Tree::Float(v))
    }

    fn visit_str<E>(self, v: &str) -> Result<Tree, E> {
        Ok(Tree::Text(v.to_owned()))
    }

    fn visit_bytes<E>(self, v: &[u8]) -> Result<Tree, E> {
        Ok(Tree::Bytes(v.to_vec()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = access.next_entry()? {
            map.insert(key, value);
        }
        Ok(Tree::Map(map))
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        Just(Tree::Null),
        any::<bool>().prop_map(Tree::Bool),
        any::<i64>().prop_map(Tree::Signed),
        any::<u64>().prop_map(Tree::Unsigned),
        float().prop_map(Tree::Float),
        any::<String>().prop_map(Tree::Text),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(Tree::Bytes),
    ];
    leaf.prop_recursive(5, 24, 4, |element| {
        prop_oneof![
            prop::collection::vec(element.clone(), 0..4).prop_map(Tree::List),
            prop::collection::btree_map(any::<String>(), element, 0..4).prop_map(Tree::Map),
        ]
    })
}

fn trees() -> impl Strategy<Value = BTreeMap<String, Tree>> {
    prop::collection::btree_map(any::<String>(), tree(), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_rich_struct_agrees(value in rich()) {
        let ours = encode(&value).unwrap();
        let mut theirs = reference(&value);
        without_absent(&mut theirs, &["nothing", "marker"]);
        prop_assert_eq!(json(&ours), theirs);
        prop_assert_eq!(&decode::<Rich>(&ours).unwrap(), &value);
        prop_assert_eq!(&reference_decode::<Rich>(&ours).unwrap(), &value);
        // What is written with every `None` spelled out reads the same.
        let spelled = reference(&value).to_string();
        prop_assert_eq!(&decode::<Rich>(&spelled).unwrap(), &value);
    }

    #[test]
    fn any_value_agrees(value in trees()) {
        let ours = encode(&value).unwrap();
        prop_assert_eq!(json(&ours), reference(&value));
        let read: BTreeMap<String, Tree> = decode(&ours).unwrap();
        prop_assert_eq!(&read, &reference_decode::<BTreeMap<String, Tree>>(&ours).unwrap());
        prop_assert_eq!(encode(&read).unwrap(), ours);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn white_space_does_not_matter(value in rich()) {
        let pretty = serde_json::to_string_pretty(&json(&encode(&value).unwrap())).unwrap();
        prop_assert_eq!(decode::<Rich>(&pretty).unwrap(), value);
    }

    #[test]
    fn the_sdk_types_hold_the_same(value in rich()) {
        let ours = encode(&value).unwrap();
        let theirs: std::collections::HashMap<_, _> =
            serde_dynamo::aws_sdk_dynamodb_1::to_item(&value).unwrap();
        let mut text = String::new();
        from_attribute_values(&theirs, &mut text);
        prop_assert_eq!(&json(&text), &reference(&value));

        let map = to_attribute_values(RawItem::new(&ours)).unwrap();
        let mut back = String::new();
        from_attribute_values(&map, &mut back);
        prop_assert_eq!(json(&back), json(&ours));
        prop_assert_eq!(serde_dynamo::aws_sdk_dynamodb_1::from_item::<Rich>(map).unwrap(), value);
    }
}
