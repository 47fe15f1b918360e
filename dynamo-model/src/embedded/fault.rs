//! What goes wrong on purpose.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Call;

/// In place of an operation's name: every operation.
///
/// # Examples
///
/// ```
/// # use dynamo_model::embedded::{ANY_OPERATION, Engine, EngineError, Fault};
/// let engine = Engine::memory()?;
/// engine.faults().throttle(ANY_OPERATION, 1); // whatever comes next
/// # Ok::<(), EngineError>(())
/// ```
pub const ANY_OPERATION: &str = "*";

/// One way for a call to go wrong.
///
/// # Examples
///
/// ```
/// use dynamo_model::embedded::{Engine, Fault};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = Engine::memory()?;
/// engine.faults().add("ListTables", 1, Fault::Delay(Duration::from_millis(5)));
/// engine.client().list_tables().send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is applied; the answer is a `ProvisionedThroughputExceededException`, which the SDK
    /// retries.
    Throttle,
    /// Nothing is applied; the answer is an `InternalServerError` with status 500, which the SDK
    /// retries.
    ServerError,
    /// The connection breaks before the call is applied. The SDK retries it.
    DropRequest,
    /// The call is applied and the connection breaks before the answer arrives. The SDK retries
    /// it, so that it is applied twice.
    DropResponse,
    /// The last entries of a `BatchWriteItem` or `BatchGetItem`, this many of them, come back as
    /// unprocessed; the others are applied. Entries count in order of the request, tables in
    /// order of their names. With as many entries as there are, nothing is applied.
    Unprocessed(usize),
    /// As [`Unprocessed`](Fault::Unprocessed), for this part of the entries: `0.5` is half of
    /// them, rounded up.
    UnprocessedFraction(f64),
    /// The call is applied and answered as ever, this much later. Time is the SDK's sleep, so
    /// that the client's timeouts and a paused runtime clock work as expected.
    Delay(Duration),
}

/// Faults to come, for one engine.
///
/// A fault waits for calls of one operation, or of any ([`ANY_OPERATION`]), and is used up after so
/// many of them. A call meets at most one fault: the first that waits for it, in the order they
/// were added. Every attempt counts as a call, also when the SDK makes it by itself.
///
/// # Examples
///
/// A write that took effect although its answer was lost:
///
/// ```
/// use aws_sdk_dynamodb::config::retry::RetryConfig;
/// use dynamo_model::embedded::Engine;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = Engine::memory()?;
/// let config = engine.config().retry_config(RetryConfig::disabled()).build();
/// let client = aws_sdk_dynamodb::Client::from_conf(config);
///
/// engine.faults().drop_response("ListTables", 1);
/// assert!(client.list_tables().send().await.is_err());
/// assert_eq!(engine.faults().pending(), 0);
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Rules>,
}

#[derive(Default)]
struct Rules {
    next_id: u64,
    /// In order of id, which is the order they were added in.
    list: Vec<Rule>,
}

struct Rule {
    id: u64,
    kind: Kind,
}

enum Kind {
    Counted {
        operation: String,
        left: usize,
        fault: Fault,
    },
    Closure(Arc<Closure>),
}

type Closure = dyn Fn(&Call) -> Option<Fault> + Send + Sync;

