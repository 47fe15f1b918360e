//! What an update has said of the components of indexes, as a type: an update that would leave an index key stale does not
//! compile (law 5).
//!
//! A component is *gated* if an index that it stands in is made of another component too that the primary key does not
//! hold. An entity has a slot for each; the update's type keeps a tuple of their states. Setting a component fills its
//! slot and asks for the others of its indexes; assuming a value fills a slot and asks for nothing.

use std::marker::PhantomData;

use super::class::{
    Class, Codec, Encodes, Fixed, Free, Gated, Judged, Keyed, Member, Note, Notes, Read, Single,
    Stored, Unstored, With,
};
use super::value::{Value, encode};
use crate::key::Component;
use crate::wire::EncodeError;

/// Nothing was said of component `F`.
pub struct Idle<F>(PhantomData<fn() -> F>);

/// The component's value is known: it is set, removed or assumed.
#[derive(Debug)]
pub enum Given {}

/// An index key is rewritten that is made of component `F` too.
pub struct Missing<F>(PhantomData<fn() -> F>);

/// Slot `J`, and then the slots `Rest`.
pub struct At<const J: usize, Rest = ()>(PhantomData<fn() -> Rest>);

/// The state of a slot.
pub trait State {
    /// The state once the component's value is wanted.
    type Wanted;
    /// The component if its value is missing, else `Next`.
    type Or<Next>;
}

impl<F> State for Idle<F> {
    type Wanted = Missing<F>;
    type Or<Next> = Next;
}
impl State for Given {
    type Wanted = Given;
    type Or<Next> = Next;
}
impl<F> State for Missing<F> {
    type Wanted = Missing<F>;
    type Or<Next> = F;
}

/// Slot `I` is filled.
pub trait Give<const I: usize> {
    /// The states then.
    type After;
}

/// Slot `J` is asked for.
pub trait Want<const J: usize> {
    /// The states then.
    type After;
}

/// The slots of a list are asked for.
pub trait WantAll<W> {
    /// The states then.
    type After;
}

impl<S> WantAll<()> for S {
    type After = S;
}
impl<S: Want<J>, const J: usize, Rest> WantAll<At<J, Rest>> for S
where
    S::After: WantAll<Rest>,
{
    type After = <S::After as WantAll<Rest>>::After;
}

/// The first component that is missing, or [`Nothing`].
pub trait States {
    /// The component.
    type Lack;
}

/// No component is missing.
#[derive(Debug)]
pub enum Nothing {}

/// No component is missing.
#[diagnostic::on_unimplemented(
    message = "this update would leave an index key stale: the key is made from `{Self}` too",
    label = "before this: `.set(|o| o.{Self}, ..)`, or `.assume(|o| o.{Self}, ..)` with its present value",
    note = "what is assumed becomes a condition of the update"
)]
pub trait Known {}
impl Known for Nothing {}

impl States for () {
    type Lack = Nothing;
}

macro_rules! slots {
    ($($i:literal: [$($before:ident)*] $slot:ident [$($after:ident)*];)*) => {$(
        impl<$($before,)* $slot, $($after),*> Give<$i> for ($($before,)* $slot, $($after,)*) {
            type After = ($($before,)* Given, $($after,)*);
        }
        impl<$($before,)* $slot: State, $($after),*> Want<$i> for ($($before,)* $slot, $($after,)*) {
            type After = ($($before,)* $slot::Wanted, $($after,)*);
        }
    )*};
}

macro_rules! lack {
    () => { Nothing };
    ($first:ident $($rest:ident)*) => { $first::Or<lack!($($rest)*)> };
}

macro_rules! lacks {
    ($([$($slot:ident)*];)*) => {$(
        impl<$($slot: State),*> States for ($($slot,)*) {
            type Lack = lack!($($slot)*);
        }
    )*};
}

lacks! {
    [A];
    [A B];
    [A B C];
    [A B C D];
    [A B C D E];
    [A B C D E F];
    [A B C D E F G];
    [A B C D E F G H];
}

slots! {
    0: [] A [];
    0: [] A [B];
    1: [A] B [];
    0: [] A [B C];
    1: [A] B [C];
    2: [A B] C [];
    0: [] A [B C D];
    1: [A] B [C D];
    2: [A B] C [D];
    3: [A B C] D [];
    0: [] A [B C D E];
    1: [A] B [C D E];
    2: [A B] C [D E];
    3: [A B C] D [E];
    4: [A B C D] E [];
    0: [] A [B C D E F];
    1: [A] B [C D E F];
    2: [A B] C [D E F];
    3: [A B C] D [E F];
    4: [A B C D] E [F];
    5: [A B C D E] F [];
    0: [] A [B C D E F G];
    1: [A] B [C D E F G];
    2: [A B] C [D E F G];
    3: [A B C] D [E F G];
    4: [A B C D] E [F G];
    5: [A B C D E] F [G];
    6: [A B C D E F] G [];
    0: [] A [B C D E F G H];
    1: [A] B [C D E F G H];
    2: [A B] C [D E F G H];
    3: [A B C] D [E F G H];
    4: [A B C D] E [F G H];
    5: [A B C D E] F [G H];
    6: [A B C D E F] G [H];
    7: [A B C D E F G] H [];
}

