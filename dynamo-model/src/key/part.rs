//! What can be a component of a key.

use std::borrow::Cow;
use std::fmt;

use super::ComponentDef;

/// A type that can be a component of a key.
///
/// Implemented for `String`, the integers, `bool`, byte strings and, behind features, for the types
/// of `uuid`, `ulid`, `jiff`, `chrono` and `time`. `#[derive(KeyPart)]` implements it for unit enums
/// and for newtypes around another `KeyPart`. Floats have no `KeyPart`, because most of them are a
/// rounding error away from another key.
///
/// An implementation states what the value *is* ([`Shape`]); how that is written is decided by the
/// template's [`Format`](crate::key::Format), in one place for all types.
///
/// # Examples
///
/// A country code of two letters, written by hand:
///
/// ```
/// use dynamo_model::key::{Fixed, KeyPart, Part, Shape, Unreadable};
///
/// #[derive(Debug, PartialEq)]
/// struct Country([u8; 2]);
///
/// impl KeyPart for Country {
///     const SHAPE: Shape = Shape::Ascii { len: 2 };
///     type Order = Fixed;
///
///     fn to_part(&self) -> Part<'_> {
///         match std::str::from_utf8(&self.0) {
///             Ok(text) => Part::from(text),
///             Err(_) => Part::Invalid("a country code is two ASCII letters"),
///         }
///     }
///
///     fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
///         let text = part.into_text()?;
///         Ok(Country(text.as_bytes().try_into().map_err(|_| Unreadable)?))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a component of a key",
    label = "has no `KeyPart`",
    note = "components are strings, integers, `bool`, byte strings, and the id and time types behind dynamo-model's features `uuid`, `ulid`, `jiff`, `chrono` and `time`",
    note = "add `#[derive(KeyPart)]` to a unit enum or to a newtype around one of these",
    note = "floats are not key components: wrap one in a type that says how it is rounded"
)]
pub trait KeyPart: Sized {
    /// What the value is.
    const SHAPE: Shape;

    /// Whether the stored text of the default format sorts as the values do: [`Fixed`], [`Variable`] or
    /// [`Unordered`].
    type Order: Order;

    /// The value as a part of a key.
    fn to_part(&self) -> Part<'_>;

    /// The value that [`to_part`](Self::to_part) made this part from.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] when no value makes this part.
    fn from_part(part: Part<'_>) -> Result<Self, Unreadable>;
}

/// What a component is, and with that, how it is written by default. See the [table](crate::key).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Text of any length ([`Part::Text`]).
    Text,
    /// ASCII letters, digits and `-`, always this many, in the order of the values ([`Part::Text`]).
    Ascii {
        /// Number of characters.
        len: u16,
    },
    /// One of a fixed set of names ([`Part::Text`]).
    Choice,
    /// An integer from 0 to 2^`bits` - 1 ([`Part::Unsigned`]).
    Unsigned {
        /// Size of the type in bits: 8, 16, 32, 64 or 128.
        bits: u32,
    },
    /// An integer from -2^(`bits`-1) to 2^(`bits`-1) - 1 ([`Part::Signed`]).
    Signed {
        /// Size of the type in bits: 8, 16, 32, 64 or 128.
        bits: u32,
    },
    /// `true` or `false` ([`Part::Flag`]).
    Flag,
    /// A point on the UTC time line ([`Part::Time`]).
    Instant,
    /// A date and a time of day without a zone ([`Part::Time`]).
    DateTime,
    /// A date ([`Part::Days`]).
    Date,
    /// Bytes ([`Part::Bytes`]).
    Bytes,
    /// An exact decimal number, in a key of type `N` only ([`Part::Decimal`]).
    Decimal,
}

