//! The user's client, and how calls go through it.

use std::ops::Deref;

use aws_sdk_dynamodb::Client;

use super::typed;

/// A client of the SDK, and in which types it is given the calls of the data plane.
#[derive(Clone)]
pub(crate) struct Connection {
    client: Client,
    is_typed: bool,
}

impl Connection {
    /// The way without the SDK's own types, unless the client is a mock that needs them.
    pub(crate) fn new(client: Client) -> Self {
        Self {
            is_typed: typed::is_mocked(&client),
            client,
        }
    }

    /// The way through the SDK's own types.
    pub(crate) fn typed(&self) -> Self {
        Self {
            client: self.client.clone(),
            is_typed: true,
        }
    }

    pub(super) fn is_typed(&self) -> bool {
        self.is_typed
    }
}

impl Deref for Connection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}
