//! What the behaviour tests share: a database per test, on the engine of the day.
//!
//! The suite is written once. `cargo test` runs it on the embedded engine; with `DYNAMODB_ENDPOINT`
//! set, for example to `http://127.0.0.1:8000`, the same tests run against that endpoint over plain
//! HTTP. `scripts/dynamodb-local run -- cargo test -p dynamo-model-tests` starts one and does that.

use std::path::PathBuf;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use dynamo_model::embedded;

/// Names the endpoint to run against. Unset or empty: the embedded engine.
pub const ENDPOINT: &str = "DYNAMODB_ENDPOINT";

/// Names the folder of sample models.
pub const SAMPLES: &str = "DYNAMO_MODEL_SAMPLES";

/// What the tests run against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    /// The engine in this process.
    Embedded,
    /// The endpoint that `DYNAMODB_ENDPOINT` names.
    Remote,
}

/// What the tests run against, for the few whose expectation depends on it.
pub fn engine() -> EngineKind {
    match endpoint() {
        None => EngineKind::Embedded,
        Some(_) => EngineKind::Remote,
    }
}

/// A client of a database that no other test sees, empty.
///
/// DynamoDB Local, unless started with `-sharedDb`, keeps a database per access key and region, so
/// a random key is a fresh database.
///
/// # Panics
///
/// When the embedded engine cannot be set up.
#[expect(
    clippy::unused_async,
    reason = "an engine may have to wait for its endpoint"
)]
pub async fn client() -> Client {
    match endpoint() {
        None => embedded::client().expect("the embedded engine starts"),
        Some(endpoint) => remote(endpoint),
    }
}

/// The folder of sample models, if one is named. A relative path is relative to where the tests
/// run, which is this package's folder.
pub fn samples() -> Option<PathBuf> {
    setting(SAMPLES).map(PathBuf::from)
}

fn remote(endpoint: String) -> Client {
    // Letters and digits only: DynamoDB Local refuses anything else.
    let key = uuid::Uuid::new_v4().simple().to_string();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new(key, "secret", None, None, "tests"))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

fn endpoint() -> Option<String> {
    setting(ENDPOINT)
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
