//! Components as the text of a key.

use std::fmt::Write as _;

use super::calendar::{self, Civil};
use super::{Format, KeyProblem, Part, Shape};

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

pub(super) const fn decimal_digits(mut n: u128) -> u16 {
    let mut digits = 1;
    while n > 9 {
        n /= 10;
        digits += 1;
    }
    digits
}

pub(super) const fn unsigned_max(bits: u32) -> u128 {
    if bits >= 128 {
        u128::MAX
    } else {
        (1 << bits) - 1
    }
}

/// A signed integer, shifted so that the smallest is zero: the sign bit flipped.
pub(super) const fn shifted(n: i128, bits: u32) -> u128 {
    if bits >= 128 {
        n.cast_unsigned() ^ (1 << 127)
    } else {
        n.wrapping_add(1 << bits.saturating_sub(1)).cast_unsigned()
    }
}

pub(super) const fn unshifted(n: u128, bits: u32) -> i128 {
    if bits >= 128 {
        (n ^ (1 << 127)).cast_signed()
    } else {
        n.cast_signed().wrapping_sub(1 << bits.saturating_sub(1))
    }
}

const DEFAULT_INSTANT: &str = "%Y-%m-%dT%H:%M:%S.%9fZ";
const DEFAULT_DATE_TIME: &str = "%Y-%m-%dT%H:%M:%S.%9f";
pub(super) const DEFAULT_DATE: &str = "%Y-%m-%d";

pub(super) fn pattern_of(shape: Shape, format: Format) -> Option<&'static str> {
    match (format, shape) {
        (Format::Default, Shape::Instant) => Some(DEFAULT_INSTANT),
        (Format::Default, Shape::DateTime) => Some(DEFAULT_DATE_TIME),
        (Format::Default, Shape::Date) | (Format::Date, _) => Some(DEFAULT_DATE),
        (Format::Pattern(pattern), _) => Some(pattern),
        _ => None,
    }
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
