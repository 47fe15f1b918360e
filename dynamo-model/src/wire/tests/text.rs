//! JSON strings and base64.

use super::super::write_json_str;
use proptest::prelude::*;

use super::super::cursor::Cursor;
use super::super::{base64, json};
use super::decode;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn strings_survive_and_agree_with_json(parts in prop::collection::vec(prop_oneof![
        any::<String>(), Just("\"".to_owned()), Just("\\".to_owned()), Just("\u{1f}\u{7f}".to_owned()),
        Just("plain text of some length".to_owned()),
    ], 0..6)) {
        let text = parts.concat();
        let mut ours = String::new();
        json::write_json_str(&mut ours, &text);
        prop_assert_eq!(&serde_json::from_str::<String>(&ours).unwrap(), &text);
        prop_assert_eq!(Cursor::new(&ours).quoted().unwrap(), text.as_str());
        let theirs = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(Cursor::new(&theirs).quoted().unwrap(), text.as_str());
    }

    #[test]
    fn base64_agrees_with_the_sdk(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut ours = String::new();
        base64::push(&mut ours, &bytes);
        prop_assert_eq!(&ours, &aws_smithy_types::base64::encode(&bytes));
        prop_assert_eq!(base64::decode(&ours), Some(bytes));
    }
}

#[test]
fn the_first_special_byte_is_found_at_every_offset() {
    for special in [b'"', b'\\', 0, 0x1f] {
        for at in 0..40 {
            let mut bytes = vec![0xc3; 40];
            bytes[at] = special;
            bytes[at + 1..].fill(special.wrapping_add(1));
            for from in 0..=at {
                assert_eq!(json::find_special(&bytes, from), at);
            }
        }
    }
}

#[test]
fn escapes_are_read_strictly() {
    let read = |text: &str| Cursor::new(text).quoted().map(std::borrow::Cow::into_owned);
    assert_eq!(
        read(r#""\u0041\ud83d\ude00\/\b\f""#).unwrap(),
        "A😀/\u{8}\u{c}"
    );
    for bad in [
        r#""\ud83d""#,
        r#""\ud83dx""#,
        r#""\ude00""#,
        r#""\u12""#,
        r#""\u+123""#,
        r#""\x""#,
        "\"\n\"",
        "\"",
        "\"\\\"",
        "\"\\",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[test]
fn nested_types_may_borrow() {
    #[derive(serde::Deserialize)]
    struct Helper<'a> {
        name: &'a str,
    }
    #[derive(Debug, PartialEq)]
    struct Upper(String);
    impl<'de> serde::Deserialize<'de> for Upper {
        fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
            Helper::deserialize(d).map(|helper| Upper(helper.name.to_uppercase()))
        }
    }
    let read: Vec<Upper> = decode::<std::collections::BTreeMap<String, Vec<Upper>>>(
        r#"{"l":{"L":[{"M":{"name":{"S":"a"}}}]}}"#,
    )
    .unwrap()
    .remove("l")
    .unwrap();
    assert_eq!(read, [Upper("A".to_owned())]);
}

#[test]
fn a_special_character_is_escaped_wherever_it_stands() {
    for len in 0..40 {
        let plain = "ä".repeat(len / 2) + &"z".repeat(len % 2);
        for (at, _) in plain.char_indices().chain([(plain.len(), ' ')]) {
            for special in ["", "\"", "\\", "\n", "\u{1f}", "\u{7f}", "!", " "] {
                let text = format!("{}{special}{}", &plain[..at], &plain[at..]);
                let mut written = String::new();
                write_json_str(&mut written, &text);
                let read: String = serde_json::from_str(&written).unwrap();
                assert_eq!(read, text);
            }
        }
    }
}
