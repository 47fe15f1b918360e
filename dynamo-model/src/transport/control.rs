//! Calls of the control plane. They are rare, so they go through the SDK's own types.

use std::error::Error as StdError;
use std::future::Future;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use aws_sdk_dynamodb::types::{
    IndexStatus, TableDescription, TableStatus, TimeToLiveDescription, TimeToLiveSpecification,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::span::Span;
use super::{Origin, fault};
use crate::error::{Error, InvalidRequest, TransportError, TransportErrorKind, WaitTimeout};

/// `CreateTable`. The table is not usable yet when this returns: see [`wait_until_active`].
///
/// # Errors
///
/// `ResourceInUseException` ([`Error::is_table_in_use`]) if the table exists.
pub(crate) async fn create_table(
    client: &Client,
    table: CreateTableInputBuilder,
) -> Result<TableDescription, Error> {
    let name = table.get_table_name().clone().unwrap_or_default();
    let at = At::new("DynamoDB.CreateTable", &name);
    let output = at.send(Box::pin(table.send_with(client))).await?;
    at.present(output.table_description)
}

/// `DeleteTable`. The name is not free yet when this returns: see [`wait_until_gone`].
///
/// # Errors
///
/// [`Error::TableNotFound`] if there is none, `ResourceInUseException` while it is being created or changed.
pub(crate) async fn delete_table(client: &Client, table: &str) -> Result<(), Error> {
    let at = At::new("DynamoDB.DeleteTable", table);
    let request = client.delete_table().table_name(table);
    at.send(request.send()).await.map(drop)
}

/// `DescribeTable`.
///
/// # Errors
///
/// [`Error::TableNotFound`] if there is none.
pub(crate) async fn describe_table(
    client: &Client,
    table: &str,
) -> Result<TableDescription, Error> {
    let at = At::new("DynamoDB.DescribeTable", table);
    let request = client.describe_table().table_name(table);
    at.present(at.send(request.send()).await?.table)
}

/// `ListTables`: the names of all tables of the account in the region, page by page until there are no more.
///
/// # Errors
///
/// Whatever the service or the way there makes of it.
pub(crate) async fn list_tables(client: &Client) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    let mut start = None;
    loop {
        let request = client.list_tables().set_exclusive_start_table_name(start);
        let page = send("DynamoDB.ListTables", &[], request.send()).await?;
        names.extend(page.table_names.unwrap_or_default());
        start = page.last_evaluated_table_name;
        if start.is_none() {
            return Ok(names);
        }
    }
}

/// `UpdateTimeToLive`: names the attribute whose number of epoch seconds makes items expire, or switches expiry off.
///
/// # Errors
///
/// [`Error::Validation`] if it is already so, or was changed within the last hour.
pub(crate) async fn update_time_to_live(
    client: &Client,
    table: &str,
    attribute: &str,
    enabled: bool,
) -> Result<(), Error> {
    let at = At::new("DynamoDB.UpdateTimeToLive", table);
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(attribute)
        .enabled(enabled)
        .build();
    let specification = specification.map_err(|error| {
        InvalidRequest::new("the request could not be built").with_source(error.into())
    })?;
    let request = client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(specification);
    at.send(request.send()).await.map(drop)
}

/// `DescribeTimeToLive`.
///
/// # Errors
///
/// [`Error::TableNotFound`] if there is no such table.
pub(crate) async fn describe_time_to_live(
    client: &Client,
    table: &str,
) -> Result<TimeToLiveDescription, Error> {
    let at = At::new("DynamoDB.DescribeTimeToLive", table);
    let request = client.describe_time_to_live().table_name(table);
    at.present(at.send(request.send()).await?.time_to_live_description)
}

/// Waits until a table and all its global secondary indexes are `ACTIVE`.
///
/// A table that is not there is waited for too: `DescribeTable` may not yet know one that was just created.
///
/// # Errors
///
/// [`Error::WaitTimeout`], or what `DescribeTable` fails with.
pub(crate) async fn wait_until_active(
    client: &Client,
    table: &str,
    timeout: Duration,
) -> Result<TableDescription, Error> {
    poll(client, table, "active", timeout, |seen| match seen {
        Some(description) => match pending(&description) {
            None => Ok(description),
            Some(state) => Err(state),
        },
        None => Err("there is no such table".to_owned()),
    })
    .await
}

