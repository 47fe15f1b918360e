//! Which entries are sent when, and which are left in the end. It knows entries by their numbers only.
//!
//! Some lanes, as many as calls may be on their way at a time, take chunks from one queue. A lane keeps what its call
//! left to itself while it pauses, so that no other lane sends it too early, and then puts it back: what several
//! lanes left is sent together. A lane that finds the queue empty ends, because whoever holds entries still has fewer
//! than one chunk.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use super::limits::Limits;
use crate::Error;
use crate::op::backoff::Backoff;

/// What a batch is made of and how a part of it is sent.
pub(super) trait Batch: Sync {
    /// The most entries that one call takes.
    const MAX_ENTRIES: usize;
    /// The most bytes that the entries of one call have together.
    const MAX_BYTES: usize;

    /// How many bytes of a request body the entry takes.
    fn bytes(&self, entry: usize) -> usize;

    /// Sends these entries, and says which of them the service left.
    fn call(&self, entries: &[usize]) -> impl Future<Output = Result<Vec<usize>, Failure>> + Send;
}

/// Why a call says nothing about its entries.
pub(super) enum Failure {
    /// It failed, or its answer could not be read.
    Call(Error),
    /// An item in the answer is not what it should be: the batch ends with this error.
    Item(Error),
}

/// What is not known to be done.
pub(super) struct Rest {
    /// The numbers of the entries, in order.
    pub(super) entries: Vec<usize>,
    /// The error of the call that ended the batch, or of the last call that made it give entries up.
    pub(super) cause: Option<Error>,
}

/// Sends the entries `0..entries`, and again what is left of them, within the limits.
pub(super) async fn drive<B: Batch>(
    batch: &B,
    entries: usize,
    limits: Limits,
) -> Result<Rest, Error> {
    let queue = Mutex::new(Queue::new(entries));
    let lanes = limits.concurrency.min(entries);
    join((0..lanes).map(|_| lane(batch, &queue, limits))).await;
    queue
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .finish()
}

/// Polls all futures until the last is ready. They are few, so each is polled whenever one of them can go on, and
/// once more after one has ended: it may have stopped the others.
pub(in crate::op) async fn join(futures: impl Iterator<Item = impl Future<Output = ()>>) {
    let mut running: Vec<Pin<Box<_>>> = futures.map(Box::pin).collect();
    poll_fn(move |context| {
        while !running.is_empty() {
            let before = running.len();
            running.retain_mut(|future| future.as_mut().poll(context).is_pending());
            if running.len() == before {
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    })
    .await;
}

async fn lane<B: Batch>(batch: &B, queue: &Mutex<Queue>, limits: Limits) {
    loop {
        let Some(chunk) = lock(queue).take(batch) else {
            return;
        };
        let numbers: Vec<usize> = chunk.iter().map(|entry| entry.number).collect();
        let outcome = batch.call(&numbers).await;
        let again = lock(queue).settle(chunk, outcome, limits.attempts);
        if again.is_empty() {
            continue;
        }
        let stalls = again.iter().map(|entry| entry.stalls).max().unwrap_or(0);
        pause(queue, limits.pause(stalls)).await;
        lock(queue).waiting.extend(again);
    }
}

/// Waits for a random part of the time, or until there are no more calls to wait for.
async fn pause(queue: &Mutex<Queue>, longest: Duration) {
    let mut backoff = Backoff::new(longest, longest);
    let mut wait = pin!(backoff.wait());
    poll_fn(|context| {
        if lock(queue).stopped {
            Poll::Ready(())
        } else {
            wait.as_mut().poll(context)
        }
    })
    .await;
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    // A panic in a lane is one of the whole batch, whose queue nobody reads any more.
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many of the entries of these sizes one call takes.
fn fit<B: Batch>(sizes: impl Iterator<Item = usize>) -> usize {
    let (mut fit, mut bytes) = (0, 0_usize);
    for size in sizes.take(B::MAX_ENTRIES) {
        bytes = bytes.saturating_add(size);
        // One that is too large by itself goes alone, for the service to judge.
        if bytes > B::MAX_BYTES && fit > 0 {
            break;
        }
        fit += 1;
    }
    fit
}

/// The entries of each call of a batch of which nothing is left.
pub(super) fn calls<B: Batch>(sizes: &[usize]) -> Vec<Vec<usize>> {
    let mut calls = Vec::new();
    let mut from = 0;
    while from < sizes.len() {
        let to = from + fit::<B>(sizes.iter().skip(from).copied()).max(1);
        calls.push((from..to).collect());
        from = to;
    }
    calls
}

struct Entry {
    number: usize,
    /// How many calls with it failed, or did nothing for any of their entries.
    stalls: u32,
}

/// Every entry that is not done is in one place: here, or with the lane that is sending it or pausing for it.
struct Queue {
    waiting: VecDeque<Entry>,
    given_up: Vec<Entry>,
    cause: Option<Error>,
    /// No more calls.
    stopped: bool,
    /// What the batch ends with, whatever was done.
    fatal: Option<Error>,
}

impl Queue {
    fn new(entries: usize) -> Self {
        Self {
            waiting: (0..entries)
                .map(|number| Entry { number, stalls: 0 })
                .collect(),
            given_up: Vec::new(),
            cause: None,
            stopped: false,
            fatal: None,
        }
    }

    /// The entries of the next call; none if there is nothing to send.
    fn take<B: Batch>(&mut self, batch: &B) -> Option<Vec<Entry>> {
        if self.stopped {
            return None;
        }
        let fit = fit::<B>(self.waiting.iter().map(|entry| batch.bytes(entry.number)));
        (fit > 0).then(|| self.waiting.drain(..fit).collect())
    }

    /// Takes note of a call's outcome. Returns the entries to send again, after a pause.
    fn settle(
        &mut self,
        chunk: Vec<Entry>,
        outcome: Result<Vec<usize>, Failure>,
        attempts: u32,
    ) -> Vec<Entry> {
        let sent = chunk.len();
        let (mut again, error) = match outcome {
            Ok(left) => {
                let of_left = |entry: &Entry| left.contains(&entry.number);
                (chunk.into_iter().filter(of_left).collect(), None)
            }
            Err(Failure::Item(error)) => {
                self.stopped = true;
                self.fatal.get_or_insert(error);
                (chunk, None)
            }
            Err(Failure::Call(error)) => (chunk, Some(error)),
        };
        if let Some(error) = error.as_ref()
            && !error.is_retryable()
            && !self.stopped
        {
            self.stopped = true;
            self.cause = None;
        }
        if again.len() == sent {
            for entry in &mut again {
                entry.stalls = entry.stalls.saturating_add(1);
            }
        }
        let given_up = again.extract_if(.., |entry| self.stopped || entry.stalls >= attempts);
        let before = self.given_up.len();
        self.given_up.extend(given_up);
        let gave_up = self.given_up.len() > before;
        if let Some(error) = error.filter(|_| gave_up) {
            if self.stopped {
                self.cause.get_or_insert(error);
            } else {
                self.cause = Some(error);
            }
        }
        again
    }

    fn finish(mut self) -> Result<Rest, Error> {
        if let Some(error) = self.fatal {
            return Err(error);
        }
        self.given_up.extend(self.waiting);
        let mut entries: Vec<usize> = self.given_up.iter().map(|entry| entry.number).collect();
        entries.sort_unstable();
        Ok(Rest {
            entries,
            cause: self.cause,
        })
    }
}
