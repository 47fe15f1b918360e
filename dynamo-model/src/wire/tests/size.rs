//! Item sizes by DynamoDB's rules.

use proptest::prelude::*;

use super::super::number::Decimal;
use super::super::raw::measure;
use super::super::{ItemWriter, Members};
use super::rich::rich;
use super::{encode, encode_sized};
use crate::types::Attributes;

#[test]
fn numbers_have_the_measured_sizes() {
    for (text, size) in [
        ("0", 1),
        ("-0", 1),
        ("1", 2),
        ("12", 2),
        ("0042", 2),
        ("100", 2),
        ("123", 3),
        ("1010", 3),
        ("-42", 3),
        ("99999999999999999999999999999999999999", 20),
        ("1.5", 3),
        ("0.15", 2),
        ("1.234", 4),
        ("100.5", 4),
        ("3.14159", 5),
        ("1E125", 2),
        ("150", 2),
        ("0.0000015", 2),
    ] {
        assert_eq!(Decimal::parse(text).unwrap().size(), size, "{text}");
        assert_eq!(super::super::number::size(text), size, "{text}");
    }
}

#[test]
fn the_worked_example() {
    let item = r##"{"PK":{"S":"USER#1"},"SK":{"S":"#METADATA#"},"age":{"N":"42"},"tags":{"SS":["a","bb"]},"prefs":{"M":{"dark":{"BOOL":true}}},"list":{"L":[{"N":"1"},{"NULL":true}]}}"##;
    let attributes: Attributes = super::decode(item).unwrap();
    let (text, size) = encode_sized(&attributes).unwrap();
    assert_eq!(size, 58);
    assert_eq!(super::json(&text), super::json(item));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn writing_counts_what_measuring_counts(value in rich()) {
        let (item, size) = encode_sized(&value).unwrap();
        let mut members = Members::new(&item).unwrap();
        let mut measured = 0;
        while let Some((name, value)) = members.next().unwrap() {
            measured += name.len() + measure(value).unwrap().0;
        }
        prop_assert_eq!(size, measured);
    }
}

#[test]
fn what_is_taken_back_does_not_count() {
    let mut out = String::new();
    let mut writer = ItemWriter::new(&mut out);
    writer.attribute("gone", &None::<u8>).unwrap();
    assert_eq!(writer.finish(), 0);
    assert_eq!(out, "{}");
    assert_eq!(
        encode(&std::collections::BTreeMap::from([("a", None::<u8>)])).unwrap(),
        "{}"
    );
}
