//! What an update has said of the components of indexes, as a type: an update that would leave an index key stale does not
//! compile (law 5).
//!
//! A component is *gated* if an index that it stands in is made of another component too that the primary key does not
//! hold. An entity has a slot for each; the update's type keeps a tuple of their states. Setting a component fills its
//! slot and asks for the others of its indexes; assuming a value fills a slot and asks for nothing.

use std::collections::{BTreeSet, HashSet, VecDeque};
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
#[diagnostic::do_not_recommend]
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
    message = "an update does not set this attribute",
    label = "the primary key never changes; `version` and the times of writes are the library's; of a flattened field, set the members",
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
    message = "an update does not remove this attribute",
    label = "only an `Option`, a set, an element of a list or a member of a map can be absent",
    note = "the primary key never changes, and `version` and the times of writes are the library's"
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
    message = "an update has nothing to assume of this attribute",
    label = "`assume` is for components of index keys that the primary key does not hold",
    note = "to ask for its value, use `condition`"
)]
pub trait Assumes<S, W>: Notes<W> + Stored + Encodes<W> {
    /// The state then.
    type After;
}

/// The service may compute the attribute's new value, because no key is made of it.
#[diagnostic::on_unimplemented(
    message = "the new value of this attribute must be known",
    label = "a key is made of it, or the library writes it: use `set` with the value, and a condition on the present one",
    note = "`add`, `subtract`, `set_if_absent`, `set_from`, `append`, `prepend` and `set_raw` leave the value to the service, which does not make keys"
)]
pub trait Computes: Stored {}

#[diagnostic::do_not_recommend]
impl Computes for Free {}
#[diagnostic::do_not_recommend]
impl Computes for Member {}
#[diagnostic::do_not_recommend]
impl<const N: usize> Computes for Single<N, true> {}
#[diagnostic::do_not_recommend]
impl<M: 'static, C: Computes> Computes for With<M, C> {}

/// The attribute is written by a codec of its own, as sets are.
#[diagnostic::on_unimplemented(
    message = "this attribute is not stored as a set",
    label = "a set is declared with `#[serde(with = \"dynamo_model::types::string_set\", default)]` (or `number_set`, `binary_set`)",
    note = "without it serde writes a list, which grows with `append`"
)]
pub trait IsSet: Stored {}
#[diagnostic::do_not_recommend]
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
impl<S, W, M: Codec<W> + 'static, C: Sets<S, W> + Stored> Sets<S, W> for With<M, C> {
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
    ($([$($generics:tt)*] $class:ty => $after:ty, $gone:expr $(, [$($clauses:tt)*])?;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<S, $($generics)*> Removes<S, W> for $class $(where $($clauses)*)? {
            type After = $after;

            fn gone() -> Option<Note> {
                $gone
            }
        }
    )*};
}

/// A field that can be absent: an `Option`.
pub trait Optional {
    /// What it holds then.
    #[doc(hidden)]
    fn none() -> Self;
}

impl<T> Optional for Option<T> {
    fn none() -> Self {
        None
    }
}

/// A field that its codec can read the absence of: an `Option`, or a collection that is written as a set.
pub trait Omitted {}
impl<T> Omitted for Option<T> {}
impl<T> Omitted for Vec<T> {}
impl<T> Omitted for VecDeque<T> {}
impl<T> Omitted for BTreeSet<T> {}
impl<T, H> Omitted for HashSet<T, H> {}

fn absent<W: Optional + Send + 'static>(component: Option<usize>) -> Note {
    Note {
        component: component.map(|number| (number, None)),
        whole: Box::new(W::none()),
    }
}

// Without one of its components an item is not in the index, whatever the others are; a predicate still reads it.
removes! {
    [W: Optional] Free => S, None;
    [W] Member => S, None;
    [W: Omitted, M: 'static] With<M, Free> => S, None;
    [W: Optional + Send + 'static, const N: usize] Keyed<N> => S, Some(absent::<W>(Some(N)));
    [W: Optional + Send + 'static, const N: usize, const OWN: bool] Single<N, OWN> => S, Some(absent::<W>(Some(N)));
    [W: Optional + Send + 'static, const N: usize, const I: usize, G: 'static, R: 'static] Gated<N, I, G, R> => <<S as Give<I>>::After as WantAll<R>>::After, Some(absent::<W>(Some(N))), [S: Give<I>, S::After: WantAll<R>];
    [W: Optional + Send + 'static] Read => S, Some(absent::<W>(None));
    [W: Optional + Send + 'static, const I: usize, G: 'static] Judged<I, G> => <<S as Give<I>>::After as WantAll<G>>::After, Some(absent::<W>(None)), [S: Give<I>, S::After: WantAll<G>];
    [W: Optional + Send + 'static, M: 'static, const N: usize] With<M, Keyed<N>> => S, Some(absent::<W>(Some(N)));
    [W: Optional + Send + 'static, M: 'static, const N: usize, const OWN: bool] With<M, Single<N, OWN>> => S, Some(absent::<W>(Some(N)));
    [W: Optional + Send + 'static, M: 'static, const N: usize, const I: usize, G: 'static, R: 'static] With<M, Gated<N, I, G, R>> => <<S as Give<I>>::After as WantAll<R>>::After, Some(absent::<W>(Some(N))), [S: Give<I>, S::After: WantAll<R>];
    [W: Optional + Send + 'static, M: 'static] With<M, Read> => S, Some(absent::<W>(None));
    [W: Optional + Send + 'static, M: 'static, const I: usize, G: 'static] With<M, Judged<I, G>> => <<S as Give<I>>::After as WantAll<G>>::After, Some(absent::<W>(None)), [S: Give<I>, S::After: WantAll<G>];
    [W, C: Removes<S, W>] Unstored<C> => C::After, C::gone();
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
