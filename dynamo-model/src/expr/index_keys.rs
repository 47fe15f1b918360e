//! Index keys that follow an update (law 5).

use super::changes::{Change, Term};
use super::{Path, Saying};
use crate::entity::{context, lossy, primary, write_key_value};
use crate::key::{Part, Place, Template, encode};
use crate::schema::{AttributeDef, EntityDef, KeyDef, TableDef};
use crate::{Entity, Error, InvalidRequest, Table};

/// What follows for the index keys from what an update says of fields.
#[derive(Default)]
pub(crate) struct Following {
    pub(crate) changes: Vec<Change>,
    /// Components that the primary key tells in part only, such as in lower case, and that index keys are made of: their
    /// values are the caller's, and have to be conditions.
    pub(crate) assumed: Vec<usize>,
}

/// The changes of index key attributes that follow from what an update says of fields.
///
/// The types have seen to most of what is missing; what only shows here (a key read from an item, an attribute that two
/// indexes share, an entity written by hand) is refused before anything is sent.
pub(crate) fn index_changes<E: Entity>(saying: &Saying<'_>) -> Result<Following, Error> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let mut following = Following::default();
    let mut done: Vec<&str> = Vec::new();
    for (number, key) in schema.keys.iter().enumerate().skip(1) {
        if !is_touched(schema, key, saying) {
            continue;
        }
        for (attribute, template, place) in attributes(table, schema, key) {
            if table.is_key(attribute.name) || done.contains(&attribute.name) {
                continue;
            }
            done.push(attribute.name);
            let path = Path::of(attribute.name);
            if schema.is_own(attribute.name, template) {
                // It is there whatever becomes of the index. Its field's own change; a value in the form of keys goes in
                // its place.
                if let Some(Some(value)) = own_value(saying, schema, template)
                    && let Some(json) = written::<E>(template, place, &|_| Some(value.clone()))?
                {
                    following.changes.push(Change::Set(path, Term::Value(json)));
                }
                continue;
            }
            let is_changed = |(component, _)| is_changed(schema, component, saying);
            match shared::<E>(number, attribute.name, saying, &mut following.assumed)? {
                Standing::Out => following.changes.push(Change::Remove(path)),
                Standing::Stays if !template.components().any(is_changed) => {}
                Standing::Stays | Standing::In => {
                    let part = |component| saying.part(component).flatten();
                    let Some(json) = written::<E>(template, place, &part)? else {
                        return Err(missing(schema, key, template, saying));
                    };
                    let told = |part: &_| primary(schema).any(|known| known == *part);
                    let parts = template.components().filter(|part| !told(part));
                    let parts = parts.map(|(component, _)| component);
                    let lossy = |component: &_| lossy(schema).any(|known| known == *component);
                    following.assumed.extend(parts.filter(lossy));
                    following.changes.push(Change::Set(path, Term::Value(json)));
                }
            }
        }
    }
    Ok(following)
}

fn attributes(
    table: &'static TableDef,
    schema: &'static EntityDef,
    key: &KeyDef,
) -> impl Iterator<Item = (AttributeDef, Template, Place)> {
    let (pk, sk) = schema.pairs(table, key);
    let pk =
        pk.map(|(attribute, template)| (attribute, template, Place::partition(attribute.kind)));
    pk.chain(sk.map(|(attribute, template)| (attribute, template, Place::sort(attribute.kind))))
}

/// A key as DynamoDB JSON; `None` if it lacks a component.
fn written<E: Entity>(
    template: Template,
    place: Place,
    part: &dyn Fn(usize) -> Option<Part<'static>>,
) -> Result<Option<String>, Error> {
    let value = encode(context::<E>(), template, place, part)?;
    Ok(value.map(|value| {
        let mut json = String::new();
        write_key_value(&mut json, &value);
        json
    }))
}

/// Where an item stands with an index after the update.
#[derive(Clone, Copy)]
enum Standing {
    /// It is in the index, and was not known to be: all key attributes are written.
    In,
    /// It is in the index and was before, since nothing of the key can be absent.
    Stays,
    /// It is not.
    Out,
}

