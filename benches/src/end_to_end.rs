//! The whole way, over loopback HTTP: this project and SDK + `serde_dynamo` against the engine that the library embeds,
//! behind its HTTP server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use serde::{Deserialize, Serialize};

use crate::contender::Contenders;
use crate::order::{Order, Orders};
use crate::work::{Input, Operation};

const ROUNDS: usize = 60;

/// Orders in the table: what a page of the service holds.
const STORED: usize = 1_400;

const OPERATIONS: [Operation; 5] = [
    Operation::Get,
    Operation::Put,
    Operation::QueryPage,
    Operation::BatchWrite,
    Operation::BatchGet,
];

/// What this project takes, in parts of what SDK + `serde_dynamo` takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndToEnd {
    pub operation: String,
    /// Time until the answer is there, the engine's share included.
    pub wall: f64,
    /// Processor time of the client's thread, the kernel's share included; where the system tells it.
    pub client_cpu: Option<f64>,
}

/// Measures both, in turns.
///
/// # Errors
///
/// When the engine cannot be set up.
pub fn measure() -> Result<Vec<EndToEnd>, Box<dyn std::error::Error>> {
    let address = serve()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let client = client(address);
    let contenders = [Contenders::This, Contenders::SerdeDynamo].map(|who| who.on(client.clone()));
    runtime.block_on(Orders::on(client).create_table().send())?;
    for first in (0..STORED).step_by(25) {
        let orders = (first..first + 25).map(Order::example).collect();
        contenders[0].perform(&runtime, Input::BatchWrite(orders));
    }

    let mut measured = Vec::new();
    for operation in OPERATIONS {
        let mut all = [Taken::START; 2];
        for _ in 0..ROUNDS {
            for (contender, all) in contenders.iter().zip(&mut all) {
                let taken = Taken::by(operation, |input| contender.perform(&runtime, input).len());
                *all = all.and(taken);
            }
        }
        let [this, other] = all;
        measured.push(EndToEnd {
            operation: operation.name().to_owned(),
            wall: this.wall.as_secs_f64() / other.wall.as_secs_f64(),
            client_cpu: Some(this.cpu as f64 / other.cpu as f64).filter(|ratio| ratio.is_finite()),
        });
    }
    Ok(measured)
}

/// The engine behind its server, on a thread of its own for the rest of the process.
fn serve() -> Result<SocketAddr, Box<dyn std::error::Error>> {
    let database = dynoxide::Database::memory()?;
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            dynoxide::server::serve_on(listener, database).await;
        });
    });
    Ok(address)
}

fn client(address: SocketAddr) -> Client {
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
        .endpoint_url(format!("http://{address}"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// What the rounds took: the fastest by the clock, and all of them together in processor time.
#[derive(Clone, Copy)]
struct Taken {
    wall: Duration,
    cpu: u64,
}

impl Taken {
    const START: Self = Self {
        wall: Duration::MAX,
        cpu: 0,
    };

    fn by(operation: Operation, work: impl Fn(Input) -> usize) -> Self {
        let count = operation.repetitions();
        let inputs: Vec<Input> = (0..count).map(|_| operation.input()).collect();
        let cpu = thread_nanoseconds();
        let start = Instant::now();
        for input in inputs {
            std::hint::black_box(work(input));
        }
        let wall = start.elapsed();
        Self {
            wall,
            cpu: thread_nanoseconds() - cpu,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            wall: self.wall.min(other.wall),
            cpu: self.cpu + other.cpu,
        }
    }
}

/// Processor time of this thread so far; 0 where Linux does not tell it.
fn thread_nanoseconds() -> u64 {
    // Linux accounts for a thread when it stops running.
    std::thread::sleep(Duration::from_micros(20));
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = statistics.split_ascii_whitespace().next();
    first
        .and_then(|nanoseconds| nanoseconds.parse().ok())
        .unwrap_or_default()
}
