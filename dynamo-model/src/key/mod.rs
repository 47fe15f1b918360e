//! Keys: how components are written into partition and sort keys, and read back.
//!
//! A key template such as `"ORDER#{placed_at}#{order_id}"` is a sequence of literals and components
//! ([`Segment`]). Each component has a type that implements [`KeyPart`], and a [`Format`] that says
//! how it is written. The pair declares two capabilities:
//!
//! | written as | reversible | order | width |
//! |---|---|---|---|
//! | text (`String`) | yes | kept when last | variable |
//! | unsigned integer, zero padded (`u8` 3 … `u64` 20, `u128` 39 digits) | yes | kept | fixed |
//! | signed integer, shifted by 2ⁿ⁻¹ and zero padded | yes | kept | fixed |
//! | `bool` as `0` / `1` | yes | kept | fixed |
//! | `Uuid` (36 characters), `Ulid` (26) | yes | kept | fixed |
//! | timestamp in UTC with nine fraction digits, `2026-11-22T10:00:00.000000000Z` | yes | kept | fixed |
//! | date `2026-11-22` | yes | kept | fixed |
//! | bytes in a `S` key, as lower-case hexadecimal | yes | kept when last | variable |
//! | unit enum, by name | yes | no | variable |
//! | `{n:04}` zero padding to a width; larger and negative values are refused | yes | kept | fixed |
//! | `{n:raw}` no padding | yes | no | variable |
//! | `{text:lower}`, `{text:upper}` | no | no | variable |
//! | `{x:desc}` integers, times and dates, greatest first | yes | kept, reversed | fixed |
//! | `{at:date}` the UTC date of a timestamp | no | no | fixed |
//! | `{at:epoch}`, `{at:epoch_ms}` seconds (10 digits), milliseconds (13); finer values are refused | yes | kept | fixed |
//! | `{at:%Y-%m-%dT%H:%M:%S}` a pattern down to the second or finer; finer values are refused | yes | kept if the units descend | fixed |
//! | `{at:%Y-%m}` a pattern that stops above the second | no | no | fixed |
//! | `{text:escape}` delimiters and `%` as `%XX` | yes | no | variable |
//! | `{text:any}` any text, last component only | yes | kept | variable |
//! | `{x:shard(8)}` a stable hash, 0 to 7 | no | no | fixed |
//!
//! A text component refuses the characters that begin a literal behind a component anywhere in the table's templates
//! (usually just `#`), because with one of them in a value, two values could make one key. A table whose templates all
//! end in their component separates nothing, and refuses nothing. U+10FFFF marks the upper end of ranges and is refused
//! everywhere.
//!
//! An irreversible component must also be stored, or stand reversibly elsewhere in the key. A range
//! (`lt`, `ge`, `between` …) on a component that is not the last one compiles only for fixed widths,
//! because text before a delimiter is not in order: `New York#` sorts before `New#`.

mod bounds;
mod calendar;
mod encode;
mod error;
mod format;
mod impls;
mod narrow;
mod part;
mod read;
mod template;
#[cfg(test)]
pub(crate) mod tests;
mod text;

pub use bounds::SortCondition;
pub(crate) use bounds::{Bound, SortTemplate, sort_conditions};
pub use encode::KeyValue;
pub(crate) use encode::{Context, Place, encode, encode_prefix, parse};
pub use error::{KeyError, KeyProblem};
pub use format::{Capabilities, Format, capabilities};
pub use part::{
    Component, Fixed, KeyArg, KeyPart, Of, Order, OrderClass, Part, Shape, Unordered, Unreadable,
    Variable,
};
pub use template::{ComponentDef, KeyKind, Segment, Template};
