//! `jiff`: timestamps, civil dates, and civil dates with a time.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};

use super::{days_of, time_of};
use crate::key::{Fixed, KeyPart, Part, Shape, Unreadable};

const EPOCH: Date = Date::constant(1970, 1, 1);

impl KeyPart for Timestamp {
    const SHAPE: Shape = Shape::Instant;
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        // jiff's nanoseconds carry the sign of the seconds; a part counts them upwards.
        let (seconds, nanos) = (self.as_second(), self.subsec_nanosecond());
        match u32::try_from(nanos) {
            Ok(nanos) => Part::Time { seconds, nanos },
            Err(_) => Part::Time {
                seconds: seconds - 1,
                nanos: (1_000_000_000 + nanos).unsigned_abs(),
            },
        }
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        let (seconds, nanos) = time_of(&part)?;
        let nanos = i32::try_from(nanos).map_err(|_| Unreadable)?;
        Timestamp::new(seconds, nanos).map_err(|_| Unreadable)
    }
}

impl KeyPart for DateTime {
    const SHAPE: Shape = Shape::DateTime;
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        let since = self.duration_since(EPOCH.to_datetime(jiff::civil::Time::midnight()));
        let (seconds, nanos) = (since.as_secs(), since.subsec_nanos());
        match u32::try_from(nanos) {
            Ok(nanos) => Part::Time { seconds, nanos },
            Err(_) => Part::Time {
                seconds: seconds - 1,
                nanos: (1_000_000_000 + nanos).unsigned_abs(),
            },
        }
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        let (seconds, nanos) = time_of(&part)?;
        let nanos = i32::try_from(nanos).map_err(|_| Unreadable)?;
        EPOCH
            .to_datetime(jiff::civil::Time::midnight())
            .checked_add(SignedDuration::new(seconds, nanos))
            .map_err(|_| Unreadable)
    }
}

impl KeyPart for Date {
    const SHAPE: Shape = Shape::Date;
    type Order = Fixed;

    fn to_part(&self) -> Part<'_> {
        let hours = self.duration_since(EPOCH).as_hours();
        match i32::try_from(hours / 24) {
            Ok(days) => Part::Days(days),
            Err(_) => Part::Invalid("the date is out of range"),
        }
    }

    fn from_part(part: Part<'_>) -> Result<Self, Unreadable> {
        let days = days_of(&part)?;
        EPOCH
            .checked_add(SignedDuration::from_hours(i64::from(days) * 24))
            .map_err(|_| Unreadable)
    }
}
