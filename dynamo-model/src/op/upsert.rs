//! `UpdateItem` that creates the item if it is not there.

use std::fmt;
use std::marker::PhantomData;

use super::Sending;
use super::action::ActionKind;
use super::draft::Draft;
use super::fields::{attributes, known, refused};
use super::options::options;
use super::uniques::{Claims, unknown_expiry};
use super::view::RequestView;
use super::write::{New, Old, WriteOutput};
use crate::entity::{Key, Reader, write_entity};
use crate::expr::{
    Attribute, AttributeType, Attributed, Change, Computes, Condition, Counted, Encodes, KindOf,
    Node, Path, Term, Value, encode_value,
};
use crate::transport::Target;
use crate::wire::{RawItem, Scalar};
use crate::{Entity, Error, InvalidRequest, Table, WithoutUniques};

/// Writes one item, whether it is there or not, and keeps of it what the entity does not declare: `UpdateItem`. Made by
/// [`Handle::upsert`](crate::Handle::upsert).
///
/// An item that is there keeps its `created_at`. If index keys are made of it, the entity must know it: with another one
/// than the stored, the upsert fails with [`Error::ConditionFailed`], which has the stored item.
///
/// Members of a flattened field that the entity does not write, such as those that are `None`, are not declared by name
/// either: what the item has of them stays.
#[must_use = "nothing is written until `.send().await`"]
pub struct Upsert<E, R = ()> {
    pub(super) draft: Draft,
    of: PhantomData<fn() -> (E, R)>,
}

impl<E: Entity> Upsert<E> {
    pub(crate) fn new(target: &Target, entity: &E) -> Self {
        let stamped = entity.stamped(target.clock.now(), true);
        let entity = stamped.as_ref().unwrap_or(entity);
        let mut json = String::with_capacity(128);
        let key = Key::of(entity).write(&mut json).map_err(Error::from);
        let mut draft = Draft::new::<E>(target, ActionKind::Update, key.map(|()| json));
        let mut item = String::with_capacity(512);
        let changes =
            write_entity(entity, &mut item).and_then(|()| changes::<E>(RawItem::new(&item)));
        match changes {
            Ok(changes) => {
                draft.changes = changes;
                if let Some(node) = first_time::<E>(RawItem::new(&item)) {
                    draft.condition(Ok(node));
                }
            }
            Err(error) => draft.fail(error),
        }
        draft.claim(Claims::of_entity(entity));
        Self {
            draft,
            of: PhantomData,
        }
    }
}

/// `ReturnValues` of an upsert that returns nothing but its version, if there is one.
fn version_returned<E: Entity>() -> Option<&'static str> {
    E::SCHEMA.lifecycle.version.map(|_| "UPDATED_NEW")
}

/// Every attribute of the item set, and those that it could have and has not removed.
fn changes<E: Entity>(item: RawItem<'_>) -> Result<Vec<Change>, Error> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let life = schema.lifecycle;
    let mut changes = Vec::new();
    let mut members = item.attributes()?;
    while let Some((name, value)) = members.next()? {
        let Some(name) = known(table, schema, &name) else {
            // A member of a flattened map.
            let path = Path::root().member(name.into_owned());
            changes.push(Change::Set(path, Term::Value(value.to_owned())));
            continue;
        };
        if table.is_key(name) {
            continue;
        }
        let path = Path::of(name);
        let term = if life.version == Some(name) {
            let zero = Term::Value("{\"N\":\"0\"}".to_owned());
            let one = Term::Value("{\"N\":\"1\"}".to_owned());
            let stored = Term::IfNotExists(path.clone(), Box::new(zero));
            Term::Plus(Box::new(stored), Box::new(one))
        } else if life.created_at == Some(name) {
            Term::IfNotExists(path.clone(), Box::new(Term::Value(value.to_owned())))
        } else {
            Term::Value(value.to_owned())
        };
        changes.push(Change::Set(path, term));
    }
    for name in attributes(table, schema) {
        let path = Path::of(name);
        if !table.is_key(name) && !changes.iter().any(|change| *change.path() == path) {
            changes.push(Change::Remove(path));
        }
    }
    Ok(changes)
}

/// What an index key is made of `created_at` for: the time of the first write is the entity's, so that the key is not
/// made of another time than the one that is kept.
fn first_time<E: Entity>(item: RawItem<'_>) -> Option<Node> {
    let schema = E::SCHEMA;
    let attribute = schema.lifecycle.created_at?;
    let field = schema
        .fields
        .iter()
        .find(|field| field.attribute == attribute)?;
    let mut templates = schema
        .keys
        .iter()
        .skip(1)
        .flat_map(|key| key.pk.iter().chain(key.sk));
    let in_index = templates.any(|template| {
        let mut components = template.components();
        components.any(|(component, _)| schema.components[component].name == field.name)
    });
    let value = item
        .attribute(attribute)
        .ok()
        .flatten()
        .filter(|_| in_index)?;
    let path = Path::of(attribute);
    Some(Node::not_exists(path.clone()).or(Node::compare(path, "=", value)))
}

