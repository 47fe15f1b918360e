//! `ExecuteStatement`: PartiQL.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::Serialize;

use super::Sending;
use super::options::Options;
use super::request::Body;
use super::view::RequestView;
use crate::entity::{Item, read_entity};
use crate::transport::{self, Call, Operation, Response, Target};
use crate::wire::{RawItem, write_value};
use crate::{Entity, Error, InvalidRequest, Table};

/// The greatest `Limit` that the service takes.
const MAX_LIMIT: u32 = i32::MAX.unsigned_abs();

/// Characters that the service takes for a statement.
const MAX_TEXT: usize = 8_192;

/// A PartiQL statement: `ExecuteStatement`. Made by [`Handle::statement`](crate::Handle::statement).
#[must_use = "nothing is sent until the items are asked for, or until `.send().await`"]
pub struct Statement<T> {
    prepared: Result<Prepared, Error>,
    table: PhantomData<fn() -> T>,
}

/// What is the same on every page.
struct Prepared {
    target: Target,
    text: String,
    /// Whether the text is the program's own, and not made when it runs.
    is_own: bool,
    /// As DynamoDB JSON.
    parameters: Vec<String>,
    consistent: bool,
    page_size: Option<u32>,
    options: Options,
}

/// What a row of a statement can be read as: an entity of the table, or any [`Item`] of it.
#[diagnostic::on_unimplemented(
    message = "items of a statement on table `{T}` cannot be read as `{Self}`",
    label = "an entity of the table is expected here, or `Item<{T}>`",
    note = "parts of items are no entities: read them as `Item<{T}>`"
)]
pub trait Row<T>: Sized + Send + 'static {
    /// Reads one.
    #[doc(hidden)]
    fn read(found: Found<'_>) -> Result<Self, Error>;
}

/// An item of an answer. No other crate can name it, so that none can implement [`Row`].
pub struct Found<'a>(RawItem<'a>);

