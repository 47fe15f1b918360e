//! What an index holds of the items that are in it.

use super::check::{holds_reversibly, leaves_out};
use super::message::equal;
use super::{EntityDef, FieldDef, IndexDef, Projection, TableDef};

/// No field is missing.
pub(crate) const ALL: usize = usize::MAX;

impl TableDef {
    /// Whether a read of the table, or of one of its indexes, can return the attribute.
    pub(crate) const fn holds(&self, index: Option<&IndexDef>, attribute: &str) -> bool {
        let Some(index) = index else {
            return true;
        };
        match index.projection {
            Projection::All => true,
            Projection::KeysOnly => self.is_in_keys(index, attribute),
            Projection::Include(names) => {
                let mut i = 0;
                while i < names.len() {
                    if equal(names[i], attribute) {
                        return true;
                    }
                    i += 1;
                }
                if let Some(name) = self.type_attribute
                    && equal(name, attribute)
                {
                    return true;
                }
                self.is_in_keys(index, attribute)
            }
        }
    }

    /// Whether the attribute belongs to the key of the table or of the index.
    const fn is_in_keys(&self, index: &IndexDef, attribute: &str) -> bool {
        if equal(self.pk.name, attribute) {
            return true;
        }
        if let Some(sk) = &self.sk
            && equal(sk.name, attribute)
        {
            return true;
        }
        let mut i = 0;
        while i < index.pk.len() + index.sk.len() {
            let known = if i < index.pk.len() {
                index.pk[i]
            } else {
                index.sk[i - index.pk.len()]
            };
            if equal(known.name, attribute) {
                return true;
            }
            i += 1;
        }
        false
    }

    /// The index of an entity's key `number`; `None` if that is the primary key, or if there is no such key or index.
    pub(crate) const fn index_of(&self, entity: &EntityDef, number: usize) -> Option<&IndexDef> {
        if number >= entity.keys.len() {
            return None;
        }
        match entity.keys[number].index {
            Some(name) => self.index(name),
            None => None,
        }
    }
}

/// The place of the first of these fields that a read of the table, or of an index of it, can neither return nor read back
/// from keys; [`ALL`] if it can all.
pub(crate) const fn first_missing(
    table: &'static TableDef,
    entity: &'static EntityDef,
    fields: &[FieldDef],
    index: Option<&IndexDef>,
) -> usize {
    let Some(index) = index else {
        return ALL;
    };
    let mut i = 0;
    while i < fields.len() {
        if !is_readable(table, entity, fields[i].name, index) {
            return i;
        }
        i += 1;
    }
    ALL
}

const fn is_readable(
    table: &'static TableDef,
    entity: &'static EntityDef,
    field: &str,
    index: &IndexDef,
) -> bool {
    let mut i = 0;
    while i < entity.fields.len() {
        let known = &entity.fields[i];
        if equal(known.name, field) && !known.key_only && table.holds(Some(index), known.attribute)
        {
            return true;
        }
        i += 1;
    }
    let mut k = 0;
    while k < entity.keys.len() {
        let key = &entity.keys[k];
        // An item of the index has the keys of the table and of the index; those of another index it may lack.
        let is_there = match key.index {
            None => true,
            Some(name) => equal(name, index.name) || !leaves_out(entity, key, field),
        };
        if is_there && holds_reversibly(entity, key, field) && is_held(table, entity, k, index) {
            return true;
        }
        k += 1;
    }
    false
}

/// Whether the index holds all attributes of the entity's key `k`.
const fn is_held(
    table: &'static TableDef,
    entity: &'static EntityDef,
    k: usize,
    index: &IndexDef,
) -> bool {
    let mut i = 0;
    while let Some((attribute, _)) = entity.pair(table, &entity.keys[k], i) {
        if !table.holds(Some(index), attribute.name) {
            return false;
        }
        i += 1;
    }
    true
}
