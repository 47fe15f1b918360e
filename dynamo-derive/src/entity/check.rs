//! The rules that the tokens alone can show to be broken. What needs the table or the types is checked in
//! constants, by `dynamo_model::schema::check`.

use std::collections::HashMap;

use quote::ToTokens as _;

use super::parse::{Entity, Key, LifeKind};
use crate::ctxt::{Ctxt, known};
use crate::template::{Segment, Template};

pub(super) fn entity(ctxt: &Ctxt, entity: &Entity) {
    let mut understood = true;
    for key in &entity.keys {
        for template in key.pk.iter().chain(&key.sk) {
            understood &= template.is_whole;
            understood &= fields_exist(ctxt, entity, template);
        }
    }
    for (_, unique) in entity.uniques() {
        understood &= unique.template.is_whole;
        understood &= fields_exist(ctxt, entity, &unique.template);
    }
    serde_fits(ctxt, entity);
    lifecycle_fits(ctxt, entity);
    names_differ(ctxt, entity);
    predicates_read_fields(ctxt, entity);
    // A misspelt field stands in no template, but that is not what is wrong.
    if understood {
        key_only_fields_stand_in_keys(ctxt, entity);
    }
    attributes_differ(ctxt, entity);
}

fn fields_exist(ctxt: &Ctxt, entity: &Entity, template: &Template) -> bool {
    let mut all = true;
    for segment in &template.segments {
        if let Segment::Part { field, .. } = segment
            && entity.field(field).is_none()
        {
            let fields = entity.fields.iter().map(|f| f.name.as_str());
            ctxt.error(
                &template.literal,
                format!(
                    "`{}` has no field `{field}`: {}",
                    entity.ident,
                    known(field, fields)
                ),
            );
            all = false;
        }
    }
    all
}

/// All templates of the entity, with the keys they belong to.
fn components(entity: &Entity) -> impl Iterator<Item = &str> {
    entity
        .keys
        .iter()
        .flat_map(|key| key.pk.iter().chain(&key.sk))
        .flat_map(Template::parts)
        .map(|(field, _)| field)
}

fn serde_fits(ctxt: &Ctxt, entity: &Entity) {
    for field in &entity.fields {
        let in_unique = entity
            .uniques()
            .any(|(_, unique)| unique.template.parts().any(|(name, _)| name == field.name));
        let in_key = components(entity).any(|name| name == field.name);
        if !in_key && !in_unique {
            continue;
        }
        let name = &field.name;
        let role = if in_key { "a key" } else { "what is unique" };
        if field.serde.flatten {
            ctxt.error(
                &field.ident,
                format!(
                    "`{name}` is part of {role} and cannot be flattened: it has no value of its own"
                ),
            );
        }
        if field.serde.skip {
            ctxt.error(&field.ident, if in_key {
                format!("`{name}` is part of a key, so it must be read back: drop `#[serde(skip)]`, or use `#[entity(key_only)]` to keep it out of the attributes")
            } else {
                format!("`{name}` is part of what is unique, so it must be stored: drop `#[serde(skip)]`")
            });
        }
        if let Some(token) = &field.serde.sometimes {
            ctxt.error(token, if in_key {
                format!("`{name}` is part of a key, so it must be stored or `#[entity(key_only)]`: drop `{token}`")
            } else {
                format!("`{name}` is part of what is unique, so it must be stored: drop `{token}`")
            });
        }
    }
}

fn lifecycle_fits(ctxt: &Ctxt, entity: &Entity) {
    let mut seen: Vec<LifeKind> = Vec::new();
    for field in &entity.fields {
        if let Some(unique) = &field.unique
            && unique
                .template
                .parts()
                .all(|(name, _)| name != field.name && entity.field(name).is_some())
        {
            ctxt.error(
                &unique.template.literal,
                format!(
                    "the template of what is unique does not hold `{}` itself",
                    field.name
                ),
            );
        }
        let Some(life) = &field.life else { continue };
        if seen.contains(&life.kind) {
            ctxt.error(
                &life.token,
                format!("another field is `{}` already", life.token),
            );
        }
        seen.push(life.kind);
        let in_keys = components(entity).any(|name| name == field.name);
        if life.kind == LifeKind::Version && in_keys {
            ctxt.error(
                &life.token,
                "a version changes with every write, so it cannot stand in a key",
            );
        }
        let primary = entity.keys[0].pk.iter().chain(&entity.keys[0].sk);
        let in_primary = primary
            .flat_map(Template::parts)
            .any(|(name, _)| name == field.name);
        if life.kind == LifeKind::UpdatedAt && in_primary {
            ctxt.error(
                &life.token,
                "`updated_at` changes with every write, and the primary key never does",
            );
        }
        if field.serde.flatten || field.serde.skip || field.key_only.is_some() {
            ctxt.error(
                &life.token,
                format!(
                    "`{}` is an attribute of its own: drop `flatten`, `skip` or `key_only`",
                    life.token
                ),
            );
        }
    }
}

fn names_differ(ctxt: &Ctxt, entity: &Entity) {
    let mut seen: Vec<String> = vec![entity.key_fn.to_string()];
    for key in &entity.keys {
        let name = key.ident.to_string();
        if seen.contains(&name) {
            ctxt.error(
                &key.ident,
                format!("there is another function `{name}`: give this one another name"),
            );
        }
        seen.push(name);
    }
    let mut on: HashMap<String, &Key> = HashMap::new();
    for key in &entity.keys {
        let Some(index) = key.on.as_ref().filter(|on| !on.value().is_empty()) else {
            continue;
        };
        if on.insert(index.value(), key).is_some() {
            ctxt.error(
                index,
                format!(
                    "`{}` is in index `{}` already: an item has one key in an index",
                    entity.ident,
                    index.value()
                ),
            );
        }
    }
}

fn predicates_read_fields(ctxt: &Ctxt, entity: &Entity) {
    for key in &entity.keys {
        let Some(when) = &key.when else { continue };
        let inputs = super::print::inputs(entity, when);
        if inputs.is_empty() {
            ctxt.error(
                when,
                "`when` reads no field, so it would be the same for every item: fields are in scope by name, `when = *amount > 0`",
            );
        }
        for field in inputs {
            let (name, life) = (&field.name, field.life.as_ref());
            if let Some(life) = life
                && matches!(life.kind, LifeKind::Version | LifeKind::UpdatedAt)
            {
                ctxt.error(
                    when,
                    format!("`when` reads `{name}`, which every write changes: an item would not stay where it is"),
                );
            } else if field.serde.flatten || (field.serde.skip && field.key_only.is_none()) {
                ctxt.error(
                    when,
                    format!("`when` reads `{name}`, which is no attribute that an update could assume: store what decides in a field of its own"),
                );
            }
        }
    }
}

fn key_only_fields_stand_in_keys(ctxt: &Ctxt, entity: &Entity) {
    for field in &entity.fields {
        if let Some(token) = &field.key_only
            && !components(entity).any(|name| name == field.name)
        {
            ctxt.error(
                token,
                format!(
                    "`{}` stands in no key template, so it would be stored nowhere",
                    field.name
                ),
            );
        }
    }
}

fn attributes_differ(ctxt: &Ctxt, entity: &Entity) {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for field in entity
        .fields
        .iter()
        .filter(|f| !f.serde.flatten && !f.serde.skip)
    {
        if let Some(other) = seen.insert(&field.serde.attribute, &field.name) {
            ctxt.error(
                field.ident.to_token_stream(),
                format!(
                    "`{}` and `{other}` are both stored as attribute `{}`",
                    field.name, field.serde.attribute
                ),
            );
        }
    }
}
