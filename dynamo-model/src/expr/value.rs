//! What may be given for an attribute: a value, a reference to one, or for comparisons another attribute.

use serde::Serialize;

use super::class::{Encodes, Stored};
use super::node::Operand;
use super::{Attr, Attribute};
use crate::wire::{EncodeError, ValueSerializer, Written, write_value};

/// What may be given where an attribute declared as `W` is compared or set: a `W` or a `&W`; a `&str` for a `String`; for
/// an `Option` also what is inside it.
///
/// The argument's type is not inferred from the attribute's: write `"5".parse::<u64>()?`, not `"5".parse()?`.
#[diagnostic::on_unimplemented(
    message = "the attribute holds `{W}`, not `{Self}`",
    label = "give a `{W}`, by value or by reference",
    note = "the type of a value is `Serialize` and `Clone`"
)]
pub trait Value<W> {
    /// Writes the value by serde.
    ///
    /// # Errors
    ///
    /// What its `Serialize` says.
    #[doc(hidden)]
    fn write(&self, serializer: ValueSerializer<'_>) -> Result<Written, EncodeError>;

    /// The value as it would stand in the field.
    #[doc(hidden)]
    fn whole(&self) -> W;
}

macro_rules! value {
    ($([$($generics:tt)*] $given:ty as $whole:ty: |$value:ident| $made:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Value<$whole> for $given {
            fn write(&self, serializer: ValueSerializer<'_>) -> Result<Written, EncodeError> {
                self.serialize(serializer)
            }

            fn whole(&self) -> $whole {
                let $value = self;
                $made
            }
        }

        #[diagnostic::do_not_recommend]
        impl<E, $($generics)*> Comparand<E, $whole> for $given {
            fn operand<C: Encodes<$whole>>(self) -> Result<Option<Operand>, EncodeError> {
                let json = encode::<$whole, C, $given>(&self)?;
                Ok(json.map(Operand::Value))
            }
        }
    )*};
}

value! {
    [T: Serialize + Clone] T as T: |value| value.clone();
    [T: Serialize + Clone] &T as T: |value| (*value).clone();
    [T: Serialize + Clone] T as Option<T>: |value| Some(value.clone());
    [T: Serialize + Clone] &T as Option<T>: |value| Some((*value).clone());
    [] &str as String: |value| (*value).to_owned();
    [] &&str as String: |value| (**value).to_owned();
    [] &str as Option<String>: |value| Some((*value).to_owned());
}

/// What an attribute of entity `E`, declared as `W`, can be compared with: a [`Value`], or another attribute of the same
/// type, whether that one is an `Option` or not.
#[diagnostic::on_unimplemented(
    message = "the attribute holds `{W}`, not `{Self}`",
    label = "give a `{W}`, by value or by reference, or an attribute that holds one",
    note = "the type of a value is `Serialize` and `Clone`"
)]
pub trait Comparand<E, W> {
    /// The operand; `None` for what is not stored, such as `None` itself.
    ///
    /// # Errors
    ///
    /// What its `Serialize` says.
    #[doc(hidden)]
    fn operand<C: Encodes<W>>(self) -> Result<Option<Operand>, EncodeError>;
}

macro_rules! attributes {
    ($($whole:ty, $other:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<E, W, D: Stored> Comparand<E, $whole> for Attr<E, $other, D> {
            fn operand<C: Encodes<$whole>>(self) -> Result<Option<Operand>, EncodeError> {
                Ok(Some(Operand::Path(self.into_path())))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<E, W, D: Stored> Comparand<E, $whole> for &Attr<E, $other, D> {
            fn operand<C: Encodes<$whole>>(self) -> Result<Option<Operand>, EncodeError> {
                Ok(Some(Operand::Path(self.path().clone())))
            }
        }
    )*};
}

attributes! {
    W, W;
    W, Option<W>;
    Option<W>, W;
}

/// The value as DynamoDB JSON; `None` if it is one that is not stored.
pub(crate) fn encode<W, C: Encodes<W>, V: Value<W>>(
    value: &V,
) -> Result<Option<String>, EncodeError> {
    let mut json = String::new();
    let written = write_value(&mut json, |serializer| C::encode(value, serializer))?;
    Ok(written.then_some(json))
}
