//! Components back from the text of a key.

use super::calendar::{self, Civil};
use super::text::{DEFAULT_DATE, pattern_of, unshifted, unsigned_max, write};
use super::{Format, Part, Shape, capabilities};

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

/// Whether an irreversible format can have written the text, as far as that shows without the value: where only the
/// shape of keys tells entities apart, a longer key must not pass for a shorter one.
pub(super) fn may_be(text: &str, shape: Shape, format: Format, delimiters: &[char]) -> bool {
    let is_time = |pattern| {
        calendar::read_pattern(pattern, text)
            .and_then(Civil::to_seconds)
            .is_some()
    };
    match (format, shape) {
        (Format::Shard(shards), _) => {
            text.bytes().all(|b| b.is_ascii_digit())
                && text.parse().is_ok_and(|n: u16| n < shards.max(1))
        }
        (Format::Date, _) => is_time(DEFAULT_DATE),
        (Format::Pattern(pattern), _) => is_time(pattern),
        (_, Shape::Ascii { .. }) => text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
        _ => !text.contains(delimiters),
    }
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
