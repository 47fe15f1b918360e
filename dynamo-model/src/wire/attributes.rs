//! Attributes that no field declares, kept as they are.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::symbol::{ATTRIBUTES, RAW};
use super::{
    DecodeError, EncodeError, ItemWriter, Members, RawItem, Want, exact, from_attribute_values,
    raw, read_value, to_attribute_values, want,
};

/// Attributes by name, each kept as the DynamoDB JSON text it was read from.
///
/// Under `#[serde(flatten)]` it collects the attributes that the struct does not declare, and writes them
/// back as they were: sets stay sets, binary data stays binary, numbers keep all their digits. As the type of
/// an ordinary field it keeps the content of a map (`M`) in the same way. Attributes that the entity manages
/// itself (keys, type) are not among them.
///
/// Reading a flattened `Attributes` reads the item twice: serde's own buffer would lose the types.
/// Declare it after any other flattened field, and only one per struct: serde offers a flattened map every
/// attribute that is left when its turn comes. In a nested map, one whose name needs a JSON escape (a quote, a
/// backslash, a control character) cannot be kept, and is an error.
///
/// Through any format other than this crate's it is a map from names to DynamoDB JSON text. Two are equal if
/// DynamoDB would say so of their values: the order of sets and maps, which no engine promises, does not
/// matter. `Debug` shows the names only.
///
/// ```
/// use dynamo_model::types::Attributes;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Device {
///     name: String,
///     #[serde(flatten)]
///     rest: Attributes,
/// }
///
/// let mut rest = Attributes::new();
/// rest.insert("firmware", &7)?;
/// assert_eq!(rest.json("firmware"), Some(r#"{"N":"7"}"#));
/// assert_eq!(rest.get::<u32>("firmware")?, Some(7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Attributes(BTreeMap<String, String>);

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self
                .0
                .iter()
                .zip(&other.0)
                .all(|((a_name, a), (b_name, b))| {
                    a_name == b_name && (a == b || same_text(a, b).unwrap_or(false))
                })
    }
}

impl Eq for Attributes {}

/// Whether two texts of attribute values mean the same value; `None` if one of them is not such a text.
fn same_text(a: &str, b: &str) -> Option<bool> {
    let value = |text: &str| {
        let item = format!("{{\"v\":{text}}}");
        to_attribute_values(RawItem::new(&item)).ok()?.remove("v")
    };
    Some(same_value(&value(a)?, &value(b)?))
}

/// The nesting is bounded: values of more than 32 levels are not read.
fn same_value(a: &AttributeValue, b: &AttributeValue) -> bool {
    fn same_set<T: Ord>(a: &[T], b: &[T]) -> bool {
        let (mut a, mut b): (Vec<&T>, Vec<&T>) = (a.iter().collect(), b.iter().collect());
        a.sort_unstable();
        b.sort_unstable();
        a == b
    }
    match (a, b) {
        (AttributeValue::Ss(a), AttributeValue::Ss(b))
        | (AttributeValue::Ns(a), AttributeValue::Ns(b)) => same_set(a, b),
        (AttributeValue::Bs(a), AttributeValue::Bs(b)) => {
            let bytes = |all: &[aws_sdk_dynamodb::primitives::Blob]| -> Vec<Vec<u8>> {
                all.iter().map(|one| one.as_ref().to_vec()).collect()
            };
            same_set(&bytes(a), &bytes(b))
        }
        (AttributeValue::L(a), AttributeValue::L(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (AttributeValue::M(a), AttributeValue::M(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| same_value(a, b)))
        }
        (a, b) => a == b,
    }
}

impl Attributes {
    /// No attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of attributes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no attributes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of the attributes, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The DynamoDB JSON text of an attribute, such as `{"S":"…"}`.
    pub fn json(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Reads an attribute as a `T`; `None` if there is no such attribute.
    ///
    /// # Errors
    ///
    /// The attribute does not read as a `T`.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, DecodeError> {
        match self.0.get(name) {
            Some(value) => read_value(value)
                .map(Some)
                .map_err(|error| error.under_name(name)),
            None => Ok(None),
        }
    }

    /// Sets an attribute. A `None` or an empty set removes it.
    ///
    /// # Errors
    ///
    /// DynamoDB cannot store the value.
    pub fn insert<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), EncodeError> {
        let mut item = String::new();
        let mut writer = ItemWriter::new(&mut item);
        let written = writer.attribute(name, value)?;
        writer.finish();
        match RawItem::new(&item).attribute(name) {
            Ok(Some(value)) if written => self.0.insert(name.to_owned(), value.to_owned()),
            _ => self.0.remove(name),
        };
        Ok(())
    }

    /// Removes an attribute; tells whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        self.0.remove(name).is_some()
    }

    /// The attributes as the SDK's types.
    ///
    /// # Errors
    ///
    /// An attribute has a type that this release of the SDK does not know.
    pub fn to_attribute_values(&self) -> Result<HashMap<String, AttributeValue>, DecodeError> {
        let mut item = String::new();
        let mut first = true;
        item.push('{');
        for (name, value) in &self.0 {
            if !std::mem::take(&mut first) {
                item.push(',');
            }
            super::write_json_str(&mut item, name);
            item.push(':');
            item.push_str(value);
        }
        item.push('}');
        to_attribute_values(RawItem::new(&item))
    }
}

