//! Waiting between attempts, and the little randomness that it takes.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Pauses that double from one attempt to the next, each a random part of its full length ("full jitter"), so that
/// writers that met once do not meet again.
pub(crate) struct Backoff {
    next: Duration,
    cap: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, cap: Duration) -> Self {
        Self { next: first, cap }
    }

    /// Waits for a random part of the pause, and doubles the next one.
    pub(crate) async fn wait(&mut self) {
        let nanos = u64::try_from(self.next.as_nanos()).unwrap_or(u64::MAX);
        let pause = Duration::from_nanos(random() % nanos.saturating_add(1));
        self.next = self.next.saturating_mul(2).min(self.cap);
        tokio::time::sleep(pause).await;
    }
}

/// A random number: the standard library seeds each `RandomState` differently, from the system's entropy.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}
