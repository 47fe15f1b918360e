//! What is measured: seven operations, with their input and what they are answered.

use std::str::FromStr;

use tokio::runtime::Runtime;

use crate::canned::Canned;
use crate::contender::{Contender, Contenders};
use crate::order::{CUSTOMER, Order, TABLE, order_id};

/// How many items fill a page of the service: 1 MB.
const FULL_PAGE: usize = 1_400;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Get,
    Put,
    Update,
    Query100,
    QueryPage,
    BatchWrite,
    BatchGet,
}

impl Operation {
    pub const ALL: [Self; 7] = [
        Self::Get,
        Self::Put,
        Self::Update,
        Self::Query100,
        Self::QueryPage,
        Self::BatchWrite,
        Self::BatchGet,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Update => "conditional-update",
            Self::Query100 => "query-100",
            Self::QueryPage => "query-1mb",
            Self::BatchWrite => "batch-write-25",
            Self::BatchGet => "batch-get-100",
        }
    }

    /// How it is called in a table.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Update => "conditional update",
            Self::Query100 => "query, 100 items",
            Self::QueryPage => "query, 1 MB",
            Self::BatchWrite => "batch write, 25",
            Self::BatchGet => "batch get, 100",
        }
    }

    /// What the service answers.
    pub fn answer(self) -> String {
        match self {
            Self::Get => format!(r#"{{"Item":{}}}"#, Order::example(0).to_json()),
            Self::Put | Self::Update => "{}".to_owned(),
            Self::Query100 => page(100),
            Self::QueryPage => page(FULL_PAGE),
            Self::BatchWrite => r#"{"UnprocessedItems":{}}"#.to_owned(),
            Self::BatchGet => format!(
                r#"{{"Responses":{{"{TABLE}":[{}]}},"UnprocessedKeys":{{}}}}"#,
                items(100)
            ),
        }
    }

    /// How often it is repeated in one round of a figure that needs repetition: about a millisecond, so that a round has
    /// a chance to go undisturbed.
    pub const fn repetitions(self) -> usize {
        match self {
            Self::Get | Self::Put | Self::Update => 20,
            Self::BatchWrite => 5,
            Self::Query100 | Self::QueryPage | Self::BatchGet => 1,
        }
    }

    /// What it is given.
    pub fn input(self) -> Input {
        match self {
            Self::Get => Input::Get(order_id(0)),
            Self::Put => Input::Put(Order::example(0)),
            Self::Update => Input::Update(order_id(0)),
            Self::Query100 | Self::QueryPage => Input::Query,
            Self::BatchWrite => Input::BatchWrite((0..25).map(Order::example).collect()),
            Self::BatchGet => Input::BatchGet((0..100).map(order_id).collect()),
        }
    }
}

impl FromStr for Operation {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name);
        found.ok_or_else(|| format!("no operation is called {name}"))
    }
}

fn items(count: usize) -> String {
    let items: Vec<String> = (0..count)
        .map(|number| Order::example(number).to_json())
        .collect();
    items.join(",")
}

fn page(count: usize) -> String {
    format!(
        r#"{{"Count":{count},"Items":[{}],"ScannedCount":{count}}}"#,
        items(count)
    )
}

/// What an operation is given. Owned, so that those who can use the parts do not copy them.
#[derive(Debug, Clone)]
pub enum Input {
    Get(String),
    Put(Order),
    Update(String),
    Query,
    BatchWrite(Vec<Order>),
    BatchGet(Vec<String>),
}

/// Sends one operation through a contender and decodes its answer.
pub async fn perform<C: Contender>(contender: &C, input: Input) -> Vec<Order> {
    match input {
        Input::Get(order_id) => contender
            .get(CUSTOMER, &order_id)
            .await
            .into_iter()
            .collect(),
        Input::Put(order) => {
            contender.put(order).await;
            Vec::new()
        }
        Input::Update(order_id) => {
            contender.ship(CUSTOMER, &order_id).await;
            Vec::new()
        }
        Input::Query => contender.query(CUSTOMER).await,
        Input::BatchWrite(orders) => {
            contender.batch_write(orders).await;
            Vec::new()
        }
        Input::BatchGet(order_ids) => contender.batch_get(CUSTOMER, &order_ids).await,
    }
}

/// A contender with its canned answers, ready to be measured.
pub struct Bench {
    pub operation: Operation,
    http: Canned,
    runtime: Runtime,
    contender: Box<dyn Performs>,
}

impl Bench {
    pub fn new(contender: Contenders, operation: Operation) -> Self {
        let http = Canned::new(operation.answer().into_bytes());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        Self {
            operation,
            contender: contender.on(http.client()),
            http,
            runtime,
        }
    }

    /// Puts the next answer and the input where they are taken from.
    pub fn prepare(&self) -> Input {
        self.http.prepare();
        self.operation.input()
    }

    /// The operation from its input to its decoded answer.
    pub fn run(&self, input: Input) -> Vec<Order> {
        self.contender.perform(&self.runtime, input)
    }
}

/// [`perform`] of some contender, behind one pointer.
pub trait Performs {
    fn perform(&self, runtime: &Runtime, input: Input) -> Vec<Order>;
}

impl<C: Contender> Performs for C {
    fn perform(&self, runtime: &Runtime, input: Input) -> Vec<Order> {
        runtime.block_on(perform(self, input))
    }
}
