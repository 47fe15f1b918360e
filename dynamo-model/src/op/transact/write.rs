//! `TransactWriteItems`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use super::Step;
use super::plan::Plan;
use super::run::{ATTEMPTS, Run, finish, push_token, random_token};
use crate::entity::Key;
use crate::error::InvalidRequest;
use crate::expr::{Attributed, Condition, Known, States};
use crate::op::action::ActionKind;
use crate::op::backoff::Backoff;
use crate::op::draft::Draft;
use crate::op::options::{Options, options};
use crate::op::uniques::{self, Resolver};
use crate::op::view::{RequestView, Requests};
use crate::op::{Create, Delete, Put, Rekey, Save, Sending, Update, Upsert};
use crate::transport::{Operation, Target};
use crate::{Entity, Error, Table};

/// Writes that take effect together or not at all: `TransactWriteItems`. Made by
/// [`Handle::transact_write`](crate::Handle::transact_write).
///
/// Operations are added one by one, of any entities and tables, up to 100, and at most one on each item. They are sent
/// by the client of the handle that began the transaction; the clients of the handles that made them are not used.
///
/// # Sending it twice
///
/// Every transaction carries a token (`ClientRequestToken`), which makes sending it again safe: for ten minutes after
/// it was applied, DynamoDB answers the same token and content with success and applies nothing. So the SDK's retries
/// after a lost answer, and the ones described at [`max_attempts`](Self::max_attempts), never apply it twice. The token
/// is a new random one for every `send`, or the caller's [`token`](Self::token).
///
/// # Examples
///
/// ```
/// # use dynamo_model::prelude::*;
/// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
/// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
/// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
/// # struct Order { customer_id: String, number: u32 }
/// # async fn doc(shop: Handle<Shop>, orders: Vec<Order>) -> Result<(), Error> {
/// let mut transaction = shop.transact_write();
/// for order in &orders {
///     transaction = transaction.put(shop.put(order).if_absent());
/// }
/// transaction.send().await?;
/// # Ok(()) }
/// ```
#[must_use = "nothing is written until `.send().await`"]
pub struct TransactWrite<T> {
    target: Target,
    drafts: Result<Vec<Draft>, Error>,
    token: Option<Cow<'static, str>>,
    attempts: u32,
    options: Options,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> TransactWrite<T> {
    pub(crate) fn new(target: &Target) -> Self {
        Self {
            target: target.clone(),
            drafts: Ok(Vec::new()),
            token: None,
            attempts: ATTEMPTS,
            options: Options::default(),
            table: PhantomData,
        }
    }

    /// Adds a put with its conditions.
    ///
    /// What else was set on it, `return_old`, `meter` and `config_override`, has no effect in a transaction.
    pub fn put<E: Entity, R: 'static>(self, put: Put<E, R>) -> Self {
        self.push(Ok(put.draft))
    }

