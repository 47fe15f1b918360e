//! `BatchWriteItem`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use super::answer::Answer;
use super::drive::{Batch, Failure, Rest, calls, drive};
use super::limits::{Limits, limits};
use super::primary::Primary;
use super::written::{BatchEntry, BatchWritten};
use crate::entity::Key;
use crate::op::Sending;
use crate::op::options::{Options, options};
use crate::op::view::{RequestView, Requests};
use crate::transport::{self, Call, Operation, Response, Target};
use crate::wire::{DecodeError, RawItem, write_json_str};
use crate::{Entity, Error, InvalidRequest, Table, WithoutUniques};

/// Any number of puts and deletions: `BatchWriteItem`, as often as it takes. Made by
/// [`Handle::batch_write`](crate::Handle::batch_write).
#[must_use = "nothing is written until `.send().await`"]
pub struct BatchWrite<T> {
    target: Target,
    entries: Result<Entries<T>, Error>,
    limits: Limits,
    options: Options,
}

struct Entries<T> {
    list: Vec<BatchEntry<T>>,
    numbers: HashMap<Primary, usize>,
}

impl<T: Table> Entries<T> {
    fn add(&mut self, entry: BatchEntry<T>) -> Result<(), Error> {
        match self.numbers.entry(Primary::of(entry.raw(), T::DEF)?) {
            Entry::Occupied(first) => {
                let (first, second) = (*first.get(), self.list.len());
                return Err(InvalidRequest::new(format!(
                    "entries {first} and {second} of a batch, {} and {}, have the same primary key: a batch \
                     writes in no order, so keep one of them, or send the other in a batch after this one",
                    self.list[first].subject(),
                    entry.subject(),
                ))
                .into());
            }
            Entry::Vacant(place) => place.insert(self.list.len()),
        };
        self.list.push(entry);
        Ok(())
    }
}

impl<T: Table> BatchWrite<T> {
    pub(crate) fn new(target: &Target) -> Self {
        Self::with(target, Limits::default(), Options::default())
    }

    pub(super) fn with(target: &Target, limits: Limits, options: Options) -> Self {
        Self {
            target: target.clone(),
            entries: Ok(Entries {
                list: Vec::new(),
                numbers: HashMap::new(),
            }),
            limits,
            options,
        }
    }

    /// Writes the item, replacing the one with the same primary key.
    ///
    /// The entity is encoded at once, so that the borrow ends here. A batch has no conditions: a `version` is counted up,
    /// but what is stored is replaced whatever its version is.
    pub fn put<E: WithoutUniques + Entity<Table = T>>(self, entity: &E) -> Self {
        self.put_all([entity])
    }

    /// Writes each of the items, as [`put`](Self::put) does.
    pub fn put_all<'e, E: WithoutUniques + Entity<Table = T>>(
        self,
        entities: impl IntoIterator<Item = &'e E>,
    ) -> Self {
        let now = self.target.clock.now();
        self.add(entities, |entity| BatchEntry::put(entity, now))
    }

    /// Deletes the item. A missing item is no error.
    pub fn delete<E: WithoutUniques + Entity<Table = T>>(self, key: Key<E>) -> Self {
        self.delete_all([key])
    }

    /// Deletes each of the items, as [`delete`](Self::delete) does.
    pub fn delete_all<E: WithoutUniques + Entity<Table = T>>(
        self,
        keys: impl IntoIterator<Item = Key<E>>,
    ) -> Self {
        self.add(keys, |key| BatchEntry::delete(&key))
    }

    /// Writes what an earlier batch left.
    pub fn resume(self, unprocessed: impl IntoIterator<Item = BatchEntry<T>>) -> Self {
        self.add(unprocessed, Ok)
    }

    /// Keeps the first error, for `send`.
    fn add<S>(
        mut self,
        sources: impl IntoIterator<Item = S>,
        entry: impl Fn(S) -> Result<BatchEntry<T>, Error>,
    ) -> Self {
        if let Ok(entries) = &mut self.entries {
            let mut sources = sources.into_iter();
            if let Err(error) =
                sources.try_for_each(|source| entry(source).and_then(|entry| entries.add(entry)))
            {
                self.entries = Err(error);
            }
        }
        self
    }

    limits!();
    options!();

    /// The requests as they would be sent now, to be looked at: one for every 25 entries or 15 MB, none if there are no
    /// entries.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<Requests, Error> {
        let entries = &self.entries.as_ref().map_err(Error::again)?.list;
        let sizes: Vec<usize> = entries.iter().map(bytes).collect();
        let views = calls::<Request<T>>(&sizes).into_iter().map(|numbers| {
            let body = body(&self.target, entries, &numbers, &self.options);
            let entities = numbers.iter().map(|&number| entries[number].schema());
            RequestView::new(Operation::BatchWriteItem, T::DEF, body).of(entities)
        });
        Ok(Requests::new(views))
    }

    /// Sends the requests, at most 25 entries and 15 MB in each, in no particular order.
    ///
    /// A call that fails and may be sent again (a throttle, a timeout, a broken connection, an error of the service) is:
    /// to write or delete an item twice does no harm. After any other failure no more calls are made.
    ///
    /// # Errors
    ///
    /// Only such as are found before anything is sent: [`Error::Key`], [`Error::Encode`] and [`Error::ItemTooLarge`]
    /// for a value that cannot be stored, [`Error::Invalid`] for two entries with the same primary key. Whatever goes
    /// wrong after that is told by the [`BatchWritten`], with the entries it left.
    pub fn send(self) -> Sending<BatchWritten<T>> {
        Sending::new(async move {
            let Entries { list, numbers } = self.entries?;
            let total = list.len();
            let request = Request {
                target: self.target,
                entries: list,
                numbers,
                options: self.options,
            };
            let Rest { entries, cause } = drive(&request, total, self.limits).await?;
            let mut left = vec![false; total];
            for number in entries {
                left[number] = true;
            }
            let unprocessed = request.entries.into_iter().zip(left);
            Ok(BatchWritten {
                target: request.target,
                limits: self.limits,
                options: request.options,
                unprocessed: unprocessed.filter(|(_, left)| *left).map(|e| e.0).collect(),
                total,
                cause,
            })
        })
    }
}