/// Where the item stands with the index, or else with another one that has the attribute too.
fn shared<E: Entity>(
    number: usize,
    attribute: &str,
    saying: &Saying<'_>,
    assumed: &mut Vec<usize>,
) -> Result<Standing, Error> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let first = standing::<E>(number, &schema.keys[number], saying, assumed)?;
    if !matches!(first, Standing::Out) {
        return Ok(first);
    }
    for (other, key) in schema.keys.iter().enumerate().skip(1) {
        let mut all = attributes(table, schema, key);
        if other != number && all.any(|(known, ..)| known.name == attribute) {
            let standing = standing::<E>(other, key, saying, assumed)?;
            if !matches!(standing, Standing::Out) {
                return Ok(standing);
            }
        }
    }
    Ok(Standing::Out)
}

fn standing<E: Entity>(
    number: usize,
    key: &KeyDef,
    saying: &Saying<'_>,
    assumed: &mut Vec<usize>,
) -> Result<Standing, Error> {
    let schema = E::SCHEMA;
    let read = lossy(schema).filter(|c| key.when.contains(&schema.components[*c].name));
    assumed.extend(read);
    let mut may_be_absent = !key.when.is_empty();
    let mut unknown = None;
    for (component, _) in templates(schema, key).flat_map(Template::components) {
        match saying.part(component) {
            Some(None) => return Ok(Standing::Out),
            Some(Some(_)) => {}
            None => unknown = unknown.or(Some(component)),
        }
        may_be_absent |= schema.components[component].optional;
    }
    if let Some(component) = unknown
        && may_be_absent
    {
        return Err(stale(schema, key, schema.components[component].name));
    }
    if !key.when.is_empty() {
        let belongs = E::would_belong(number, saying);
        let lacking = key.when.iter().find(|field| {
            let component = schema.components.iter().position(|c| c.name == **field);
            !saying.knows(field) && component.is_none_or(|c| saying.part(c).is_none())
        });
        match (belongs, lacking) {
            (Some(false), _) => return Ok(Standing::Out),
            (Some(true), _) => {}
            (None, lacking) => {
                return Err(stale(schema, key, lacking.copied().unwrap_or("`when`")));
            }
        }
    }
    Ok(if may_be_absent {
        Standing::In
    } else {
        Standing::Stays
    })
}

fn templates(schema: &EntityDef, key: &KeyDef) -> impl Iterator<Item = Template> {
    schema.pk_templates(key).iter().chain(key.sk).copied()
}

fn is_changed(schema: &EntityDef, component: usize, saying: &Saying<'_>) -> bool {
    saying.changes(schema.components[component].name)
}

fn is_touched(schema: &EntityDef, key: &KeyDef, saying: &Saying<'_>) -> bool {
    templates(schema, key)
        .flat_map(Template::components)
        .any(|(component, _)| is_changed(schema, component, saying))
        || key.when.iter().any(|field| saying.changes(field))
}

/// The new value of a field that is the key attribute itself, if it is changed.
#[expect(
    clippy::option_option,
    reason = "unknown, known to be absent, and known"
)]
fn own_value(
    saying: &Saying<'_>,
    schema: &EntityDef,
    template: Template,
) -> Option<Option<Part<'static>>> {
    let component = template.single()?;
    if !is_changed(schema, component, saying) {
        return None;
    }
    saying.part(component)
}

fn missing(
    schema: &'static EntityDef,
    key: &KeyDef,
    template: Template,
    saying: &Saying<'_>,
) -> Error {
    let lacking = template
        .components()
        .find(|(component, _)| saying.part(*component).is_none());
    stale(
        schema,
        key,
        lacking.map_or("?", |(component, _)| schema.components[component].name),
    )
}

fn stale(schema: &'static EntityDef, key: &KeyDef, field: &str) -> Error {
    if primary(schema).any(|(component, _)| schema.components[component].name == field) {
        return InvalidRequest::new(format!(
            "an update of `{}` would leave the key of index `{}` stale: the key is made from `{field}` too, of which the \
             primary key holds a part only; make the key of the update from the value, not from an item",
            schema.name,
            key.index.unwrap_or_default()
        ))
        .into();
    }
    InvalidRequest::new(format!(
        "an update of `{}` would leave the key of index `{}` stale: the key is made from `{field}` too; set it as well, \
         or assume its present value with `assume`",
        schema.name,
        key.index.unwrap_or_default()
    ))
    .into()
}
