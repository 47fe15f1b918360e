//! How a component is written, and what each way of writing can do.

use std::fmt;

use super::calendar;
use super::text::{decimal_digits, unsigned_max};
use super::{OrderClass, Shape};

/// How a component is written. See the [table](crate::key).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `{name}`: by the component's [`Shape`].
    #[default]
    Default,
    /// `{n:04}`: zero padded to this many digits.
    Width(u16),
    /// `{n:raw}`: a number without padding.
    Raw,
    /// `{text:lower}`: in lower case.
    Lower,
    /// `{text:upper}`: in upper case.
    Upper,
    /// `{x:desc}`: so that the greatest value sorts first.
    Desc,
    /// `{at:date}`: the date of a time, `2026-11-22`.
    Date,
    /// `{at:epoch}`: seconds since 1970, ten digits.
    Epoch,
    /// `{at:epoch_ms}`: milliseconds since 1970, thirteen digits.
    EpochMillis,
    /// `{at:%Y-%m-%dT%H:%M:%S}`: by a pattern of `%Y %m %d %H %M %S`, `%1f` to `%9f` and other ASCII.
    Pattern(&'static str),
    /// `{text:escape}`: delimiters and `%` written as `%XX`.
    Escape,
    /// `{text:any}`: any text, delimiters included.
    Any,
    /// `{x:shard(8)}`: a stable hash of the value, from 0 to one less than this.
    Shard(u16),
}

/// As it stands in a template: empty for the default, else a colon and the format.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Format::Default => Ok(()),
            Format::Width(width) => write!(f, ":0{width}"),
            Format::Raw => f.write_str(":raw"),
            Format::Lower => f.write_str(":lower"),
            Format::Upper => f.write_str(":upper"),
            Format::Desc => f.write_str(":desc"),
            Format::Date => f.write_str(":date"),
            Format::Epoch => f.write_str(":epoch"),
            Format::EpochMillis => f.write_str(":epoch_ms"),
            Format::Pattern(pattern) => write!(f, ":{pattern}"),
            Format::Escape => f.write_str(":escape"),
            Format::Any => f.write_str(":any"),
            Format::Shard(shards) => write!(f, ":shard({shards})"),
        }
    }
}

impl Format {
    /// Whether what is written may be no more than a part of the value, so that many values share it. Said of the
    /// format alone, as the derive sees it: of a `date` that is all of a date, too.
    pub(crate) const fn is_part(self) -> bool {
        matches!(
            self,
            Format::Shard(_) | Format::Lower | Format::Upper | Format::Date | Format::Pattern(_)
        )
    }
}

/// What a component written in a format can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The value can be read back from the key.
    pub reversible: bool,
    /// Whether the stored text is in the order of the values (or in its reverse, for `desc`).
    pub order: OrderClass,
    /// The number of characters, if it is the same for every value.
    pub width: Option<u16>,
}

#[expect(clippy::unnecessary_wraps, reason = "rows of the table below")]
const fn fixed(width: u16) -> Option<Capabilities> {
    Some(Capabilities {
        reversible: true,
        order: OrderClass::Fixed,
        width: Some(width),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "rows of the table below")]
const fn variable(order: OrderClass) -> Option<Capabilities> {
    Some(Capabilities {
        reversible: true,
        order,
        width: None,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "rows of the table below")]
const fn lossy(width: Option<u16>) -> Option<Capabilities> {
    Some(Capabilities {
        reversible: false,
        order: OrderClass::Unordered,
        width,
    })
}

/// What a component of this shape can do in this format; `None` if the format does not fit the shape.
pub const fn capabilities(shape: Shape, format: Format) -> Option<Capabilities> {
    match (format, shape) {
        (Format::Shard(shards), _) => lossy(Some(decimal_digits(shards.saturating_sub(1) as u128))),
        (Format::Default | Format::Any, Shape::Text) => variable(OrderClass::Variable),
        (Format::Default, Shape::Choice) | (Format::Escape, Shape::Text | Shape::Choice) => {
            variable(OrderClass::Unordered)
        }
        (Format::Default, Shape::Ascii { len }) => fixed(len),
        (Format::Default | Format::Desc, Shape::Unsigned { bits } | Shape::Signed { bits }) => {
            fixed(decimal_digits(unsigned_max(bits)))
        }
        (Format::Default | Format::Desc, Shape::Flag) => fixed(1),
        (Format::Default, Shape::Instant) => fixed(30),
        (Format::Default, Shape::DateTime) => fixed(29),
        (Format::Default | Format::Date, Shape::Date) => fixed(10),
        (Format::Default, Shape::Bytes) => variable(OrderClass::Variable),
        (Format::Default | Format::Raw, Shape::Decimal) => variable(OrderClass::Unordered),
        (Format::Width(width), Shape::Unsigned { .. } | Shape::Signed { .. }) => fixed(width),
        (Format::Raw, Shape::Unsigned { .. } | Shape::Signed { .. }) => {
            variable(OrderClass::Unordered)
        }
        (Format::Lower | Format::Upper, Shape::Text | Shape::Choice) => lossy(None),
        (Format::Lower | Format::Upper, Shape::Ascii { len }) => lossy(Some(len)),
        (Format::Desc, Shape::Instant | Shape::DateTime) => fixed(21),
        (Format::Desc, Shape::Date) => fixed(7),
        (Format::Date, Shape::Instant | Shape::DateTime) => lossy(Some(10)),
        (Format::Epoch, Shape::Instant | Shape::DateTime) => fixed(10),
        (Format::EpochMillis, Shape::Instant | Shape::DateTime) => fixed(13),
        (Format::Pattern(pattern), Shape::Instant | Shape::DateTime) => {
            let kept = calendar::kept(pattern);
            by_pattern(kept, kept.second)
        }
        (Format::Pattern(pattern), Shape::Date) => {
            let kept = calendar::kept(pattern);
            by_pattern(kept, kept.date)
        }
        _ => None,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a row of the table above")]
const fn by_pattern(kept: calendar::Kept, complete: bool) -> Option<Capabilities> {
    Some(Capabilities {
        reversible: complete,
        order: if complete && kept.descending {
            OrderClass::Fixed
        } else {
            OrderClass::Unordered
        },
        width: Some(kept.width),
    })
}
