//! The model as constant data: tables, indexes, entities and their keys.
//!
//! The derives emit these as constants; everything else (operations, checks, documentation) reads
//! them. They can be written by hand as well.

pub(crate) mod check;
mod collection;
mod held;
mod message;
mod model;
mod overlap;
mod shared;
mod sight;
#[cfg(test)]
mod tests;

#[doc(hidden)]
pub use collection::key_on;
pub use collection::{CollectionDef, MemberDef, Occurs};
pub(crate) use held::{ALL, first_missing};
pub(crate) use message::equal;
pub use model::{Delimiters, Model};
pub(crate) use overlap::shares_prefix;
pub(crate) use shared::SharedSort;

use crate::key::{ComponentDef, KeyKind, Template};

/// A key attribute and its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributeDef {
    /// Name of the attribute.
    pub name: &'static str,
    /// `S`, `N` or `B`.
    pub kind: KeyKind,
}

/// A table: its key, its indexes, and the attributes that DynamoDB or the library gives a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableDef {
    /// Name of the table, unless the handle is given another.
    pub name: &'static str,
    /// The doc comment.
    pub doc: &'static str,
    /// The partition key.
    pub pk: AttributeDef,
    /// The sort key, if the table's primary key is composite.
    pub sk: Option<AttributeDef>,
    /// Secondary indexes, in the order in which they were declared.
    pub indexes: &'static [IndexDef],
    /// The time-to-live attribute, a number of epoch seconds.
    pub ttl: Option<&'static str>,
    /// The attribute that holds each item's entity type. `None` if keys alone tell entities apart.
    pub type_attribute: Option<&'static str>,
}

impl TableDef {
    /// The index of this name.
    pub const fn index(&self, name: &str) -> Option<&IndexDef> {
        let mut i = 0;
        while i < self.indexes.len() {
            if message::equal(self.indexes[i].name, name) {
                return Some(&self.indexes[i]);
            }
            i += 1;
        }
        None
    }

    /// Whether this attribute is the partition key or the sort key of the table.
    pub(crate) fn is_key(&self, attribute: &str) -> bool {
        self.pk.name == attribute || self.sk.is_some_and(|sk| sk.name == attribute)
    }

    /// Partition and sort key attributes of an entity's key; none if the index is not the table's.
    pub const fn attributes(
        &'static self,
        key: &KeyDef,
    ) -> (&'static [AttributeDef], &'static [AttributeDef]) {
        match key.index {
            None => (
                std::slice::from_ref(&self.pk),
                match &self.sk {
                    Some(sk) => std::slice::from_ref(sk),
                    None => &[],
                },
            ),
            Some(name) => match self.index(name) {
                Some(index) => (index.pk, index.sk),
                None => (&[], &[]),
            },
        }
    }
}

/// A secondary index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexDef {
    /// Name of the index.
    pub name: &'static str,
    /// Global or local.
    pub scope: IndexScope,
    /// Partition key attributes: one, or up to four in a global index with native multi-attribute keys.
    pub pk: &'static [AttributeDef],
    /// Sort key attributes: none, one, or up to four.
    pub sk: &'static [AttributeDef],
    /// What is copied into the index beside the keys.
    pub projection: Projection,
}

/// Whether an index spans the table or one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexScope {
    /// A global secondary index: its own partition key, eventually consistent.
    Global,
    /// A local secondary index: the table's partition key, another sort key.
    Local,
}

/// What an index holds beside the key attributes of table and index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Projection {
    /// The whole item.
    All,
    /// Nothing more.
    KeysOnly,
    /// These attributes, and the entity type attribute.
    Include(&'static [&'static str]),
}

/// An entity: its attributes and the templates of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityDef {
    /// Name of the Rust type.
    pub name: &'static str,
    /// The doc comment.
    pub doc: &'static str,
    /// The value of the table's type attribute.
    pub type_name: &'static str,
    /// Other values of the type attribute that are accepted when reading.
    pub type_aliases: &'static [&'static str],
    /// The fields that serde reads and writes.
    pub fields: &'static [FieldDef],
    /// The fields that stand in some key.
    pub components: &'static [ComponentDef],
    /// The primary key, then the index keys in the order in which they were declared.
    pub keys: &'static [KeyDef],
    /// What no two items of the table may have in common.
    pub uniques: &'static [UniqueDef],
    /// The fields that the library writes.
    pub lifecycle: Lifecycle,
}

/// The fields of an entity that the library writes or gives a meaning, by their attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// Counts the writes of the item, for optimistic locking.
    pub version: Option<&'static str>,
    /// When the item was first written.
    pub created_at: Option<&'static str>,
    /// When it was last written.
    pub updated_at: Option<&'static str>,
    /// When it expires, stored as a number of epoch seconds: the table's time-to-live attribute.
    pub ttl: Option<&'static str>,
}

/// A value that only one item of the table may have at a time, kept by a marker item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniqueDef {
    /// The field that is unique.
    pub field: &'static str,
    /// What is unique: the field, or the field within a scope.
    pub template: Template,
}

impl EntityDef {
    /// An entity without fields and keys, to be completed: `EntityDef { fields: &[..], ..EntityDef::new(..) }`.
    pub const fn new(name: &'static str, doc: &'static str, type_name: &'static str) -> Self {
        Self {
            name,
            doc,
            type_name,
            type_aliases: &[],
            fields: &[],
            components: &[],
            keys: &[],
            uniques: &[],
            lifecycle: Lifecycle::NONE,
        }
    }

