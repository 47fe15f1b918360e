//! The partitions of collections.

use std::fmt;
use std::marker::PhantomData;

use super::sort::{First, KeyTerms, sort_components};
use crate::Collection;
use crate::key::{Format, Part};
use crate::schema::MemberDef;

/// The items of a collection in one partition of the table or of an index, which
/// [`Handle::query`](crate::Handle::query) reads.
///
/// Made by the function that the derive generates: `CustomerItem::of(customer_id)`.
#[must_use = "a partition does nothing until it is given to `query`"]
pub struct ItemCollection<C> {
    /// Components are numbered as the first member numbers them.
    pub(crate) terms: KeyTerms,
    collection: PhantomData<fn() -> C>,
}

impl<C: Collection> ItemCollection<C> {
    /// The partition of these components, in the order in which they stand in the key.
    #[doc(hidden)]
    pub fn new(parts: Vec<Part<'static>>) -> Self {
        let components = C::DEF.members.first().map(partition_components);
        let known = components.unwrap_or_default().into_iter().zip(parts);
        Self {
            terms: KeyTerms::partition(known.collect()),
            collection: PhantomData,
        }
    }

    /// Narrows the items to those whose sort key satisfies a condition on what all members' sort keys begin with: the
    /// components that `#[collection(sort(..))]` names.
    ///
    /// The condition begins with the first of them and goes on with `then`: equalities first, at most one range last. It
    /// becomes one `BETWEEN` or `begins_with`, and is exact for every member, so that nothing else is read. A second
    /// `sort` takes the place of the first.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order, Line))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order}")]
    /// # struct Order { customer_id: String, order: u32 }
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order}#LINE#{line}")]
    /// # struct Line { customer_id: String, order: u32, line: u32 }
    /// #[derive(Collection)]
    /// #[collection(sort(order: u32))]
    /// enum OrderItem {
    ///     Order(Order),
    ///     Line(Line),
    /// }
    ///
    /// // The orders from number 100 on, each with its lines.
    /// let recent = OrderItem::of("c-1").sort(|k| k.order.ge(100_u32));
    /// # let _ = recent;
    /// ```
    pub fn sort<S: First<C, 0>>(mut self, condition: impl FnOnce(C::Parts) -> S) -> Self {
        let terms = condition(C::PARTS).into_terms();
        if let Some(first) = C::DEF.members.first() {
            self.terms
                .sort(terms, &sort_components(first.entity, first.key));
        }
        self
    }
}

/// The components that a partition is given by. A shard is made of one, and stands for all of its values.
fn partition_components(member: &MemberDef) -> Vec<usize> {
    let templates = member.entity.pk_templates(&member.entity.keys[member.key]);
    let mut all = Vec::new();
    for (component, format) in templates.iter().flat_map(|t| t.components()) {
        if !matches!(format, Format::Shard(_)) && !all.contains(&component) {
            all.push(component);
        }
    }
    all
}

impl<C> Clone for ItemCollection<C> {
    fn clone(&self) -> Self {
        Self {
            terms: self.terms.clone(),
            collection: PhantomData,
        }
    }
}

/// Says which collection it is of, without the values.
impl<C: Collection> fmt::Debug for ItemCollection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemCollection")
            .field("collection", &C::DEF.name)
            .finish_non_exhaustive()
    }
}
