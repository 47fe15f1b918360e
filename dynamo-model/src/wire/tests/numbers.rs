//! Numbers: exact text, ranges, integral forms.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::{decode, encode};
use crate::types::{Number, NumberError};

fn one<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    let item = format!(r#"{{"n":{{"N":"{text}"}}}}"#);
    decode::<BTreeMap<String, T>>(&item).ok()?.remove("n")
}

fn write<T: Serialize>(value: T) -> Result<String, String> {
    encode(&BTreeMap::from([("n", value)])).map_err(|error| error.to_string())
}

#[test]
fn integers_read_from_any_integral_text() {
    for text in [
        "100",
        "1E2",
        "1e+2",
        "100.0",
        "0.1e3",
        "0000000000000000000000000000100",
    ] {
        assert_eq!(one::<u8>(text), Some(100), "{text}");
        assert_eq!(one::<i64>(text), Some(100), "{text}");
        assert_eq!(one::<u128>(text), Some(100), "{text}");
        assert_eq!(one::<f64>(text), Some(100.0), "{text}");
    }
    assert_eq!(one::<u64>("18446744073709551615"), Some(u64::MAX));
    assert_eq!(one::<u64>("18446744073709551616"), None);
    assert_eq!(one::<i64>("-9223372036854775808"), Some(i64::MIN));
    assert_eq!(one::<i64>("-9223372036854775809"), None);
    assert_eq!(
        one::<i128>("-170141183460469231731687303715884105728"),
        Some(i128::MIN)
    );
    assert_eq!(one::<u8>("256"), None);
    assert_eq!(one::<u8>("-1"), None);
    assert_eq!(one::<u8>("-0"), Some(0));
    assert_eq!(one::<u8>("1.5"), None);
    for text in [
        "",
        "-",
        "+",
        ".",
        "1e",
        "e1",
        "1.2.3",
        "0x1",
        "١",
        "1e99999999999",
        "1_0",
    ] {
        assert_eq!(one::<u64>(text), None, "{text}");
        assert_eq!(one::<Number>(text), None, "{text}");
    }
    for text in ["nan", "inf", "-infinity", "1e400", ""] {
        assert_eq!(one::<f64>(text), None, "{text}");
    }
}

#[test]
fn limits_are_kept_when_writing() {
    assert!(write(f64::NAN).unwrap_err().contains("`n`"));
    assert!(write(f64::INFINITY).is_err());
    assert!(write(1e126).is_err());
    assert!(write(9e-131).is_err());
    assert!(write(-1e-130).is_ok());
    assert!(write(9.999e125).is_ok());
    assert!(write(-0.0).is_ok());
    assert!(write(f32::MIN_POSITIVE).is_ok());
    assert!(write(f32::NAN).is_err());
    assert!(
        write(u128::MAX)
            .unwrap_err()
            .contains("38 significant digits")
    );
    assert!(write(10_u128.pow(38)).is_ok());
    assert!(write(-(10_i128.pow(38) - 1)).is_ok());
}

#[test]
fn thirty_eight_digits_survive() {
    let digits = "1234567890123456789.0123456789012345678";
    let number: Number = digits.parse().unwrap();
    let item = write(number.clone()).unwrap();
    assert_eq!(item, format!(r#"{{"n":{{"N":"{digits}"}}}}"#));
    assert_eq!(one::<Number>(digits), Some(number));
    let numbers = serde_dynamo::number_set::NumberSet(vec![digits.parse::<Number>().unwrap()]);
    assert_eq!(
        write(numbers).unwrap(),
        format!(r#"{{"n":{{"NS":["{digits}"]}}}}"#)
    );
    assert!(matches!(
        "123456789012345678901234567890123456789".parse::<Number>(),
        Err(NumberError::Limit(_))
    ));
    assert!("1E126".parse::<Number>().is_err());
    assert!("1E-131".parse::<Number>().is_err());
    assert!("1E125".parse::<Number>().is_ok());
    assert_eq!("1E-130".parse::<Number>().unwrap().as_str().len(), 132);
}

#[test]
fn other_formats_see_a_string() {
    let number: Number = "1.50".parse().unwrap();
    assert_eq!(serde_json::to_string(&number).unwrap(), r#""1.5""#);
    assert_eq!(serde_json::from_str::<Number>(r#""1.5""#).unwrap(), number);
    assert_eq!(serde_json::from_str::<Number>("1.5").unwrap(), number);
    assert_eq!(
        serde_json::from_str::<Number>("-7").unwrap(),
        Number::from(-7)
    );
}

/// A number in an internally tagged enum goes through serde's buffer.
#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(tag = "kind")]
enum Tagged {
    Price {
        exact: Number,
        float: f64,
        list: Vec<Number>,
    },
}

#[test]
fn exact_numbers_survive_the_buffer() {
    let value = Tagged::Price {
        exact: "0.12345678901234567890123456789".parse().unwrap(),
        float: 0.1,
        list: vec![Number::from(1), "98765432109876543210.5".parse().unwrap()],
    };
    let item = encode(&value).unwrap();
    assert_eq!(decode::<Tagged>(&item).unwrap(), value);
}

fn number_text() -> impl Strategy<Value = String> {
    let digits = |max| prop::collection::vec(0..10_u8, 1..max);
    (any::<bool>(), digits(20), digits(19), -100..100_i32).prop_map(|(negative, a, b, exponent)| {
        let text = |digits: &[u8]| {
            digits
                .iter()
                .map(|d| char::from(b'0' + d))
                .collect::<String>()
        };
        format!(
            "{}{}.{}e{exponent}",
            if negative { "-" } else { "" },
            text(&a),
            text(&b)
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn canonical_text_is_the_same_number(text in number_text(), other in number_text()) {
        let number: Number = text.parse().unwrap();
        prop_assert_eq!(number.as_str().parse::<f64>().unwrap(), text.parse::<f64>().unwrap());
        prop_assert_eq!(&number.as_str().parse::<Number>().unwrap(), &number);
        prop_assert_eq!(one::<Number>(&text), Some(number.clone()));
        let other: Number = other.parse().unwrap();
        let floats = (number.as_str().parse::<f64>().unwrap(), other.as_str().parse::<f64>().unwrap());
        if floats.0 != floats.1 {
            prop_assert_eq!(Some(number.cmp(&other)), floats.0.partial_cmp(&floats.1));
        }
    }

    #[test]
    fn integers_survive(u in any::<u64>(), i in any::<i64>(), w in any::<i64>(), v in any::<i32>()) {
        let wide = i128::from(w) * i128::from(v);
        prop_assert_eq!(one::<u64>(&u.to_string()), Some(u));
        prop_assert_eq!(one::<i64>(&i.to_string()), Some(i));
        prop_assert_eq!(one::<i128>(&wide.to_string()), Some(wide));
        let round = u / 10_u64.pow(v.unsigned_abs() % 20) * 10_u64.pow(v.unsigned_abs() % 20);
        for text in [u.to_string(), round.to_string(), i.to_string(), v.to_string()] {
            let mut out = String::new();
            let digits = text.trim_start_matches('-');
            let size = super::super::number::push_integer(&mut out, digits.parse().unwrap());
            prop_assert_eq!(&out, digits);
            prop_assert_eq!(size, super::super::number::Decimal::parse(digits).unwrap().size());
        }
        prop_assert_eq!(write(i).unwrap(), format!(r#"{{"n":{{"N":"{i}"}}}}"#));
        prop_assert_eq!(Number::from(i).cmp(&Number::from(w)), i.cmp(&w));
    }
}
