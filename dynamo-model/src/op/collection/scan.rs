//! `Scan` of several entities.

use std::fmt;

use super::{Gathering, member_filter, source};
use crate::expr::{Attributed, Condition};
use crate::op::read::{Items, Read, Request, reads};
use crate::op::request::Body;
use crate::transport::{Operation, Target};
use crate::{Collection, Consistent, Has};

/// A read of every item of a collection's entities in the table or in its index. Made by
/// [`Handle::scan_collection`](crate::Handle::scan_collection).
#[must_use = "nothing is read until the items are asked for"]
pub struct ScanCollection<C: Collection<Item = C>> {
    read: Read<C>,
}

impl<C: Collection<Item = C>> ScanCollection<C> {
    pub(crate) fn new(target: &Target) -> Self {
        let mut body = Body::new(&target.table);
        if let Some(index) = C::DEF.index {
            body.string("IndexName", index);
        }
        let requests = Ok(vec![Request::whole(body)]);
        let reader = Gathering::<C>::new(false);
        let (source, name) = (source::<C>(), C::DEF.name);
        let mut read = Read::new(target, Operation::Scan, source, name, requests, reader);
        // The markers of unique values are among what is read.
        read.set_mixed(None, false);
        Self { read }
    }

    /// Passes over items of entities that are no members, which are an error otherwise, or are kept by
    /// `#[collection(other)]`.
    ///
    /// They are read and paid for like the others.
    pub fn skip_unknown(mut self) -> Self {
        self.read.set_reader(Gathering::<C>::new(true));
        self
    }

    /// Of one member only the items that satisfy a condition: as [`Query::filter_member`](crate::Query::filter_member).
    pub fn filter_member<E>(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self
    where
        E: Attributed,
        C: Has<E>,
    {
        self.read.filter(member_filter::<C, E>(condition));
        self
    }

    /// Leaves out the items whose time to live has passed: as [`Query::skip_expired`](crate::Query::skip_expired).
    pub fn skip_expired(mut self) -> Self {
        self.read.skip_expired(source::<C>().expiry());
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

    reads!(C);

    /// The items, page after page as they are asked for.
    pub fn items(self) -> Items<C> {
        Items::new(self.read)
    }
}

impl<C: Collection<Item = C>> fmt::Debug for ScanCollection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanCollection")
            .field("table", &self.read.table())
            .field("collection", &C::DEF.name)
            .finish_non_exhaustive()
    }
}
