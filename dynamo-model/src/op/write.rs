//! `PutItem` and `DeleteItem`.

use std::fmt;
use std::marker::PhantomData;

use super::Sending;
use super::action::ActionKind;
use super::draft::{Draft, next_version};
use super::options::options;
use super::uniques::Claims;
use super::view::RequestView;
use crate::entity::{Key, Reader, write_entity};
use crate::expr::{Attributed, Condition};
use crate::transport::Target;
use crate::{Entity, Error};

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

/// Marks an update that returns the item as it is afterwards.
#[derive(Debug)]
pub enum New {}

type Marks<E, O, R> = PhantomData<fn() -> (E, O, R)>;

/// What a write has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteOutput {
    /// The version that the item has now, if the entity has a `version`.
    pub version: Option<u64>,
}

/// A [`Put`] or a [`Delete`], that returns nothing or the [`Old`] item.
#[must_use = "nothing is written until `.send().await`"]
pub struct Write<E, O, R = ()> {
    pub(super) draft: Draft,
    of: Marks<E, O, R>,
}

impl<E: Entity> Put<E> {
    pub(crate) fn new(target: &Target, entity: &E) -> Self {
        let stamped = entity.stamped(target.clock.now(), true);
        let mut put = Self::stamped(target, stamped.as_ref().unwrap_or(entity));
        put.draft.expected = entity.version();
        put
    }

    /// The put of an entity as it is to be stored.
    pub(super) fn stamped(target: &Target, entity: &E) -> Self {
        let mut item = String::with_capacity(512);
        let written = write_entity(entity, &mut item);
        let mut draft = Draft::new::<E>(target, ActionKind::Put, written.map(|()| item));
        draft.claim(Claims::of_entity(entity));
        Self {
            draft,
            of: PhantomData,
        }
    }
}

impl<E: Entity> Delete<E> {
    pub(crate) fn new(target: &Target, key: &Key<E>) -> Self {
        let mut json = String::with_capacity(128);
        let written = key.write(&mut json).map_err(Error::from);
        let mut draft = Draft::new::<E>(target, ActionKind::Delete, written.map(|()| json));
        draft.claim(Ok(Claims::of_deletion::<E>()));
        Self {
            draft,
            of: PhantomData,
        }
    }
}

impl<E: Entity, R> Put<E, R> {
    /// Only if there is no item with this key: `attribute_not_exists` on the partition key.
    ///
    /// On failure, [`Error::ConditionFailed`] carries the item that is there.
    pub fn if_absent(mut self) -> Self {
        self.draft.require_absent();
        self
    }

    /// Only if there is no item with this key, or one whose time to live has passed: DynamoDB deletes those within days.
    ///
    /// The time is the handle's clock's. On failure, [`Error::ConditionFailed`] carries the item that is there.
    pub fn if_absent_or_expired(mut self) -> Self {
        self.draft.require_absent_or_expired();
        self
    }
}

impl<E: Entity, R> Delete<E, R> {
    /// Only if the stored item has this version, [`Error::VersionConflict`] otherwise: the one that the caller has read.
    pub fn at_version(mut self, version: u64) -> Self {
        self.draft.require_version(version);
        self
    }
}

impl<E: Entity> Put<E> {
    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::Key`], [`Error::Encode`] and [`Error::ItemTooLarge`] for a value that cannot be stored, before anything is
    /// sent; [`Error::ConditionFailed`] and [`Error::VersionConflict`] with the stored item; [`Error::ItemNotFound`] if a
    /// condition asks for an item and there is none; and what the service or the network says.
    pub fn send(self) -> Sending<WriteOutput> {
        Sending::new(async move {
            let version = self.draft.expected.map(next_version);
            self.draft.send(None).await?;
            Ok(WriteOutput { version })
        })
    }
}

impl<E: Entity> Delete<E> {
    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] before anything is sent; [`Error::ConditionFailed`] and [`Error::VersionConflict`] with the stored
    /// item; [`Error::ItemNotFound`] if a condition asks for an item and there is none; and what the service or the
    /// network says.
    pub fn send(self) -> Sending<()> {
        Sending::new(async move { self.draft.send(None).await.map(drop) })
    }
}

impl<E: Entity, O: 'static> Write<E, O> {
    /// The request as it would be sent now, to be looked at.
    ///
    /// That of the write alone: with `unique` values, it is sent in a transaction with what is claimed and released, which
    /// depends on the stored item.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<RequestView, Error> {
        self.draft.view(None)
    }

    /// Also returns the item as it was before: `ReturnValues` = `ALL_OLD`. It costs nothing more.
    pub fn return_old(self) -> Write<E, O, Old> {
        Write {
            draft: self.draft,
            of: PhantomData,
        }
    }
}

impl<E: Entity, O: 'static> Write<E, O, Old> {
    /// The request as it would be sent now, to be looked at.
    ///
    /// That of the write alone: with `unique` values, it is sent in a transaction with what is claimed and released, which
    /// depends on the stored item.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<RequestView, Error> {
        self.draft.view(Some("ALL_OLD"))
    }

    /// Sends the request. `None` if there was no item with this key.
    ///
    /// # Errors
    ///
    /// As without `return_old`; and [`Error::Decode`] or [`Error::Key`] if the item was not an `E`. The write has taken
    /// effect then.
    pub fn send(self) -> Sending<Option<E>> {
        Sending::new(async move {
            let response = self.draft.send(Some("ALL_OLD")).await?;
            let old = response.envelope()?.attributes;
            old.map(|item| Reader::new().read(item)).transpose()
        })
    }
}

impl<E: Entity, O: 'static, R: 'static> Write<E, O, R> {
    /// Only if there is an item with this key: `attribute_exists` on the partition key.
    pub fn if_present(mut self) -> Self {
        self.draft.require_present();
        self
    }

    /// Only if the stored item satisfies a condition. Several conditions must all hold.
    ///
    /// On failure, [`Error::ConditionFailed`] carries the item that is there.
    pub fn condition(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self
    where
        E: Attributed,
    {
        let condition = condition(E::attributes());
        self.draft.condition(condition.into_node());
        self
    }

    options!(draft);
}

/// Says what is written where, without the values.
impl<E: Entity, O, R> fmt::Debug for Write<E, O, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draft.fmt(f)
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.kind.operation();
        f.debug_struct(operation.map_or("ConditionCheck", |operation| operation.name()))
            .field("table", &self.target.table)
            .field("entity", &self.entity.name)
            .finish_non_exhaustive()
    }
}
