//! Why a value could not be written.

use std::fmt;

use serde::ser;

use super::path::Path;

/// A value that DynamoDB cannot store, found before anything is sent.
///
/// `Display` and `Debug` name the entity, the path of the field (`lines[1].qty`) and the rule that was
/// broken; they never show the value. A message that came from a `Serialize` implementation may hold the
/// value, and is therefore only handed out by [`detail`](Self::detail).
#[derive(Clone)]
#[non_exhaustive]
pub struct EncodeError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    entity: Option<&'static str>,
    path: Path,
    reason: &'static str,
    detail: Option<String>,
}

impl EncodeError {
    #[cold]
    pub(crate) fn new(reason: &'static str) -> Self {
        Self(Box::new(Inner {
            entity: None,
            path: Path::default(),
            reason,
            detail: None,
        }))
    }

    #[cold]
    pub(crate) fn under_name(mut self, name: &str) -> Self {
        self.0.path.under_name(name);
        self
    }

    #[cold]
    pub(super) fn under_index(mut self, index: usize) -> Self {
        self.0.path.under_index(index);
        self
    }

    /// Names the entity that was being written.
    #[must_use]
    pub(crate) fn with_entity(mut self, entity: &'static str) -> Self {
        self.0.entity.get_or_insert(entity);
        self
    }

    /// The entity that was being written, if it is known.
    pub fn entity(&self) -> Option<&'static str> {
        self.0.entity
    }

    /// The path of the field, such as `lines[1].qty`; empty if the whole item is at fault.
    pub fn path(&self) -> String {
        self.0.path.to_string()
    }

    /// The rule that was broken, in words.
    pub fn reason(&self) -> &'static str {
        self.0.reason
    }

    /// What a `Serialize` implementation said about its own failure. It may quote the value, so think
    /// before logging it.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            entity,
            path,
            reason,
            ..
        } = &*self.0;
        match (path.is_empty(), entity) {
            (true, None) => write!(f, "cannot write the item: {reason}"),
            (true, Some(entity)) => write!(f, "cannot write {entity}: {reason}"),
            (false, None) => write!(f, "cannot write `{path}`: {reason}"),
            (false, Some(entity)) => write!(f, "cannot write `{path}` of {entity}: {reason}"),
        }
    }
}

impl fmt::Debug for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncodeError({:?})", self.to_string())
    }
}

impl std::error::Error for EncodeError {}

impl ser::Error for EncodeError {
    #[cold]
    fn custom<T: fmt::Display>(message: T) -> Self {
        let mut error = Self::new("its `Serialize` implementation failed");
        error.0.detail = Some(message.to_string());
        error
    }
}

const _: () = {
    const fn shareable<T: Send + Sync + 'static>() {}
    shareable::<EncodeError>();
};
