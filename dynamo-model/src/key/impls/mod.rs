//! The types that are key parts out of the box.

mod standard;

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "ulid")]
mod ulid;
#[cfg(feature = "uuid")]
mod uuid;

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
use super::{Part, Unreadable};

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
fn time_of(part: &Part<'_>) -> Result<(i64, u32), Unreadable> {
    match part {
        Part::Time { seconds, nanos } => Ok((*seconds, *nanos)),
        _ => Err(Unreadable),
    }
}

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
fn days_of(part: &Part<'_>) -> Result<i32, Unreadable> {
    match part {
        Part::Days(days) => Ok(*days),
        _ => Err(Unreadable),
    }
}
