//! `TransactWriteItems`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use super::Step;
use super::plan::Plan;
use super::run::{ATTEMPTS, Run};
use crate::entity::Key;
use crate::error::InvalidRequest;
use crate::op::action::{Action, ActionKind};
use crate::op::backoff::random;
use crate::op::options::{Options, options};
use crate::op::request::Body;
use crate::op::{Delete, Put, Sending};
use crate::transport::{Operation, Target};
use crate::wire::write_json_str;
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
    steps: Result<Vec<Step>, Error>,
    token: Option<Cow<'static, str>>,
    attempts: u32,
    options: Options,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> TransactWrite<T> {
    pub(crate) fn new(target: &Target) -> Self {
        Self {
            target: target.clone(),
            steps: Ok(Vec::new()),
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
        self.push(put.into_action())
    }

    /// Adds a deletion with its conditions.
    ///
    /// What else was set on it, `return_old`, `meter` and `config_override`, has no effect in a transaction.
    pub fn delete<E: Entity, R: 'static>(self, delete: Delete<E, R>) -> Self {
        self.push(delete.into_action())
    }

    /// Only if there is an item with this key, which is not written: a `ConditionCheck` with `attribute_exists` on the
    /// partition key.
    pub fn check_exists<E: Entity<Table = T>>(self, key: Key<E>) -> Self {
        let check = presence(&self.target, &key, "attribute_exists(#n0)");
        self.push(check)
    }

    /// Only if there is no item with this key: a `ConditionCheck` with `attribute_not_exists` on the partition key.
    pub fn check_absent<E: Entity<Table = T>>(self, key: Key<E>) -> Self {
        let check = presence(&self.target, &key, "attribute_not_exists(#n0)");
        self.push(check)
    }

    /// Adds an operation of one action, or its error: the first error is what `send` returns.
    pub(crate) fn push(self, action: Result<Action, Error>) -> Self {
        self.push_step(action.map(Step::from))
    }

    /// Adds an operation with all its actions, or its error.
    pub(crate) fn push_step(mut self, step: Result<Step, Error>) -> Self {
        if let Ok(steps) = &mut self.steps {
            match step {
                Ok(step) => steps.push(step),
                Err(error) => self.steps = Err(error),
            }
        }
        self
    }

    /// The checks that are added from now on are about items of another table.
    pub(crate) fn with_checks_on<U: Table>(self, table: &Target) -> TransactWrite<U> {
        TransactWrite {
            target: Target {
                client: self.target.client,
                table: table.table.clone(),
            },
            steps: self.steps,
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
    /// [`Error::is_token_mismatch`].
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
            let steps = self.steps?;
            let token = self.token.map_or_else(|| Ok(random_token()), check_token)?;
            if steps.is_empty() {
                return Ok(());
            }
            let plan = Plan::new(&steps)?;
            // Their bodies are all in the plan's now, and may be large.
            drop(steps);
            let mut body = plan.body;
            body.push_str(",\"ClientRequestToken\":");
            write_json_str(&mut body, &token);
            let run = Run {
                client: self.target.client,
                operation: Operation::TransactWriteItems,
                tables: plan.tables,
                body,
                operations: plan.operations,
                attempts: self.attempts,
                options: self.options,
            };
            run.send().await.map(drop)
        })
    }
}

/// Says what is written where, without the values.
impl<T> fmt::Debug for TransactWrite<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("TransactWriteItems");
        match &self.steps {
            Ok(steps) => {
                let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
                out.field("operations", &steps)
            }
            Err(error) => out.field("error", error),
        };
        out.finish_non_exhaustive()
    }
}

fn presence<E: Entity>(
    target: &Target,
    key: &Key<E>,
    condition: &'static str,
) -> Result<Action, Error> {
    let table = E::Table::DEF;
    let mut body = Body::new(&target.table);
    key.write(body.member("Key"))?;
    body.string("ConditionExpression", condition);
    let names = body.member("ExpressionAttributeNames");
    names.push_str("{\"#n0\":");
    write_json_str(names, table.pk.name);
    names.push('}');
    body.raw("ReturnValuesOnConditionCheckFailure", "\"ALL_OLD\"");
    Ok(Action {
        kind: ActionKind::Check,
        target: target.clone(),
        table,
        entity: E::SCHEMA,
        body: body.finish(),
    })
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

/// A token as the SDK would make it: a random UUID.
fn random_token() -> Cow<'static, str> {
    let (high, low) = (random(), random());
    Cow::Owned(format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        (low >> 48) & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff,
    ))
}
