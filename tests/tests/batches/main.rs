//! Many items in one go: what is asked, what is written, and what is left.

mod answers;
mod chaos;
mod limits;
mod reads;
mod writes;

use std::time::Duration;

use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use dynamo_model::embedded::Engine;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "ledger",
    pk = "PK",
    sk = "SK",
    type_attribute = "kind",
    entities(Account, Booking)
)]
struct Ledger;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Ledger, pk = "ACCOUNT#{id}", sk = "ACCOUNT")]
struct Account {
    id: u32,
    owner: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Ledger, pk = "ACCOUNT#{account}", sk = "BOOKING#{number}")]
struct Booking {
    #[entity(key_only)]
    account: u32,
    #[entity(key_only)]
    number: u32,
    cents: i64,
    text: String,
}

fn account(id: u32) -> Account {
    Account {
        id,
        owner: format!("owner {id}"),
    }
}

fn booking(number: u32) -> Booking {
    Booking {
        account: number % 17,
        number,
        cents: i64::from(number) - 500,
        text: "rent".into(),
    }
}

fn key(number: u32) -> Key<Booking> {
    Booking::key(number % 17, number)
}

async fn ledger() -> Handle<Ledger> {
    let ledger = Ledger::on(client().await);
    ledger.create_table().send().await.unwrap();
    ledger
}

/// A ledger on the embedded engine, whichever engine the others run on.
async fn embedded() -> (Engine, Handle<Ledger>) {
    let engine = Engine::memory().unwrap();
    let ledger = Ledger::on(engine.client());
    ledger.create_table().send().await.unwrap();
    (engine, ledger)
}

/// Leaves what fails to the library.
fn no_retries() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

const MS: Duration = Duration::from_millis(1);

async fn stored(ledger: &Handle<Ledger>) -> (Vec<Account>, Vec<Booking>) {
    let mut accounts: Vec<Account> = ledger.scan().collect().await.unwrap();
    let mut bookings: Vec<Booking> = ledger.scan().collect().await.unwrap();
    accounts.sort_by_key(|account| account.id);
    bookings.sort_by_key(|booking| booking.number);
    (accounts, bookings)
}
