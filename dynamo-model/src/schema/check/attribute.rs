//! Attributes have one meaning each: a field, or a key.

use super::super::message::{Message, equal};
use super::super::{EntityDef, KeyDef, TableDef};
use super::key_name;
use crate::key::{Format, KeyKind, Segment, Template, capabilities};

/// Two keys may share an attribute (an inverted index has none of its own), but not with two templates.
#[track_caller]
pub(super) const fn shared_attributes(table: &'static TableDef, entity: &EntityDef) {
    let mut seen: [Option<(&str, Template, bool)>; 64] = [None; 64];
    let mut len = 0;
    let mut k = 0;
    while k < entity.keys.len() {
        let key = &entity.keys[k];
        k += 1;
        let mut a = 0;
        while let Some((attribute, template)) = entity.pair(table, key, a) {
            a += 1;
            let Some(template) = template else {
                // Another check reports the missing template.
                return;
            };
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

/// Whether two formats write alike.
pub(in crate::schema) const fn same_format(a: Format, b: Format) -> bool {
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

pub(super) const fn is_key_attribute(table: &TableDef, name: &str) -> bool {
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

/// Whether the entity has the attribute in a key, made of nothing but the field stored under its name.
pub(super) const fn has_own(table: &'static TableDef, entity: &EntityDef, attribute: &str) -> bool {
    match entity.template_on(table, attribute) {
        Some(template) => entity.is_own(attribute, template),
        None => false,
    }
}

/// Whether the entity gives the attribute a template that its kind does not take, which `pk` or `sk` reports.
pub(super) const fn is_misfit(
    table: &'static TableDef,
    entity: &EntityDef,
    attribute: &str,
) -> bool {
    let mut k = 0;
    while k < entity.keys.len() {
        let mut a = 0;
        while let Some((found, template)) = entity.pair(table, &entity.keys[k], a) {
            a += 1;
            if equal(found.name, attribute)
                && !matches!(found.kind, KeyKind::S)
                && let Some(template) = template
                && template.single().is_none()
            {
                return true;
            }
        }
        k += 1;
    }
    false
}

/// Whether some key holds the field in a format that can be read back.
pub(super) const fn stands_reversibly(entity: &EntityDef, field: &str) -> bool {
    let mut k = 0;
    while k < entity.keys.len() {
        if holds_reversibly(entity, &entity.keys[k], field) {
            return true;
        }
        k += 1;
    }
    false
}

/// Whether a key that holds the field reversibly is written with every item whose field has a value.
pub(super) const fn stands_always(
    table: &'static TableDef,
    entity: &EntityDef,
    field: &str,
) -> bool {
    // A field that is the key attribute itself is written whether or not the item is in the index.
    if let Some(attribute) = entity.attribute_of(field)
        && has_own(table, entity, attribute)
    {
        return true;
    }
    let mut k = 0;
    while k < entity.keys.len() {
        let key = &entity.keys[k];
        if holds_reversibly(entity, key, field) && (k == 0 || !leaves_out(entity, key, field)) {
            return true;
        }
        k += 1;
    }
    false
}

/// Whether an item with a value in the field may still not be in the key's index. The partition key that a local
/// index has from the table is always there.
pub(crate) const fn leaves_out(entity: &EntityDef, key: &KeyDef, field: &str) -> bool {
    if !key.when.is_empty() {
        return true;
    }
    let mut t = 0;
    while let Some(template) = key.template(t) {
        let mut s = 0;
        while s < template.0.len() {
            if let Segment::Part(number, _) = template.0[s]
                && entity.components[number].optional
                && !equal(entity.components[number].name, field)
            {
                return true;
            }
            s += 1;
        }
        t += 1;
    }
    false
}

/// Whether the key holds the field in a format that can be read back.
pub(crate) const fn holds_reversibly(entity: &EntityDef, key: &KeyDef, field: &str) -> bool {
    let mut t = 0;
    while let Some(template) = key.template(t) {
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
    false
}
