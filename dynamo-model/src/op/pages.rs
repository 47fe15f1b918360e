//! Pages of `Query` and `Scan`, and the stream of their items.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use aws_sdk_dynamodb::Client;
use futures_core::Stream;

use super::Sending;
use super::options::Options;
use super::request::Body;
use crate::transport::{self, Call, Operation};
use crate::wire::{RawItem, read_envelope};
use crate::{Error, Handle, Table};

/// Makes an item of a response into what the stream yields; `None` for one that is not of the stream.
type Decode<T> = Box<dyn Fn(RawItem<'_>) -> Result<Option<T>, Error> + Send + Sync>;

/// A request that is sent page after page: what `Query` and `Scan` have in common.
pub(super) struct Pages<T> {
    client: Client,
    table: Arc<str>,
    operation: Operation,
    /// The members that are the same on every page. `None` if no item can satisfy the request.
    pub(super) body: Result<Option<Body>, Error>,
    page_size: Option<u32>,
    take: Option<usize>,
    /// Whether every item that a page reads is yielded, so that `take` bounds what has to be read.
    unfiltered: bool,
    options: Options,
    decode: Decode<T>,
}

impl<T> Pages<T> {
    pub(super) fn new<M: Table>(
        handle: &Handle<M>,
        operation: Operation,
        body: Result<Option<Body>, Error>,
        unfiltered: bool,
        decode: impl Fn(RawItem<'_>) -> Result<Option<T>, Error> + Send + Sync + 'static,
    ) -> Self {
        Self {
            client: handle.client().clone(),
            table: handle.shared_name(),
            operation,
            body,
            page_size: None,
            take: None,
            unfiltered,
            options: Options::default(),
            decode: Box::new(decode),
        }
    }

    /// Adds a member to the body, if there is one to be sent.
    pub(super) fn raw(&mut self, name: &str, json: &str) {
        if let Ok(Some(body)) = &mut self.body {
            body.raw(name, json);
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
        &self.table
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

struct Page<T> {
    items: VecDeque<Result<T, Error>>,
    /// `LastEvaluatedKey`, as JSON.
    last: Option<String>,
}

impl<T> Pages<T> {
    async fn fetch(self: Arc<Self>, start: Option<String>, left: usize) -> Result<Page<T>, Error> {
        // `Items::new` keeps requests that are not to be sent.
        let Ok(Some(body)) = &self.body else {
            return Ok(Page {
                items: VecDeque::new(),
                last: None,
            });
        };
        let mut body = body.open();
        let needed = self
            .take
            .filter(|_| self.unfiltered)
            .and_then(|_| u32::try_from(left).ok());
        if let Some(limit) = self.page_size.into_iter().chain(needed).min() {
            body.raw("Limit", &limit.to_string());
        }
        if let Some(start) = &start {
            body.raw("ExclusiveStartKey", start);
        }
        if self.options.wants_capacity() {
            body.raw("ReturnConsumedCapacity", "\"INDEXES\"");
        }
        let tables = [&*self.table];
        let mut call = Call::new(self.operation, &tables, body.finish());
        call.overrides = self.options.overrides.clone();
        let response = transport::send(&self.client, call).await?;
        let envelope = read_envelope(response.body())?;
        self.options.record(envelope.consumed_capacity.as_ref());
        let items = envelope.items.into_iter();
        Ok(Page {
            items: items
                .filter_map(|item| (self.decode)(item).transpose())
                .collect(),
            last: envelope.last_evaluated_key.map(|key| key.as_str().to_owned()),
        })
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
    ready: VecDeque<Result<T, Error>>,
    fetching: Option<Fetching<T>>,
    next: Next,
    left: usize,
}

enum Next {
    Page(Option<String>),
    End,
}

impl<T: Send + 'static> Items<T> {
    pub(super) fn new(mut pages: Pages<T>) -> Self {
        let mut ready = VecDeque::new();
        let mut next = Next::Page(None);
        // What is wrong with the request is the stream's first and only item.
        match std::mem::replace(&mut pages.body, Ok(None)) {
            Ok(Some(body)) => pages.body = Ok(Some(body)),
            Ok(None) => next = Next::End,
            Err(error) => {
                ready.push_back(Err(error));
                next = Next::End;
            }
        }
        let left = pages.take.unwrap_or(usize::MAX);
        Self {
            left: if ready.is_empty() { left } else { left.max(1) },
            next,
            pages: Arc::new(pages),
            ready,
            fetching: None,
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
        loop {
            if self.left == 0 {
                return Poll::Ready(None);
            }
            if let Some(item) = self.ready.pop_front() {
                self.left -= 1;
                return Poll::Ready(Some(item));
            }
            if let Some(fetching) = &mut self.fetching {
                let page = ready!(fetching.as_mut().poll(context));
                self.fetching = None;
                match page {
                    Ok(page) => {
                        self.ready = page.items;
                        self.next = match page.last {
                            Some(last) => Next::Page(Some(last)),
                            None => Next::End,
                        };
                    }
                    Err(error) => {
                        self.next = Next::End;
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                continue;
            }
            match std::mem::replace(&mut self.next, Next::End) {
                Next::End => return Poll::Ready(None),
                Next::Page(start) => {
                    let pages = Arc::clone(&self.pages);
                    self.fetching = Some(Box::pin(pages.fetch(start, self.left)));
                }
            }
        }
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
            .field("table", &self.pages.table)
            .field("operation", &self.pages.operation.name())
            .finish_non_exhaustive()
    }
}
