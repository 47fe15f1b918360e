//! The primary key of one item.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{context, read_key};
use super::life;
use crate::key::{
    Format, KeyError, KeyProblem, KeyValue, Part, Place, capabilities, encode, parse,
};
use crate::schema::{AttributeDef, EntityDef};
use crate::wire::{RawItem, to_attribute_values, write_json_str};
use crate::{Entity, Error, Item, Table};

/// The primary key of one item of an entity.
///
/// Made by the function `key` that the derive generates, `Order::key(customer_id, order_id)`, or from a
/// value with [`Key::of`]. A component that cannot be part of a key is reported when the key is used, or by
/// [`check`](Self::check). `Debug` does not show the key.
#[must_use = "a key does nothing until it is given to an operation"]
pub struct Key<E> {
    values: Result<KeyValues, KeyError>,
    /// Components that the key's text does not tell, such as one in lower case: indexes may be made of them too.
    lossy: Vec<(usize, Part<'static>)>,
    entity: PhantomData<fn() -> E>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct KeyValues {
    pk: KeyValue,
    sk: Option<KeyValue>,
}

impl<E: Entity> Key<E> {
    /// The key of these components, by their numbers in the entity's schema.
    #[doc(hidden)]
    pub fn new(parts: &[(usize, Part<'_>)]) -> Self {
        Self::from_parts(&|component| {
            let part = parts.iter().find(|(number, _)| *number == component);
            part.map(|(_, part)| part.clone())
        })
    }

    /// The key of the first components of the entity's schema.
    #[doc(hidden)]
    pub fn in_order<const N: usize>(parts: [Part<'_>; N]) -> Self {
        Self::from_parts(&|component| parts.get(component).cloned())
    }

    /// The key of a value.
    pub fn of(entity: &E) -> Self {
        Self::from_parts(&|component| entity.part(component))
    }

    /// Reads it from an item or a key.
    pub(crate) fn read(item: RawItem<'_>) -> Result<Self, Error> {
        let (pk, sk) = read_key::<E>(item)?;
        let pk = pk.ok_or_else(no_template::<E>)?;
        Ok(Self {
            values: Ok(KeyValues { pk, sk }),
            lossy: Vec::new(),
            entity: PhantomData,
        })
    }

    fn from_parts<'p>(part: &dyn Fn(usize) -> Option<Part<'p>>) -> Self {
        let context = context::<E>();
        let ttl = E::SCHEMA.lifecycle.ttl;
        let part = &|component: usize| {
            let part = part(component)?;
            let name = E::SCHEMA.components.get(component).map(|c| c.name);
            let is_ttl = ttl.is_some() && name.and_then(|n| E::SCHEMA.attribute_of(n)) == ttl;
            Some(if is_ttl { life::whole(part) } else { part })
        };
        let one = |attribute: AttributeDef, template, place: fn(_) -> Place| match encode(
            context,
            template,
            place(attribute.kind),
            part,
        ) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(context.error(None, template, KeyProblem::Missing)),
            Err(error) => Err(error),
        };
        let (mut pk, mut sk) = E::SCHEMA.pairs(E::Table::DEF, &E::SCHEMA.keys[0]);
        let values = match (pk.next(), sk.next()) {
            (Some((pk, pk_template)), sk) => {
                one(pk, pk_template, Place::partition).and_then(|pk| {
                    let sk = sk.map(|(sk, template)| one(sk, template, Place::sort));
                    Ok(KeyValues {
                        pk,
                        sk: sk.transpose()?,
                    })
                })
            }
            (None, _) => Err(no_template::<E>()),
        };
        Self {
            values,
            lossy: lossy(E::SCHEMA)
                .filter_map(|component| Some((component, part(component)?.into_owned())))
                .collect(),
            entity: PhantomData,
        }
    }

    /// Whether all components can be part of a key.
    ///
    /// # Errors
    ///
    /// [`KeyError`] naming the field and the template.
    pub fn check(&self) -> Result<(), KeyError> {
        self.values.as_ref().map(drop).map_err(Clone::clone)
    }

    /// The key as the SDK wants it.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] if a component cannot be part of a key.
    pub fn to_item(&self) -> Result<HashMap<String, AttributeValue>, Error> {
        let mut json = String::new();
        self.write(&mut json)?;
        Ok(to_attribute_values(RawItem::new(&json))?)
    }

    /// The components that the key tells.
    pub(crate) fn parts(&self) -> Vec<(usize, Part<'static>)> {
        let mut parts = self.lossy.clone();
        let Ok(KeyValues { pk, sk }) = &self.values else {
            return parts;
        };
        let (pks, sks) = E::SCHEMA.pairs(E::Table::DEF, &E::SCHEMA.keys[0]);
        for ((_, template), value) in pks.zip([pk]).chain(sks.zip(sk)) {
            parse(context::<E>(), template, value, &mut |component, part| {
                if !parts.iter().any(|(known, _)| *known == component) {
                    parts.push((component, part.into_owned()));
                }
            });
        }
        parts
    }

    /// Appends the key as a JSON object.
    pub(crate) fn write(&self, out: &mut String) -> Result<(), KeyError> {
        let KeyValues { pk, sk } = self.values.as_ref().map_err(Clone::clone)?;
        let table = E::Table::DEF;
        out.push('{');
        write_json_str(out, table.pk.name);
        out.push(':');
        write_key_value(out, pk);
        if let (Some(attribute), Some(value)) = (table.sk, sk) {
            out.push(',');
            write_json_str(out, attribute.name);
            out.push(':');
            write_key_value(out, value);
        }
        out.push('}');
        Ok(())
    }
}

impl<T: Table> Item<T> {
    /// The item's primary key, to read or to write the whole item with.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] if no `E` has such a key.
    pub fn key<E: Entity<Table = T>>(&self) -> Result<Key<E>, Error> {
        Key::read(self.raw())
    }
}

/// Components of the primary key that stand in it irreversibly only: items of one key may differ in them.
pub(crate) fn lossy(schema: &'static EntityDef) -> impl Iterator<Item = usize> {
    let parts = move || primary(schema);
    let is_told = move |component: usize| {
        parts().any(|(number, format)| {
            let can = capabilities(schema.components[number].shape, format);
            number == component && can.is_some_and(|can| can.reversible)
        })
    };
    parts()
        .map(|(component, _)| component)
        .filter(move |component| !is_told(*component))
}

/// The components of the primary key, each with its format there.
pub(crate) fn primary(schema: &'static EntityDef) -> impl Iterator<Item = (usize, Format)> {
    let key = &schema.keys[0];
    key.pk.iter().chain(key.sk).flat_map(|t| t.components())
}

/// The derive's checks refuse an entity without a key template; a schema written by hand may lack it.
fn no_template<E: Entity>() -> KeyError {
    KeyError::new(E::SCHEMA.name, None, "", KeyProblem::Missing)
}

impl<E> Clone for Key<E> {
    fn clone(&self) -> Self {
        Self {
            values: self.values.clone(),
            lossy: self.lossy.clone(),
            entity: PhantomData,
        }
    }
}

impl<E> PartialEq for Key<E> {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl<E: Entity> fmt::Debug for Key<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key<{}>(..)", E::SCHEMA.name)
    }
}

/// `{"S":".."}`, `{"N":".."}` or `{"B":".."}`.
pub(crate) fn write_key_value(out: &mut String, value: &KeyValue) {
    match value {
        KeyValue::S(text) => {
            out.push_str("{\"S\":");
            write_json_str(out, text);
        }
        KeyValue::N(digits) => {
            out.push_str("{\"N\":");
            write_json_str(out, digits);
        }
        KeyValue::B(bytes) => {
            out.push_str("{\"B\":\"");
            out.push_str(&aws_smithy_types::base64::encode(bytes));
            out.push('"');
        }
    }
    out.push('}');
}
