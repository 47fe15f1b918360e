//! `Scan`.

use std::fmt;
use std::marker::PhantomData;

use super::filter::Source;
use super::project::asking;
use super::query::{OneEntity, Whole, is_of_type};
use super::read::{Items, Pace, Progress, Read, Reader, Request, reads};
use super::request::Body;
use crate::entity::{Item, is_entity};
use crate::expr::{Attributed, Condition, Node, Operand, Path};
use crate::key::KeyKind;
use crate::schema::{IndexScope, TableDef};
use crate::transport::{Operation, Target};
use crate::wire::RawItem;
use crate::{Entity, Error, InvalidRequest, Projection, Table};

/// The most segments that a scan has: DynamoDB's `TotalSegments`.
const MAX_SEGMENTS: u32 = 1_000_000;
/// How many segments are read at a time, unless it is said.
const CONCURRENCY: usize = 8;

/// A read of the whole table or of an index. Made by [`Handle::scan`](crate::Handle::scan) and
/// [`Handle::scan_all`](crate::Handle::scan_all).
///
/// `T` is what an item is read as, `S` which items are read.
#[must_use = "nothing is read until the items are asked for"]
pub struct Scan<T, S = T> {
    pub(super) read: Read<T>,
    table: &'static TableDef,
    segments: Option<u32>,
    consistent: bool,
    /// What tells the items from others, by the attributes of the table or of the index; whether it tells all.
    own: Option<Own>,
    of: PhantomData<fn() -> S>,
}

type Own = fn(Source) -> (Option<Node>, bool);

impl<E: Entity> Scan<E> {
    pub(crate) fn new(target: &Target) -> Self {
        Self::of_entity(target, OneEntity::<E>::new(true))
    }
}

impl<E: Entity> Scan<Item<E::Table>, E> {
    /// The items of the entity, not decoded.
    pub(super) fn items_of(target: &Target) -> Self {
        Self::of_entity(target, ItemsOf::<E>::NEW)
    }
}

/// Hands out items of one entity as they are.
struct ItemsOf<E>(PhantomData<fn() -> E>);

impl<E> ItemsOf<E> {
    const NEW: Self = Self(PhantomData);
}

impl<E: Entity> Reader<Item<E::Table>> for ItemsOf<E> {
    fn wants(&self, item: RawItem<'_>) -> Result<bool, Error> {
        Ok(is_entity::<E>(item)?)
    }

    fn read(&self, item: RawItem<'_>) -> Result<Item<E::Table>, Error> {
        Ok(Item::new(item))
    }
}

impl<T: Send + 'static, E: Entity> Scan<T, E> {
    fn of_entity(target: &Target, reader: impl Reader<T>) -> Self {
        let mut scan = Self::with(target, E::Table::DEF, E::SCHEMA.name, reader);
        scan.own = Some(own::<E>);
        scan.set_requests();
        scan
    }
}

impl<E: Entity> Scan<E> {
    pub(super) fn read_as<P: Projection<Entity = E>>(self) -> Scan<P, E> {
        Scan {
            read: self.read.project(|index| asking::<P>(index, true)),
            table: self.table,
            segments: self.segments,
            consistent: self.consistent,
            own: self.own,
            of: PhantomData,
        }
    }
}

impl<S: Table> Scan<Item<S>, S> {
    pub(crate) fn all(target: &Target) -> Self {
        Self::with(target, S::DEF, S::DEF.name, Whole)
    }
}

