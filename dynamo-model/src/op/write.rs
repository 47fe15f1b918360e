//! What `PutItem` and `DeleteItem` share: a body, a condition on presence, and the item as it was before.

use std::fmt;
use std::marker::PhantomData;

use super::Sending;
use super::action::{Action, ActionKind};
use super::options::{Options, options};
use super::request::{Body, Presence};
use crate::entity::{Key, Reader, write_entity};
use crate::transport::{self, Call, Operation, Response, Target};
use crate::wire::read_envelope;
use crate::{Entity, Error, Table};

/// A write of one item that replaces the one with the same primary key: `PutItem`. Made by [`Handle::put`](crate::Handle::put).
pub type Put<E, R = ()> = Write<E, Putting, R>;

/// A deletion of one item: `DeleteItem`. Made by [`Handle::delete`](crate::Handle::delete).
pub type Delete<E, R = ()> = Write<E, Deleting, R>;

/// Marks a [`Put`].
#[derive(Debug)]
pub enum Putting {}

/// Marks a [`Delete`].
#[derive(Debug)]
pub enum Deleting {}

/// Marks a write that returns the item as it was before.
#[derive(Debug)]
pub enum Old {}

type Marks<E, O, R> = PhantomData<fn() -> (E, O, R)>;

/// A [`Put`] or a [`Delete`], that returns nothing or the [`Old`] item.
#[must_use = "nothing is written until `.send().await`"]
pub struct Write<E, O, R = ()> {
    target: Target,
    operation: Operation,
    body: Result<Body, Error>,
    presence: Presence,
    options: Options,
    of: Marks<E, O, R>,
}

impl<E: Entity> Put<E> {
    pub(crate) fn new(target: &Target, entity: &E) -> Self {
        let mut body = Body::new(&target.table);
        let written = write_entity(entity, body.member("Item"));
        Self::of(target, Operation::PutItem, written.map(|()| body))
    }
}

impl<E: Entity> Delete<E> {
    pub(crate) fn new(target: &Target, key: &Key<E>) -> Self {
        let mut body = Body::new(&target.table);
        let written = key.write(body.member("Key"));
        let body = written.map(|()| body).map_err(Error::from);
        Self::of(target, Operation::DeleteItem, body)
    }
}

impl<E: Entity, R> Put<E, R> {
    /// Only if there is no item with this key: `attribute_not_exists` on the partition key.
    ///
    /// On failure, [`Error::ConditionFailed`] carries the item that is there.
    pub fn if_absent(mut self) -> Self {
        self.presence.absent = true;
        self
    }
}

impl<E: Entity, O: 'static> Write<E, O> {
    fn of(target: &Target, operation: Operation, body: Result<Body, Error>) -> Self {
        Self {
            target: target.clone(),
            operation,
            body,
            presence: Presence::default(),
            options: Options::default(),
            of: PhantomData,
        }
    }

    /// Also returns the item as it was before: `ReturnValues` = `ALL_OLD`. It costs nothing more.
    pub fn return_old(self) -> Write<E, O, Old> {
        Write {
            target: self.target,
            operation: self.operation,
            body: self.body,
            presence: self.presence,
            options: self.options,
            of: PhantomData,
        }
    }

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::Key`], [`Error::Encode`] and [`Error::ItemTooLarge`] for a value that cannot be stored, before anything is
    /// sent; [`Error::ConditionFailed`] with the stored item; and what the service or the network says.
    pub fn send(self) -> Sending<()> {
        Sending::new(async move { self.call(false).await.map(drop) })
    }
}

impl<E: Entity, O: 'static> Write<E, O, Old> {
    /// Sends the request. `None` if there was no item with this key.
    ///
    /// # Errors
    ///
    /// As without `return_old`; and [`Error::Decode`] or [`Error::Key`] if the item was not an `E`. The write has taken
    /// effect then.
    pub fn send(self) -> Sending<Option<E>> {
        Sending::new(async move {
            let response = self.call(true).await?;
            let old = read_envelope(response.body())?.attributes;
            old.map(|item| Reader::new().read(item)).transpose()
        })
    }
}

impl<E: Entity, O: 'static, R: 'static> Write<E, O, R> {
    /// Only if there is an item with this key: `attribute_exists` on the partition key.
    pub fn if_present(mut self) -> Self {
        self.presence.present = true;
        self
    }

    options!();

    /// The write as data, for a transaction.
    pub(crate) fn into_action(self) -> Result<Action, Error> {
        let mut body = self.body?;
        self.presence.write(E::Table::DEF.pk.name, &mut body);
        let kind = match self.operation {
            Operation::DeleteItem => ActionKind::Delete,
            _ => ActionKind::Put,
        };
        Ok(Action {
            kind,
            target: self.target,
            table: E::Table::DEF,
            entity: E::SCHEMA,
            body: body.finish(),
        })
    }

    async fn call(self, old: bool) -> Result<Response, Error> {
        let mut body = self.body?;
        self.presence.write(E::Table::DEF.pk.name, &mut body);
        if old {
            body.raw("ReturnValues", "\"ALL_OLD\"");
        }
        if self.options.wants_capacity() {
            body.raw("ReturnConsumedCapacity", "\"INDEXES\"");
        }
        let tables = [&*self.target.table];
        let mut call = Call::new(self.operation, &tables, body.finish());
        call.overrides = self.options.overrides.clone();
        let response = transport::send(&self.target.client, call).await?;
        if self.options.wants_capacity() {
            let envelope = read_envelope(response.body())?;
            self.options.record(envelope.consumed_capacity.as_ref());
        }
        Ok(response)
    }
}

/// Says what is written where, without the values.
impl<E: Entity, O, R> fmt::Debug for Write<E, O, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(self.operation.name())
            .field("table", &self.target.table)
            .field("entity", &E::SCHEMA.name)
            .finish_non_exhaustive()
    }
}