/// An update in state `S` may set attributes of this class, declared as `W`.
#[diagnostic::on_unimplemented(
    message = "an update does not set this attribute: it is `{Self}`",
    label = "`Primary`: it is part of the primary key, which never changes; `Managed`: the library writes it; `Flat`: it has no value of its own",
    note = "to move an item to another primary key, use `rekey`"
)]
pub trait Sets<S, W>: Notes<W> {
    /// The state then.
    type After;

    /// The value as DynamoDB JSON, inside `Some`; `None` inside if it is one that is not stored; `None` if the field is no
    /// attribute of its own.
    ///
    /// # Errors
    ///
    /// What its `Serialize` says.
    #[doc(hidden)]
    fn json<V: Value<W>>(value: &V) -> Result<Option<Option<String>>, EncodeError>;
}

/// An update in state `S` may remove attributes of this class, declared as `W`.
#[diagnostic::on_unimplemented(
    message = "an update does not remove this attribute: it is `{W}`, and `{Self}`",
    label = "only an `Option`, a set, an element of a list or a member of a map can be absent",
    note = "`Primary`: it is part of the primary key, which never changes; `Managed`: the library writes it"
)]
pub trait Removes<S, W>: Class {
    /// The state then.
    type After;

    /// What keys are made of then.
    #[doc(hidden)]
    fn gone() -> Option<Note>;
}

/// An update in state `S` may assume the value of attributes of this class, declared as `W`.
#[diagnostic::on_unimplemented(
    message = "an update assumes nothing of this attribute: it is `{Self}`",
    label = "only components of indexes have to be assumed",
    note = "say it with `condition`"
)]
pub trait Assumes<S, W>: Notes<W> + Stored + Encodes<W> {
    /// The state then.
    type After;
}

/// The service may compute the attribute's new value, because no key is made of it.
#[diagnostic::on_unimplemented(
    message = "the new value of this attribute must be known: it is `{Self}`",
    label = "a key is made of it, or the library writes it: use `set` with the value, and a condition on the present one",
    note = "`add`, `subtract`, `set_if_absent`, `set_from`, `append` and `prepend` leave the value to the service, which does not make keys"
)]
pub trait Computes: Stored {}

impl Computes for Free {}
impl Computes for Member {}
impl<const N: usize> Computes for Single<N, true> {}
impl<M: 'static, C: Computes> Computes for With<M, C> {}

/// The attribute is written by a codec of its own, as sets are.
#[diagnostic::on_unimplemented(
    message = "this attribute is not stored as a set",
    label = "a set is declared with `#[serde(with = \"dynamo_model::types::string_set\", default)]` (or `number_set`, `binary_set`)",
    note = "without it serde writes a list, which grows with `append`"
)]
pub trait IsSet: Stored {}
impl<M: 'static> IsSet for With<M, Free> {}

