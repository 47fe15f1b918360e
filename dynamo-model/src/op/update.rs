//! `UpdateItem`.

use std::fmt;
use std::marker::PhantomData;

use super::Sending;
use super::action::ActionKind;
use super::draft::Draft;
use super::fields::{moment, refused, restored};
use super::options::options;
use super::uniques::Claims;
use super::write::{New, Old, WriteOutput};
use crate::entity::{Key, Reader, life};
use crate::expr::{
    Assumes, Attribute, AttributeType, Attributed, Change, Computes, Condition, Counted, Encodes,
    IsSet, KindOf, Known, Member, Node, Note, Notes as _, Path, Removes, Saying, Sequence, Sets,
    States, Term, Value, encode_value, equals, index_changes, own_form,
};
use crate::key::{Part, Shape};
use crate::transport::Target;
use crate::wire::{EncodeError, RawItem, read_envelope};
use crate::{Entity, Error, InvalidRequest, WithoutUniques};

/// An update of one item: `UpdateItem`. Made by [`Handle::update`](crate::Handle::update).
///
/// The item must exist; the keys of indexes follow. `S` is what the update has said of the components of indexes: an
/// update that would leave an index key stale does not compile at `send`.
#[must_use = "nothing is written until `.send().await`"]
pub struct Update<E: Attributed, S = <E as Attributed>::Gate, R = ()> {
    parts: Parts<E>,
    of: PhantomData<fn() -> (S, R)>,
}

/// What does not depend on the update's state.
pub(super) struct Parts<E> {
    pub(super) draft: Draft,
    key: Key<E>,
    saying: Saying,
}

const ZERO: &str = "{\"N\":\"0\"}";
const ONE: &str = "{\"N\":\"1\"}";

impl<E: Attributed> Update<E> {
    pub(crate) fn new(target: &Target, key: Key<E>) -> Self {
        let mut json = String::with_capacity(128);
        let written = key.write(&mut json).map_err(Error::from);
        let mut draft = Draft::new::<E>(target, ActionKind::Update, written.map(|()| json));
        draft.require_present();
        Self {
            parts: Parts {
                draft,
                key,
                saying: Saying::default(),
            },
            of: PhantomData,
        }
    }
}

/// The closures of an update: each gets the handles of the entity's attributes and returns one of them.
impl<E: Attributed, S, R> Update<E, S, R> {
    fn then<After>(self) -> Update<E, After, R> {
        Update {
            parts: self.parts,
            of: PhantomData,
        }
    }

    /// Sets an attribute: `SET`. `None` and an empty set remove it.
    ///
    /// The keys of the indexes that are made of it follow. If one is made of other components too, they are set as well,
    /// or [assumed](Self::assume).
    pub fn set<A, V>(
        mut self,
        at: impl FnOnce(E::Attributes) -> A,
        value: V,
    ) -> Update<E, <A::Class as Sets<S, A::Value>>::After, R>
    where
        A: Attribute<Entity = E>,
        A::Class: Sets<S, A::Value>,
        V: Value<A::Value>,
    {
        let path = at(E::attributes()).into_path();
        self.parts.note(&path, A::Class::note(&value), false);
        let json = A::Class::json(&value);
        self.parts.change(&path, json, |path, json| match json {
            None => None,
            Some(Some(json)) => Some(Change::Set(path, Term::Value(json))),
            Some(None) => Some(Change::Remove(path)),
        });
        self.then()
    }

    /// Removes an attribute, an element of a list or a member of a map: `REMOVE`. What is not there is no error; the
    /// elements behind a removed one move up.
    ///
    /// Without one of its components the item is no longer in an index.
    pub fn remove<A>(
        mut self,
        at: impl FnOnce(E::Attributes) -> A,
    ) -> Update<E, <A::Class as Removes<S, A::Value>>::After, R>
    where
        A: Attribute<Entity = E>,
        A::Class: Removes<S, A::Value>,
    {
        let path = at(E::attributes()).into_path();
        self.parts.note(&path, A::Class::gone(), false);
        self.parts
            .change(&path, Ok(()), |path, ()| Some(Change::Remove(path)));
        self.then()
    }

