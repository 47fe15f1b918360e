//! Reads of some of an entity's fields: `ProjectionExpression`.

use std::sync::Arc;

use super::batch::BatchGet;
use super::get::Get;
use super::query::{OneEntity, Query};
use super::read::Asking;
use super::request::Body;
use super::scan::Scan;
use crate::entity::{Asks, Held, Reader, asked_attributes, missing_attribute};
use crate::expr::{Aliases, Partition};
use crate::schema::IndexDef;
use crate::{Entity, InvalidRequest, Key, Projection};

impl<E: Entity> Get<E> {
    /// Reads some of the fields, into a struct that derives [`Projection`](crate::Projection).
    ///
    /// Less is sent, and as much is paid for.
    pub fn project<P: Projection<Entity = E>>(self) -> Get<E, P> {
        self.read_as(asked_attributes::<P>(None))
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
        self.read_as()
    }
}

impl<E: Entity> Scan<E> {
    /// Reads some of the fields, into a struct that derives [`Projection`](crate::Projection).
    ///
    /// Less is sent, and as much is paid for. If an [index](Self::index) is read that does not hold all that the projection
    /// asks for, the items end with [`Error::Invalid`](crate::Error::Invalid), and nothing is sent.
    pub fn project<P: Projection<Entity = E>>(self) -> Scan<P, E> {
        self.read_as()
    }
}

impl<E: Entity, O> BatchGet<E, Key<E>, O> {
    /// Reads some of the fields, into a struct that derives [`Projection`](crate::Projection).
    ///
    /// Less is sent, and as much is paid for.
    pub fn project<P: Projection<Entity = E>>(self) -> BatchGet<P, Key<E>, O> {
        let reader = Reader::<E, P>::projection(None);
        self.read_as(asked_attributes::<P>(None), move |item| reader.read(item))
    }
}

/// What a projection asks for of the table, or of an index.
pub(super) fn asking<P: Projection>(index: Option<&'static IndexDef>, mixed: bool) -> Asking<P> {
    let missing = index.and_then(|index| Some((index.name, missing_attribute::<P>(index)?)));
    let attributes = match missing {
        None => Ok(asked_attributes::<P>(index)),
        Some((index, attribute)) => Err(InvalidRequest::new(format!(
            "index `{index}` does not hold `{attribute}`, which the projection asks for: project the attribute into the \
             index, leave the field out of the projection, or read the table"
        ))),
    };
    Asking {
        attributes,
        reader: Arc::new(OneEntity::<P::Entity, P>::projection(index, mixed)),
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