    /// The attribute name of a field.
    pub const fn attribute_of(&self, field: &str) -> Option<&'static str> {
        let mut i = 0;
        while i < self.fields.len() {
            if message::equal(self.fields[i].name, field) {
                return Some(self.fields[i].attribute);
            }
            i += 1;
        }
        None
    }

    /// Whether a value of the type attribute is this entity's.
    pub fn accepts_type(&self, name: &str) -> bool {
        self.type_name == name || self.type_aliases.contains(&name)
    }
}

/// A field and the attribute it is stored as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldDef {
    /// The field's name in Rust, without `r#`.
    pub name: &'static str,
    /// The attribute's name, by serde's rules.
    pub attribute: &'static str,
    /// Whether the field is stored in keys only, and read back from there.
    pub key_only: bool,
}

impl FieldDef {
    /// A field that is stored as an attribute.
    pub const fn stored(name: &'static str, attribute: &'static str) -> Self {
        Self {
            name,
            attribute,
            key_only: false,
        }
    }

    /// A field that is stored in keys only.
    pub const fn key_only(name: &'static str, attribute: &'static str) -> Self {
        Self {
            name,
            attribute,
            key_only: true,
        }
    }
}

/// One key of an entity: the primary key, or the key of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyDef {
    /// The function that queries it: `of` for the primary key, else the name given in `index(name, ..)`.
    pub name: &'static str,
    /// The index, or `None` for the primary key.
    pub index: Option<&'static str>,
    /// Templates of the partition key attributes. Empty for a local index: it has the table's.
    pub pk: &'static [Template],
    /// Templates of the sort key attributes.
    pub sk: &'static [Template],
    /// Fields that the predicate of `when = ..` reads. They need not be components.
    pub when: &'static [&'static str],
}

impl Lifecycle {
    /// No lifecycle attributes.
    pub const NONE: Self = Self {
        version: None,
        created_at: None,
        updated_at: None,
        ttl: None,
    };
}

impl KeyDef {
    /// The template at place `i`, partition templates first.
    pub(crate) const fn template(&self, i: usize) -> Option<Template> {
        if i < self.pk.len() {
            Some(self.pk[i])
        } else if i - self.pk.len() < self.sk.len() {
            Some(self.sk[i - self.pk.len()])
        } else {
            None
        }
    }

    /// The primary key.
    pub const fn primary(
        name: &'static str,
        pk: &'static [Template],
        sk: &'static [Template],
    ) -> Self {
        Self {
            name,
            index: None,
            pk,
            sk,
            when: &[],
        }
    }

    /// The key of an index.
    pub const fn on(
        index: &'static str,
        name: &'static str,
        pk: &'static [Template],
        sk: &'static [Template],
    ) -> Self {
        Self {
            index: Some(index),
            ..Self::primary(name, pk, sk)
        }
    }

    /// The same key with a predicate that reads these fields.
    #[must_use]
    pub const fn when(self, when: &'static [&'static str]) -> Self {
        Self { when, ..self }
    }
}

impl EntityDef {
    /// Templates of the key's partition attributes, which a local index takes from the primary key.
    pub(crate) const fn pk_templates(&self, key: &KeyDef) -> &'static [Template] {
        if key.pk.is_empty() {
            self.keys[0].pk
        } else {
            key.pk
        }
    }

    /// Pairs of attribute and template of one key: the partition's, then the sort key's.
    pub(crate) fn pairs(
        &self,
        table: &'static TableDef,
        key: &KeyDef,
    ) -> (
        impl Iterator<Item = (AttributeDef, Template)>,
        impl Iterator<Item = (AttributeDef, Template)>,
    ) {
        let (pk, sk) = table.attributes(key);
        (
            pk.iter()
                .copied()
                .zip(self.pk_templates(key).iter().copied()),
            sk.iter().copied().zip(key.sk.iter().copied()),
        )
    }

    /// The key attribute at place `i` of a key, partition attributes first, and the template that the entity gives it.
    pub(crate) const fn pair(
        &self,
        table: &'static TableDef,
        key: &KeyDef,
        i: usize,
    ) -> Option<(AttributeDef, Option<Template>)> {
        let (pk, sk) = table.attributes(key);
        let (attributes, templates, i) = if i < pk.len() {
            (pk, self.pk_templates(key), i)
        } else {
            (sk, key.sk, i - pk.len())
        };
        if i >= attributes.len() {
            return None;
        }
        let template = if i < templates.len() {
            Some(templates[i])
        } else {
            None
        };
        Some((attributes[i], template))
    }

    /// The template that writes an attribute of the entity's items, in whichever of its keys it stands.
    pub(crate) const fn template_on(
        &self,
        table: &'static TableDef,
        attribute: &str,
    ) -> Option<Template> {
        let mut k = 0;
        while k < self.keys.len() {
            let mut i = 0;
            while let Some((found, template)) = self.pair(table, &self.keys[k], i) {
                if message::equal(found.name, attribute) && template.is_some() {
                    return template;
                }
                i += 1;
            }
            k += 1;
        }
        None
    }

    /// Whether the template's only component is a field that is stored under the key attribute's own name.
    pub(crate) const fn is_own(&self, attribute: &str, template: Template) -> bool {
        match template.single() {
            Some(component) => match self.attribute_of(self.components[component].name) {
                Some(name) => message::equal(name, attribute),
                None => false,
            },
            None => false,
        }
    }
}
