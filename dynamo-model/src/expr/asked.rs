//! A projection's fields against those of its entity: called by what `#[derive(Projection)]` prints, and never run.

use std::marker::PhantomData;

use super::Handles;
use super::as_key::AsKey;
use super::attr::Attribute;
use super::class::{
    Class, Epoch, Fixed, Free, Gated, Judged, Keyed, Managed, Primary, Read, Single, Unstored, With,
};

/// A projection's field of type `Self`, for an entity's field of type `W`.
#[diagnostic::on_unimplemented(
    message = "the entity's field is a `{W}`, which a `{Self}` does not hold",
    label = "`{W}` or `Option<{W}>` is expected here"
)]
pub trait Holds<W> {}

#[diagnostic::do_not_recommend]
impl<W> Holds<W> for W {}
#[diagnostic::do_not_recommend]
impl<W> Holds<W> for Option<W> {}

/// The class of a field that is an attribute, or part of a key.
#[diagnostic::on_unimplemented(
    message = "this field is flattened, and no attribute that a projection could ask for",
    label = "read the whole entity instead"
)]
pub trait Whole: Class {}

/// The class of a field that is stored as its type says.
#[diagnostic::on_unimplemented(
    message = "this field is not stored as its type says",
    label = "the entity stores it by `#[serde(with = ..)]`, which is needed here too, or flattens it, so that it is no attribute"
)]
pub trait Plain: Whole {}

macro_rules! plain {
    ($([$($generics:tt)*] $class:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Whole for $class {}
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Plain for $class {}
    )*};
}
plain! {
    [] Free;
    [] Primary;
    [] Managed;
    [] Read;
    [const N: usize] Keyed<N>;
    [const N: usize, const OWN: bool] Single<N, OWN>;
    [const N: usize, const I: usize, G: 'static, R: 'static] Gated<N, I, G, R>;
    [const I: usize, G: 'static] Judged<I, G>;
    [const N: usize, const I: usize] Fixed<N, I>;
    [C: Class] Unstored<C>;
}

#[diagnostic::do_not_recommend]
impl<M: 'static, C: Class> Whole for With<M, C> {}
// A time to live is turned back into its type before serde sees it.
#[diagnostic::do_not_recommend]
impl<C: Class> Plain for With<Epoch, C> {}
#[diagnostic::do_not_recommend]
impl<E: 'static, const N: usize, C: Whole> Whole for AsKey<E, N, C> {}
#[diagnostic::do_not_recommend]
impl<E: 'static, const N: usize, C: Plain> Plain for AsKey<E, N, C> {}

/// The entity that a projection names: whatever has handles.
pub trait Whose {
    type Entity;
    type Attributes;
}

// Nothing else is asked of it here, so that one thing is wrong and not two.
#[diagnostic::do_not_recommend]
impl<E: Handles> Whose for E {
    type Entity = E;
    type Attributes = E::Attributes;
}

/// An entity's field of type `W`. Two steps, because the compiler has to know `W` before it looks for a [`Holds`].
#[derive(Debug)]
pub struct Asked<W>(PhantomData<fn() -> W>);

impl<W> Asked<W> {
    /// The projection's field can hold it.
    pub const fn by<T: Holds<W>>(self) {}
}

/// A field that a projection names.
pub fn asked<A: Attribute<Class: Plain>>(_: &A) -> Asked<A::Value> {
    Asked(PhantomData)
}

/// The same of a field with a `deserialize_with`, which knows what is stored.
pub fn asked_with<A: Attribute<Class: Whole>>(_: &A) -> Asked<A::Value> {
    Asked(PhantomData)
}
