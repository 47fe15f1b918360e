//! What the types of attributes are to DynamoDB, and what can be asked of each.

use std::marker::PhantomData;

use super::{Attr, Path};

/// The type of a field, of a list's elements or of a map's members: what DynamoDB can do with it, and the handle by
/// which conditions and updates name it.
///
/// Implemented for the usual types of the standard library, for this crate's own, and for the id and time types behind
/// features. `#[derive(Document)]` implements it for structs and enums that serde reads and writes, `#[derive(KeyPart)]`
/// for key parts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known as the type of an attribute",
    label = "has no `AttributeType`",
    note = "add `#[derive(Document)]` to it if it is yours, or `#[derive(KeyPart)]` if it stands in keys",
    note = "for a type of another crate, add `#[entity(opaque)]` (in a document: `#[document(opaque)]`) to the field: it is then set and compared as a whole"
)]
pub trait AttributeType: Sized {
    /// What the value is to DynamoDB.
    type Kind: Kind;

    /// The handle of an attribute of entity `E` that is declared as `W`, which is `Self` or an `Option` of it.
    type Attr<E, W, C>;

    /// The handle at a path.
    fn attr<E, W, C>(path: Path) -> Self::Attr<E, W, C>;
}

/// What a value is to DynamoDB: decides which operators compile.
pub trait Kind: sealed::Sealed {
    /// DynamoDB's name of the type, if it is always the same.
    const TYPE: Option<&'static str>;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $ty:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl Kind for $name {
            const TYPE: Option<&'static str> = $ty;
        }
        impl sealed::Sealed for $name {}
    )*};
}

kinds! {
    /// A string (`S`), in the order of its UTF-8 bytes.
    Text = Some("S");
    /// A string that stands for something else, an id or an enum's variant: equal or not.
    Symbol = Some("S");
    /// A date or an id, stored as a string whose order is that of the values.
    Sorted = Some("S");
    /// A point in time, stored as a string whose fraction varies in length, so that its order is not that of time.
    Time = None;
    /// A number (`N`).
    Numeric = Some("N");
    /// Bytes (`B`).
    Bytes = Some("B");
    /// A truth value (`BOOL`).
    Flag = Some("BOOL");
    /// A map (`M`) with declared members.
    Members = Some("M");
    /// Anything that serde writes.
    Opaque = None;
}

/// A list (`L`) of `T`.
#[derive(Debug)]
pub struct List<T>(PhantomData<fn() -> T>);

/// A collection of `T` without an order of its own: a set (`SS`, `NS`, `BS`) if it is written as one, else a list.
#[derive(Debug)]
pub struct Elements<T>(PhantomData<fn() -> T>);

/// A map (`M`) from any names to `T`.
#[derive(Debug)]
pub struct Map<T>(PhantomData<fn() -> T>);

impl<T> Kind for List<T> {
    const TYPE: Option<&'static str> = Some("L");
}
impl<T> Kind for Elements<T> {
    const TYPE: Option<&'static str> = None;
}
impl<T> Kind for Map<T> {
    const TYPE: Option<&'static str> = Some("M");
}
impl<T> sealed::Sealed for List<T> {}
impl<T> sealed::Sealed for Elements<T> {}
impl<T> sealed::Sealed for Map<T> {}

/// What DynamoDB keeps in the order of the values: `<`, `<=`, `>`, `>=` and `BETWEEN` are exact.
#[diagnostic::on_unimplemented(
    message = "DynamoDB does not order these values as Rust does",
    label = "`lt`, `le`, `gt`, `ge` and `between` are for numbers, text, bytes and dates",
    note = "a time is stored as text whose fraction varies in length: store it as a number, for example with `#[serde(with = \"jiff::fmt::serde::timestamp::second::required\")]`, or compare it in a sort key"
)]
pub trait Ordered: Kind {}
#[diagnostic::do_not_recommend]
impl Ordered for Text {}
#[diagnostic::do_not_recommend]
impl Ordered for Sorted {}
#[diagnostic::do_not_recommend]
impl Ordered for Numeric {}
#[diagnostic::do_not_recommend]
impl Ordered for Bytes {}

/// What has a beginning: `begins_with`.
#[diagnostic::on_unimplemented(
    message = "`begins_with` is for text and bytes",
    label = "this attribute is neither"
)]
pub trait Beginning: Kind {}
#[diagnostic::do_not_recommend]
impl Beginning for Text {}
#[diagnostic::do_not_recommend]
impl Beginning for Bytes {}

