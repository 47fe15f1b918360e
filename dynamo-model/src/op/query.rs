//! `Query`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::Sending;
use super::batch::BatchGetAll;
use super::filter::Source;
use super::key_condition::Lookup;
use super::project::{asking, whole};
use super::read::{Items, Read, Reader, Request, reads};
use crate::entity::{Item, Key, Reader as EntityReader, context, is_entity};
use crate::expr::{Attributed, Condition, Node, Operand, Partition, Path};
use crate::key::{SortTemplate, Template};
use crate::schema::{self, AttributeDef, EntityDef, IndexDef, shares_prefix};
use crate::transport::{Operation, Target};
use crate::wire::{self, RawItem};
use crate::{Consistent, Entity, Error, Keyed, Projection, Table};

/// A read of the items in one partition of the table or of an index. Made by [`Handle::query`](crate::Handle::query).
///
/// `T` is what an item is read as, `S` what is queried.
#[must_use = "nothing is read until the items are asked for"]
pub struct Query<T, S = Partition<T, 0>> {
    pub(super) read: Read<T>,
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
        let requests = lookup(partition).requests(target, true);
        let reader = OneEntity::<E>::new(mixed);
        let mut query = Self::of_read(of_key::<_, E, KEY>(target, requests, reader));
        if mixed {
            let filter = type_filter::<E>(KEY);
            let is_exact = filter.is_some();
            query.read.set_mixed(filter, is_exact);
        }
        if query.read.source().is_partial() {
            let whole = |index| whole::<E>(index, Neighbours::<E, KEY>::SHARES_PREFIX);
            query.read.set_project(whole);
        }
        query
    }
}

impl<E: Entity, const KEY: usize> Query<E, Partition<E, KEY>> {
    pub(super) fn read_as<P: Projection<Entity = E>>(self) -> Query<P, Partition<E, KEY>> {
        let project = |index| asking::<P>(index, Neighbours::<E, KEY>::SHARES_PREFIX);
        Query {
            read: self.read.project(project),
            of: PhantomData,
        }
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
        let source = self.read.source();
        let checked = match node {
            Ok(node) => source
                .check_filter(&node)
                .map(|()| node)
                .map_err(Error::from),
            Err(error) => Err(error.with_entity(E::SCHEMA.name).into()),
        };
        self.read.filter(checked);
        self
    }
}

impl<E: Entity, const KEY: usize> Query<E, Partition<E, KEY>> {
    /// Reads the whole items of which the index holds a part, in their order: `BatchGetItem` for every page.
    ///
    /// An item that was deleted since the index learned of it is passed over; one that was changed is as it is now. A filter
    /// sees what the index holds. Of a local index that is read with [`consistent`](Self::consistent), the whole items are
    /// read consistently too.
    ///
    /// # Cost
    ///
    /// In addition to the query, half a read unit for every 4 KB of each item.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// #[derive(Table)]
    /// #[table(
    ///     name = "shop", pk = "PK", sk = "SK",
    ///     gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK", projection = keys_only),
    ///     entities(Order),
    /// )]
    /// struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}",
    /// # index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{number}"))]
    /// # struct Order { customer_id: String, number: u32, status: String, total_cents: u64 }
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// let paid: Vec<Order> = shop.query(Order::by_status("paid")).hydrate().collect().await?;
    /// # Ok(()) }
    /// ```
    pub fn hydrate(mut self) -> Self {
        let target = self.read.target().clone();
        let reader = OneEntity::<E>::new(Neighbours::<E, KEY>::SHARES_PREFIX);
        self.read.set_reader(reader);
        self.read
            .set_complete(Box::new(move |items, consistent, options| {
                let mut keys = Vec::with_capacity(items.len());
                let read = |item: &RawItem<'_>| {
                    keys.push(Key::<E>::read(*item)?);
                    Ok(())
                };
                let read: Vec<Result<(), Error>> = items.iter().map(read).collect();
                let mut batch = BatchGetAll::<E::Table>::all(&target)
                    .keys(keys)
                    .options(options);
                if consistent {
                    batch = batch.consistent();
                }
                let batch = batch.ordered();
                Sending::new(async move {
                    let mut items = batch.send().await?.complete()?.into_iter();
                    let whole = |read: Result<(), Error>| {
                        read.map(|()| items.next().flatten().map(Item::into_json))
                    };
                    Ok(read.into_iter().map(whole).collect())
                })
            }));
        self
    }
}

