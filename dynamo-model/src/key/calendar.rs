//! The proleptic Gregorian calendar, and timestamps as text.
//!
//! Keys need one spelling whatever time crate a model uses, so the few lines of calendar arithmetic
//! stand here instead of in three adapters. The algorithms are Howard Hinnant's `days_from_civil` and
//! `civil_from_days`.

use std::fmt::Write as _;

/// 0000-01-01 and 9999-12-31 in days since 1970-01-01.
const FIRST_DAY: i64 = -719_528;
pub(super) const LAST_DAY: i64 = 2_932_896;
pub(super) const SECONDS_PER_DAY: i64 = 86_400;
/// 9999-12-31T23:59:59 in seconds since 1970-01-01T00:00:00.
pub(super) const LAST_SECOND: i64 = (LAST_DAY + 1) * SECONDS_PER_DAY - 1;

/// A date and a time of day, as its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub nanos: u32,
}

impl Civil {
    /// `None` outside of the years 0 to 9999.
    pub(super) fn from_seconds(seconds: i64, nanos: u32) -> Option<Self> {
        let days = seconds.div_euclid(SECONDS_PER_DAY);
        if !(FIRST_DAY..=LAST_DAY).contains(&days) || nanos > 999_999_999 {
            return None;
        }
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        Some(Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: of_day / 3_600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            nanos,
        })
    }

    /// Seconds since 1970-01-01T00:00:00; `None` if the digits name no date or time.
    pub(super) fn to_seconds(self) -> Option<i64> {
        let in_range = (0..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (0..24).contains(&self.hour)
            && (0..60).contains(&self.minute)
            && (0..60).contains(&self.second);
        if !in_range {
            return None;
        }
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = (self.month + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        let seconds = days * SECONDS_PER_DAY + self.hour * 3_600 + self.minute * 60 + self.second;
        // The 31st of a shorter month is the only thing left to catch: it comes back as another date.
        let back = Self::from_seconds(seconds, self.nanos)?;
        (back == self).then_some(seconds)
    }
}

/// One piece of a timestamp pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Fraction(u8),
    Char(char),
}

impl Field {
    const fn width(self) -> u16 {
        match self {
            Field::Year => 4,
            Field::Fraction(digits) => digits as u16,
            Field::Char(_) => 1,
            _ => 2,
        }
    }

    /// 0 for the year up to 6 for the fraction.
    const fn rank(self) -> Option<u8> {
        match self {
            Field::Year => Some(0),
            Field::Month => Some(1),
            Field::Day => Some(2),
            Field::Hour => Some(3),
            Field::Minute => Some(4),
            Field::Second => Some(5),
            Field::Fraction(_) => Some(6),
            Field::Char(_) => None,
        }
    }
}

/// Splits the first piece off a pattern; `None` at its end.
///
/// A `%` that begins no known piece stands for itself; the derive refuses such patterns.
pub(super) const fn next_field(pattern: &str) -> Option<(Field, &str)> {
    let bytes = pattern.as_bytes();
    if bytes.is_empty() {
        return None;
    }
    let (field, len) = match bytes {
        [b'%', b'Y', ..] => (Field::Year, 2),
        [b'%', b'm', ..] => (Field::Month, 2),
        [b'%', b'd', ..] => (Field::Day, 2),
        [b'%', b'H', ..] => (Field::Hour, 2),
        [b'%', b'M', ..] => (Field::Minute, 2),
        [b'%', b'S', ..] => (Field::Second, 2),
        [b'%', digits @ b'1'..=b'9', b'f', ..] => (Field::Fraction(*digits - b'0'), 3),
        [b'%', b'%', ..] => (Field::Char('%'), 2),
        [first, ..] => {
            // Patterns are ASCII: the derive refuses others.
            (Field::Char(*first as char), 1)
        }
        [] => return None,
    };
    Some((field, pattern.split_at(len).1))
}

/// What the text of a pattern keeps of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// Characters of the text.
    pub width: u16,
    /// The whole date is there.
    pub date: bool,
    /// The whole time is there, down to the second.
    pub second: bool,
    /// The units stand from the greatest to the smallest, so that texts sort as times do.
    pub descending: bool,
}

pub(super) const fn kept(pattern: &str) -> Kept {
    let mut rest = pattern;
    let mut width = 0;
    let mut seen = [false; 7];
    let mut descending = true;
    let mut next_rank = 0;
    while let Some((field, tail)) = next_field(rest) {
        width += field.width();
        if let Some(rank) = field.rank() {
            descending = descending && rank == next_rank;
            next_rank = rank + 1;
            seen[rank as usize] = true;
        }
        rest = tail;
    }
    let date = seen[0] && seen[1] && seen[2];
    Kept {
        width,
        date,
        second: date && seen[3] && seen[4] && seen[5],
        descending,
    }
}

