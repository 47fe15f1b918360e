//! Writes of whole entities that are not plain puts: `save`, which sends what has changed, and `create`, which returns the
//! entity as it was stored.

use std::fmt;
use std::marker::PhantomData;

use super::Sending;
use super::action::ActionKind;
use super::draft::{Draft, next_version, unchanged};
use super::options::options;
use super::uniques::Claims;
use super::write::{Put, WriteOutput};
use crate::entity::{Key, Reader, write_entity};
use crate::expr::{Attributed, Change, Condition, Path, Term};
use crate::transport::Target;
use crate::wire::{RawItem, is_same_value};
use crate::{Entity, Error, InvalidRequest, Table};

/// An update of one item from an earlier version of its entity to a later one: `UpdateItem` of what differs. Made by
/// [`Handle::save`](crate::Handle::save).
#[must_use = "nothing is written until `.send().await`"]
pub struct Save<E> {
    pub(super) draft: Draft,
    version: Option<u64>,
    of: PhantomData<fn() -> E>,
}

impl<E: Entity> Save<E> {
    pub(crate) fn new(target: &Target, old: &E, new: &E) -> Self {
        let mut json = String::with_capacity(128);
        let key = Key::of(old);
        let written = if key == Key::of(new) {
            key.write(&mut json).map_err(Error::from)
        } else {
            Err(InvalidRequest::new(format!(
                "`save` of `{}` from one primary key to another: use `rekey`",
                E::SCHEMA.name
            ))
            .into())
        };
        let mut draft = Draft::new::<E>(target, ActionKind::Update, written.map(|()| json));
        draft.require_present();
        draft.expected = old.version();
        if let Err(error) = diff(&mut draft, old, new) {
            draft.fail(error);
        }
        Self {
            draft,
            version: old.version(),
            of: PhantomData,
        }
    }

    /// Whether the two differ: if not, nothing is sent.
    pub fn is_needed(&self) -> bool {
        !self.draft.changes.is_empty()
    }

    /// Sends the request, if there is anything to change.
    ///
    /// # Errors
    ///
    /// [`Error::Key`], [`Error::Encode`] and [`Error::Invalid`] for what cannot be written, before anything is sent;
    /// [`Error::ItemNotFound`] if there is no such item; [`Error::VersionConflict`] with the stored item, or
    /// [`Error::ConditionFailed`] if a component of an index is not what the earlier version says; and what the service
    /// or the network says.
    pub fn send(mut self) -> Sending<WriteOutput> {
        Sending::new(async move {
            self.draft.take_failure()?;
            if !self.is_needed() {
                return Ok(WriteOutput {
                    version: self.version,
                });
            }
            let version = self.version.map(next_version);
            self.draft.send(None).await?;
            Ok(WriteOutput { version })
        })
    }

    options!(draft);
}

impl<E: Attributed> Save<E> {
    /// Only if the stored item satisfies a condition. Several conditions must all hold.
    pub fn condition(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self {
        let condition = condition(E::attributes());
        self.draft.condition(condition.into_node());
        self
    }
}

fn diff<E: Entity>(draft: &mut Draft, old: &E, new: &E) -> Result<(), Error> {
    let life = E::SCHEMA.lifecycle;
    let (mut before, mut after) = (String::new(), String::new());
    write_entity(old, &mut before)?;
    write_entity(new, &mut after)?;
    let before = RawItem::new(&before);
    let differs = changes(before, RawItem::new(&after), life.version)?;
    if differs.is_empty() {
        return Ok(());
    }
    let stamped = new.stamped(draft.target.clock.now(), false);
    draft.changes = match &stamped {
        Some(new) => {
            let mut after = String::new();
            write_entity(new, &mut after)?;
            changes(before, RawItem::new(&after), life.version)?
        }
        None => differs,
    };
    assume::<E>(draft, before)?;
    let new = stamped.as_ref().unwrap_or(new);
    draft.claims = Claims::of_save(old, new, before.as_str())?;
    if let (Some(attribute), Some(version)) = (life.version, draft.expected) {
        let next = Term::Value(format!("{{\"N\":\"{}\"}}", next_version(version)));
        let path = Path::of(attribute);
        draft.changes.push(Change::Set(path, next));
    }
    Ok(())
}

/// What makes one item the other, the version aside.
fn changes(
    before: RawItem<'_>,
    after: RawItem<'_>,
    version: Option<&str>,
) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    let path = |name: std::borrow::Cow<'_, str>| Path::root().member(name.into_owned());
    let mut members = after.attributes()?;
    while let Some((name, value)) = members.next()? {
        let same = before
            .attribute(&name)?
            .is_some_and(|old| is_same_value(old, value));
        if !same && Some(&*name) != version {
            changes.push(Change::Set(path(name), Term::Value(value.to_owned())));
        }
    }
    let mut members = before.attributes()?;
    while let Some((name, _)) = members.next()? {
        if after.attribute(&name)?.is_none() {
            changes.push(Change::Remove(path(name)));
        }
    }
    Ok(changes)
}

