//! Entities to items and back: the keys by their templates, the fields by serde.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;

use super::marker;
use super::reader::{Reader, check_whole};
use crate::key::{Context, KeyProblem, KeyValue, Place, Template, encode, parse};
use crate::schema::{AttributeDef, IndexDef, KeyDef, TableDef};
use crate::wire::{
    DecodeError, EncodeError, ItemWriter, RawItem, Scalar, from_attribute_values, read_whole,
    to_attribute_values,
};
use crate::{Entity, Error, Table};

/// DynamoDB's limit for one item: names and values, 400 KB.
const MAX_ITEM: usize = 409_600;

pub(crate) fn context<E: Entity>() -> Context {
    Context {
        entity: E::SCHEMA.name,
        components: E::SCHEMA.components,
        delimiters: E::Table::MODEL.delimiters.as_slice(),
    }
}

/// Appends the entity's item: key attributes, type attribute, fields.
pub(crate) fn write_entity<E: Entity>(entity: &E, out: &mut String) -> Result<(), Error> {
    let (table, schema, context) = (E::Table::DEF, E::SCHEMA, context::<E>());
    let mut item = ItemWriter::new(out);
    // What serde must not write: key attributes, written or not, with the fields stored under the same names; the type;
    // and fields that are in keys only. Without this, a flattened map could forge a type, or put the item in an index.
    let mut managed: Vec<(&'static str, bool)> = Vec::with_capacity(8);
    for (number, key) in schema.keys.iter().enumerate() {
        let (pk, sk) = schema.pairs(table, key);
        let pk =
            pk.map(|(attribute, template)| (attribute, template, Place::partition(attribute.kind)));
        let sk = sk.map(|(attribute, template)| (attribute, template, Place::sort(attribute.kind)));
        let is_in = number == 0 || (is_whole(entity, key) && entity.belongs(number));
        for (attribute, template, place) in pk.chain(sk) {
            let own = schema.is_own(attribute.name, template);
            let known = managed
                .iter()
                .position(|(name, _)| *name == attribute.name)
                .unwrap_or_else(|| {
                    managed.push((attribute.name, false));
                    managed.len() - 1
                });
            if (!is_in && !own) || managed[known].1 {
                continue;
            }
            let value = encode(context, template, place, &|component| {
                entity.part(component)
            })?;
            match value {
                Some(KeyValue::S(text)) => item.string(attribute.name, &text),
                Some(KeyValue::N(digits)) => item.number(attribute.name, &digits),
                Some(KeyValue::B(bytes)) => item.binary(attribute.name, &bytes),
                None if number == 0 => {
                    return Err(context.error(None, template, KeyProblem::Missing).into());
                }
                None => {}
            }
            managed[known].1 = true;
        }
    }
    if let Some(name) = table.type_attribute {
        item.string(name, schema.type_name);
        managed.push((name, true));
    }
    if let Some(name) = schema.lifecycle.ttl
        && !managed.iter().any(|(known, _)| *known == name)
    {
        if let Some(seconds) = entity.expires() {
            item.number(name, &seconds.to_string());
        }
        managed.push((name, true));
    }
    let key_only = schema.fields.iter().filter(|field| field.key_only);
    managed.extend(key_only.map(|field| (field.attribute, true)));
    let fault = Cell::new(None);
    let seen = RefCell::new(vec![false; schema.fields.len()]);
    let hidden = |name: &str| {
        if managed.iter().any(|(known, _)| *known == name) {
            return true;
        }
        let declared = schema.fields.iter().position(|f| f.attribute == name);
        if let Some(at) = declared {
            if std::mem::replace(&mut seen.borrow_mut()[at], true) {
                // DynamoDB would keep one of the two and not say which.
                fault.set(Some((
                    schema.fields[at].attribute,
                    "a flattened map has an entry of a declared field's name",
                )));
            }
        } else if let Some(known) = index_attributes(table).find(|known| *known == name) {
            // DynamoDB would put the item into the index, where no template speaks for it.
            fault.set(Some((
                known,
                "a flattened field has an entry of the name of a key attribute of an index that the entity is not in",
            )));
        }
        false
    };
    let written = item
        .fields(entity, &hidden)
        .and_then(|()| match fault.get() {
            Some((name, fault)) => Err(EncodeError::new(fault).under_name(name)),
            None => Ok(()),
        });
    written.map_err(|error| error.with_entity(schema.name))?;
    let bytes = item.finish();
    if bytes > MAX_ITEM {
        return Err(Error::ItemTooLarge {
            entity: schema.name,
            bytes,
        });
    }
    Ok(())
}

/// The key attributes of all indexes, whichever entities are in them.
pub(super) fn index_attributes(table: &'static TableDef) -> impl Iterator<Item = &'static str> {
    let of_index = |index: &'static IndexDef| index.pk.iter().chain(index.sk);
    table.indexes.iter().flat_map(of_index).map(|a| a.name)
}

/// Whether all components of the key have a value.
fn is_whole<E: Entity>(entity: &E, key: &KeyDef) -> bool {
    E::SCHEMA
        .pk_templates(key)
        .iter()
        .chain(key.sk)
        .flat_map(|template| template.components())
        .all(|(component, _)| entity.part(component).is_some())
}

/// Reads one item of which nothing is known yet.
///
/// Without a type attribute, only its key can say that it is the entity's: another entity may have the same fields.
pub(crate) fn read_entity<E: Entity>(item: RawItem<'_>) -> Result<E, Error> {
    check_entity::<E>(item)?;
    Reader::<E>::new().read(item)
}

fn check_entity<E: Entity>(item: RawItem<'_>) -> Result<(), Error> {
    if is_of_type::<E>(item)?.is_none() {
        if marker::is_marker(E::Table::DEF, item)? {
            return Err(Reader::<E>::foreign().into());
        }
        read_key::<E>(item)?;
    }
    Ok(())
}

pub(crate) fn scalar(item: RawItem<'_>, name: &str) -> Result<Option<KeyValue>, DecodeError> {
    Ok(match item.scalar(name)? {
        Some(Scalar::S(text)) => Some(KeyValue::S(text.into_owned())),
        Some(Scalar::N(digits)) => Some(KeyValue::N(digits.into_owned())),
        Some(Scalar::B(bytes)) => Some(KeyValue::B(bytes)),
        Some(Scalar::Null | Scalar::Other) | None => None,
    })
}

/// Whether the item's type attribute names the entity; `None` if there is no such attribute.
pub(super) fn is_of_type<E: Entity>(item: RawItem<'_>) -> Result<Option<bool>, DecodeError> {
    let Some(name) = E::Table::DEF.type_attribute else {
        return Ok(None);
    };
    Ok(match item.scalar(name)? {
        Some(Scalar::S(text)) => Some(E::SCHEMA.accepts_type(&text)),
        Some(_) => Some(false),
        None => None,
    })
}

/// Whether the item is one of the entity's: by its type, or else by the shape of its primary key.
pub(crate) fn is_entity<E: Entity>(item: RawItem<'_>) -> Result<bool, DecodeError> {
    if let Some(answer) = is_of_type::<E>(item)? {
        return Ok(answer);
    }
    if marker::is_marker(E::Table::DEF, item)? {
        return Ok(false);
    }
    let (pk, sk) = E::SCHEMA.pairs(E::Table::DEF, &E::SCHEMA.keys[0]);
    for (attribute, template) in pk.chain(sk) {
        let fits = scalar(item, attribute.name)?
            .is_some_and(|key| parse(context::<E>(), template, &key, &mut |_, _| {}));
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The item's primary key, which must have the shape of the entity's keys.
pub(crate) fn read_key<E: Entity>(
    item: RawItem<'_>,
) -> Result<(Option<KeyValue>, Option<KeyValue>), Error> {
    let (schema, context) = (E::SCHEMA, context::<E>());
    let one = |(attribute, template): (AttributeDef, Template)| {
        let value = scalar(item, attribute.name)?
            .ok_or_else(|| context.error(None, template, KeyProblem::NoAttribute))?;
        if !parse(context, template, &value, &mut |_, _| {}) {
            return Err(context.error(None, template, KeyProblem::Unreadable).into());
        }
        Ok::<_, Error>(value)
    };
    let (mut pk, mut sk) = schema.pairs(E::Table::DEF, &schema.keys[0]);
    Ok((
        pk.next().map(one).transpose()?,
        sk.next().map(one).transpose()?,
    ))
}

/// An item of a table, of any entity or none.
///
/// What `query_all` returns. `Debug` does not show its contents.
pub struct Item<T> {
    json: String,
    /// The index that it was read from, which may hold a part of it only.
    index: Option<&'static IndexDef>,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> Item<T> {
    pub(crate) fn new(item: RawItem<'_>) -> Self {
        Self::of_index(item, None)
    }

    pub(crate) fn of_index(item: RawItem<'_>, index: Option<&'static IndexDef>) -> Self {
        Self {
            json: item.as_str().to_owned(),
            index,
            table: PhantomData,
        }
    }

    /// An item of the SDK's type, such as a stream record's image or a row of an export, whose entity is yet to be
    /// found out.
    pub fn from_attribute_values(item: &HashMap<String, AttributeValue>) -> Self {
        let mut json = String::new();
        from_attribute_values(item, &mut json);
        Self {
            json,
            index: None,
            table: PhantomData,
        }
    }

    pub(crate) fn raw(&self) -> RawItem<'_> {
        RawItem::new(&self.json)
    }

    pub(crate) fn into_json(self) -> String {
        self.json
    }

    /// Whether the item is one of the entity's: by the table's type attribute, or else by the shape of its
    /// primary key.
    pub fn is<E: Entity<Table = T>>(&self) -> bool {
        is_entity::<E>(self.raw()).unwrap_or(false)
    }

    /// The item as an entity.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] or [`Error::Key`] if it is none; [`Error::Invalid`] if it was read from an index that does not hold all
    /// of the entity: [`fields`](Self::fields) reads a part.
    pub fn decode<E: Entity<Table = T>>(&self) -> Result<E, Error> {
        check_whole::<E>(self.index)?;
        check_entity::<E>(self.raw())?;
        Reader::<E>::of_index(self.index).read(self.raw())
    }

    /// Some of the item's attributes, in any struct that serde reads: what an index that does not project all of
    /// them has left of an entity.
    ///
    /// Attributes that the struct does not know are passed over; key attributes are attributes like the others.
    ///
    /// ```
    /// # use dynamo_model::{Item, prelude::*};
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Note))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "NOTE#{id}")] struct Note { id: u32, title: String, text: String }
    /// #[derive(serde::Deserialize)]
    /// struct Headline {
    ///     title: String,
    /// }
    /// # fn doc(item: Item<Shop>) -> Result<(), Error> {
    /// let headline: Headline = item.fields()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if an attribute is missing or of another type.
    pub fn fields<D: DeserializeOwned>(&self) -> Result<D, Error> {
        let names = std::iter::once(T::DEF.pk.name).chain(T::DEF.sk.map(|sk| sk.name));
        read_whole(self.raw()).map_err(|error| Error::from(error.with_key_names(names)))
    }

    /// The item's attributes as the SDK's type.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if the response was not DynamoDB JSON.
    pub fn to_attribute_values(&self) -> Result<HashMap<String, AttributeValue>, Error> {
        Ok(to_attribute_values(self.raw())?)
    }
}

impl<T> Clone for Item<T> {
    fn clone(&self) -> Self {
        Self {
            json: self.json.clone(),
            index: self.index,
            table: PhantomData,
        }
    }
}

impl<T: Table> fmt::Debug for Item<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item")
            .field("table", &T::DEF.name)
            .finish_non_exhaustive()
    }
}

pub(crate) fn to_item<E: Entity>(entity: &E) -> Result<HashMap<String, AttributeValue>, Error> {
    let mut json = String::new();
    write_entity(entity, &mut json)?;
    Ok(to_attribute_values(RawItem::new(&json))?)
}

pub(crate) fn from_item<E: Entity>(item: &HashMap<String, AttributeValue>) -> Result<E, Error> {
    let mut json = String::new();
    from_attribute_values(item, &mut json);
    read_entity(RawItem::new(&json))
}