/// Writes a time by a pattern. `false` if it is finer than a pattern that goes down to the second.
pub(super) fn write_pattern(pattern: &str, civil: Civil, out: &mut String) -> bool {
    let mut rest = pattern;
    let mut kept_nanos = 0;
    while let Some((field, tail)) = next_field(rest) {
        match field {
            Field::Year => digits(out, civil.year, 4),
            Field::Month => digits(out, civil.month, 2),
            Field::Day => digits(out, civil.day, 2),
            Field::Hour => digits(out, civil.hour, 2),
            Field::Minute => digits(out, civil.minute, 2),
            Field::Second => digits(out, civil.second, 2),
            Field::Fraction(width) => {
                let unit = 10_u32.pow(9 - u32::from(width.min(9)));
                kept_nanos = civil.nanos / unit * unit;
                digits(out, i64::from(civil.nanos / unit), usize::from(width));
            }
            Field::Char(c) => out.push(c),
        }
        rest = tail;
    }
    !kept(pattern).second || kept_nanos == civil.nanos
}

/// Reads a time by a pattern that has every unit down to the day; units it lacks are zero.
pub(super) fn read_pattern(pattern: &str, text: &str) -> Option<Civil> {
    let mut civil = Civil {
        year: 0,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        nanos: 0,
    };
    let (mut pattern, mut text) = (pattern, text);
    while let Some((field, tail)) = next_field(pattern) {
        let (here, after) = text.split_at_checked(usize::from(field.width()))?;
        if let Field::Char(c) = field {
            if !here.starts_with(c) {
                return None;
            }
        } else {
            if !here.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let value: i64 = here.parse().ok()?;
            match field {
                Field::Year => civil.year = value,
                Field::Month => civil.month = value,
                Field::Day => civil.day = value,
                Field::Hour => civil.hour = value,
                Field::Minute => civil.minute = value,
                Field::Second => civil.second = value,
                Field::Fraction(width) => {
                    let value = u32::try_from(value).ok()?;
                    civil.nanos = value * 10_u32.pow(9 - u32::from(width.min(9)));
                }
                Field::Char(_) => {}
            }
        }
        (pattern, text) = (tail, after);
    }
    text.is_empty().then_some(civil)
}

fn digits(out: &mut String, value: i64, width: usize) {
    // Writing into a `String` cannot fail.
    let _ = write!(out, "{value:0width$}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_ten_thousand_years_comes_back() {
        let mut previous = String::new();
        for day in FIRST_DAY..=LAST_DAY {
            let civil = Civil::from_seconds(day * SECONDS_PER_DAY + 86_399, 5).unwrap();
            assert_eq!(civil.to_seconds(), Some(day * SECONDS_PER_DAY + 86_399));
            let mut text = String::new();
            write_pattern("%Y-%m-%d", civil, &mut text);
            assert!(text > previous, "{text} after {previous}");
            previous = text;
        }
        assert_eq!(previous, "9999-12-31");
        assert_eq!(Civil::from_seconds(LAST_SECOND + 1, 0), None);
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "1900-02-29",
            "2026-04-31",
        ] {
            let civil = read_pattern("%Y-%m-%d", text).unwrap();
            assert_eq!(civil.to_seconds(), None, "{text}");
        }
        assert_eq!(read_pattern("%Y-%m-%d", "2026-1-011"), None);
        assert_eq!(read_pattern("%Y-%m-%d", "2026-01-01Z"), None);
        assert_eq!(read_pattern("%Y-%m-%d", "+026-01-01"), None);
    }

    #[test]
    fn patterns_know_what_they_keep() {
        let facts = |pattern| {
            let kept = kept(pattern);
            (kept.width, kept.date, kept.second, kept.descending)
        };
        assert_eq!(facts("%Y-%m-%dT%H:%M:%S"), (19, true, true, true));
        assert_eq!(facts("%Y-%m-%dT%H:%M:%S.%3fZ"), (24, true, true, true));
        assert_eq!(facts("%d.%m.%Y %H:%M:%S"), (19, true, true, false));
        assert_eq!(facts("%Y-%m"), (7, false, false, true));
        assert_eq!(facts("%Y%m%d"), (8, true, false, true));
    }
}