    /// Adds a deletion with its conditions.
    ///
    /// What else was set on it, `return_old`, `meter` and `config_override`, has no effect in a transaction.
    pub fn delete<E: Entity, R: 'static>(self, delete: Delete<E, R>) -> Self {
        self.push(Ok(delete.draft))
    }

    /// Adds an update with its conditions.
    ///
    /// What else was set on it, `return_old`, `meter` and `config_override`, has no effect in a transaction.
    pub fn update<E: Attributed, S, R>(self, update: Update<E, S, R>) -> Self
    where
        S: States<Lack: Known>,
    {
        self.push(update.into_draft())
    }

    /// Adds an upsert with its conditions.
    ///
    /// What else was set on it, `return_old`, `meter` and `config_override`, has no effect in a transaction.
    pub fn upsert<E: Entity, R>(self, upsert: Upsert<E, R>) -> Self {
        self.push(Ok(upsert.draft))
    }

    /// Adds a save with its conditions. If nothing differs, it is no operation of the transaction.
    pub fn save<E: Entity>(self, save: Save<E>) -> Self {
        if save.is_needed() {
            self.push(Ok(save.draft))
        } else {
            self
        }
    }

    /// Adds a move to another primary key: two operations, a put and a deletion.
    pub fn rekey<E: Entity>(self, rekey: Rekey<E>) -> Self {
        self.push(Ok(rekey.put)).push(Ok(rekey.delete))
    }

    /// Adds the put of a new item with its conditions.
    pub fn create<E: Entity>(self, create: Create<E>) -> Self {
        self.push(Ok(create.put.draft))
    }

    /// Only if an item that is not written satisfies a condition: a `ConditionCheck`.
    pub fn check<E: Attributed<Table = T>>(
        self,
        key: Key<E>,
        condition: impl FnOnce(E::Attributes) -> Condition<E>,
    ) -> Self {
        let mut check = check(&self.target, &key);
        check.condition(condition(E::attributes()).into_node());
        self.push(Ok(check))
    }

    /// Only if there is an item with this key, which is not written: a `ConditionCheck` with `attribute_exists` on the
    /// partition key.
    pub fn check_exists<E: Entity<Table = T>>(self, key: Key<E>) -> Self {
        let mut check = check(&self.target, &key);
        check.require_present();
        self.push(Ok(check))
    }

    /// Only if there is no item with this key: a `ConditionCheck` with `attribute_not_exists` on the partition key.
    pub fn check_absent<E: Entity<Table = T>>(self, key: Key<E>) -> Self {
        let mut check = check(&self.target, &key);
        check.require_absent();
        self.push(Ok(check))
    }

    /// Adds an operation, or its error: the first error is what `send` returns.
    fn push(mut self, draft: Result<Draft, Error>) -> Self {
        let draft = draft.and_then(|mut draft| draft.take_failure().map(|()| draft));
        if let Ok(drafts) = &mut self.drafts {
            match draft {
                Ok(draft) => drafts.push(draft),
                Err(error) => self.drafts = Err(error),
            }
        }
        self
    }

    /// The checks that are added from now on are about items of another table.
    pub(crate) fn with_checks_on<U: Table>(self, table: &Target) -> TransactWrite<U> {
        TransactWrite {
            target: Target {
                table: table.table.clone(),
                ..self.target
            },
            drafts: self.drafts,
            token: self.token,
            attempts: self.attempts,
            options: self.options,
            table: PhantomData,
        }
    }

    /// A token of the caller's own (`ClientRequestToken`), of 1 to 36 characters, in place of a random one.
    ///
    /// With one that is kept for the task at hand, a job's id for example, the transaction is applied once even if the
    /// whole program sends it again within ten minutes. The same token with other content is refused:
    /// [`Error::is_token_mismatch`]. The times that the library writes are content, and so is what an item claimed before
    /// of unique values: a transaction with these is refused when the program sends it again, and not applied twice.
    pub fn token(mut self, token: impl Into<Cow<'static, str>>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// How often the transaction is sent in all, if only others stand in the way: 8 times, unless set here.
    ///
    /// That is when every reason for a cancellation is a conflict with another request or throttling, or when an
    /// earlier attempt is still in progress. Pauses between attempts are random and grow from 25 ms to 1 s. A failed
    /// condition is never tried again. The SDK's own retries, for broken connections and errors of the service, are
    /// part of each attempt.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    options!();

    /// The request as it would be sent now, to be looked at, but for its token if that is to be a random one; none if there
    /// are no operations.
    ///
    /// Without what is claimed and released of `unique` values, which depends on the stored items and is added to it.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<Requests, Error> {
        let drafts = self.drafts.as_ref().map_err(Error::again)?;
        let token = self.token.clone().map(check_token).transpose()?;
        let drafts: Vec<&Draft> = drafts.iter().collect();
        if drafts.is_empty() {
            return Ok(Requests::new([]));
        }
        let view = view_all(&drafts, &self.options, token.as_deref())?;
        Ok(Requests::new([view]))
    }

    /// Sends the request. A transaction without operations is sent nowhere and is `Ok`, so that a loop over nothing
    /// needs no special case.
    ///
    /// # Errors
    ///
    /// The first error of an operation that could not be encoded; [`Error::Invalid`] for more than 100 actions, two
    /// operations on one item, items of more than 4 MB together, and a token that is too long or empty: nothing is sent
    /// then. [`Error::TransactionCanceled`] with an [`Outcome`](crate::Outcome) for every operation; and what the service
    /// or the network says. After an error of the network, the transaction may have been applied: send it again with the
    /// same [`token`](Self::token) to be sure.
    pub fn send(self) -> Sending<()> {
        Sending::new(async move {
            let drafts = self.drafts?;
            let token = self.token.map(check_token).transpose()?;
            if drafts.is_empty() {
                return Ok(());
            }
            send_all(
                &self.target,
                &drafts,
                &self.options,
                token.as_deref(),
                self.attempts,
            )
            .await
        })
    }
}

