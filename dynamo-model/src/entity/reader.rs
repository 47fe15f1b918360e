//! Items read: fields by serde, and from the keys what is not stored on its own.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::item::{context, index_attributes, is_entity, is_of_type, scalar};
use super::projection::{Asked, Projection, Wish};
use super::{Restore, life, upgrade};
use crate::key::{KeyProblem, Part, parse};
use crate::schema::{IndexDef, first_missing};
use crate::wire::{Cursor, DecodeError, Decoded, ItemWriter, RawItem, Scalar, Screen, read_item};
use crate::{Entity, Error, InvalidRequest, Table, Unrestored};

/// Reads items of one entity as `O`: the entity, or a projection of it. What does not depend on the item is worked out
/// once.
pub(crate) struct Reader<E, O = E> {
    /// What serde sees of an item: of an entity all but keys, type, and fields that are restored from keys.
    screen: Screen,
    /// The fields under the names that a projection has for them, if those are others.
    renamed: Option<Asked>,
    /// For each component, whether it is read back from keys.
    wishes: Vec<Wish>,
    /// The attribute whose seconds are turned into a time.
    ttl: Option<&'static str>,
    /// Whether some field is restored from a key.
    restores: bool,
    of: PhantomData<fn() -> (E, O)>,
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
        let screen = Screen::hiding(hidden);
        Self::with(screen, None, Wish::all::<E>(), schema.lifecycle.ttl)
    }
}

impl<E: Entity> Reader<E> {
    /// Reads what a read of an index returns, which may hold fields in keys only.
    pub(crate) fn of_index(index: Option<&'static IndexDef>) -> Self {
        let mut reader = Self::new();
        let components = E::SCHEMA.components.iter().zip(&mut reader.wishes);
        for (component, wish) in components {
            if !E::SCHEMA.fields.iter().any(|field| {
                field.name == component.name && E::Table::DEF.holds(index, field.attribute)
            }) {
                *wish = Wish::Always;
                reader.restores = true;
            }
        }
        reader
    }
}

/// Refuses to read a whole entity from an index that does not hold it.
pub(crate) fn check_whole<E: Entity>(
    index: Option<&'static IndexDef>,
) -> Result<(), InvalidRequest> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let missing = first_missing(table, schema, schema.fields, index);
    match (index, schema.fields.get(missing)) {
        (Some(index), Some(field)) => Err(InvalidRequest::new(format!(
            "index `{}` does not hold `{}`, so that no whole `{}` can be read from it: read a part with `project`, or the \
             whole items with a query that ends in `hydrate`, or project the attribute into the index",
            index.name, field.attribute, schema.name
        ))),
        _ => Ok(()),
    }
}

impl<P: Projection> Reader<P::Entity, P> {
    /// Reads what a read of the table, or of an index, returns.
    pub(crate) fn projection(index: Option<&'static IndexDef>) -> Self {
        let asked = Asked::of::<P>(index);
        let ttl = asked.ttl::<P::Entity>();
        let (screen, renamed) = (asked.screen(), asked.renames().then_some(asked));
        Self::with(screen, renamed, Wish::asked::<P>(index), ttl)
    }
}

impl<E: Entity, O> Reader<E, O> {
    fn with(
        mut screen: Screen,
        renamed: Option<Asked>,
        wishes: Vec<Wish>,
        ttl: Option<&'static str>,
    ) -> Self {
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
        if let Some(attribute) = table.type_attribute {
            screen = screen.with_kind(attribute, |kind| E::SCHEMA.accepts_type(kind));
        }
        Self {
            screen,
            renamed,
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
    /// Reads an item, which has to be the entity's.
    pub(crate) fn read(&self, item: RawItem<'_>) -> Result<O, Error> {
        let mut cursor = Cursor::new(item.as_str());
        let read = self.read_next(&mut cursor, false)?;
        read.ok_or_else(|| Self::foreign().into())
    }

    /// Reads the item at the cursor, which stands behind it then. `None` if it is none of the entity's, where others may be among
    /// those that are read (`mixed`); elsewhere that is an error.
    pub(crate) fn read_next(
        &self,
        cursor: &mut Cursor<'_>,
        mixed: bool,
    ) -> Result<Option<O>, Error> {
        let start = cursor.clone();
        if self.restores || self.renamed.is_some() || E::UPGRADE.is_some() {
            let item = RawItem::new(cursor.object()?);
            return if Self::is_own(item, mixed)? {
                self.read_own(item).map(Some)
            } else {
                Ok(None)
            };
        }
        let read = read_item(cursor, &self.screen, "");
        if let Ok(Decoded {
            value,
            is_of_kind: true,
        }) = read
        {
            return Ok(Some(value));
        }
        // It may be another entity's, whose fields need not be those of this one.
        *cursor = start;
        let item = RawItem::new(cursor.object().map_err(Self::locate)?);
        match (Self::is_own(item, mixed)?, read) {
            (true, Ok(read)) => Ok(Some(read.value)),
            (true, Err(error)) => Err(Self::locate(error).into()),
            (false, _) => Ok(None),
        }
    }

    /// Whether the item is the entity's; it has to be, unless others may be among those that are read.
    fn is_own(item: RawItem<'_>, mixed: bool) -> Result<bool, Error> {
        if mixed {
            return Ok(is_entity::<E>(item)?);
        }
        match is_of_type::<E>(item)? {
            Some(false) => Err(Self::foreign().into()),
            _ => Ok(true),
        }
    }

    fn read_own(&self, item: RawItem<'_>) -> Result<O, Error> {
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
        let decoded = match &self.renamed {
            None => read_item(&mut Cursor::new(item.as_str()), &self.screen, &restored)
                .map(|decoded| decoded.value),
            Some(asked) => asked.read(item, &restored),
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