impl<E: Attributed, R> Upsert<E, R> {
    /// Sets an attribute only if the item does not have it: `if_not_exists` with the entity's value.
    pub fn keep<A>(mut self, at: impl FnOnce(E::Attributes) -> A) -> Self
    where
        A: Attribute<Entity = E>,
        A::Class: Computes,
    {
        let path = at(E::attributes()).into_path();
        if let Some(fault) = refused::<E>(&path) {
            self.draft.fail(fault);
        } else if !path.is_attribute() {
            self.draft.fail(InvalidRequest::new(format!(
                "an upsert writes `{}` whole, so it cannot keep `{path}` alone",
                path.attribute()
            )));
        }
        if !E::SCHEMA.uniques.is_empty()
            && E::SCHEMA.lifecycle.ttl.map(Path::of) == Some(path.clone())
        {
            self.draft.fail(unknown_expiry(E::SCHEMA));
        }
        let changes = &mut self.draft.changes;
        match changes.iter_mut().find(|change| *change.path() == path) {
            Some(Change::Set(_, term @ Term::Value(_))) => {
                let value = std::mem::replace(term, Term::Path(Path::root()));
                *term = Term::IfNotExists(path, Box::new(value));
            }
            // What the entity does not have either stays as it is.
            Some(Change::Remove(_)) => changes.retain(|change| *change.path() != path),
            Some(_) => self.refuse(&path, "is kept or added to already"),
            None => {}
        }
        self
    }

    fn refuse(&mut self, path: &Path, why: &str) {
        self.draft.fail(InvalidRequest::new(format!(
            "`{path}` of `{}` {why}: say once what an upsert makes of an attribute",
            E::SCHEMA.name
        )));
    }

    /// Adds to a number; of an item that does not have it, to the entity's value: `+`.
    ///
    /// Not idempotent: if the answer is lost, the SDK sends the request again, and it may count twice. In a transaction
    /// it counts once.
    pub fn add<A, V>(self, at: impl Fn(E::Attributes) -> A, value: V) -> Self
    where
        A: Attribute<Entity = E>,
        A::Value: AttributeType,
        KindOf<A::Value>: Counted,
        A::Class: Computes + Encodes<A::Value>,
        V: Value<A::Value>,
    {
        let path = at(E::attributes()).into_path();
        let mut this = self.keep(at);
        match encode_value::<A::Value, A::Class, V>(&value) {
            Ok(Some(json)) => {
                let more = Box::new(Term::Value(json.clone()));
                let mut sets = this
                    .draft
                    .changes
                    .iter_mut()
                    .filter_map(|change| match change {
                        Change::Set(to, term) if *to == path => Some(term),
                        _ => None,
                    });
                if let Some(term) = sets.next() {
                    let stored = std::mem::replace(term, Term::Path(Path::root()));
                    *term = Term::Plus(Box::new(stored), more);
                } else {
                    this.draft.changes.push(Change::Add(path, json));
                }
            }
            Ok(None) => {}
            Err(error) => {
                let error = error.under_name(&path.to_string());
                this.draft.fail(error.with_entity(E::SCHEMA.name));
            }
        }
        this
    }

    /// Only if the stored item satisfies a condition, which says what becomes of an item that is not there too. Several
    /// conditions must all hold.
    pub fn condition(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self {
        let condition = condition(E::attributes());
        self.draft.condition(condition.into_node());
        self
    }
}

impl<E: Entity, R> Upsert<E, R> {
    options!(draft);
}

impl<E: Entity> Upsert<E> {
    /// The request as it would be sent now, to be looked at.
    ///
    /// That of the write alone: with `unique` values, it is sent in a transaction with what is claimed and released, which
    /// depends on the stored item.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<RequestView, Error> {
        self.draft.view(version_returned::<E>())
    }

    /// Also returns the item as it was before, `None` if there was none: `ReturnValues` = `ALL_OLD`.
    pub fn return_old(self) -> Upsert<E, Old> {
        Upsert {
            draft: self.draft,
            of: PhantomData,
        }
    }

    /// Also returns the item as it is afterwards: `ReturnValues` = `ALL_NEW`.
    pub fn return_new(self) -> Upsert<E, New>
    where
        E: WithoutUniques,
    {
        Upsert {
            draft: self.draft,
            of: PhantomData,
        }
    }

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::Key`], [`Error::Encode`] and [`Error::Invalid`] for what cannot be written, before anything is sent;
    /// [`Error::ConditionFailed`] with the stored item; and what the service or the network says.
    pub fn send(self) -> Sending<WriteOutput> {
        Sending::new(async move {
            let Some(attribute) = E::SCHEMA.lifecycle.version else {
                self.draft.send(None).await?;
                return Ok(WriteOutput { version: None });
            };
            let response = self.draft.send(version_returned::<E>()).await?;
            let new = response.envelope()?.attributes;
            let version = match new.map(|item| item.scalar(attribute)).transpose()? {
                Some(Some(Scalar::N(digits))) => digits.parse().ok(),
                _ => None,
            };
            Ok(WriteOutput { version })
        })
    }
}

impl<E: Entity> Upsert<E, Old> {
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

    /// Sends the request, and returns the item as it was before.
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

impl<E: Entity> Upsert<E, New> {
    /// The request as it would be sent now, to be looked at.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<RequestView, Error> {
        self.draft.view(Some("ALL_NEW"))
    }

    /// Sends the request, and returns the item as it is afterwards.
    ///
    /// # Errors
    ///
    /// As without `return_new`; and [`Error::Decode`] or [`Error::Key`] if the item is not an `E`. The write has taken
    /// effect then.
    pub fn send(self) -> Sending<E> {
        Sending::new(async move {
            let response = self.draft.send(Some("ALL_NEW")).await?;
            let new = response.envelope()?.attributes;
            Reader::new().read(new.unwrap_or(RawItem::new("{}")))
        })
    }
}

/// Says what is written where, without the values.
impl<E, R> fmt::Debug for Upsert<E, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draft.fmt(f)
    }
}
