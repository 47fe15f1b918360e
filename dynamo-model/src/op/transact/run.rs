//! Sending a transaction, again and again while only others stand in the way.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;

use super::Step;
use super::plan::Plan;
use crate::Error;
use crate::error::Performed;
use crate::op::backoff::{Backoff, random};
use crate::op::options::Options;
use crate::transport::{self, Call, Operation, Response, Target};
use crate::wire::{read_transaction, write_json_str};

/// How often a transaction is sent in all, unless the caller says otherwise.
pub(in crate::op) const ATTEMPTS: u32 = 8;

/// A transaction takes the service a few milliseconds: the one that stands in the way is gone soon.
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// No pause is longer, so that the default number of attempts takes some two seconds at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A transaction ready to be sent.
pub(crate) struct Run {
    pub(super) client: Client,
    pub(super) operation: Operation,
    pub(super) tables: Vec<Arc<str>>,
    /// The whole body but its end, the token included: it is the same in every attempt.
    pub(super) body: String,
    pub(super) operations: Vec<Performed>,
    pub(super) attempts: u32,
    pub(super) options: Options,
}

impl Run {
    /// A transaction with a token of its own.
    pub(crate) fn of(target: &Target, steps: &[&Step], options: &Options) -> Result<Self, Error> {
        Self::with_token(target, steps, options, &random_token(), ATTEMPTS)
    }

    pub(super) fn with_token(
        target: &Target,
        steps: &[&Step],
        options: &Options,
        token: &str,
        attempts: u32,
    ) -> Result<Self, Error> {
        let plan = Plan::new(steps)?;
        let mut body = plan.body;
        push_token(&mut body, token);
        Ok(Self {
            client: target.client.clone(),
            operation: Operation::TransactWriteItems,
            tables: plan.tables,
            body,
            operations: plan.operations,
            attempts,
            options: options.clone(),
        })
    }

    pub(crate) async fn send(mut self) -> Result<Response, Error> {
        finish(&mut self.body, &self.options);
        let tables: Vec<&str> = self.tables.iter().map(|table| &**table).collect();
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        let mut left = self.attempts.max(1);
        loop {
            left -= 1;
            let mut call = Call::new(self.operation, &tables, self.body.as_str());
            call.facts.entries = Some(self.entries());
            call.overrides = self.options.overrides.clone();
            match transport::send(&self.client, call).await {
                Ok(response) => {
                    self.record(&response)?;
                    return Ok(response);
                }
                Err(error) if left > 0 && is_passing(&error) => backoff.wait().await,
                Err(Error::TransactionCanceled(canceled)) => {
                    return Err(canceled.with_operations(self.operations).into());
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// How many actions the transaction has.
    fn entries(&self) -> usize {
        self.operations
            .iter()
            .map(|operation| operation.actions.end)
            .max()
            .unwrap_or_default()
    }

    fn record(&self, response: &Response) -> Result<(), Error> {
        if self.options.wants_capacity() {
            let consumed = read_transaction(response.body())?.consumed_capacity;
            response.consumed(&consumed);
            for consumed in &consumed {
                self.options.record(Some(consumed));
            }
        }
        Ok(())
    }
}

pub(super) fn push_token(body: &mut String, token: &str) {
    body.push_str(",\"ClientRequestToken\":");
    write_json_str(body, token);
}

/// Appends the end of a body.
pub(super) fn finish(body: &mut String, options: &Options) {
    if options.wants_capacity() {
        body.push_str(",\"ReturnConsumedCapacity\":\"INDEXES\"");
    }
    body.push('}');
}

/// Whether the transaction may go through if it is sent again. What the SDK retries by itself, it has retried, and it
/// has done so patiently; but it gives a transaction that is still in progress only its few attempts.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::TransactionCanceled(canceled) => canceled.is_retryable(),
        error => error.code() == Some("TransactionInProgressException"),
    }
}

/// A token as the SDK would make it: a random UUID.
pub(super) fn random_token() -> String {
    let (high, low) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        (low >> 48) & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff,
    )
}
