//! Lifecycle attributes: versions, times, values that are made on writing. What the derive's expansions call.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::key::{Part, Unreadable};

/// Components of [`Entity::restore`](crate::Entity::restore) that stand in no template: the time-to-live field, read from
/// its number.
pub const TTL: usize = usize::MAX;
/// The `updated_at` field, made from the time of the write.
pub const UPDATED_AT: usize = usize::MAX - 1;

/// A field type that can count writes: `u32`, `u64` or `i64`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a version",
    label = "a version is a `u64` (or a `u32` or an `i64`)"
)]
pub trait Version: Copy {
    /// The version as a number; 0 is an item that was never written.
    fn number(self) -> u64;
    /// The version of this number.
    fn of(number: u64) -> Self;

    /// Becomes the next version.
    fn count(&mut self) {
        *self = Self::of(self.number().saturating_add(1));
    }
}

macro_rules! versions {
    ($($ty:ty)*) => {$(
        impl Version for $ty {
            fn number(self) -> u64 {
                u64::try_from(self).unwrap_or_default()
            }

            fn of(number: u64) -> Self {
                Self::try_from(number).unwrap_or(Self::MAX)
            }
        }
    )*};
}
versions!(u32 u64 i64);

/// A field type that holds a point in time: the timestamps of `jiff`, `chrono` and `time`, `u64` and `i64` as epoch
/// seconds, or an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no point in time",
    label = "times are `jiff::Timestamp`, `chrono::DateTime<Utc>`, `time::OffsetDateTime` (each behind a feature), `u64` or `i64` epoch seconds, or an `Option` of one"
)]
pub trait Moment: Sized {
    /// Seconds since 1970-01-01T00:00:00Z, rounded down; `None` if there is no time.
    fn seconds(&self) -> Option<i64>;

    /// Whether the field has not been given a time: it is `None`, or 1970-01-01T00:00:00Z.
    fn is_unset(&self) -> bool {
        self.seconds().is_none_or(|seconds| seconds == 0)
    }

    /// The time of this part, [`Part::Time`].
    ///
    /// # Errors
    ///
    /// [`Unreadable`] if the type does not reach that far.
    fn at(part: Part<'_>) -> Result<Self, Unreadable>;

    /// Becomes the time of a write.
    fn stamp(&mut self, now: SystemTime) {
        if let Ok(moment) = Self::at(time(now)) {
            *self = moment;
        }
    }

    /// Becomes the time of the first write, which is kept.
    fn stamp_once(&mut self, now: SystemTime) {
        if self.is_unset() {
            self.stamp(now);
        }
    }
}

impl<T: Moment> Moment for Option<T> {
    fn seconds(&self) -> Option<i64> {
        self.as_ref().and_then(Moment::seconds)
    }

    fn at(part: Part<'_>) -> Result<Self, Unreadable> {
        T::at(part).map(Some)
    }
}

macro_rules! epochs {
    ($($ty:ty)*) => {$(
        impl Moment for $ty {
            fn seconds(&self) -> Option<i64> {
                // A time that no calendar reaches is still a time.
                Some(i64::try_from(*self).unwrap_or(i64::MAX))
            }

            fn at(part: Part<'_>) -> Result<Self, Unreadable> {
                match part {
                    Part::Time { seconds, .. } => Self::try_from(seconds).map_err(|_| Unreadable),
                    _ => Err(Unreadable),
                }
            }
        }
    )*};
}
epochs!(u64 i64);

#[cfg(any(feature = "jiff", feature = "chrono", feature = "time"))]
macro_rules! moments {
    ($($ty:ty)*) => {$(
        impl Moment for $ty {
            fn seconds(&self) -> Option<i64> {
                match crate::KeyPart::to_part(self) {
                    Part::Time { seconds, .. } => Some(seconds),
                    _ => None,
                }
            }

            fn at(part: Part<'_>) -> Result<Self, Unreadable> {
                crate::KeyPart::from_part(part)
            }
        }
    )*};
}
#[cfg(feature = "jiff")]
moments!(jiff::Timestamp);
#[cfg(feature = "chrono")]
moments!(chrono::DateTime<chrono::Utc>);
#[cfg(feature = "time")]
moments!(time::OffsetDateTime);

/// The time as a part of a key. Times before 1970 count as 1970.
pub fn time(now: SystemTime) -> Part<'static> {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Part::Time {
        seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        nanos: since.subsec_nanos(),
    }
}

/// A time as the time-to-live attribute keeps it: in whole seconds. What keys hold of it must be the same.
pub fn whole(part: Part<'_>) -> Part<'_> {
    match part {
        Part::Time { seconds, .. } => Part::Time { seconds, nanos: 0 },
        part => part,
    }
}

/// Seconds since 1970 of a time.
pub(crate) fn seconds(now: SystemTime) -> i64 {
    match time(now) {
        Part::Time { seconds, .. } => seconds,
        _ => 0,
    }
}

/// An entity of which a write makes a copy to stamp. Holds for every type that is `Clone`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has `version`, `created_at`, `updated_at`, `generate` or `default`, but is not `Clone`",
    label = "what is written is a copy, with these fields filled in",
    note = "add `#[derive(Clone)]` to the struct"
)]
pub trait Copied: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> Copied for T {}

/// A copy to stamp.
pub fn copy<T: Copied>(entity: &T) -> T {
    entity.clone()
}

/// A value for a field that has not been given one.
pub fn fill<T: Default + PartialEq>(field: &mut T, make: impl FnOnce() -> T) {
    if *field == T::default() {
        *field = make();
    }
}

/// An id type that can be generated: `Uuid` (version 7) and `Ulid`, whose order is that of their times.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be generated",
    label = "ids are generated for `Uuid` and `Ulid` (each behind a feature)",
    note = "say how with `#[entity(default = ..)]`"
)]
pub trait Generate: Sized {
    /// A new id.
    fn generate(now: SystemTime) -> Self;
}

#[cfg(any(feature = "uuid", feature = "ulid"))]
fn millis(now: SystemTime) -> u64 {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// 64 bits of the standard library's hash keys, which the system's entropy seeds.
#[cfg(any(feature = "uuid", feature = "ulid"))]
fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0_u8)
}

#[cfg(feature = "uuid")]
impl Generate for uuid::Uuid {
    fn generate(now: SystemTime) -> Self {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&random().to_le_bytes());
        bytes[8..].copy_from_slice(&random().to_le_bytes()[..2]);
        uuid::Builder::from_unix_timestamp_millis(millis(now), &bytes).into_uuid()
    }
}

#[cfg(feature = "ulid")]
impl Generate for ulid::Ulid {
    fn generate(now: SystemTime) -> Self {
        let random = (u128::from(random()) << 64) | u128::from(random());
        ulid::Ulid::from_parts(millis(now), random)
    }
}
