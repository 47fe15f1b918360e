use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, ProvideCredentials, Region};

use super::canned::{Canned, answer};
use super::{config, failed, get};
use crate::error::{Error, TransportErrorKind};

fn is_about_credentials(error: &Error) -> bool {
    matches!(error, Error::Transport(error) if error.kind() == TransportErrorKind::Credentials)
}

#[tokio::test]
async fn no_credentials() {
    let http = Canned::new([answer(200, "{}")]);
    let conf = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .http_client(http.clone());
    let error = failed(get(&Client::from_conf(conf.build())).await);
    assert!(is_about_credentials(&error), "{error:?}");
    assert_eq!(
        error.to_string(),
        "GetItem on table `shop`: no credentials are configured: set them on the SDK's config with \
         `credentials_provider`, or load the config with `aws_config::load_defaults`"
    );
    assert!(http.seen().is_empty());
}

#[derive(Debug)]
struct Failing;

impl ProvideCredentials for Failing {
    fn provide_credentials<'a>(
        &'a self,
    ) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let error = CredentialsError::provider_error("the vault is closed");
        aws_credential_types::provider::future::ProvideCredentials::ready(Err(error))
    }
}

#[tokio::test]
async fn a_failing_provider() {
    let http = Canned::new([answer(200, "{}")]);
    let error = failed(
        get(&Client::from_conf(
            config(&http).credentials_provider(Failing).build(),
        ))
        .await,
    );
    assert!(is_about_credentials(&error), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("no credentials, their provider failed"),
        "{error}"
    );
    let provider = error.source().expect("the provider's error");
    assert!(provider.is::<CredentialsError>());
    assert_eq!(
        provider.source().map(ToString::to_string).as_deref(),
        Some("the vault is closed")
    );
}
