//! `TransactGetItems`.

use std::fmt;

use super::keys::{Answers, Keys, ReadItem, Reads};
use super::plan::MAX_ACTIONS;
use super::run::{ATTEMPTS, Run, finish};
use crate::error::InvalidRequest;
use crate::op::Sending;
use crate::op::options::{Options, options};
use crate::op::view::{RequestView, Requests};
use crate::transport::{Operation, Target};
use crate::wire::{read_transaction, write_json_str};
use crate::{Error, Table};

/// Reads of several items as they are at one moment: `TransactGetItems`. Made by
/// [`Handle::transact_get`](crate::Handle::transact_get).
#[must_use = "nothing is read until `.send().await`"]
pub struct TransactGet<K> {
    target: Target,
    keys: K,
    attempts: u32,
    options: Options,
}

impl<K: Keys> TransactGet<K> {
    pub(crate) fn new(target: &Target, keys: K) -> Self {
        Self {
            target: target.clone(),
            keys,
            attempts: ATTEMPTS,
            options: Options::default(),
        }
    }

    /// How often the request is sent in all, if only writers stand in the way: 8 times, unless set here.
    ///
    /// That is when every reason for a cancellation is a conflict with another request or throttling. Pauses between
    /// attempts are random and grow from 25 ms to 1 s. The SDK's own retries are part of each attempt.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    options!();

    /// The request as it would be sent now, to be looked at; none if there are no keys.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<Requests, Error> {
        let mut reads = Reads::default();
        self.keys.write(&mut reads)?;
        if reads.items.is_empty() {
            return Ok(Requests::new([]));
        }
        check_count(reads.items.len())?;
        let mut body = body(&self.target.table, &reads.items);
        finish(&mut body, &self.options);
        let view = RequestView::new(Operation::TransactGetItems, K::Table::DEF, body);
        Ok(Requests::new([view]))
    }

    /// Sends the request. `None` in the place of an item that does not exist. No keys, no request.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] for a value that can be in no key, and [`Error::Invalid`] for more than 100 items: nothing is sent
    /// then. [`Error::Decode`] if a stored item is not what its key says; [`Error::TransactionCanceled`] with an
    /// [`Outcome`](crate::Outcome) for every key; and what the service or the network says.
    pub fn send(self) -> Sending<K::Items> {
        Sending::new(async move {
            let mut reads = Reads::default();
            self.keys.write(&mut reads)?;
            let Reads {
                items,
                wanted,
                operations,
                ..
            } = reads;
            let wanted = wanted.into_iter();
            if items.is_empty() {
                let items = Vec::new();
                return self.keys.read(&mut Answers { items, wanted });
            }
            check_count(items.len())?;
            let run = Run {
                client: self.target.client,
                operation: Operation::TransactGetItems,
                body: body(&self.target.table, &items),
                tables: vec![self.target.table],
                operations,
                attempts: self.attempts,
                options: self.options,
            };
            let response = run.send().await?;
            let items = read_transaction(response.body())?.items;
            self.keys.read(&mut Answers { items, wanted })
        })
    }
}

/// Says where is read, without the keys.
impl<K> fmt::Debug for TransactGet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactGetItems")
            .field("table", &self.target.table)
            .finish_non_exhaustive()
    }
}

fn check_count(items: usize) -> Result<(), Error> {
    if items <= MAX_ACTIONS {
        return Ok(());
    }
    Err(InvalidRequest::new(format!(
        "a transaction reads {items} items where DynamoDB takes {MAX_ACTIONS}: divide it"
    ))
    .into())
}

/// The body but its end.
fn body(table: &str, items: &[ReadItem]) -> String {
    let mut body = String::with_capacity(items.len() * (table.len() + 128));
    body.push_str("{\"TransactItems\":[");
    for (place, item) in items.iter().enumerate() {
        body.push_str(if place == 0 {
            "{\"Get\":"
        } else {
            ",{\"Get\":"
        });
        body.push_str("{\"TableName\":");
        write_json_str(&mut body, table);
        item.write(&mut body);
        body.push_str("}}");
    }
    body.push(']');
    body
}
