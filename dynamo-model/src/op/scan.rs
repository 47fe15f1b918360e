//! `Scan`.

use std::fmt;
use std::marker::PhantomData;

use super::filter::{Source, expiry};
use super::query::{OneEntity, type_filter};
use super::read::{Items, Read, Request, reads};
use super::request::Body;
use crate::expr::{Attributed, Condition, Node, Operand, Path};
use crate::key::KeyKind;
use crate::transport::{Operation, Target};
use crate::{Entity, Projection, Table};

/// A read of every item of one entity in the table. Made by [`Handle::scan`](crate::Handle::scan).
///
/// `O` is what an item is read as.
#[must_use = "nothing is read until the items are asked for"]
pub struct Scan<E, O = E> {
    read: Read<O>,
    entity: PhantomData<fn() -> E>,
}

impl<E: Entity> Scan<E> {
    pub(crate) fn new(target: &Target) -> Self {
        let source = Source {
            table: E::Table::DEF,
            index: None,
        };
        let requests = Ok(vec![Request::whole(Body::new(&target.table))]);
        let reader = OneEntity::<E>::new(true);
        let name = E::SCHEMA.name;
        let mut read = Read::new(target, Operation::Scan, source, name, requests, reader);
        match type_filter::<E>(0) {
            Some(filter) => read.set_mixed(Some(filter), true),
            None => read.set_mixed(key_filter::<E>(), false),
        }
        Self {
            read,
            entity: PhantomData,
        }
    }

    /// Reads the items as a projection. The request asks for no more than these attributes, if they are given.
    pub(super) fn read_as<P: Projection<Entity = E>>(
        self,
        attributes: Option<Vec<&'static str>>,
    ) -> Scan<E, P> {
        Scan {
            read: self
                .read
                .read_as(attributes, OneEntity::<E, P>::projection(0, true)),
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
        self.read.skip_expired(expiry(E::Table::DEF));
        self
    }

    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`.
    pub fn consistent(mut self) -> Self {
        self.read.set_consistent();
        self
    }

    reads!(O);

    /// The items, page after page as they are asked for.
    pub fn items(self) -> Items<O> {
        Items::new(self.read)
    }
}

impl<E: Attributed, O> Scan<E, O> {
    /// Only the items that satisfy a condition: `FilterExpression`. Several filters must all hold.
    ///
    /// DynamoDB filters what it has read: the others are paid for like those that are returned.
    pub fn filter(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self {
        let node = condition(E::attributes()).into_node();
        self.read
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
            .field("table", &self.read.table())
            .field("entity", &E::SCHEMA.name)
            .finish_non_exhaustive()
    }
}
