//! A cursor that cannot be used.

use std::error::Error as StdError;
use std::fmt;

/// Why a cursor was refused. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CursorErrorKind {
    /// The text is not one that a cursor was written as.
    Malformed,
    /// A later version of this crate wrote it.
    Version,
    /// It is from another query: another table, index, direction or key condition.
    OtherQuery,
    /// It was not sealed with this key, or changed since.
    Seal,
}

/// A cursor was refused: it is no cursor, or one of another query. Nothing was sent.
///
/// Cursors come back from clients, so this is usually answered with "bad request". It says nothing of the cursor's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorError(CursorErrorKind);

impl CursorError {
    pub(crate) const fn new(kind: CursorErrorKind) -> Self {
        Self(kind)
    }

    /// What is wrong with it.
    pub const fn kind(&self) -> CursorErrorKind {
        self.0
    }
}

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            CursorErrorKind::Malformed => {
                "the text is not a cursor: give the whole text that `encode` or `seal` returned, and read it with its counterpart"
            }
            CursorErrorKind::Version => {
                "the cursor was written by a later version of this crate: begin from the start"
            }
            CursorErrorKind::OtherQuery => {
                "the cursor is from another query: go on with the table, index, direction and key condition it was made with"
            }
            CursorErrorKind::Seal => {
                "the cursor was not sealed with this key, or changed since: begin from the start"
            }
        })
    }
}

impl StdError for CursorError {}
