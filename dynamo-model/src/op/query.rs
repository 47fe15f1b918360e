//! `Query`.

use std::fmt;
use std::marker::PhantomData;

use super::item::{Item, Reader, context, is_entity};
use super::pages::{Items, Pages, pages};
use super::request::{Aliases, Body};
use crate::expr::Partition;
use crate::key::{KeyError, KeyProblem, KeyValue, Place, SortCondition, encode, sort_conditions};
use crate::schema::{AttributeDef, IndexScope, Projection, shares_prefix};
use crate::transport::Operation;
use crate::wire::RawItem;
use crate::{Entity, Error, Handle, InvalidRequest, Keyed, Table};

/// A read of the items in one partition of the table or of an index. Made by [`Handle::query`].
#[must_use = "nothing is read until the items are asked for"]
pub struct Query<T> {
    pages: Pages<T>,
    index: Option<&'static str>,
    /// Whether the index is global, and so eventually consistent.
    global: bool,
}

/// Whether a query of this key has to tell its items from other entities'. Worked out while compiling.
struct Neighbours<E, const KEY: usize>(PhantomData<E>);

impl<E: Entity, const KEY: usize> Neighbours<E, KEY> {
    const SHARES_PREFIX: bool = shares_prefix(E::Table::DEF, E::Table::MODEL, E::SCHEMA, KEY);
}

impl<E: Entity> Query<E> {
    pub(crate) fn new<const KEY: usize>(
        handle: &Handle<E::Table>,
        partition: &Partition<E, KEY>,
    ) -> Self
    where
        E: Keyed<KEY>,
    {
        let mixed = Neighbours::<E, KEY>::SHARES_PREFIX;
        let mut aliases = Aliases::default();
        let types = mixed.then(|| type_filter::<E>(KEY, &mut aliases)).flatten();
        let body = request(handle, partition, aliases, types);
        let reader = Reader::<E>::new();
        Self::with::<E, KEY>(handle, body, !mixed, move |item| {
            if mixed && !is_entity::<E>(item)? {
                return Ok(None);
            }
            reader.read(item).map(Some)
        })
    }
}

impl<T: Table> Query<Item<T>> {
    pub(crate) fn all<E, const KEY: usize>(
        handle: &Handle<T>,
        partition: &Partition<E, KEY>,
    ) -> Self
    where
        E: Entity<Table = T> + Keyed<KEY>,
    {
        let body = request(handle, partition, Aliases::default(), None);
        Self::with::<E, KEY>(handle, body, true, |item| Ok(Some(Item::new(item))))
    }
}

