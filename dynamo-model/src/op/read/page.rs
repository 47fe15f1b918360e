//! Pages, with the cursors between them.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::Read;
use super::cursor::Cursor;
use super::items::Items;
use crate::Error;

/// Some items, and where to go on.
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    cursor: Option<Cursor>,
    first: Option<Cursor>,
    scanned: u64,
}

impl<T> Page<T> {
    /// Where to go on behind the last item: for `after`. `None` if there are no more items.
    ///
    /// There may be no item behind it either, because DynamoDB does not say whether the last item it was asked for is the last
    /// there is.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// The place of the first item: for `before`, which reads what comes before it. `None` if the page has no items.
    pub fn first(&self) -> Option<&Cursor> {
        self.first.as_ref()
    }

    /// How many items DynamoDB has read for the page, before it filtered them: `ScannedCount`.
    pub fn scanned_count(&self) -> u64 {
        self.scanned
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// Says how many items it has.
impl<T> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items.len())
            .field("has_cursor", &self.cursor.is_some())
            .finish_non_exhaustive()
    }
}

/// The pages of a query or scan, as DynamoDB sends them: empty ones too, where a filter has passed over all that was read.
///
/// A [`Stream`] of `Result`s. An item that does not decode ends its page and is the next `Err`; the page behind it goes on with
/// the item that follows. Of several partitions that are merged, a page is what can be handed out without another request.
#[must_use = "nothing is read until the pages are asked for"]
pub struct Pages<T> {
    items: Items<T>,
    page: Vec<T>,
    first: Option<Cursor>,
    /// What comes behind the page.
    error: Option<Error>,
    scanned: u64,
    is_done: bool,
}

impl<T: Send + 'static> Pages<T> {
    pub(in crate::op) fn new(mut read: Read<T>) -> Self {
        read.by_page = true;
        Self {
            items: Items::new(read),
            page: Vec::new(),
            first: None,
            error: None,
            scanned: 0,
            is_done: false,
        }
    }

    /// The next page; `None` at the end.
    ///
    /// # Errors
    ///
    /// As [`Items::try_next`](crate::Items::try_next).
    ///
    /// # Cost
    ///
    /// One request a page.
    pub async fn try_next(&mut self) -> Result<Option<Page<T>>, Error> {
        poll_fn(|context| self.poll(context)).await.transpose()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>, Error>>> {
        if let Some(error) = self.error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        while !self.is_done {
            // So that the cursor behind the page does not stand behind an item that is no part of it.
            let leaves_errors = !self.page.is_empty();
            let polled = self
                .items
                .poll_taken(context, leaves_errors, Read::read_next);
            match polled {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(item))) => {
                    self.page.push(item);
                    if self.page.len() == 1 {
                        match self.items.item_cursor() {
                            Ok(first) => self.first = first,
                            Err(error) => self.error = Some(error),
                        }
                    }
                    if !self.items.is_used_up() {
                        continue;
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    if self.page.is_empty() {
                        return Poll::Ready(Some(Err(error)));
                    }
                    self.error = Some(error);
                }
                Poll::Ready(None) => {
                    self.is_done = self.items.is_ended();
                    let is_empty =
                        self.page.is_empty() && self.items.scanned_count() == self.scanned;
                    if self.is_done && is_empty {
                        break;
                    }
                }
            }
            return Poll::Ready(Some(self.end_page()));
        }
        Poll::Ready(None)
    }

    fn end_page(&mut self) -> Result<Page<T>, Error> {
        let scanned = self.items.scanned_count();
        Ok(Page {
            cursor: self.items.cursor()?,
            items: std::mem::take(&mut self.page),
            first: self.first.take(),
            scanned: scanned - std::mem::replace(&mut self.scanned, scanned),
        })
    }

    /// All items that the read may take, as one page; if it may take any number, the first page.
    pub(in crate::op) async fn one(read: Read<T>) -> Result<Page<T>, Error> {
        let is_bounded = read.take.is_some();
        let mut pages = Self::new(read);
        let mut whole = match pages.try_next().await? {
            Some(page) => page,
            None => pages.end_page()?,
        };
        while is_bounded && let Some(page) = pages.try_next().await? {
            whole.items.extend(page.items);
            whole.first = whole.first.or(page.first);
            whole.cursor = page.cursor;
            whole.scanned += page.scanned;
        }
        Ok(whole)
    }
}

impl<T: Send + 'static> Stream for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

/// Nothing in it is pinned in place: the request in flight is boxed.
impl<T> Unpin for Pages<T> {}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(f)
    }
}
