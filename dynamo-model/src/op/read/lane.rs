//! One partition or segment, page after page.

use std::ops::{AddAssign, Range};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::Read;
use super::cursor::Place;
use super::fetch::{Ask, Fetched, Fetching};
use super::keys::KeyNames;
use super::resume::Skip;
use crate::Error;
use crate::key::KeyValue;
use crate::op::filter::is_expired;
use crate::op::request::Body;
use crate::wire::{self, DecodeError, RawItem};

/// How many items are asked for at least where those that were handed out before a cursor may be among them: so few that
/// they cost little, so many that ties do not take a request each.
const BEHIND_TIES: u32 = 100;

pub(super) struct Lane {
    /// Its number among the lanes.
    number: usize,
    body: Body,
    /// The key behind which the page begins, as JSON; `None` at the start.
    base: Option<String>,
    page: Fetched,
    /// Where in the page the last item is that was handed out.
    handed: Option<Range<usize>>,
    /// The next item of the page, if it has been looked at.
    head: Option<Head>,
    /// That nothing more can be told of the page.
    fault: Option<Error>,
    next: Next,
    /// What is passed over because it was handed out before a cursor.
    skip: Option<Skip>,
    tally: Tally,
}

/// What the pages of a lane come to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) pages: u64,
    /// Items that were read.
    pub(super) scanned: u64,
    /// Items that passed the filter.
    pub(super) count: u64,
    pub(super) units: f64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.pages += other.pages;
        self.scanned += other.scanned;
        self.count += other.count;
        self.units += other.units;
    }
}

/// An item that is about to be handed out.
pub(super) struct Head {
    /// Where it is in the page, if that is known before it is decoded.
    place: Option<Range<usize>>,
    /// Its key, if items of several partitions are merged.
    pub(super) key: Vec<KeyValue>,
    /// That the item could not be told from others.
    fault: Option<Error>,
}

/// What became of the head.
pub(super) enum Taken<R> {
    /// It was handed out, with its key.
    Item(Result<R, Error>, Vec<KeyValue>),
    /// It is none that is wanted.
    Passed,
    /// It is an error that is left for now.
    Left,
    /// There is no head.
    Nothing,
}

enum Next {
    Page,
    Fetching(Fetching),
    /// The service or the network failed, so that nothing more comes.
    Failed,
    End,
}

impl Lane {
    pub(super) fn new(body: Body, start: Option<String>, skip: Option<Skip>) -> Self {
        Self {
            number: 0,
            body,
            base: start,
            page: Fetched::default(),
            handed: None,
            head: None,
            fault: None,
            next: Next::Page,
            skip,
            tally: Tally::default(),
        }
    }

    /// The same, as the lane of this number.
    pub(super) fn numbered(mut self, number: usize) -> Self {
        self.number = number;
        self
    }

    /// One that was read to its end.
    pub(super) fn ended() -> Self {
        Self {
            next: Next::End,
            ..Self::new(Body::default(), None, None)
        }
    }

    pub(super) fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// Whether nothing more comes.
    pub(super) fn is_ended(&self) -> bool {
        matches!(self.next, Next::End | Next::Failed) && self.is_used_up() && self.fault.is_none()
    }

    /// Whether all that there is was handed out.
    pub(super) fn is_at_end(&self) -> bool {
        matches!(self.next, Next::End) && self.is_used_up()
    }