/// The writes as one transaction, without what goes with them of unique values.
pub(in crate::op) fn view_all(
    drafts: &[&Draft],
    options: &Options,
    token: Option<&str>,
) -> Result<RequestView, Error> {
    let mut steps = Vec::with_capacity(drafts.len());
    for draft in drafts {
        draft.check()?;
        steps.push(Step::from(draft.action(&[])?));
    }
    let steps: Vec<&Step> = steps.iter().collect();
    let mut body = Plan::new(&steps)?.body;
    if let Some(token) = token {
        push_token(&mut body, token);
    }
    finish(&mut body, options);
    let tables = drafts.iter().map(|draft| draft.table);
    let entities = drafts.iter().map(|draft| draft.entity);
    Ok(RequestView::of_tables(Operation::TransactWriteItems, tables, body).of(entities))
}

/// Sends the writes as one transaction, again and again while others change what it has read of unique values.
pub(in crate::op) async fn send_all(
    target: &Target,
    drafts: &[Draft],
    options: &Options,
    token: Option<&str>,
    attempts: u32,
) -> Result<(), Error> {
    let mut backoff = Backoff::new(uniques::FIRST_PAUSE, uniques::LONGEST_PAUSE);
    let mut left = uniques::ATTEMPTS;
    let mut resolver = Resolver::new(&target.client, options);
    loop {
        left -= 1;
        let mut resolved = Vec::with_capacity(drafts.len());
        for (position, draft) in drafts.iter().enumerate() {
            resolved.push(resolver.resolve(draft, position).await?);
        }
        let steps = uniques::steps(&mut resolved)?;
        let steps: Vec<&Step> = steps.iter().collect();
        let token = token.map_or_else(random_token, str::to_owned);
        let run = Run::with_token(target, &steps, options, &token, attempts)?;
        match run.send().await {
            Err(Error::TransactionCanceled(canceled))
                if left > 0 && resolver.is_stale(&canceled, &resolved) =>
            {
                backoff.wait().await;
            }
            sent => return sent.map(drop),
        }
    }
}

/// Says what is written where, without the values.
impl<T> fmt::Debug for TransactWrite<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("TransactWriteItems");
        match &self.drafts {
            Ok(drafts) => out.field("operations", drafts),
            Err(error) => out.field("error", error),
        };
        out.finish_non_exhaustive()
    }
}

fn check<E: Entity>(target: &Target, key: &Key<E>) -> Draft {
    let mut json = String::with_capacity(128);
    let written = key.write(&mut json).map_err(Error::from);
    Draft::new::<E>(target, ActionKind::Check, written.map(|()| json))
}

fn check_token(token: Cow<'static, str>) -> Result<Cow<'static, str>, InvalidRequest> {
    match token.chars().count() {
        1..=36 => Ok(token),
        length => Err(InvalidRequest::new(format!(
            "the token of a transaction has {length} characters where DynamoDB takes 1 to 36: \
             take a UUID, for example"
        ))),
    }
}
