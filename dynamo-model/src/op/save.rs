//! Writes of whole entities that are not plain puts: `save`, which sends what has changed, and `create`, which returns the
//! entity as it was stored.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use super::Sending;
use super::action::ActionKind;
use super::draft::{Draft, next_version, unchanged};
use super::fields::known;
use super::options::options;
use super::uniques::Claims;
use super::view::{RequestView, Requests};
use super::write::{Put, WriteOutput};
use crate::entity::{Key, Reader, lossy, primary, write_entity};
use crate::expr::{Attributed, Change, Condition, Path, Term, equals};
use crate::schema::{EntityDef, KeyDef, TableDef};
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

    /// Whether the two differ: if not, nothing is sent. What cannot be written is needed, so that `send` says so.
    pub fn is_needed(&self) -> bool {
        !self.draft.changes.is_empty() || self.draft.is_failed()
    }

    /// The request as it would be sent now, to be looked at; none if there is nothing to change.
    ///
    /// That of the write alone: with `unique` values, it is sent in a transaction with what is claimed and released.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<Requests, Error> {
        let view = self.is_needed().then(|| self.draft.view(None));
        Ok(Requests::new(view.transpose()?))
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
    let differs = changes::<E>(before, RawItem::new(&after))?;
    if differs.is_empty() {
        return Ok(());
    }
    let stamped = new.stamped(draft.target.clock.now(), false);
    draft.changes = match &stamped {
        Some(new) => {
            let mut after = String::new();
            write_entity(new, &mut after)?;
            changes::<E>(before, RawItem::new(&after))?
        }
        None => differs,
    };
    assume(draft, old, new, before)?;
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
fn changes<E: Entity>(before: RawItem<'_>, after: RawItem<'_>) -> Result<Vec<Change>, Error> {
    let version = E::SCHEMA.lifecycle.version;
    let mut changes = Vec::new();
    let path = |name: Cow<'_, str>| match known(E::Table::DEF, E::SCHEMA, &name) {
        Some(name) => Path::of(name),
        None => Path::root().member(name.into_owned()),
    };
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

/// Conditions on everything that the index keys are made of that may have to be rewritten: that it is still what the
/// earlier version says. Otherwise another writer's change and this one's would make a key that neither has written, even
/// where this one alone does not change it.
fn assume<E: Entity>(
    draft: &mut Draft,
    old: &E,
    new: &E,
    before: RawItem<'_>,
) -> Result<(), Error> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let moves: Vec<bool> = schema
        .keys
        .iter()
        .map(|key| is_moved(draft, old, new, key))
        .collect();
    let mut nodes = Vec::new();
    for (number, key) in schema.keys.iter().enumerate().skip(1) {
        let made: Vec<&'static str> = made(table, schema, key).collect();
        // An attribute that two indexes share is there if the item is in one of them.
        let shares = |other: &'static KeyDef| {
            self::made(table, schema, other).any(|name| made.contains(&name))
        };
        let others = schema.keys.iter().enumerate().skip(1);
        let is_moved = moves[number]
            || others
                .into_iter()
                .any(|(other, key)| moves[other] && shares(key));
        if made.is_empty() || !is_moved {
            continue;
        }
        for (component, name) in inputs(schema, key) {
            let Some(field) = schema.fields.iter().find(|field| field.name == name) else {
                continue;
            };
            let is_told = component.is_some_and(|component| {
                primary(schema).any(|(number, _)| number == component)
                    && lossy(schema).all(|number| number != component)
            });
            let managed = [schema.lifecycle.version, schema.lifecycle.updated_at];
            if is_told || managed.contains(&Some(field.attribute)) {
                continue;
            }
            if field.key_only {
                // Its value stands in index keys alone, perhaps in those of another index than this one.
                let holding = schema.keys.iter().skip(1).flat_map(|key| {
                    let (pk, sk) = schema.pairs(table, key);
                    pk.chain(sk)
                });
                for (attribute, template) in holding {
                    if template
                        .components()
                        .any(|(number, _)| Some(number) == component)
                    {
                        let value = before.attribute(attribute.name)?;
                        nodes.push(unchanged(Path::of(attribute.name), value));
                    }
                }
            } else {
                let value = before.attribute(field.attribute)?.map(str::to_owned);
                nodes.push(equals(Path::of(field.attribute), value));
            }
        }
    }
    for node in nodes {
        draft.condition(Ok(node));
    }
    Ok(())
}

/// Whether something has changed that the key is made of, or the key itself.
fn is_moved<E: Entity>(draft: &Draft, old: &E, new: &E, key: &'static KeyDef) -> bool {
    let schema = E::SCHEMA;
    let is_changed = |name: &str| {
        let mut changes = draft.changes.iter();
        changes.any(|change| change.path().attribute() == name)
    };
    made(E::Table::DEF, schema, key).any(is_changed)
        || inputs(schema, key).any(|(component, name)| {
            component.is_some_and(|component| old.part(component) != new.part(component))
                || schema.attribute_of(name).is_some_and(is_changed)
        })
}

/// The attributes that are made for the index: not the table's keys, nor fields.
fn made(
    table: &'static TableDef,
    schema: &'static EntityDef,
    key: &'static KeyDef,
) -> impl Iterator<Item = &'static str> {
    let (pk, sk) = schema.pairs(table, key);
    let made = pk.chain(sk).filter(move |(attribute, template)| {
        !table.is_key(attribute.name) && !schema.is_own(attribute.name, *template)
    });
    made.map(|(attribute, _)| attribute.name)
}

/// The fields that the key is made of, or its predicate reads.
fn inputs(
    schema: &'static EntityDef,
    key: &'static KeyDef,
) -> impl Iterator<Item = (Option<usize>, &'static str)> {
    let templates = schema.pk_templates(key).iter().chain(key.sk);
    let components = templates.flat_map(|template| template.components());
    let components =
        components.map(|(component, _)| (Some(component), schema.components[component].name));
    let number = |name: &str| schema.components.iter().position(|c| c.name == name);
    let read = key.when.iter().map(move |name| (number(name), *name));
    components.chain(read)
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
    /// The request as it would be sent now, to be looked at.
    ///
    /// That of the write alone: with `unique` values, it is sent in a transaction with what is claimed and released, which
    /// depends on the stored item.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<RequestView, Error> {
        self.put.request()
    }

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
