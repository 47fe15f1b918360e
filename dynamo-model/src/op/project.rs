//! Reads of some of an entity's fields: `ProjectionExpression`.

use super::batch::BatchGet;
use super::get::Get;
use super::query::Query;
use super::request::Body;
use super::scan::Scan;
use crate::entity::{Asks, Held, Reader, asked_attributes};
use crate::expr::{Aliases, Partition};
use crate::{Entity, Key, Projection};

impl<E: Entity> Get<E> {
    /// Reads some of the fields, into a struct that derives [`Projection`](crate::Projection).
    ///
    /// Less is sent, and as much is paid for.
    pub fn project<P: Projection<Entity = E>>(self) -> Get<E, P> {
        self.read_as(asked_attributes::<P>(0))
    }
}

impl<E: Entity, const KEY: usize> Query<E, Partition<E, KEY>> {
    /// Reads some of the fields, into a struct that derives [`Projection`](crate::Projection).
    ///
    /// Less is sent, and as much is paid for. If the index that is queried does not hold all that the projection asks for,
    /// this does not compile.
    pub fn project<P>(self) -> Query<P, Partition<E, KEY>>
    where
        P: Projection<Entity = E, Lacks: Asks<KEY, First: Held>>,
    {
        self.read_as(asked_attributes::<P>(KEY))
    }
}

impl<E: Entity> Scan<E> {
    /// Reads some of the fields, into a struct that derives [`Projection`](crate::Projection).
    ///
    /// Less is sent, and as much is paid for.
    pub fn project<P: Projection<Entity = E>>(self) -> Scan<E, P> {
        self.read_as(asked_attributes::<P>(0))
    }
}

impl<E: Entity, O> BatchGet<E, Key<E>, O> {
    /// Reads some of the fields, into a struct that derives [`Projection`](crate::Projection).
    ///
    /// Less is sent, and as much is paid for.
    pub fn project<P: Projection<Entity = E>>(self) -> BatchGet<P, Key<E>, O> {
        let reader = Reader::<E, P>::projection(0);
        self.read_as(asked_attributes::<P>(0), move |item| reader.read(item))
    }
}

/// Adds the expression that asks for these attributes; all of them, if none are given.
pub(super) fn project(body: &mut Body, aliases: &mut Aliases, attributes: Option<&[&str]>) {
    if let Some(attributes) = attributes {
        body.string("ProjectionExpression", &expression(aliases, attributes));
    }
}

/// `#n0, #n1`.
pub(super) fn expression(aliases: &mut Aliases, attributes: &[&str]) -> String {
    let names: Vec<String> = attributes.iter().map(|name| aliases.name(name)).collect();
    names.join(", ")
}