/// What has a size: `size`.
#[diagnostic::on_unimplemented(
    message = "DynamoDB has no size for this attribute",
    label = "`size` is for text, bytes, lists, sets and maps"
)]
pub trait Measured: Kind {}
#[diagnostic::do_not_recommend]
impl Measured for Text {}
#[diagnostic::do_not_recommend]
impl Measured for Bytes {}
#[diagnostic::do_not_recommend]
impl Measured for Members {}
#[diagnostic::do_not_recommend]
impl<T> Measured for List<T> {}
#[diagnostic::do_not_recommend]
impl<T> Measured for Elements<T> {}
#[diagnostic::do_not_recommend]
impl<T> Measured for Map<T> {}

/// What counts: `add` and `subtract`.
#[diagnostic::on_unimplemented(
    message = "only numbers can be added to",
    label = "this attribute is not a number",
    note = "lists grow with `append` and `prepend`, sets with `add_to_set`"
)]
pub trait Counted: Kind {}
#[diagnostic::do_not_recommend]
impl Counted for Numeric {}

/// What holds elements: `contains`. For text these are its substrings.
#[diagnostic::on_unimplemented(
    message = "`contains` is for text, lists and sets",
    label = "this attribute holds no elements"
)]
pub trait Holding: Kind {
    /// The type of an element.
    type Element;
}
#[diagnostic::do_not_recommend]
impl Holding for Text {
    type Element = String;
}
#[diagnostic::do_not_recommend]
impl<T> Holding for List<T> {
    type Element = T;
}
#[diagnostic::do_not_recommend]
impl<T> Holding for Elements<T> {
    type Element = T;
}

/// A list, whose elements have places.
#[diagnostic::on_unimplemented(
    message = "only a list has elements at places",
    label = "`at`, `append` and `prepend` are for lists"
)]
pub trait Sequence: Kind {
    /// The type of an element.
    type Element;
}
#[diagnostic::do_not_recommend]
impl<T> Sequence for List<T> {
    type Element = T;
}

/// A map with names that are not declared.
#[diagnostic::on_unimplemented(
    message = "only a map has members by name",
    label = "`entry` is for maps; the members of a document are fields of its handle"
)]
pub trait Named: Kind {
    /// The type of a member.
    type Member;
}
#[diagnostic::do_not_recommend]
impl<T> Named for Map<T> {
    type Member = T;
}

/// The kind of a declared type, without `Option`.
pub type KindOf<W> = <W as AttributeType>::Kind;

impl<T: AttributeType> AttributeType for Option<T> {
    type Kind = T::Kind;
    type Attr<E, W, C> = T::Attr<E, W, C>;

    fn attr<E, W, C>(path: Path) -> Self::Attr<E, W, C> {
        T::attr(path)
    }
}

/// A type whose handle has no parts.
macro_rules! leaf {
    ($({$($generics:tt)*} $ty:ty => $kind:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> $crate::expr::AttributeType for $ty {
            type Kind = $kind;
            type Attr<E, W, C> = $crate::expr::Attr<E, W, C>;

            fn attr<E, W, C>(path: $crate::expr::Path) -> Self::Attr<E, W, C> {
                $crate::expr::Attr::at_path(path)
            }
        }
    )*};
}
pub(super) use leaf;

/// What a box holds is named through `open`, so that a type may hold itself.
impl<T: AttributeType> AttributeType for Box<T> {
    type Kind = T::Kind;
    type Attr<E, W, C> = Boxed<T, E, W, C>;

    fn attr<E, W, C>(path: Path) -> Self::Attr<E, W, C> {
        Boxed {
            whole: Attr::at_path(path),
            of: PhantomData,
        }
    }
}

/// The handle of a boxed attribute.
pub struct Boxed<T, E, W, C> {
    whole: Attr<E, W, C>,
    of: PhantomData<fn() -> T>,
}

impl<T: AttributeType, E, W, C> Boxed<T, E, W, C> {
    /// The handle of what is inside the box.
    pub fn open(&self) -> T::Attr<E, W, C> {
        T::attr(self.whole.path().clone())
    }
}

impl<T, E, W, C> std::ops::Deref for Boxed<T, E, W, C> {
    type Target = Attr<E, W, C>;

    fn deref(&self) -> &Self::Target {
        &self.whole
    }
}

impl<T, E, W, C> super::Attribute for Boxed<T, E, W, C> {
    type Entity = E;
    type Value = W;
    type Class = C;

    fn place(&self) -> &Path {
        self.whole.place()
    }
}

impl<T, E, W, C> std::fmt::Debug for Boxed<T, E, W, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.whole.fmt(f)
    }
}

mod sealed {
    pub trait Sealed {}
}
