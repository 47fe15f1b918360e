//! Fields that may be stored as a key attribute itself: they are written in the form of keys then, in conditions too.

use std::marker::PhantomData;

use serde::{Serialize, Serializer as _};

use super::class::{Class, Encodes, Note, Notes, Orders, Stored};
use super::gate::{Assumes, Computes, Removes, Sets};
use super::value::{Value, encode as encode_value};
use crate::entity::context;
use crate::key::{
    Component, Format, KeyKind, KeyProblem, KeyValue, OrderClass, Part, Place, Segment, Template,
    capabilities, encode,
};
use crate::types::Number;
use crate::wire::{EncodeError, ValueSerializer, Written};
use crate::{Entity, Table};

/// Component number `N` of entity `E`, which is the whole of a key template. If the field's own attribute is the key
/// attribute, it is stored in the form of keys, otherwise as attributes of class `C` are.
pub struct AsKey<E, const N: usize, C>(PhantomData<fn() -> (E, C)>);

/// The template that writes the component's own attribute, if one does.
fn own<E: Entity>(component: usize) -> Option<(Template, Place)> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    schema.keys.iter().find_map(|key| {
        let (pk, sk) = schema.pairs(table, key);
        let pk = pk.map(|(attribute, template)| {
            (attribute.name, template, Place::partition(attribute.kind))
        });
        let sk =
            sk.map(|(attribute, template)| (attribute.name, template, Place::sort(attribute.kind)));
        let mut all = pk.chain(sk);
        let found = all.find(|(name, template, _)| {
            template.single() == Some(component) && schema.is_own(name, *template)
        });
        found.map(|(_, template, place)| (template, place))
    })
}

impl<E: 'static, const N: usize, C: Class> Class for AsKey<E, N, C> {}
#[diagnostic::do_not_recommend]
impl<E: 'static, const N: usize, C: Stored> Stored for AsKey<E, N, C> {}
#[diagnostic::do_not_recommend]
impl<E: 'static, K, const N: usize, C: Orders<K>> Orders<K> for AsKey<E, N, C> {}
#[diagnostic::do_not_recommend]
impl<E: 'static, const N: usize, C: Computes> Computes for AsKey<E, N, C> {}

#[diagnostic::do_not_recommend]
impl<E: Entity, W: Component, const N: usize, C: Encodes<W>> Encodes<W> for AsKey<E, N, C> {
    fn encode<V: Value<W>>(
        value: &V,
        serializer: ValueSerializer<'_>,
    ) -> Result<Written, EncodeError> {
        let Some((template, place)) = own::<E>(N) else {
            return C::encode(value, serializer);
        };
        let whole = value.whole();
        let Some(part) = whole.part() else {
            return serializer.serialize_none();
        };
        let made = encode(context::<E>(), template, place, &|_| {
            Some(Part::clone(&part))
        });
        match made {
            Ok(Some(KeyValue::S(text))) => serializer.serialize_str(&text),
            Ok(Some(KeyValue::N(digits))) => match digits.parse::<Number>() {
                Ok(number) => number.serialize(serializer),
                Err(_) => Err(EncodeError::new(IN_NO_KEY)),
            },
            Ok(Some(KeyValue::B(bytes))) => serializer.serialize_bytes(&bytes),
            Err(error) if matches!(error.problem(), KeyProblem::Empty) => {
                Err(EncodeError::new(EMPTY))
            }
            Ok(None) | Err(_) => Err(EncodeError::new(IN_NO_KEY)),
        }
    }

    fn is_ordered() -> bool {
        let Some((Template([Segment::Part(component, format)]), place)) = own::<E>(N) else {
            return true;
        };
        let def = E::SCHEMA.components[*component];
        let order = match format {
            Format::Desc => return false,
            _ if place.kind == KeyKind::N => return true,
            Format::Default => def.order,
            format => match capabilities(def.shape, *format) {
                Some(able) => able.order,
                None => OrderClass::Unordered,
            },
        };
        order != OrderClass::Unordered
    }
}

const EMPTY: &str = "the attribute is a key, and no key is empty";
const IN_NO_KEY: &str = "the attribute is a key, and the value can be in none";

#[diagnostic::do_not_recommend]
impl<E: 'static, W, const N: usize, C: Notes<W>> Notes<W> for AsKey<E, N, C> {
    fn note<V: Value<W>>(value: &V) -> Option<Note> {
        C::note(value)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity, S, W: Component, const N: usize, C: Sets<S, W> + Encodes<W>> Sets<S, W>
    for AsKey<E, N, C>
{
    type After = C::After;

    fn json<V: Value<W>>(value: &V) -> Result<Option<Option<String>>, EncodeError> {
        encode_value::<W, Self, V>(value).map(Some)
    }
}

#[diagnostic::do_not_recommend]
impl<E: 'static, S, W, const N: usize, C: Removes<S, W>> Removes<S, W> for AsKey<E, N, C> {
    type After = C::After;

    fn gone() -> Option<Note> {
        C::gone()
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity, S, W: Component, const N: usize, C: Assumes<S, W>> Assumes<S, W>
    for AsKey<E, N, C>
{
    type After = C::After;
}
