//! The answers of both batch operations.

use crate::wire::{ConsumedCapacity, Cursor, DecodeError, RawItem, read_capacity};

/// What an answer says, of all tables together: a batch is of one table, whatever name the answer gives it.
#[derive(Default)]
pub(super) struct Answer<'a> {
    /// The items of `Responses`.
    pub(super) items: Vec<RawItem<'a>>,
    /// What was left: the keys of `UnprocessedKeys`, the items to put and the keys to delete of `UnprocessedItems`.
    pub(super) left: Vec<RawItem<'a>>,
    pub(super) consumed: Vec<ConsumedCapacity>,
}

impl<'a> Answer<'a> {
    pub(super) fn read(body: &'a str) -> Result<Self, DecodeError> {
        let mut answer = Self::default();
        let (items, left, consumed) = (&mut answer.items, &mut answer.left, &mut answer.consumed);
        let mut cursor = Cursor::new(body);
        cursor.members(&mut |name, cursor| match name {
            "Responses" => cursor.members(&mut |_, cursor| list(cursor, items)),
            "UnprocessedKeys" => cursor.members(&mut |_, table| {
                table.members(&mut |name, cursor| match name {
                    "Keys" => list(cursor, left),
                    _ => cursor.skip(),
                })
            }),
            "UnprocessedItems" => cursor.members(&mut |_, cursor| {
                cursor.elements(&mut |entry| {
                    let before = left.len();
                    // `PutRequest` holds an `Item`, `DeleteRequest` a `Key`.
                    entry.members(&mut |_, request| {
                        request.members(&mut |_, cursor| {
                            left.push(RawItem::new(cursor.object()?));
                            Ok(())
                        })
                    })?;
                    if left.len() == before + 1 {
                        Ok(())
                    } else {
                        Err(DecodeError::malformed(
                            "an unprocessed entry in the response is neither one put nor one delete",
                        ))
                    }
                })
            }),
            "ConsumedCapacity" => cursor.elements(&mut |cursor| {
                consumed.push(read_capacity(cursor.value()?)?);
                Ok(())
            }),
            _ => cursor.skip(),
        })?;
        cursor.end()?;
        Ok(answer)
    }
}

/// The items, or keys, of an array.
fn list<'a>(cursor: &mut Cursor<'a>, items: &mut Vec<RawItem<'a>>) -> Result<(), DecodeError> {
    cursor.elements(&mut |cursor| {
        items.push(RawItem::new(cursor.object()?));
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn both_operations_are_read_under_any_table_name() {
        let body = r#"{"Responses":{"arn:aws:x":[{"PK":{"S":"a"}},{"PK":{"S":"b"}}]},
            "UnprocessedKeys":{"shop":{"Keys":[{"PK":{"S":"c"}}],"ConsistentRead":true}},"New":[1],
            "UnprocessedItems":{"shop":[{"PutRequest":{"Item":{"PK":{"S":"d"}}},"DeleteRequest":null},
            {"DeleteRequest":{"Key":{"PK":{"S":"e"}}}}]},
            "ConsumedCapacity":[{"CapacityUnits":1},{"CapacityUnits":2}]}"#;
        let answer = Answer::read(body).unwrap();
        let items: Vec<_> = answer.items.iter().map(|item| item.as_str()).collect();
        assert_eq!(items, [r#"{"PK":{"S":"a"}}"#, r#"{"PK":{"S":"b"}}"#]);
        assert_eq!(answer.left.len(), 3);
        assert_eq!(answer.left[2].as_str(), r#"{"PK":{"S":"e"}}"#);
        assert_eq!(answer.consumed.len(), 2);
    }

    #[test]
    fn nothing_is_nothing_and_damage_is_an_error() {
        let nothing = r#"{"UnprocessedItems":{},"Responses":null,"ConsumedCapacity":null}"#;
        let answer = Answer::read(nothing).unwrap();
        assert!(answer.items.is_empty() && answer.left.is_empty());
        for damaged in [
            r#"{"UnprocessedItems":{"shop":[{}]}}"#,
            r#"{"UnprocessedItems":{"shop":[{"PutRequest":{"Item":{}},"DeleteRequest":{"Key":{}}}]}}"#,
            r#"{"UnprocessedItems":{"shop":{}}}"#,
            r#"{"UnprocessedItems":[]}"#,
            r#"{"UnprocessedKeys":{"shop":{"Keys":[1]}}}"#,
            r#"{"Responses":{"shop":[{"PK""#,
        ] {
            assert!(Answer::read(damaged).is_err(), "{damaged}");
        }
    }
}
