//! One page: asked for, received, not decoded yet.

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::{Complete, Read};
use crate::op::Sending;
use crate::op::request::Body;
use crate::transport::{self, Call, Facts, Operation};
use crate::wire::RawItem;
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
    /// Capacity units consumed, if they were asked for.
    pub(super) units: f64,
    /// The whole items of which the index holds a part, if they were read too.
    whole: Option<Vec<Option<String>>>,
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

    /// The item as it is to be decoded; `None` if it is not there any more.
    pub(super) fn whole(&self, number: usize) -> Option<RawItem<'_>> {
        match &self.whole {
            None => Some(self.item(number)),
            Some(whole) => whole.get(number)?.as_deref().map(RawItem::new),
        }
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
    /// The number of the partition or segment.
    pub(super) lane: usize,
}

impl<T: 'static> Read<T> {
    pub(super) async fn fetch(self: Arc<Self>, ask: Ask) -> Result<Fetched, Error> {
        if let Some(pace) = &self.pace {
            pace.wait().await;
        }
        let tables = [&*self.target.table];
        let facts = self.facts(&ask);
        let mut call = Call::new(self.operation, &tables, self.body(ask));
        call.facts = facts;
        call.overrides = self.options.overrides.clone();
        let response = transport::send(&self.target.client, call).await?;
        let envelope = response.envelope()?;
        let consumed = envelope.consumed_capacity.as_ref();
        self.options.record(consumed);
        let units = consumed.map_or(0.0, |consumed| consumed.capacity_units);
        if let Some(pace) = &self.pace {
            pace.spend(units);
        }
        let items = envelope.items.iter();
        let last = envelope.last_evaluated_key;
        let mut fetched = Fetched {
            items: items.map(|item| span(response.body(), *item)).collect(),
            last: last.map(|key| key.as_str().to_owned()),
            scanned: envelope.scanned_count,
            count: envelope.count,
            units,
            whole: None,
            body: response.into_body(),
        };
        if let Some(complete) = &self.complete {
            fetched.whole = Some(self.complete(&fetched, complete)?.await?);
        }
        Ok(fetched)
    }

    /// The body of the request.
    pub(super) fn body(&self, ask: Ask) -> String {
        let mut body = ask.body;
        if self.is_reversed() {
            body.raw("ScanIndexForward", "false");
        }
        if self.consistent {
            body.raw("ConsistentRead", "true");
        }
        if ask.count {
            body.raw("Select", "\"COUNT\"");
        }
        if let Some(limit) = ask.limit {
            body.raw("Limit", &limit.min(MAX_LIMIT).to_string());
        }
        if let Some(start) = &ask.start {
            body.raw("ExclusiveStartKey", start);
        }
        if self.wants_capacity() {
            body.raw("ReturnConsumedCapacity", "\"INDEXES\"");
        }
        body.finish()
    }

    /// What its span says.
    fn facts(&self, ask: &Ask) -> Facts {
        let is_query = self.operation == Operation::Query;
        Facts {
            index: self.index(),
            consistent: Some(self.consistent),
            limit: ask.limit.map(|limit| limit.min(MAX_LIMIT)),
            forward: is_query.then_some(!self.is_reversed()),
            select: ask.count.then_some("COUNT"),
            segment: self.segment(ask.lane),
            ..Facts::default()
        }
    }

    /// The number of a segment, and how many there are.
    fn segment(&self, lane: usize) -> Option<(u32, u32)> {
        let lanes = self.requests.as_ref().map_or(0, Vec::len);
        let is_segment = self.operation == Operation::Scan && lanes > 1;
        let numbers = (u32::try_from(lane).ok()?, u32::try_from(lanes).ok()?);
        is_segment.then_some(numbers)
    }

    /// Completes the items that are wanted.
    fn complete(
        &self,
        fetched: &Fetched,
        complete: &Complete,
    ) -> Result<Sending<Vec<Option<String>>>, Error> {
        let mut wanted = Vec::new();
        let mut places = Vec::with_capacity(fetched.len());
        for number in 0..fetched.len() {
            let item = fetched.item(number);
            let wants = self.reader.wants(item)?;
            places.push(wants.then_some(wanted.len()));
            if wants {
                wanted.push(item);
            }
        }
        let whole = complete(&wanted, &self.options)?;
        Ok(Sending::new(async move {
            let mut whole = whole.await?;
            let of = |place: Option<usize>| whole.get_mut(place?)?.take();
            Ok(places.into_iter().map(of).collect())
        }))
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
            // What it sends belongs to the span in which the items are asked for.
            Ok(runtime) if by_itself => Self::Task(runtime.spawn(fetch.in_current_span())),
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
