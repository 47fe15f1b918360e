//! One page: asked for, received, not decoded yet.

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::{Complete, Completed, Read};
use crate::op::Sending;
use crate::op::request::Body;
use crate::transport::{self, Call, Facts, Operation};
use crate::wire::{self, DecodeError, RawItem, Walk};
use crate::{Error, InvalidRequest};

/// The greatest `Limit` that the service takes: a 32-bit integer with a sign.
const MAX_LIMIT: u32 = i32::MAX.unsigned_abs();

/// The answer to one request.
#[derive(Default)]
pub(super) struct Fetched {
    body: String,
    /// The items in the body, as far as they were not passed.
    walk: Walk,
    /// How many were passed.
    passed: usize,
    /// `LastEvaluatedKey`, as JSON.
    pub(super) last: Option<String>,
    /// Items that were read, before they were filtered.
    pub(super) scanned: u64,
    /// Items that passed the filter.
    pub(super) count: u64,
    /// Capacity units consumed, if they were asked for.
    pub(super) units: f64,
    /// The whole items of which the index holds a part, if they were read too.
    whole: Option<Vec<Completed>>,
}

impl Fetched {
    /// Whether all items were passed.
    pub(super) fn is_used_up(&self) -> bool {
        self.walk.is_done()
    }

    /// How many items there still are, if the service has counted them.
    pub(super) fn left(&self) -> usize {
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        count
            .saturating_sub(self.passed)
            .min(self.walk.rest() / MIN_ITEM)
    }

    /// The cursor at the next item.
    pub(super) fn cursor(&self) -> wire::Cursor<'_> {
        self.walk.cursor(&self.body)
    }

    /// The item at this place of the body.
    pub(super) fn item(&self, place: Range<usize>) -> RawItem<'_> {
        RawItem::new(self.body.get(place).unwrap_or_default())
    }

    /// Where the next item is, whose text is that of an object.
    pub(super) fn place(&self) -> Result<Range<usize>, DecodeError> {
        let mut cursor = self.cursor();
        let start = cursor.position();
        cursor.object()?;
        Ok(start..cursor.position())
    }

    /// The next item as it is to be decoded, if that is not what is in the body; `None` if it is not there any more.
    pub(super) fn whole(&self) -> Option<Result<Option<RawItem<'_>>, &Error>> {
        let whole = self.whole.as_ref()?;
        Some(match whole.get(self.passed) {
            Some(Ok(whole)) => Ok(whole.as_deref().map(RawItem::new)),
            Some(Err(error)) => Err(error),
            None => Ok(None),
        })
    }

    /// Goes on behind the next item, which ends at `end`. Nothing is left of a body in which nothing can be told from there on, and it is
    /// not known any more where the next page begins.
    pub(super) fn pass(&mut self, end: usize) -> Result<(), DecodeError> {
        self.passed += 1;
        let passed = self.walk.pass(&self.body, end);
        if passed.is_err() {
            self.abandon();
        }
        passed
    }

    /// Nothing more is read of the page: it has to be asked for again.
    pub(super) fn abandon(&mut self) {
        self.walk.abandon();
        self.last = None;
    }
}

/// The fewest bytes that an item takes, which has a key: `{"k":{"S":""}}`.
const MIN_ITEM: usize = 14;

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
        let last = envelope.last_evaluated_key;
        let mut fetched = Fetched {
            walk: envelope.items,
            passed: 0,
            last: last.map(|key| key.as_str().to_owned()),
            scanned: envelope.scanned_count,
            count: envelope.count,
            units,
            whole: None,
            body: response.into_body(),
        };
        if let Some(complete) = &self.complete {
            let whole = self.complete(&fetched, complete)?;
            fetched.whole = Some(whole.await?);
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

    /// Completes the items that are wanted. What is wrong with one of them is no matter of the others.
    fn complete(
        &self,
        fetched: &Fetched,
        complete: &Complete,
    ) -> Result<Sending<Vec<Completed>>, DecodeError> {
        let mut wanted = Vec::new();
        let mut places = Vec::with_capacity(fetched.left());
        let mut walk = fetched.walk;
        while let Some(item) = walk.next(&fetched.body)? {
            let wants = self.reader.wants(item);
            if let Ok(true) = wants {
                wanted.push(item);
            }
            places.push(wants);
        }
        let whole = complete(&wanted, self.consistent, &self.options);
        Ok(Sending::new(async move {
            let mut whole = whole.await?.into_iter();
            let of = |wants: Result<bool, Error>| match wants {
                Ok(true) => whole.next().unwrap_or(Ok(None)),
                Ok(false) => Ok(None),
                Err(error) => Err(error),
            };
            Ok(places.into_iter().map(of).collect())
        }))
    }
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
