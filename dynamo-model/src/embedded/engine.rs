//! The database and the handle on it.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region, SharedHttpClient};
use dynoxide::Database;

use super::clock::{Clock, EngineClock};
use super::connector::EmbeddedHttp;
use super::{Faults, Requests};

/// Throttled attempts wait up to a second by default, which protects a service under load. Nothing
/// here is under load, and a test that injects a throttle should not sleep for it.
const INITIAL_BACKOFF: Duration = Duration::from_millis(10);

/// A DynamoDB database in this process, in memory or in a file.
///
/// Clones share the database, which lives as long as the last clone or client of it. Calls are
/// answered one at a time, in the order they arrive.
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
///
/// engine.faults().throttle("ListTables", 1); // the SDK retries it away
/// assert!(client.list_tables().send().await?.table_names().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Engine {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) database: Database,
    /// Keeps calls in order of arrival, and all but one of them off the threads that block.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    pub(super) faults: Faults,
    pub(super) requests: Requests,
    /// The retry quota. The SDK shares one per process and region by default, so faults injected
    /// in one test would use up the retries of another.
    retries: RetryPartition,
    calls: AtomicU64,
}

impl Engine {
    /// A new, empty database in memory.
    ///
    /// # Errors
    ///
    /// [`EngineError`] when the database cannot be set up.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{Engine, EngineError};
    /// let client = Engine::memory()?.client();
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn memory() -> Result<Self, EngineError> {
        Database::memory()
            .map(Self::on)
            .map_err(|source| EngineError::new(Attempt::Memory, source))
    }

