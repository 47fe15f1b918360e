//! What the engine was sent.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// One attempt of one call, as it arrived: a call that the SDK retries arrives several times.
///
/// `Debug` prints the operation and the body's length, not the body, which holds keys and values.
///
/// # Examples
///
/// ```
/// use dynamo_model::embedded::Engine;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = Engine::memory()?;
/// engine.requests().record(true);
/// engine.client().list_tables().limit(7).send().await?;
///
/// let call = &engine.requests().take()[0];
/// assert_eq!(call.operation(), "ListTables");
/// assert_eq!(call.body(), r#"{"Limit":7}"#);
/// assert_eq!(call.json().unwrap()["Limit"], 7);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Call {
    operation: Arc<str>,
    body: Arc<str>,
}

impl Call {
    pub(super) fn new(operation: &str, body: &str) -> Self {
        Self {
            operation: operation.into(),
            body: body.into(),
        }
    }

    /// The operation's name, such as `PutItem`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The request body: JSON, as the SDK wrote it.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The request body, parsed, or `None` if it is not JSON.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_str(&self.body).ok()
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.operation, self.body.len())
    }
}

/// A recorder of the calls an engine receives, off until it is switched on.
///
/// # Examples
///
/// ```
/// use dynamo_model::embedded::Engine;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = Engine::memory()?;
/// let client = engine.client();
/// client.list_tables().send().await?; // not recorded
///
/// engine.requests().record(true);
/// engine.faults().throttle("ListTables", 1);
/// client.list_tables().send().await?;
/// assert_eq!(engine.requests().take().len(), 2); // the throttled attempt and its retry
/// assert!(engine.requests().take().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Requests {
    /// `None` while switched off.
    calls: Mutex<Option<Vec<Call>>>,
}

impl Requests {
    /// Switches the recorder on or off. Switching it off forgets what it holds; switching on a
    /// recorder that runs changes nothing.
    pub fn record(&self, on: bool) {
        let mut calls = self.lock();
        *calls = if on {
            Some(calls.take().unwrap_or_default())
        } else {
            None
        };
    }

    /// The calls recorded since the last `take`, in order of arrival. The recorder goes on.
    pub fn take(&self) -> Vec<Call> {
        self.lock().as_mut().map(std::mem::take).unwrap_or_default()
    }

    pub(super) fn push(&self, call: &Call) {
        if let Some(calls) = self.lock().as_mut() {
            calls.push(call.clone());
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Vec<Call>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
