//! `Scan`.

use std::fmt;

use super::pages::{Items, Pages, pages};
use super::query::type_filter;
use super::request::Body;
use crate::entity::{Reader, is_entity};
use crate::expr::Aliases;
use crate::key::{KeyKind, KeyValue};
use crate::transport::{Operation, Target};
use crate::wire::RawItem;
use crate::{Entity, Table};

/// A read of every item of one entity in the table. Made by [`Handle::scan`](crate::Handle::scan).
#[must_use = "nothing is read until the items are asked for"]
pub struct Scan<E> {
    pages: Pages<E>,
}

impl<E: Entity> Scan<E> {
    pub(crate) fn new(target: &Target) -> Self {
        let mut body = Body::new(&target.table);
        let mut aliases = Aliases::default();
        let filter = type_filter::<E>(0, &mut aliases).or_else(|| key_filter::<E>(&mut aliases));
        if let Some(filter) = filter {
            body.string("FilterExpression", &filter);
        }
        body.aliases(&aliases);
        let reader = Reader::<E>::new();
        let decode = move |item: RawItem<'_>| {
            if is_entity::<E>(item)? {
                reader.read(item).map(Some)
            } else {
                Ok(None)
            }
        };
        Self {
            pages: Pages::new(target, Operation::Scan, Ok(vec![body]), false, decode),
        }
    }

    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`.
    pub fn consistent(mut self) -> Self {
        self.pages.set_consistent();
        self
    }

    pages!(E);

    /// The items, page after page as they are asked for.
    pub fn items(self) -> Items<E> {
        Items::new(self.pages)
    }
}

/// On a table without a type attribute: what the keys begin with. Decoding looks at the rest of their shape.
fn key_filter<E: Entity>(aliases: &mut Aliases) -> Option<String> {
    let (pk, sk) = E::SCHEMA.pairs(E::Table::DEF, &E::SCHEMA.keys[0]);
    let terms: Vec<String> = pk
        .chain(sk)
        .filter(|(attribute, template)| {
            attribute.kind == KeyKind::S && !template.prefix().is_empty()
        })
        .map(|(attribute, template)| {
            let prefix = KeyValue::S(template.prefix().to_owned());
            format!(
                "begins_with({}, {})",
                aliases.name(attribute.name),
                aliases.value(&prefix)
            )
        })
        .collect();
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

impl<E: Entity> fmt::Debug for Scan<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("table", &self.pages.table())
            .field("entity", &E::SCHEMA.name)
            .finish_non_exhaustive()
    }
}
