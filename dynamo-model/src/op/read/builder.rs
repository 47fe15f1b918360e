//! What `Query` and `Scan` can be told alike.

use super::cursor::Cursor;
use super::items::Items;
use super::keys::KeyNames;
use super::{OnPage, Pace, Read, Request};
use crate::Error;
use crate::op::filter::Source;

impl<T: Send + 'static> Read<T> {
    pub(in crate::op) fn set_page_size(&mut self, items: u32) {
        self.page_size = Some(items.max(1));
    }

    pub(in crate::op) fn set_take(&mut self, items: usize) {
        self.take = Some(items);
    }

    pub(in crate::op) fn set_read_ahead(&mut self) {
        self.ahead = true;
    }

    pub(in crate::op) fn set_start(&mut self, cursor: &Cursor, backwards: bool) {
        self.start = Some(cursor.clone());
        self.backwards = backwards;
    }

    pub(in crate::op) fn set_source(&mut self, source: Source) {
        self.source = source;
        self.names = KeyNames::of(source);
        if let Some(project) = self.project {
            let asking = project(source.index);
            self.reader = asking.reader;
            match asking.attributes {
                Ok(attributes) => self.attributes = attributes,
                Err(error) => self.fail(error),
            }
        }
    }

    /// Reads by these requests, unless something is wrong already.
    pub(in crate::op) fn set_requests(&mut self, requests: Vec<Request>) {
        if self.requests.is_ok() {
            self.requests = Ok(requests);
        }
    }

    pub(in crate::op) fn set_concurrency(&mut self, requests: usize) {
        self.concurrency = requests.max(1);
    }

    pub(in crate::op) fn set_pace(&mut self, pace: Pace) {
        self.pace = Some(pace);
    }

    pub(in crate::op) fn set_on_page(&mut self, on_page: OnPage) {
        self.on_page = Some(on_page);
    }

    pub(in crate::op) fn options(&mut self) -> &mut crate::op::options::Options {
        &mut self.options
    }

    pub(in crate::op) async fn first(mut self) -> Result<Option<T>, Error> {
        self.set_take(1);
        Items::new(self).try_next().await
    }

    pub(in crate::op) async fn only(mut self) -> Result<Option<T>, Error> {
        let what = self.what;
        self.set_take(self.take.unwrap_or(2).min(2));
        let mut items = Items::new(self);
        let only = items.try_next().await?;
        if items.pass().await? {
            return Err(Error::MoreThanOne { what });
        }
        Ok(only)
    }

    pub(in crate::op) async fn exists(mut self) -> Result<bool, Error> {
        self.set_take(1);
        Items::new(self).pass().await
    }

    pub(in crate::op) async fn count(mut self) -> Result<u64, Error> {
        // What is bounded, or passed over here, has to be looked at.
        self.counting = self.exact && self.take.is_none() && self.start.is_none();
        Items::new(self).count().await
    }
}

/// The methods of every builder whose field `read` reads many items, handed out as `$item`s.
macro_rules! reads {
    ($item:ty) => {
        /// Reads at most this many items a page, at least one: the service's `Limit`, which counts items before
        /// they are filtered. It changes the number of requests, not of the items.
        pub fn page_size(mut self, items: u32) -> Self {
            self.read.set_page_size(items);
            self
        }

        /// Ends after exactly this many items, if there are as many, also with a filter.
        pub fn take(mut self, items: usize) -> Self {
            self.read.set_take(items);
            self
        }

        /// Asks for the next page as soon as one has come, while its items are handed out. Two pages are in memory then.
        ///
        /// What was asked for and not used, because the stream was dropped, is paid for.
        pub fn read_ahead(mut self) -> Self {
            self.read.set_read_ahead();
            self
        }

        /// Goes on where a [`Cursor`](crate::Cursor) of the same query stands, with the item behind it.
        ///
        /// One of another query ends the items with [`Error::Cursor`](crate::Error::Cursor), and nothing is sent.
        pub fn after(mut self, cursor: &crate::Cursor) -> Self {
            self.read.set_start(cursor, false);
            self
        }

        /// Adds what this operation consumes, index by index and page by page, to the meter.
        pub fn meter(mut self, meter: &crate::Meter) -> Self {
            self.read.options().set_meter(meter);
            self
        }

        /// SDK settings for this call alone: timeouts, retries, region, interceptors.
        pub fn config_override(
            mut self,
            overrides: impl Into<aws_sdk_dynamodb::config::Builder>,
        ) -> Self {
            self.read.options().overrides = Some(overrides.into());
            self
        }

        /// The requests as they would be sent now, to be looked at: that of the first page, or one for every partition
        /// that is read; none if nothing can satisfy the conditions. It is what the items are read with: `first`, `only` and
        /// `exists` add a `Limit`, `count` a `Select`.
        ///
        /// # Errors
        ///
        /// What the items would begin with before anything is sent.
        pub fn request(&self) -> Result<crate::Requests, crate::Error> {
            self.read.views()
        }

        /// The pages, as they are asked for, each with the cursor behind it.
        pub fn pages(self) -> crate::Pages<$item> {
            crate::Pages::new(self.read)
        }

        /// As many items as [`take`](Self::take) says, and the cursor behind them; without it, the first page.
        ///
        /// # Errors
        ///
        /// The first error of [`Items::try_next`](crate::Items::try_next).
        pub fn page(self) -> crate::Sending<crate::Page<$item>> {
            crate::Sending::new(crate::Pages::one(self.read))
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
            crate::Sending::new(self.read.first())
        }

        /// The only item, if there is one.
        ///
        /// # Errors
        ///
        /// [`Error::MoreThanOne`](crate::Error::MoreThanOne) if there are more; else the first error of
        /// [`Items::try_next`](crate::Items::try_next).
        pub fn only(self) -> crate::Sending<Option<$item>> {
            crate::Sending::new(self.read.only())
        }

        /// Whether there is an item. It is not decoded.
        ///
        /// # Errors
        ///
        /// As [`count`](Self::count).
        pub fn exists(self) -> crate::Sending<bool> {
            crate::Sending::new(self.read.exists())
        }

        /// How many items there are. DynamoDB counts them, `Select` = `COUNT`, where it can tell them from others; none is
        /// decoded.
        ///
        /// # Errors
        ///
        /// What the service or the network says.
        ///
        /// # Cost
        ///
        /// The same as reading them.
        pub fn count(self) -> crate::Sending<u64> {
            crate::Sending::new(self.read.count())
        }
    };
}
pub(in crate::op) use reads;
