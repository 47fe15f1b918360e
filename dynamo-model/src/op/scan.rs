//! `Scan`.

use std::fmt;
use std::marker::PhantomData;

use super::filter::expiry;
use super::pages::{Items, Pages, pages};
use super::query::type_filter;
use super::request::{Body, Request};
use crate::entity::{Reader, is_entity};
use crate::expr::{Aliases, Attributed, Condition, Node, Operand, Path};
use crate::key::KeyKind;
use crate::transport::{Operation, Target};
use crate::wire::RawItem;
use crate::{Entity, Error, Table};

/// A read of every item of one entity in the table. Made by [`Handle::scan`](crate::Handle::scan).
///
/// `O` is what an item is read as.
#[must_use = "nothing is read until the items are asked for"]
pub struct Scan<E, O = E> {
    pages: Pages<O>,
    entity: PhantomData<fn() -> E>,
}

impl<E: Entity> Scan<E> {
    pub(crate) fn new(target: &Target) -> Self {
        let request = Request {
            body: Body::new(&target.table),
            aliases: Aliases::default(),
        };
        let reader = Reader::<E>::new();
        let decode = move |item: RawItem<'_>| {
            if is_entity::<E>(item)? {
                reader.read(item).map(Some)
            } else {
                Ok(None)
            }
        };
        let mut pages = Pages::new(target, Operation::Scan, Ok(vec![request]), decode);
        pages.set_mixed(type_filter::<E>(0).or_else(key_filter::<E>));
        Self {
            pages,
            entity: PhantomData,
        }
    }

    /// Reads the items as a projection. The request asks for no more than these attributes, if they are given.
    pub(super) fn read_as<P>(
        self,
        attributes: Option<Vec<&'static str>>,
        decode: impl Fn(RawItem<'_>) -> Result<Option<P>, Error> + Send + Sync + 'static,
    ) -> Scan<E, P> {
        Scan {
            pages: self.pages.read_as(attributes, decode),
            entity: PhantomData,
        }
    }
}

impl<E: Entity, O: Send + 'static> Scan<E, O> {
    /// Leaves out the items whose time to live has passed by the handle's clock: DynamoDB deletes those within days. The
    /// table says which attribute that is, `ttl = ".."`.
    ///
    /// They are read and paid for like the others.
    pub fn skip_expired(mut self) -> Self {
        self.pages.skip_expired(expiry(E::Table::DEF));
        self
    }

    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`.
    pub fn consistent(mut self) -> Self {
        self.pages.set_consistent();
        self
    }

    pages!(O);

    /// The items, page after page as they are asked for.
    pub fn items(self) -> Items<O> {
        Items::new(self.pages)
    }
}

impl<E: Attributed, O> Scan<E, O> {
    /// Only the items that satisfy a condition: `FilterExpression`. Several filters must all hold.
    ///
    /// DynamoDB filters what it has read: the others are paid for like those that are returned.
    pub fn filter(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self {
        let node = condition(E::attributes()).into_node();
        self.pages
            .filter(node.map_err(|error| error.with_entity(E::SCHEMA.name)));
        self
    }
}

/// On a table without a type attribute: what the keys begin with. Decoding looks at the rest of their shape.
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

impl<E: Entity, O> fmt::Debug for Scan<E, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("table", &self.pages.table())
            .field("entity", &E::SCHEMA.name)
            .finish_non_exhaustive()
    }
}
