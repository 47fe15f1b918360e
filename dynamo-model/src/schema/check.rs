//! The rules a model must obey (law 10), checked while it is compiled.
//!
//! Each function is called from the derives' expansions in a `const _`, with the tokens of the call
//! placed at the user's own token, so that the compiler points there.

use super::message::{Message, equal};
use super::overlap::templates_meet;
use super::{EntityDef, IndexScope, KeyDef, Model, TableDef};
use crate::key::{
    Capabilities, Format, KeyKind, OrderClass, Segment, Shape, Template, capabilities,
};
use crate::{Entity, Lists, Table};

/// The table lists the entity. Called at `table = ..`.
pub const fn listed<T: Lists<E>, E>() {}

/// All of an entity's own rules. Called where a table lists an instance of a generic entity, whose constants are not
/// evaluated before that.
#[track_caller]
pub const fn whole<E: Entity>() {
    if E::SCHEMA.keys[0].pk.is_empty() {
        // The entity's own derive has reported why.
        return;
    }
    entity::<E>();
    let mut number = 0;
    let mut i = 0;
    while i < E::SCHEMA.fields.len() {
        if E::SCHEMA.fields[i].key_only {
            key_only::<E>(E::SCHEMA.fields[i].name);
        }
        i += 1;
    }
    while number < E::SCHEMA.keys.len() {
        index::<E>(number);
        pk::<E>(number);
        sk::<E>(number);
        number += 1;
    }
}

/// The index exists. Called at the name in `on = ".."`.
#[track_caller]
pub const fn index<E: Entity>(number: usize) {
    let table = <E::Table as Table>::DEF;
    let Some(name) = E::SCHEMA.keys[number].index else {
        return;
    };
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
pub const fn pk<E: Entity>(number: usize) {
    let (table, entity) = (<E::Table as Table>::DEF, E::SCHEMA);
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
    templates::<E>(key, key.pk, attributes, "partition key");
}

/// The sort key templates fit their attributes. Called at `sk = ".."`, or at the index or entity without one.
#[track_caller]
pub const fn sk<E: Entity>(number: usize) {
    let (table, entity) = (<E::Table as Table>::DEF, E::SCHEMA);
    let key = &entity.keys[number];
    let (pk, sk) = table.attributes(key);
    if !pk.is_empty() {
        templates::<E>(key, key.sk, sk, "sort key");
    }
}

#[track_caller]
const fn templates<E: Entity>(
    key: &KeyDef,
    templates: &[Template],
    attributes: &[super::AttributeDef],
    role: &str,
) {
    let (table, entity) = (<E::Table as Table>::DEF, E::SCHEMA);
    if templates.len() != attributes.len() {
        let mut message = match key.index {
            None => Message::new("table `").push(table.name),
            Some(name) => Message::new("index `").push(name),
        };
        message = message.push("` has ");
        if attributes.is_empty() {
            message = message.push("no ").push(role);
        } else {
            message = message.push("the ").push(role).push(" ");
        }
        let mut i = 0;
        while i < attributes.len() {
            message = message
                .push(if i == 0 { "`" } else { ", `" })
                .push(attributes[i].name)
                .push("`");
            i += 1;
        }
        message = message.push(", and `").push(entity.name).push("` gives ");
        message = match templates.len() {
            0 => message.push("no template for it"),
            1 => message.push("a template"),
            2 => message.push("two templates"),
            3 => message.push("three templates"),
            _ => message.push("four templates"),
        };
        message = match (attributes.len(), templates.len()) {
            (0, _) => message.push(": drop `sk`, or declare one in `#[table(..)]`"),
            (1, 0) => message.push(": add `sk = \"..\"`"),
            (1, _) => message.push(": give one"),
            _ => message.push(": give one for each, `[\"..\", \"..\"]`"),
        };
        message.fail();
    }
    let mut i = 0;
    while i < templates.len() {
        template(entity, templates[i], attributes[i]);
        i += 1;
    }
}

const fn key_name(key: &KeyDef) -> &'static str {
    match key.index {
        Some(name) => name,
        None => "the primary key",
    }
}

