//! What a write does to unique values: which it claims from now on, and how to find out which it claimed before.

use std::marker::PhantomData;

use super::marker::Marker;
use crate::entity::{Reader, context};
use crate::expr::{Change, Path, Term};
use crate::key::{Context, KeyError, KeyKind, KeyValue, Part, Place, encode};
use crate::schema::{Delimiters, EntityDef};
use crate::wire::RawItem;
use crate::{Entity, Error, InvalidRequest};

/// What a write does to unique values.
pub(crate) struct Claims {
    pub(super) of_item: fn(RawItem<'_>) -> Result<Vec<Marker>, Error>,
    pub(super) new: New,
    pub(super) old: Old,
}

/// What the item claims after the write.
pub(super) enum New {
    Markers(Vec<Marker>),
    Update(Changed),
}

/// What an update changes of what unique values are made of.
pub(super) struct Changed {
    pub(super) of_item: fn(RawItem<'_>, &Changed) -> Result<Vec<Marker>, Error>,
    parts: Vec<(usize, Option<Part<'static>>)>,
    expiry: Expiry,
}

/// What an update makes of the expiry.
#[derive(Clone, Copy, PartialEq)]
enum Expiry {
    Kept,
    Set(i64),
    Removed,
}

/// What the item was before the write.
pub(super) enum Old {
    /// It has to be read.
    Unknown,
    /// The caller says.
    Item(String),
}

impl Claims {
    /// The entity is written whole.
    pub(in crate::op) fn of_entity<E: Entity>(entity: &E) -> Result<Option<Self>, Error> {
        if E::SCHEMA.uniques.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            of_item: of_item::<E>,
            new: New::Markers(of_entity(entity)?),
            old: Old::Unknown,
        }))
    }

    /// The item is deleted.
    pub(in crate::op) fn of_deletion<E: Entity>() -> Option<Self> {
        (!E::SCHEMA.uniques.is_empty()).then(|| Self {
            of_item: of_item::<E>,
            new: New::Markers(Vec::new()),
            old: Old::Unknown,
        })
    }

    /// The item is brought from one state to another. `None` if it claims the same.
    pub(in crate::op) fn of_save<E: Entity>(
        old: &E,
        new: &E,
        before: &str,
    ) -> Result<Option<Self>, Error> {
        let after = of_entity(new)?;
        if of_entity(old)? == after {
            return Ok(None);
        }
        Ok(Some(Self {
            of_item: of_item::<E>,
            new: New::Markers(after),
            old: Old::Item(before.to_owned()),
        }))
    }

    /// Some attributes are changed. `None` if no unique value and no expiry of one is.
    pub(in crate::op) fn of_update<E: Entity>(
        part: &dyn Fn(usize) -> Option<Option<Part<'static>>>,
        changes: &[Change],
    ) -> Result<Option<Self>, Error> {
        let schema = E::SCHEMA;
        if schema.uniques.is_empty() {
            return Ok(None);
        }
        let expiry = expiry(schema, changes)?;
        let parts: Vec<_> = components(schema)
            .filter_map(|component| Some((component, part(component)?)))
            .collect();
        if parts.is_empty() && expiry == Expiry::Kept {
            return Ok(None);
        }
        let changed = Changed {
            of_item: of_changed::<E>,
            parts,
            expiry,
        };
        Ok(Some(Self {
            of_item: of_item::<E>,
            new: New::Update(changed),
            old: Old::Unknown,
        }))
    }
}

/// Why the expiry of an entity with unique values cannot be left to the stored item.
pub(in crate::op) fn unknown_expiry(schema: &EntityDef) -> InvalidRequest {
    InvalidRequest::new(format!(
        "the expiry of `{}` must be known, because the markers of its unique values expire with it: give it a value",
        schema.name
    ))
}

/// What an update makes of the expiry.
fn expiry(schema: &EntityDef, changes: &[Change]) -> Result<Expiry, InvalidRequest> {
    let Some(ttl) = schema.lifecycle.ttl else {
        return Ok(Expiry::Kept);
    };
    let mut changes = changes.iter();
    match changes.find(|change| *change.path() == Path::of(ttl)) {
        None => Ok(Expiry::Kept),
        Some(Change::Remove(_)) => Ok(Expiry::Removed),
        Some(Change::Set(_, Term::Value(json))) => {
            let digits = json.trim_start_matches("{\"N\":\"").trim_end_matches("\"}");
            Ok(digits.parse().map_or(Expiry::Removed, Expiry::Set))
        }
        Some(_) => Err(unknown_expiry(schema)),
    }
}

/// The components that unique values are made of.
pub(super) fn components(schema: &'static EntityDef) -> impl Iterator<Item = usize> {
    let templates = schema.uniques.iter().map(|unique| unique.template);
    let all = templates.flat_map(crate::key::Template::components);
    all.map(|(component, _)| component)
}

fn of_entity<E: Entity>(entity: &E) -> Result<Vec<Marker>, Error> {
    markers::<E>(&|component| entity.part(component), entity.expires())
}

fn of_item<E: Entity>(item: RawItem<'_>) -> Result<Vec<Marker>, Error> {
    of_entity::<E>(&Reader::new().read(item)?)
}

fn of_changed<E: Entity>(item: RawItem<'_>, changed: &Changed) -> Result<Vec<Marker>, Error> {
    let entity: E = Reader::new().read(item)?;
    let part = |component| {
        let mut parts = changed.parts.iter();
        match parts.find(|(number, _)| *number == component) {
            Some((_, part)) => part.clone(),
            None => entity.part(component).map(Part::into_owned),
        }
    };
    let expires = match changed.expiry {
        Expiry::Kept => entity.expires(),
        Expiry::Set(expires) => Some(expires),
        Expiry::Removed => None,
    };
    markers::<E>(&part, expires)
}

/// What separates the components of the entity's unique values.
struct Separators<E>(PhantomData<E>);

impl<E: Entity> Separators<E> {
    const ALL: &'static Delimiters = &Delimiters::of_uniques(E::SCHEMA);
}

fn markers<'p, E: Entity>(
    part: &dyn Fn(usize) -> Option<Part<'p>>,
    expires: Option<i64>,
) -> Result<Vec<Marker>, Error> {
    let schema = E::SCHEMA;
    let mut all = Vec::with_capacity(schema.uniques.len());
    for unique in schema.uniques {
        let template = unique.template;
        // No key of the table is made by these templates: only what separates components in them is refused there.
        let context = Context {
            delimiters: if template.single().is_some() {
                &[]
            } else {
                Separators::<E>::ALL.as_slice()
            },
            ..context::<E>()
        };
        let place = Place {
            kind: KeyKind::S,
            limit: usize::MAX,
        };
        let Some(KeyValue::S(value)) = encode(context, template, place, part)? else {
            continue;
        };
        let marker = Marker::new::<E>(unique.field, &value, expires);
        all.push(marker.map_err(|problem| {
            let shown = template.display(schema.components);
            KeyError::new(schema.name, Some(unique.field), shown, problem)
        })?);
    }
    Ok(all)
}
