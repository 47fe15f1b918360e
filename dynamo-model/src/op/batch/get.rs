//! `BatchGetItem`.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use super::answer::Answer;
use super::drive::{Batch, Failure, Rest, calls, drive};
use super::limits::{Limits, limits};
use super::primary::Primary;
use super::read::{BatchRead, ItemKey};
use crate::entity::{Item, Key, Reader};
use crate::expr::Aliases;
use crate::key::KeyError;
use crate::op::Sending;
use crate::op::options::{Options, options};
use crate::op::project::expression;
use crate::op::view::{RequestView, Requests};
use crate::schema::TableDef;
use crate::transport::{self, Call, Operation, Response, Target};
use crate::wire::{DecodeError, RawItem, write_json_str};
use crate::{Entity, Error, Table};

/// Marks a [`BatchGet`] whose items come in the order of the keys.
#[derive(Debug)]
pub enum Ordered {}

/// A read of items of any entity of a table. Made by [`Handle::batch_get_all`](crate::Handle::batch_get_all).
pub type BatchGetAll<T, O = ()> = BatchGet<Item<T>, ItemKey<T>, O>;

/// A read of any number of items by their primary keys: `BatchGetItem`, as often as it takes. Made by
/// [`Handle::batch_get`](crate::Handle::batch_get) and [`Handle::batch_get_all`](crate::Handle::batch_get_all).
///
/// `I` is what an item is read as, `K` what a key is, `O` whether the items come in order.
#[must_use = "nothing is read until `.send().await`"]
pub struct BatchGet<I, K = Key<I>, O = ()> {
    target: Target,
    table: &'static TableDef,
    asked: Result<Asked<K>, Error>,
    write: WriteKey<K>,
    decode: Decode<I>,
    /// The members of every request that ask for some attributes; empty if it asks for all.
    projection: String,
    consistent: bool,
    limits: Limits,
    options: Options,
    order: PhantomData<fn() -> O>,
}

