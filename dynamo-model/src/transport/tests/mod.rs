//! The waist against scripted HTTP answers: no network, no engine.

pub(crate) mod canned;
mod control;
mod credentials;
mod data;
mod failures;
mod mocks;
mod refusals;
mod settings;
pub(super) mod typed;

use std::error::Error as StdError;
use std::fmt::Write as _;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Config, Credentials, Region};
use std::time::Duration;

use self::canned::Canned;
use super::{Call, Connection, Operation, Response};
use crate::error::Error;

pub(crate) fn config(http: &Canned) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("AKID", "not-a-secret", None, None, "test"))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .http_client(http.clone())
}

pub(crate) fn client(http: &Canned) -> Client {
    Client::from_conf(config(http).build())
}

/// Sends the usual way.
async fn send(client: &Client, call: Call<'_>) -> Result<Response, Error> {
    super::send(&Connection::new(client.clone()), call).await
}

/// Sends through the SDK's own types.
async fn send_typed(client: &Client, call: Call<'_>) -> Result<Response, Error> {
    super::send(&Connection::new(client.clone()).typed(), call).await
}

async fn get(client: &Client) -> Result<Response, Error> {
    send(client, Call::new(Operation::GetItem, &["shop"], "{}")).await
}

fn failed(result: Result<Response, Error>) -> Error {
    match result {
        Ok(response) => panic!("an answer: {}", response.body()),
        Err(error) => error,
    }
}

/// All that an error shows of itself: `Display` and `Debug` (both forms) of its whole chain of sources.
pub(crate) fn shown(error: &Error) -> String {
    let mut text = String::new();
    let mut next = Some(error as &(dyn StdError + 'static));
    while let Some(error) = next {
        writeln!(text, "{error}\n{error:?}\n{error:#?}").unwrap();
        next = error.source();
    }
    text
}
