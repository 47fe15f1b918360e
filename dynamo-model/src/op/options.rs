//! What every operation can be told: a meter for its capacity, and SDK settings for this call.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use aws_sdk_dynamodb::config;

use crate::{ConsumedCapacity, Error};

/// A request on its way. Nothing happens until it is awaited.
#[must_use = "futures do nothing unless you `.await` them"]
pub struct Sending<T>(Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>);

impl<T> Sending<T> {
    pub(crate) fn new(future: impl Future<Output = Result<T, Error>> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl<T> Future for Sending<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for Sending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sending(..)")
    }
}

/// Adds up the capacity that the operations it is given to consume, over all their pages.
///
/// ```
/// # use dynamo_model::{Meter, prelude::*};
/// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Note))] struct Shop;
/// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
/// # #[entity(table = Shop, pk = "NOTE#{id}")] struct Note { id: u32 }
/// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
/// let meter = Meter::new();
/// shop.get(Note::key(7)).meter(&meter).send().await?;
/// println!("{} read units", meter.total().capacity_units);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<ConsumedCapacity>>);

impl Meter {
    /// A meter at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was consumed so far.
    pub fn total(&self) -> ConsumedCapacity {
        self.lock().clone()
    }

    /// What was consumed so far, and back to zero.
    pub fn reset(&self) -> ConsumedCapacity {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, ConsumedCapacity> {
        // The sum is whole between any two statements, so a panic elsewhere leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Default)]
pub(super) struct Options {
    meter: Option<Meter>,
    pub(super) overrides: Option<config::Builder>,
}

impl Options {
    pub(super) fn set_meter(&mut self, meter: &Meter) {
        self.meter = Some(meter.clone());
    }

    pub(super) fn wants_capacity(&self) -> bool {
        self.meter.is_some()
    }

    pub(super) fn record(&self, consumed: Option<&ConsumedCapacity>) {
        if let (Some(meter), Some(consumed)) = (&self.meter, consumed) {
            meter.lock().add(consumed);
        }
    }
}

/// The two methods that every builder with a field `options` has.
macro_rules! options {
    ($($($inside:ident).+)?) => {
        /// Adds what this operation consumes, index by index and page by page, to the meter.
        pub fn meter(mut self, meter: &crate::Meter) -> Self {
            self.$($($inside.)+)?options.set_meter(meter);
            self
        }

        /// SDK settings for this call alone: timeouts, retries, region, interceptors.
        pub fn config_override(
            mut self,
            overrides: impl Into<aws_sdk_dynamodb::config::Builder>,
        ) -> Self {
            self.$($($inside.)+)?options.overrides = Some(overrides.into());
            self
        }
    };
}
pub(super) use options;
