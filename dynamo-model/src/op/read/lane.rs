//! One partition or segment, page after page.

use std::ops::AddAssign;
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
use crate::wire::RawItem;

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
    /// The number of the next item of the page to be looked at.
    at: usize,
    /// The number of the last item of the page that was handed out.
    handed: Option<usize>,
    /// The next item to be handed out.
    head: Option<Head>,
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
    /// Its number in the page.
    number: usize,
    /// Its key, if items of several partitions are merged.
    pub(super) key: Vec<KeyValue>,
    /// That the item could not be told from others.
    fault: Option<Error>,
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
            at: 0,
            handed: None,
            head: None,
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
        matches!(self.next, Next::End | Next::Failed) && self.is_used_up()
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
        self.head.is_none() && self.at == self.page.len()
    }

    /// How many items of the page were not handed out, at most.
    pub(super) fn received(&self) -> usize {
        self.page.len().saturating_sub(self.at) + usize::from(self.head.is_some())
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
            if self.at < self.page.len() {
                let number = self.at;
                self.at += 1;
                self.head = self.look_at(read, number);
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
                    if stops && self.page.len() == 0 {
                        break;
                    }
                    let wanted = left.saturating_sub(self.page.len());
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
        (self.at, self.handed) = (0, None);
        self.next = if self.page.last.is_some() {
            Next::Page
        } else {
            Next::End
        };
    }

    /// The item as the next to be handed out, unless it is passed over.
    fn look_at<T: 'static>(&self, read: &Read<T>, number: usize) -> Option<Head> {
        let head = |key, fault| Some(Head { number, key, fault });
        let key = match &read.merge {
            None => Vec::new(),
            Some(_) => match read.names.read(self.page.item(number)) {
                Ok(key) => key,
                Err(error) => return head(Vec::new(), Some(error)),
            },
        };
        if self
            .skip
            .as_ref()
            .is_some_and(|skip| skip.passes_over(&key))
        {
            return None;
        }
        let item = match self.page.whole(number) {
            Ok(item) => item?,
            Err(error) => return head(key, Some(error.again())),
        };
        if let Some(expiry) = read.expiry
            && is_expired(item, expiry, read.target.clock.now())
        {
            return None;
        }
        match read.reader.wants(item) {
            Ok(true) => head(key, None),
            Ok(false) => None,
            Err(error) => head(key, Some(error)),
        }
    }

    /// What the head is to be decoded from.
    pub(super) fn head_item(&mut self) -> Option<Result<RawItem<'_>, Error>> {
        let head = self.head.as_mut()?;
        match head.fault.take() {
            Some(error) => Some(Err(error)),
            None => self.page.whole(head.number).ok()?.map(Ok),
        }
    }

    /// The head stays the next, and is this error when its turn comes again.
    pub(super) fn fail_head(&mut self, error: Error) {
        if let Some(head) = &mut self.head {
            head.fault = Some(error);
        }
    }

    /// The head was handed out: its key.
    pub(super) fn hand_out(&mut self) -> Vec<KeyValue> {
        let head = self.head.take();
        self.handed = head.as_ref().map(|head| head.number).or(self.handed);
        head.map(|head| head.key).unwrap_or_default()
    }

    /// The key of the last item of the page that was handed out.
    pub(super) fn handed(&self, names: &KeyNames) -> Result<Option<Vec<KeyValue>>, Error> {
        let handed = self.handed.map(|number| names.read(self.page.item(number)));
        handed.transpose()
    }

    /// How far the lane was handed out.
    pub(super) fn place(&self, names: &KeyNames) -> Result<Place, Error> {
        let key = match (self.is_used_up(), self.handed) {
            (true, _) if self.page.last.is_some() => self.page.last.as_deref(),
            (true, _) if matches!(self.next, Next::End) => return Ok(Place::End),
            (_, Some(number)) => return names.read(self.page.item(number)).map(Place::After),
            (_, None) => self.base.as_deref(),
        };
        match key {
            None => Ok(Place::Start),
            Some(key) => names.read(RawItem::new(key)).map(Place::After),
        }
    }
}
