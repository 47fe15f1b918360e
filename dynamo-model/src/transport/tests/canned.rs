//! An HTTP client that records requests and plays a script.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Answer(u16, Vec<u8>),
    /// The request body, once more.
    Echo,
    Io(io::ErrorKind),
    Hang,
}

pub(crate) fn answer(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    Reply::Answer(status, body.into())
}

/// An error answer as DynamoDB sends it; `members` are more members of its body.
pub(crate) fn refusal(status: u16, code: &str, members: &str) -> Reply {
    let comma = if members.is_empty() { "" } else { "," };
    answer(
        status,
        format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}"{comma}{members}}}"#),
    )
}

#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut values = self.headers.iter().filter(|(known, _)| known == name);
        let value = values.next().map_or("", |(_, value)| value);
        assert!(values.next().is_none(), "{name} twice");
        value
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Plays the script, then its last reply for ever.
#[derive(Debug, Clone)]
pub(crate) struct Canned(Arc<State>);

#[derive(Debug)]
struct State {
    script: Mutex<VecDeque<Reply>>,
    seen: Mutex<Vec<Seen>>,
}

impl Canned {
    pub(crate) fn new(script: impl IntoIterator<Item = Reply>) -> Self {
        let script = Mutex::new(script.into_iter().collect());
        Self(Arc::new(State {
            script,
            seen: Mutex::default(),
        }))
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.seen.lock().unwrap().clone()
    }

    fn next(&self) -> Reply {
        let mut script = self.0.script.lock().unwrap();
        if script.len() > 1 {
            script.pop_front().unwrap()
        } else {
            script[0].clone()
        }
    }
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().unwrap().to_vec();
        self.0.seen.lock().unwrap().push(Seen {
            method: request.method().to_owned(),
            uri: request.uri().to_owned(),
            headers: request
                .headers()
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: body.clone(),
        });
        let (status, body) = match self.next() {
            Reply::Answer(status, body) => (status, body),
            Reply::Echo => (200, body),
            Reply::Io(kind) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::io(
                    io::Error::from(kind).into(),
                )));
            }
            Reply::Hang => return HttpConnectorFuture::new(std::future::pending()),
        };
        let mut response =
            HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
        response.headers_mut().insert("x-amzn-requestid", "REQ1");
        // Answers come later than calls: with many calls at once, each at another time.
        HttpConnectorFuture::new(async move {
            tokio::task::yield_now().await;
            Ok(response)
        })
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
