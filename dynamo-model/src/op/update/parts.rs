//! What an update is made of, and what follows from its changes: times, version, index keys, claims.

use crate::entity::{Key, Reader, life};
use crate::expr::{Change, Node, Note, Path, Saying, SoFar, Term, equals, index_changes};
use crate::key::{Part, Shape};
use crate::op::Sending;
use crate::op::draft::{Draft, next_version};
use crate::op::fields::{moment, refused, restored};
use crate::op::uniques::Claims;
use crate::op::view::RequestView;
use crate::op::write::WriteOutput;
use crate::wire::{EncodeError, RawItem};
use crate::{Entity, Error, InvalidRequest};

const ZERO: &str = "{\"N\":\"0\"}";
const ONE: &str = "{\"N\":\"1\"}";

/// What does not depend on the update's state.
pub(super) struct Parts<E> {
    pub(super) draft: Draft,
    key: Key<E>,
    said: SoFar,
}

impl<E: Entity> Parts<E> {
    pub(super) fn new(draft: Draft, key: Key<E>) -> Self {
        Self {
            draft,
            key,
            said: SoFar::default(),
        }
    }

    /// The request, without anything being sent.
    pub(super) fn view(&self, returns: Option<&'static str>) -> Result<RequestView, Error> {
        let finishing = Finishing {
            draft: self.draft.again(),
            key: &self.key,
            saying: self.said.saying(),
        };
        finishing.finish()?.view(returns)
    }

    /// Adds what follows from the changes.
    pub(super) fn finish(self) -> Result<Draft, Error> {
        let finishing = Finishing {
            draft: self.draft,
            key: &self.key,
            saying: self.said.saying(),
        };
        finishing.finish()
    }

    /// `ReturnValues` of an update that returns nothing but its version, if there is one.
    pub(super) fn version_returned(&self) -> Option<&'static str> {
        let version = self.draft.entity.lifecycle.version;
        version.map(|_| "UPDATED_NEW")
    }

    /// Adds what a closure and a value have made, or keeps the error.
    pub(super) fn change<T>(
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

    pub(super) fn note(&mut self, path: &Path, note: Option<Note>, assumed: bool) {
        let mut fields = E::SCHEMA.fields.iter();
        let field = fields.find(|field| field.attribute == path.attribute());
        if let (Some(note), Some(field)) = (note, field) {
            self.said.say(field.name, note, assumed);
        }
    }

    pub(super) fn send(self) -> Sending<WriteOutput> {
        Sending::new(async move {
            let returns = self.version_returned();
            let draft = self.finish()?;
            let Some(attribute) = draft.entity.lifecycle.version else {
                draft.send(returns).await?;
                return Ok(WriteOutput { version: None });
            };
            // If the answer is that the update had been applied already, it was applied to the version that was expected.
            let next = draft.expected.map(next_version);
            let response = draft.send(returns).await?;
            let new = response.envelope()?.attributes;
            let stored = new.map(|item| version_of(item, attribute)).transpose()?;
            Ok(WriteOutput {
                version: stored.flatten().or(next),
            })
        })
    }

    pub(super) fn returning(self, returns: &'static str) -> Sending<E> {
        Sending::new(async move {
            let draft = self.finish()?;
            let response = draft.send(Some(returns)).await?;
            let item = response.envelope()?.attributes;
            Reader::new().read(item.unwrap_or(RawItem::new("{}")))
        })
    }
}

/// An update to which is added what follows from its changes: times, version, index keys, claims.
struct Finishing<'b, E> {
    draft: Draft,
    key: &'b Key<E>,
    saying: Saying<'b>,
}

impl<E: Entity> Finishing<'_, E> {
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
        self.saying.follows.say(field.name, note, false);
    }
}

fn version_of(item: RawItem<'_>, attribute: &str) -> Result<Option<u64>, Error> {
    Ok(match item.scalar(attribute)? {
        Some(crate::wire::Scalar::N(digits)) => digits.parse().ok(),
        _ => None,
    })
}

/// The number at the path, or 0.
pub(super) fn or_zero(path: &Path) -> Term {
    Term::IfNotExists(path.clone(), Box::new(Term::Value(ZERO.to_owned())))
}