#[track_caller]
const fn template(entity: &EntityDef, template: Template, attribute: super::AttributeDef) {
    if !matches!(attribute.kind, KeyKind::S) {
        return not_text(entity, template, attribute);
    }
    let mut i = 0;
    let mut variable_before: Option<usize> = None;
    while i < template.0.len() {
        match template.0[i] {
            Segment::Lit(_) => variable_before = None,
            Segment::Part(number, format) => {
                let component = entity.components[number];
                let can = capability(entity, template, number, format);
                if matches!(component.shape, Shape::Decimal) {
                    Message::new("`")
                        .push(component.name)
                        .push("` is an exact number, whose digits do not sort as text: use it in a key of type `N`, or an integer")
                        .fail();
                }
                if let Some(before) = variable_before {
                    Message::new("nothing separates `")
                        .push(entity.components[before].name)
                        .push("` from `")
                        .push(component.name)
                        .push("` in ")
                        .template(template, entity.components)
                        .push(", so two pairs of values could make one key: put a literal such as `#` between them")
                        .fail();
                }
                if matches!(format, Format::Any) && i + 1 < template.0.len() {
                    Message::new("`{")
                        .push(component.name)
                        .push(":any}` may hold every delimiter, so it must be the last part of its template; use `escape` here")
                        .fail();
                }
                variable_before = if can.width.is_none() {
                    Some(number)
                } else {
                    None
                };
            }
        }
        i += 1;
    }
}

/// A key of type `N` or `B` is one component and nothing else.
#[track_caller]
const fn not_text(entity: &EntityDef, template: Template, attribute: super::AttributeDef) {
    let kind = attribute.kind.as_str();
    let (number, format) = match template.0 {
        [Segment::Part(number, format)] => (*number, *format),
        _ => Message::new("key attribute `")
            .push(attribute.name)
            .push("` is of type `")
            .push(kind)
            .push("`, and ")
            .template(template, entity.components)
            .push(" makes text: a template on it is one field, `\"{field}\"`")
            .fail(),
    };
    let component = entity.components[number];
    let fits = match (attribute.kind, component.shape, format) {
        (KeyKind::N, Shape::Unsigned { .. } | Shape::Signed { .. } | Shape::Decimal, f) => {
            matches!(f, Format::Default | Format::Raw)
        }
        (KeyKind::N, Shape::Instant | Shape::DateTime, f) => {
            matches!(f, Format::Epoch | Format::EpochMillis)
        }
        (KeyKind::B, Shape::Bytes, Format::Default) => true,
        _ => false,
    };
    if !fits {
        Message::new("`{")
            .push(component.name)
            .format(format)
            .push("}` does not fit key attribute `")
            .push(attribute.name)
            .push("` of type `")
            .push(kind)
            .push(if matches!(attribute.kind, KeyKind::N) {
                "`: it takes integers, `Number`, and times as `epoch` or `epoch_ms`"
            } else {
                "`: it takes bytes"
            })
            .fail();
    }
}

#[track_caller]
const fn capability(
    entity: &EntityDef,
    template: Template,
    number: usize,
    format: Format,
) -> Capabilities {
    let component = entity.components[number];
    let Some(can) = capabilities(component.shape, format) else {
        Message::new("format `")
            .push("{")
            .push(component.name)
            .format(format)
            .push("}` does not fit the type of `")
            .push(component.name)
            .push("` in ")
            .template(template, entity.components)
            .push(formats_of(component.shape))
            .fail()
    };
    // A hand-written `KeyPart` may promise less order than its shape has, never more.
    if matches!(format, Format::Default) && rank(component.order) > rank(can.order) {
        Message::new("the `KeyPart` of `")
            .push(component.name)
            .push("` declares more order than its `SHAPE` keeps")
            .fail();
    }
    can
}

const fn rank(order: OrderClass) -> u8 {
    match order {
        OrderClass::Unordered => 0,
        OrderClass::Variable => 1,
        OrderClass::Fixed => 2,
    }
}

