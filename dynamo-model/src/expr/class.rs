//! What an attribute is to the entity's keys: decides what an update may do with it, and what it must do besides.

use std::any::Any;
use std::marker::PhantomData;

use serde::Serialize;

use super::Value;
use crate::entity::life::{self, Moment};
use crate::key::{Component, Part};
use crate::wire::{EncodeError, ValueSerializer, Written};

/// An attribute that stands in no key.
#[derive(Debug)]
pub enum Free {}

/// A component of the primary key, which no update changes.
#[derive(Debug)]
pub enum Primary {}

/// Component number `N` of an index or of a `unique` key, where everything else that the key is made of is in the primary
/// key.
#[derive(Debug)]
pub enum Keyed<const N: usize> {}

/// Component number `N`, in slot `I` of the update's state, of an index that is made of the components `W` too. Once it is
/// removed, `R` are wanted: those of the indexes whose predicate alone reads it, which an item may be in without it.
pub struct Gated<const N: usize, const I: usize, W, R = ()>(PhantomData<fn() -> (W, R)>);

/// An attribute that the library writes: `version`, `created_at`, `updated_at`.
#[derive(Debug)]
pub enum Managed {}

/// A flattened field, whose members are attributes of the item.
#[derive(Debug)]
pub enum Flat {}

/// Component number `N`, alone in the templates of its index keys; `OWN` says that it is stored as the key attribute
/// itself, so that the service may compute it.
#[derive(Debug)]
pub enum Single<const N: usize, const OWN: bool> {}

/// A field that the predicate of `when = ..` reads, in slot `I`; it is no component.
pub struct Judged<const I: usize, W>(PhantomData<fn() -> W>);

/// A field that the predicate of `when = ..` reads, where no slot waits for another: there is none, or it is checked before
/// the update is sent. It is no component.
#[derive(Debug)]
pub enum Read {}

/// A field that an update does not set but may assume: `created_at` in the key of an index, in slot `I`.
pub struct Fixed<const N: usize, const I: usize>;

/// An element of a list, or a member of a map.
#[derive(Debug)]
pub enum Member {}

/// A field that stands in keys and is no attribute of its own.
pub struct Unstored<C>(PhantomData<fn() -> C>);

/// An attribute that `#[serde(with = ..)]` writes, by the codec `M`.
pub struct With<M, C>(PhantomData<fn() -> (M, C)>);

/// The class of an attribute.
pub trait Class: 'static {}

/// The class of what is stored as an attribute: it can be asked for in conditions.
#[diagnostic::on_unimplemented(
    message = "this field is no attribute that a condition could ask for",
    label = "a `key_only` field is part of keys only; of a flattened field, name the members"
)]
pub trait Stored: Class {}

macro_rules! classes {
    ($([$($generics:tt)*] $class:ty;)*) => {$(
        impl<$($generics)*> Class for $class {}
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Stored for $class {}

        #[diagnostic::do_not_recommend]
        impl<W, $($generics)*> Encodes<W> for $class {
            fn encode<V: Value<W>>(
                value: &V,
                serializer: ValueSerializer<'_>,
            ) -> Result<Written, EncodeError> {
                value.write(serializer)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<K: super::kind::Ordered, $($generics)*> Orders<K> for $class {}
    )*};
}
classes! {
    [] Free;
    [] Primary;
    [] Managed;
    [] Member;
    [const N: usize] Keyed<N>;
    [const N: usize, const OWN: bool] Single<N, OWN>;
    [const N: usize, const I: usize, G: 'static, R: 'static] Gated<N, I, G, R>;
    [const I: usize, G: 'static] Judged<I, G>;
    [] Read;
    [const N: usize, const I: usize] Fixed<N, I>;
}
impl Class for Flat {}
impl<C: Class> Class for Unstored<C> {}
impl<M: 'static, C: Class> Class for With<M, C> {}
#[diagnostic::do_not_recommend]
impl<M: 'static, C: Stored> Stored for With<M, C> {}

/// How the attributes of a class are written.
#[diagnostic::on_unimplemented(
    message = "this field is no attribute of its own",
    label = "a `key_only` field is part of keys only; of a flattened field, name the members"
)]
pub trait Encodes<W>: Stored {
    /// Writes a value that is given for an attribute of type `W`.
    ///
    /// # Errors
    ///
    /// What its `Serialize` says.
    #[doc(hidden)]
    fn encode<V: Value<W>>(
        value: &V,
        serializer: ValueSerializer<'_>,
    ) -> Result<Written, EncodeError>;

    /// Whether what is written is in the order of the values.
    #[doc(hidden)]
    fn is_ordered() -> bool {
        true
    }
}

#[diagnostic::do_not_recommend]
impl<W, M: Codec<W> + 'static, C: Stored> Encodes<W> for With<M, C> {
    fn encode<V: Value<W>>(
        value: &V,
        serializer: ValueSerializer<'_>,
    ) -> Result<Written, EncodeError> {
        M::encode(&value.whole(), serializer)
    }
}