impl<T: Send + 'static> Query<T> {
    fn with<E: Entity, const KEY: usize>(
        handle: &Handle<E::Table>,
        body: Result<Option<Body>, Error>,
        unfiltered: bool,
        decode: impl Fn(RawItem<'_>) -> Result<Option<T>, Error> + Send + Sync + 'static,
    ) -> Self {
        let index = E::SCHEMA.keys[KEY].index;
        let global = index
            .and_then(|name| E::Table::DEF.index(name))
            .is_some_and(|index| index.scope == IndexScope::Global);
        Self {
            pages: Pages::new(handle, Operation::Query, body, unfiltered, decode),
            index,
            global,
        }
    }

    /// In descending order of the sort key: `ScanIndexForward` = `false`.
    pub fn descending(mut self) -> Self {
        self.pages.raw("ScanIndexForward", "false");
        self
    }

    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`.
    ///
    /// A global index is eventually consistent: there the items end with [`Error::Invalid`], and nothing is sent.
    pub fn consistent(mut self) -> Self {
        if self.global {
            self.pages.body = Err(InvalidRequest::new(format!(
                "a global index has no consistent reads, and `{}` is one: drop `consistent()`, or query the table",
                self.index.unwrap_or_default()
            ))
            .into());
        } else {
            self.pages.raw("ConsistentRead", "true");
        }
        self
    }

    pages!(T);

    /// The items, page after page as they are asked for.
    ///
    /// What is wrong with the request itself is the first and only thing that the stream yields.
    pub fn items(self) -> Items<T> {
        Items::new(self.pages)
    }
}

impl<T> fmt::Debug for Query<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("table", &self.pages.table())
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// The request without its paging; `None` if no key can satisfy the conditions.
fn request<E: Entity, const KEY: usize>(
    handle: &Handle<E::Table>,
    partition: &Partition<E, KEY>,
    mut aliases: Aliases,
    types: Option<String>,
) -> Result<Option<Body>, Error> {
    let Some(condition) = key_condition(partition, &mut aliases)? else {
        return Ok(None);
    };
    let mut body = Body::new(handle.name());
    if let Some(index) = E::SCHEMA.keys[KEY].index {
        body.string("IndexName", index);
    }
    body.string("KeyConditionExpression", &condition);
    if let Some(types) = types {
        body.string("FilterExpression", &types);
    }
    aliases.write(&mut body);
    Ok(Some(body))
}

/// Partition equalities and sort conditions; `None` if no key can satisfy them.
fn key_condition<E: Entity, const KEY: usize>(
    partition: &Partition<E, KEY>,
    aliases: &mut Aliases,
) -> Result<Option<String>, KeyError> {
    let (schema, context) = (E::SCHEMA, context::<E>());
    let known = |component: usize| {
        let known = partition.known.iter().find(|(number, _)| *number == component);
        known.map(|(_, part)| part.clone())
    };
    let (pk, sk) = schema.pairs(E::Table::DEF, &schema.keys[KEY]);
    let mut terms = Vec::new();
    for (attribute, template) in pk {
        let place = Place::partition(attribute.kind);
        let value = encode(context, template, place, &known)?
            .ok_or_else(|| context.error(None, template, KeyProblem::Missing))?;
        terms.push(format!("{} = {}", aliases.name(attribute.name), aliases.value(&value)));
    }
    let (attributes, templates): (Vec<AttributeDef>, Vec<_>) = sk
        .map(|(attribute, template)| (attribute, (template, attribute.kind)))
        .unzip();
    let conditions = sort_conditions(context, &templates, &known, partition.range.as_ref())?;
    let Some(conditions) = conditions else {
        return Ok(None);
    };
    for (at, condition) in &conditions {
        let name = aliases.name(attributes[*at].name);
        let mut compare = |operator: &str, value: &KeyValue| {
            format!("{name} {operator} {}", aliases.value(value))
        };
        terms.push(match condition {
            SortCondition::Eq(value) => compare("=", value),
            SortCondition::Lt(value) => compare("<", value),
            SortCondition::Le(value) => compare("<=", value),
            SortCondition::Gt(value) => compare(">", value),
            SortCondition::Ge(value) => compare(">=", value),
            SortCondition::Between(low, high) => {
                format!("{} AND {}", compare("BETWEEN", low), aliases.value(high))
            }
            SortCondition::BeginsWith(value) => {
                format!("begins_with({name}, {})", aliases.value(value))
            }
        });
    }
    Ok(Some(terms.join(" AND ")))
}

/// A condition on the type attribute, if the key's index holds it.
pub(super) fn type_filter<E: Entity>(key: usize, aliases: &mut Aliases) -> Option<String> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let attribute = table.type_attribute?;
    let index = schema.keys[key].index.and_then(|name| table.index(name));
    if index.is_some_and(|index| index.projection == Projection::KeysOnly) {
        // Told apart by the shape of their keys instead, when they are decoded.
        return None;
    }
    let name = aliases.name(attribute);
    let types = std::iter::once(&schema.type_name).chain(schema.type_aliases);
    let values: Vec<String> = types
        .map(|name| aliases.value(&KeyValue::S((*name).to_owned())))
        .collect();
    Some(match values.as_slice() {
        [one] => format!("{name} = {one}"),
        several => format!("{name} IN ({})", several.join(", ")),
    })
}