const fn formats_of(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => ": text takes `lower`, `upper`, `escape`, `any` and `shard(n)`",
        Shape::Choice => ": an enum takes `lower`, `upper`, `escape` and `shard(n)`",
        Shape::Ascii { .. } => ": an id takes `lower`, `upper` and `shard(n)`",
        Shape::Unsigned { .. } | Shape::Signed { .. } => {
            ": an integer takes a width such as `04`, `raw`, `desc` and `shard(n)`"
        }
        Shape::Flag => ": a `bool` takes `desc` and `shard(n)`",
        Shape::Instant | Shape::DateTime => {
            ": a time takes `desc`, `date`, `epoch`, `epoch_ms`, a pattern such as `%Y-%m-%dT%H:%M:%S`, and `shard(n)`"
        }
        Shape::Date => ": a date takes `desc`, a pattern such as `%Y%m%d`, and `shard(n)`",
        Shape::Bytes | Shape::Decimal => ": it takes `shard(n)`",
    }
}

/// The entity's fields and its table's attributes do not get in each other's way. Called at the entity's name.
#[track_caller]
pub const fn entity<E: Entity>() {
    let (table, entity) = (<E::Table as Table>::DEF, E::SCHEMA);
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
    } = <E::Table as Table>::MODEL
    {
        declared_delimiters(entity, delimiters);
    }
}

/// A field that is stored nowhere else can be read back from a key. Called at `key_only`.
#[track_caller]
pub const fn key_only<E: Entity>(field: &str) {
    if !stands_reversibly(E::SCHEMA, field) {
        Message::new("`")
            .push(field)
            .push("` could not be read back: no template holds it in a reversible format (`lower`, `upper`, `date` and `shard` lose something), so store it: drop `key_only`")
            .fail();
    }
}

/// Two keys may share an attribute (an inverted index has none of its own), but not with two templates.
#[track_caller]
const fn shared_attributes(table: &'static TableDef, entity: &EntityDef) {
    let mut seen: [Option<(&str, Template, bool)>; 64] = [None; 64];
    let mut len = 0;
    let mut k = 0;
    while k < entity.keys.len() {
        let key = &entity.keys[k];
        k += 1;
        let (pk, sk) = table.attributes(key);
        let mut a = 0;
        while a < pk.len() + sk.len() {
            let (attribute, template) = if a < pk.len() {
                (
                    pk[a],
                    if a < key.pk.len() {
                        key.pk[a]
                    } else {
                        entity.keys[0].pk[0]
                    },
                )
            } else if a - pk.len() < key.sk.len() {
                (sk[a - pk.len()], key.sk[a - pk.len()])
            } else {
                return;
            };
            a += 1;
            if !key.when.is_empty() && entity.is_own(attribute.name, template) {
                Message::new("index `")
                    .push(key_name(key))
                    .push("` has `when = ..`, but its key attribute `")
                    .push(attribute.name)
                    .push("` is a stored field and is there whatever the predicate says")
                    .fail();
            }
            let mut s = 0;
            while s < len {
                if let Some((name, other, when)) = seen[s]
                    && equal(name, attribute.name)
                    && (!same(template, other) || when || !key.when.is_empty())
                    && !(same(template, other) && key.pk.is_empty())
                {
                    Message::new("key attribute `")
                        .push(name)
                        .push("` of `")
                        .push(entity.name)
                        .push("` is made by two templates, ")
                        .template(other, entity.components)
                        .push(" and ")
                        .template(template, entity.components)
                        .push(": an attribute has one value, so give both the same template and no `when`")
                        .fail();
                }
                s += 1;
            }
            if len < seen.len() {
                seen[len] = Some((attribute.name, template, !key.when.is_empty()));
                len += 1;
            }
        }
    }
}

const fn same(a: Template, b: Template) -> bool {
    if a.0.len() != b.0.len() {
        return false;
    }
    let mut i = 0;
    while i < a.0.len() {
        let equal = match (a.0[i], b.0[i]) {
            (Segment::Lit(a), Segment::Lit(b)) => equal(a, b),
            (Segment::Part(a, f), Segment::Part(b, g)) => a == b && same_format(f, g),
            _ => false,
        };
        if !equal {
            return false;
        }
        i += 1;
    }
    true
}