type WriteKey<K> = fn(&K, &mut String) -> Result<(), KeyError>;
type Decode<I> = Box<dyn Fn(RawItem<'_>) -> Result<I, Error> + Send + Sync>;

/// The keys, each once, in the order in which they were asked for first.
struct Asked<K> {
    keys: Vec<K>,
    numbers: HashMap<Primary, usize>,
    /// The number of the key at each place; a key may be asked for at several.
    places: Vec<usize>,
}

impl<K> Asked<K> {
    fn add(&mut self, key: K, write: WriteKey<K>, table: &TableDef) -> Result<(), Error> {
        let mut json = String::new();
        write(&key, &mut json)?;
        let primary = Primary::of(RawItem::new(&json), table)?;
        let number = *self.numbers.entry(primary).or_insert(self.keys.len());
        if number == self.keys.len() {
            self.keys.push(key);
        }
        self.places.push(number);
        Ok(())
    }
}

impl<E: Entity> BatchGet<E> {
    pub(crate) fn new(target: &Target, keys: impl IntoIterator<Item = Key<E>>) -> Self {
        let reader = Reader::new();
        let decode = Box::new(move |item: RawItem<'_>| reader.read(item));
        let mut get = Self::of(target, E::Table::DEF, Key::write, decode);
        get.add(keys);
        get
    }
}

impl<T: Table> BatchGetAll<T> {
    pub(crate) fn all(target: &Target) -> Self {
        let decode = Box::new(|item: RawItem<'_>| Ok(Item::new(item)));
        Self::of(target, T::DEF, ItemKey::write, decode)
    }
}

impl<T: Table, O: 'static> BatchGetAll<T, O> {
    /// Also reads this item.
    pub fn get<E: Entity<Table = T>>(self, key: Key<E>) -> Self {
        self.keys([key])
    }

    /// Also reads these items.
    pub fn keys<E: Entity<Table = T>>(mut self, keys: impl IntoIterator<Item = Key<E>>) -> Self {
        for key in keys {
            match ItemKey::new(&key) {
                Ok(key) => self.add([key]),
                Err(error) => self.fail(error),
            }
        }
        self
    }

    /// Also reads the items whose keys an earlier batch left.
    pub fn resume(mut self, unprocessed: impl IntoIterator<Item = ItemKey<T>>) -> Self {
        self.add(unprocessed);
        self
    }
}

impl<I, K> BatchGet<I, K> {
    fn of(
        target: &Target,
        table: &'static TableDef,
        write: WriteKey<K>,
        decode: Decode<I>,
    ) -> Self {
        Self {
            target: target.clone(),
            table,
            asked: Ok(Asked {
                keys: Vec::new(),
                numbers: HashMap::new(),
                places: Vec::new(),
            }),
            write,
            decode,
            projection: String::new(),
            consistent: false,
            limits: Limits::default(),
            options: Options::default(),
            order: PhantomData,
        }
    }

    /// Gives the items in the order of the keys, with `None` where there is none: as many as there are keys, one
    /// for each also where a key was given more than once.
    pub fn ordered(self) -> BatchGet<I, K, Ordered> {
        BatchGet {
            target: self.target,
            table: self.table,
            asked: self.asked,
            write: self.write,
            decode: self.decode,
            projection: self.projection,
            consistent: self.consistent,
            limits: self.limits,
            options: self.options,
            order: PhantomData,
        }
    }
}

impl<I, K, O> BatchGet<I, K, O> {
    /// Reads the items as something else. The requests ask for no more than these attributes, if they are given.
    pub(in crate::op) fn read_as<P>(
        self,
        attributes: Option<Vec<&'static str>>,
        decode: impl Fn(RawItem<'_>) -> Result<P, Error> + Send + Sync + 'static,
    ) -> BatchGet<P, K, O> {
        let mut projection = String::new();
        if let Some(attributes) = attributes {
            let mut aliases = Aliases::default();
            projection.push_str(",\"ProjectionExpression\":");
            write_json_str(&mut projection, &expression(&mut aliases, &attributes));
            aliases.write(&mut projection);
        }
        BatchGet {
            target: self.target,
            table: self.table,
            asked: self.asked,
            write: self.write,
            decode: Box::new(decode),
            projection,
            consistent: self.consistent,
            limits: self.limits,
            options: self.options,
            order: PhantomData,
        }
    }

    fn add(&mut self, keys: impl IntoIterator<Item = K>) {
        for key in keys {
            let Ok(asked) = &mut self.asked else { return };
            if let Err(error) = asked.add(key, self.write, self.table) {
                self.fail(error);
            }
        }
    }

    /// Keeps the first error, for `send`.
    fn fail(&mut self, error: Error) {
        if self.asked.is_ok() {
            self.asked = Err(error);
        }
    }

    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// The settings of the read that this one is part of.
    pub(in crate::op) fn options(mut self, options: &Options) -> Self {
        self.options = options.clone();
        self
    }

    limits!();
    options!();

    /// The requests as they would be sent now, to be looked at: one for every 100 keys, none if there are no keys.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<Requests, Error>
    where
        I: Send,
        K: Send + Sync,
    {
        let keys = &self.asked.as_ref().map_err(Error::again)?.keys;
        let written = Written {
            target: &self.target,
            keys,
            write: self.write,
            projection: &self.projection,
            consistent: self.consistent,
            options: &self.options,
        };
        let calls = calls::<Request<I, K>>(&vec![0; keys.len()]).into_iter();
        let views = calls.map(|entries| {
            let body = written.body(&entries)?;
            Ok(RequestView::new(Operation::BatchGetItem, self.table, body))
        });
        Ok(Requests::new(views.collect::<Result<Vec<_>, Error>>()?))
    }
}

impl<I: Send + 'static, K: Send + Sync + 'static> BatchGet<I, K> {
    /// Sends the requests, at most 100 keys in each, every key once.
    ///
    /// The items come in no particular order; a key that has no item has none in the result.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] for a value that can be in no key, before anything is sent; [`Error::Decode`] if an item is not
    /// what its key says. Whatever else goes wrong is told by the [`BatchRead`], with the keys it left.
    pub fn send(self) -> Sending<BatchRead<I, K>> {
        Sending::new(async move {
            let fetched = self.fetch(false).await?;
            let items = fetched.items.into_iter().map(|(_, item)| item);
            Ok(fetched.read.with(items.collect()))
        })
    }
}

impl<I: Send + 'static, K: Send + Sync + 'static> BatchGet<I, K, Ordered> {
    /// Sends the requests, at most 100 keys in each, every key once.
    ///
    /// `None` also stands for what was left; [`complete`](BatchRead::complete) makes sure that there is none.
    ///
    /// # Errors
    ///
    /// As without [`ordered`](BatchGet::ordered).
    pub fn send(self) -> Sending<BatchRead<Option<I>, K>> {
        Sending::new(async move {
            let fetched = self.fetch(true).await?;
            let mut items: Vec<Option<I>> = Vec::new();
            items.resize_with(fetched.places, || None);
            for (place, item) in fetched.items {
                if let Some(slot) = items.get_mut(place) {
                    *slot = Some(item);
                }
            }
            Ok(fetched.read.with(items))
        })
    }
}

/// What came of a batch, with the place of each item among the keys as they were given.
struct Fetched<I, K> {
    items: Vec<(usize, I)>,
    places: usize,
    read: BatchRead<(), K>,
}

impl<I: Send + 'static, K: Send + Sync + 'static, O> BatchGet<I, K, O> {
    async fn fetch(self, ordered: bool) -> Result<Fetched<I, K>, Error> {
        let asked = self.asked?;
        let (total, places) = (asked.keys.len(), asked.places.len());
        let mut at = vec![Vec::new(); if ordered { total } else { 0 }];
        for (place, number) in asked.places.into_iter().enumerate() {
            if let Some(at) = at.get_mut(number) {
                at.push(place);
            }
        }
        let request = Request {
            target: self.target,
            table: self.table,
            keys: asked.keys,
            numbers: asked.numbers,
            at: ordered.then_some(at),
            write: self.write,
            decode: self.decode,
            projection: self.projection,
            consistent: self.consistent,
            options: self.options,
            found: Mutex::new(Vec::new()),
        };
        let rest = drive(&request, total, self.limits).await?;
        let Rest { entries, cause } = rest;
        let mut left = vec![false; total];
        for number in entries {
            left[number] = true;
        }
        let keys = request.keys.into_iter().zip(left);
        let unprocessed = keys.filter(|(_, left)| *left).map(|(key, _)| key);
        Ok(Fetched {
            items: request
                .found
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner),
            places,
            read: BatchRead::new(request.target.table, unprocessed.collect(), total, cause),
        })
    }
}

/// A batch on its way.
struct Request<I, K> {
    target: Target,
    table: &'static TableDef,
    keys: Vec<K>,
    numbers: HashMap<Primary, usize>,
    /// The places of each key, if the items are to be in order.
    at: Option<Vec<Vec<usize>>>,
    write: WriteKey<K>,
    decode: Decode<I>,
    projection: String,
    consistent: bool,
    options: Options,
    found: Mutex<Vec<(usize, I)>>,
}

impl<I: Send, K: Send + Sync> Batch for Request<I, K> {
    const MAX_ENTRIES: usize = 100;
    /// A hundred of the longest keys are far below every limit.
    const MAX_BYTES: usize = usize::MAX;

    fn bytes(&self, _: usize) -> usize {
        0
    }

    async fn call(&self, entries: &[usize]) -> Result<Vec<usize>, Failure> {
        let written = Written {
            target: &self.target,
            keys: &self.keys,
            write: self.write,
            projection: &self.projection,
            consistent: self.consistent,
            options: &self.options,
        };
        let body = written.body(entries).map_err(|e| Failure::Call(e.into()))?;
        let tables = [&*self.target.table];
        let mut call = Call::new(Operation::BatchGetItem, &tables, body);
        call.facts.consistent = Some(self.consistent);
        call.facts.entries = Some(entries.len());
        call.overrides = self.options.overrides.clone();
        let response = transport::send(&self.target.client, call)
            .await
            .map_err(Failure::Call)?;
        self.accept(&response, entries).map_err(Failure::Item)
    }
}

/// What a request body is made of.
struct Written<'b, K> {
    target: &'b Target,
    keys: &'b [K],
    write: WriteKey<K>,
    projection: &'b str,
    consistent: bool,
    options: &'b Options,
}

impl<K> Written<'_, K> {
    fn body(&self, entries: &[usize]) -> Result<String, KeyError> {
        let mut body = String::with_capacity(128 * (entries.len() + 1));
        body.push_str("{\"RequestItems\":{");
        write_json_str(&mut body, &self.target.table);
        body.push_str(":{\"Keys\":[");
        for (at, &number) in entries.iter().enumerate() {
            if at > 0 {
                body.push(',');
            }
            (self.write)(&self.keys[number], &mut body)?;
        }
        body.push(']');
        body.push_str(self.projection);
        if self.consistent {
            body.push_str(",\"ConsistentRead\":true");
        }
        body.push_str("}}");
        if self.options.wants_capacity() {
            body.push_str(",\"ReturnConsumedCapacity\":\"INDEXES\"");
        }
        body.push('}');
        Ok(body)
    }
}

