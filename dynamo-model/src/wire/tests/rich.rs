//! A struct with one of everything, and random instances of it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::types::Binary;

#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    First,
    SecondKind,
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
pub(super) enum External {
    Unit,
    New(u32),
    Maybe(Option<u8>),
    Pair(i16, String),
    Named { a: u8, b: Option<String> },
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
#[serde(tag = "type")]
pub(super) enum Internal {
    Unit,
    Named { a: i64, f: f64, deep: Vec<Internal> },
    Wrapped(Inner),
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
#[serde(tag = "t", content = "c")]
pub(super) enum Adjacent {
    Unit,
    New(String),
    Pair(u8, bool),
    Named { a: char },
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
#[serde(untagged)]
pub(super) enum Untagged {
    Number(i64),
    Text(String),
    Named { inner: Inner },
    List(Vec<bool>),
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone, Default)]
pub(super) struct Inner {
    pub(super) qty: u32,
    #[serde(rename = "Étage", default, skip_serializing_if = "Option::is_none")]
    pub(super) floor: Option<i8>,
    pub(super) note: Option<String>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
pub(super) struct Meters(pub(super) f64);

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
pub(super) struct Pair(pub(super) u16, pub(super) f32);

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
pub(super) struct Marker;

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
pub(super) struct Scalars {
    pub(super) text: String,
    pub(super) letter: char,
    pub(super) flag: bool,
    pub(super) i8: i8,
    pub(super) i16: i16,
    pub(super) u32: u32,
    pub(super) u64: u64,
    pub(super) i64: i64,
    pub(super) maybe: Option<String>,
    pub(super) nothing: (),
    pub(super) marker: Marker,
    pub(super) meters: Meters,
    pub(super) pair: Pair,
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
pub(super) struct Rich {
    #[serde(flatten)]
    pub(super) scalars: Scalars,
    pub(super) kind: Kind,
    pub(super) external: Vec<External>,
    pub(super) internal: Internal,
    pub(super) adjacent: Vec<Adjacent>,
    pub(super) untagged: Vec<Untagged>,
    pub(super) lines: Vec<Inner>,
    pub(super) holes: Vec<Option<u32>>,
    pub(super) tuple: (u8, String, Option<bool>),
    pub(super) maps: Maps,
    pub(super) sets: Sets,
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
pub(super) struct Maps {
    pub(super) by_name: BTreeMap<String, i32>,
    pub(super) by_number: BTreeMap<i32, bool>,
    pub(super) by_kind: BTreeMap<Kind, Inner>,
    pub(super) by_letter: BTreeMap<char, BTreeMap<bool, u8>>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
pub(super) struct Sets {
    pub(super) blob: Binary,
    #[serde(with = "crate::types::string_set", default)]
    pub(super) strings: BTreeSet<String>,
    #[serde(with = "serde_dynamo::number_set", default)]
    pub(super) numbers: BTreeSet<i64>,
    #[serde(with = "crate::types::binary_set", default)]
    pub(super) binaries: BTreeSet<Binary>,
}

pub(super) fn float() -> impl Strategy<Value = f64> {
    (any::<i64>(), -100..100_i32).prop_map(|(m, e)| m as f64 * 10_f64.powi(e))
}

fn few<T: std::fmt::Debug>(element: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(element, 0..4)
}

fn bytes() -> impl Strategy<Value = Binary> {
    prop::collection::vec(any::<u8>(), 0..12).prop_map(Binary)
}

fn inner() -> impl Strategy<Value = Inner> {
    (any::<u32>(), any::<Option<i8>>(), any::<Option<String>>())
        .prop_map(|(qty, floor, note)| Inner { qty, floor, note })
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::First), Just(Kind::SecondKind)]
}

fn external() -> impl Strategy<Value = External> {
    prop_oneof![
        Just(External::Unit),
        any::<u32>().prop_map(External::New),
        any::<Option<u8>>().prop_map(External::Maybe),
        any::<(i16, String)>().prop_map(|(a, b)| External::Pair(a, b)),
        any::<(u8, Option<String>)>().prop_map(|(a, b)| External::Named { a, b }),
    ]
}

fn internal() -> impl Strategy<Value = Internal> {
    let leaf = prop_oneof![
        Just(Internal::Unit),
        inner().prop_map(Internal::Wrapped),
        (any::<i64>(), float()).prop_map(|(a, f)| Internal::Named { a, f, deep: vec![] }),
    ];
    leaf.prop_recursive(3, 8, 3, |element| {
        (any::<i64>(), float(), few(element)).prop_map(|(a, f, deep)| Internal::Named {
            a,
            f,
            deep,
        })
    })
}

fn adjacent() -> impl Strategy<Value = Adjacent> {
    prop_oneof![
        Just(Adjacent::Unit),
        any::<String>().prop_map(Adjacent::New),
        any::<(u8, bool)>().prop_map(|(a, b)| Adjacent::Pair(a, b)),
        any::<char>().prop_map(|a| Adjacent::Named { a }),
    ]
}

fn untagged() -> impl Strategy<Value = Untagged> {
    prop_oneof![
        any::<i64>().prop_map(Untagged::Number),
        any::<String>().prop_map(Untagged::Text),
        inner().prop_map(|inner| Untagged::Named { inner }),
        few(any::<bool>()).prop_map(Untagged::List),
    ]
}

fn scalars() -> impl Strategy<Value = Scalars> {
    let numbers = any::<(i8, i16, u32, u64, i64)>();
    let pair = (any::<u16>(), -1e9_f32..1e9).prop_map(|(a, b)| Pair(a, b));
    (
        any::<String>(),
        any::<char>(),
        any::<bool>(),
        numbers,
        any::<Option<String>>(),
        float(),
        pair,
    )
        .prop_map(
            |(text, letter, flag, (i8, i16, u32, u64, i64), maybe, meters, pair)| Scalars {
                text,
                letter,
                flag,
                i8,
                i16,
                u32,
                u64,
                i64,
                maybe,
                nothing: (),
                marker: Marker,
                meters: Meters(meters),
                pair,
            },
        )
}

fn maps() -> impl Strategy<Value = Maps> {
    let letters = few((any::<char>(), few(any::<(bool, u8)>())));
    (
        few(any::<(String, i32)>()),
        few(any::<(i32, bool)>()),
        few((kind(), inner())),
        letters,
    )
        .prop_map(|(by_name, by_number, by_kind, by_letter)| Maps {
            by_name: by_name.into_iter().collect(),
            by_number: by_number.into_iter().collect(),
            by_kind: by_kind.into_iter().collect(),
            by_letter: by_letter
                .into_iter()
                .map(|(k, v)| (k, v.into_iter().collect()))
                .collect(),
        })
}

fn sets() -> impl Strategy<Value = Sets> {
    (
        bytes(),
        few(any::<String>()),
        few(any::<i64>()),
        few(bytes()),
    )
        .prop_map(|(blob, strings, numbers, binaries)| Sets {
            blob,
            strings: strings.into_iter().collect(),
            numbers: numbers.into_iter().collect(),
            binaries: binaries.into_iter().collect(),
        })
}

pub(super) fn rich() -> impl Strategy<Value = Rich> {
    let enums = (
        kind(),
        few(external()),
        internal(),
        few(adjacent()),
        few(untagged()),
    );
    let lists = (
        few(inner()),
        few(any::<Option<u32>>()),
        any::<(u8, String, Option<bool>)>(),
    );
    (scalars(), enums, lists, maps(), sets()).prop_map(
        |(
            scalars,
            (kind, external, internal, adjacent, untagged),
            (lines, holes, tuple),
            maps,
            sets,
        )| {
            Rich {
                scalars,
                kind,
                external,
                internal,
                adjacent,
                untagged,
                lines,
                holes,
                tuple,
                maps,
                sets,
            }
        },
    )
}
