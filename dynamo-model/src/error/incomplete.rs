//! Batches of which something is left.

use std::error::Error as StdError;
use std::fmt;

use super::Error;

/// A batch that was not processed to its end. The rest of it was: what was written is written.
///
/// What is left, key by key or entry by entry, is known to the [`BatchRead`](crate::BatchRead) or
/// [`BatchWritten`](crate::BatchWritten) that this error was made of.
#[derive(Debug)]
pub struct Incomplete(Box<Inner>);

#[derive(Debug)]
struct Inner {
    operation: &'static str,
    table: String,
    left: usize,
    total: usize,
    cause: Option<Error>,
}

impl Incomplete {
    pub(crate) fn new(
        operation: &'static str,
        table: &str,
        left: usize,
        total: usize,
        cause: Option<Error>,
    ) -> Self {
        Self(Box::new(Inner {
            operation,
            table: table.to_owned(),
            left,
            total,
            cause,
        }))
    }

    /// The name of the table.
    pub fn table(&self) -> &str {
        &self.0.table
    }

    /// How many keys or entries were left.
    pub fn left(&self) -> usize {
        self.0.left
    }

    /// How many there were, each counted once.
    pub fn total(&self) -> usize {
        self.0.total
    }

    /// The error of the call that ended the batch, or of the last call after which something was given up. `None` if
    /// all calls succeeded, and the service left something in too many of them.
    pub fn cause(&self) -> Option<&Error> {
        self.0.cause.as_ref()
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            operation,
            table,
            left,
            total,
            cause,
        } = &*self.0;
        write!(
            f,
            "{operation} on table `{table}` left {left} of {total} entries: "
        )?;
        f.write_str(match cause {
            None => {
                "the service did not process them in all attempts, send them again later, or raise the \
                 capacity of the table"
            }
            Some(cause) if cause.is_retryable() => {
                "calls failed in all attempts, send them again later"
            }
            Some(_) => "a call failed in a way that does not pass",
        })
    }
}

impl StdError for Incomplete {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause().map(|cause| cause as _)
    }
}