/// Conditions on everything that rewritten index keys are made of: that it is still what the earlier version says.
fn assume<E: Entity>(draft: &mut Draft, before: RawItem<'_>) -> Result<(), Error> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let is_changed = |name: &str, changes: &[Change]| {
        changes
            .iter()
            .any(|change| change.path().attribute() == name)
    };
    let mut nodes = Vec::new();
    for key in schema.keys.iter().skip(1) {
        let (pk, sk) = table.attributes(key);
        let rewritten: Vec<&str> = pk
            .iter()
            .chain(sk)
            .map(|attribute| attribute.name)
            .filter(|name| is_changed(name, &draft.changes))
            .collect();
        if rewritten.is_empty() {
            continue;
        }
        let mut in_keys_only = false;
        let templates = schema.pk_templates(key).iter().chain(key.sk);
        let names = templates
            .flat_map(|template| template.components())
            .map(|(component, _)| schema.components[component].name)
            .chain(key.when.iter().copied());
        for name in names {
            let field = schema.fields.iter().find(|field| field.name == name);
            match field {
                Some(field) if field.key_only => in_keys_only = true,
                Some(field) => {
                    let value = before.attribute(field.attribute)?;
                    let is_primary = schema.keys[0]
                        .pk
                        .iter()
                        .chain(schema.keys[0].sk)
                        .flat_map(|template| template.components())
                        .any(|(component, _)| schema.components[component].name == name);
                    let managed = [schema.lifecycle.version, schema.lifecycle.updated_at];
                    if !is_primary && !managed.contains(&Some(field.attribute)) {
                        nodes.push(unchanged(Path::of(field.attribute), value));
                    }
                }
                None => {}
            }
        }
        if in_keys_only {
            for attribute in pk.iter().chain(sk) {
                let value = before.attribute(attribute.name)?;
                nodes.push(unchanged(Path::of(attribute.name), value));
            }
        }
    }
    for node in nodes {
        draft.condition(Ok(node));
    }
    Ok(())
}

/// Says what is saved, without the values.
impl<E> fmt::Debug for Save<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draft.fmt(f)
    }
}

/// A put of a new item that returns the entity as it is stored. Made by [`Handle::create`](crate::Handle::create).
#[must_use = "nothing is written until `.send().await`"]
pub struct Create<E> {
    pub(super) put: Put<E>,
    entity: E,
}

impl<E: Entity> Create<E> {
    pub(crate) fn new(target: &Target, entity: E) -> Self {
        let now = target.clock.now();
        let entity = entity.stamped(now, true).unwrap_or(entity);
        let mut put = Put::stamped(target, &entity).if_absent();
        // What serde leaves out is not stored, and times may be rounded.
        let entity = match Reader::new().read(RawItem::new(&put.draft.subject)) {
            Ok(stored) => stored,
            Err(error) => {
                put.draft.fail(error);
                entity
            }
        };
        Self { put, entity }
    }

    /// Sends the request, and returns the entity as it is stored: with its version, its times, its generated ids and
    /// defaults.
    ///
    /// # Errors
    ///
    /// As for [`Put::send`].
    pub fn send(self) -> Sending<E> {
        Sending::new(async move {
            self.put.send().await?;
            Ok(self.entity)
        })
    }
}

impl<E: Entity> fmt::Debug for Create<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.put.fmt(f)
    }
}
