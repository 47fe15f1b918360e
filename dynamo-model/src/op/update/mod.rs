//! `UpdateItem`.

mod parts;

use std::fmt;
use std::marker::PhantomData;

use super::Sending;
use super::action::ActionKind;
use super::draft::Draft;
use super::options::options;
use super::view::RequestView;
use super::write::{New, Old, WriteOutput};
use crate::entity::Key;
use crate::expr::{
    Assumes, Attribute, AttributeType, Attributed, Change, Computes, Condition, Counted, Encodes,
    IsSet, KindOf, Known, Member, Notes as _, Path, Raw, Removes, Sequence, Sets, States, Term,
    Value, encode_value, equals,
};
use crate::transport::Target;
use crate::wire::EncodeError;
use crate::{Error, WithoutUniques};

use parts::{Parts, or_zero};

/// An update of one item: `UpdateItem`. Made by [`Handle::update`](crate::Handle::update).
///
/// The item must exist; the keys of indexes follow. `S` is what the update has said of the components of indexes: an
/// update that would leave an index key stale does not compile at `send`.
#[must_use = "nothing is written until `.send().await`"]
pub struct Update<E: Attributed, S = <E as Attributed>::Gate, R = ()> {
    parts: Parts<E>,
    of: PhantomData<fn() -> (S, R)>,
}

