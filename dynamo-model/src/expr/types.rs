//! The attribute types that come with the crate.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

#[cfg(any(
    feature = "uuid",
    feature = "ulid",
    feature = "jiff",
    feature = "chrono"
))]
use super::kind::Sorted;
#[cfg(any(feature = "jiff", feature = "chrono"))]
use super::kind::Time;
use super::kind::{Bytes, Elements, Flag, List, Map, Numeric, Opaque, Symbol, Text, leaf};
use crate::types::{Attributes, Binary, Number};

leaf! {
    {} String => Text;
    {} Cow<'static, str> => Text;
    {} char => Symbol;
    {} bool => Flag;
    {} u8 => Numeric;
    {} u16 => Numeric;
    {} u32 => Numeric;
    {} u64 => Numeric;
    {} u128 => Numeric;
    {} usize => Numeric;
    {} i8 => Numeric;
    {} i16 => Numeric;
    {} i32 => Numeric;
    {} i64 => Numeric;
    {} i128 => Numeric;
    {} isize => Numeric;
    {} f32 => Numeric;
    {} f64 => Numeric;
    {} Number => Numeric;
    {} Binary => Bytes;
    {} Attributes => Opaque;
    {} () => Opaque;
    {T, const N: usize} [T; N] => List<T>;
    {T} Vec<T> => List<T>;
    {T} VecDeque<T> => List<T>;
    {T} BTreeSet<T> => Elements<T>;
    {T, S} HashSet<T, S> => Elements<T>;
    {K, T} BTreeMap<K, T> => Map<T>;
    {K, T, S} HashMap<K, T, S> => Map<T>;
    {} std::time::Duration => Opaque;
    {} std::time::SystemTime => Opaque;
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => {
        leaf! { $({$($name),+} ($($name,)+) => Opaque;)* }
    };
}
tuples! {
    A;
    A B;
    A B D;
    A B D F;
    A B D F G;
    A B D F G H;
    A B D F G H I;
    A B D F G H I J;
}

#[cfg(feature = "uuid")]
leaf! {
    {} uuid::Uuid => Sorted;
}

#[cfg(feature = "ulid")]
leaf! {
    {} ulid::Ulid => Sorted;
}

#[cfg(feature = "jiff")]
leaf! {
    {} jiff::Timestamp => Time;
    {} jiff::civil::DateTime => Time;
    {} jiff::civil::Date => Sorted;
}

#[cfg(feature = "chrono")]
leaf! {
    {Z: chrono::TimeZone} chrono::DateTime<Z> => Time;
    {} chrono::NaiveDateTime => Time;
    {} chrono::NaiveDate => Sorted;
}

// Its serde form depends on features and `with`: a tuple of numbers, or text.
#[cfg(feature = "time")]
leaf! {
    {} time::OffsetDateTime => Opaque;
    {} time::PrimitiveDateTime => Opaque;
    {} time::Date => Opaque;
}