impl<I, K> Request<I, K> {
    /// Keeps the items of an answer; says which keys were left.
    fn accept(&self, response: &Response, entries: &[usize]) -> Result<Vec<usize>, Error> {
        let answer = Answer::read(response.body())?;
        response.consumed(&answer.consumed);
        for consumed in &answer.consumed {
            self.options.record(Some(consumed));
        }
        let mut found = Vec::with_capacity(answer.items.len());
        for item in answer.items {
            match &self.at {
                None => found.push((0, (self.decode)(item)?)),
                Some(at) => {
                    // Decoded once for each place, because an entity need not be `Clone`.
                    for &place in &at[self.number(item, entries)?] {
                        found.push((place, (self.decode)(item)?));
                    }
                }
            }
        }
        let left = answer.left.into_iter();
        let left = left
            .map(|key| self.number(key, entries))
            .collect::<Result<_, _>>()?;
        self.found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(found);
        Ok(left)
    }

    fn number(&self, item: RawItem<'_>, entries: &[usize]) -> Result<usize, DecodeError> {
        let number = self.numbers.get(&Primary::of(item, self.table)?).copied();
        number
            .filter(|number| entries.contains(number))
            .ok_or_else(|| DecodeError::malformed("the response is about a key that was not sent"))
    }
}

/// Says what is read where, without the keys.
impl<I, K, O> fmt::Debug for BatchGet<I, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchGet")
            .field("table", &self.target.table)
            .field("keys", &self.asked.as_ref().map_or(0, |a| a.keys.len()))
            .finish_non_exhaustive()
    }
}
