//! The rules a model must obey (law 10), checked while it is compiled.
//!
//! The derives call these, through [`crate::Entity`] and [`crate::Table`], in a `const _` whose tokens stand at
//! the user's own token, so that the compiler points there.

mod attribute;
mod collection;
mod member;
mod template;

use super::message::{Message, equal};
use super::{Delimiters, EntityDef, IndexScope, KeyDef, Model, TableDef};

pub(crate) use collection::{gathered, gathered_once, sort_handle};
pub(crate) use member::member;

use attribute::{
    has_own, is_key_attribute, is_misfit, shared_attributes, stands_always, stands_reversibly,
};
pub(super) use attribute::{holds_reversibly, leaves_out, same_format};
use template::templates;

/// The index exists. Called at the name in `on = ".."`.
#[track_caller]
pub(crate) const fn index(table: &'static TableDef, entity: &'static EntityDef, number: usize) {
    if let Some(name) = entity.keys[number].index {
        declared_index(table, name);
    }
}

/// The table has an index of this name. Called at the name in `on = ".."`.
#[track_caller]
pub(crate) const fn declared_index(table: &'static TableDef, name: &str) {
    if table.index(name).is_some() {
        return;
    }
    let mut message = Message::new("table `")
        .push(table.name)
        .push("` has no index `")
        .push(name)
        .push("`");
    if table.indexes.is_empty() {
        message = message.push("; it declares none: add `gsi(..)` to `#[table(..)]`");
    } else {
        message = message.push("; it has: ");
        let mut i = 0;
        while i < table.indexes.len() {
            if i > 0 {
                message = message.push(", ");
            }
            message = message.push("`").push(table.indexes[i].name).push("`");
            i += 1;
        }
    }
    message.fail()
}

/// The partition key templates fit their attributes. Called at `pk = ".."`.
#[track_caller]
pub(crate) const fn pk(table: &'static TableDef, entity: &'static EntityDef, number: usize) {
    let key = &entity.keys[number];
    let (attributes, _) = table.attributes(key);
    if attributes.is_empty() {
        return;
    }
    if key.pk.is_empty() {
        let local = match key.index {
            Some(name) => match table.index(name) {
                Some(index) => matches!(index.scope, IndexScope::Local),
                None => false,
            },
            None => false,
        };
        if !local {
            Message::new("index `")
                .push(key_name(key))
                .push("` is global and needs `pk = \"..\"`; only a local index has the table's")
                .fail();
        }
        return;
    }
    templates(table, entity, key, key.pk, attributes, "partition key");
}

/// The sort key templates fit their attributes. Called at `sk = ".."`, or at the index or entity without one.
#[track_caller]
pub(crate) const fn sk(table: &'static TableDef, entity: &'static EntityDef, number: usize) {
    let key = &entity.keys[number];
    let (pk, sk) = table.attributes(key);
    if !pk.is_empty() {
        templates(table, entity, key, key.sk, sk, "sort key");
    }
}

/// The entity's fields and its table's attributes do not get in each other's way. Called at the entity's name.
#[track_caller]
pub(crate) const fn entity(table: &'static TableDef, model: &Model, entity: &'static EntityDef) {
    let mut i = 0;
    while i < entity.fields.len() {
        let field = &entity.fields[i];
        i += 1;
        if let Some(name) = table.type_attribute
            && equal(name, field.attribute)
        {
            Message::new("field `")
                .push(field.name)
                .push("` is stored as `")
                .push(name)
                .push("`, which is the table's type attribute: rename the field, or give the table another, `type_attribute = \"..\"`")
                .fail();
        }
        if is_key_attribute(table, field.attribute)
            && !has_own(table, entity, field.attribute)
            && !is_misfit(table, entity, field.attribute)
        {
            Message::new("field `")
                .push(field.name)
                .push("` is stored as `")
                .push(field.attribute)
                .push("`, a key attribute of the table or of an index: keys are written by templates, so drop the field, rename it, or make it the key with the template \"{")
                .push(field.name)
                .push("}\"")
                .fail();
        }
    }
    shared_attributes(table, entity);
    if let Model {
        entities: None,
        delimiters,
    } = model
    {
        declared_delimiters(entity, delimiters);
    }
}

/// A field that is stored nowhere else can be read back from a key. Called at `key_only`.
#[track_caller]
pub(crate) const fn key_only(table: &'static TableDef, entity: &'static EntityDef, field: &str) {
    if stands_reversibly(entity, field) {
        if !stands_always(table, entity, field) {
            Message::new("`")
                .push(field)
                .push("` would be lost with an item that is not in the index: the only keys that hold it have `when`, or a component that is an `Option`; store it: drop `key_only`")
                .fail();
        }
    } else {
        Message::new("`")
            .push(field)
            .push("` could not be read back: no template holds it in a reversible format (`lower`, `upper`, `date` and `shard` lose something), so store it: drop `key_only`")
            .fail();
    }
}

/// The field that says when items expire is where DynamoDB looks for that. Called at `ttl`.
#[track_caller]
pub(crate) const fn ttl(table: &'static TableDef, entity: &'static EntityDef) {
    let Some(attribute) = entity.lifecycle.ttl else {
        return;
    };
    match table.ttl {
        Some(ttl) if equal(ttl, attribute) => {}
        Some(ttl) => Message::new("items of table `")
            .push(table.name)
            .push("` expire by attribute `")
            .push(ttl)
            .push("`, and this field is stored as `")
            .push(attribute)
            .push("`: rename the field, or store it under that name, `#[serde(rename = \"")
            .push(ttl)
            .push("\")]`")
            .fail(),
        None => Message::new("items of table `")
            .push(table.name)
            .push("` do not expire: add `ttl = \"")
            .push(attribute)
            .push("\"` to `#[table(..)]`")
            .fail(),
    }
}

/// A template of what is unique tells its values apart. Called at `unique`, or at its template.
#[track_caller]
pub(crate) const fn unique(entity: &'static EntityDef, number: usize) {
    template::unique(entity, entity.uniques[number].template);
}

#[track_caller]
const fn declared_delimiters(entity: &'static EntityDef, declared: &Delimiters) {
    let used = Delimiters::NONE.with(entity);
    let chars = used.as_slice();
    let mut i = 0;
    while i < chars.len() {
        if !declared.contains(chars[i]) {
            let mut utf8 = [0; 4];
            Message::new("a template of `")
                .push(entity.name)
                .push("` separates components by `")
                .push(chars[i].encode_utf8(&mut utf8))
                .push("`, which the table does not declare: add it to `delimiters = \"..\"` in `#[table(..)]`")
                .fail();
        }
        i += 1;
    }
}

const fn key_name(key: &KeyDef) -> &'static str {
    match key.index {
        Some(name) => name,
        None => "the primary key",
    }
}
