//! Counting what the SDK's retries do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, SensitiveOutput};

/// The attempts of one call.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    begun: AtomicU32,
    /// Attempts that the service has refused, so that they were not applied.
    refused: AtomicU32,
}

impl Attempts {
    pub(super) fn shared() -> Arc<Self> {
        Arc::default()
    }

    pub(super) fn begin(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    /// An attempt was answered with anything but success.
    pub(super) fn failed(&self, response: &HttpResponse) {
        if response.status().as_u16() < 500 {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether the SDK has sent the request without learning what became of it: an attempt before the last one may have
    /// been applied.
    pub(super) fn may_have_been_applied(&self) -> bool {
        self.begun.load(Ordering::Relaxed) > self.refused.load(Ordering::Relaxed)
    }
}

/// An interceptor that counts, and changes nothing of a call.
#[derive(Debug)]
pub(super) struct Watch(Arc<Attempts>);

impl Watch {
    pub(super) fn of(attempts: &Arc<Attempts>) -> Self {
        Self(Arc::clone(attempts))
    }
}

impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "dynamo-model: attempts"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Keeps the response body out of the SDK's own traces.
        cfg.interceptor_state().store_put(SensitiveOutput);
        Ok(())
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.begin();
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !context.response().status().is_success() {
            self.0.failed(context.response());
        }
        Ok(())
    }
}