impl Faults {
    /// Throttles the next `times` calls of `operation`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{ANY_OPERATION, Engine, EngineError, Fault};
    /// let engine = Engine::memory()?;
    /// engine.faults().throttle("PutItem", 2);
    /// assert_eq!(engine.faults().pending(), 2);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn throttle(&self, operation: &str, times: usize) {
        self.add(operation, times, Fault::Throttle);
    }

    /// Answers the next `times` calls of `operation` with a server error.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{ANY_OPERATION, Engine, EngineError, Fault};
    /// let engine = Engine::memory()?;
    /// engine.faults().fail(ANY_OPERATION, 1);
    /// assert_eq!(engine.faults().pending(), 1);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn fail(&self, operation: &str, times: usize) {
        self.add(operation, times, Fault::ServerError);
    }

    /// Breaks the connection before the next `times` calls of `operation` are applied.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{ANY_OPERATION, Engine, EngineError, Fault};
    /// let engine = Engine::memory()?;
    /// engine.faults().drop_request("TransactWriteItems", 1);
    /// assert_eq!(engine.faults().pending(), 1);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn drop_request(&self, operation: &str, times: usize) {
        self.add(operation, times, Fault::DropRequest);
    }

    /// Breaks the connection after the next `times` calls of `operation` are applied.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{ANY_OPERATION, Engine, EngineError, Fault};
    /// let engine = Engine::memory()?;
    /// engine.faults().drop_response("UpdateItem", 1);
    /// assert_eq!(engine.faults().pending(), 1);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn drop_response(&self, operation: &str, times: usize) {
        self.add(operation, times, Fault::DropResponse);
    }

    /// Leaves `entries` entries of the next call of `operation`, `BatchWriteItem` or
    /// `BatchGetItem`, unprocessed. Add it again for the call after that, or use
    /// [`add`](Self::add) with [`Fault::UnprocessedFraction`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{Engine, EngineError, Fault};
    /// let engine = Engine::memory()?;
    /// engine.faults().leave_unprocessed("BatchWriteItem", 3);
    /// engine.faults().add("BatchGetItem", 2, Fault::UnprocessedFraction(0.5));
    /// assert_eq!(engine.faults().pending(), 3);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn leave_unprocessed(&self, operation: &str, entries: usize) {
        self.add(operation, 1, Fault::Unprocessed(entries));
    }

    /// Delays the next `times` calls of `operation`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{ANY_OPERATION, Engine, EngineError, Fault};
    /// let engine = Engine::memory()?;
    /// engine.faults().delay("Query", 1, std::time::Duration::from_millis(200));
    /// assert_eq!(engine.faults().pending(), 1);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn delay(&self, operation: &str, times: usize, by: Duration) {
        self.add(operation, times, Fault::Delay(by));
    }

    /// Lets the next `times` calls of `operation` meet `fault`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{ANY_OPERATION, Engine, EngineError, Fault};
    /// let engine = Engine::memory()?;
    /// engine.faults().add("BatchGetItem", 1, Fault::UnprocessedFraction(0.5));
    /// assert_eq!(engine.faults().pending(), 1);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn add(&self, operation: &str, times: usize, fault: Fault) {
        self.push(Kind::Counted {
            operation: operation.to_owned(),
            left: times,
            fault,
        });
    }

    /// Asks `decide` about every call that no earlier fault waits for, until
    /// [`clear`](Self::clear).
    ///
    /// # Examples
    ///
    /// ```
    /// use dynamo_model::embedded::{Engine, Fault};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let engine = Engine::memory()?;
    /// engine.faults().inject(|call| {
    ///     call.body().contains("poison").then_some(Fault::ServerError)
    /// });
    /// let client = engine.client();
    /// client.list_tables().send().await?;
    /// assert!(client.describe_table().table_name("poison").send().await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn inject(&self, decide: impl Fn(&Call) -> Option<Fault> + Send + Sync + 'static) {
        self.push(Kind::Closure(Arc::new(decide)));
    }

    /// How many calls are still to meet a fault, closures not counted. A test that ends with
    /// none pending has met every fault it planned.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{ANY_OPERATION, Engine, EngineError, Fault};
    /// let engine = Engine::memory()?;
    /// engine.faults().throttle("PutItem", 2);
    /// engine.faults().fail("GetItem", 1);
    /// assert_eq!(engine.faults().pending(), 3);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn pending(&self) -> usize {
        self.lock()
            .list
            .iter()
            .map(|rule| match rule.kind {
                Kind::Counted { left, .. } => left,
                Kind::Closure(_) => 0,
            })
            .fold(0, usize::saturating_add)
    }

    /// Forgets every fault and closure.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{ANY_OPERATION, Engine, EngineError, Fault};
    /// let engine = Engine::memory()?;
    /// engine.faults().throttle("PutItem", 2);
    /// engine.faults().clear();
    /// assert_eq!(engine.faults().pending(), 0);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn clear(&self) {
        self.lock().list.clear();
    }

    /// The fault this call meets. Uses one up.
    pub(super) fn next(&self, call: &Call) -> Option<Fault> {
        let mut after = None;
        loop {
            // A closure may use this handle, so it must run outside the lock; the id keeps the
            // place when the list changes meanwhile.
            let (id, decide) = match self.step(call, after)? {
                Step::Meets(fault) => return Some(fault),
                Step::Ask(id, decide) => (id, decide),
            };
            if let Some(fault) = decide(call) {
                return Some(fault);
            }
            after = Some(id);
        }
    }

    fn step(&self, call: &Call, after: Option<u64>) -> Option<Step> {
        let mut rules = self.lock();
        let index = rules.list.iter().position(|rule| {
            after.is_none_or(|after| rule.id > after)
                && match &rule.kind {
                    Kind::Counted { operation, .. } => {
                        operation == ANY_OPERATION || operation == call.operation()
                    }
                    Kind::Closure(_) => true,
                }
        })?;
        let rule = &mut rules.list[index];
        let (fault, used_up) = match &mut rule.kind {
            Kind::Closure(decide) => return Some(Step::Ask(rule.id, Arc::clone(decide))),
            Kind::Counted { left, fault, .. } => {
                *left = left.saturating_sub(1);
                (fault.clone(), *left == 0)
            }
        };
        if used_up {
            rules.list.remove(index);
        }
        Some(Step::Meets(fault))
    }

    fn push(&self, kind: Kind) {
        if matches!(kind, Kind::Counted { left: 0, .. }) {
            return;
        }
        let mut rules = self.lock();
        let id = rules.next_id;
        rules.next_id += 1;
        rules.list.push(Rule { id, kind });
    }

    fn lock(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Step {
    Meets(Fault),
    Ask(u64, Arc<Closure>),
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.lock().list.iter().map(|rule| &rule.kind))
            .finish()
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Counted {
                operation,
                left,
                fault,
            } => write!(f, "{operation} x{left}: {fault:?}"),
            Kind::Closure(_) => f.write_str("closure"),
        }
    }
}
