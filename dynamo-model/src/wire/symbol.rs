//! Names of newtype structs that mean something to this codec, and nothing to any other.
//!
//! serde passes the name of a newtype struct to the format. `serde_dynamo` uses that to mark sets; we
//! understand its marks, so that `#[serde(with = "serde_dynamo::string_set")]` works, and add our own.

/// A [`Number`](crate::types::Number): its text is written as `N`.
pub(crate) const NUMBER: &str = "\u{037E}DYNAMO_MODEL_NUMBER\u{037E}";
/// One attribute value as DynamoDB JSON text.
pub(super) const RAW: &str = "\u{037E}DYNAMO_MODEL_RAW\u{037E}";
/// An [`Attributes`](super::Attributes) map.
pub(super) const ATTRIBUTES: &str = "\u{037E}DYNAMO_MODEL_ATTRIBUTES\u{037E}";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    None,
    Number,
    Raw,
    Set(SetKind),
}

/// The element type of a set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SetKind {
    Strings,
    Numbers,
    Binaries,
}

/// What the name of a newtype struct stands for. The marks of `serde_dynamo` are private statics, so they
/// are compared by text.
pub(super) fn symbol(name: &str) -> Symbol {
    if !name.starts_with('\u{037E}') {
        return Symbol::None;
    }
    match name {
        NUMBER => Symbol::Number,
        RAW => Symbol::Raw,
        "\u{037E}STRINGSET\u{037E}" => Symbol::Set(SetKind::Strings),
        "\u{037E}NUMBERSET\u{037E}" => Symbol::Set(SetKind::Numbers),
        "\u{037E}BYTESSET\u{037E}" => Symbol::Set(SetKind::Binaries),
        _ => Symbol::None,
    }
}