/// The function of a `#[serde(with = ..)]`.
pub trait Codec<W> {
    /// Writes the value as the field is written.
    ///
    /// # Errors
    ///
    /// What the function says.
    fn encode(value: &W, serializer: ValueSerializer<'_>) -> Result<Written, EncodeError>;

    /// What keys are made of: by what is stored of the value.
    #[doc(hidden)]
    fn part(part: Part<'static>) -> Part<'static> {
        part
    }
}

/// Whether values of kind `K` are ordered in attributes of a class: those of ordered kinds, and what the user encodes
/// himself.
#[diagnostic::on_unimplemented(
    message = "DynamoDB does not order these values as Rust does",
    label = "`lt`, `le`, `gt`, `ge` and `between` are for numbers, text, bytes and dates",
    note = "a time is stored as text whose fraction varies in length: store it as a number, for example with `#[serde(with = \"jiff::fmt::serde::timestamp::second::required\")]`, or compare it in a sort key"
)]
pub trait Orders<K> {}

// Of these nothing is asked anyway, which is another error.
#[diagnostic::do_not_recommend]
impl<K: super::kind::Ordered, C> Orders<K> for Unstored<C> {}
#[diagnostic::do_not_recommend]
impl<K, M, C> Orders<K> for With<M, C> {}

/// The codec of the time-to-live field: epoch seconds, as a number.
#[derive(Debug)]
pub enum Epoch {}

impl<W: Moment> Codec<W> for Epoch {
    fn encode(value: &W, serializer: ValueSerializer<'_>) -> Result<Written, EncodeError> {
        value.seconds().serialize(serializer)
    }

    fn part(part: Part<'static>) -> Part<'static> {
        life::whole(part)
    }
}

/// What an update remembers of a value it is given for an attribute of the class, because keys are made of it.
pub trait Notes<W>: Class {
    /// The component's value.
    #[doc(hidden)]
    fn note<V: Value<W>>(value: &V) -> Option<Note>;
}

/// A value that keys are made of.
pub struct Note {
    /// The component, and the value as a part of a key: `None` if the field is `None`.
    pub(crate) component: Option<(usize, Option<Part<'static>>)>,
    /// The value as the field holds it.
    pub(crate) whole: Box<dyn Any + Send>,
}

fn component<W: Component + Send + 'static, V: Value<W>>(number: usize, value: &V) -> Note {
    let whole = value.whole();
    Note {
        component: Some((number, whole.part().map(Part::into_owned))),
        whole: Box::new(whole),
    }
}

macro_rules! notes {
    ($([$($generics:tt)*] $class:ty: $number:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<W: Component + Send + 'static, $($generics)*> Notes<W> for $class {
            fn note<V: Value<W>>(value: &V) -> Option<Note> {
                Some(component(($number), value))
            }
        }
    )*};
}
notes! {
    [const N: usize] Keyed<N>: N;
    [const N: usize, const OWN: bool] Single<N, OWN>: N;
    [const N: usize, const I: usize, G: 'static, R: 'static] Gated<N, I, G, R>: N;
    [const N: usize, const I: usize] Fixed<N, I>: N;
}
impl<W: Send + 'static, const I: usize, G: 'static> Notes<W> for Judged<I, G> {
    fn note<V: Value<W>>(value: &V) -> Option<Note> {
        Read::note(value)
    }
}
impl<W: Send + 'static> Notes<W> for Read {
    fn note<V: Value<W>>(value: &V) -> Option<Note> {
        Some(Note {
            component: None,
            whole: Box::new(value.whole()),
        })
    }
}
impl<W> Notes<W> for Free {
    fn note<V: Value<W>>(_: &V) -> Option<Note> {
        None
    }
}
impl<W> Notes<W> for Member {
    fn note<V: Value<W>>(_: &V) -> Option<Note> {
        None
    }
}
impl<W, M: Codec<W> + 'static, C: Notes<W>> Notes<W> for With<M, C> {
    fn note<V: Value<W>>(value: &V) -> Option<Note> {
        let mut note = C::note(value)?;
        if let Some((number, part)) = note.component.take() {
            note.component = Some((number, part.map(M::part)));
        }
        Some(note)
    }
}
impl<W, C: Notes<W>> Notes<W> for Unstored<C> {
    fn note<V: Value<W>>(value: &V) -> Option<Note> {
        C::note(value)
    }
}
