//! `Query`.

use std::fmt;
use std::marker::PhantomData;

use super::filter::Source;
use super::pages::{Items, Pages, pages};
use super::request::{Body, Request};
use crate::entity::{Item, Reader, context, is_entity};
use crate::expr::{
    Aliases, Attributed, Condition, Node, Operand, Partition, Path, sort_components,
};
use crate::key::{
    Format, KeyError, KeyProblem, KeyValue, Part, Place, SortCondition, Template, encode,
    sort_conditions,
};
use crate::schema::{AttributeDef, Projection, shares_prefix};
use crate::transport::{Operation, Target};
use crate::wire::RawItem;
use crate::{Consistent, Entity, Error, Keyed, Table};

/// A read of the items in one partition of the table or of an index. Made by [`Handle::query`](crate::Handle::query).
///
/// `T` is what an item is read as, `S` what is queried.
#[must_use = "nothing is read until the items are asked for"]
pub struct Query<T, S = Partition<T, 0>> {
    pages: Pages<T>,
    index: Option<&'static str>,
    of: PhantomData<fn() -> S>,
}

/// Whether a query of this key has to tell its items from other entities'. Worked out while compiling.
struct Neighbours<E, const KEY: usize>(PhantomData<E>);

impl<E: Entity, const KEY: usize> Neighbours<E, KEY> {
    const SHARES_PREFIX: bool = shares_prefix(E::Table::DEF, E::Table::MODEL, E::SCHEMA, KEY);
}

impl<E: Entity + Keyed<KEY>, const KEY: usize> Query<E, Partition<E, KEY>> {
    pub(crate) fn new(target: &Target, partition: &Partition<E, KEY>) -> Self {
        let mixed = Neighbours::<E, KEY>::SHARES_PREFIX;
        let requests = requests(target, partition, true);
        let reader = Reader::<E>::new();
        let mut query = Self::with(target, requests, move |item| {
            if mixed && !is_entity::<E>(item)? {
                return Ok(None);
            }
            reader.read(item).map(Some)
        });
        if mixed {
            query.pages.set_mixed(type_filter::<E>(KEY));
        }
        query
    }
}

impl<E: Entity, const KEY: usize> Query<E, Partition<E, KEY>> {
    /// Whether the query has to tell its items from other entities'.
    #[expect(clippy::unused_self, reason = "names the query's types")]
    pub(super) fn is_mixed(&self) -> bool {
        Neighbours::<E, KEY>::SHARES_PREFIX
    }

    /// Reads the items as a projection. The requests ask for no more than these attributes, if they are given.
    pub(super) fn read_as<P>(
        self,
        attributes: Option<Vec<&'static str>>,
        decode: impl Fn(RawItem<'_>) -> Result<Option<P>, Error> + Send + Sync + 'static,
    ) -> Query<P, Partition<E, KEY>> {
        Query {
            pages: self.pages.read_as(attributes, decode),
            index: self.index,
            of: PhantomData,
        }
    }
}

impl<T, E: Entity, const KEY: usize> Query<T, Partition<E, KEY>> {
    fn source(&self) -> Source {
        let table = E::Table::DEF;
        let index = self.index.and_then(|name| table.index(name));
        Source { table, index }
    }

