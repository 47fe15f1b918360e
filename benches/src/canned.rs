//! An HTTP client that answers everything with one body.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Config, Credentials, HttpClient, Region, RuntimeComponents,
};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

/// Answers with its body, always.
#[derive(Debug, Clone)]
pub struct Canned(Arc<State>);

#[derive(Debug)]
struct State {
    body: Vec<u8>,
    /// Copies made beforehand: what the network brings is nobody's work and nobody's heap.
    ready: Mutex<Vec<Vec<u8>>>,
}

impl Canned {
    pub fn new(body: Vec<u8>) -> Self {
        Self(Arc::new(State {
            body,
            ready: Mutex::default(),
        }))
    }

    /// Makes sure that the next answer is there already.
    pub fn prepare(&self) {
        let mut ready = self.ready();
        if ready.is_empty() {
            ready.push(self.0.body.clone());
        }
    }

    /// An SDK client on top, configured as one would be.
    pub fn client(&self) -> Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(Credentials::new(
                "AKID",
                "not-a-secret",
                None,
                None,
                "benches",
            ))
            .http_client(self.clone())
            .build();
        Client::from_conf(config)
    }

    fn ready(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpConnector for Canned {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let ready = self.ready().pop();
        let body = ready.unwrap_or_else(|| self.0.body.clone());
        let length = body.len();
        let mut response = HttpResponse::new(
            StatusCode::try_from(200).expect("a status"),
            SdkBody::from(body),
        );
        let headers = response.headers_mut();
        headers.insert("content-type", "application/x-amz-json-1.0");
        headers.insert("content-length", length.to_string());
        headers.insert(
            "x-amzn-requestid",
            "4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG",
        );
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl HttpClient for Canned {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
