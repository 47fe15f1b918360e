//! How a component is written, and what each way of writing can do.

use std::fmt;
use std::fmt::Write as _;

use super::calendar::{self, Civil};
use super::{KeyProblem, OrderClass, Part, Shape};

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

const fn decimal_digits(mut n: u128) -> u16 {
    let mut digits = 1;
    while n > 9 {
        n /= 10;
        digits += 1;
    }
    digits
}

const fn unsigned_max(bits: u32) -> u128 {
    if bits >= 128 {
        u128::MAX
    } else {
        (1 << bits) - 1
    }
}

/// A signed integer, shifted so that the smallest is zero: the sign bit flipped.
const fn shifted(n: i128, bits: u32) -> u128 {
    if bits >= 128 {
        n.cast_unsigned() ^ (1 << 127)
    } else {
        n.wrapping_add(1 << bits.saturating_sub(1)).cast_unsigned()
    }
}

const fn unshifted(n: u128, bits: u32) -> i128 {
    if bits >= 128 {
        (n ^ (1 << 127)).cast_signed()
    } else {
        n.cast_signed().wrapping_sub(1 << bits.saturating_sub(1))
    }
}

const DEFAULT_INSTANT: &str = "%Y-%m-%dT%H:%M:%S.%9fZ";
const DEFAULT_DATE_TIME: &str = "%Y-%m-%dT%H:%M:%S.%9f";
const DEFAULT_DATE: &str = "%Y-%m-%d";

fn pattern_of(shape: Shape, format: Format) -> Option<&'static str> {
    match (format, shape) {
        (Format::Default, Shape::Instant) => Some(DEFAULT_INSTANT),
        (Format::Default, Shape::DateTime) => Some(DEFAULT_DATE_TIME),
        (Format::Default, Shape::Date) | (Format::Date, _) => Some(DEFAULT_DATE),
        (Format::Pattern(pattern), _) => Some(pattern),
        _ => None,
    }
}

/// Appends the part to the key. `delimiters` are what text must not hold.
///
/// # Errors
///
/// What is wrong with the value. Nothing useful is left in `out` then.
pub(super) fn write(
    part: &Part<'_>,
    shape: Shape,
    format: Format,
    delimiters: &[char],
    out: &mut String,
) -> Result<(), KeyProblem> {
    match (part, format) {
        (Part::Invalid(reason), _) => Err(KeyProblem::Invalid(reason)),
        (part, Format::Shard(shards)) => {
            let width = usize::from(decimal_digits(u128::from(shards.saturating_sub(1))));
            let number = match part {
                Part::Shard(number) => u64::from(*number),
                part => {
                    let mut plain = String::new();
                    write(part, shape, Format::Default, &[], &mut plain)?;
                    shard(&plain, shards)
                }
            };
            let _ = write!(out, "{number:0width$}");
            Ok(())
        }
        (Part::Shard(_), _) => Err(KeyProblem::Missing),
        (Part::Text(text), format) => write_text(text, shape, format, delimiters, out),
        (Part::Unsigned(n), format) => write_integer(*n, false, shape, format, out),
        (Part::Signed(n), Format::Raw) => {
            let _ = write!(out, "{n}");
            Ok(())
        }
        (Part::Signed(n), Format::Width(width)) => match u128::try_from(*n) {
            Ok(n) => write_integer(n, false, shape, format, out),
            Err(_) => Err(KeyProblem::TooWide(width)),
        },
        (Part::Signed(n), format) => {
            let Shape::Signed { bits } = shape else {
                return Err(KeyProblem::Unreadable);
            };
            write_integer(shifted(*n, bits), true, shape, format, out)
        }
        (Part::Flag(flag), format) => {
            out.push(if *flag == (format != Format::Desc) {
                '1'
            } else {
                '0'
            });
            Ok(())
        }
        (Part::Time { seconds, nanos }, format) => write_time(*seconds, *nanos, shape, format, out),
        (Part::Days(days), Format::Desc) => {
            let days = u64::try_from(calendar::LAST_DAY - i64::from(*days))
                .ok()
                .filter(|days| *days < 10_000_000)
                .ok_or(KeyProblem::OutOfRange)?;
            let _ = write!(out, "{days:07}");
            Ok(())
        }
        (Part::Days(days), format) => write_time(
            i64::from(*days) * calendar::SECONDS_PER_DAY,
            0,
            shape,
            format,
            out,
        ),
        (Part::Bytes(bytes), _) => {
            if bytes.is_empty() {
                return Err(KeyProblem::Empty);
            }
            for byte in bytes.iter() {
                let _ = write!(out, "{byte:02x}");
            }
            Ok(())
        }
        (Part::Decimal(digits), _) => {
            out.push_str(digits);
            Ok(())
        }
    }
}

