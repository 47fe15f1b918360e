//! Replacing the SDK's request serializer and response deserializer, by its public API.
//!
//! The orchestrator loads both from the config bag at the moment it needs them, and looks at the interceptors' state
//! first. So an interceptor of the single call puts its own there in `read_before_serialization`.
//!
//! That order is behaviour of the SDK, not a promise. It was checked with `aws-sdk-dynamodb` 1.136.0,
//! `aws-smithy-runtime` 1.16.2 and `aws-smithy-runtime-api` 1.20.0; one test per operation fails when it changes. Should
//! it change under a user, nothing is lost: [`Hook`] notices in `read_after_serialization` that the request is not the one
//! it wrote, stops before anything is sent, and the call goes the way of [`typed`](super::typed); and what another
//! deserializer has read is an output that says something, which is taken for the answer.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::{
    self, ConfigBag, FrozenLayer, Intercept, RuntimeComponents, RuntimePlugin,
};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::{Client, operation as sdk, types};
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
    Error as ErasedError, Output,
};
use aws_smithy_runtime_api::client::orchestrator::{
    HttpRequest, HttpResponse, OrchestratorError, SensitiveOutput,
};
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::body::SdkBody;

use super::attempts::Attempts;
use super::{Origin, Response, fault, typed};
use crate::error::{Error, InvalidRequest};

/// Wires the operations of the data plane: module of the SDK (and method of its client), output type, and where the
/// SDK's input holds the tables.
macro_rules! operations {
    ($($name:ident = $module:ident, $output:ident, $place:ident;)*) => {
        /// An operation of the data plane.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Operation {
            $($name),*
        }

        impl Operation {
            /// Every operation.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name in DynamoDB's API.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name)),*
                }
            }

            /// The name of its spans.
            pub(super) const fn span_name(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("DynamoDB.", stringify!($name))),*
                }
            }

            const fn target(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("DynamoDB_20120810.", stringify!($name))),*
                }
            }

            /// The SDK downcasts what a deserializer returns to the operation's output type.
            fn empty_output(self) -> Output {
                match self {
                    $(Self::$name => Output::erase(sdk::$module::$output::builder().build())),*
                }
            }

            /// The operation's own configuration, which holds the SDK's deserializer.
            fn sdk_layer(self) -> Option<FrozenLayer> {
                match self {
                    $(Self::$name => sdk::$module::$name::new().config()),*
                }
            }
        }

        /// Sends through the client; the answer is in `exchange` afterwards, unless the SDK's output says something.
        /// Ours is empty, so that was somebody else's: a mock, an interceptor, or the SDK's own deserializer.
        pub(super) async fn dispatch(
            client: &Client,
            exchange: &Arc<Exchange>,
            origin: Origin<'_>,
            overrides: Option<config::Builder>,
        ) -> Result<Option<Response>, Error> {
            // Permanent: the SDK looks for its being disabled at every stage of the call otherwise.
            let hook = SharedInterceptor::permanent(Hook(Arc::clone(exchange)));
            let mut overrides = overrides.unwrap_or_default();
            overrides.push_interceptor(hook);
            match exchange.operation {
                $(Operation::$name => {
                    let request = tables!($place, client.$module(), origin.tables);
                    let output = request.customize().config_override(overrides).send().await;
                    output
                        .map(|output| typed::answer(&output))
                        .map_err(|error| fault::of(error, origin))
                })*
            }
        }
    };
}

/// Puts the tables' names where the SDK looks for them, with the least that its types ask for.
macro_rules! tables {
    (table, $request:expr, $tables:expr) => {
        $request.set_table_name($tables.first().map(|table| (*table).to_owned()))
    };
    // The statement names its tables.
    (none, $request:expr, $tables:expr) => {
        $request
    };
    (keys, $request:expr, $tables:expr) => {{
        let mut request = $request;
        for table in $tables {
            let keys = types::KeysAndAttributes::builder()
                .set_keys(Some(Vec::new()))
                .build();
            request = request.request_items(*table, keys.map_err(unbuildable)?);
        }
        request
    }};
    (writes, $request:expr, $tables:expr) => {{
        let mut request = $request;
        for table in $tables {
            request = request.request_items(*table, Vec::new());
        }
        request
    }};
    (gets, $request:expr, $tables:expr) => {{
        let mut request = $request;
        for table in $tables {
            let get = types::Get::builder()
                .table_name(*table)
                .set_key(Some(Default::default()))
                .build();
            let item = types::TransactGetItem::builder()
                .get(get.map_err(unbuildable)?)
                .build();
            request = request.transact_items(item);
        }
        request
    }};
    (actions, $request:expr, $tables:expr) => {{
        let mut request = $request;
        for table in $tables {
            let delete = types::Delete::builder()
                .table_name(*table)
                .set_key(Some(Default::default()))
                .build();
            let item = types::TransactWriteItem::builder()
                .delete(delete.map_err(unbuildable)?)
                .build();
            request = request.transact_items(item);
        }
        request
    }};
}