macro_rules! sets {
    ($([$($bounds:tt)*] [$($generics:tt)*] $class:ty => $after:ty $(, [$($clauses:tt)*])?;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<S, W: $($bounds)*, $($generics)*> Sets<S, W> for $class $(where $($clauses)*)? {
            type After = $after;

            fn json<V: Value<W>>(value: &V) -> Result<Option<Option<String>>, EncodeError> {
                encode::<W, $class, V>(value).map(Some)
            }
        }
    )*};
}
sets! {
    [] [] Free => S;
    [] [] Member => S;
    [Component + Send + 'static] [const N: usize] Keyed<N> => S;
    [Component + Send + 'static] [const N: usize, const OWN: bool] Single<N, OWN> => S;
    [Component + Send + 'static] [const N: usize, const I: usize, G: 'static, R: 'static] Gated<N, I, G, R> => <<S as Give<I>>::After as WantAll<G>>::After, [S: Give<I>, S::After: WantAll<G>];
    [Send + 'static] [] Read => S;
    [Send + 'static] [const I: usize, G: 'static] Judged<I, G> => <<S as Give<I>>::After as WantAll<G>>::After, [S: Give<I>, S::After: WantAll<G>];
}

#[diagnostic::do_not_recommend]
impl<S, W, M: Codec<W> + 'static, C: Sets<S, W>> Sets<S, W> for With<M, C> {
    type After = C::After;

    fn json<V: Value<W>>(value: &V) -> Result<Option<Option<String>>, EncodeError> {
        encode::<W, Self, V>(value).map(Some)
    }
}

#[diagnostic::do_not_recommend]
impl<S, W, C: Sets<S, W>> Sets<S, W> for Unstored<C> {
    type After = C::After;

    fn json<V: Value<W>>(_: &V) -> Result<Option<Option<String>>, EncodeError> {
        Ok(None)
    }
}

macro_rules! removes {
    ($([$($generics:tt)*] $class:ty, $value:ty => $after:ty, $gone:expr $(, [$($clauses:tt)*])?;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<S, $($generics)*> Removes<S, $value> for $class $(where $($clauses)*)? {
            type After = $after;

            fn gone() -> Option<Note> {
                $gone
            }
        }
    )*};
}

fn absent<T: Send + 'static>(component: Option<usize>) -> Option<Note> {
    Some(Note {
        component: component.map(|number| (number, None)),
        whole: Box::new(None::<T>),
    })
}

// Without one of its components an item is not in the index, whatever the others are; a predicate still reads it.
removes! {
    [T] Free, Option<T> => S, None;
    [W] Member, W => S, None;
    [W, M: 'static] With<M, Free>, W => S, None;
    [T: Send + 'static, const N: usize] Keyed<N>, Option<T> => S, absent::<T>(Some(N));
    [T: Send + 'static, const N: usize, const OWN: bool] Single<N, OWN>, Option<T> => S, absent::<T>(Some(N));
    [T: Send + 'static, const N: usize, const I: usize, G: 'static, R: 'static] Gated<N, I, G, R>, Option<T> => <<S as Give<I>>::After as WantAll<R>>::After, absent::<T>(Some(N)), [S: Give<I>, S::After: WantAll<R>];
    [T: Send + 'static] Read, Option<T> => S, absent::<T>(None);
    [T: Send + 'static, const I: usize, G: 'static] Judged<I, G>, Option<T> => <<S as Give<I>>::After as WantAll<G>>::After, absent::<T>(None), [S: Give<I>, S::After: WantAll<G>];
    [T: Send + 'static, M: 'static, const N: usize] With<M, Keyed<N>>, Option<T> => S, absent::<T>(Some(N));
    [T: Send + 'static, M: 'static, const N: usize, const OWN: bool] With<M, Single<N, OWN>>, Option<T> => S, absent::<T>(Some(N));
    [T: Send + 'static, M: 'static, const N: usize, const I: usize, G: 'static, R: 'static] With<M, Gated<N, I, G, R>>, Option<T> => <<S as Give<I>>::After as WantAll<R>>::After, absent::<T>(Some(N)), [S: Give<I>, S::After: WantAll<R>];
    [T: Send + 'static, M: 'static] With<M, Read>, Option<T> => S, absent::<T>(None);
    [T: Send + 'static, M: 'static, const I: usize, G: 'static] With<M, Judged<I, G>>, Option<T> => <<S as Give<I>>::After as WantAll<G>>::After, absent::<T>(None), [S: Give<I>, S::After: WantAll<G>];
    [W, C: Removes<S, W>] Unstored<C>, W => C::After, C::gone();
}

macro_rules! assumes {
    ($([$($bounds:tt)*] [$($generics:tt)*] $class:ty => $after:ty $(, [$($clauses:tt)*])?;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<S, W: $($bounds)*, $($generics)*> Assumes<S, W> for $class $(where $($clauses)*)? {
            type After = $after;
        }
    )*};
}
assumes! {
    [Component + Send + 'static] [const N: usize] Keyed<N> => S;
    [Component + Send + 'static] [const N: usize, const OWN: bool] Single<N, OWN> => S;
    [Component + Send + 'static] [const N: usize, const I: usize, G: 'static, R: 'static] Gated<N, I, G, R> => <S as Give<I>>::After, [S: Give<I>];
    [Send + 'static] [] Read => S;
    [Send + 'static] [const I: usize, G: 'static] Judged<I, G> => <S as Give<I>>::After, [S: Give<I>];
    [Component + Send + 'static] [const N: usize, const I: usize] Fixed<N, I> => <S as Give<I>>::After, [S: Give<I>];
}

#[diagnostic::do_not_recommend]
impl<S, W, M: Codec<W> + 'static, C: Assumes<S, W>> Assumes<S, W> for With<M, C> {
    type After = C::After;
}
