//! Between DynamoDB JSON and the SDK's types, for code that already holds SDK items.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::cursor::Cursor;
use super::json::write_json_str;
use super::tag::{Form, Tag};
use super::{DecodeError, RawItem, base64};

/// The item as the SDK's map; number text is kept as it is.
pub(crate) fn to_attribute_values(
    item: RawItem<'_>,
) -> Result<HashMap<String, AttributeValue>, DecodeError> {
    map(&mut Cursor::new(item.as_str()))
}

/// One attribute value, such as `{"S":"…"}`, in the SDK's type.
pub(crate) fn to_attribute_value(json: &str) -> Result<AttributeValue, DecodeError> {
    value(&mut Cursor::new(json))
}

fn map(cursor: &mut Cursor<'_>) -> Result<HashMap<String, AttributeValue>, DecodeError> {
    cursor.enter(b'{')?;
    let mut map = HashMap::new();
    let mut first = true;
    while cursor.more(&mut first, b'}')? {
        let (name, _) = cursor.key()?;
        let value = value(cursor).map_err(|error| error.under_name(&name))?;
        map.insert(name.into_owned(), value);
    }
    Ok(map)
}

fn list<T>(
    cursor: &mut Cursor<'_>,
    mut element: impl FnMut(&mut Cursor<'_>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    cursor.enter(b'[')?;
    let mut list = Vec::new();
    let mut first = true;
    while cursor.more(&mut first, b']')? {
        list.push(element(cursor).map_err(|error| error.under_index(list.len()))?);
    }
    Ok(list)
}

// Recursion is bounded by the containers a cursor lets be open at once.
fn value(cursor: &mut Cursor<'_>) -> Result<AttributeValue, DecodeError> {
    let text = |cursor: &mut Cursor<'_>| Ok(cursor.quoted()?.into_owned());
    let blob = |cursor: &mut Cursor<'_>| Ok(Blob::new(cursor.binary(Form::Member(Tag::B))?));
    let value = match cursor.tag()? {
        Tag::S => AttributeValue::S(text(cursor)?),
        Tag::N => AttributeValue::N(text(cursor)?),
        Tag::B => AttributeValue::B(blob(cursor)?),
        Tag::Bool => AttributeValue::Bool(cursor.literal()?),
        Tag::Null => AttributeValue::Null(cursor.literal()?),
        Tag::M => AttributeValue::M(map(cursor)?),
        Tag::L => AttributeValue::L(list(cursor, value)?),
        Tag::Ss => AttributeValue::Ss(list(cursor, text)?),
        Tag::Ns => AttributeValue::Ns(list(cursor, text)?),
        Tag::Bs => AttributeValue::Bs(list(cursor, blob)?),
        Tag::Unknown => {
            return Err(DecodeError::mismatch(
                "an attribute value",
                Tag::Unknown.name(),
            ));
        }
    };
    cursor.close()?;
    Ok(value)
}

/// Appends the item as DynamoDB JSON, attributes in the order of their names.
pub(crate) fn from_attribute_values(item: &HashMap<String, AttributeValue>, out: &mut String) {
    write_map(item, out);
}

fn write_map(map: &HashMap<String, AttributeValue>, out: &mut String) {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable_by_key(|(name, _)| *name);
    write_all(out, ['{', '}'], entries, |out, (name, value)| {
        write_json_str(out, name);
        out.push(':');
        write_value(value, out);
    });
}

fn write_all<T>(
    out: &mut String,
    [open, close]: [char; 2],
    parts: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push(open);
    for (i, part) in parts.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(out, part);
    }
    out.push(close);
}

fn write_blob(out: &mut String, blob: &Blob) {
    out.push('"');
    base64::push(out, blob.as_ref());
    out.push('"');
}

fn write_value(value: &AttributeValue, out: &mut String) {
    const ARRAY: [char; 2] = ['[', ']'];
    let string = |out: &mut String, s: &String| write_json_str(out, s);
    let literal = |value: &bool| if *value { "true" } else { "false" };
    let mut tag = |tag: &str| {
        out.push_str("{\"");
        out.push_str(tag);
        out.push_str("\":");
    };
    match value {
        AttributeValue::S(s) => {
            tag("S");
            write_json_str(out, s);
        }
        AttributeValue::N(n) => {
            tag("N");
            write_json_str(out, n);
        }
        AttributeValue::B(blob) => {
            tag("B");
            write_blob(out, blob);
        }
        AttributeValue::Bool(value) => {
            tag("BOOL");
            out.push_str(literal(value));
        }
        AttributeValue::Null(value) => {
            tag("NULL");
            out.push_str(literal(value));
        }
        AttributeValue::M(map) => {
            tag("M");
            write_map(map, out);
        }
        AttributeValue::L(list) => {
            tag("L");
            write_all(out, ARRAY, list, |out, value| write_value(value, out));
        }
        AttributeValue::Ss(set) => {
            tag("SS");
            write_all(out, ARRAY, set, string);
        }
        AttributeValue::Ns(set) => {
            tag("NS");
            write_all(out, ARRAY, set, string);
        }
        AttributeValue::Bs(set) => {
            tag("BS");
            write_all(out, ARRAY, set, write_blob);
        }
        // A type this SDK release does not know either; it has no content to write.
        _ => {
            tag("NULL");
            out.push_str("true");
        }
    }
    out.push('}');
}
