//! Reading many items: what `Query` and `Scan` have in common.
//!
//! A [`Read`] says what is read. It becomes lanes, one for each partition or segment, each of which fetches page after page
//! ([`lane`]); [`Items`] hands their items out, merged in order or as they come. Items are decoded when they are handed
//! out, so that a place between any two of them can be told as a [`Cursor`].

mod builder;
mod cursor;
mod fetch;
mod items;
mod keys;
mod lane;
mod pace;
mod page;
mod request;
mod resume;
#[cfg(feature = "sealed-cursors")]
mod seal;

pub(super) use builder::reads;
pub use cursor::Cursor;
use cursor::Position;
pub use items::Items;
pub use pace::Progress;
pub(super) use pace::{OnPage, Pace};
pub use page::{Page, Pages};
pub(super) use request::Request;
#[cfg(feature = "sealed-cursors")]
pub use seal::CursorKey;

use std::sync::Arc;

use self::keys::KeyNames;
use super::Sending;
use super::filter::Source;
use super::options::Options;
use crate::expr::Node;
use crate::schema::IndexDef;
use crate::transport::{Operation, Target};
use crate::wire::{self, RawItem};
use crate::{Error, InvalidRequest};

/// What a read makes of the items in the responses.
pub(super) trait Reader<T>: Send + Sync + 'static {
    /// Whether the item is one of those that are read.
    fn wants(&self, item: RawItem<'_>) -> Result<bool, Error>;

    /// Reads the item at the cursor, which stands behind it then, as what it is handed out as; `None` if it is none of those that are
    /// read.
    fn read_next(&self, cursor: &mut wire::Cursor<'_>) -> Result<Option<T>, Error> {
        let item = RawItem::new(cursor.object()?);
        if self.wants(item)? {
            self.read(item).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The item, which is one of those that are read, as what it is handed out as.
    fn read(&self, item: RawItem<'_>) -> Result<T, Error>;
}

/// What a projection asks for of the table, or of an index.
pub(super) type Project<T> = fn(Option<&'static IndexDef>) -> Asking<T>;

/// The attributes that are asked for, `None` for all, and what is made of them.
pub(super) struct Asking<T> {
    pub(super) attributes: Result<Option<Vec<&'static str>>, InvalidRequest>,
    pub(super) reader: Arc<dyn Reader<T>>,
}

/// Reads the whole items of which an index holds a part, in their order, consistently if so said.
pub(super) type Complete =
    Box<dyn Fn(&[RawItem<'_>], bool, &Options) -> Sending<Vec<Completed>> + Send + Sync>;

/// A whole item; `None` for one that is not there any more, or not wanted.
pub(super) type Completed = Result<Option<String>, Error>;

/// A read of many items: what is sent, and what is made of the answers.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that a caller says or does not say"
)]
pub(super) struct Read<T> {
    target: Target,
    operation: Operation,
    source: Source,
    /// The attributes by which a place among the items is known.
    names: KeyNames,
    /// Names what is read, for errors.
    what: &'static str,
    /// One for each partition or segment that is read; none if no item can satisfy the request.
    requests: Result<Vec<Request>, Error>,
    reader: Arc<dyn Reader<T>>,
    /// What is asked for of another index, if it is a projection.
    project: Option<Project<T>>,
    /// The attributes that are asked for; `None` for all.
    attributes: Option<Vec<&'static str>>,
    /// Why items of the index cannot be read as what they are asked for, unless they are completed.
    unreadable: Option<Error>,
    /// Tells the items that are read from others.
    own: Option<Node>,
    filter: Option<Node>,
    /// Whether every item that is read is handed out, so that `take` bounds what has to be read.
    unfiltered: bool,
    /// Whether the service passes over all that the reader does not want.
    exact: bool,
    /// The attribute that says when items expire, if those that have are passed over.
    expiry: Option<&'static str>,
    /// The sort key attributes that the items of several partitions are merged by; `None` if they come as they are read.
    merge: Option<Vec<&'static str>>,
    descending: bool,
    /// Whether the items before a cursor are read.
    backwards: bool,
    start: Option<Cursor>,
    /// The position of that cursor, once the read has begun.
    begun: Option<Position>,
    consistent: bool,
    page_size: Option<u32>,
    take: Option<usize>,
    ahead: bool,
    /// How many partitions or segments are read at a time, if they are not merged.
    concurrency: usize,
    pace: Option<Pace>,
    on_page: Option<OnPage>,
    complete: Option<Complete>,
    /// Whether the end of a page is told, also of an empty one.
    by_page: bool,
    /// Whether items are passed and not read.
    passing: bool,
    /// Whether the service only counts.
    counting: bool,
    options: Options,
}

impl<T> Read<T> {
    pub(super) fn new(
        target: &Target,
        operation: Operation,
        source: Source,
        what: &'static str,
        requests: Result<Vec<Request>, Error>,
        reader: impl Reader<T>,
    ) -> Self {
        Self {
            target: target.clone(),
            operation,
            source,
            names: KeyNames::of(source),
            what,
            requests,
            reader: Arc::new(reader),
            project: None,
            attributes: None,
            unreadable: None,
            own: None,
            filter: None,
            unfiltered: true,
            exact: true,
            expiry: None,
            merge: None,
            descending: false,
            backwards: false,
            start: None,
            begun: None,
            consistent: false,
            page_size: None,
            take: None,
            ahead: false,
            concurrency: usize::MAX,
            pace: None,
            on_page: None,
            complete: None,
            by_page: false,
            passing: false,
            counting: false,
            options: Options::default(),
        }
    }

    /// The same read, of a projection.
    pub(super) fn project<O>(self, project: Project<O>) -> Read<O> {
        let Asking { attributes, reader } = project(self.source.index);
        let (attributes, unreadable) = match attributes {
            Ok(attributes) => (attributes, None),
            Err(error) => (None, Some(error.into())),
        };
        Read {
            target: self.target,
            operation: self.operation,
            source: self.source,
            names: self.names,
            what: self.what,
            requests: self.requests,
            reader,
            project: Some(project),
            attributes,
            unreadable,
            own: self.own,
            filter: self.filter,
            unfiltered: self.unfiltered,
            exact: self.exact,
            expiry: self.expiry,
            merge: self.merge,
            descending: self.descending,
            backwards: self.backwards,
            start: self.start,
            begun: self.begun,
            consistent: self.consistent,
            page_size: self.page_size,
            take: self.take,
            ahead: self.ahead,
            concurrency: self.concurrency,
            pace: self.pace,
            on_page: self.on_page,
            complete: self.complete,
            by_page: self.by_page,
            passing: self.passing,
            counting: self.counting,
            options: self.options,
        }
    }

    /// Asks for what can be read of the table or the index, now and when another index is read.
    pub(super) fn set_project(&mut self, project: Project<T>) {
        self.project = Some(project);
        if self.source.index.is_some() {
            let asking = project(self.source.index);
            self.reader = asking.reader;
            match asking.attributes {
                Ok(attributes) => (self.attributes, self.unreadable) = (attributes, None),
                Err(error) => self.unreadable = Some(error.into()),
            }
        }
    }

    /// Items of the index cannot be read as what they are asked for.
    pub(super) fn set_unreadable(&mut self, error: InvalidRequest) {
        self.unreadable = Some(error.into());
    }

    pub(super) fn source(&self) -> Source {
        self.source
    }

    pub(super) fn table(&self) -> &str {
        &self.target.table
    }

    pub(super) fn what(&self) -> &'static str {
        self.what
    }

    pub(super) fn index(&self) -> Option<&'static str> {
        self.source.index.map(|index| index.name)
    }

    /// Keeps the first error, which the stream yields.
    pub(super) fn fail(&mut self, error: impl Into<Error>) {
        if self.requests.is_ok() {
            self.requests = Err(error.into());
        }
    }

    /// Not all items that are read are wanted. A filter passes over those that it can tell; an exact one over all.
    pub(super) fn set_mixed(&mut self, filter: Option<Node>, is_exact: bool) {
        self.unfiltered = false;
        self.exact &= is_exact;
        self.own = filter;
    }

    /// Whether all that the service returns is wanted.
    pub(super) fn set_exact(&mut self, is_exact: bool) {
        self.exact &= is_exact;
    }

    /// Makes something else of the items.
    pub(super) fn set_reader(&mut self, reader: impl Reader<T>) {
        self.reader = Arc::new(reader);
    }

    /// Only the items that satisfy the condition, and those before it.
    pub(super) fn filter(&mut self, node: Result<Node, impl Into<Error>>) {
        self.unfiltered = false;
        match node {
            Ok(node) => self.filter = Node::all(self.filter.take().into_iter().chain([node])),
            Err(error) => self.fail(error),
        }
    }

    /// Refuses a filter of a scan, or an expiry, by an attribute that the index does not hold.
    pub(super) fn check_held(&mut self) {
        let filter = self.filter.iter();
        let mut checks = filter.map(|filter| self.source.check_scan_filter(filter));
        let checked = match self.expiry {
            Some(_) => checks.chain([self.source.expiry().map(drop)]).collect(),
            None => checks.try_for_each(|checked| checked),
        };
        if let Err(error) = checked {
            self.fail(error);
        }
    }

    /// Only the items that have not expired by this attribute.
    pub(super) fn skip_expired(&mut self, expiry: Result<&'static str, InvalidRequest>) {
        self.unfiltered = false;
        self.exact = false;
        match expiry {
            Ok(attribute) => self.expiry = Some(attribute),
            Err(error) => self.fail(error),
        }
    }

    /// Merges the items of several partitions in the order of their sort keys.
    pub(super) fn set_merged(&mut self, sort: impl Iterator<Item = &'static str>) {
        self.merge = Some(sort.collect());
    }

    pub(super) fn set_descending(&mut self) {
        self.descending = true;
    }

    pub(super) fn set_consistent(&mut self) {
        self.consistent = true;
    }

    /// Completes the items of every page.
    pub(super) fn set_complete(&mut self, complete: Complete) {
        self.exact = false;
        self.complete = Some(complete);
    }

    /// How many partitions or segments are read.
    pub(super) fn partitions(&self) -> usize {
        self.requests.as_ref().map_or(0, Vec::len)
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// Whether answers are to say what they consumed.
    fn wants_capacity(&self) -> bool {
        self.options.wants_capacity() || self.pace.is_some() || self.on_page.is_some()
    }

    /// Whether pages are fetched while others are handed out.
    fn is_concurrent(&self) -> bool {
        self.ahead || self.partitions() > 1
    }

    /// Whether the service is asked for the items in reverse.
    fn is_reversed(&self) -> bool {
        self.descending != self.backwards
    }
}

impl<T: 'static> Read<T> {
    /// Reads the item at the cursor.
    fn read_next(&self, cursor: &mut wire::Cursor<'_>) -> Result<Option<T>, Error> {
        self.reader.read_next(cursor)
    }

    /// Passes over the item at the cursor; `None` if it is none of those that are read.
    fn pass_next(&self, cursor: &mut wire::Cursor<'_>) -> Result<Option<()>, Error> {
        let item = RawItem::new(cursor.object()?);
        Ok(self.reader.wants(item)?.then_some(()))
    }
}
