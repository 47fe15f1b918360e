//! Errors that are found without asking the service about an item.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A request that could not be built.
#[derive(Clone, Debug)]
pub struct InvalidRequest(Box<Refused>);

#[derive(Clone, Debug)]
struct Refused {
    message: Cow<'static, str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl InvalidRequest {
    /// `message` says what is wrong and what to do, in lower case, without any value of an item.
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Refused {
            message: message.into(),
            source: None,
        }))
    }

    /// Keeps the cause. Only for causes that hold no item data.
    pub(crate) fn with_source(mut self, source: Box<dyn StdError + Send + Sync>) -> Self {
        self.0.source = Some(Arc::from(source));
        self
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl StdError for InvalidRequest {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// A table that is not what its model says.
#[derive(Debug)]
pub struct ModelMismatch(Box<Differences>);

#[derive(Debug)]
struct Differences {
    table: String,
    differences: Vec<String>,
}

impl ModelMismatch {
    pub(crate) fn new(table: impl Into<String>, differences: Vec<String>) -> Self {
        Self(Box::new(Differences {
            table: table.into(),
            differences,
        }))
    }

    /// The name of the table.
    pub fn table(&self) -> &str {
        &self.0.table
    }

    /// One sentence per difference.
    pub fn differences(&self) -> &[String] {
        &self.0.differences
    }
}

impl fmt::Display for ModelMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "table `{}` is not what its model says: {}",
            self.table(),
            self.differences().join("; ")
        )
    }
}

impl StdError for ModelMismatch {}

/// A table that did not come to the awaited state in time.
#[derive(Debug)]
pub struct WaitTimeout(Box<Waited>);

#[derive(Debug)]
struct Waited {
    table: String,
    awaited: &'static str,
    last: String,
    timeout: Duration,
}

impl WaitTimeout {
    pub(crate) fn new(table: &str, awaited: &'static str, last: String, timeout: Duration) -> Self {
        Self(Box::new(Waited {
            table: table.to_owned(),
            awaited,
            last,
            timeout,
        }))
    }

    /// The name of the table.
    pub fn table(&self) -> &str {
        &self.0.table
    }

    /// The state that `DescribeTable` reported last, such as "table is CREATING".
    pub fn last_state(&self) -> &str {
        &self.0.last
    }

    /// How long it was waited for.
    pub fn timeout(&self) -> Duration {
        self.0.timeout
    }
}

impl fmt::Display for WaitTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Waited {
            table,
            awaited,
            last,
            timeout,
        } = &*self.0;
        write!(
            f,
            "table `{table}` is not {awaited} after {timeout:?} ({last}): allow more time, or look at the table"
        )
    }
}

impl StdError for WaitTimeout {}
