//! Partitions that do not make up a collection.

use std::fmt;

/// The items of a partition do not make up the collection that was asked for.
///
/// Names collection, field, entity and key attributes. Neither `Debug` nor `Display` shows a value that was read; the type
/// of an unknown item is shown if it is one that the table's model knows.
#[derive(Debug)]
pub struct CollectionError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    collection: &'static str,
    problem: CollectionProblem,
    field: Option<&'static str>,
    entity: Option<&'static str>,
    key_names: Vec<&'static str>,
    type_attribute: Option<&'static str>,
}

/// What is wrong with the items of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CollectionProblem {
    /// An item is of none of the collection's entities.
    Unknown,
    /// There is no item for a field that needs one, and there are others.
    Missing,
    /// There are several items for a field that holds one.
    Repeated,
}

impl CollectionError {
    #[cold]
    pub(crate) fn unknown(
        collection: &'static str,
        entity: Option<&'static str>,
        key_names: Vec<&'static str>,
        type_attribute: Option<&'static str>,
    ) -> Self {
        Self(Box::new(Inner {
            collection,
            problem: CollectionProblem::Unknown,
            field: None,
            entity,
            key_names,
            type_attribute,
        }))
    }

    #[cold]
    pub(crate) fn of_field(
        collection: &'static str,
        problem: CollectionProblem,
        field: &'static str,
        entity: &'static str,
    ) -> Self {
        Self(Box::new(Inner {
            collection,
            problem,
            field: Some(field),
            entity: Some(entity),
            key_names: Vec::new(),
            type_attribute: None,
        }))
    }

    /// What is wrong.
    pub fn problem(&self) -> CollectionProblem {
        self.0.problem
    }

    /// The name of the collection.
    pub fn collection(&self) -> &'static str {
        self.0.collection
    }

    /// The field of the collection that the items do not fit.
    pub fn field(&self) -> Option<&'static str> {
        self.0.field
    }

    /// The entity: of the field, or of an unknown item if it is one that the table's model knows.
    pub fn entity(&self) -> Option<&'static str> {
        self.0.entity
    }

    /// The attributes that hold an unknown item's primary key.
    pub fn key_names(&self) -> &[&'static str] {
        &self.0.key_names
    }

    /// The attribute that holds the type of an unknown item, if it has a type.
    pub fn type_attribute(&self) -> Option<&'static str> {
        self.0.type_attribute
    }
}

impl fmt::Display for CollectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            collection,
            problem,
            field,
            entity,
            key_names,
            type_attribute,
        } = &*self.0;
        let (field, of) = (field.unwrap_or_default(), entity.unwrap_or_default());
        match problem {
            CollectionProblem::Unknown => {
                write!(f, "an item with the key attributes ")?;
                for (i, name) in key_names.iter().enumerate() {
                    write!(f, "{}`{name}`", if i > 0 { ", " } else { "" })?;
                }
                match (entity, type_attribute) {
                    (Some(entity), _) => write!(f, " is a `{entity}`, which")?,
                    (None, Some(attribute)) => {
                        write!(
                            f,
                            " is of an entity that the model does not know, by its `{attribute}`, which"
                        )?;
                    }
                    (None, None) => f.write_str(" has the keys of no known entity, and")?,
                }
                write!(
                    f,
                    " is no member of collection `{collection}`: add it, keep such items with `#[collection(other)]`, or pass \
                     over them with `skip_unknown`"
                )
            }
            CollectionProblem::Missing => write!(
                f,
                "the partition holds items of collection `{collection}`, but no `{of}` for its field `{field}`: make the \
                 field an `Option` if it may be missing"
            ),
            CollectionProblem::Repeated => write!(
                f,
                "the partition holds several items `{of}`, and field `{field}` of collection `{collection}` takes one: make \
                 the field a `Vec` if there may be more"
            ),
        }
    }
}

impl std::error::Error for CollectionError {}