    /// A new, empty database in memory that takes its time from `clock`.
    ///
    /// The clock decides which items [`sweep_ttl`](Self::sweep_ttl) expires, and stamps stream
    /// records. The SDK's own time, which signs requests, is not touched.
    ///
    /// # Errors
    ///
    /// [`EngineError`] when the database cannot be set up.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{Engine, EngineError, ManualClock};
    /// let clock = ManualClock::at_unix_seconds(1_700_000_000);
    /// let engine = Engine::memory_with_clock(clock.clone())?;
    /// clock.advance(std::time::Duration::from_secs(3_600));
    /// assert_eq!(engine.sweep_ttl()?, 0);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn memory_with_clock(clock: impl Clock) -> Result<Self, EngineError> {
        Database::memory_with_clock(Arc::new(EngineClock(clock)))
            .map(Self::on)
            .map_err(|source| EngineError::new(Attempt::Memory, source))
    }

    /// The database in the file at `path`, created when there is none.
    ///
    /// What is written survives the process. Two files stand beside it while it is open
    /// (`-wal`, `-shm`). This call reads from disk and blocks meanwhile. Open a file once and share
    /// the engine by cloning it: two engines on one file get in each other's way.
    ///
    /// # Errors
    ///
    /// [`EngineError`] when the path is empty or not UTF-8, or the file cannot be opened or is not
    /// a database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::Engine;
    /// # let folder = std::env::temp_dir().join(format!("engine-open-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let engine = Engine::open(folder.join("shop.db"))?;
    /// let client = engine.client();
    /// # drop((engine, client));
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, EngineError> {
        let path = path.as_ref();
        let attempt = || Attempt::Open(path.to_owned());
        // The engine gives a meaning of its own to names such as `:memory:`; an absolute path is
        // always a file.
        let absolute =
            std::path::absolute(path).map_err(|source| EngineError::new(attempt(), source))?;
        let name = absolute
            .to_str()
            .ok_or_else(|| EngineError::new(attempt(), "the path is not UTF-8"))?;
        Database::new(name)
            .map(Self::on)
            .map_err(|source| EngineError::new(attempt(), source))
    }

    fn on(database: Database) -> Self {
        Self {
            inner: Arc::new(Inner {
                database,
                turn: Arc::default(),
                faults: Faults::default(),
                requests: Requests::default(),
                retries: RetryPartition::custom("embedded").build(),
                calls: AtomicU64::new(0),
            }),
        }
    }

    /// A client of this database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{Engine, EngineError};
    /// let engine = Engine::memory()?;
    /// let (one, other) = (engine.client(), engine.client()); // both see the same tables
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn client(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::from_conf(self.config().build())
    }

    /// The configuration of [`client`](Self::client), to be extended.
    ///
    /// Region `us-east-1`, fixed credentials, the latest behaviour version and the SDK's standard
    /// retries, with two differences: a throttled attempt is retried after about 10 ms rather than
    /// a second, and the retry quota belongs to this engine.
    ///
    /// # Examples
    ///
    /// ```
    /// use aws_sdk_dynamodb::config::retry::RetryConfig;
    /// # use dynamo_model::embedded::{Engine, EngineError};
    ///
    /// let engine = Engine::memory()?;
    /// let config = engine.config().retry_config(RetryConfig::disabled()).build();
    /// let client = aws_sdk_dynamodb::Client::from_conf(config);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn config(&self) -> Builder {
        aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new(
                "EMBEDDED",
                "embedded",
                None,
                None,
                "embedded-engine",
            ))
            // A fixed endpoint keeps account-based endpoint rules out of it.
            .endpoint_url("http://embedded.invalid")
            .retry_config(RetryConfig::standard().with_initial_backoff(INITIAL_BACKOFF))
            .retry_partition(self.inner.retries.clone())
            .http_client(self.http_client())
    }

    /// The HTTP client by itself, for a configuration made elsewhere or for another service client
    /// that speaks to DynamoDB, such as the one for streams.
    ///
    /// It answers every request it is given, whatever its host.
    ///
    /// # Examples
    ///
    /// ```
    /// use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
    /// # use dynamo_model::embedded::{Engine, EngineError};
    ///
    /// let engine = Engine::memory()?;
    /// let config = aws_sdk_dynamodb::Config::builder()
    ///     .behavior_version(BehaviorVersion::latest())
    ///     .region(Region::new("eu-central-1"))
    ///     .credentials_provider(Credentials::new("ID", "secret", None, None, "example"))
    ///     .http_client(engine.http_client())
    ///     .build();
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(EmbeddedHttp(self.clone()))
    }

    /// Deletes the items whose time to live has passed and returns how many they were.
    ///
    /// The service does this in the background, within days; here it happens only when asked for.
    /// Tables without an enabled time-to-live attribute are left alone. The call blocks while it
    /// works.
    ///
    /// # Errors
    ///
    /// [`EngineError`] when the database fails.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{Engine, EngineError};
    /// assert_eq!(Engine::memory()?.sweep_ttl()?, 0);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn sweep_ttl(&self) -> Result<usize, EngineError> {
        self.inner
            .database
            .sweep_ttl()
            .map_err(|source| EngineError::new(Attempt::Sweep, source))
    }

    /// What goes wrong on purpose: see [`Faults`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{Engine, EngineError};
    /// let engine = Engine::memory()?;
    /// engine.faults().throttle("PutItem", 2);
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// What the engine was sent: see [`Requests`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::embedded::{Engine, EngineError};
    /// let engine = Engine::memory()?;
    /// engine.requests().record(true);
    /// assert!(engine.requests().take().is_empty());
    /// # Ok::<(), EngineError>(())
    /// ```
    pub fn requests(&self) -> &Requests {
        &self.inner.requests
    }

    /// A request id in the service's form, 52 capital letters and digits, equal from run to run.
    pub(super) fn next_request_id(&self) -> String {
        let number = self.inner.calls.fetch_add(1, Ordering::Relaxed) + 1;
        format!("EMBEDDED{number:044}")
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("faults", &self.inner.faults)
            .finish_non_exhaustive()
    }
}

/// The engine itself failed: it could not be set up, opened or swept.
///
/// What goes wrong in a call is never this: it arrives as the SDK's error, as from the service.
///
/// # Examples
///
/// ```
/// # use dynamo_model::embedded::Engine;
/// let error = Engine::open("").unwrap_err();
/// assert!(error.to_string().starts_with("cannot open"));
/// ```
#[derive(Debug)]
pub struct EngineError {
    attempt: Attempt,
    source: Box<dyn Error + Send + Sync>,
}

#[derive(Debug)]
enum Attempt {
    Memory,
    Open(PathBuf),
    Sweep,
}

impl EngineError {
    fn new(attempt: Attempt, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            attempt,
            source: source.into(),
        }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.attempt {
            Attempt::Memory => f.write_str("cannot set up an embedded database in memory"),
            Attempt::Open(path) => {
                write!(f, "cannot open the embedded database `{}`", path.display())
            }
            Attempt::Sweep => f.write_str("cannot delete the expired items"),
        }
    }
}

impl Error for EngineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

const _: () = {
    const fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Engine>();
};
