//! One page: asked for, received, not decoded yet.

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::Read;
use crate::op::request::Body;
use crate::transport::{self, Call};
use crate::wire::{RawItem, read_envelope};
use crate::{Error, InvalidRequest};

/// The greatest `Limit` that the service takes: a 32-bit integer with a sign.
const MAX_LIMIT: u32 = i32::MAX.unsigned_abs();

/// The answer to one request.
#[derive(Default)]
pub(super) struct Fetched {
    body: String,
    /// Where the items are in the body.
    items: Vec<Range<usize>>,
    /// `LastEvaluatedKey`, as JSON.
    pub(super) last: Option<String>,
    /// Items that were read, before they were filtered.
    pub(super) scanned: u64,
    /// Items that passed the filter.
    pub(super) count: u64,
}

impl Fetched {
    /// The number of items.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn item(&self, number: usize) -> RawItem<'_> {
        let span = self.items.get(number).cloned().unwrap_or_default();
        RawItem::new(self.body.get(span).unwrap_or_default())
    }
}

/// What a page is to be.
pub(super) struct Ask {
    pub(super) body: Body,
    /// The key behind which it begins, as JSON.
    pub(super) start: Option<String>,
    /// How many items are wanted at most.
    pub(super) limit: Option<u32>,
    /// Whether only their number is.
    pub(super) count: bool,
}

impl<T> Read<T> {
    pub(super) async fn fetch(self: Arc<Self>, ask: Ask) -> Result<Fetched, Error> {
        let Ask {
            mut body,
            start,
            limit,
            count,
        } = ask;
        if self.is_reversed() {
            body.raw("ScanIndexForward", "false");
        }
        if self.consistent {
            body.raw("ConsistentRead", "true");
        }
        if count {
            body.raw("Select", "\"COUNT\"");
        }
        if let Some(limit) = limit {
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
        let body = transport::send(&self.target.client, call)
            .await?
            .into_body();
        let envelope = read_envelope(&body)?;
        self.options.record(envelope.consumed_capacity.as_ref());
        let last = envelope.last_evaluated_key;
        let mut fetched = Fetched {
            items: envelope
                .items
                .iter()
                .map(|item| span(&body, *item))
                .collect(),
            last: last.map(|key| key.as_str().to_owned()),
            scanned: envelope.scanned_count,
            count: envelope.count,
            body: String::new(),
        };
        drop(envelope);
        fetched.body = body;
        Ok(fetched)
    }
}

/// Where in the body an item is, which was found there.
fn span(body: &str, item: RawItem<'_>) -> Range<usize> {
    let item = item.as_str();
    let start = (item.as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
    start..start + item.len()
}

/// A page on its way.
pub(super) enum Fetching {
    /// It goes on when it is polled.
    Here(Pin<Box<dyn Future<Output = Result<Fetched, Error>> + Send>>),
    /// It goes on by itself.
    Task(JoinHandle<Result<Fetched, Error>>),
}

impl Fetching {
    pub(super) fn new<T: 'static>(read: &Arc<Read<T>>, ask: Ask, by_itself: bool) -> Self {
        let fetch = Box::pin(Arc::clone(read).fetch(ask));
        match Handle::try_current() {
            Ok(runtime) if by_itself => Self::Task(runtime.spawn(fetch)),
            _ => Self::Here(fetch),
        }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Fetched, Error>> {
        match self {
            Self::Here(fetch) => fetch.as_mut().poll(context),
            Self::Task(task) => Poll::Ready(match ready!(Pin::new(task).poll(context)) {
                Ok(fetched) => fetched,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(error) => Err(InvalidRequest::new(
                        "the runtime was shut down while a page was read",
                    )
                    .with_source(error.into())
                    .into()),
                },
            }),
        }
    }
}

/// Nobody waits for it any more.
impl Drop for Fetching {
    fn drop(&mut self) {
        if let Self::Task(task) = self {
            task.abort();
        }
    }
}
