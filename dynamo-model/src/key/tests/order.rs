//! Law 3: the bytes of a key are in the order of its values.

use std::cmp::Ordering;
use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::tape::{Tape, cases, words};
use super::{FORMATS, SHAPES, compare, text_char, value};
use crate::key::read::read;
use crate::key::text::write;
use crate::key::{Fixed, Format, KeyPart, Order, OrderClass, Part, Shape, Variable, capabilities};

fn text(part: &Part<'_>, shape: Shape, format: Format) -> Option<String> {
    let mut out = String::new();
    write(part, shape, format, &['#'], &mut out).ok()?;
    Some(out)
}

fn any_format(tape: &mut Tape<'_>, shape: Shape) -> Format {
    let fit: Vec<Format> = FORMATS
        .into_iter()
        .filter(|format| capabilities(shape, *format).is_some())
        .collect();
    tape.pick(&fit)
}

/// Anything may stand behind a component of fixed width.
fn terminator(tape: &mut Tape<'_>) -> String {
    let len = tape.below(4);
    (0..len).map(|_| text_char(tape)).collect()
}

fn ordered(
    tape: &mut Tape<'_>,
    [a, b]: [&Part<'_>; 2],
    shape: Shape,
    format: Format,
) -> TestCaseResult {
    let Some(can) = capabilities(shape, format) else {
        return Ok(());
    };
    let (Some(x), Some(y)) = (text(a, shape, format), text(b, shape, format)) else {
        return Ok(());
    };
    let mut expected = compare(a, b);
    if format == Format::Desc {
        expected = expected.reverse();
    }
    if let Some(width) = can.width {
        prop_assert_eq!(
            x.chars().count(),
            usize::from(width),
            "{:?} as {:?}",
            shape,
            format
        );
    }
    if can.reversible {
        prop_assert!(read(&x, shape, format, &['#']).as_ref() == Some(a), "{x:?}");
    }
    match can.order {
        OrderClass::Unordered => return Ok(()),
        OrderClass::Variable => prop_assert_eq!(x.cmp(&y), expected, "{:?} and {:?}", x, y),
        OrderClass::Fixed => {
            let (x, y) = (x + &terminator(tape), y + &terminator(tape));
            if expected == Ordering::Equal {
                let same = x
                    .chars()
                    .zip(y.chars())
                    .take(usize::from(can.width.unwrap_or(0)));
                prop_assert!(same.into_iter().all(|(x, y)| x == y));
            } else {
                prop_assert_eq!(x.cmp(&y), expected, "{:?} and {:?}", x, y);
            }
        }
    }
    Ok(())
}

/// Two values of a type: by their own order, and by the text of every format.
fn own_order<T: KeyPart + PartialEq + Debug>(
    tape: &mut Tape<'_>,
    [a, b]: [&T; 2],
    own: Ordering,
) -> TestCaseResult {
    for value in [a, b] {
        let Some(text) = text(&value.to_part(), T::SHAPE, Format::Default) else {
            continue;
        };
        let back = read(&text, T::SHAPE, Format::Default, &['#']).map(T::from_part);
        prop_assert_eq!(
            back.as_ref().and_then(|back| back.as_ref().ok()),
            Some(value),
            "{}",
            text
        );
    }
    let (x, y) = (a.to_part(), b.to_part());
    if matches!(x, Part::Invalid(_)) || matches!(y, Part::Invalid(_)) {
        return Ok(());
    }
    prop_assert_eq!(compare(&x, &y), own, "{:?} and {:?}", a, b);
    ordered(tape, [&x, &y], T::SHAPE, Format::Default)?;
    let format = any_format(tape, T::SHAPE);
    ordered(tape, [&x, &y], T::SHAPE, format)?;
    let declared = <T::Order as Order>::CLASS;
    let kept = capabilities(T::SHAPE, Format::Default).map(|can| can.order);
    prop_assert!(kept.is_none_or(|kept| kept == declared) || T::SHAPE == Shape::Decimal);
    Ok(())
}

fn same_order<T: KeyPart + Ord + Debug>(tape: &mut Tape<'_>, a: &T, b: &T) -> TestCaseResult {
    own_order(tape, [a, b], a.cmp(b))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_format_keeps_its_order(words in words(48)) {
        every_format(&mut Tape::new(&words))?;
    }

    #[test]
    fn plain_types_keep_their_order(words in words(24)) {
        plain(&mut Tape::new(&words))?;
    }

    #[cfg(all(feature = "uuid", feature = "ulid"))]
    #[test]
    fn ids_keep_their_order(words in words(24)) {
        ids(&mut Tape::new(&words))?;
    }

    #[cfg(all(feature = "jiff", feature = "chrono", feature = "time"))]
    #[test]
    fn times_keep_their_order(words in words(24)) {
        times(&mut Tape::new(&words))?;
    }
}

fn every_format(tape: &mut Tape<'_>) -> TestCaseResult {
    let shape = tape.pick(&SHAPES);
    let a = value(tape, shape);
    let b = match (&a, tape.below(4)) {
        // Close neighbours.
        (Part::Unsigned(n), 0) => Part::Unsigned(n.saturating_sub(1)),
        (Part::Signed(n), 0) => Part::Signed(n.saturating_sub(1)),
        (Part::Days(days), 0) => Part::Days(days - 1),
        (Part::Time { seconds, nanos }, 0) => Part::Time {
            seconds: seconds - 1,
            nanos: *nanos,
        },
        (Part::Text(text), 0) if shape == Shape::Text => {
            Part::Text(format!("{text}{}", text_char(tape)).into())
        }
        _ => value(tape, shape),
    };
    for _ in 0..3 {
        let format = any_format(tape, shape);
        ordered(tape, [&a, &b], shape, format)?;
    }
    Ok(())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "any bits will do"
)]
fn plain(tape: &mut Tape<'_>) -> TestCaseResult {
    macro_rules! integers {
        ($($type:ty)*) => {$(
            let (a, b) = (tape.integer() as $type, tape.integer() as $type);
            same_order(tape, &a, &b)?;
            same_order(tape, &a, &a.wrapping_add(1))?;
        )*};
    }
    match tape.below(4) {
        0 => {
            integers!(u8 u16 u32 u64 u128);
        }
        1 => {
            integers!(i8 i16 i32 i64 i128);
        }
        2 => {
            let text = |tape: &mut Tape<'_>| -> String {
                (0..=tape.below(4)).map(|_| text_char(tape)).collect()
            };
            let (a, b) = (text(tape), text(tape));
            same_order(tape, &a, &b)?;
            let (a, b) = (tape.chance(2), tape.chance(2));
            same_order(tape, &a, &b)?;
        }
        _ => {
            let bytes =
                |tape: &mut Tape<'_>| tape.integer().to_be_bytes()[tape.below(16)..].to_vec();
            let (a, b) = (bytes(tape), bytes(tape));
            same_order(tape, &a, &b)?;
            same_order(tape, &crate::types::Binary(a), &crate::types::Binary(b))?;
            let (a, b) = (tape.integer().to_be_bytes(), tape.integer().to_be_bytes());
            same_order(tape, &a, &b)?;
        }
    }
    Ok(())
}

