//! Tables as types.

use crate::schema::{Model, TableDef};

/// A DynamoDB table, as a type. Derived with `#[derive(Table)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a table",
    label = "has no `Table`",
    note = "add `#[derive(Table)]` and `#[table(name = \"..\", pk = \"..\", entities(..))]` to a unit struct"
)]
pub trait Table: Sized + 'static {
    /// The table's key, indexes and special attributes.
    const DEF: &'static TableDef;

    /// What is known of all its entities together.
    const MODEL: &'static Model;
}

/// The table lists the entity in `entities(..)`.
#[diagnostic::on_unimplemented(
    message = "`{E}` is not one of the entities of `{Self}`",
    label = "the table does not list it",
    note = "add `{E}` to `entities(..)` in the `#[table(..)]` of `{Self}`"
)]
pub trait Lists<E> {}