/// The value of one component, between a Rust type and the text of a key.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Part<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// An integer that is never negative.
    Unsigned(u128),
    /// An integer.
    Signed(i128),
    /// A truth value.
    Flag(bool),
    /// Seconds since 1970-01-01T00:00:00 (UTC, or without a zone), and nanoseconds within the second.
    Time {
        /// Whole seconds, rounded down.
        seconds: i64,
        /// 0 to `999_999_999`.
        nanos: u32,
    },
    /// Days since 1970-01-01.
    Days(i32),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// Digits of a decimal number.
    Decimal(Cow<'a, str>),
    /// The number of a shard, where the value that it is the hash of is not known.
    Shard(u16),
    /// A value that can stand in no key, and why.
    Invalid(&'static str),
}

impl Part<'_> {
    /// The text of a [`Part::Text`].
    ///
    /// # Errors
    ///
    /// [`Unreadable`] for any other part.
    pub fn into_text(self) -> Result<String, Unreadable> {
        match self {
            Part::Text(text) => Ok(text.into_owned()),
            _ => Err(Unreadable),
        }
    }

    pub(crate) fn into_owned(self) -> Part<'static> {
        match self {
            Part::Text(text) => Part::Text(Cow::Owned(text.into_owned())),
            Part::Bytes(bytes) => Part::Bytes(Cow::Owned(bytes.into_owned())),
            Part::Decimal(digits) => Part::Decimal(Cow::Owned(digits.into_owned())),
            Part::Unsigned(n) => Part::Unsigned(n),
            Part::Signed(n) => Part::Signed(n),
            Part::Flag(flag) => Part::Flag(flag),
            Part::Time { seconds, nanos } => Part::Time { seconds, nanos },
            Part::Days(days) => Part::Days(days),
            Part::Shard(shard) => Part::Shard(shard),
            Part::Invalid(reason) => Part::Invalid(reason),
        }
    }
}

impl<'a> From<&'a str> for Part<'a> {
    fn from(text: &'a str) -> Self {
        Part::Text(Cow::Borrowed(text))
    }
}

/// Says what kind of part it is and never its value, because keys must not reach logs.
impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Text(_) => "Text(..)",
            Part::Unsigned(_) => "Unsigned(..)",
            Part::Signed(_) => "Signed(..)",
            Part::Flag(_) => "Flag(..)",
            Part::Time { .. } => "Time(..)",
            Part::Days(_) => "Days(..)",
            Part::Bytes(_) => "Bytes(..)",
            Part::Decimal(_) => "Decimal(..)",
            Part::Shard(_) => "Shard(..)",
            Part::Invalid(_) => "Invalid(..)",
        })
    }
}

/// A part of a key that no value of the wanted type makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this part of a key was not written by a value of this type")
    }
}

impl std::error::Error for Unreadable {}

/// How a component's text is ordered; the three are [`Fixed`], [`Variable`] and [`Unordered`].
pub trait Order: sealed::Sealed {
    /// The same as a value.
    const CLASS: OrderClass;
}

/// The order of a component's text, as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderClass {
    /// Fixed width and in the order of the values: ranges compile wherever the component stands.
    Fixed,
    /// In the order of the values, but of variable width: ranges compile on the last component.
    Variable,
    /// Not in the order of the values: no ranges.
    Unordered,
}

/// Every value is written with the same width, and the texts sort as the values do.
#[derive(Debug)]
pub enum Fixed {}
/// The texts sort as the values do, if nothing follows them.
#[derive(Debug)]
pub enum Variable {}
/// The texts do not sort as the values do.
#[derive(Debug)]
pub enum Unordered {}

impl Order for Fixed {
    const CLASS: OrderClass = OrderClass::Fixed;
}
impl Order for Variable {
    const CLASS: OrderClass = OrderClass::Variable;
}
impl Order for Unordered {
    const CLASS: OrderClass = OrderClass::Unordered;
}