    /// Leaves out the items whose time to live has passed by the handle's clock: DynamoDB deletes those within days. The
    /// table says which attribute that is, `ttl = ".."`.
    ///
    /// They are read and paid for like the others.
    pub fn skip_expired(mut self) -> Self {
        let expiry = self.source().expiry();
        self.pages.skip_expired(expiry);
        self
    }
}

impl<T, E: Attributed, const KEY: usize> Query<T, Partition<E, KEY>> {
    /// Only the items that satisfy a condition: `FilterExpression`. Several filters must all hold.
    ///
    /// DynamoDB filters what it has read: the others are paid for like those that are returned. What belongs to the key
    /// that is queried is said with `sort`; a filter that names it, or an attribute that the index does not hold, ends the
    /// items with [`Error::Invalid`], and nothing is sent.
    pub fn filter(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self {
        let node = condition(E::attributes()).into_node();
        let source = self.source();
        let checked = match node {
            Ok(node) => source
                .check_filter(&node)
                .map(|()| node)
                .map_err(Error::from),
            Err(error) => Err(error.with_entity(E::SCHEMA.name).into()),
        };
        self.pages.filter(checked);
        self
    }
}

impl<T: Table, E, const KEY: usize> Query<Item<T>, Partition<E, KEY>>
where
    E: Entity<Table = T> + Keyed<KEY>,
{
    pub(crate) fn all(target: &Target, partition: &Partition<E, KEY>) -> Self {
        // Without a condition of the user's the whole partition is meant, not what this entity's keys begin with.
        let sorted = partition.sorted;
        let requests = requests(target, partition, sorted);
        Self::with(target, requests, |item| Ok(Some(Item::new(item))))
    }
}

impl<T: Send + 'static, E: Entity, const KEY: usize> Query<T, Partition<E, KEY>> {
    fn with(
        target: &Target,
        requests: Result<Vec<Request>, Error>,
        decode: impl Fn(RawItem<'_>) -> Result<Option<T>, Error> + Send + Sync + 'static,
    ) -> Self {
        let mut pages = Pages::new(target, Operation::Query, requests, decode);
        if pages.partitions() > 1 {
            let (_, sk) = E::Table::DEF.attributes(&E::SCHEMA.keys[KEY]);
            pages.merge_by(sk.iter().map(|attribute| attribute.name).collect());
        }
        Self {
            pages,
            index: E::SCHEMA.keys[KEY].index,
            of: PhantomData,
        }
    }

    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`.
    ///
    /// A global index is eventually consistent: for a query of one this does not compile.
    pub fn consistent(mut self) -> Self
    where
        E: Keyed<KEY, Reads: Consistent>,
    {
        self.pages.set_consistent();
        self
    }
}

impl<T: Send + 'static, S> Query<T, S> {
    /// In descending order of the sort key: `ScanIndexForward` = `false`.
    pub fn descending(mut self) -> Self {
        self.pages.set_descending();
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

impl<T, S> fmt::Debug for Query<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("table", &self.pages.table())
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// The requests without filter and paging, one for each partition: several if the partition key has a shard that the
/// known components do not fix, none if no key can satisfy the conditions.
fn requests<E: Entity, const KEY: usize>(
    target: &Target,
    partition: &Partition<E, KEY>,
    sorted: bool,
) -> Result<Vec<Request>, Error> {
    let key = &E::SCHEMA.keys[KEY];
    let open = open_shards(E::SCHEMA.pk_templates(key), partition);
    let count: usize = open.iter().map(|(_, count)| usize::from(*count)).product();
    let mut requests = Vec::with_capacity(count);
    for number in 0..count {
        // The digits of `number`, each to the base of its component's shards.
        let mut rest = number;
        let shards: Vec<(usize, u16)> = open
            .iter()
            .map(|&(component, count)| {
                let shard = rest % usize::from(count);
                rest /= usize::from(count);
                (component, u16::try_from(shard).unwrap_or(u16::MAX))
            })
            .collect();
        let mut aliases = Aliases::default();
        let condition = key_condition(partition, &shards, sorted, &mut aliases)?;
        let Some(condition) = condition else {
            return Ok(Vec::new());
        };
        let mut body = Body::new(&target.table);
        if let Some(index) = key.index {
            body.string("IndexName", index);
        }
        body.string("KeyConditionExpression", &condition);
        requests.push(Request { body, aliases });
    }
    Ok(requests)
}

/// The components that stand in the partition key as shards only, with the number of shards.
fn open_shards<E, const KEY: usize>(
    templates: &[Template],
    partition: &Partition<E, KEY>,
) -> Vec<(usize, u16)> {
    let mut open: Vec<(usize, u16)> = Vec::new();
    for (component, format) in templates.iter().flat_map(|template| template.components()) {
        if let Format::Shard(count) = format
            && partition.part(component).is_none()
            && !open.iter().any(|(known, _)| *known == component)
        {
            open.push((component, count.max(1)));
        }
    }
    open
}

/// Partition equalities and sort conditions; `None` if no key can satisfy them.
fn key_condition<E: Entity, const KEY: usize>(
    partition: &Partition<E, KEY>,
    shards: &[(usize, u16)],
    sorted: bool,
    aliases: &mut Aliases,
) -> Result<Option<String>, KeyError> {
    let (schema, context) = (E::SCHEMA, context::<E>());
    let of_partition = |component: usize| {
        let shard = shards.iter().find(|(sharded, _)| *sharded == component);
        let known = partition.part(component);
        known.or_else(|| shard.map(|(_, number)| Part::Shard(*number)))
    };
    // A time given for its date says which partition, and nothing of the times in it.
    let free = sort_components(schema, KEY);
    let of_sort = |component: usize| {
        if free.contains(&component) {
            partition.equated(component)
        } else {
            partition.part(component)
        }
    };
    let (pk, sk) = schema.pairs(E::Table::DEF, &schema.keys[KEY]);
    let mut terms = Vec::new();
    for (attribute, template) in pk {
        let place = Place::partition(attribute.kind);
        let value = encode(context, template, place, &of_partition)?
            .ok_or_else(|| context.error(None, template, KeyProblem::Missing))?;
        terms.push(format!(
            "{} = {}",
            aliases.name(attribute.name),
            aliases.value(&value)
        ));
    }
    let (attributes, templates): (Vec<AttributeDef>, Vec<_>) = sk
        .filter(|_| sorted)
        .map(|(attribute, template)| (attribute, (template, attribute.kind)))
        .unzip();
    let conditions = sort_conditions(context, &templates, &of_sort, partition.range.as_ref())?;
    let Some(conditions) = conditions else {
        return Ok(None);
    };
    for (at, condition) in &conditions {
        let name = aliases.name(attributes[*at].name);
        terms.push(sort_term(&name, condition, aliases));
    }
    Ok(Some(terms.join(" AND ")))
}

fn sort_term(name: &str, condition: &SortCondition, aliases: &mut Aliases) -> String {
    let mut compare =
        |operator: &str, value: &KeyValue| format!("{name} {operator} {}", aliases.value(value));
    match condition {
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
    }
}

/// A condition on the type attribute, if the key's index holds it.
pub(super) fn type_filter<E: Entity>(key: usize) -> Option<Node> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let attribute = table.type_attribute?;
    let index = schema.keys[key].index.and_then(|name| table.index(name));
    if index.is_some_and(|index| index.projection == Projection::KeysOnly) {
        // Told apart by the shape of their keys instead, when they are decoded.
        return None;
    }
    let types = std::iter::once(&schema.type_name).chain(schema.type_aliases);
    let mut values: Vec<Operand> = types.map(|name| Operand::text(name)).collect();
    let path = Operand::Path(Path::of(attribute));
    Some(match values.pop() {
        Some(one) if values.is_empty() => Node::Compare(path, "=", one),
        last => Node::In(path, values.into_iter().chain(last).collect()),
    })
}
