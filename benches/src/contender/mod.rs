//! The five ways of doing the same work.

mod facade;
pub mod modyne;
mod raw;
mod serde_dynamo;
mod this;

use std::str::FromStr;

use aws_sdk_dynamodb::Client;

use crate::order::Order;
use crate::work::{Operation, Performs};

/// One way of doing the work. Failures are bugs of the benchmark and panic.
#[expect(async_fn_in_trait, reason = "its futures stay on one thread")]
pub trait Contender: 'static {
    async fn get(&self, customer_id: &str, order_id: &str) -> Option<Order>;

    async fn put(&self, order: Order);

    /// Makes a paid order a shipped one that costs 250 more, with another note.
    async fn ship(&self, customer_id: &str, order_id: &str);

    /// The orders of a customer, all of them.
    async fn query(&self, customer_id: &str) -> Vec<Order>;

    async fn batch_write(&self, orders: Vec<Order>);

    /// Some orders of a customer, in whatever order.
    async fn batch_get(&self, customer_id: &str, order_ids: &[String]) -> Vec<Order>;
}

/// What [`Contender::ship`] writes into the note.
pub const SHIPPED_NOTE: &str = "Handed over to the carrier, parcel 1 of 1.";

/// What [`Contender::ship`] adds to the total.
pub const SHIPPING_CENTS: u64 = 250;

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contenders {
    Raw,
    SerdeDynamo,
    Modyne,
    Facade,
    This,
}

impl Contenders {
    pub const ALL: [Self; 5] = [
        Self::Raw,
        Self::SerdeDynamo,
        Self::Modyne,
        Self::Facade,
        Self::This,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw-sdk",
            Self::SerdeDynamo => "sdk-serde_dynamo",
            Self::Modyne => "modyne",
            Self::Facade => "dynamodb-facade",
            Self::This => "dynamo-model",
        }
    }

    /// How it is called in a table.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Raw => "raw SDK by hand",
            Self::SerdeDynamo => "SDK + serde_dynamo",
            Self::Modyne => "modyne",
            Self::Facade => "dynamodb-facade",
            Self::This => "dynamo-model",
        }
    }

    /// Whether it has the operation at all.
    pub fn can(self, operation: Operation) -> bool {
        self != Self::Facade || operation != Operation::BatchGet
    }

    pub fn on(self, client: Client) -> Box<dyn Performs> {
        match self {
            Self::Raw => Box::new(raw::Raw(client)),
            Self::SerdeDynamo => Box::new(serde_dynamo::SerdeDynamo(client)),
            Self::Modyne => Box::new(modyne::Modyne(client)),
            Self::Facade => Box::new(facade::Facade(client)),
            Self::This => Box::new(this::This::new(client)),
        }
    }
}

impl FromStr for Contenders {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL
            .into_iter()
            .find(|contender| contender.name() == name);
        found.ok_or_else(|| format!("nobody is called {name}"))
    }
}