impl TryFrom<&HashMap<String, AttributeValue>> for Attributes {
    type Error = DecodeError;

    /// Takes over an item in the SDK's types. Nesting deeper than DynamoDB allows is an error.
    fn try_from(item: &HashMap<String, AttributeValue>) -> Result<Self, DecodeError> {
        let mut text = String::new();
        from_attribute_values(item, &mut text);
        let mut attributes = Self::new();
        let mut members = Members::new(&text)?;
        while let Some((name, value)) = members.next()? {
            raw::measure(value).map_err(|error| error.under_name(&name))?;
            attributes.0.insert(name.into_owned(), value.to_owned());
        }
        Ok(attributes)
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attributes")?;
        f.debug_set().entries(self.names()).finish()
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, &RawValue(value))?;
        }
        map.end()
    }
}

/// An attribute value as text, to be written as it is.
struct RawValue<'a>(&'a str);

impl Serialize for RawValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(RAW, self.0)
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(ATTRIBUTES, AttributesVisitor)
    }
}

struct AttributesVisitor;

impl<'de> Visitor<'de> for AttributesVisitor {
    type Value = Attributes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of attributes (M)")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Attributes, D::Error> {
        inner.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Attributes, A::Error> {
        let mut attributes = Attributes::new();
        while let Some(name) = map.next_key_seed(NameSeed)? {
            if let Some(value) = name.value {
                map.next_value::<IgnoredAny>()?;
                attributes.0.insert(name.name, value);
            } else if let Some(value) = map.next_value_seed(RawSeed)? {
                attributes.0.insert(name.name, value);
            }
        }
        Ok(attributes)
    }
}

/// A name, and the raw value that belongs to it if this is the second pass over an item.
struct Name {
    name: String,
    value: Option<String>,
}

struct NameSeed;

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NameSeed {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name, E> {
        Ok(Name {
            name: name.to_owned(),
            value: exact::lookup(name, true),
        })
    }

    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
        Ok(Name {
            name: name.to_owned(),
            value: exact::lookup(name, false),
        })
    }
}

/// Reads an attribute value as text; nothing if it stands in serde's buffer and a second pass will follow.
struct RawSeed;

impl<'de> DeserializeSeed<'de> for RawSeed {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, self)
    }
}

impl<'de> Visitor<'de> for RawSeed {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute value as DynamoDB JSON text")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        inner: D,
    ) -> Result<Option<String>, D::Error> {
        if want(Want::Text) {
            inner.deserialize_ignored_any(IgnoredAny)?;
            return Ok(None);
        }
        inner.deserialize_str(self)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Option<String>, E> {
        match raw::measure(text) {
            Ok(_) => Ok(Some(text.to_owned())),
            Err(_) => Err(E::custom(
                "the text is not an attribute value in DynamoDB JSON",
            )),
        }
    }
}