    /// Whether all pages have come.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.next, Next::End)
    }

    /// Whether the page has been looked at to its end.
    pub(super) fn is_used_up(&self) -> bool {
        self.head.is_none() && self.page.is_used_up()
    }

    /// How many items of the page were not handed out, at most.
    pub(super) fn received(&self) -> usize {
        self.page.left()
    }

    /// What has come since this was asked last.
    pub(super) fn take_tally(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }

    /// Makes sure that there is a head, or that the lane is at its end.
    ///
    /// `left` is how many items are still wanted; with `stops`, the end of a page is one too.
    pub(super) fn poll<T: Send + 'static>(
        &mut self,
        read: &Arc<Read<T>>,
        left: usize,
        stops: bool,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        while self.head.is_none() {
            if let Some(error) = self.fault.take() {
                return Poll::Ready(Err(error));
            }
            if !self.page.is_used_up() {
                self.look(read);
                if stops && self.is_used_up() {
                    break;
                }
                continue;
            }
            match &mut self.next {
                Next::End | Next::Failed => break,
                Next::Page => {
                    let start = self.page.last.clone().or_else(|| self.base.clone());
                    self.next = Next::Fetching(self.fetch(read, start, left));
                }
                Next::Fetching(fetching) => {
                    let fetched = ready!(fetching.poll(context));
                    // The page can be asked for again by a cursor.
                    self.next = Next::Failed;
                    self.turn_to(fetched?);
                    if stops && self.page.is_used_up() {
                        break;
                    }
                    let wanted = left.saturating_sub(self.page.left());
                    if read.ahead && wanted > 0 && self.page.last.is_some() {
                        let start = self.page.last.clone();
                        self.next = Next::Fetching(self.fetch(read, start, wanted));
                    }
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    fn fetch<T: Send + 'static>(
        &self,
        read: &Arc<Read<T>>,
        start: Option<String>,
        left: usize,
    ) -> Fetching {
        let ask = self.ask(read, start, left);
        Fetching::new(read, ask, read.is_concurrent())
    }

    /// The request of the lane's first page; `None` if it was read to its end.
    pub(super) fn first<T>(&self, read: &Read<T>) -> Option<Ask> {
        let left = read.take.unwrap_or(usize::MAX);
        match self.next {
            Next::End => None,
            _ => Some(self.ask(read, self.base.clone(), left)),
        }
    }

    fn ask<T>(&self, read: &Read<T>, start: Option<String>, left: usize) -> Ask {
        let needed = read.take.filter(|_| read.unfiltered);
        let needed = needed.and_then(|_| u32::try_from(left).ok());
        // Some of what comes is passed over.
        let needed = match self.skip {
            None => needed,
            Some(_) => needed.map(|needed| needed.max(BEHIND_TIES)),
        };
        Ask {
            body: self.body.open(),
            start,
            limit: read.page_size.into_iter().chain(needed).min(),
            count: read.counting,
            lane: self.number,
        }
    }

    fn turn_to(&mut self, page: Fetched) {
        self.tally += Tally {
            pages: 1,
            scanned: page.scanned,
            count: page.count,
            units: page.units,
        };
        let before = std::mem::replace(&mut self.page, page);
        if before.last.is_some() {
            self.base = before.last;
        }
        self.handed = None;
        self.next = if self.page.last.is_some() {
            Next::Page
        } else {
            Next::End
        };
    }

    /// Makes the next item of the page the head, unless it is passed over.
    fn look<T: 'static>(&mut self, read: &Read<T>) {
        match self.look_at(read) {
            Ok(Ok(head)) => self.head = Some(head),
            Ok(Err(end)) => self.pass(end),
            Err(error) => self.break_off(error.into()),
        }
    }

    /// The next item as the head; where it ends, if it is passed over.
    fn look_at<T: 'static>(&self, read: &Read<T>) -> Result<Result<Head, usize>, DecodeError> {
        let mut head = Head {
            place: None,
            key: Vec::new(),
            fault: None,
        };
        let whole = self.page.whole();
        if read.merge.is_none() && read.expiry.is_none() && whole.is_none() {
            // It is looked at when it is decoded.
            return Ok(Ok(head));
        }
        let place = self.page.place()?;
        head.place = Some(place.clone());
        let found = self.page.item(place.clone());
        if read.merge.is_some() {
            match read.names.read(found) {
                Ok(key) => head.key = key,
                Err(error) => {
                    head.fault = Some(error);
                    return Ok(Ok(head));
                }
            }
        }
        let mut skips = self.skip.iter();
        if skips.any(|skip| skip.passes_over(&head.key)) {
            return Ok(Err(place.end));
        }
        let item = match whole {
            None => found,
            Some(Ok(Some(whole))) => whole,
            Some(Ok(None)) => return Ok(Err(place.end)),
            Some(Err(error)) => {
                head.fault = Some(error.again());
                return Ok(Ok(head));
            }
        };
        let expires = read.expiry;
        if expires.is_some_and(|expiry| is_expired(item, expiry, read.target.clock.now())) {
            return Ok(Err(place.end));
        }
        Ok(Ok(head))
    }

    /// Makes something of the head, which is handed out then: as what it is, and its key. `None` if it is passed over.
    ///
    /// If that fails and errors are left, the head stays the next, and is this error when its turn comes again.
    pub(super) fn take<T, R>(
        &mut self,
        read: &Read<T>,
        leaves_errors: bool,
        make: impl FnOnce(&Read<T>, &mut wire::Cursor<'_>) -> Result<Option<R>, Error>,
    ) -> Taken<R> {
        let Some(mut head) = self.head.take() else {
            return Taken::Nothing;
        };
        let start = self.page.cursor();
        let mut cursor = match self.page.whole() {
            Some(Ok(Some(whole))) => wire::Cursor::new(whole.as_str()),
            _ => start.clone(),
        };
        let made = match head.fault.take() {
            None => make(read, &mut cursor),
            Some(error) => Err(error),
        };
        let place = match (&made, head.place.clone()) {
            (_, Some(place)) => Ok(place),
            (Ok(_), None) => Ok(start.position()..cursor.position()),
            (Err(_), None) => self.page.place(),
        };
        let made = match made {
            Err(error) if leaves_errors => {
                head.fault = Some(error);
                self.head = Some(head);
                return Taken::Left;
            }
            Err(error) => Err(error),
            Ok(None) => {
                match place {
                    Ok(place) => self.pass(place.end),
                    Err(error) => self.break_off(error.into()),
                }
                return Taken::Passed;
            }
            Ok(Some(made)) => Ok(made),
        };
        match place {
            Ok(place) => {
                self.pass(place.end);
                self.handed = Some(place);
            }
            // What is wrong with the page is what is wrong with the item.
            Err(_) => {
                self.page.abandon();
                self.next = Next::Failed;
            }
        }
        Taken::Item(made, head.key)
    }

    /// Goes on behind the next item of the page.
    fn pass(&mut self, end: usize) {
        if let Err(error) = self.page.pass(end) {
            self.break_off(error.into());
        }
    }

    /// Nothing more comes, because nothing more can be told of the page. It can be asked for again by a cursor.
    fn break_off(&mut self, error: Error) {
        self.page.abandon();
        self.next = Next::Failed;
        self.fault = Some(error);
    }

    /// The key of the last item of the page that was handed out.
    pub(super) fn handed(&self, names: &KeyNames) -> Result<Option<Vec<KeyValue>>, Error> {
        let handed = self.handed.clone();
        let handed = handed.map(|place| names.read(self.page.item(place)));
        handed.transpose()
    }

    /// How far the lane was handed out.
    pub(super) fn place(&self, names: &KeyNames) -> Result<Place, Error> {
        let key = match (self.is_used_up(), self.handed.clone()) {
            (true, _) if self.page.last.is_some() => self.page.last.as_deref(),
            (true, _) if matches!(self.next, Next::End) => return Ok(Place::End),
            (_, Some(place)) => return names.read(self.page.item(place)).map(Place::After),
            (_, None) => self.base.as_deref(),
        };
        match key {
            None => Ok(Place::Start),
            Some(key) => names.read(RawItem::new(key)).map(Place::After),
        }
    }
}
