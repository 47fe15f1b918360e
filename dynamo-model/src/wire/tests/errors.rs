//! Errors name the path and the types, and never a value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::{DecodeError, ItemWriter, RawItem, Scalar};
use super::{decode, encode};

#[derive(Serialize, Deserialize, Debug)]
struct Order {
    id: String,
    lines: Vec<Line>,
    #[serde(default)]
    state: Option<State>,
}

#[derive(Serialize, Deserialize, Debug)]
struct Line {
    qty: u8,
}

#[derive(Serialize, Deserialize, Debug)]
enum State {
    Paid,
    Held { days: u8 },
}

fn error(item: &str) -> DecodeError {
    decode::<Order>(item).unwrap_err()
}

#[test]
fn decoding_names_path_expectation_and_tag() {
    let e = error(
        r#"{"id":{"S":"x"},"lines":{"L":[{"M":{"qty":{"N":"1"}}},{"M":{"qty":{"S":"secret"}}}]}}"#,
    );
    assert_eq!(e.path(), "lines[1].qty");
    assert_eq!(
        (e.expected(), e.found()),
        (Some("an unsigned integer of 8 bits (N)"), Some("S"))
    );
    let e = e.with_entity("Order").with_key_names(["PK", "SK"]);
    assert_eq!(
        e.to_string(),
        "cannot read `lines[1].qty` of Order (key attributes PK, SK): expected an unsigned integer of 8 bits (N), found S"
    );
    assert!(!format!("{e:?}").contains("secret"));

    let e = error(r#"{"id":{"S":"x"},"lines":{"L":[{"M":{"qty":{"N":"98765"}}}]}}"#);
    assert_eq!(e.path(), "lines[0].qty");
    assert!(!e.to_string().contains("98765"));

    let e = error(r#"{"lines":{"L":[]}}"#);
    assert_eq!(
        e.to_string(),
        "cannot read the item: attribute `id` is missing"
    );
    let e = error(r#"{"id":{"S":"x"},"lines":{"L":[{"M":{}}]}}"#);
    assert_eq!(e.path(), "lines[0]");

    let e = error(r#"{"id":{"S":"x"},"lines":{"L":[]},"state":{"S":"secret"}}"#);
    assert_eq!(
        e.to_string(),
        "cannot read `state`: unknown variant, expected one of `Paid`, `Held`"
    );
    let e = error(
        r#"{"id":{"S":"x"},"lines":{"L":[]},"state":{"M":{"Held":{"M":{"days":{"NULL":true}}}}}}"#,
    );
    assert_eq!(e.path(), "state.Held.days");
    assert_eq!(e.found(), Some("NULL"));
    assert_eq!(
        error(r#"{"id":{"X":"x"}}"#).found(),
        Some("an unknown type tag")
    );
}

#[test]
fn messages_of_user_types_are_only_given_on_request() {
    #[derive(Debug)]
    struct Picky;
    impl<'de> Deserialize<'de> for Picky {
        fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
            let text = String::deserialize(d)?;
            Err(serde::de::Error::custom(format!("bad value {text}")))
        }
    }
    impl Serialize for Picky {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("secret"))
        }
    }
    let e = decode::<BTreeMap<String, Picky>>(r#"{"p":{"S":"secret"}}"#).unwrap_err();
    assert!(!format!("{e} {e:?}").contains("secret"));
    assert_eq!(
        (e.path().as_str(), e.detail()),
        ("p", Some("bad value secret"))
    );

    let e = encode(&BTreeMap::from([("p", [Picky])]))
        .unwrap_err()
        .with_entity("Thing");
    assert_eq!(e.path(), "p[0]");
    assert!(!format!("{e} {e:?}").contains("secret"));
    assert_eq!(e.detail(), Some("secret"));
    assert!(e.to_string().contains("of Thing"));
}

#[test]
fn encoding_names_the_path() {
    #[derive(Serialize)]
    enum Shape {
        Named { x: f64 },
        Pair(f64, f64),
        New(f64),
    }
    let path = |shape: Shape| {
        encode(&BTreeMap::from([("s", vec![shape])]))
            .unwrap_err()
            .path()
    };
    assert_eq!(path(Shape::Named { x: f64::NAN }), "s[0].Named.x");
    assert_eq!(path(Shape::Pair(0.0, f64::NAN)), "s[0].Pair[1]");
    assert_eq!(path(Shape::New(f64::NAN)), "s[0].New");
    assert!(
        encode(&5)
            .unwrap_err()
            .to_string()
            .contains("must be a struct")
    );
    assert!(encode(&BTreeMap::from([(Some(1), 1)])).is_err());
    let bad_set = BTreeMap::from([("s", serde_dynamo::number_set::NumberSet(vec!["a"]))]);
    assert_eq!(encode(&bad_set).unwrap_err().path(), "s[0]");
    let not_seq = BTreeMap::from([("s", serde_dynamo::number_set::NumberSet(1))]);
    assert!(
        encode(&not_seq)
            .unwrap_err()
            .to_string()
            .contains("sequence")
    );
    let mut out = String::new();
    let mut writer = ItemWriter::new(&mut out);
    assert_eq!(writer.attribute("f", &f64::NAN).unwrap_err().path(), "f");
}

#[test]
fn scalars_are_found_by_name() {
    let item = RawItem::new(r#"{"a":{"S":"x\n"},"b":{"N":"1"},"c":{"B":"AQ=="},"d":{"SS":["x"]}}"#);
    assert!(matches!(item.scalar("a"), Ok(Some(Scalar::S(s))) if s == "x\n"));
    assert!(matches!(item.scalar("b"), Ok(Some(Scalar::N(n))) if n == "1"));
    assert!(matches!(item.scalar("c"), Ok(Some(Scalar::B(b))) if b == [1]));
    assert!(matches!(item.scalar("d"), Ok(Some(Scalar::Other))));
    assert!(matches!(item.scalar("e"), Ok(None)));
    assert_eq!(item.names().unwrap(), ["a", "b", "c", "d"]);
    assert!(RawItem::new("[]").names().is_err());
}
