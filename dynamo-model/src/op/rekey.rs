//! Moving an item to another primary key.

use std::fmt;
use std::marker::PhantomData;

use super::Sending;
use super::action::ActionKind;
use super::draft::{Draft, unchanged};
use super::options::options;
use super::transact::Run;
use super::uniques::{self, Claims};
use super::write::{Put, WriteOutput};
use crate::entity::{Key, write_entity};
use crate::transport::Target;
use crate::wire::RawItem;
use crate::{Entity, Error, InvalidRequest, Table};

/// A move of one item to another primary key: a put of the new item and a deletion of the old one in a transaction. Made
/// by [`Handle::rekey`](crate::Handle::rekey).
#[must_use = "nothing is written until `.send().await`"]
pub struct Rekey<E> {
    pub(super) put: Draft,
    pub(super) delete: Draft,
    of: PhantomData<fn() -> E>,
}

impl<E: Entity> Rekey<E> {
    pub(crate) fn new(target: &Target, old: &E, new: &E) -> Self {
        let mut put = Put::new(target, new).if_absent().draft;
        let mut json = String::with_capacity(128);
        let key = Key::of(old);
        let written = key.write(&mut json).map_err(Error::from);
        let mut delete = Draft::new::<E>(target, ActionKind::Delete, written.map(|()| json));
        delete.require_present();
        delete.expected = old.version();
        if key == Key::of(new) {
            put.fail(InvalidRequest::new(format!(
                "`rekey` of `{}` to the primary key that it has: use `save`",
                E::SCHEMA.name
            )));
        }
        let mut before = String::with_capacity(512);
        let seen = write_entity(old, &mut before).and_then(|()| {
            if old.version().is_none() {
                unchanged_item::<E>(&mut delete, RawItem::new(&before))?;
            }
            Ok(())
        });
        if let Err(error) = seen {
            delete.fail(error);
        }
        if !E::SCHEMA.uniques.is_empty() {
            let owner = delete.subject.clone();
            put.claim(Claims::of_move(new, before, owner));
        }
        Self {
            put,
            delete,
            of: PhantomData,
        }
    }

    /// Sends the transaction.
    ///
    /// # Errors
    ///
    /// [`Error::Key`], [`Error::Encode`] and [`Error::Invalid`] for what cannot be written, before anything is sent;
    /// [`Error::ConditionFailed`] with the item that is at the new key already, or with the stored item if it is not what
    /// it was; [`Error::ItemNotFound`] and [`Error::VersionConflict`] likewise; and what the service or the network says.
    pub fn send(mut self) -> Sending<WriteOutput> {
        Sending::new(async move {
            self.put.take_failure()?;
            self.delete.take_failure()?;
            let put = uniques::resolve(&self.put, false).await?;
            let delete = uniques::resolve(&self.delete, false).await?;
            let steps = [&put.step, &delete.step];
            let run = Run::of(&self.put.target, &steps, &self.put.options)?;
            let version = self.put.expected.map(|version| version + 1);
            match run.send().await {
                Ok(_) => Ok(WriteOutput { version }),
                Err(Error::TransactionCanceled(canceled)) => {
                    let mut outcomes = canceled.outcomes().iter();
                    let at = outcomes
                        .position(|outcome| outcome.code().is_some())
                        .unwrap_or(0);
                    let draft = if at == 0 { &self.put } else { &self.delete };
                    match draft.answer(canceled.into_single(at)) {
                        Ok(_) => Ok(WriteOutput { version }),
                        Err(error) => Err(error),
                    }
                }
                Err(error) => Err(error),
            }
        })
    }

    options!(put);
}

/// The stored item is still what was read, attribute for attribute.
fn unchanged_item<E: Entity>(delete: &mut Draft, before: RawItem<'_>) -> Result<(), Error> {
    let table = E::Table::DEF;
    let is_key = |name: &str| table.pk.name == name || table.sk.is_some_and(|sk| sk.name == name);
    for field in E::SCHEMA.fields.iter().filter(|field| !field.key_only) {
        if !is_key(field.attribute) {
            let value = before.attribute(field.attribute)?;
            delete.condition(Ok(unchanged(field.attribute, value)));
        }
    }
    Ok(())
}

/// Says what is moved, without the values.
impl<E> fmt::Debug for Rekey<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rekey")
            .field("put", &self.put)
            .field("delete", &self.delete)
            .finish()
    }
}
