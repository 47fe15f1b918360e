//! The outside of responses.

use super::super::{DecodeError, read_envelope};

#[test]
fn members_are_found_and_others_skipped() {
    let body = r#"{ "Count":2,"Unknown":{"x":[1,{"y":"}"}],"z":null,"f":-1.5e3},"Items":[{"a":{"S":"}{"}},{}],
        "ScannedCount":5 ,"LastEvaluatedKey":{"PK":{"S":"k"}},"Item":null,
        "ConsumedCapacity":{"TableName":"shop","CapacityUnits":2.5,"ReadCapacityUnits":2,"Table":{"CapacityUnits":1},
        "GlobalSecondaryIndexes":{"GSI1":{"CapacityUnits":1.5}},"VectorIndexes":{}}}"#;
    let envelope = read_envelope(body).unwrap();
    assert!(envelope.item.is_none() && envelope.attributes.is_none());
    assert_eq!(items(body).unwrap(), [r#"{"a":{"S":"}{"}}"#, "{}"]);
    assert_eq!((envelope.count, envelope.scanned_count), (2, 5));
    assert_eq!(
        envelope.last_evaluated_key.unwrap().as_str(),
        r#"{"PK":{"S":"k"}}"#
    );
    let mut consumed = envelope.consumed_capacity.unwrap();
    consumed.add(&consumed.clone());
    assert_eq!(consumed.capacity_units, 5.0);
    assert_eq!(consumed.read_capacity_units, Some(4.0));
    assert_eq!(consumed.write_capacity_units, None);
    assert_eq!(consumed.table.unwrap().capacity_units, 2.0);
    assert_eq!(
        consumed.global_secondary_indexes["GSI1"].capacity_units,
        3.0
    );
}

#[test]
fn an_empty_answer_is_empty() {
    let envelope = read_envelope("{}").unwrap();
    assert!(envelope.items.is_done() && envelope.last_evaluated_key.is_none());
    assert!(
        read_envelope(r#"{"LastEvaluatedKey":{}}"#)
            .unwrap()
            .last_evaluated_key
            .is_none()
    );
    for body in [
        "",
        "[]",
        "{",
        "null",
        r#"{"Item":[]}"#,
        r#"{"Count":"x"}"#,
        "{} x",
        r#"{"Items":1}"#,
        r#"{"Items":[{}}"#,
        r#"{"Items":[{}],"Count":1"#,
    ] {
        assert!(read_envelope(body).is_err(), "{body}");
    }
}

fn items(body: &str) -> Result<Vec<&str>, DecodeError> {
    let mut walk = read_envelope(body)?.items;
    let mut items = Vec::new();
    while let Some(item) = walk.next(body)? {
        items.push(item.as_str());
    }
    Ok(items)
}

#[test]
fn items_are_walked_whatever_stands_behind_them() {
    let behind = [
        "",
        r#","Count":2"#,
        r#" , "Count" : 2"#,
        r#","ScannedCount":2,"LastEvaluatedKey":{"PK":{"S":"],\"Count\":"}}"#,
        r#","LastEvaluatedKey":{"a],":{"S":"],"}}"#,
        r#","LastEvaluatedKey":{"PK":{"L":[]}},"Unknown":[[],{}]"#,
        r#","Unknown":[1,[2]],"Count":2"#,
        r#","Unknown":{"a":[]},"Other":["],"],"Count":2"#,
        r#","Unknown":[]"#,
    ];
    for behind in behind {
        for written in [
            r#"{"a":{"L":[{"S":"],"}]}},{}"#,
            r#" {"a":{"L":[{"S":"],"}]}} , {} "#,
        ] {
            let body = format!(r#"{{"Items":[{written}]{behind}}}"#);
            assert_eq!(
                items(&body).unwrap(),
                [r#"{"a":{"L":[{"S":"],"}]}}"#, "{}"],
                "{body}"
            );
        }
        for none in ["", " "] {
            let body = format!(r#"{{"Items":[{none}]{behind}}}"#);
            assert_eq!(items(&body).unwrap(), [""; 0], "{body}");
        }
    }
}

#[test]
fn what_is_no_list_of_items_is_refused() {
    for body in [
        r#"{"Items":[1],"Count":1}"#,
        r#"{"Items":[{},],"Count":1}"#,
        r#"{"Items":[{} {}],"Count":1}"#,
        r#"{"Items":[{}]],"Count":1}"#,
        r#"{"Items":[{},"Count":1],"Count":1}"#,
        r#"{"Items":[{}],"Count":1,"Items":[}"#,
        r#"{"Items":[{}],"Unknown":[1,2}],"Count":1}"#,
        r#"{"Items":[{}],"Count":[1],"Count":1}"#,
    ] {
        assert!(items(body).is_err(), "{body}");
    }
}
