//! `Scan` of several entities.

use super::{Gathering, member_filter};
use crate::expr::{Attributed, Condition, ItemCollection};
use crate::op::scan::Scan;
use crate::transport::Target;
use crate::{Collection, Has, Table};

impl<C: Collection<Item = C> + Send> Scan<C, ItemCollection<C>> {
    pub(crate) fn gather(target: &Target) -> Self {
        let reader = Gathering::<C>::new(false);
        let mut scan = Self::with(target, C::Table::DEF, C::DEF.name, reader);
        if let Some(index) = C::DEF.index {
            scan = scan.index(index);
        }
        // The markers of unique values are among what is read.
        scan.read.set_mixed(None, false);
        scan
    }

    /// Passes over items of entities that are no members, which are an error otherwise, or are kept by
    /// `#[collection(other)]`.
    ///
    /// They are read and paid for like the others.
    pub fn skip_unknown(mut self) -> Self {
        self.read.set_reader(Gathering::<C>::new(true));
        self
    }

    /// Of one member only the items that satisfy a condition; the other members' stay: `FilterExpression`. Several filters
    /// must all hold.
    ///
    /// As [`Query::filter_member`](crate::Query::filter_member); key attributes of the table may be named.
    pub fn filter_member<E>(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self
    where
        E: Attributed,
        C: Has<E>,
    {
        let source = self.read.source();
        self.read.filter(member_filter::<C, E>(condition, |filter| {
            source.check_scan_filter(filter)
        }));
        self
    }
}
