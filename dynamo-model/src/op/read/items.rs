//! The stream of items.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::Read;
use super::cursor::{Cursor, Place, Position};
use super::lane::{Lane, Taken, Tally};
use super::pace::Progress;
use super::resume::compare;
use crate::Error;
use crate::key::KeyValue;
use crate::op::Sending;
use crate::wire;

/// The items of a query or scan, page after page as they are asked for.
///
/// A [`Stream`] of `Result`s; [`try_next`](Self::try_next) needs no trait in scope. An item that does not decode is one
/// `Err`, and the stream goes on behind it; after an error of the service or the network it is at its end, and
/// [`cursor`](Self::cursor) says where to go on.
#[must_use = "nothing is read until the items are asked for"]
pub struct Items<T> {
    read: Arc<Read<T>>,
    /// One for each partition or segment that is read.
    lanes: Vec<Lane>,
    failed: Option<Error>,
    /// Whether the request could not be built.
    refused: bool,
    left: usize,
    tally: Tally,
    /// The last item handed out, if items of several partitions are merged.
    last: Option<(usize, Vec<KeyValue>)>,
    /// Where in a key the attributes are that they are merged by.
    order: Vec<usize>,
    /// The lane whose turn it is, if they are not merged.
    turn: usize,
}

impl<T: Send + 'static> Items<T> {
    pub(in crate::op) fn new(mut read: Read<T>) -> Self {
        let (lanes, failed) = match read.lanes() {
            Ok(lanes) => (lanes, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        Self {
            left: read.take.unwrap_or(usize::MAX),
            order: read.order(),
            read: Arc::new(read),
            lanes,
            refused: failed.is_some(),
            failed,
            tally: Tally::default(),
            last: None,
            turn: 0,
        }
    }

    /// The next item; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] or [`Error::Key`] for an item that is not what it should be; [`Error::Cursor`] for a cursor of
    /// another query; and what the service or the network says.
    ///
    /// # Cost
    ///
    /// One request whenever a page is used up.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        poll_fn(|context| self.poll(context)).await.transpose()
    }

    /// How many items DynamoDB has read for this so far, before it filtered them: `ScannedCount`, over all pages.
    pub fn scanned_count(&self) -> u64 {
        self.tally.scanned
    }

    /// Where to go on behind the last item that was handed out, also after an error; `None` at the end of all items.
    ///
    /// Items that have been received and not been handed out are received again then. Before the first item, and of a
    /// request that could not be built, it stands at the start.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if the response lacks key attributes.
    pub fn cursor(&self) -> Result<Option<Cursor>, Error> {
        let names = &self.read.names;
        let position = match (&self.last, &*self.lanes) {
            (_, []) if self.refused => Position::At(Place::Start),
            (_, []) => return Ok(None),
            (_, [lane]) => match lane.place(names)? {
                Place::End => return Ok(None),
                place => Position::At(place),
            },
            (_, lanes) if lanes.iter().all(Lane::is_at_end) => return Ok(None),
            (Some((lane, key)), lanes) => {
                Position::Merged(short(*lane), short(lanes.len()), key.clone())
            }
            (None, _) if self.read.merge.is_some() => match &self.read.begun {
                Some(position) => position.clone(),
                None => Position::At(Place::Start),
            },
            (None, lanes) => {
                let places = lanes.iter().map(|lane| lane.place(names));
                Position::Segments(places.collect::<Result<_, _>>()?)
            }
        };
        let binding = self.read.binding()?;
        Ok(Some(Cursor { binding, position }))
    }

    /// The cursor that stands on the last item that was handed out: for `before`. [`cursor`](Self::cursor) may be further on, behind
    /// items that a filter has passed over. `None` if no item was handed out, and for scans of several segments.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if the item lacks key attributes.
    pub fn item_cursor(&self) -> Result<Option<Cursor>, Error> {
        let position = match (&self.last, &*self.lanes) {
            (_, [lane]) => match lane.handed(&self.read.names)? {
                Some(key) => Position::At(Place::After(key)),
                None => return Ok(None),
            },
            (Some((lane, key)), lanes) => {
                Position::Merged(short(*lane), short(lanes.len()), key.clone())
            }
            (None, _) => return Ok(None),
        };
        let binding = self.read.binding()?;
        Ok(Some(Cursor { binding, position }))
    }

    pub(in crate::op) fn collect(mut self) -> Sending<Vec<T>> {
        Sending::new(async move {
            let mut all = Vec::new();
            while let Some(item) = self.try_next().await? {
                if all.len() == all.capacity() {
                    // Room for what has come, so that one page is no more than that.
                    all.reserve(1 + self.received());
                }
                all.push(item);
            }
            Ok(all)
        })
    }

    /// How many items have come and were not handed out, at most.
    fn received(&self) -> usize {
        let received: usize = self.lanes.iter().map(Lane::received).sum();
        received.min(self.left)
    }

    /// Goes past the next item without decoding it; says whether there was one.
    pub(super) async fn pass(&mut self) -> Result<bool, Error> {
        let next = poll_fn(|context| self.poll_taken(context, false, Read::pass_next));
        Ok(next.await.transpose()?.is_some())
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        self.poll_taken(context, false, Read::read_next)
    }

    /// How many items there are. Those that the service can count are not sent.
    pub(super) async fn count(mut self) -> Result<u64, Error> {
        let mut passed = 0;
        while self.pass().await? {
            passed += 1;
        }
        Ok(if self.read.counting {
            self.tally.count
        } else {
            passed
        })
    }

    /// Whether the next item takes a request.
    pub(super) fn is_used_up(&self) -> bool {
        self.left == 0
            || self
                .lanes
                .iter()
                .any(|lane| lane.is_used_up() && !lane.is_ended())
    }

    /// Whether nothing more comes.
    pub(super) fn is_ended(&self) -> bool {
        self.left == 0 || self.lanes.iter().all(Lane::is_ended)
    }

    /// The next item, as what is made of it. If that fails and errors are left, the item stays the next, and there is none
    /// for now.
    pub(super) fn poll_taken<R>(
        &mut self,
        context: &mut Context<'_>,
        leaves_errors: bool,
        make: fn(&Read<T>, &mut wire::Cursor<'_>) -> Result<Option<R>, Error>,
    ) -> Poll<Option<Result<R, Error>>> {
        if let Some(error) = self.failed.take() {
            self.left = 0;
            return Poll::Ready(Some(Err(error)));
        }
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let is_merged = self.lanes.len() > 1 && self.read.merge.is_some();
        loop {
            let number = match ready!(self.poll_lane(context)) {
                Ok(Some(number)) => number,
                Ok(None) => return Poll::Ready(None),
                Err(error) => {
                    self.left = 0;
                    return Poll::Ready(Some(Err(error)));
                }
            };
            let stops = self.stops();
            let Some(lane) = self.lanes.get_mut(number) else {
                return Poll::Ready(None);
            };
            match lane.take(&self.read, leaves_errors, make) {
                Taken::Item(made, key) => {
                    self.left -= 1;
                    self.turn = number + 1;
                    if is_merged {
                        self.last = Some((number, key));
                    }
                    return Poll::Ready(Some(made));
                }
                Taken::Passed if stops && lane.is_used_up() => return Poll::Ready(None),
                Taken::Passed => {}
                Taken::Left | Taken::Nothing => return Poll::Ready(None),
            }
        }
    }

    /// Whether the end of a page is told.
    fn stops(&self) -> bool {
        self.read.by_page && self.lanes.len() == 1
    }

    fn report(&self) {
        if let Some(on_page) = &self.read.on_page {
            on_page(&Progress {
                pages: self.tally.pages,
                scanned: self.tally.scanned,
                received: self.tally.count,
                segments: self.lanes.len(),
                segments_done: self.lanes.iter().filter(|lane| lane.is_read()).count(),
                capacity_units: self.tally.units,
            });
        }
    }

    /// The lane that has the next item.
    fn poll_lane(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<usize>, Error>> {
        // All lanes are polled, so that they fetch at the same time.
        let mut pending = false;
        let stops = self.stops();
        let concurrency = match self.read.merge {
            Some(_) => usize::MAX,
            None => self.read.concurrency,
        };
        let before = self.tally.pages;
        let mut failed = None;
        // One that turns out to be at its end makes room for the next at once: nothing else would wake it.
        let mut running = 0;
        for lane in self.lanes.iter_mut().filter(|lane| !lane.is_ended()) {
            if running == concurrency {
                break;
            }
            let polled = lane.poll(&self.read, self.left, stops, context);
            self.tally += lane.take_tally();
            running += usize::from(!lane.is_ended());
            match polled {
                Poll::Pending => pending = true,
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => failed = Some(error),
            }
        }
        if self.tally.pages > before {
            self.report();
        }
        if let Some(error) = failed {
            return Poll::Ready(Err(error));
        }
        if self.read.merge.is_none() {
            // As they come, each lane in its turn.
            let lanes = self.lanes.len();
            let turns = (0..lanes).map(|turn| (self.turn + turn) % lanes);
            let found = turns
                .into_iter()
                .find(|lane| self.lanes[*lane].head().is_some());
            return match found {
                None if pending => Poll::Pending,
                found => Poll::Ready(Ok(found)),
            };
        }
        if pending {
            return Poll::Pending;
        }
        let heads = self.lanes.iter().enumerate();
        let heads = heads.filter_map(|(number, lane)| Some((number, &lane.head()?.key)));
        let (reversed, backwards) = (self.read.is_reversed(), self.read.backwards);
        let first = heads.min_by(|(i, a), (j, b)| {
            // The first of equals is of the first lane both ways.
            let tie = if backwards { j.cmp(i) } else { i.cmp(j) };
            compare(&self.order, a, b, reversed).then(tie)
        });
        Poll::Ready(Ok(first.map(|(number, _)| number)))
    }
}

fn short(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
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
            .field("table", &self.read.target.table)
            .field("operation", &self.read.operation.name())
            .finish_non_exhaustive()
    }
}
