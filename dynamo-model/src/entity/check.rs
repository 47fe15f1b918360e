//! What the derives' expansions call to check a model: the rules of [`schema::check`](crate::schema), for a type.

use super::{Collection, Entity, Lists, Table};
use crate::schema::{CollectionDef, EntityDef, Model, SharedSort, TableDef, check};

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
    if E::SCHEMA.lifecycle.ttl.is_some() {
        ttl::<E>();
    }
    let mut u = 0;
    while u < E::SCHEMA.uniques.len() {
        unique::<E>(u);
        u += 1;
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
    check::index(<E::Table as Table>::DEF, E::SCHEMA, number);
}

/// The partition key templates fit their attributes. Called at `pk = ".."`.
#[track_caller]
pub const fn pk<E: Entity>(number: usize) {
    check::pk(<E::Table as Table>::DEF, E::SCHEMA, number);
}

/// The sort key templates fit their attributes. Called at `sk = ".."`, or at the index or entity without one.
#[track_caller]
pub const fn sk<E: Entity>(number: usize) {
    check::sk(<E::Table as Table>::DEF, E::SCHEMA, number);
}

/// Fields and key attributes do not get in each other's way. Called at the entity's name.
#[track_caller]
pub const fn entity<E: Entity>() {
    check::entity(
        <E::Table as Table>::DEF,
        <E::Table as Table>::MODEL,
        E::SCHEMA,
    );
}

/// A `key_only` field can be read back. Called at `key_only`.
#[track_caller]
pub const fn key_only<E: Entity>(field: &str) {
    check::key_only(<E::Table as Table>::DEF, E::SCHEMA, field);
}

/// The `ttl` field is the table's time-to-live attribute. Called at `ttl`.
#[track_caller]
pub const fn ttl<E: Entity>() {
    check::ttl(<E::Table as Table>::DEF, E::SCHEMA);
}

/// A template of what is unique tells its values apart. Called at `unique`, or at its template.
#[track_caller]
pub const fn unique<E: Entity>(number: usize) {
    check::unique(E::SCHEMA, number);
}

/// Entity `j` is the table's, and gets along with those before it. Called at its name in `entities(..)`.
#[track_caller]
pub const fn member<T: Table>(j: usize, theirs: &TableDef) {
    check::member(T::DEF, T::MODEL, j, theirs);
}

/// The entities that several crates give a table get along with each other. Called by `model!`.
#[track_caller]
pub const fn model<T: Table>(entities: &'static [&'static EntityDef]) {
    let model = Model::of(entities);
    let mut j = 0;
    while j < entities.len() {
        check::member(T::DEF, &model, j, T::DEF);
        j += 1;
    }
}

/// The entity is of this table. Called by `model!`.
pub const fn of<T: Table, E: Entity<Table = T>>() {}

/// The table has the index of a collection. Called at the name in `on = ".."`.
#[track_caller]
pub const fn collection_index<C: Collection>() {
    if let Some(name) = C::DEF.index {
        check::declared_index(<C::Table as Table>::DEF, name);
    }
}

/// Member `number` of a collection, which is of the table `theirs`, is in the same partitions as the first. Called at its
/// type.
#[track_caller]
pub const fn gathered<C: Collection>(number: usize, theirs: &TableDef) {
    check::gathered(<C::Table as Table>::DEF, C::DEF, number, theirs);
}

/// Member `number` of a collection is none of those before it. Called at its type.
#[track_caller]
pub const fn gathered_once<C: Collection>(number: usize) {
    check::gathered_once(C::DEF, number);
}

/// A sort handle of a collection is exact for every member. Called at its name in `sort(..)`.
#[track_caller]
pub const fn sort_handle<C: Collection>(position: usize) {
    check::sort_handle(C::DEF, position);
}

/// Whether ranges of a sort handle are exact, and whether it is text.
pub const fn handle(collection: &CollectionDef, position: usize) -> (bool, bool) {
    match SharedSort::of(collection).component(collection, position) {
        Some(component) => (component.is_ranged(collection), component.is_textual()),
        // Reported at its name.
        None => (true, true),
    }
}