const fn same_format(a: Format, b: Format) -> bool {
    match (a, b) {
        (Format::Width(a), Format::Width(b)) | (Format::Shard(a), Format::Shard(b)) => a == b,
        (Format::Pattern(a), Format::Pattern(b)) => equal(a, b),
        (Format::Default, Format::Default)
        | (Format::Raw, Format::Raw)
        | (Format::Lower, Format::Lower)
        | (Format::Upper, Format::Upper)
        | (Format::Desc, Format::Desc)
        | (Format::Date, Format::Date)
        | (Format::Epoch, Format::Epoch)
        | (Format::EpochMillis, Format::EpochMillis)
        | (Format::Escape, Format::Escape)
        | (Format::Any, Format::Any) => true,
        _ => false,
    }
}

const fn is_key_attribute(table: &TableDef, name: &str) -> bool {
    if equal(table.pk.name, name) {
        return true;
    }
    if let Some(sk) = &table.sk
        && equal(sk.name, name)
    {
        return true;
    }
    let mut i = 0;
    while i < table.indexes.len() {
        let index = &table.indexes[i];
        let mut a = 0;
        while a < index.pk.len() + index.sk.len() {
            let attribute = if a < index.pk.len() {
                index.pk[a]
            } else {
                index.sk[a - index.pk.len()]
            };
            if equal(attribute.name, name) {
                return true;
            }
            a += 1;
        }
        i += 1;
    }
    false
}

/// Whether some key of the entity has this attribute, made of nothing but the field stored under its name.
const fn has_own(table: &'static TableDef, entity: &EntityDef, attribute: &str) -> bool {
    let mut k = 0;
    while k < entity.keys.len() {
        let key = &entity.keys[k];
        k += 1;
        let (pk, sk) = table.attributes(key);
        let mut a = 0;
        while a < pk.len() + sk.len() {
            let (found, template) = if a < pk.len() && a < key.pk.len() {
                (pk[a], key.pk[a])
            } else if a >= pk.len() && a - pk.len() < key.sk.len() {
                (sk[a - pk.len()], key.sk[a - pk.len()])
            } else {
                a += 1;
                continue;
            };
            a += 1;
            if equal(found.name, attribute) && entity.is_own(attribute, template) {
                return true;
            }
        }
    }
    false
}

/// Whether the entity gives the attribute a template that its kind does not take, which `pk` or `sk` reports.
const fn is_misfit(table: &'static TableDef, entity: &EntityDef, attribute: &str) -> bool {
    let mut k = 0;
    while k < entity.keys.len() {
        let key = &entity.keys[k];
        k += 1;
        let (pk, sk) = table.attributes(key);
        let mut a = 0;
        while a < pk.len() + sk.len() {
            let (found, templates, i) = if a < pk.len() {
                (pk[a], key.pk, a)
            } else {
                (sk[a - pk.len()], key.sk, a - pk.len())
            };
            a += 1;
            if equal(found.name, attribute)
                && !matches!(found.kind, KeyKind::S)
                && i < templates.len()
                && templates[i].single().is_none()
            {
                return true;
            }
        }
    }
    false
}

const fn stands_reversibly(entity: &EntityDef, field: &str) -> bool {
    let mut k = 0;
    while k < entity.keys.len() {
        let key = &entity.keys[k];
        let mut t = 0;
        while t < key.pk.len() + key.sk.len() {
            let template = if t < key.pk.len() {
                key.pk[t]
            } else {
                key.sk[t - key.pk.len()]
            };
            let mut s = 0;
            while s < template.0.len() {
                if let Segment::Part(number, format) = template.0[s]
                    && equal(entity.components[number].name, field)
                    && let Some(can) = capabilities(entity.components[number].shape, format)
                    && can.reversible
                {
                    return true;
                }
                s += 1;
            }
            t += 1;
        }
        k += 1;
    }
    false
}

