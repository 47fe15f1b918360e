//! Items read: fields by serde, and from the keys what is not stored on its own.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::item::{context, index_attributes, is_of_type, scalar};
use super::projection::{Asked, Projection, Wish};
use super::{Restore, life, upgrade};
use crate::key::{KeyProblem, Part, parse};
use crate::schema::IndexDef;
use crate::wire::{DecodeError, ItemWriter, RawItem, Scalar, read_item};
use crate::{Entity, Error, Table, Unrestored};

/// Reads items of one entity as `O`: the entity, or a projection of it. What does not depend on the item is worked out
/// once.
pub(crate) struct Reader<E, O = E> {
    shown: Shown,
    /// For each component, whether it is read back from keys.
    wishes: Vec<Wish>,
    /// The attribute whose seconds are turned into a time.
    ttl: Option<&'static str>,
    /// Whether some field is restored from a key.
    restores: bool,
    of: PhantomData<fn() -> (E, O)>,
}

/// The attributes that serde sees.
enum Shown {
    /// All but these: keys, type, and fields that are restored from keys.
    But(Vec<&'static str>),
    /// None but these.
    Only(Asked),
}

impl<E: Entity> Reader<E> {
    pub(crate) fn new() -> Self {
        let (table, schema) = (E::Table::DEF, E::SCHEMA);
        let mut hidden = vec![table.pk.name];
        hidden.extend(table.sk.map(|sk| sk.name));
        hidden.extend(table.type_attribute);
        hidden.extend(index_attributes(table));
        hidden.extend(schema.lifecycle.ttl);
        let key_only = schema.fields.iter().filter(|field| field.key_only);
        hidden.extend(key_only.map(|field| field.attribute));
        Self::with(Shown::But(hidden), Wish::all::<E>(), schema.lifecycle.ttl)
    }
}

impl<P: Projection> Reader<P::Entity, P> {
    /// Reads what a read of the table, or of an index, returns.
    pub(crate) fn projection(index: Option<&'static IndexDef>) -> Self {
        let asked = Asked::of::<P>(index);
        let ttl = asked.ttl::<P::Entity>();
        Self::with(Shown::Only(asked), Wish::asked::<P>(index), ttl)
    }
}

impl<E: Entity, O> Reader<E, O> {
    fn with(shown: Shown, wishes: Vec<Wish>, ttl: Option<&'static str>) -> Self {
        let (table, schema) = (E::Table::DEF, E::SCHEMA);
        let mut restores = ttl.is_some() || wishes.contains(&Wish::Always);
        for key in schema.keys {
            let (pk, sk) = schema.pairs(table, key);
            for (attribute, template) in pk.chain(sk) {
                restores |= schema.is_own(attribute.name, template)
                    && template
                        .single()
                        .is_some_and(|own| wishes[own] != Wish::Never);
            }
        }
        Self {
            shown,
            wishes,
            ttl,
            restores,
            of: PhantomData,
        }
    }

    pub(super) fn foreign() -> DecodeError {
        Self::locate(DecodeError::foreign())
    }

    fn locate(error: DecodeError) -> DecodeError {
        let table = E::Table::DEF;
        error.with_entity(E::SCHEMA.name).with_key_names(
            [table.pk.name]
                .into_iter()
                .chain(table.sk.map(|sk| sk.name)),
        )
    }

    /// Reads the fields that are not stored on their own back from the keys: each from the first key that
    /// holds it reversibly.
    fn restore(&self, item: RawItem<'_>, out: &mut String) -> Result<(), Error> {
        let (table, schema, context) = (E::Table::DEF, E::SCHEMA, context::<E>());
        let mut fields = ItemWriter::new(out);
        let mut done = vec![false; schema.components.len()];
        for (number, key) in schema.keys.iter().enumerate() {
            let (pk, sk) = schema.pairs(table, key);
            for (attribute, template) in pk.chain(sk) {
                let own = schema.is_own(attribute.name, template);
                let wanted = |component: usize| match self.wishes[component] {
                    Wish::Always => true,
                    Wish::Own => own,
                    Wish::Never => false,
                };
                let news = template
                    .components()
                    .any(|(component, _)| !done[component] && wanted(component));
                if !news {
                    continue;
                }
                let fail = |problem| context.error(None, template, problem);
                let value = match scalar(item, attribute.name)? {
                    Some(value) => value,
                    // An item that is not in the index has no such attribute.
                    None if number > 0 => continue,
                    None => return Err(fail(KeyProblem::NoAttribute).into()),
                };
                let mut failed = None;
                let parsed = parse(context, template, &value, &mut |component, part| {
                    if !done[component] && wanted(component) && failed.is_none() {
                        done[component] = true;
                        let restored = E::restore(Restore {
                            component,
                            part,
                            fields: &mut fields,
                        });
                        failed = restored.err().map(|error| (component, error));
                    }
                });
                match failed {
                    Some((component, Unrestored::Unreadable)) => {
                        let problem = KeyProblem::Unreadable;
                        return Err(context.error(Some(component), template, problem).into());
                    }
                    Some((_, Unrestored::Encode(error))) => {
                        return Err(error.with_entity(schema.name).into());
                    }
                    None if !parsed => return Err(fail(KeyProblem::Unreadable).into()),
                    None => {}
                }
            }
        }
        self.restore_ttl(item, &mut fields)?;
        fields.finish();
        Ok(())
    }

    /// The time to live, which is stored as epoch seconds.
    fn restore_ttl(&self, item: RawItem<'_>, fields: &mut ItemWriter<'_>) -> Result<(), Error> {
        let Some(name) = self.ttl else { return Ok(()) };
        let moment = match item.scalar(name)? {
            Some(Scalar::N(digits)) => epoch(&digits),
            Some(Scalar::S(_) | Scalar::B(_) | Scalar::Other) => None,
            Some(Scalar::Null) | None => return Ok(()),
        };
        let restored = moment.ok_or(Unrestored::Unreadable).and_then(|part| {
            E::restore(Restore {
                component: life::TTL,
                part,
                fields,
            })
        });
        match restored {
            Ok(()) => Ok(()),
            Err(Unrestored::Encode(error)) => Err(error.with_entity(E::SCHEMA.name).into()),
            Err(Unrestored::Unreadable) => {
                let error = DecodeError::refused("a number of epoch seconds");
                Err(Self::locate(error.under_name(name)).into())
            }
        }
    }
}

impl<E: Entity, O: DeserializeOwned> Reader<E, O> {
    pub(crate) fn read(&self, item: RawItem<'_>) -> Result<O, Error> {
        if !is_of_type::<E>(item)?.unwrap_or(true) {
            return Err(Self::foreign().into());
        }
        match E::UPGRADE {
            None => self.decode(item),
            Some(function) => {
                let today = upgrade::apply(E::Table::DEF, item, function).map_err(Self::locate)?;
                self.decode(RawItem::new(&today))
            }
        }
    }

    fn decode(&self, item: RawItem<'_>) -> Result<O, Error> {
        let mut restored = String::new();
        if self.restores {
            self.restore(item, &mut restored)?;
        }
        let decoded = match &self.shown {
            Shown::But(hidden) => read_item(item, &|name| hidden.contains(&name), &restored),
            Shown::Only(asked) => asked.read(item, &restored),
        };
        decoded.map_err(|error| Self::locate(error).into())
    }
}

/// Whole seconds of a number that may have a fraction, as other writers leave it.
fn epoch(digits: &str) -> Option<Part<'static>> {
    let whole = digits.split('.').next().unwrap_or_default();
    let seconds = whole.parse().ok()?;
    Some(Part::Time { seconds, nanos: 0 })
}