fn write_text(
    text: &str,
    shape: Shape,
    format: Format,
    delimiters: &[char],
    out: &mut String,
) -> Result<(), KeyProblem> {
    if text.is_empty() {
        return Err(KeyProblem::Empty);
    }
    if text.contains('\u{10FFFF}') {
        return Err(KeyProblem::Sentinel);
    }
    let start = out.len();
    match format {
        Format::Escape => {
            for c in text.chars() {
                if c == '%' || delimiters.contains(&c) {
                    let mut utf8 = [0; 4];
                    for byte in c.encode_utf8(&mut utf8).bytes() {
                        let _ = write!(out, "%{byte:02X}");
                    }
                } else {
                    out.push(c);
                }
            }
            return Ok(());
        }
        Format::Lower => out.extend(text.chars().flat_map(char::to_lowercase)),
        Format::Upper => out.extend(text.chars().flat_map(char::to_uppercase)),
        _ => out.push_str(text),
    }
    if let Shape::Ascii { len } = shape
        && (text.len() != usize::from(len)
            || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
    {
        return Err(KeyProblem::Invalid(
            "the component's type promises a fixed number of ASCII letters, digits and `-`, and did not keep it",
        ));
    }
    // What was written is searched, not what was given: a change of case can make a delimiter.
    if format != Format::Any
        && !matches!(shape, Shape::Ascii { .. })
        && let Some(c) = out[start..].chars().find(|c| delimiters.contains(c))
    {
        return Err(KeyProblem::Delimiter(c));
    }
    Ok(())
}

fn write_integer(
    n: u128,
    is_shifted: bool,
    shape: Shape,
    format: Format,
    out: &mut String,
) -> Result<(), KeyProblem> {
    let (Shape::Unsigned { bits } | Shape::Signed { bits }) = shape else {
        return Err(KeyProblem::Unreadable);
    };
    let max = unsigned_max(bits);
    if n > max {
        return Err(KeyProblem::TooWide(decimal_digits(max)));
    }
    let (n, width) = match format {
        Format::Raw if !is_shifted => (n, 1),
        Format::Width(width) => (n, width),
        Format::Desc => (max - n, decimal_digits(max)),
        _ => (n, decimal_digits(max)),
    };
    if format != Format::Raw && decimal_digits(n) > width {
        return Err(KeyProblem::TooWide(width));
    }
    let width = usize::from(width);
    let _ = write!(out, "{n:0width$}");
    Ok(())
}

fn write_time(
    seconds: i64,
    nanos: u32,
    shape: Shape,
    format: Format,
    out: &mut String,
) -> Result<(), KeyProblem> {
    let civil = Civil::from_seconds(seconds, nanos).ok_or(KeyProblem::OutOfRange)?;
    let digits = |n: i64, width: usize, out: &mut String| {
        if n < 0 || n >= 10_i64.pow(u32::try_from(width).unwrap_or(18)) {
            return Err(KeyProblem::OutOfRange);
        }
        let _ = write!(out, "{n:0width$}");
        Ok(())
    };
    match format {
        Format::Epoch if nanos != 0 => Err(KeyProblem::Inexact),
        Format::Epoch => digits(seconds, 10, out),
        Format::EpochMillis if !nanos.is_multiple_of(1_000_000) => Err(KeyProblem::Inexact),
        Format::EpochMillis => digits(seconds * 1_000 + i64::from(nanos / 1_000_000), 13, out),
        Format::Desc => {
            let _ = write!(
                out,
                "{:012}{:09}",
                calendar::LAST_SECOND - seconds,
                999_999_999 - nanos
            );
            Ok(())
        }
        format => {
            let pattern = pattern_of(shape, format).ok_or(KeyProblem::Unreadable)?;
            if calendar::write_pattern(pattern, civil, out) {
                Ok(())
            } else {
                Err(KeyProblem::Inexact)
            }
        }
    }
}

/// Reads what [`write`] wrote. `None` for text that it never writes, and for irreversible formats.
pub(super) fn read<'t>(
    text: &'t str,
    shape: Shape,
    format: Format,
    delimiters: &[char],
) -> Option<Part<'t>> {
    let part = read_any(text, shape, format, delimiters)?;
    // One value has one text: a key that was not written by this format is not accepted for another value. Text
    // that holds a delimiter belongs to a longer template: `ORDER#1#ITEM#2` is no key of `ORDER#{id}`.
    let mut again = String::new();
    write(&part, shape, format, delimiters, &mut again).ok()?;
    // Escapes that the delimiters of today do not ask for are read, so that keys outlive a change of them.
    (again == text || format == Format::Escape).then_some(part)
}