#[cfg(all(feature = "uuid", feature = "ulid"))]
fn ids(tape: &mut Tape<'_>) -> TestCaseResult {
    let (a, b) = (tape.integer(), tape.integer());
    let near = a.wrapping_add(1);
    for (a, b) in [(a, b), (a, near)] {
        same_order(tape, &uuid::Uuid::from_u128(a), &uuid::Uuid::from_u128(b))?;
        same_order(tape, &ulid::Ulid::from(a), &ulid::Ulid::from(b))?;
    }
    Ok(())
}

/// Seconds and nanoseconds from the year 0 to 9999, mostly near its ends, the epoch and each other.
#[cfg(all(feature = "jiff", feature = "chrono", feature = "time"))]
fn moment(tape: &mut Tape<'_>) -> (i64, u32) {
    let start = tape.pick(&[-62_167_219_200, -1, 0, 1_700_000_000, 253_402_207_199]);
    let seconds = match tape.below(3) {
        0 => start,
        1 => start + i64::from(tape.word() % 5) - 2,
        _ => start + i64::from(tape.word()) * i64::from(tape.word() % 50),
    };
    let nanos = tape.pick(&[0, 1, 999_999_999, 500_000_000, 123_456_789, 1_000_000]);
    (seconds.clamp(-62_167_219_200, 253_402_207_199), nanos)
}

#[cfg(all(feature = "jiff", feature = "chrono", feature = "time"))]
fn times(tape: &mut Tape<'_>) -> TestCaseResult {
    let (a, b) = (moment(tape), moment(tape));

    let jiff = |(seconds, nanos): (i64, u32)| {
        let nanos = i32::try_from(nanos).unwrap();
        jiff::Timestamp::new(seconds, nanos).unwrap()
    };
    let civil = |at| jiff(at).to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let part = tape.below(3);
    if part == 0 {
        same_order(tape, &jiff(a), &jiff(b))?;
        same_order(tape, &civil(a), &civil(b))?;
        same_order(tape, &civil(a).date(), &civil(b).date())?;
    }

    let chrono = |(seconds, nanos)| chrono::DateTime::from_timestamp(seconds, nanos).unwrap();
    if part == 1 {
        same_order(tape, &chrono(a), &chrono(b))?;
        same_order(tape, &chrono(a).naive_utc(), &chrono(b).naive_utc())?;
        same_order(tape, &chrono(a).date_naive(), &chrono(b).date_naive())?;
    }

    let time = |(seconds, nanos): (i64, u32)| {
        let nanos = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        time::OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap()
    };
    let plain = |at| time::PrimitiveDateTime::new(time(at).date(), time(at).time());
    if part == 2 {
        same_order(tape, &time(a), &time(b))?;
        same_order(tape, &plain(a), &plain(b))?;
        same_order(tape, &time(a).date(), &time(b).date())?;
    }

    // One moment has one spelling, whatever crate it comes from.
    let spelled = |part: Part<'_>, shape| text(&part, shape, Format::Default);
    let (instant, date_time, date) = (Shape::Instant, Shape::DateTime, Shape::Date);
    let expected = spelled(jiff(a).to_part(), instant);
    prop_assert!(expected.is_some());
    prop_assert_eq!(&expected, &spelled(chrono(a).to_part(), instant));
    prop_assert_eq!(&expected, &spelled(time(a).to_part(), instant));
    prop_assert_eq!(&expected, &Some(format!("{:.9}", jiff(a))));
    let expected = spelled(civil(a).to_part(), date_time);
    prop_assert_eq!(
        &expected,
        &spelled(chrono(a).naive_utc().to_part(), date_time)
    );
    prop_assert_eq!(&expected, &spelled(plain(a).to_part(), date_time));
    let expected = spelled(civil(a).date().to_part(), date);
    prop_assert_eq!(&expected, &spelled(chrono(a).date_naive().to_part(), date));
    prop_assert_eq!(&expected, &spelled(time(a).date().to_part(), date));
    Ok(())
}

/// The order that a type promises at compile time is the one tested here.
#[test]
fn promised_orders() {
    fn fixed<T: KeyPart<Order = Fixed>>() {}
    fn variable<T: KeyPart<Order = Variable>>() {}
    fixed::<u8>();
    fixed::<i128>();
    fixed::<bool>();
    variable::<String>();
    variable::<Vec<u8>>();
}
