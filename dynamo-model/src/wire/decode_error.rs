//! Why an item could not be read.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::path::Path;

/// An item, or a response, that does not read as the type that was asked for.
///
/// `Display` and `Debug` name the entity, its key attributes, the path of the field (`lines[1].qty`), what
/// was expected and which type tag was found; they never show a value. A message that came from a
/// `Deserialize` implementation or from an `upgrade` may quote the value, and is therefore only handed out by
/// [`detail`](Self::detail).
#[derive(Clone)]
#[non_exhaustive]
pub struct DecodeError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    entity: Option<&'static str>,
    key_names: Vec<String>,
    path: Path,
    reason: Reason,
    detail: Option<String>,
}

/// Kept apart from its words, so that `expected` and `found` can be asked for.
#[derive(Clone)]
enum Reason {
    Malformed(&'static str),
    Mismatch {
        expected: String,
        found: &'static str,
    },
    Refused {
        expected: String,
    },
    Foreign,
    MissingField(&'static str),
    DuplicateField(&'static str),
    UnknownField {
        name: String,
        known: &'static [&'static str],
    },
    UnknownVariant {
        known: &'static [&'static str],
    },
    Length {
        expected: String,
        found: usize,
    },
    Custom(Option<String>),
    Upgrade,
    Moved(&'static str),
}

/// serde's own message for untagged enums; it holds the name of the type and no value.
const UNTAGGED: &str = "data did not match any variant of untagged enum ";

impl DecodeError {
    #[cold]
    fn new(reason: Reason) -> Self {
        Self(Box::new(Inner {
            entity: None,
            key_names: Vec::new(),
            path: Path::default(),
            reason,
            detail: None,
        }))
    }

    /// The text is not DynamoDB JSON, or breaks a limit of the reader.
    #[cold]
    pub(crate) fn malformed(what: &'static str) -> Self {
        Self::new(Reason::Malformed(what))
    }

    /// The value has another type tag than the type being read allows.
    #[cold]
    pub(crate) fn mismatch(expected: &str, found: &'static str) -> Self {
        Self::new(Reason::Mismatch {
            expected: expected.to_owned(),
            found,
        })
    }

    /// The type tag is right, the value is not: a number out of range, for example.
    #[cold]
    pub(crate) fn refused(expected: &str) -> Self {
        Self::new(Reason::Refused {
            expected: expected.to_owned(),
        })
    }

    /// The item is of another entity.
    #[cold]
    pub(crate) fn foreign() -> Self {
        Self::new(Reason::Foreign)
    }

    /// The entity's function for older shapes refused the item.
    #[cold]
    pub(crate) fn upgrade(error: &(dyn std::error::Error + Send + Sync)) -> Self {
        let mut this = Self::new(Reason::Upgrade);
        this.0.detail = Some(error.to_string());
        this
    }

    /// The entity's function for older shapes changed a key attribute.
    #[cold]
    pub(crate) fn moved(attribute: &'static str) -> Self {
        Self::new(Reason::Moved(attribute))
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

    /// Names the entity that was being read.
    #[must_use]
    pub(crate) fn with_entity(mut self, entity: &'static str) -> Self {
        self.0.entity.get_or_insert(entity);
        self
    }

    /// Names the attributes that hold the item's key; their values are not recorded.
    #[must_use]
    pub(crate) fn with_key_names<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.0.key_names = names.into_iter().map(str::to_owned).collect();
        self
    }

    /// The entity that was being read, if it is known.
    pub fn entity(&self) -> Option<&'static str> {
        self.0.entity
    }

    /// The names of the attributes that hold the item's key.
    pub fn key_names(&self) -> &[String] {
        &self.0.key_names
    }

    /// The path of the field, such as `lines[1].qty`; empty if the whole item is at fault. Parts that
    /// serde buffers (flattened structs, internally tagged and untagged enums) are named by the field
    /// that holds them.
    pub fn path(&self) -> String {
        self.0.path.to_string()
    }

    /// What the type being read would have accepted, in words.
    pub fn expected(&self) -> Option<&str> {
        match &self.0.reason {
            Reason::Mismatch { expected, .. }
            | Reason::Refused { expected }
            | Reason::Length { expected, .. } => Some(expected),
            _ => None,
        }
    }

    /// The DynamoDB type tag that was found instead (`S`, `N`, `NULL`…), or serde's name for what it had
    /// buffered.
    pub fn found(&self) -> Option<&'static str> {
        match self.0.reason {
            Reason::Mismatch { found, .. } => Some(found),
            _ => None,
        }
    }

