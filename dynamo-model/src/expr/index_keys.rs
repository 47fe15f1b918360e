//! Index keys that follow an update (law 5).

use super::changes::{Change, Term};
use super::{Path, Saying};
use crate::entity::{context, write_key_value};
use crate::key::{Part, Place, Template, encode};
use crate::schema::{EntityDef, KeyDef};
use crate::{Entity, Error, InvalidRequest, Table};

/// The changes of index key attributes that follow from what an update says of fields.
///
/// The types have seen to most of what is missing; what only shows here (a key read from an item, an entity written by
/// hand) is refused before anything is sent.
pub(crate) fn index_changes<E: Entity>(saying: &Saying) -> Result<Vec<Change>, Error> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let mut changes: Vec<Change> = Vec::new();
    for (number, key) in schema.keys.iter().enumerate().skip(1) {
        if !is_touched(schema, key, saying) {
            continue;
        }
        let standing = standing::<E>(number, key, saying)?;
        let (pk, sk) = schema.pairs(table, key);
        let pk =
            pk.map(|(attribute, template)| (attribute, template, Place::partition(attribute.kind)));
        let sk = sk.map(|(attribute, template)| (attribute, template, Place::sort(attribute.kind)));
        for (attribute, template, place) in pk.chain(sk) {
            let is_table_key = attribute.name == table.pk.name
                || table.sk.is_some_and(|sk| sk.name == attribute.name);
            let path = Path::of(attribute.name);
            if is_table_key || changes.iter().any(|change| *change.path() == path) {
                continue;
            }
            let own = schema.is_own(attribute.name, template);
            if own {
                // Its field's own change; a value in the form of keys goes in its place.
                if let Some(Some(value)) = own_value(saying, schema, template) {
                    let value = encode(context::<E>(), template, place, &|_| Some(value.clone()))?;
                    let mut json = String::new();
                    if let Some(value) = &value {
                        write_key_value(&mut json, value);
                        changes.push(Change::Set(path, Term::Value(json)));
                    }
                }
                continue;
            }
            match standing {
                Standing::Out => changes.push(Change::Remove(path)),
                Standing::Stays
                    if !template
                        .components()
                        .any(|(c, _)| is_changed(schema, c, saying)) => {}
                Standing::Stays | Standing::In => {
                    let value = encode(context::<E>(), template, place, &|component| {
                        saying.part(component).flatten()
                    })?;
                    let Some(value) = value else {
                        return Err(missing(schema, key, template, saying));
                    };
                    let mut json = String::new();
                    write_key_value(&mut json, &value);
                    changes.push(Change::Set(path, Term::Value(json)));
                }
            }
        }
    }
    Ok(changes)
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

fn standing<E: Entity>(number: usize, key: &KeyDef, saying: &Saying) -> Result<Standing, Error> {
    let schema = E::SCHEMA;
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

fn is_changed(schema: &EntityDef, component: usize, saying: &Saying) -> bool {
    saying.changes(schema.components[component].name)
}

fn is_touched(schema: &EntityDef, key: &KeyDef, saying: &Saying) -> bool {
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
    saying: &Saying,
    schema: &EntityDef,
    template: Template,
) -> Option<Option<Part<'static>>> {
    let component = template.single()?;
    if !is_changed(schema, component, saying) {
        return None;
    }
    saying.part(component)
}

fn missing(schema: &EntityDef, key: &KeyDef, template: Template, saying: &Saying) -> Error {
    let lacking = template
        .components()
        .find(|(component, _)| saying.part(*component).is_none());
    stale(
        schema,
        key,
        lacking.map_or("?", |(component, _)| schema.components[component].name),
    )
}

fn stale(schema: &EntityDef, key: &KeyDef, field: &str) -> Error {
    InvalidRequest::new(format!(
        "an update of `{}` would leave the key of index `{}` stale: the key is made from `{field}` too; set it as well, \
         or assume its present value with `assume`",
        schema.name,
        key.index.unwrap_or_default()
    ))
    .into()
}