    /// Says what value a component of an index has, so that the keys made of it can be written. It becomes a condition
    /// of the update.
    pub fn assume<A, V>(
        mut self,
        at: impl FnOnce(E::Attributes) -> A,
        value: V,
    ) -> Update<E, <A::Class as Assumes<S, A::Value>>::After, R>
    where
        A: Attribute<Entity = E>,
        A::Class: Assumes<S, A::Value>,
        V: Value<A::Value>,
    {
        let path = at(E::attributes()).into_path();
        let note = A::Class::note(&value);
        let own = note
            .as_ref()
            .map(|note| own_form::<E>(path.attribute(), note));
        self.parts.note(&path, note, true);
        match own.transpose() {
            Ok(Some(Some(own))) => self.parts.draft.condition(Ok(equals(path, Some(own)))),
            Ok(_) => {
                let json = encode_value::<A::Value, A::Class, V>(&value);
                let node = json.map(|json| equals(path, json));
                self.parts.draft.condition(node);
            }
            Err(error) => self.parts.draft.fail(error),
        }
        self.then()
    }

    /// Sets an attribute if the item does not have it: `if_not_exists`.
    pub fn set_if_absent<A, V>(mut self, at: impl FnOnce(E::Attributes) -> A, value: V) -> Self
    where
        A: Attribute<Entity = E>,
        A::Class: Computes + Encodes<A::Value>,
        V: Value<A::Value>,
    {
        let path = at(E::attributes()).into_path();
        let json = encode_value::<A::Value, A::Class, V>(&value);
        self.parts.change(&path, json, |path, json| {
            let term = Term::IfNotExists(path.clone(), Box::new(Term::Value(json?)));
            Some(Change::Set(path, term))
        });
        self
    }

    /// Sets an attribute to what another one of the same type holds. The service refuses the update if that one is
    /// absent.
    pub fn set_from<A, B>(
        mut self,
        at: impl FnOnce(E::Attributes) -> A,
        from: impl FnOnce(E::Attributes) -> B,
    ) -> Self
    where
        A: Attribute<Entity = E>,
        A::Class: Computes,
        B: Attribute<Entity = E, Value = A::Value>,
    {
        let path = at(E::attributes()).into_path();
        let from = from(E::attributes()).into_path();
        self.parts.change(&path, Ok(from), |path, from| {
            Some(Change::Set(path, Term::Path(from)))
        });
        self
    }

    /// Adds to a number; one that is absent counts as 0: `ADD`.
    ///
    /// Not idempotent: if the answer is lost, the SDK sends the update again, and it may count twice. In a transaction it
    /// counts once.
    pub fn add<A, V>(mut self, at: impl FnOnce(E::Attributes) -> A, value: V) -> Self
    where
        A: Attribute<Entity = E>,
        A::Value: AttributeType,
        KindOf<A::Value>: Counted,
        A::Class: Computes + Encodes<A::Value>,
        V: Value<A::Value>,
    {
        let path = at(E::attributes()).into_path();
        let json = encode_value::<A::Value, A::Class, V>(&value);
        self.parts.change(&path, json, |path, json| {
            let json = json?;
            // DynamoDB documents `ADD` for top-level attributes.
            Some(if path.is_attribute() {
                Change::Add(path, json)
            } else {
                let term = Term::Plus(Box::new(or_zero(&path)), Box::new(Term::Value(json)));
                Change::Set(path, term)
            })
        });
        self
    }

    /// Subtracts from a number; one that is absent counts as 0: `-`.
    ///
    /// Not idempotent, see [`add`](Self::add).
    pub fn subtract<A, V>(mut self, at: impl FnOnce(E::Attributes) -> A, value: V) -> Self
    where
        A: Attribute<Entity = E>,
        A::Value: AttributeType,
        KindOf<A::Value>: Counted,
        A::Class: Computes + Encodes<A::Value>,
        V: Value<A::Value>,
    {
        let path = at(E::attributes()).into_path();
        let json = encode_value::<A::Value, A::Class, V>(&value);
        self.parts.change(&path, json, |path, json| {
            let term = Term::Minus(Box::new(or_zero(&path)), Box::new(Term::Value(json?)));
            Some(Change::Set(path, term))
        });
        self
    }