impl<T: Send + 'static, S> Scan<T, S> {
    pub(super) fn with(
        target: &Target,
        table: &'static TableDef,
        what: &'static str,
        reader: impl Reader<T>,
    ) -> Self {
        let source = Source { table, index: None };
        let requests = Ok(Vec::new());
        let mut read = Read::new(target, Operation::Scan, source, what, requests, reader);
        read.set_concurrency(CONCURRENCY);
        let mut scan = Self {
            read,
            table,
            segments: None,
            consistent: false,
            own: None,
            of: PhantomData,
        };
        scan.set_requests();
        scan
    }

    /// One request for each segment.
    fn set_requests(&mut self) {
        let index = self.read.index();
        let request = |segment: u32| {
            let mut body = Body::new(self.read.table());
            if let Some(index) = index {
                body.string("IndexName", index);
            }
            if let Some(segments) = self.segments {
                body.raw("Segment", &segment.to_string());
                body.raw("TotalSegments", &segments.to_string());
            }
            Request::whole(body)
        };
        let requests = (0..self.segments.unwrap_or(1)).map(request).collect();
        self.read.set_requests(requests);
        if let Some(own) = self.own {
            let (filter, is_exact) = own(self.read.source());
            self.read.set_mixed(filter, is_exact);
        }
    }

    /// Reads an index of the table instead: `IndexName`. Only the items that are in it are found, with the attributes that it
    /// holds.
    ///
    /// An index that the table lacks ends the items with [`Error::Invalid`](crate::Error::Invalid), and nothing is sent.
    pub fn index(mut self, name: &str) -> Self {
        match self.table.index(name) {
            Some(index) => {
                self.read.set_source(Source {
                    table: self.table,
                    index: Some(index),
                });
                self.set_requests();
                self.check_consistency();
                self.read.check_held();
            }
            None => {
                let known: Vec<String> = self
                    .table
                    .indexes
                    .iter()
                    .map(|index| format!("`{}`", index.name))
                    .collect();
                self.read.fail(InvalidRequest::new(if known.is_empty() {
                    format!("table `{}` has no index: scan the table", self.table.name)
                } else {
                    format!(
                        "table `{}` has no such index; it has: {}",
                        self.table.name,
                        known.join(", ")
                    )
                }));
            }
        }
        self
    }

    /// Reads in this many segments, 1 to 1,000,000, up to eight at a time: `TotalSegments`. The items come in no order.
    ///
    /// It takes about as many segments as there are GB for the table to be read as fast as possible, and reads consume capacity
    /// as fast as they go; see [`read_units_per_second`](Self::read_units_per_second).
    pub fn segments(mut self, segments: u32) -> Self {
        self.segments = Some(segments.clamp(1, MAX_SEGMENTS));
        self.set_requests();
        self
    }

    /// How many segments are read at a time, at least one.
    pub fn concurrency(mut self, segments: usize) -> Self {
        self.read.set_concurrency(segments);
        self
    }

    /// Consumes no more than this many read units a second on average, over all segments.
    pub fn read_units_per_second(mut self, units: f64) -> Self {
        self.read.set_pace(Pace::new(units));
        self
    }

    /// Calls the function at every page, with how far the scan has come.
    pub fn on_page(mut self, on_page: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.read.set_on_page(Box::new(on_page));
        self
    }

    /// Leaves out the items whose time to live has passed by the handle's clock: DynamoDB deletes those within days. The
    /// table says which attribute that is, `ttl = ".."`.
    ///
    /// They are read and paid for like the others.
    pub fn skip_expired(mut self) -> Self {
        let expiry = self.read.source().expiry();
        self.read.skip_expired(expiry);
        self
    }

    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`.
    ///
    /// A global index is eventually consistent: there the items end with [`Error::Invalid`](crate::Error::Invalid), and nothing
    /// is sent.
    pub fn consistent(mut self) -> Self {
        self.read.set_consistent();
        self.consistent = true;
        self.check_consistency();
        self
    }

    fn check_consistency(&mut self) {
        let index = self.read.source().index;
        if let Some(index) = index.filter(|index| index.scope == IndexScope::Global)
            && self.consistent
        {
            self.read.fail(InvalidRequest::new(format!(
                "a global index has no consistent reads, and `{}` is one: drop `consistent()`, or scan the table",
                index.name
            )));
        }
    }

    reads!(T);

    /// The items, page after page as they are asked for.
    pub fn items(self) -> Items<T> {
        Items::new(self.read)
    }
}

impl<T: Send + 'static, E: Attributed> Scan<T, E> {
    /// Only the items that satisfy a condition: `FilterExpression`. Several filters must all hold.
    ///
    /// DynamoDB filters what it has read: the others are paid for like those that are returned.
    pub fn filter(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self {
        let node = condition(E::attributes()).into_node();
        self.read
            .filter(node.map_err(|error| error.with_entity(E::SCHEMA.name)));
        self.read.check_held();
        self
    }
}

/// What tells the entity's items from others: their type where it is held, else what their keys begin with.
fn own<E: Entity>(source: Source) -> (Option<Node>, bool) {
    let attribute = E::Table::DEF.type_attribute;
    match attribute.filter(|attribute| source.table.holds(source.index, attribute)) {
        Some(attribute) => (Some(is_of_type(attribute, E::SCHEMA)), true),
        None => (key_filter::<E>(), false),
    }
}

/// Without a type attribute: what the keys begin with. Decoding looks at the rest of their shape.
fn key_filter<E: Entity>() -> Option<Node> {
    let (pk, sk) = E::SCHEMA.pairs(E::Table::DEF, &E::SCHEMA.keys[0]);
    let terms = pk
        .chain(sk)
        .filter(|(attribute, template)| {
            attribute.kind == KeyKind::S && !template.prefix().is_empty()
        })
        .map(|(attribute, template)| {
            let prefix = Operand::text(template.prefix());
            Node::Call("begins_with", Path::of(attribute.name), Some(prefix))
        });
    Node::all(terms)
}

impl<T, S> fmt::Debug for Scan<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("table", &self.read.table())
            .field("of", &self.read.what())
            .finish_non_exhaustive()
    }
}
