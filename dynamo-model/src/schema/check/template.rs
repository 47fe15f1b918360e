//! A template fits its key attribute.

use super::super::message::Message;
use super::super::{AttributeDef, EntityDef, KeyDef, TableDef};
use crate::key::{
    Capabilities, Format, KeyKind, OrderClass, Segment, Shape, Template, capabilities,
};

#[track_caller]
pub(super) const fn templates(
    table: &TableDef,
    entity: &EntityDef,
    key: &KeyDef,
    templates: &[Template],
    attributes: &[AttributeDef],
    role: &str,
) {
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
        own(entity, templates[i], attributes[i]);
        i += 1;
    }
}

/// A field whose own attribute is the key is stored nowhere else, so the key must hold all of it.
#[track_caller]
const fn own(entity: &EntityDef, template: Template, attribute: AttributeDef) {
    if let [Segment::Part(number, format)] = template.0
        && entity.is_own(attribute.name, template)
        && let Some(can) = capabilities(entity.components[*number].shape, *format)
        && !can.reversible
    {
        let name = entity.components[*number].name;
        Message::new("field `")
            .push(name)
            .push("` is stored as the key attribute `")
            .push(attribute.name)
            .push("` itself, and `{")
            .push(name)
            .format(*format)
            .push("}` does not keep all of it: store it under another name with `#[serde(rename = \"..\")]`, or drop the format")
            .fail();
    }
}

#[track_caller]
const fn template(entity: &EntityDef, template: Template, attribute: AttributeDef) {
    if !matches!(attribute.kind, KeyKind::S) {
        return not_text(entity, template, attribute);
    }
    text(entity, template, true);
}

/// A template of what is unique: text, whose order does not matter.
#[track_caller]
pub(super) const fn unique(entity: &EntityDef, template: Template) {
    text(entity, template, false);
}

#[track_caller]
const fn text(entity: &EntityDef, template: Template, is_sorted: bool) {
    let mut i = 0;
    let mut variable_before: Option<usize> = None;
    while i < template.0.len() {
        match template.0[i] {
            Segment::Lit(_) => variable_before = None,
            Segment::Part(number, format) => {
                let component = entity.components[number];
                if is_sorted && matches!(component.shape, Shape::Decimal) {
                    Message::new("`")
                        .push(component.name)
                        .push("` is an exact number, whose digits do not sort as text: use it in a key of type `N`, or an integer")
                        .fail();
                }
                let can = capability(entity, template, number, format);
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
const fn not_text(entity: &EntityDef, template: Template, attribute: AttributeDef) {
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