/// The type of a field that a template names: a [`KeyPart`], or an `Option` of one.
///
/// `None` in a component of an index means that the item is not in that index.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a component of a key",
    label = "has no `KeyPart`",
    note = "components are strings, integers, `bool`, byte strings, and the id and time types behind dynamo-model's features `uuid`, `ulid`, `jiff`, `chrono` and `time`, or an `Option` of one",
    note = "add `#[derive(KeyPart)]` to a unit enum or to a newtype around one of these",
    note = "floats are not key components: wrap one in a type that says how it is rounded"
)]
pub trait Component: Sized {
    /// The component's type without `Option`.
    type Key: KeyPart;
    /// Whether the field is an `Option`.
    const OPTIONAL: bool;
    // A required item of a hidden type and not a supertrait seals it, so that a type that is no component is
    // always reported in the same words.
    #[doc(hidden)]
    const SEAL: sealed::Seal;
    /// The component as data, but for its name.
    #[doc(hidden)]
    const DEF: ComponentDef = ComponentDef {
        name: "",
        shape: <Self::Key as KeyPart>::SHAPE,
        order: <<Self::Key as KeyPart>::Order as Order>::CLASS,
        optional: Self::OPTIONAL,
    };
    /// The component's value; `None` when the field is `None`.
    fn part(&self) -> Option<Part<'_>>;
    /// The field's value, from what was read back from a key.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] when no value makes this part.
    fn from_part(part: Part<'_>) -> Result<Self, Unreadable>;

    /// [`from_part`](Self::from_part), as a value.
    #[doc(hidden)]
    fn reader() -> fn(Part<'_>) -> Result<Self, Unreadable> {
        Self::from_part
    }
}

/// The component's type without `Option`.
pub type Of<T> = <T as Component>::Key;

#[diagnostic::do_not_recommend]
impl<T: KeyPart> Component for T {
    type Key = T;
    const OPTIONAL: bool = false;
    const SEAL: sealed::Seal = sealed::Seal;

    fn part(&self) -> Option<Part<'_>> {
        Some(self.to_part())
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        T::from_part(part)
    }
}

#[diagnostic::do_not_recommend]
impl<T: KeyPart> Component for Option<T> {
    type Key = T;
    const OPTIONAL: bool = true;
    const SEAL: sealed::Seal = sealed::Seal;

    fn part(&self) -> Option<Part<'_>> {
        self.as_ref().map(KeyPart::to_part)
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        T::from_part(part).map(Some)
    }
}

/// What may be given where a component of type `T` is needed: `T`, `&T`, and `&str` for a `String`. `T` is the
/// field's type; for an `Option<T>` the value inside is given.
///
/// The argument's type is not inferred from the component's: write `"5".parse::<u64>()?`, not
/// `"5".parse()?`.
#[diagnostic::on_unimplemented(
    message = "a `{T}` is needed here, not a `{Self}`",
    label = "this key component is a `{T}`: give it by value or by reference"
)]
pub trait KeyArg<T> {
    /// The value as a part of a key.
    fn part(&self) -> Part<'_>;
}

// The trait is over the field's type and not over the component's, so that a generated signature is well-formed
// whatever the type is: a field without `KeyPart` is then reported once, where it is declared.
#[diagnostic::do_not_recommend]
impl<T: Component, A: sealed::Arg<T::Key>> KeyArg<T> for A {
    fn part(&self) -> Part<'_> {
        self.as_part()
    }
}

mod sealed {
    use super::{KeyPart, Part};

    pub trait Sealed {}
    impl Sealed for super::Fixed {}
    impl Sealed for super::Variable {}
    impl Sealed for super::Unordered {}

    #[derive(Debug)]
    pub struct Seal;

    pub trait Arg<T> {
        fn as_part(&self) -> Part<'_>;
    }

    #[diagnostic::do_not_recommend]
    impl<T: KeyPart> Arg<T> for T {
        fn as_part(&self) -> Part<'_> {
            self.to_part()
        }
    }

    #[diagnostic::do_not_recommend]
    impl<T: KeyPart> Arg<T> for &T {
        fn as_part(&self) -> Part<'_> {
            (**self).to_part()
        }
    }

    #[diagnostic::do_not_recommend]
    impl Arg<String> for &str {
        fn as_part(&self) -> Part<'_> {
            Part::from(*self)
        }
    }

    #[diagnostic::do_not_recommend]
    impl Arg<String> for &&str {
        fn as_part(&self) -> Part<'_> {
            Part::from(**self)
        }
    }
}
