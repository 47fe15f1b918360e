//! The other way through the SDK: by its own types.
//!
//! The request body is taken apart into the SDK's input, and the SDK's output is written as the body that DynamoDB would
//! have sent. So there is one encoder and one decoder for both ways, and whatever looks at inputs or makes outputs (a mock,
//! an interceptor) sees and gives what it knows. It costs an attribute-value tree in each direction.

mod input;
mod object;
mod output;

use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::{Client, config};

use self::output::Said;
pub(super) use self::output::evidence;
use super::attempts::{Attempts, Watch};
use super::{Operation, Origin, Response, fault};
use crate::error::{Error, InvalidRequest};

/// The name that `aws_smithy_mocks::MockResponseInterceptor` gives itself.
const MOCKS: &str = "MockResponseInterceptor";

/// Whether a client is a mock of `aws-smithy-mocks`: its rules look at inputs, and each makes an output.
pub(super) fn is_mocked(client: &Client) -> bool {
    use aws_sdk_dynamodb::config::Intercept as _;

    client
        .config()
        .interceptors()
        .any(|interceptor| interceptor.name() == MOCKS)
}

/// Sends one request by the SDK's own types.
///
/// # Errors
///
/// As [`send`](super::send).
pub(super) async fn send(
    client: &Client,
    operation: Operation,
    body: &str,
    origin: Origin<'_>,
    overrides: Option<config::Builder>,
) -> Result<Response, Error> {
    let attempts = Attempts::shared();
    let watch = Watch::of(&attempts);
    dispatch(client, operation, body, origin, watch, overrides)
        .await
        .map_err(|error| error.of_attempts(attempts.may_have_been_applied()))
}

/// The answer that an output is; `None` if the output says nothing.
pub(super) fn answer<O: Said + RequestId>(output: &O) -> Option<Response> {
    let body = output.body()?;
    Some(Response {
        request_id: output.request_id().map(str::to_owned),
        ..Response::of(body)
    })
}

macro_rules! dispatch {
    ($($name:ident = $module:ident;)*) => {
        async fn dispatch(
            client: &Client,
            operation: Operation,
            body: &str,
            origin: Origin<'_>,
            watch: Watch,
            overrides: Option<config::Builder>,
        ) -> Result<Response, Error> {
            match operation {
                $(Operation::$name => {
                    let request = input::$module(client.$module(), body);
                    let request = request.map_err(|error| unfit(origin, error))?;
                    let mut request = request.customize().interceptor(watch);
                    if let Some(overrides) = overrides {
                        request = request.config_override(overrides);
                    }
                    let output = request.send().await.map_err(|error| fault::of(error, origin))?;
                    Ok(answer(&output).unwrap_or_else(|| Response {
                        request_id: output.request_id().map(str::to_owned),
                        ..Response::empty()
                    }))
                })*
            }
        }
    };
}

dispatch! {
    GetItem = get_item;
    PutItem = put_item;
    UpdateItem = update_item;
    DeleteItem = delete_item;
    Query = query;
    Scan = scan;
    BatchGetItem = batch_get_item;
    BatchWriteItem = batch_write_item;
    TransactGetItems = transact_get_items;
    TransactWriteItems = transact_write_items;
    ExecuteStatement = execute_statement;
}

fn unfit(origin: Origin<'_>, error: crate::wire::DecodeError) -> Error {
    InvalidRequest::new(format!(
        "{}: the request does not fit the SDK's types, its source says why",
        origin.subject()
    ))
    .with_source(error.into())
    .into()
}
