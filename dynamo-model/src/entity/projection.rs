//! Projections: structs that hold some of an entity's fields.

use serde::de::DeserializeOwned;

use super::{Entity, Table};
use crate::schema::{ALL, FieldDef, IndexDef, first_missing};
use crate::wire::{DecodeError, RawItem, Screen, read_whole, write_json_str};

/// A struct of some of an entity's fields, which a read can ask for instead of the whole item: `ProjectionExpression`.
///
/// Derived with `#[derive(Projection)]`, which checks names and types against the entity. What is asked for is what the
/// fields of these names are stored as; the struct's own `#[serde(rename = ..)]`s change nothing of that.
///
/// The key attributes, the type attribute and the time to live are asked for too: cursors, the check of the item's type and
/// fields that are read back from keys need them. DynamoDB charges for the size of the items, whatever is asked of them.
///
/// ```
/// use dynamo_model::prelude::*;
/// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] struct Shop;
/// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
/// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
/// # struct Order { customer_id: String, number: u32, total_cents: u64, note: Option<String> }
/// #[derive(Projection, serde::Deserialize)]
/// #[projection(of = Order)]
/// struct OrderLine {
///     number: u32,
///     total_cents: u64,
/// }
/// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
/// let lines = shop.query(Order::of("c-1")).project::<OrderLine>().collect().await?;
/// let line: Option<OrderLine> = shop.get(Order::key("c-1", 7_u32)).project().send().await?;
/// # Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection",
    label = "has no `Projection`",
    note = "add `#[derive(Projection, serde::Deserialize)]` and `#[projection(of = ..)]` to the struct"
)]
pub trait Projection: Readable + Send + 'static {
    /// The entity whose fields these are.
    type Entity: Entity;

    /// The fields: by their names in both structs, and the names by which serde reads them into this one.
    const FIELDS: &'static [FieldDef];

    /// For each key of the entity, the first field that a read of it cannot give.
    #[doc(hidden)]
    type Lacks;
}

/// A type that serde reads, as a projection must be.
///
/// A trait of its own, as [`Stored`](super::Stored) is.
#[diagnostic::on_unimplemented(
    message = "serde does not read `{Self}`",
    label = "a projection needs `Deserialize`",
    note = "add `#[derive(serde::Deserialize)]` to the struct"
)]
pub trait Readable: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Readable for T {}

/// The field at place `N` of a projection, as a type whose name is the field's.
#[doc(hidden)]
pub trait FieldAt<const N: usize> {
    type Name;
}

/// No field is missing.
#[doc(hidden)]
#[derive(Debug)]
pub enum Nothing {}

impl<P: Projection> FieldAt<ALL> for P {
    type Name = Nothing;
}

/// What an index lacks of a projection: nothing.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the index that is queried does not hold `{Self}`, which the projection asks for",
    label = "`{Self}` is not in this index",
    note = "project the attribute into the index, leave the field out of the projection, or query the table"
)]
pub trait Held {}
#[diagnostic::do_not_recommend]
impl Held for Nothing {}

/// The place of the first field that a read of key `number` cannot give.
#[doc(hidden)]
pub const fn missing<P: Projection>(number: usize) -> usize {
    let table = <<P::Entity as Entity>::Table as Table>::DEF;
    let index = table.index_of(P::Entity::SCHEMA, number);
    first_missing(table, P::Entity::SCHEMA, P::FIELDS, index)
}

/// The attribute of the first field that a read of the index cannot give.
pub(crate) fn missing_attribute<P: Projection>(index: &IndexDef) -> Option<&'static str> {
    let (table, schema) = (<P::Entity as Entity>::Table::DEF, P::Entity::SCHEMA);
    let place = first_missing(table, schema, P::FIELDS, Some(index));
    P::FIELDS
        .get(place)
        .and_then(|field| schema.attribute_of(field.name))
}