impl<E: Attributed> Update<E> {
    pub(crate) fn new(target: &Target, key: Key<E>) -> Self {
        let mut json = String::with_capacity(128);
        let written = key.write(&mut json).map_err(Error::from);
        let mut draft = Draft::new::<E>(target, ActionKind::Update, written.map(|()| json));
        draft.require_present();
        Self {
            parts: Parts::new(draft, key),
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
        self.parts.note(&path, A::Class::note(&value), true);
        let json = encode_value::<A::Value, A::Class, V>(&value);
        let node = json.map(|json| equals(path, json));
        self.parts.draft.condition(node);
        self.then()
    }

    /// Sets an attribute if the item does not have it: `if_not_exists`.
    pub fn set_if_absent<A, V>(self, at: impl FnOnce(E::Attributes) -> A, value: V) -> Self
    where
        A: Attribute<Entity = E>,
        A::Class: Computes + Encodes<A::Value>,
        V: Value<A::Value>,
    {
        self.compute(at, value, |path, json| {
            let term = Term::IfNotExists(path.clone(), Box::new(Term::Value(json)));
            Change::Set(path, term)
        })
    }

    /// A change made of an encoded value. `None` is no change.
    fn compute<A, V>(
        mut self,
        at: impl FnOnce(E::Attributes) -> A,
        value: V,
        change: impl FnOnce(Path, String) -> Change,
    ) -> Self
    where
        A: Attribute<Entity = E>,
        A::Class: Encodes<A::Value>,
        V: Value<A::Value>,
    {
        let path = at(E::attributes()).into_path();
        let json = encode_value::<A::Value, A::Class, V>(&value);
        self.parts
            .change(&path, json, |path, json| Some(change(path, json?)));
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

    /// Sets an attribute to what an expression in DynamoDB's own words comes to, as it stands behind `SET .. =`: see
    /// [`expr::raw`](crate::expr::raw()).
    ///
    /// The handles say most of it, and check it: `set_from`, `add`, `append` and their like. Whether the value is of the
    /// attribute's type, nobody checks here.
    ///
    /// ```
    /// # use dynamo_model::{expr, prelude::*};
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Order))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "ORDER#{id}")] struct Order { id: u32, total: u64, paid: u64 }
    /// # fn doc(shop: Handle<Shop>) {
    /// let update = shop
    ///     .update(Order::key(7))
    ///     .set_raw(|o| o.total, expr::raw("if_not_exists(total, paid) + :more").value(":more", 250));
    /// # }
    /// ```
    pub fn set_raw<A>(mut self, at: impl FnOnce(E::Attributes) -> A, value: Raw) -> Self
    where
        A: Attribute<Entity = E>,
        A::Class: Computes,
    {
        let path = at(E::attributes()).into_path();
        self.parts.change(&path, value.written(), |path, value| {
            Some(Change::Set(path, Term::Raw(value)))
        });
        self
    }

    /// Adds to a number; one that is absent counts as 0: `ADD`.
    ///
    /// Not idempotent: if the answer is lost, the SDK sends the update again, and it may count twice. In a transaction it
    /// counts once.
    pub fn add<A, V>(self, at: impl FnOnce(E::Attributes) -> A, value: V) -> Self
    where
        A: Attribute<Entity = E>,
        A::Value: AttributeType,
        KindOf<A::Value>: Counted,
        A::Class: Computes + Encodes<A::Value>,
        V: Value<A::Value>,
    {
        self.compute(at, value, |path, json| {
            // DynamoDB documents `ADD` for top-level attributes.
            if path.is_attribute() {
                Change::Add(path, json)
            } else {
                let term = Term::Plus(Box::new(or_zero(&path)), Box::new(Term::Value(json)));
                Change::Set(path, term)
            }
        })
    }

    /// Subtracts from a number; one that is absent counts as 0: `-`.
    ///
    /// Not idempotent, see [`add`](Self::add).
    pub fn subtract<A, V>(self, at: impl FnOnce(E::Attributes) -> A, value: V) -> Self
    where
        A: Attribute<Entity = E>,
        A::Value: AttributeType,
        KindOf<A::Value>: Counted,
        A::Class: Computes + Encodes<A::Value>,
        V: Value<A::Value>,
    {
        self.compute(at, value, |path, json| {
            let term = Term::Minus(Box::new(or_zero(&path)), Box::new(Term::Value(json)));
            Change::Set(path, term)
        })
    }

    /// Appends elements to a list; one that is absent counts as empty: `list_append`. No elements are no change: an update
    /// that has no other is refused.
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

    /// Puts elements before those of a list; one that is absent counts as empty: `list_append`. No elements are no change.
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

    /// Adds elements to a set; one that is absent counts as empty: `ADD`. An empty set is no change.
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

    /// Takes elements from a set: `DELETE`. A set without elements is absent. An empty set is no change.
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
    ///
    /// If an answer is lost and the SDK sends the update again, a stored item that shows exactly this update, of exactly
    /// this version, counts as its success. Writers that would make the very same of the item are told apart by
    /// `updated_at`, or by a field of their own; what is added or appended proves nothing without `updated_at`, and is a
    /// conflict then. So is an update that others have built upon before it was sent again. A
    /// [transaction](crate::Handle::transact_write) is never in doubt.
    pub fn at_version(mut self, version: u64) -> Self {
        self.parts.draft.require_version(version);
        self
    }

    /// Creates the maps that a nested attribute stands in, where they are missing, with what the update sets in them.
    /// Without this the service refuses such an update.
    ///
    /// A map that is there keeps its other members. What a created one lacks for being read is not made up: set all that
    /// is required of it.
    ///
    /// # Cost
    ///
    /// Where a parent is missing, two requests more: a consistent read of the item, and the update once more, on condition
    /// that the parent is still missing. Since it takes several requests, it is refused in a transaction, and together
    /// with changes of unique values, which are one.
    pub fn create_parents(mut self) -> Self {
        self.parts.draft.creates_parents = true;
        self
    }

    options!(parts.draft);
}

impl<E: Attributed, S> Update<E, S> {
    /// The request as it would be sent now, to be looked at.
    ///
    /// That of the write alone: with `unique` values, it is sent in a transaction with what is claimed and released, which
    /// depends on the stored item.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<RequestView, Error>
    where
        S: States<Lack: Known>,
    {
        self.parts.view(self.parts.version_returned())
    }

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
    /// The request as it would be sent now, to be looked at.
    ///
    /// That of the write alone: with `unique` values, it is sent in a transaction with what is claimed and released, which
    /// depends on the stored item.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<RequestView, Error>
    where
        S: States<Lack: Known>,
    {
        self.parts.view(Some("ALL_OLD"))
    }

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
    /// The request as it would be sent now, to be looked at.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<RequestView, Error>
    where
        S: States<Lack: Known>,
    {
        self.parts.view(Some("ALL_NEW"))
    }

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

/// Says what is updated, without the values.
impl<E: Attributed, S, R> fmt::Debug for Update<E, S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.draft.fmt(f)
    }
}