    /// What a `Deserialize` implementation, or the function of `#[entity(upgrade = ..)]`, said about its own failure. It
    /// may quote the value, so think before logging it.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match (inner.path.is_empty(), inner.entity) {
            (true, None) => f.write_str("cannot read the item")?,
            (true, Some(entity)) => write!(f, "cannot read {entity}")?,
            (false, None) => write!(f, "cannot read `{}`", inner.path)?,
            (false, Some(entity)) => write!(f, "cannot read `{}` of {entity}", inner.path)?,
        }
        if !inner.key_names.is_empty() {
            write!(f, " (key attributes {})", inner.key_names.join(", "))?;
        }
        write!(f, ": {}", inner.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => f.write_str(what),
            Self::Mismatch { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::Refused { expected } => {
                write!(f, "expected {expected}, found a value outside of it")
            }
            Self::Foreign => f.write_str("the item's type attribute names another entity"),
            Self::MissingField(name) => write!(f, "attribute `{name}` is missing"),
            Self::DuplicateField(name) => write!(f, "attribute `{name}` occurs twice"),
            Self::UnknownField { name, known } => {
                write!(f, "unknown attribute `{name}`, expected {}", OneOf(known))
            }
            Self::UnknownVariant { known } => {
                write!(f, "unknown variant, expected {}", OneOf(known))
            }
            Self::Length { expected, found } => {
                write!(f, "expected {expected}, found {found} elements")
            }
            Self::Custom(Some(shown)) => f.write_str(shown),
            Self::Custom(None) => f.write_str("its `Deserialize` implementation refused the value"),
            Self::Upgrade => f.write_str("its `upgrade` refused the stored shape"),
            Self::Moved(name) => write!(
                f,
                "its `upgrade` changed key attribute `{name}`, which an item has for life"
            ),
        }
    }
}

struct OneOf(&'static [&'static str]);

impl fmt::Display for OneOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        f.write_str(if self.0.len() == 1 { "" } else { "one of " })?;
        for (i, name) in self.0.iter().enumerate() {
            write!(f, "{}`{name}`", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError({:?})", self.to_string())
    }
}

impl std::error::Error for DecodeError {}

/// The kind of a value without the value: `Unexpected` itself prints it.
fn kind(unexpected: &Unexpected<'_>) -> &'static str {
    match unexpected {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a floating point number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Bytes(_) => "binary data",
        Unexpected::Unit => "null",
        Unexpected::Option => "an optional value",
        Unexpected::NewtypeStruct => "a newtype struct",
        Unexpected::Seq => "a list or set",
        Unexpected::Map => "a map",
        Unexpected::Enum => "an enum",
        Unexpected::UnitVariant => "a unit variant",
        Unexpected::NewtypeVariant => "a newtype variant",
        Unexpected::TupleVariant => "a tuple variant",
        Unexpected::StructVariant => "a struct variant",
        Unexpected::Other(_) => "another kind of value",
    }
}

impl de::Error for DecodeError {
    #[cold]
    fn custom<T: fmt::Display>(message: T) -> Self {
        let detail = message.to_string();
        let shown = detail.starts_with(UNTAGGED).then(|| detail.clone());
        let mut error = Self::new(Reason::Custom(shown));
        error.0.detail = Some(detail);
        error
    }

    #[cold]
    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::mismatch(&expected.to_string(), kind(&unexpected))
    }

    #[cold]
    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::refused(&expected.to_string())
    }

    #[cold]
    fn invalid_length(found: usize, expected: &dyn Expected) -> Self {
        Self::new(Reason::Length {
            expected: expected.to_string(),
            found,
        })
    }

    #[cold]
    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::new(Reason::UnknownVariant { known })
    }

    #[cold]
    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::new(Reason::UnknownField {
            name: name.to_owned(),
            known,
        })
    }

    #[cold]
    fn missing_field(name: &'static str) -> Self {
        Self::new(Reason::MissingField(name))
    }

    #[cold]
    fn duplicate_field(name: &'static str) -> Self {
        Self::new(Reason::DuplicateField(name))
    }
}

const _: () = {
    const fn shareable<T: Send + Sync + 'static>() {}
    shareable::<DecodeError>();
};
