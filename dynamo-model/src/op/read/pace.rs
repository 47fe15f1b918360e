//! How fast a read may go, and how far it has come.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Keeps the capacity that is consumed at a rate, over all segments together.
pub(in crate::op) struct Pace {
    units_per_second: f64,
    /// When the next request may be sent.
    due: Mutex<Option<Instant>>,
}

impl Pace {
    /// A rate that is no number above zero is the slowest there is.
    pub(in crate::op) fn new(units_per_second: f64) -> Self {
        Self {
            units_per_second: units_per_second.max(0.001),
            due: Mutex::new(None),
        }
    }

    fn due(&self) -> Option<Instant> {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until what was consumed is less than the rate allows.
    pub(in crate::op) async fn wait(&self) {
        while let Some(due) = self.due()
            && due > Instant::now()
        {
            sleep_until(due).await;
        }
    }

    /// These units were consumed. A pause before them gives no credit.
    pub(in crate::op) fn spend(&self, units: f64) {
        let seconds = (units / self.units_per_second).clamp(0.0, 86_400.0);
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let from = due.map_or_else(Instant::now, |due| due.max(Instant::now()));
        *due = Some(from + Duration::from_secs_f64(seconds));
    }
}

/// How far a scan has come, at every page.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Pages received.
    pub pages: u64,
    /// Items that DynamoDB has read, before it filtered them.
    pub scanned: u64,
    /// Items that it has sent.
    pub received: u64,
    /// Segments of the table.
    pub segments: usize,
    /// Segments that were read to their end.
    pub segments_done: usize,
    /// Read units consumed.
    pub capacity_units: f64,
}

/// Called with the progress of a scan.
pub(in crate::op) type OnPage = Box<dyn Fn(&Progress) + Send + Sync>;
