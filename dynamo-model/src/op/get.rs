//! `GetItem`.

use std::fmt;

use serde::de::DeserializeOwned;

use super::Sending;
use super::filter::{expiry, is_expired};
use super::options::{Options, options};
use super::project::project;
use super::request::Body;
use super::view::RequestView;
use crate::entity::{Key, Reader};
use crate::expr::Aliases;
use crate::transport::{self, Call, Operation, Target};
use crate::wire::RawItem;
use crate::{Entity, Error, Projection, Table};

/// A read of one item. Made by [`Handle::get`](crate::Handle::get).
///
/// `O` is what the item is read as.
#[must_use = "nothing is read until `.send().await`"]
pub struct Get<E, O = E> {
    target: Target,
    body: Result<Body, Error>,
    consistent: bool,
    /// The attribute that says when items expire, if one that has is not returned.
    expiry: Option<&'static str>,
    options: Options,
    reader: Reader<E, O>,
}

impl<E: Entity> Get<E> {
    pub(crate) fn new(target: &Target, key: &Key<E>) -> Self {
        let mut body = Body::new(&target.table);
        let written = key.write(body.member("Key"));
        Self {
            target: target.clone(),
            body: written.map(|()| body).map_err(Error::from),
            consistent: false,
            expiry: None,
            options: Options::default(),
            reader: Reader::new(),
        }
    }

    /// Reads the item as a projection. The request asks for no more than these attributes, if they are given.
    pub(super) fn read_as<P: Projection<Entity = E>>(
        self,
        attributes: Option<Vec<&'static str>>,
    ) -> Get<E, P> {
        let body = self.body.map(|mut body| {
            let mut aliases = Aliases::default();
            project(&mut body, &mut aliases, attributes.as_deref());
            body.aliases(&aliases);
            body
        });
        Get {
            target: self.target,
            body,
            consistent: self.consistent,
            expiry: self.expiry,
            options: self.options,
            reader: Reader::projection(None),
        }
    }
}

impl<E: Entity, O: DeserializeOwned + Send + 'static> Get<E, O> {
    /// Reads what all earlier writes made of the item, at twice the price: `ConsistentRead`.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// An item whose time to live has passed by the handle's clock is none: DynamoDB deletes those within days. The table
    /// says which attribute that is, `ttl = ".."`.
    pub fn skip_expired(mut self) -> Self {
        match expiry(E::Table::DEF) {
            Ok(attribute) => self.expiry = Some(attribute),
            Err(error) => self.body = self.body.and(Err(error.into())),
        }
        self
    }

    options!();

    /// The request as it would be sent now, to be looked at.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<RequestView, Error> {
        let body = match &self.body {
            Ok(body) => complete(body.open(), self.consistent, &self.options),
            Err(error) => return Err(error.again()),
        };
        Ok(RequestView::new(Operation::GetItem, E::Table::DEF, body).of([E::SCHEMA]))
    }

    /// Sends the request. `None` if there is no such item.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] for a value that can be in no key; [`Error::Decode`] if the stored item is not an `E`; and what the
    /// service or the network says.
    pub fn send(self) -> Sending<Option<O>> {
        Sending::new(async move {
            let body = complete(self.body?, self.consistent, &self.options);
            let tables = [&*self.target.table];
            let mut call = Call::new(Operation::GetItem, &tables, body);
            call.facts.consistent = Some(self.consistent);
            call.overrides = self.options.overrides.clone();
            let response = transport::send(&self.target.client, call).await?;
            let envelope = response.envelope()?;
            self.options.record(envelope.consumed_capacity.as_ref());
            let is_there = |item: &RawItem<'_>| {
                let now = self.target.clock.now();
                !self.expiry.is_some_and(|name| is_expired(*item, name, now))
            };
            envelope
                .item
                .filter(is_there)
                .map(|item| self.reader.read(item))
                .transpose()
        })
    }
}

/// The body of the request.
fn complete(mut body: Body, consistent: bool, options: &Options) -> String {
    if consistent {
        body.raw("ConsistentRead", "true");
    }
    if options.wants_capacity() {
        body.raw("ReturnConsumedCapacity", "\"INDEXES\"");
    }
    body.finish()
}

impl<E: Entity, O> fmt::Debug for Get<E, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Get")
            .field("table", &self.target.table)
            .field("entity", &E::SCHEMA.name)
            .finish_non_exhaustive()
    }
}