    /// Appends elements to a list; one that is absent counts as empty: `list_append`.
    ///
    /// Not idempotent, see [`add`](Self::add).
    pub fn append<A, V>(
        self,
        at: impl FnOnce(E::Attributes) -> A,
        elements: impl IntoIterator<Item = V>,
    ) -> Self
    where
        A: Attribute<Entity = E>,
        A::Value: AttributeType,
        KindOf<A::Value>: Sequence,
        A::Class: Computes,
        V: Value<<KindOf<A::Value> as Sequence>::Element>,
    {
        self.grow(at, elements, |list, more| {
            Term::Append(Box::new(list), Box::new(more))
        })
    }

    /// Puts elements before those of a list; one that is absent counts as empty: `list_append`.
    ///
    /// Not idempotent, see [`add`](Self::add).
    pub fn prepend<A, V>(
        self,
        at: impl FnOnce(E::Attributes) -> A,
        elements: impl IntoIterator<Item = V>,
    ) -> Self
    where
        A: Attribute<Entity = E>,
        A::Value: AttributeType,
        KindOf<A::Value>: Sequence,
        A::Class: Computes,
        V: Value<<KindOf<A::Value> as Sequence>::Element>,
    {
        self.grow(at, elements, |list, more| {
            Term::Append(Box::new(more), Box::new(list))
        })
    }

    fn grow<A, V>(
        mut self,
        at: impl FnOnce(E::Attributes) -> A,
        elements: impl IntoIterator<Item = V>,
        join: impl FnOnce(Term, Term) -> Term,
    ) -> Self
    where
        A: Attribute<Entity = E>,
        A::Value: AttributeType,
        KindOf<A::Value>: Sequence,
        V: Value<<KindOf<A::Value> as Sequence>::Element>,
    {
        let path = at(E::attributes()).into_path();
        let json = list::<<KindOf<A::Value> as Sequence>::Element, V>(elements);
        self.parts.change(&path, json, |path, json| {
            let empty = Box::new(Term::Value("{\"L\":[]}".to_owned()));
            let list = Term::IfNotExists(path.clone(), empty);
            Some(Change::Set(path, join(list, Term::Value(json?))))
        });
        self
    }

    /// Adds elements to a set; one that is absent counts as empty: `ADD`.
    pub fn add_to_set<A, V>(mut self, at: impl FnOnce(E::Attributes) -> A, elements: V) -> Self
    where
        A: Attribute<Entity = E>,
        A::Class: IsSet + Encodes<A::Value>,
        V: Value<A::Value>,
    {
        let path = at(E::attributes()).into_path();
        let json = set::<A::Value, A::Class, V>(&elements);
        self.parts
            .change(&path, json, |path, json| Some(Change::Add(path, json?)));
        self
    }

    /// Takes elements from a set: `DELETE`. A set without elements is absent.
    pub fn remove_from_set<A, V>(mut self, at: impl FnOnce(E::Attributes) -> A, elements: V) -> Self
    where
        A: Attribute<Entity = E>,
        A::Class: IsSet + Encodes<A::Value>,
        V: Value<A::Value>,
    {
        let path = at(E::attributes()).into_path();
        let json = set::<A::Value, A::Class, V>(&elements);
        self.parts
            .change(&path, json, |path, json| Some(Change::Delete(path, json?)));
        self
    }

    /// Only if the stored item satisfies a condition. Several conditions must all hold.
    ///
    /// On failure, [`Error::ConditionFailed`] carries the item that is there.
    pub fn condition(mut self, condition: impl FnOnce(E::Attributes) -> Condition<E>) -> Self {
        let condition = condition(E::attributes());
        self.parts.draft.condition(condition.into_node());
        self
    }

    /// Only if the stored item has this version, [`Error::VersionConflict`] otherwise: the one that the caller has read.
    ///
    /// Every update counts the version up; without this it does so whatever the version is.
    pub fn at_version(mut self, version: u64) -> Self {
        self.parts.draft.expected = Some(version);
        self
    }

    options!(parts.draft);
}

impl<E: Attributed, S> Update<E, S> {
    /// Also returns the item as it was before: `ReturnValues` = `ALL_OLD`. It costs nothing more.
    pub fn return_old(self) -> Update<E, S, Old> {
        Update {
            parts: self.parts,
            of: PhantomData,
        }
    }