/// Marks a query of a partition's items of whatever entity; `P` says which partition. Made by
/// [`Handle::query_all`](crate::Handle::query_all).
#[derive(Debug)]
pub struct AnyOf<P>(PhantomData<fn() -> P>);

impl<T: Table, E, const KEY: usize> Query<Item<T>, AnyOf<Partition<E, KEY>>>
where
    E: Entity<Table = T> + Keyed<KEY>,
{
    pub(crate) fn all(target: &Target, partition: &Partition<E, KEY>) -> Self {
        // Without a condition of the user's the whole partition is meant, not what this entity's keys begin with.
        let sorted = partition.terms.sorted;
        let requests = lookup(partition).requests(target, sorted);
        let index = E::Table::DEF.index_of(E::SCHEMA, KEY);
        Self::of_read(of_key::<_, E, KEY>(target, requests, Whole(index)))
    }

    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`.
    ///
    /// A global index is eventually consistent: for a query of one this does not compile.
    pub fn consistent(mut self) -> Self
    where
        E: Keyed<KEY, Reads: Consistent>,
    {
        self.read.set_consistent();
        self
    }
}

/// A read by one of the entity's keys.
fn of_key<T: Send + 'static, E: Entity, const KEY: usize>(
    target: &Target,
    requests: Result<Vec<Request>, Error>,
    reader: impl Reader<T>,
) -> Read<T> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let key = &schema.keys[KEY];
    let index = key.index.and_then(|name| table.index(name));
    let source = Source { table, index };
    let mut read = Read::new(
        target,
        Operation::Query,
        source,
        schema.name,
        requests,
        reader,
    );
    if read.partitions() > 1 {
        let (_, sk) = table.attributes(key);
        read.set_merged(sk.iter().map(|attribute| attribute.name));
    }
    read
}

impl<T: Send + 'static, E: Entity, const KEY: usize> Query<T, Partition<E, KEY>> {
    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`.
    ///
    /// A global index is eventually consistent: for a query of one this does not compile.
    pub fn consistent(mut self) -> Self
    where
        E: Keyed<KEY, Reads: Consistent>,
    {
        self.read.set_consistent();
        self
    }
}

impl<T, S> Query<T, S> {
    pub(super) fn of_read(read: Read<T>) -> Self {
        Self {
            read,
            of: PhantomData,
        }
    }
}

impl<T: Send + 'static, S> Query<T, S> {
    /// Leaves out the items whose time to live has passed by the handle's clock: DynamoDB deletes those within days. The
    /// table says which attribute that is, `ttl = ".."`.
    ///
    /// They are read and paid for like the others.
    pub fn skip_expired(mut self) -> Self {
        let expiry = self.read.source().expiry();
        self.read.skip_expired(expiry);
        self
    }

    /// In descending order of the sort key: `ScanIndexForward` = `false`.
    pub fn descending(mut self) -> Self {
        self.read.set_descending();
        self
    }

    /// Reads the items before the one that a [`Cursor`](crate::Cursor) of the same query stands on, the nearest first: those that the query
    /// hands out before it, in reverse.
    ///
    /// [`Page::first`](crate::Page::first) is the cursor to page back from. One of another query ends the items with
    /// [`Error::Cursor`], and nothing is sent.
    pub fn before(mut self, cursor: &crate::Cursor) -> Self {
        self.read.set_start(cursor, true);
        self
    }

    reads!(T);

    /// The items, page after page as they are asked for.
    ///
    /// What is wrong with the request itself is the first and only thing that the stream yields.
    pub fn items(self) -> Items<T> {
        Items::new(self.read)
    }
}

