//! The entities of a table get along with each other.

use super::super::message::{Message, equal};
use super::super::overlap::templates_meet;
use super::super::{AttributeDef, EntityDef, Model, TableDef};
use crate::key::KeyKind;

/// Entity `j`, which names the table `theirs`, is this table's and gets along with those before it.
#[track_caller]
pub(crate) const fn member(table: &'static TableDef, model: &Model, j: usize, theirs: &TableDef) {
    let Some(entities) = model.entities else {
        return;
    };
    // One without a name stands for a table that was not understood.
    if !theirs.name.is_empty() && !equal(theirs.name, table.name) {
        Message::new("`")
            .push(entities[j].name)
            .push("` is an entity of table `")
            .push(theirs.name)
            .push("`, and this is `")
            .push(table.name)
            .push("`: an entity is listed by the table that its `table = ..` names")
            .fail();
    }
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
    // Sort keys first, which tell most entities apart.
    let sk_meets = match (table.sk, a_sk, b_sk) {
        (
            Some(AttributeDef {
                kind: KeyKind::S, ..
            }),
            Some(a_sk),
            Some(b_sk),
        ) => templates_meet((a, a_sk), (b, b_sk), &model.delimiters),
        _ => true,
    };
    if sk_meets
        && (!matches!(table.pk.kind, KeyKind::S)
            || templates_meet((a, a_pk), (b, b_pk), &model.delimiters))
    {
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