#[diagnostic::do_not_recommend]
impl<E: Entity> Row<E::Table> for E {
    fn read(found: Found<'_>) -> Result<Self, Error> {
        read_entity(found.0)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Table> Row<T> for Item<T> {
    fn read(found: Found<'_>) -> Result<Self, Error> {
        Ok(Item::new(found.0))
    }
}

impl<T: Table> Statement<T> {
    pub(crate) fn new(target: &Target, text: Cow<'static, str>) -> Self {
        let is_own = matches!(text, Cow::Borrowed(_));
        let quoted = format!("\"{}\"", target.table.replace('"', "\"\""));
        let text = text.replace("{table}", &quoted);
        let prepared = match text.chars().count() {
            1..=MAX_TEXT => Ok(Prepared {
                target: target.clone(),
                text,
                is_own,
                parameters: Vec::new(),
                consistent: false,
                page_size: None,
                options: Options::default(),
            }),
            length => Err(InvalidRequest::new(format!(
                "a statement has {length} characters where DynamoDB takes 1 to {MAX_TEXT}: say less in one"
            ))
            .into()),
        };
        Self {
            prepared,
            table: PhantomData,
        }
    }

    /// The value of the next `?`, as serde writes it. `None` is `NULL`.
    pub fn value(mut self, value: impl Serialize) -> Self {
        let Ok(prepared) = &mut self.prepared else {
            return self;
        };
        let mut json = String::new();
        match write_value(&mut json, |serializer| value.serialize(serializer)) {
            Ok(true) => prepared.parameters.push(json),
            Ok(false) => prepared.parameters.push("{\"NULL\":true}".to_owned()),
            Err(error) => {
                let place = format!("?{}", prepared.parameters.len() + 1);
                self.prepared = Err(error.under_name(&place).into());
            }
        }
        self
    }

    /// Reads what all earlier writes made of the items, at twice the price: `ConsistentRead`. Not on global indexes.
    pub fn consistent(self) -> Self {
        self.with(|prepared| prepared.consistent = true)
    }

    /// Reads at most this many items a page, at least one: `Limit`, which counts items before they are filtered.
    pub fn page_size(self, items: u32) -> Self {
        self.with(|prepared| prepared.page_size = Some(items.clamp(1, MAX_LIMIT)))
    }

    /// Adds what this operation consumes, index by index and page by page, to the meter.
    pub fn meter(self, meter: &crate::Meter) -> Self {
        self.with(|prepared| prepared.options.set_meter(meter))
    }

    /// SDK settings for this call alone: timeouts, retries, region, interceptors.
    pub fn config_override(self, overrides: impl Into<aws_sdk_dynamodb::config::Builder>) -> Self {
        self.with(|prepared| prepared.options.overrides = Some(overrides.into()))
    }

    fn with(mut self, set: impl FnOnce(&mut Prepared)) -> Self {
        if let Ok(prepared) = &mut self.prepared {
            set(prepared);
        }
        self
    }

    /// The request as it would be sent now, to be looked at: that of the first page.
    ///
    /// The text is shown with the values only, unless it is the program's own. [`send`](Self::send) asks for the stored item as
    /// well, should a condition fail.
    ///
    /// # Errors
    ///
    /// What would be reported before anything is sent.
    pub fn request(&self) -> Result<RequestView, Error> {
        match &self.prepared {
            Ok(prepared) => {
                let body = prepared.body(None, false);
                let view = RequestView::new(Operation::ExecuteStatement, T::DEF, body);
                Ok(view.stated(prepared.is_own))
            }
            Err(error) => Err(error.again()),
        }
    }

    /// What the statement returns, page after page as it is asked for: items of an entity `R`, or `Item<T>`s.
    ///
    /// `INSERT`, `UPDATE` and `DELETE` return something only with `RETURNING`.
    pub fn items<R: Row<T>>(self) -> Rows<R> {
        let (next, ready) = match self.prepared {
            Ok(prepared) => (Next::Start(Arc::new(prepared), None), VecDeque::new()),
            Err(error) => (Next::End, VecDeque::from([Err(error)])),
        };
        Rows {
            read: R::read,
            next,
            ready,
        }
    }

    /// All that the statement returns, in one list.
    ///
    /// # Errors
    ///
    /// The first error of [`Rows::try_next`].
    pub fn collect<R: Row<T>>(self) -> Sending<Vec<R>> {
        let mut rows = self.items::<R>();
        Sending::new(async move {
            let mut all = Vec::new();
            while let Some(row) = rows.try_next().await? {
                all.push(row);
            }
            Ok(all)
        })
    }

    /// The first item, if there is one.
    ///
    /// # Errors
    ///
    /// The first error of [`Rows::try_next`].
    pub fn first<R: Row<T>>(self) -> Sending<Option<R>> {
        let mut rows = self.items::<R>();
        Sending::new(async move { rows.try_next().await })
    }

    /// Sends a statement that writes: `INSERT`, `UPDATE` or `DELETE`.
    ///
    /// What it returns is passed over: use [`collect`](Self::collect) or [`first`](Self::first) with `RETURNING`, and with
    /// `SELECT`.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] and [`Error::Invalid`] before anything is sent; [`Error::ConditionFailed`] with the stored item if
    /// the rest of the `WHERE` does not hold for it; [`Error::Service`] with the code `DuplicateItemException` for an
    /// `INSERT` of an item that is there; and what the service or the network says.
    pub fn send(self) -> Sending<()> {
        Sending::new(async move {
            let prepared = self.prepared?;
            let response = prepared.send(None, true).await?;
            let consumed = response.envelope()?.consumed_capacity;
            prepared.options.record(consumed.as_ref());
            Ok(())
        })
    }
}

impl Prepared {
    async fn send(&self, start: Option<&str>, is_write: bool) -> Result<Response, Error> {
        let tables = [&*self.target.table];
        let body = self.body(start, is_write);
        let mut call = Call::new(Operation::ExecuteStatement, &tables, body);
        call.facts.consistent = (!is_write).then_some(self.consistent);
        call.facts.limit = self.page_size;
        call.overrides = self.options.overrides.clone();
        transport::send(&self.target.client, call).await
    }

    fn body(&self, start: Option<&str>, is_write: bool) -> String {
        let mut body = Body::beginning("Statement", &self.text);
        if !self.parameters.is_empty() {
            body.raw("Parameters", &format!("[{}]", self.parameters.join(",")));
        }
        if self.consistent {
            body.raw("ConsistentRead", "true");
        }
        if let Some(items) = self.page_size {
            body.raw("Limit", &items.to_string());
        }
        if let Some(start) = start {
            body.raw("NextToken", start);
        }
        if is_write {
            body.raw("ReturnValuesOnConditionCheckFailure", "\"ALL_OLD\"");
        }
        if self.options.wants_capacity() {
            body.raw("ReturnConsumedCapacity", "\"INDEXES\"");
        }
        body.finish()
    }

    async fn page<R>(
        self: Arc<Self>,
        start: Option<String>,
        read: fn(Found<'_>) -> Result<R, Error>,
    ) -> Result<Page<R>, Error> {
        let response = self.send(start.as_deref(), false).await?;
        let envelope = response.envelope()?;
        self.options.record(envelope.consumed_capacity.as_ref());
        let (mut items, mut rows) = (envelope.items, VecDeque::new());
        while let Some(item) = items.next(response.body())? {
            rows.push_back(read(Found(item)));
        }
        Ok(Page {
            rows,
            next: envelope.next_token.map(str::to_owned),
        })
    }
}

/// Says where it is sent, neither the statement nor its values.
impl<T> fmt::Debug for Statement<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self
            .prepared
            .as_ref()
            .map(|prepared| &*prepared.target.table);
        f.debug_struct("Statement")
            .field("table", &table.ok())
            .finish_non_exhaustive()
    }
}

struct Page<R> {
    rows: VecDeque<Result<R, Error>>,
    /// `NextToken`, as JSON.
    next: Option<String>,
}

type Fetching<R> = Pin<Box<dyn Future<Output = Result<Page<R>, Error>> + Send>>;

/// What a statement returns, page after page as it is asked for.
///
/// A [`Stream`] of `Result`s; [`try_next`](Self::try_next) needs no trait in scope. An item that does not decode is one
/// `Err`, and the stream goes on behind it; after an error of the service or the network it is at its end.
#[must_use = "nothing is sent until the items are asked for"]
pub struct Rows<R> {
    read: fn(Found<'_>) -> Result<R, Error>,
    ready: VecDeque<Result<R, Error>>,
    next: Next<R>,
}

enum Next<R> {
    Start(Arc<Prepared>, Option<String>),
    Fetching(Arc<Prepared>, Fetching<R>),
    End,
}

impl<R: Send + 'static> Rows<R> {
    /// The next item; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] and [`Error::Invalid`] before anything is sent; [`Error::Decode`] or [`Error::Key`] for an item
    /// that is not what it should be; and what the service or the network says.
    ///
    /// # Cost
    ///
    /// One request whenever a page is used up.
    pub async fn try_next(&mut self) -> Result<Option<R>, Error> {
        poll_fn(|context| self.poll(context)).await.transpose()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<R, Error>>> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                return Poll::Ready(Some(row));
            }
            match &mut self.next {
                Next::End => return Poll::Ready(None),
                Next::Start(prepared, start) => {
                    let prepared = Arc::clone(prepared);
                    let page = Arc::clone(&prepared).page(start.take(), self.read);
                    self.next = Next::Fetching(prepared, Box::pin(page));
                }
                Next::Fetching(prepared, fetching) => {
                    let page = ready!(fetching.as_mut().poll(context));
                    let prepared = Arc::clone(prepared);
                    self.next = Next::End;
                    match page {
                        Ok(page) => {
                            self.ready = page.rows;
                            if page.next.is_some() {
                                self.next = Next::Start(prepared, page.next);
                            }
                        }
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    }
                }
            }
        }
    }
}

impl<R: Send + 'static> Stream for Rows<R> {
    type Item = Result<R, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

/// Nothing in it is pinned in place: the request in flight is boxed.
impl<R> Unpin for Rows<R> {}

impl<R> fmt::Debug for Rows<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}
