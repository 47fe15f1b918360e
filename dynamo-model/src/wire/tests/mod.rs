// Values are compared as they were written, and names here only serve the tests.
#![allow(
    clippy::float_cmp,
    clippy::zero_sized_map_values,
    clippy::struct_field_names,
    clippy::cast_precision_loss
)]

mod absent;
mod agree;
mod envelope;
mod errors;
mod flatten;
mod hostile;
mod numbers;
mod rich;
mod size;
mod text;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::{DecodeError, EncodeError, ItemWriter, RawItem, read_whole};

/// The item that the fields of `value` make.
fn encode<T: Serialize>(value: &T) -> Result<String, EncodeError> {
    encode_sized(value).map(|(item, _)| item)
}

fn encode_sized<T: Serialize>(value: &T) -> Result<(String, usize), EncodeError> {
    let mut out = String::new();
    let mut writer = ItemWriter::new(&mut out);
    writer.fields(value, &|_| false)?;
    let size = writer.finish();
    Ok((out, size))
}

fn decode<T: DeserializeOwned>(item: &str) -> Result<T, DecodeError> {
    read_whole(RawItem::new(item))
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What `serde_dynamo` makes of it, as DynamoDB JSON.
fn reference<T: Serialize>(value: &T) -> Json {
    let item: serde_dynamo::Item = serde_dynamo::to_item(value).unwrap();
    serde_json::to_value(item).unwrap()
}

fn reference_decode<T: DeserializeOwned>(item: &str) -> Result<T, serde_dynamo::Error> {
    let item: serde_dynamo::Item = serde_json::from_str(item).unwrap();
    serde_dynamo::from_item(item)
}
