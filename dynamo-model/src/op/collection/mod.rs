//! `Query` of several entities of one partition.

mod assemble;
mod scan;

use std::marker::PhantomData;

use super::filter::Source;
use super::key_condition::Lookup;
use super::query::{Query, is_of_type};
use super::read::{Read, Reader, Request};
use crate::entity::{Found, Readers, unknown};
use crate::expr::{Attributed, Condition, ItemCollection, Node};
use crate::key::{Context, SortTemplate};
use crate::schema::{CollectionDef, SharedSort, TableDef};
use crate::transport::{Operation, Target};
use crate::wire::RawItem;
use crate::{Collection, Consistent, Error, Has, InvalidRequest, Table};

pub use assemble::Assemble;

/// The query of a collection's items, as they are.
pub(super) type Gathered<C> = Query<<C as Collection>::Item, ItemCollection<C>>;

/// What the members' sort keys share. Worked out while compiling.
struct Shared<C>(PhantomData<C>);

impl<C: Collection> Shared<C> {
    const SORT: &'static SharedSort = &SharedSort::of(C::DEF);
}

impl<C: Collection> Gathered<C> {
    pub(crate) fn gather(target: &Target, partition: &ItemCollection<C>) -> Self {
        let requests = requests(target, partition);
        let reader = Gathering::<C>::new(false);
        let (source, name) = (source::<C>(), C::DEF.name);
        let mut read = Read::new(target, Operation::Query, source, name, requests, reader);
        // The service does not know which items are of no member.
        read.set_exact(C::DEF.other.is_some());
        if let Some(first) = C::DEF.members.first()
            && read.partitions() > 1
        {
            let (_, sk) = C::Table::DEF.attributes(&first.entity.keys[first.key]);
            read.set_merged(sk.iter().map(|attribute| attribute.name));
        }
        Self::of_read(read)
    }

    /// Passes over items of entities that are no members, which are an error otherwise, or are kept by
    /// `#[collection(other)]`.
    ///
    /// They are read and paid for like the others.
    pub fn skip_unknown(mut self) -> Self {
        self.read.set_mixed(None, false);
        self.read.set_reader(Gathering::<C>::new(true));
        self
    }

    /// Of one member only the items that satisfy a condition; the other members' stay: `FilterExpression`. Several filters
    /// must all hold.
    ///
    /// DynamoDB filters what it has read: what it leaves out is paid for like what is returned. Which items are the
    /// member's is said by the table's type attribute: an item without it stays. A table without such an attribute, and an
    /// index that does not hold it, end the items with [`Error::Invalid`], as a filter does that names an attribute of the
    /// key that is queried; nothing is sent then.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Customer, Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "PROFILE")]
    /// # struct Customer { customer_id: String }
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order}")]
    /// # struct Order { customer_id: String, order: u32, total: u64 }
    /// # #[derive(Collection)] enum CustomerItem { Customer(Customer), Order(Order) }
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// let large = shop
    ///     .query(CustomerItem::of("c-1"))
    ///     .filter_member::<Order>(|o| o.total.ge(10_000))
    ///     .collect()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn filter_member<E>(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self
    where
        E: Attributed,
        C: Has<E>,
    {
        self.read.filter(member_filter::<C, E>(condition, |filter| {
            source::<C>().check_filter(filter)
        }));
        self
    }

    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`.
    ///
    /// A global index is eventually consistent: for a collection on one this does not compile.
    pub fn consistent(mut self) -> Self
    where
        C: Collection<Reads: Consistent>,
    {
        self.read.set_consistent();
        self
    }
}

fn requests<C: Collection>(
    target: &Target,
    partition: &ItemCollection<C>,
) -> Result<Vec<Request>, Error> {
    let (table, collection): (&'static TableDef, &'static CollectionDef) = (C::Table::DEF, C::DEF);
    let Some(first) = collection.members.first() else {
        return Ok(Vec::new());
    };
    let (_, attributes) = table.attributes(&first.entity.keys[first.key]);
    let shared = attributes.iter().zip(Shared::<C>::SORT.templates());
    let sort = shared.map(|(attribute, shared)| SortTemplate {
        template: shared.template(),
        kind: attribute.kind,
        is_whole: shared.is_whole,
    });
    let lookup = Lookup {
        context: Context {
            entity: collection.name,
            components: first.entity.components,
            delimiters: C::Table::MODEL.delimiters.as_slice(),
        },
        table,
        entity: first.entity,
        number: first.key,
        sort: sort.collect(),
        terms: &partition.terms,
    };
    lookup.requests(target, true)
}

/// Reads items of the members, and what is done about others.
struct Gathering<C: Collection> {
    readers: Readers<C::Item>,
    skips_unknown: bool,
}

impl<C: Collection> Gathering<C> {
    fn new(skips_unknown: bool) -> Self {
        Self {
            readers: C::readers(),
            skips_unknown,
        }
    }
}

impl<C: Collection> Reader<C::Item> for Gathering<C> {
    fn wants(&self, item: RawItem<'_>) -> Result<bool, Error> {
        match self.readers.find(C::Table::DEF, item)? {
            Found::Member(_) => Ok(true),
            Found::Marker => Ok(false),
            Found::Other if self.skips_unknown => Ok(false),
            Found::Other if self.readers.keeps_others() => Ok(true),
            Found::Other => Err(unknown::<C>(item)),
        }
    }

    fn read(&self, item: RawItem<'_>) -> Result<C::Item, Error> {
        let found = self.readers.find(C::Table::DEF, item)?;
        self.readers
            .read(found, item)?
            .ok_or_else(|| unknown::<C>(item))
    }
}

fn source<C: Collection>() -> Source {
    let table = C::Table::DEF;
    let index = C::DEF.index.and_then(|name| table.index(name));
    Source { table, index }
}

/// It is no item of the entity, or the condition holds.
fn member_filter<C: Collection, E: Attributed>(
    condition: impl FnOnce(E::Attributes) -> Condition<E>,
    check: impl FnOnce(&Node) -> Result<(), InvalidRequest>,
) -> Result<Node, Error> {
    let Some(attribute) = C::Table::DEF.type_attribute else {
        return Err(InvalidRequest::new(format!(
            "items of table `{}` have no type attribute, by which a filter could tell those of `{}` from the others: filter \
             what comes back",
            C::Table::DEF.name,
            E::SCHEMA.name
        ))
        .into());
    };
    let condition = condition(E::attributes())
        .into_node()
        .map_err(|error| error.with_entity(E::SCHEMA.name))?;
    let filter = is_of_type(attribute, E::SCHEMA).not().or(condition);
    check(&filter)?;
    Ok(filter)
}