/// A batch on its way.
struct Request<T> {
    target: Target,
    entries: Vec<BatchEntry<T>>,
    numbers: HashMap<Primary, usize>,
    options: Options,
}

/// What stands around an item or a key in a request.
const AROUND: usize = "{\"DeleteRequest\":{\"Key\":}},".len();

impl<T: Table> Batch for Request<T> {
    const MAX_ENTRIES: usize = 25;
    /// The service takes 16 MB. This leaves room for the rest of the body, and holds for either meaning of MB.
    const MAX_BYTES: usize = 15 << 20;

    fn bytes(&self, entry: usize) -> usize {
        bytes(&self.entries[entry])
    }

    async fn call(&self, entries: &[usize]) -> Result<Vec<usize>, Failure> {
        let tables = [&*self.target.table];
        let body = body(&self.target, &self.entries, entries, &self.options);
        let mut call = Call::new(Operation::BatchWriteItem, &tables, body);
        call.facts.entries = Some(entries.len());
        call.overrides = self.options.overrides.clone();
        let response = transport::send(&self.target.client, call)
            .await
            .map_err(Failure::Call)?;
        // Without a readable answer, no entry is known to be written.
        self.accept(&response, entries)
            .map_err(|error| Failure::Call(error.into()))
    }
}

/// What an entry takes of a request.
fn bytes<T: Table>(entry: &BatchEntry<T>) -> usize {
    entry.raw().as_str().len() + AROUND
}

/// The body of the request with the entries of these numbers.
fn body<T: Table>(
    target: &Target,
    entries: &[BatchEntry<T>],
    numbers: &[usize],
    options: &Options,
) -> String {
    let bytes: usize = numbers.iter().map(|&number| bytes(&entries[number])).sum();
    let mut body = String::with_capacity(bytes + 128);
    body.push_str("{\"RequestItems\":{");
    write_json_str(&mut body, &target.table);
    body.push_str(":[");
    for (at, &number) in numbers.iter().enumerate() {
        if at > 0 {
            body.push(',');
        }
        entries[number].write(&mut body);
    }
    body.push_str("]}");
    if options.wants_capacity() {
        body.push_str(",\"ReturnConsumedCapacity\":\"INDEXES\"");
    }
    body.push('}');
    body
}

impl<T: Table> Request<T> {
    /// Says which entries were left.
    fn accept(&self, response: &Response, entries: &[usize]) -> Result<Vec<usize>, DecodeError> {
        let answer = Answer::read(response.body())?;
        response.consumed(&answer.consumed);
        for consumed in &answer.consumed {
            self.options.record(Some(consumed));
        }
        let number = |left: RawItem<'_>| {
            let number = self.numbers.get(&Primary::of(left, T::DEF)?).copied();
            number
                .filter(|number| entries.contains(number))
                .ok_or_else(|| {
                    DecodeError::malformed("the response is about an entry that was not sent")
                })
        };
        answer.left.into_iter().map(number).collect()
    }
}

/// Says what is written where, without the entries.
impl<T> fmt::Debug for BatchWrite<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchWrite")
            .field("table", &self.target.table)
            .field(
                "entries",
                &self.entries.as_ref().map_or(0, |e| e.list.len()),
            )
            .finish_non_exhaustive()
    }
}