operations! {
    GetItem = get_item, GetItemOutput, table;
    PutItem = put_item, PutItemOutput, table;
    UpdateItem = update_item, UpdateItemOutput, table;
    DeleteItem = delete_item, DeleteItemOutput, table;
    Query = query, QueryOutput, table;
    Scan = scan, ScanOutput, table;
    BatchGetItem = batch_get_item, BatchGetItemOutput, keys;
    BatchWriteItem = batch_write_item, BatchWriteItemOutput, writes;
    TransactGetItems = transact_get_items, TransactGetItemsOutput, gets;
    TransactWriteItems = transact_write_items, TransactWriteItemsOutput, actions;
    ExecuteStatement = execute_statement, ExecuteStatementOutput, none;
}

fn unbuildable(error: aws_sdk_dynamodb::error::BuildError) -> Error {
    InvalidRequest::new("the request could not be built")
        .with_source(error.into())
        .into()
}

/// One call's bodies: what is sent, and what came back.
pub(super) struct Exchange {
    operation: Operation,
    body: SdkBody,
    written: AtomicBool,
    /// Whether the SDK was about to send another request than the one that is written here.
    left_out: AtomicBool,
    attempts: Attempts,
    answer: Mutex<Option<Answer>>,
}

/// A successful answer.
pub(super) struct Answer {
    pub(super) body: SdkBody,
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
}

impl Exchange {
    pub(super) fn new(operation: Operation, body: Vec<u8>) -> Arc<Self> {
        Arc::new(Self {
            operation,
            body: body.into(),
            written: AtomicBool::new(false),
            left_out: AtomicBool::new(false),
            attempts: Attempts::default(),
            answer: Mutex::new(None),
        })
    }

    /// Whether an attempt before the last one may have been applied.
    pub(super) fn may_have_been_applied(&self) -> bool {
        self.attempts.may_have_been_applied()
    }

    /// The body, if the SDK has left the hook out. Nothing was sent then.
    pub(super) fn unsent_body(&self) -> Option<&[u8]> {
        self.left_out
            .load(Ordering::Relaxed)
            .then(|| self.body.bytes().unwrap_or_default())
    }

    /// The answer of the last attempt, if it was a success and came this way.
    pub(super) fn into_answer(self: Arc<Self>) -> Option<Answer> {
        self.answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn keep(&self, answer: Option<Answer>) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }
}

/// The exchange in its three roles inside the SDK: interceptor, serializer, deserializer.
#[derive(Clone)]
struct Hook(Arc<Exchange>);

/// The SDK prints its components in traces; bodies have no business there.
impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hook").field(&self.0.operation).finish()
    }
}

impl Intercept for Hook {
    fn name(&self) -> &'static str {
        "dynamo-model"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        cfg.interceptor_state()
            .store_put(SharedRequestSerializer::new(self.clone()))
            .store_put(SharedResponseDeserializer::new(self.clone()))
            // Keeps the response body out of the SDK's own traces.
            .store_put(SensitiveOutput);
        #[cfg(test)]
        super::tests::typed::leave_out(self.0.operation, cfg);
        Ok(())
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.attempts.begin();
        Ok(())
    }

    fn read_after_serialization(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.0.written.load(Ordering::Relaxed) {
            Ok(())
        } else {
            self.0.left_out.store(true, Ordering::Relaxed);
            Err(NotWritten.into())
        }
    }
}

impl SerializeRequest for Hook {
    fn serialize_input(
        &self,
        _: aws_smithy_runtime_api::client::interceptors::context::Input,
        _: &mut ConfigBag,
    ) -> Result<HttpRequest, BoxError> {
        // Shares the bytes; the SDK does the same to send them once more on a retry.
        let body = self
            .0
            .body
            .try_clone()
            .ok_or("the request body is in memory")?;
        let length = body.content_length().unwrap_or_default();
        let mut request = HttpRequest::new(body);
        request.set_method("POST")?;
        request.set_uri("/")?;
        let headers = request.headers_mut();
        headers.try_insert("content-type", "application/x-amz-json-1.0")?;
        headers.try_insert("x-amz-target", self.0.operation.target())?;
        headers.try_insert("content-length", length.to_string())?;
        self.0.written.store(true, Ordering::Relaxed);
        Ok(request)
    }
}

impl DeserializeResponse for Hook {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        cfg: &ConfigBag,
    ) -> Result<Output, OrchestratorError<ErasedError>> {
        let operation = self.0.operation;
        if response.status().is_success() {
            let body = response
                .body()
                .try_clone()
                .ok_or_else(|| OrchestratorError::other("the response body is in memory"))?;
            self.0.keep(Some(Answer {
                body,
                status: response.status().as_u16(),
                request_id: fault::request_id(response).map(str::to_owned),
            }));
            return Ok(operation.empty_output());
        }
        self.0.keep(None);
        self.0.attempts.failed(response);
        // The SDK's own, so that its errors and its retry classification stay what they are.
        match operation
            .sdk_layer()
            .as_ref()
            .and_then(|layer| layer.load::<SharedResponseDeserializer>())
        {
            Some(own) => own.deserialize_nonstreaming_with_config(response, cfg),
            None => Err(OrchestratorError::other(
                "the SDK has no deserializer for the operation",
            )),
        }
    }
}

/// The request that is about to be sent is not the one that was written here.
#[derive(Debug)]
struct NotWritten;

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the SDK did not ask for the request body")
    }
}

impl std::error::Error for NotWritten {}
