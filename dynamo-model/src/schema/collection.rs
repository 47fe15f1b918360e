//! Collections as constant data.

use super::EntityDef;
use super::message::equal;

/// A collection: entities that are read together, in one query of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectionDef {
    /// Name of the Rust type.
    pub name: &'static str,
    /// The doc comment.
    pub doc: &'static str,
    /// The index that is queried, or `None` for the table.
    pub index: Option<&'static str>,
    /// The entities, in the order in which they were declared.
    pub members: &'static [MemberDef],
    /// Names of the handles for the leading components that the members' sort keys share.
    pub sort: &'static [&'static str],
    /// The variant or field that keeps items of other entities as they are.
    pub other: Option<&'static str>,
}

/// One entity of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberDef {
    /// Name of the variant or field.
    pub name: &'static str,
    /// The entity.
    pub entity: &'static EntityDef,
    /// The number of the entity's key that is queried: 0 is the primary key.
    pub key: usize,
    /// How many items of the entity there may be.
    pub occurs: Occurs,
}

/// How many items of a member a collection holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurs {
    /// Exactly one: a field `customer: Customer`.
    Once,
    /// None or one: a field `address: Option<Address>`.
    AtMostOnce,
    /// Any number: a field `orders: Vec<Order>`, and every variant of an enum.
    Many,
}

impl MemberDef {
    /// The member of this name, read by the key that the entity has on the index: the primary key for `None`.
    pub const fn new(
        name: &'static str,
        entity: &'static EntityDef,
        index: Option<&str>,
        occurs: Occurs,
    ) -> Self {
        Self {
            name,
            entity,
            key: key_on(entity, index),
            occurs,
        }
    }
}

/// The number of the entity's key on the index. One that is not in it is reported elsewhere, and has the primary key.
pub const fn key_on(entity: &EntityDef, index: Option<&str>) -> usize {
    match (index, entity.key_on(index)) {
        (Some(_), Some(number)) => number,
        _ => 0,
    }
}

impl EntityDef {
    /// The number of the key on the index, or of the primary key.
    pub(crate) const fn key_on(&self, index: Option<&str>) -> Option<usize> {
        let mut number = 0;
        while number < self.keys.len() {
            match (self.keys[number].index, index) {
                (None, None) => return Some(number),
                (Some(a), Some(b)) if equal(a, b) => return Some(number),
                _ => number += 1,
            }
        }
        None
    }
}
