//! What a query can be of.

use super::collection::Gathered;
use super::query::Query;
use crate::expr::{ItemCollection, Partition};
use crate::transport::Target;
use crate::{Collection, Entity, Keyed};

/// What [`Handle::query`](crate::Handle::query) reads from a table `T`: a partition of one entity or of a collection.
#[diagnostic::on_unimplemented(
    message = "a query of table `{T}` does not read `{Self}`",
    label = "no partition of table `{T}`",
    note = "a query reads a partition of one of the table's entities, `Order::of(..)`, or of a collection of them, `CustomerItem::of(..)`"
)]
pub trait Select<T> {
    /// The builder.
    type Query;

    /// Begins to build. A required method of a hidden type seals the trait, so that what does not have it is reported once.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "nobody else calls or implements it")]
    fn query(self, target: &Target) -> Self::Query;
}

#[diagnostic::do_not_recommend]
impl<T, E: Entity<Table = T> + Keyed<KEY>, const KEY: usize> Select<T> for Partition<E, KEY> {
    type Query = Query<E, Self>;

    #[expect(private_interfaces, reason = "nobody else calls it")]
    fn query(self, target: &Target) -> Self::Query {
        Query::new(target, &self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, C: Collection<Table = T>> Select<T> for ItemCollection<C>
where
    C::Query: From<Gathered<C>>,
{
    type Query = C::Query;

    #[expect(private_interfaces, reason = "nobody else calls it")]
    fn query(self, target: &Target) -> Self::Query {
        Gathered::<C>::gather(target, &self).into()
    }
}