fn read_any<'t>(
    text: &'t str,
    shape: Shape,
    format: Format,
    delimiters: &[char],
) -> Option<Part<'t>> {
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match (shape, format) {
        (Shape::Text | Shape::Choice, Format::Escape) => unescape(text, delimiters),
        (Shape::Text | Shape::Choice | Shape::Ascii { .. }, Format::Default | Format::Any) => {
            Some(Part::from(text))
        }
        (Shape::Signed { .. }, Format::Raw) => text.parse().ok().map(Part::Signed),
        (Shape::Unsigned { bits } | Shape::Signed { bits }, format) => {
            if !all_digits(text) {
                return None;
            }
            let n: u128 = text.parse().ok()?;
            let n = match format {
                Format::Desc => unsigned_max(bits).checked_sub(n)?,
                Format::Default | Format::Width(_) | Format::Raw => n,
                _ => return None,
            };
            if n > unsigned_max(bits) {
                return None;
            }
            Some(match (shape, format) {
                (Shape::Signed { .. }, Format::Width(_)) => Part::Signed(i128::try_from(n).ok()?),
                (Shape::Signed { bits }, _) => Part::Signed(unshifted(n, bits)),
                _ => Part::Unsigned(n),
            })
        }
        (Shape::Flag, format) => match text {
            "0" => Some(Part::Flag(format == Format::Desc)),
            "1" => Some(Part::Flag(format != Format::Desc)),
            _ => None,
        },
        (Shape::Date, Format::Desc) => {
            let days = calendar::LAST_DAY.checked_sub(text.parse().ok()?)?;
            Some(Part::Days(i32::try_from(days).ok()?))
        }
        (Shape::Instant | Shape::DateTime, Format::Desc) => {
            let (seconds, nanos) = text.split_at_checked(12)?;
            Some(Part::Time {
                seconds: calendar::LAST_SECOND.checked_sub(seconds.parse().ok()?)?,
                nanos: 999_999_999_u32.checked_sub(nanos.parse().ok()?)?,
            })
        }
        (Shape::Instant | Shape::DateTime, Format::Epoch) => Some(Part::Time {
            seconds: text.parse().ok()?,
            nanos: 0,
        }),
        (Shape::Instant | Shape::DateTime, Format::EpochMillis) => {
            let millis: i64 = text.parse().ok()?;
            Some(Part::Time {
                seconds: millis.div_euclid(1_000),
                nanos: u32::try_from(millis.rem_euclid(1_000)).ok()? * 1_000_000,
            })
        }
        (Shape::Instant | Shape::DateTime | Shape::Date, format) => {
            if !capabilities(shape, format)?.reversible {
                return None;
            }
            let civil = calendar::read_pattern(pattern_of(shape, format)?, text)?;
            let seconds = civil.to_seconds()?;
            Some(if shape == Shape::Date {
                Part::Days(i32::try_from(seconds.div_euclid(calendar::SECONDS_PER_DAY)).ok()?)
            } else {
                Part::Time {
                    seconds,
                    nanos: civil.nanos,
                }
            })
        }
        (Shape::Bytes, Format::Default) => {
            let pairs = text.as_bytes().chunks(2);
            let bytes: Option<Vec<u8>> = pairs
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
                .collect();
            Some(Part::Bytes(bytes?.into()))
        }
        (Shape::Decimal, Format::Default | Format::Raw) => Some(Part::Decimal(text.into())),
        _ => None,
    }
}

fn unescape(text: &str, delimiters: &[char]) -> Option<Part<'static>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '%' {
            let (high, low) = (rest.next()?.to_digit(16)?, rest.next()?.to_digit(16)?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else if delimiters.contains(&c) {
            return None;
        } else {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    Some(Part::Text(String::from_utf8(bytes).ok()?.into()))
}

/// FNV-1a over the default text: the same on every machine and in every version.
fn shard(text: &str, shards: u16) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    // The low bits of FNV-1a are the weakest; the high half is folded in before the remainder.
    (hash ^ (hash >> 32)) % u64::from(shards.max(1))
}
