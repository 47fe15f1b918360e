//! The time: what lifecycle attributes are stamped with.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where a handle takes the time of `created_at`, `updated_at` and expiry from, and an embedded engine its own.
///
/// Any closure that returns a [`SystemTime`] is a clock; [`ManualClock`] is one that stands still
/// until it is told to move.
///
/// # Examples
///
/// ```
/// use dynamo_model::Clock;
/// use std::time::{Duration, SystemTime};
///
/// let tomorrow = || SystemTime::now() + Duration::from_hours(24);
/// assert!(Clock::now(&tomorrow) > SystemTime::now());
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The time as of now. A time before 1970 counts as 1970.
    fn now(&self) -> SystemTime;
}

impl<F> Clock for F
where
    F: Fn() -> SystemTime + Send + Sync + 'static,
{
    fn now(&self) -> SystemTime {
        self()
    }
}

/// A clock that moves only when a test moves it. Clones share the time.
///
/// # Examples
///
/// ```
/// use dynamo_model::{Clock, ManualClock};
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let clock = ManualClock::at_unix_seconds(1_700_000_000);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), UNIX_EPOCH + Duration::from_secs(1_700_000_060));
/// ```
#[derive(Debug, Clone)]
pub struct ManualClock {
    now: Arc<Mutex<SystemTime>>,
}

impl ManualClock {
    /// A clock that stands at `seconds` after 1970-01-01T00:00:00Z, the unit of DynamoDB's time to
    /// live.
    pub fn at_unix_seconds(seconds: u64) -> Self {
        Self::at(after_epoch(Duration::from_secs(seconds)))
    }

    /// A clock that stands at `time`.
    pub fn at(time: SystemTime) -> Self {
        Self {
            now: Arc::new(Mutex::new(time)),
        }
    }

    /// Sets the time, forwards or backwards.
    pub fn set(&self, time: SystemTime) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// Moves the time forward. Past the last representable time the clock stands still.
    pub fn advance(&self, by: Duration) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(by).unwrap_or(*now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn after_epoch(duration: Duration) -> SystemTime {
    UNIX_EPOCH.checked_add(duration).unwrap_or(UNIX_EPOCH)
}
