//! A collection as a struct.

use std::fmt;

use super::Gathered;
use crate::expr::{Attributed, Condition};
use crate::op::Sending;
use crate::{Assembled, Collection, Consistent, Error, Has, Meter, Requests};

/// A read of one partition that becomes a struct. Made by [`Handle::query`](crate::Handle::query).
#[must_use = "nothing is sent until `send` is called"]
pub struct Assemble<C: Collection> {
    query: Gathered<C>,
}

impl<C: Collection> From<Gathered<C>> for Assemble<C> {
    fn from(query: Gathered<C>) -> Self {
        Self { query }
    }
}

impl<C: Collection<Item: Send>> Assemble<C> {
    /// Passes over items of entities that are no members, which are an error otherwise, or are kept by
    /// `#[collection(other)]`.
    ///
    /// They are read and paid for like the others.
    pub fn skip_unknown(mut self) -> Self {
        self.query = self.query.skip_unknown();
        self
    }

    /// Of one member only the items that satisfy a condition: as [`Query::filter_member`](crate::Query::filter_member).
    pub fn filter_member<E>(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self
    where
        E: Attributed,
        C: Has<E>,
    {
        self.query = self.query.filter_member::<E>(condition);
        self
    }

    /// Leaves out the items whose time to live has passed: as [`Query::skip_expired`](crate::Query::skip_expired).
    pub fn skip_expired(mut self) -> Self {
        self.query = self.query.skip_expired();
        self
    }

    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`.
    ///
    /// A global index is eventually consistent: for a collection on one this does not compile.
    pub fn consistent(mut self) -> Self
    where
        C: Collection<Reads: Consistent>,
    {
        self.query = self.query.consistent();
        self
    }

    /// Lists in descending order of the sort key: `ScanIndexForward` = `false`.
    pub fn descending(mut self) -> Self {
        self.query = self.query.descending();
        self
    }

    /// Reads at most this many items a page, at least one: the service's `Limit`.
    pub fn page_size(mut self, items: u32) -> Self {
        self.query = self.query.page_size(items);
        self
    }

    /// Adds what this operation consumes, page by page, to the meter.
    pub fn meter(mut self, meter: &Meter) -> Self {
        self.query = self.query.meter(meter);
        self
    }

    /// What would be sent, without values: as [`Query::request`](crate::Query::request).
    ///
    /// # Errors
    ///
    /// What `send` would fail with before anything is sent.
    pub fn request(&self) -> Result<Requests, Error> {
        self.query.request()
    }

    /// SDK settings for this call alone: timeouts, retries, region, interceptors.
    pub fn config_override(
        mut self,
        overrides: impl Into<aws_sdk_dynamodb::config::Builder>,
    ) -> Self {
        self.query = self.query.config_override(overrides);
        self
    }
}

impl<C: Assembled<Item: Send>> Assemble<C> {
    /// Reads all items, and puts them together. `None` if there are none.
    ///
    /// # Errors
    ///
    /// [`Error::Collection`](crate::Error::Collection) if a field lacks its item and there are others, if it takes one and
    /// there are several, or for an item of an entity that is no member; [`Error::Decode`](crate::Error::Decode) or
    /// [`Error::Key`](crate::Error::Key) for an item that is not what it should be.
    ///
    /// # Cost
    ///
    /// One request for every page of at most 1 MB.
    pub fn send(self) -> Sending<Option<C>> {
        let items = self.query.items();
        Sending::new(async move {
            let items = items.collect().await?;
            if items.is_empty() {
                return Ok(None);
            }
            C::assemble(items).map(Some)
        })
    }
}

impl<C: Collection> fmt::Debug for Assemble<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assemble")
            .field("collection", &C::DEF.name)
            .finish_non_exhaustive()
    }
}
