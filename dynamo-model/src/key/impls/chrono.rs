//! `chrono`: `DateTime<Utc>`, `NaiveDateTime` and `NaiveDate`.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};

use super::{days_of, time_of};
use crate::key::{Fixed, KeyPart, Part, Shape, Unreadable};

/// chrono counts days from 0001-01-01 as day one; the epoch is this day.
const EPOCH_FROM_CE: i32 = 719_163;

fn part_of(seconds: i64, nanos: u32) -> Part<'static> {
    if nanos > 999_999_999 {
        return Part::Invalid("a leap second has no place in the order of a key");
    }
    Part::Time { seconds, nanos }
}

impl KeyPart for DateTime<Utc> {
    const SHAPE: Shape = Shape::Instant;
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        part_of(self.timestamp(), self.timestamp_subsec_nanos())
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        let (seconds, nanos) = time_of(&part)?;
        DateTime::from_timestamp(seconds, nanos).ok_or(Unreadable)
    }
}

impl KeyPart for NaiveDateTime {
    const SHAPE: Shape = Shape::DateTime;
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        let utc = self.and_utc();
        part_of(utc.timestamp(), utc.timestamp_subsec_nanos())
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        <DateTime<Utc>>::from_part(part).map(|utc| utc.naive_utc())
    }
}

impl KeyPart for NaiveDate {
    const SHAPE: Shape = Shape::Date;
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        Part::Days(self.num_days_from_ce() - EPOCH_FROM_CE)
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        let days = days_of(&part)?.checked_add(EPOCH_FROM_CE);
        days.and_then(NaiveDate::from_num_days_from_ce_opt)
            .ok_or(Unreadable)
    }
}