/// What a read of key `KEY` lacks of a projection.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a projection is checked for the first 32 keys of an entity",
    label = "this is a further one"
)]
pub trait Asks<const KEY: usize> {
    type First;
}

macro_rules! lacks {
    ([$($key:literal $place:ident)*]) => {
        /// For each of an entity's keys, the place of the first field of `P` that a read of it cannot give.
        #[doc(hidden)]
        #[derive(Debug)]
        pub struct Lacks<P, $(const $place: usize),*>(std::marker::PhantomData<fn() -> P>);

        lacks!(@keys [$($place)*] $($key $place)*);
    };
    (@keys $places:tt $($key:literal $place:ident)*) => {
        $(lacks!(@key $places $key $place);)*
    };
    (@key [$($places:ident)*] $key:literal $place:ident) => {
        #[diagnostic::do_not_recommend]
        impl<P: FieldAt<$place>, $(const $places: usize),*> Asks<$key> for Lacks<P, $($places),*> {
            type First = <P as FieldAt<$place>>::Name;
        }
    };
}

lacks!([
    0 K0 1 K1 2 K2 3 K3 4 K4 5 K5 6 K6 7 K7
    8 K8 9 K9 10 K10 11 K11 12 K12 13 K13 14 K14 15 K15
    16 K16 17 K17 18 K18 19 K19 20 K20 21 K21 22 K22 23 K23
    24 K24 25 K25 26 K26 27 K27 28 K28 29 K29 30 K30 31 K31
]);

/// Whether a component is read back from keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// From every key that holds it.
    Always,
    /// From a key attribute that is the field's own attribute.
    Own,
    /// Nobody asked for it.
    Never,
}

impl Wish {
    /// For each component of an entity that is read as a whole.
    pub(super) fn all<E: Entity>() -> Vec<Self> {
        let components = E::SCHEMA.components.iter();
        components
            .map(|component| match field::<E>(component.name) {
                Some(field) if field.key_only => Self::Always,
                _ => Self::Own,
            })
            .collect()
    }

    /// For each component of an entity of which a projection is read, from the table or an index.
    pub(super) fn asked<P: Projection>(index: Option<&'static IndexDef>) -> Vec<Self> {
        let components = P::Entity::SCHEMA.components.iter();
        components
            .map(|component| match field::<P::Entity>(component.name) {
                _ if !P::FIELDS.iter().any(|asked| asked.name == component.name) => Self::Never,
                Some(field) if is_stored::<P::Entity>(field, index) => Self::Own,
                _ => Self::Always,
            })
            .collect()
    }
}

fn field<E: Entity>(name: &str) -> Option<&'static FieldDef> {
    E::SCHEMA.fields.iter().find(|field| field.name == name)
}

/// Whether a read of the table, or of an index, returns the field as an attribute.
fn is_stored<E: Entity>(field: &FieldDef, index: Option<&'static IndexDef>) -> bool {
    !field.key_only && E::Table::DEF.holds(index, field.attribute)
}

/// The attributes that a read of the table, or of an index, asks for; `None` if it has to ask for all of them, because the entity turns
/// older shapes into today's.
pub(crate) fn attributes<P: Projection>(
    index: Option<&'static IndexDef>,
) -> Option<Vec<&'static str>> {
    let (table, schema) = (<P::Entity as Entity>::Table::DEF, P::Entity::SCHEMA);
    if P::Entity::UPGRADE.is_some() {
        return None;
    }
    let wishes = Wish::asked::<P>(index);
    let fields = P::FIELDS
        .iter()
        .filter_map(|asked| field::<P::Entity>(asked.name));
    let stored = fields.filter(|field| is_stored::<P::Entity>(field, index));
    let mut all: Vec<&'static str> = Vec::with_capacity(P::FIELDS.len() + 6);
    let mut add = |name: &'static str| {
        if !all.contains(&name) && table.holds(index, name) {
            all.push(name);
        }
    };
    stored.for_each(|field| add(field.attribute));
    add(table.pk.name);
    table.sk.iter().for_each(|sk| add(sk.name));
    table.type_attribute.into_iter().for_each(&mut add);
    table.ttl.into_iter().for_each(&mut add);
    let of_index = index
        .into_iter()
        .flat_map(|index| index.pk.iter().chain(index.sk));
    of_index.for_each(|attribute| add(attribute.name));
    for key in schema.keys {
        let (pk, sk) = schema.pairs(table, key);
        for (attribute, template) in pk.chain(sk) {
            let mut components = template.components();
            if components.any(|(component, _)| wishes[component] == Wish::Always) {
                add(attribute.name);
            }
        }
    }
    Some(all)
}