impl<T, S> fmt::Debug for Query<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("table", &self.read.table())
            .field("index", &self.read.index())
            .finish_non_exhaustive()
    }
}

/// Reads items of one entity.
pub(super) struct OneEntity<E, O = E> {
    reader: EntityReader<E, O>,
    /// Whether there may be others among them.
    mixed: bool,
}

impl<E: Entity> OneEntity<E> {
    pub(super) fn new(mixed: bool) -> Self {
        Self {
            reader: EntityReader::new(),
            mixed,
        }
    }
}

impl<E: Entity> OneEntity<E> {
    pub(super) fn of_index(index: Option<&'static IndexDef>, mixed: bool) -> Self {
        Self {
            reader: EntityReader::of_index(index),
            mixed,
        }
    }
}

impl<P: Projection> OneEntity<P::Entity, P> {
    pub(super) fn projection(index: Option<&'static IndexDef>, mixed: bool) -> Self {
        Self {
            reader: EntityReader::projection(index),
            mixed,
        }
    }
}

impl<E: Entity, O: DeserializeOwned + 'static> Reader<O> for OneEntity<E, O> {
    fn wants(&self, item: RawItem<'_>) -> Result<bool, Error> {
        Ok(!self.mixed || is_entity::<E>(item)?)
    }

    fn read_next(&self, cursor: &mut wire::Cursor<'_>) -> Result<Option<O>, Error> {
        self.reader.read_next(cursor, self.mixed)
    }

    fn read(&self, item: RawItem<'_>) -> Result<O, Error> {
        self.reader.read(item)
    }
}

/// Reads items of whatever entity.
pub(super) struct Whole(pub(super) Option<&'static IndexDef>);

impl<T: Table> Reader<Item<T>> for Whole {
    fn wants(&self, _: RawItem<'_>) -> Result<bool, Error> {
        Ok(true)
    }

    fn read(&self, item: RawItem<'_>) -> Result<Item<T>, Error> {
        Ok(Item::of_index(item, self.0))
    }
}

/// The key that a partition is read by.
fn lookup<E: Entity, const KEY: usize>(partition: &Partition<E, KEY>) -> Lookup<'_> {
    let (_, sk) = E::SCHEMA.pairs(E::Table::DEF, &E::SCHEMA.keys[KEY]);
    let whole = |(attribute, template): (AttributeDef, Template)| SortTemplate {
        template,
        kind: attribute.kind,
        is_whole: true,
    };
    Lookup {
        context: context::<E>(),
        table: E::Table::DEF,
        entity: E::SCHEMA,
        number: KEY,
        sort: sk.map(whole).collect(),
        terms: &partition.terms,
    }
}

/// A condition on the type attribute, if the key's index holds it.
pub(super) fn type_filter<E: Entity>(key: usize) -> Option<Node> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let attribute = table.type_attribute?;
    let index = schema.keys[key].index.and_then(|name| table.index(name));
    if index.is_some_and(|index| index.projection == schema::Projection::KeysOnly) {
        // Told apart by the shape of their keys instead, when they are decoded.
        return None;
    }
    Some(is_of_type(attribute, schema))
}

/// The type attribute names the entity.
pub(super) fn is_of_type(attribute: &'static str, entity: &EntityDef) -> Node {
    let types = std::iter::once(&entity.type_name).chain(entity.type_aliases);
    let mut values: Vec<Operand> = types.map(|name| Operand::text(name)).collect();
    let path = Operand::Path(Path::of(attribute));
    match values.pop() {
        Some(one) if values.is_empty() => Node::Compare(path, "=", one),
        last => Node::In(path, values.into_iter().chain(last).collect()),
    }
}