    /// Also returns the item as it is afterwards: `ReturnValues` = `ALL_NEW`. It costs nothing more.
    pub fn return_new(self) -> Update<E, S, New>
    where
        E: WithoutUniques,
    {
        Update {
            parts: self.parts,
            of: PhantomData,
        }
    }

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::Key`], [`Error::Encode`] and [`Error::Invalid`] for what can not be written, before anything is sent;
    /// [`Error::ItemNotFound`] if there is no such item; [`Error::ConditionFailed`] and [`Error::VersionConflict`] with
    /// the stored item; and what the service or the network says.
    pub fn send(self) -> Sending<WriteOutput>
    where
        S: States<Lack: Known>,
    {
        self.parts.send()
    }
}

impl<E: Attributed, S> Update<E, S, Old> {
    /// Sends the request, and returns the item as it was before.
    ///
    /// # Errors
    ///
    /// As without `return_old`; and [`Error::Decode`] or [`Error::Key`] if the item was not an `E`. The update has taken
    /// effect then.
    pub fn send(self) -> Sending<E>
    where
        S: States<Lack: Known>,
    {
        self.parts.returning("ALL_OLD")
    }
}

impl<E: Attributed, S> Update<E, S, New> {
    /// Sends the request, and returns the item as it is afterwards.
    ///
    /// # Errors
    ///
    /// As without `return_new`; and [`Error::Decode`] or [`Error::Key`] if the item is not an `E`. The update has taken
    /// effect then.
    pub fn send(self) -> Sending<E>
    where
        S: States<Lack: Known>,
    {
        self.parts.returning("ALL_NEW")
    }
}

impl<E: Attributed, S, R> Update<E, S, R> {
    /// The update as data, for a transaction.
    pub(crate) fn into_draft(self) -> Result<Draft, Error>
    where
        S: States<Lack: Known>,
    {
        self.parts.finish()
    }
}

fn or_zero(path: &Path) -> Term {
    Term::IfNotExists(path.clone(), Box::new(Term::Value(ZERO.to_owned())))
}

/// Elements as a list; `None` if there are none.
fn list<T, V: Value<T>>(
    elements: impl IntoIterator<Item = V>,
) -> Result<Option<String>, EncodeError> {
    let mut json = String::from("{\"L\":[");
    let mut any = false;
    for element in elements {
        if std::mem::replace(&mut any, true) {
            json.push(',');
        }
        match encode_value::<T, Member, V>(&element)? {
            Some(element) => json.push_str(&element),
            None => json.push_str("{\"NULL\":true}"),
        }
    }
    json.push_str("]}");
    Ok(any.then_some(json))
}

/// Elements as a set; `None` if there are none.
fn set<W, C: Encodes<W>, V: Value<W>>(elements: &V) -> Result<Option<String>, EncodeError> {
    let json = encode_value::<W, C, V>(elements)?;
    match json
        .as_deref()
        .map(|json| json.get(..6).unwrap_or_default())
    {
        None | Some("{\"SS\":" | "{\"NS\":" | "{\"BS\":") => Ok(json),
        Some(_) => Err(EncodeError::new("the attribute is not stored as a set")),
    }
}

impl<E: Entity> Parts<E> {
    /// Adds what a closure and a value have made, or keeps the error.
    fn change<T>(
        &mut self,
        path: &Path,
        made: Result<T, EncodeError>,
        change: impl FnOnce(Path, T) -> Option<Change>,
    ) {
        match made {
            Ok(made) => self.draft.changes.extend(change(path.clone(), made)),
            Err(error) => {
                let error = error.under_name(&path.to_string());
                self.draft.fail(error.with_entity(E::SCHEMA.name));
            }
        }
        if let Some(fault) = refused::<E>(path) {
            self.draft.fail(fault);
        }
    }

    fn note(&mut self, path: &Path, note: Option<Note>, assumed: bool) {
        let mut fields = E::SCHEMA.fields.iter();
        let field = fields.find(|field| field.attribute == path.attribute());
        if let (Some(note), Some(field)) = (note, field) {
            self.saying.say(field.name, note, assumed);
        }
    }

    /// Adds what follows from the changes: times, version, index keys.
    fn finish(mut self) -> Result<Draft, Error> {
        self.draft.take_failure()?;
        let schema = E::SCHEMA;
        if self.draft.changes.is_empty() && !self.saying.is_changed() {
            return Err(InvalidRequest::new(format!(
                "an update of `{}` changes nothing: say what becomes of its attributes, or do not send it",
                schema.name
            ))
            .into());
        }
        if let Some(attribute) = schema.lifecycle.updated_at {
            let now = life::time(self.draft.target.clock.now());
            let json = moment::<E>(life::UPDATED_AT, attribute, now.clone())?;
            let path = Path::of(attribute);
            self.draft
                .changes
                .push(Change::Set(path, Term::Value(json)));
            self.touch(attribute, now);
        }
        if let Some(attribute) = schema.lifecycle.version {
            let path = Path::of(attribute);
            let next = Term::Plus(
                Box::new(or_zero(&path)),
                Box::new(Term::Value(ONE.to_owned())),
            );
            self.draft.changes.push(Change::Set(path, next));
        }
        let said = |component| self.saying.changed(component);
        self.draft.claims = Claims::of_update::<E>(&said, &self.draft.changes)?;
        if schema.keys.len() > 1 {
            self.saying.primary = self.key.parts();
            let following = index_changes::<E>(&self.saying)?;
            for component in following.assumed {
                let node = self.told(component)?;
                self.draft.condition(Ok(node));
            }
            for change in following.changes {
                // A field that is the key attribute itself is written in the form of keys.
                self.draft.changes.retain(|c| c.path() != change.path());
                self.draft.changes.push(change);
            }
        }
        Ok(self.draft)
    }

    /// That a component of the primary key, which the stored key tells in part only, has the value that the update's key
    /// was made of.
    fn told(&self, component: usize) -> Result<Node, Error> {
        let (schema, name) = (E::SCHEMA, E::SCHEMA.components[component].name);
        let json = schema.attribute_of(name).and_then(|attribute| {
            let part = self.saying.part(component).flatten()?;
            Some((attribute, restored::<E>(component, attribute, part)?))
        });
        match json {
            Some((attribute, json)) => Ok(equals(Path::of(attribute), Some(json))),
            None => Err(InvalidRequest::new(format!(
                "an update of `{}` would leave an index key stale: the key is made from `{name}` too, of which the primary \
                 key holds a part only, and `Entity::restore` does not write it",
                schema.name
            ))
            .into()),
        }
    }

    /// The time of the update is known to the keys that are made of it.
    fn touch(&mut self, attribute: &str, now: Part<'static>) {
        let Some(field) = E::SCHEMA.fields.iter().find(|f| f.attribute == attribute) else {
            return;
        };
        let mut components = E::SCHEMA.components.iter().enumerate();
        let Some((number, component)) = components.find(|(_, c)| c.name == field.name) else {
            return;
        };
        let part = match (component.shape, now) {
            (Shape::Unsigned { .. }, Part::Time { seconds, .. }) => {
                Part::Unsigned(u128::try_from(seconds).unwrap_or_default())
            }
            (Shape::Signed { .. }, Part::Time { seconds, .. }) => Part::Signed(seconds.into()),
            (_, time) => time,
        };
        let note = Note {
            component: Some((number, Some(part))),
            whole: Box::new(()),
        };
        self.saying.say(field.name, note, false);
    }

    fn send(self) -> Sending<WriteOutput> {
        Sending::new(async move {
            let draft = self.finish()?;
            let Some(attribute) = draft.entity.lifecycle.version else {
                draft.send(None).await?;
                return Ok(WriteOutput { version: None });
            };
            // If the answer is that the update had been applied already, it was applied to the version that was expected.
            let next = draft.expected.map(|version| version + 1);
            let response = draft.send(Some("UPDATED_NEW")).await?;
            let new = read_envelope(response.body())?.attributes;
            let stored = new.map(|item| version_of(item, attribute)).transpose()?;
            Ok(WriteOutput {
                version: stored.flatten().or(next),
            })
        })
    }

    fn returning(self, returns: &'static str) -> Sending<E> {
        Sending::new(async move {
            let draft = self.finish()?;
            let response = draft.send(Some(returns)).await?;
            let item = read_envelope(response.body())?.attributes;
            Reader::new().read(item.unwrap_or(RawItem::new("{}")))
        })
    }
}

fn version_of(item: RawItem<'_>, attribute: &str) -> Result<Option<u64>, Error> {
    Ok(match item.scalar(attribute)? {
        Some(crate::wire::Scalar::N(digits)) => digits.parse().ok(),
        _ => None,
    })
}

/// Says what is updated, without the values.
impl<E: Attributed, S, R> fmt::Debug for Update<E, S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.draft.fmt(f)
    }
}
