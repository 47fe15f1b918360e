//! The members of a collection are in one partition, and its sort handles are exact for all of them.

use super::super::message::{Message, equal};
use super::super::shared::{SharedSort, same_partition};
use super::super::{CollectionDef, EntityDef, MemberDef, TableDef};
use crate::key::Template;

/// Member `number`, which is of the table `theirs`, is in the same partitions as the first. Called at its type.
#[track_caller]
pub(crate) const fn gathered(
    table: &'static TableDef,
    collection: &CollectionDef,
    number: usize,
    theirs: &TableDef,
) {
    let first = &collection.members[0];
    let member = &collection.members[number];
    if is_inert(first.entity) || is_inert(member.entity) {
        // The entity's own derive has reported why.
        return;
    }
    if !equal(theirs.name, table.name) {
        Message::new("`")
            .push(member.entity.name)
            .push("` is an entity of table `")
            .push(theirs.name)
            .push("`, and `")
            .push(first.entity.name)
            .push("` is of `")
            .push(table.name)
            .push("`: a collection is one query, of one table")
            .fail();
    }
    if collection.index.is_some() {
        in_index(table, collection, member);
    }
    // A first member that is not in the index has been reported.
    if first.entity.key_on(collection.index).is_some() && !same_partition(first, member) {
        let message = Message::new("`")
            .push(member.entity.name)
            .push("` is in other partitions than `")
            .push(first.entity.name)
            .push("`: ");
        let message = partition(message, member).push(" is not ");
        partition(message, first)
            .push("; the members of a collection share one partition template, in which only the fields' names may differ")
            .fail();
    }
}

/// Member `number` is none of those before it, under whatever name of its type. Called at its type.
#[track_caller]
pub(crate) const fn gathered_once(collection: &CollectionDef, number: usize) {
    let member = &collection.members[number];
    let mut m = 0;
    while m < number {
        let other = &collection.members[m];
        // The types of a table's entities differ.
        if equal(other.entity.type_name, member.entity.type_name)
            && equal(other.entity.name, member.entity.name)
        {
            Message::new("`")
                .push(member.entity.name)
                .push("` is in this collection already, as `")
                .push(other.name)
                .push("`: an item belongs to one member")
                .fail();
        }
        m += 1;
    }
}

#[track_caller]
const fn in_index(table: &'static TableDef, collection: &CollectionDef, member: &MemberDef) {
    let Some(name) = collection.index else { return };
    if table.index(name).is_none() || member.entity.key_on(collection.index).is_some() {
        return;
    }
    Message::new("`")
        .push(member.entity.name)
        .push("` is not in index `")
        .push(name)
        .push("`: add `index(.., on = \"")
        .push(name)
        .push("\", ..)` to its `#[entity(..)]`, or query the table")
        .fail();
}

const fn is_inert(entity: &EntityDef) -> bool {
    entity.keys[0].pk.is_empty()
}

const fn partition(mut message: Message, member: &MemberDef) -> Message {
    let templates: &[Template] = member.entity.pk_templates(&member.entity.keys[member.key]);
    let mut i = 0;
    while i < templates.len() {
        if i > 0 {
            message = message.push(", ");
        }
        message = message.template(templates[i], member.entity.components);
        i += 1;
    }
    message
}

/// The sort handle at this position is a component of every member's sort key, with exact conditions. Called at its name.
#[track_caller]
pub(crate) const fn sort_handle(collection: &CollectionDef, position: usize) {
    let name = collection.sort[position];
    let mut m = 0;
    while m < collection.members.len() {
        let member = &collection.members[m];
        if is_inert(member.entity) || member.entity.key_on(collection.index).is_none() {
            return;
        }
        m += 1;
    }
    let shared = SharedSort::of(collection);
    let Some(component) = shared.component(collection, position) else {
        let message =
            Message::new("the sort keys of the members have no component in common for `")
                .push(name)
                .push("`: ");
        sort_keys(message, collection)
            .push("; a handle is for what all of them begin with, in the same form")
            .fail();
    };
    let mut is_known = false;
    let mut m = 0;
    while m < collection.members.len() {
        is_known = is_known || equal(component.of(&collection.members[m]).name, name);
        m += 1;
    }
    if !is_known {
        Message::new("no member calls this part of its sort key `")
            .push(name)
            .push("`: for `")
            .push(collection.members[0].entity.name)
            .push("` it is `")
            .push(component.of(&collection.members[0]).name)
            .push("`; handles follow the sort keys from their beginning")
            .fail();
    }
    if !component.is_exact(collection) {
        let message = Message::new("a condition on `")
            .push(name)
            .push("` would not be exact for every member, because its values have no fixed width and the keys do not go on in the same way behind them: ");
        sort_keys(message, collection)
            .push("; give it a fixed width, or let every template go on with the same literal")
            .fail();
    }
}

/// The sort keys of all members.
const fn sort_keys(mut message: Message, collection: &CollectionDef) -> Message {
    let mut m = 0;
    while m < collection.members.len() {
        let member = &collection.members[m];
        let templates = member.entity.keys[member.key].sk;
        if m > 0 {
            message = message.push(", ");
        }
        message = message.push("`").push(member.entity.name).push("` has ");
        if templates.is_empty() {
            message = message.push("none");
        }
        let mut i = 0;
        while i < templates.len() {
            if i > 0 {
                message = message.push(" and ");
            }
            message = message.template(templates[i], member.entity.components);
            i += 1;
        }
        m += 1;
    }
    message
}
