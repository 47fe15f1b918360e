//! The engine's time.

use std::time::{Duration, UNIX_EPOCH};

pub use crate::clock::{Clock, ManualClock};

/// Our clock in the shape the engine reads.
pub(super) struct EngineClock<C>(pub(super) C);

impl<C: Clock> EngineClock<C> {
    fn since_epoch(&self) -> Duration {
        self.0.now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

impl<C: Clock> dynoxide::storage_backend::Clock for EngineClock<C> {
    fn now_unix_secs(&self) -> u64 {
        self.since_epoch().as_secs()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.since_epoch().as_secs_f64()
    }
}
