//! Pages of `Query` and `Scan`, and the stream of their items.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use futures_core::Stream;

use super::Sending;
use super::filter::is_expired;
use super::options::Options;
use super::project::project;
use super::request::{Body, Request};
use crate::entity::scalar;
use crate::expr::Node;
use crate::key::KeyValue;
use crate::transport::{self, Call, Operation, Target};
use crate::wire::{RawItem, read_envelope};
use crate::{Error, InvalidRequest};

/// The greatest `Limit` that the service takes: a 32-bit integer with a sign.
const MAX_LIMIT: u32 = i32::MAX.unsigned_abs();

/// Makes an item of a response into what the stream yields; `None` for one that is not of the stream.
type Decode<T> = Box<dyn Fn(RawItem<'_>) -> Result<Option<T>, Error> + Send + Sync>;

/// A request that is sent page after page: what `Query` and `Scan` have in common.
pub(super) struct Pages<T> {
    target: Target,
    operation: Operation,
    /// One for each partition that is read; none if no item can satisfy the request.
    requests: Result<Vec<Request>, Error>,
    filter: Option<Node>,
    /// The attribute that says when items expire, if those that have are passed over.
    expiry: Option<&'static str>,
    /// The attributes that items of several partitions are merged by.
    order: Vec<&'static str>,
    descending: bool,
    consistent: bool,
    page_size: Option<u32>,
    take: Option<usize>,
    /// Whether every item that a page reads is yielded, so that `take` bounds what has to be read.
    unfiltered: bool,
    options: Options,
    decode: Decode<T>,
}

impl<T> Pages<T> {
    pub(super) fn new(
        target: &Target,
        operation: Operation,
        requests: Result<Vec<Request>, Error>,
        decode: impl Fn(RawItem<'_>) -> Result<Option<T>, Error> + Send + Sync + 'static,
    ) -> Self {
        Self {
            target: target.clone(),
            operation,
            requests,
            filter: None,
            expiry: None,
            order: Vec::new(),
            descending: false,
            consistent: false,
            page_size: None,
            take: None,
            unfiltered: true,
            options: Options::default(),
            decode: Box::new(decode),
        }
    }

    /// Reads the items as something else. Each request asks for no more than these attributes, if they are given.
    pub(super) fn read_as<O>(
        self,
        attributes: Option<Vec<&'static str>>,
        decode: impl Fn(RawItem<'_>) -> Result<Option<O>, Error> + Send + Sync + 'static,
    ) -> Pages<O> {
        let mut requests = self.requests;
        for request in requests.iter_mut().flatten() {
            project(
                &mut request.body,
                &mut request.aliases,
                attributes.as_deref(),
            );
        }
        Pages {
            target: self.target,
            operation: self.operation,
            requests,
            filter: self.filter,
            expiry: self.expiry,
            order: self.order,
            descending: self.descending,
            consistent: self.consistent,
            page_size: self.page_size,
            take: self.take,
            unfiltered: self.unfiltered,
            options: self.options,
            decode: Box::new(decode),
        }
    }

    /// Adds a member to every body.
    fn raw(&mut self, name: &str, json: &str) {
        for request in self.requests.iter_mut().flatten() {
            request.body.raw(name, json);
        }
    }

    /// How many partitions are read.
    pub(super) fn partitions(&self) -> usize {
        self.requests.as_ref().map_or(0, Vec::len)
    }

    /// Keeps the first error, which the stream yields.
    pub(super) fn fail(&mut self, error: impl Into<Error>) {
        if self.requests.is_ok() {
            self.requests = Err(error.into());
        }
    }

    /// Not all items that are read are yielded; a filter sorts out those that it can.
    pub(super) fn set_mixed(&mut self, filter: Option<Node>) {
        self.unfiltered = false;
        self.filter = filter;
    }

    /// Only the items that satisfy the condition, and those before it.
    pub(super) fn filter(&mut self, node: Result<Node, impl Into<Error>>) {
        self.unfiltered = false;
        match node {
            Ok(node) => self.filter = Node::all(self.filter.take().into_iter().chain([node])),
            Err(error) => self.fail(error),
        }
    }

    /// Only the items that have not expired by this attribute.
    pub(super) fn skip_expired(&mut self, expiry: Result<&'static str, InvalidRequest>) {
        self.unfiltered = false;
        match expiry {
            Ok(attribute) => self.expiry = Some(attribute),
            Err(error) => self.fail(error),
        }
    }

    /// Merges the items of several partitions by these attributes.
    pub(super) fn merge_by(&mut self, order: Vec<&'static str>) {
        self.order = order;
    }

    pub(super) fn set_descending(&mut self) {
        // A member twice is no request that every endpoint takes.
        if !std::mem::replace(&mut self.descending, true) {
            self.raw("ScanIndexForward", "false");
        }
    }

    pub(super) fn set_consistent(&mut self) {
        if !std::mem::replace(&mut self.consistent, true) {
            self.raw("ConsistentRead", "true");
        }
    }

    pub(super) fn set_page_size(&mut self, items: u32) {
        self.page_size = Some(items.max(1));
    }

    pub(super) fn set_take(&mut self, items: usize) {
        self.take = Some(items);
    }

    pub(super) fn options(&mut self) -> &mut Options {
        &mut self.options
    }

    pub(super) fn table(&self) -> &str {
        &self.target.table
    }
}

/// The methods of every builder whose field `pages` reads page after page, yielding `$item`s.
macro_rules! pages {
    ($item:ty) => {
        /// Reads at most this many items a page, at least one: the service's `Limit`, which counts items before
        /// they are filtered. It changes the number of requests, not of the items.
        pub fn page_size(mut self, items: u32) -> Self {
            self.pages.set_page_size(items);
            self
        }

        /// Ends after exactly this many items, if there are as many.
        pub fn take(mut self, items: usize) -> Self {
            self.pages.set_take(items);
            self
        }

        /// Adds what this operation consumes, index by index and page by page, to the meter.
        pub fn meter(mut self, meter: &crate::Meter) -> Self {
            self.pages.options().set_meter(meter);
            self
        }

        /// SDK settings for this call alone: timeouts, retries, region, interceptors.
        pub fn config_override(
            mut self,
            overrides: impl Into<aws_sdk_dynamodb::config::Builder>,
        ) -> Self {
            self.pages.options().overrides = Some(overrides.into());
            self
        }

        /// All items, in one list.
        ///
        /// # Errors
        ///
        /// The first error of [`Items::try_next`](crate::Items::try_next).
        pub fn collect(self) -> crate::Sending<Vec<$item>> {
            self.items().collect()
        }

        /// The first item, if there is one. Nothing behind it is decoded.
        ///
        /// # Errors
        ///
        /// The first error of [`Items::try_next`](crate::Items::try_next).
        pub fn first(self) -> crate::Sending<Option<$item>> {
            let mut items = self.take(1).items();
            crate::Sending::new(async move { items.try_next().await })
        }
    };
}
pub(super) use pages;

/// An item on its way to the stream's user, with the key it is merged by.
type Entry<T> = (Vec<KeyValue>, Result<T, Error>);

struct Page<T> {
    entries: VecDeque<Entry<T>>,
    scanned: u64,
    /// `LastEvaluatedKey`, as JSON.
    last: Option<String>,
}

impl<T> Pages<T> {
    async fn fetch(
        self: Arc<Self>,
        mut body: Body,
        start: Option<String>,
        left: usize,
    ) -> Result<Page<T>, Error> {
        let needed = self
            .take
            .filter(|_| self.unfiltered)
            .and_then(|_| u32::try_from(left).ok());
        if let Some(limit) = self.page_size.into_iter().chain(needed).min() {
            body.raw("Limit", &limit.min(MAX_LIMIT).to_string());
        }
        if let Some(start) = &start {
            body.raw("ExclusiveStartKey", start);
        }
        if self.options.wants_capacity() {
            body.raw("ReturnConsumedCapacity", "\"INDEXES\"");
        }
        let tables = [&*self.target.table];
        let mut call = Call::new(self.operation, &tables, body.finish());
        call.overrides = self.options.overrides.clone();
        let response = transport::send(&self.target.client, call).await?;
        let envelope = read_envelope(response.body())?;
        self.options.record(envelope.consumed_capacity.as_ref());
        let mut entries = VecDeque::with_capacity(envelope.items.len());
        let expiry = self.expiry.map(|name| (name, self.target.clock.now()));
        let is_passed_over = |item: RawItem<'_>| {
            expiry.is_some_and(|(name, now): (_, SystemTime)| is_expired(item, name, now))
        };
        for item in envelope.items {
            if is_passed_over(item) {
                continue;
            }
            if let Some(decoded) = (self.decode)(item).transpose() {
                entries.push_back((self.merge_key(item)?, decoded));
            }
        }
        Ok(Page {
            entries,
            scanned: envelope.scanned_count,
            last: envelope
                .last_evaluated_key
                .map(|key| key.as_str().to_owned()),
        })
    }

    fn merge_key(&self, item: RawItem<'_>) -> Result<Vec<KeyValue>, Error> {
        let mut key = Vec::with_capacity(self.order.len());
        for name in &self.order {
            key.extend(scalar(item, name)?);
        }
        Ok(key)
    }
}

type Fetching<T> = Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send>>;

/// The items of a query or scan, page after page as they are asked for.
///
/// A [`Stream`] of `Result`s; [`try_next`](Self::try_next) needs no trait in scope. An item that does not decode is one
/// `Err`, and the stream goes on behind it; after an error of the service or the network it is at its end.
#[must_use = "nothing is read until the items are asked for"]
pub struct Items<T> {
    pages: Arc<Pages<T>>,
    /// One for each partition that is read: more than one if the partition key has a shard.
    lanes: Vec<Lane<T>>,
    failed: Option<Error>,
    left: usize,
    scanned: u64,
}

/// One partition, page after page.
struct Lane<T> {
    body: Body,
    ready: VecDeque<Entry<T>>,
    next: Next<T>,
}

enum Next<T> {
    Start(Option<String>),
    Fetching(Fetching<T>),
    End,
}

impl<T> Lane<T> {
    /// Makes sure that the lane has an item ready or is at its end; says how many items were read for that.
    fn poll_ready(
        &mut self,
        pages: &Arc<Pages<T>>,
        left: usize,
        context: &mut Context<'_>,
    ) -> Poll<Result<u64, Error>>
    where
        T: Send + 'static,
    {
        let mut scanned = 0;
        while self.ready.is_empty() {
            match &mut self.next {
                Next::End => break,
                Next::Start(start) => {
                    let page = Arc::clone(pages).fetch(self.body.open(), start.take(), left);
                    self.next = Next::Fetching(Box::pin(page));
                }
                Next::Fetching(fetching) => {
                    let page = ready!(fetching.as_mut().poll(context));
                    self.next = Next::End;
                    let page = page?;
                    scanned += page.scanned;
                    self.ready = page.entries;
                    if page.last.is_some() {
                        self.next = Next::Start(page.last);
                    }
                }
            }
        }
        Poll::Ready(Ok(scanned))
    }
}

impl<T: Send + 'static> Items<T> {
    pub(super) fn new(mut pages: Pages<T>) -> Self {
        let requests = std::mem::replace(&mut pages.requests, Ok(Vec::new()));
        let filter = pages.filter.take();
        let bodies = requests.and_then(|requests| {
            let with_filter = |request: Request| request.with_filter(filter.as_ref());
            requests.into_iter().map(with_filter).collect()
        });
        let (bodies, failed): (Vec<Body>, _) = match bodies {
            Ok(bodies) => (bodies, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let lane = |body| Lane {
            body,
            ready: VecDeque::new(),
            next: Next::Start(None),
        };
        Self {
            left: pages.take.unwrap_or(usize::MAX),
            lanes: bodies.into_iter().map(lane).collect(),
            pages: Arc::new(pages),
            failed,
            scanned: 0,
        }
    }

    /// The next item; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] or [`Error::Key`] for an item that is not what it should be; and what the service or the network
    /// says.
    ///
    /// # Cost
    ///
    /// One request whenever a page is used up.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        poll_fn(|context| self.poll(context)).await.transpose()
    }

    /// How many items DynamoDB has read for this so far, before it filtered them: `ScannedCount`, over all pages.
    pub fn scanned_count(&self) -> u64 {
        self.scanned
    }

    pub(super) fn collect(mut self) -> Sending<Vec<T>> {
        Sending::new(async move {
            let mut all = Vec::new();
            while let Some(item) = self.try_next().await? {
                all.push(item);
            }
            Ok(all)
        })
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Some(Err(error)));
        }
        if self.left == 0 {
            return Poll::Ready(None);
        }
        // All lanes are polled, so that they fetch at the same time.
        let mut pending = false;
        for lane in &mut self.lanes {
            match lane.poll_ready(&self.pages, self.left, context) {
                Poll::Pending => pending = true,
                Poll::Ready(Ok(scanned)) => self.scanned += scanned,
                Poll::Ready(Err(error)) => {
                    self.lanes.clear();
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        if pending {
            return Poll::Pending;
        }
        let heads = self
            .lanes
            .iter()
            .enumerate()
            .filter_map(|(number, lane)| Some((number, &lane.ready.front()?.0)));
        // The first of equals both ways, in the order of the shards.
        let first = if self.pages.descending {
            heads.min_by(|(_, a), (_, b)| b.cmp(a))
        } else {
            heads.min_by(|(_, a), (_, b)| a.cmp(b))
        };
        let Some((number, _)) = first else {
            return Poll::Ready(None);
        };
        self.left -= 1;
        let entry = self.lanes[number].ready.pop_front();
        Poll::Ready(entry.map(|(_, item)| item))
    }
}

impl<T: Send + 'static> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

/// Nothing in it is pinned in place: the request in flight is boxed.
impl<T> Unpin for Items<T> {}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("table", &self.pages.target.table)
            .field("operation", &self.pages.operation.name())
            .finish_non_exhaustive()
    }
}
