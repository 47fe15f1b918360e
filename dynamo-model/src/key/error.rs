//! Values that cannot be part of a key.

use std::fmt;

/// A value cannot be part of a key, or a stored key was not written by its template.
///
/// Found before anything is sent. It names the entity, the field and the template, never the value.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    entity: &'static str,
    field: Option<&'static str>,
    template: String,
    problem: KeyProblem,
}

/// What is wrong with a value in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyProblem {
    /// The value is empty. DynamoDB has no empty keys, and an empty component would make two keys equal.
    Empty,
    /// The value holds a character that begins a literal of the table's templates.
    Delimiter(char),
    /// The value holds U+10FFFF, which marks the upper end of ranges.
    Sentinel,
    /// The value's text runs into the literal that follows it.
    Ambiguous(&'static str),
    /// The number has more digits than the template's width, or is negative where a width is given.
    TooWide(u16),
    /// The time is finer than the template's format can keep, or outside of the years 0 to 9999.
    Inexact,
    /// The year is outside of 0 to 9999, or before 1970 in an `epoch` format.
    OutOfRange,
    /// The key is longer than DynamoDB allows: 2,048 bytes for a partition key, 1,024 for a sort key.
    TooLong {
        /// Length of the key in bytes.
        bytes: usize,
        /// DynamoDB's limit in bytes.
        limit: usize,
    },
    /// The component's type says that this value can stand in no key.
    Invalid(&'static str),
    /// A component of the primary key is `None`.
    Missing,
    /// The stored key was not written by this template.
    Unreadable,
    /// The stored item lacks the key attribute, or holds another type there.
    NoAttribute,
}

impl KeyError {
    pub(crate) fn new(
        entity: &'static str,
        field: Option<&'static str>,
        template: impl fmt::Display,
        problem: KeyProblem,
    ) -> Self {
        Self(Box::new(Inner {
            entity,
            field,
            template: template.to_string(),
            problem,
        }))
    }

    /// Name of the entity.
    pub fn entity(&self) -> &'static str {
        self.0.entity
    }

    /// Name of the field, if the problem is with one component and not with the whole key.
    pub fn field(&self) -> Option<&'static str> {
        self.0.field
    }

    /// The key template, as written in the model.
    pub fn template(&self) -> &str {
        &self.0.template
    }

    /// What is wrong.
    pub fn problem(&self) -> KeyProblem {
        self.0.problem
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            entity,
            field,
            template,
            problem,
        } = &*self.0;
        match field {
            Some(field) => write!(f, "`{entity}.{field}` in the key \"{template}\": ")?,
            None => write!(f, "the key \"{template}\" of `{entity}`: ")?,
        }
        let field = field.unwrap_or("field");
        match problem {
            KeyProblem::Empty => f.write_str(
                "the value is empty, and a key component must not be; give it a value, or make the field an `Option` if it is part of an index only",
            ),
            KeyProblem::Delimiter(c) => write!(
                f,
                "the value holds {c:?}, which separates the components of this table's keys; write `{{{field}:escape}}` in the template to let it in"
            ),
            KeyProblem::Sentinel => f.write_str(
                "the value holds U+10FFFF, which is kept free to mark the upper end of a range; remove it",
            ),
            KeyProblem::Ambiguous(literal) => write!(
                f,
                "the value's text runs into the literal {literal:?} that follows it, so the key could not be read back; begin the literal with another character"
            ),
            KeyProblem::TooWide(width) => write!(
                f,
                "the number does not fit {width} digits; widen the template's format or leave it out"
            ),
            KeyProblem::Inexact => f.write_str(
                "the time is finer than the template's format, so the key could not be read back; round it first, or give the format a fraction (`%3f`, `%6f`, `%9f`)",
            ),
            KeyProblem::OutOfRange => f.write_str(
                "the time is out of range: years 0 to 9999, and from 1970 to 2286 in an `epoch` format",
            ),
            KeyProblem::TooLong { bytes, limit } => write!(
                f,
                "the key has {bytes} bytes, and DynamoDB allows {limit}; shorten a component"
            ),
            KeyProblem::Invalid(reason) => write!(f, "{reason}"),
            KeyProblem::Missing => f.write_str(
                "the value is `None`, and every item needs its whole primary key; give it a value",
            ),
            KeyProblem::Unreadable => f.write_str(
                "the stored key was not written by this template; is the item of another entity, or the template newer than the item?",
            ),
            KeyProblem::NoAttribute => f.write_str(
                "the stored item has no such key attribute, or one of another type; is it projected into the index that was read?",
            ),
        }
    }
}

impl fmt::Debug for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyError")
            .field("entity", &self.0.entity)
            .field("field", &self.0.field)
            .field("template", &self.0.template)
            .field("problem", &self.0.problem)
            .finish()
    }
}

impl std::error::Error for KeyError {}