/// Waits until a table is gone, so that its name may be used again.
///
/// # Errors
///
/// [`Error::WaitTimeout`], or what `DescribeTable` fails with.
pub(crate) async fn wait_until_gone(
    client: &Client,
    table: &str,
    timeout: Duration,
) -> Result<(), Error> {
    poll(client, table, "gone", timeout, |seen| match seen {
        Some(description) => Err(table_state(&description)),
        None => Ok(()),
    })
    .await
}

/// Asks `DescribeTable` until `done` is satisfied with the table, or with its absence; otherwise `done` says what it saw.
///
/// The SDK's own waiters begin with a pause of 20 seconds, far longer than most tables take.
async fn poll<T>(
    client: &Client,
    table: &str,
    awaited: &'static str,
    timeout: Duration,
    mut done: impl FnMut(Option<TableDescription>) -> Result<T, String>,
) -> Result<T, Error> {
    const LONGEST: Duration = Duration::from_secs(2);
    let start = Instant::now();
    let mut pause = Duration::from_millis(100);
    loop {
        let seen = match describe_table(client, table).await {
            Ok(description) => done(Some(description)),
            Err(Error::TableNotFound(_)) => done(None),
            // Reading tables has a low limit of its own, which another process may have used up.
            Err(Error::Throttled(_)) => Err("DescribeTable was throttled".to_owned()),
            Err(error) => return Err(error),
        };
        let state = match seen {
            Ok(done) => return Ok(done),
            Err(state) => state,
        };
        let left = timeout.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Err(WaitTimeout::new(table, awaited, state, timeout).into());
        }
        tokio::time::sleep(pause.min(left)).await;
        pause = (pause * 2).min(LONGEST);
    }
}

/// What is not active yet, if anything.
fn pending(table: &TableDescription) -> Option<String> {
    if table.table_status != Some(TableStatus::Active) {
        return Some(table_state(table));
    }
    let index = table
        .global_secondary_indexes()
        .iter()
        .find(|index| index.index_status != Some(IndexStatus::Active))?;
    let status = index
        .index_status
        .as_ref()
        .map_or("without status", IndexStatus::as_str);
    Some(format!(
        "index `{}` is {status}",
        index.index_name().unwrap_or_default()
    ))
}

fn table_state(table: &TableDescription) -> String {
    format!(
        "it is {}",
        table
            .table_status
            .as_ref()
            .map_or("without status", TableStatus::as_str)
    )
}

/// Waits for the answer of a call, in a span of its own. `name` is the operation's behind `DynamoDB.`.
async fn send<O: RequestId, E>(
    name: &'static str,
    tables: &[&str],
    call: impl Future<Output = Result<O, SdkError<E, HttpResponse>>>,
) -> Result<O, Error>
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let origin = origin(name, tables);
    let span = Span::of_control(name, origin);
    match call.instrument(span.entered()).await {
        Ok(output) => {
            span.answered(output.request_id());
            Ok(output)
        }
        Err(error) => {
            let error = fault::of(error, origin);
            span.failed(&error);
            Err(error)
        }
    }
}

fn origin<'t>(name: &'static str, tables: &'t [&'t str]) -> Origin<'t> {
    Origin {
        operation: name.trim_start_matches("DynamoDB."),
        tables,
    }
}

/// An operation on one table.
struct At<'t> {
    name: &'static str,
    table: [&'t str; 1],
}

impl<'t> At<'t> {
    fn new(name: &'static str, table: &'t str) -> Self {
        Self {
            name,
            table: [table],
        }
    }

    async fn send<O: RequestId, E>(
        &self,
        call: impl Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    ) -> Result<O, Error>
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        send(self.name, &self.table, call).await
    }

    /// A member that DynamoDB always sends.
    fn present<T>(&self, member: Option<T>) -> Result<T, Error> {
        member.ok_or_else(|| {
            let subject = origin(self.name, &self.table).subject();
            TransportError::new(TransportErrorKind::Response, subject).into()
        })
    }
}
