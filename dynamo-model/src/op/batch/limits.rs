//! How hard a batch tries.

use std::time::Duration;

/// Calls at a time, tries of an entry, pauses between them.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) concurrency: usize,
    pub(super) attempts: u32,
    pub(super) first_pause: Duration,
    pub(super) longest_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrency: 4,
            attempts: 10,
            first_pause: Duration::from_millis(50),
            longest_pause: Duration::from_secs(5),
        }
    }
}

impl Limits {
    /// The longest pause before the next call with an entry that so many calls did nothing for.
    pub(super) fn pause(&self, stalls: u32) -> Duration {
        let doublings = stalls.saturating_sub(1);
        self.first_pause
            .saturating_mul(2_u32.saturating_pow(doublings))
            .min(self.longest_pause)
    }
}

/// The methods of every builder with a field `limits`.
macro_rules! limits {
    () => {
        /// Has at most this many calls on their way at a time; 4 if not said, at least one.
        pub fn concurrency(mut self, calls: usize) -> Self {
            self.limits.concurrency = calls.max(1);
            self
        }

        /// Gives an entry up after this many calls that failed or did nothing for any of their entries; 10 if not
        /// said, at least one.
        ///
        /// A call that left some of its entries and not all counts for none of them, because the batch moves on: a
        /// table that serves five entries a second gets through a batch of ten thousand, if slowly.
        pub fn max_attempts(mut self, calls: u32) -> Self {
            self.limits.attempts = calls.max(1);
            self
        }

        /// Waits up to `first` before entries that were left are sent again, and up to twice as long after every
        /// further call that did nothing, but not longer than `longest`; 50 ms and 5 s if not said.
        ///
        /// Each pause is a random part of its length, so that clients that met once do not meet again. The SDK's own
        /// retries of a failed call come before, as its retry configuration says.
        pub fn backoff(mut self, first: std::time::Duration, longest: std::time::Duration) -> Self {
            self.limits.first_pause = first;
            self.limits.longest_pause = longest;
            self
        }
    };
}
pub(super) use limits;
