//! Fields as an update meets them: in the form that they are stored in, and those that it must leave alone.

use crate::entity::Restore;
use crate::expr::Path;
use crate::key::Part;
use crate::schema::{EntityDef, IndexDef, TableDef};
use crate::wire::{EncodeError, ItemWriter, RawItem};
use crate::{Entity, Error, InvalidRequest, Table};

/// A lifecycle time as its field is written.
pub(super) fn moment<E: Entity>(
    component: usize,
    attribute: &'static str,
    time: Part<'static>,
) -> Result<String, Error> {
    match restored::<E>(component, attribute, time) {
        Some(value) => Ok(value),
        None => Err(
            EncodeError::new("the time of the write is no value of its type")
                .under_name(attribute)
                .with_entity(E::SCHEMA.name)
                .into(),
        ),
    }
}

/// A component as its field is stored.
pub(super) fn restored<E: Entity>(
    component: usize,
    attribute: &str,
    part: Part<'static>,
) -> Option<String> {
    let mut json = String::new();
    let mut fields = ItemWriter::new(&mut json);
    let restored = E::restore(Restore {
        component,
        part,
        fields: &mut fields,
    });
    fields.finish();
    restored.ok()?;
    let written = RawItem::new(&json).attribute(attribute).ok().flatten();
    written.map(str::to_owned)
}

/// Why nobody may change what the path leads to.
pub(super) fn refused<E: Entity>(path: &Path) -> Option<InvalidRequest> {
    let schema = E::SCHEMA;
    if let Some(name) = managed::<E>(path) {
        return Some(InvalidRequest::new(format!(
            "`{name}` is written by the library, and no member of a flattened field of `{}` may have its name",
            schema.name
        )));
    }
    let mut fields = schema.fields.iter();
    let field = fields.find(|field| field.attribute == path.attribute())?;
    if path.is_flattened() {
        return Some(InvalidRequest::new(format!(
            "`{}` is a field of `{}`, and no member of a flattened field may have its name",
            field.attribute, schema.name
        )));
    }
    let mut keys = schema.keys.iter();
    let key = keys.find(|key| !path.is_attribute() && key.when.contains(&field.name))?;
    Some(InvalidRequest::new(format!(
        "`{path}` alone cannot be changed, because `{}` decides whether the item is in index `{}`: set all of `{}`",
        field.name,
        key.index.unwrap_or_default(),
        field.name
    )))
}

/// The attribute that a path would change and that only the library may: a key or type attribute that no field of the
/// entity is stored as.
fn managed<E: Entity>(path: &Path) -> Option<&'static str> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let name = path.attribute();
    if schema.fields.iter().any(|field| field.attribute == name) {
        return None;
    }
    let of_index = |index: &'static IndexDef| index.pk.iter().chain(index.sk);
    std::iter::once(&table.pk)
        .chain(&table.sk)
        .chain(table.indexes.iter().flat_map(of_index))
        .map(|attribute| attribute.name)
        .chain(table.type_attribute)
        .find(|known| *known == name)
}

/// The attributes that an item of the entity may have: fields, index keys, type.
pub(super) fn attributes(
    table: &'static TableDef,
    schema: &'static EntityDef,
) -> impl Iterator<Item = &'static str> {
    let stored = schema.fields.iter().filter(|field| !field.key_only);
    let of_keys = schema.keys.iter().skip(1).flat_map(|key| {
        let (pk, sk) = table.attributes(key);
        pk.iter().chain(sk).map(|attribute| attribute.name)
    });
    let all = stored.map(|field| field.attribute).chain(of_keys);
    all.chain(table.type_attribute)
}

/// The name as the model has it; `None` for one that is not declared, such as an entry of a flattened field.
pub(super) fn known(
    table: &'static TableDef,
    schema: &'static EntityDef,
    name: &str,
) -> Option<&'static str> {
    let keys = std::iter::once(table.pk.name).chain(table.sk.map(|sk| sk.name));
    keys.chain(attributes(table, schema))
        .find(|known| *known == name)
}