#[track_caller]
const fn declared_delimiters(entity: &'static EntityDef, declared: &super::Delimiters) {
    let used = super::Delimiters::NONE.with(entity);
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

/// Entity `j` is the table's, and gets along with those before it. Called at its name in `entities(..)`.
#[track_caller]
pub const fn member<T: Table>(j: usize, theirs: &TableDef) {
    let (table, model) = (T::DEF, T::MODEL);
    // One without a name stands for a table that was not understood.
    if !theirs.name.is_empty() && !equal(theirs.name, table.name) {
        Message::new("`")
            .push(match model.entities {
                Some(entities) => entities[j].name,
                None => "this",
            })
            .push("` is an entity of table `")
            .push(theirs.name)
            .push("`, and this is `")
            .push(table.name)
            .push("`: an entity is listed by the table that its `table = ..` names")
            .fail();
    }
    let Some(entities) = model.entities else {
        return;
    };
    let mut i = 0;
    while i < j {
        pair(table, model, entities[i], entities[j]);
        i += 1;
    }
}

#[track_caller]
const fn pair(table: &'static TableDef, model: &Model, a: &EntityDef, b: &EntityDef) {
    if let Some(attribute) = table.type_attribute
        && let Some(name) = shared_type(a, b)
    {
        Message::new("`")
            .push(a.name)
            .push("` and `")
            .push(b.name)
            .push("` both have the type `")
            .push(name)
            .push("` in attribute `")
            .push(attribute)
            .push("`: give one of them another with `#[entity(type = \"..\")]`")
            .fail();
    }
    if a.keys[0].pk.is_empty() || b.keys[0].pk.is_empty() {
        return;
    }
    let (a_pk, b_pk) = (a.keys[0].pk[0], b.keys[0].pk[0]);
    let (a_sk, b_sk) = match (a.keys[0].sk, b.keys[0].sk) {
        ([a], [b]) => (Some(*a), Some(*b)),
        _ => (None, None),
    };
    let pk_meets = !matches!(table.pk.kind, KeyKind::S)
        || templates_meet((a, a_pk), (b, b_pk), &model.delimiters);
    let sk_meets = match (table.sk, a_sk, b_sk) {
        (
            Some(super::AttributeDef {
                kind: KeyKind::S, ..
            }),
            Some(a_sk),
            Some(b_sk),
        ) => templates_meet((a, a_sk), (b, b_sk), &model.delimiters),
        _ => true,
    };
    if pk_meets && sk_meets {
        let mut message = Message::new("`")
            .push(a.name)
            .push("` and `")
            .push(b.name)
            .push("` can make the same primary key (");
        message = match (a_sk, b_sk) {
            (Some(a_sk), Some(b_sk)) => message
                .push("partition keys ")
                .template(a_pk, a.components)
                .push(" and ")
                .template(b_pk, b.components)
                .push(", sort keys ")
                .template(a_sk, a.components)
                .push(" and ")
                .template(b_sk, b.components),
            _ => message
                .template(a_pk, a.components)
                .push(" and ")
                .template(b_pk, b.components),
        };
        message
            .push(match (a_sk, b_sk) {
                (Some(_), Some(_)) => "): begin their sort keys with different literals, \"ORDER#..\" and \"INVOICE#..\"",
                _ => "): begin them with different literals, \"ORDER#..\" and \"INVOICE#..\"",
            })
            .fail();
    }
}

const fn shared_type(a: &EntityDef, b: &EntityDef) -> Option<&'static str> {
    let mut i = 0;
    while i <= a.type_aliases.len() {
        let ours = if i == 0 {
            a.type_name
        } else {
            a.type_aliases[i - 1]
        };
        let mut j = 0;
        while j <= b.type_aliases.len() {
            let theirs = if j == 0 {
                b.type_name
            } else {
                b.type_aliases[j - 1]
            };
            if equal(ours, theirs) {
                return Some(ours);
            }
            j += 1;
        }
        i += 1;
    }
    None
}
