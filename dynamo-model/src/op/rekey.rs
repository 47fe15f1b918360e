//! Moving an item to another primary key.

use std::fmt;
use std::marker::PhantomData;

use super::Sending;
use super::action::ActionKind;
use super::draft::{Draft, next_version};
use super::options::options;
use super::transact::{ATTEMPTS, send_all, view_all};
use super::uniques::Claims;
use super::view::RequestView;
use super::write::{Put, WriteOutput};
use crate::entity::{Key, write_entity};
use crate::expr::{Path, equals};
use crate::schema::IndexDef;
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
        delete.claim(Ok(Claims::of_deletion::<E>()));
        Self {
            put,
            delete,
            of: PhantomData,
        }
    }

    /// The transaction as it would be sent now, to be looked at, but for its token, which is random.
    ///
    /// Without what is claimed and released of `unique` values, which is added to it.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<RequestView, Error> {
        view_all(&[&self.put, &self.delete], &self.put.options, None)
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
            let version = self.put.expected.map(next_version);
            let (target, options) = (self.put.target.clone(), self.put.options.clone());
            let drafts = [self.put, self.delete];
            match send_all(&target, &drafts, &options, None, ATTEMPTS).await {
                Err(Error::TransactionCanceled(canceled)) => {
                    let mut outcomes = canceled.outcomes().iter();
                    let at = outcomes.position(|outcome| outcome.code().is_some());
                    let at = at.unwrap_or_default().min(1);
                    drafts[at].answer(canceled.into_single(at))?;
                }
                sent => sent?,
            }
            Ok(WriteOutput { version })
        })
    }

    options!(put);
}

/// The stored item is still what was read, attribute for attribute. What a flattened field has not written is not known by
/// name, and not asked for.
fn unchanged_item<E: Entity>(delete: &mut Draft, before: RawItem<'_>) -> Result<(), Error> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let fields = schema.fields.iter().filter(|field| !field.key_only);
    let fields: Vec<&str> = fields.map(|field| field.attribute).collect();
    for name in &fields {
        if !delete.table.is_key(name) {
            let value = before.attribute(name)?.map(str::to_owned);
            delete.condition(Ok(equals(Path::of(name), value)));
        }
    }
    let of_index = |index: &'static IndexDef| index.pk.iter().chain(index.sk);
    let made = table.indexes.iter().flat_map(of_index);
    let made: Vec<&str> = made.map(|attribute| attribute.name).collect();
    let mut members = before.attributes()?;
    while let Some((name, value)) = members.next()? {
        let is_made = made.contains(&&*name) || table.type_attribute == Some(&*name);
        // A member of a flattened field.
        if !is_made && !fields.contains(&&*name) && !delete.table.is_key(&name) {
            let path = Path::root().member(name.into_owned());
            delete.condition(Ok(equals(path, Some(value.to_owned()))));
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
