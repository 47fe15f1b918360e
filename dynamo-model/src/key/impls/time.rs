//! `time`: `OffsetDateTime` (read back in UTC), `PrimitiveDateTime` and `Date`.

use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime};

use super::{days_of, time_of};
use crate::key::{Fixed, KeyPart, Part, Shape, Unreadable};

/// The Julian day of 1970-01-01.
const JULIAN_EPOCH: i32 = 2_440_588;

impl KeyPart for OffsetDateTime {
    const SHAPE: Shape = Shape::Instant;
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        Part::Time {
            seconds: self.unix_timestamp(),
            nanos: self.nanosecond(),
        }
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        let (seconds, nanos) = time_of(&part)?;
        OffsetDateTime::from_unix_timestamp(seconds)
            .ok()
            .and_then(|at| at.checked_add(Duration::nanoseconds(i64::from(nanos))))
            .ok_or(Unreadable)
    }
}

impl KeyPart for PrimitiveDateTime {
    const SHAPE: Shape = Shape::DateTime;
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        let utc = self.assume_utc();
        Part::Time {
            seconds: utc.unix_timestamp(),
            nanos: utc.nanosecond(),
        }
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        let utc = OffsetDateTime::from_part(part)?;
        Ok(PrimitiveDateTime::new(utc.date(), utc.time()))
    }
}

impl KeyPart for Date {
    const SHAPE: Shape = Shape::Date;
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        Part::Days(self.to_julian_day() - JULIAN_EPOCH)
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        let days = days_of(&part)?
            .checked_add(JULIAN_EPOCH)
            .ok_or(Unreadable)?;
        Date::from_julian_day(days).map_err(|_| Unreadable)
    }
}