/// What a projection shows to serde.
pub(super) struct Asked {
    fields: Vec<AskedField>,
}

struct AskedField {
    attribute: &'static str,
    name: &'static str,
    /// Whether it is restored: what the item has under this name is a key, or another form.
    is_restored: bool,
}

impl Asked {
    pub(super) fn of<P: Projection>(index: Option<&'static IndexDef>) -> Self {
        let wishes = Wish::asked::<P>(index);
        let fields = P::FIELDS.iter().filter_map(|asked| {
            let field = field::<P::Entity>(asked.name)?;
            Some(AskedField {
                attribute: field.attribute,
                name: asked.attribute,
                is_restored: is_restored::<P::Entity>(field, &wishes),
            })
        });
        Self {
            fields: fields.collect(),
        }
    }

    /// The time-to-live attribute, if its field is asked for.
    pub(super) fn ttl<E: Entity>(&self) -> Option<&'static str> {
        let ttl = E::SCHEMA.lifecycle.ttl?;
        let mut fields = self.fields.iter();
        fields.any(|field| field.attribute == ttl).then_some(ttl)
    }

    /// Whether some field has another name in the projection than its attribute.
    pub(super) fn renames(&self) -> bool {
        self.fields
            .iter()
            .any(|field| field.attribute != field.name)
    }

    /// What of an item is read as it is stored.
    pub(super) fn screen(&self) -> Screen {
        let fields = self.fields.iter().filter(|field| !field.is_restored);
        Screen::showing(fields.map(|field| field.attribute).collect())
    }

    /// Reads the fields under the names that the projection has for them.
    pub(super) fn read<O: DeserializeOwned>(
        &self,
        item: RawItem<'_>,
        restored: &str,
    ) -> Result<O, DecodeError> {
        let mut renamed = String::from("{");
        self.copy(item, false, &mut renamed)?;
        if !restored.is_empty() {
            self.copy(RawItem::new(restored), true, &mut renamed)?;
        }
        renamed.push('}');
        read_whole(RawItem::new(&renamed))
    }

    /// Appends the fields under the names that the projection has for them.
    fn copy(
        &self,
        item: RawItem<'_>,
        are_restored: bool,
        out: &mut String,
    ) -> Result<(), DecodeError> {
        let mut attributes = item.attributes()?;
        while let Some((attribute, value)) = attributes.next()? {
            let mut fields = self.fields.iter();
            let field = fields
                .find(|field| field.attribute == attribute && field.is_restored == are_restored);
            if let Some(field) = field {
                if out.len() > 1 {
                    out.push(',');
                }
                write_json_str(out, field.name);
                out.push(':');
                out.push_str(value);
            }
        }
        Ok(())
    }
}

/// Whether the field comes from a key, or from the number that the time to live is stored as.
fn is_restored<E: Entity>(field: &FieldDef, wishes: &[Wish]) -> bool {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    if schema.lifecycle.ttl == Some(field.attribute) {
        return true;
    }
    let mut components = schema.components.iter().zip(wishes);
    let always = components.any(|(c, wish)| c.name == field.name && *wish == Wish::Always);
    let template = schema.template_on(table, field.attribute);
    always || template.is_some_and(|template| schema.is_own(field.attribute, template))
}
