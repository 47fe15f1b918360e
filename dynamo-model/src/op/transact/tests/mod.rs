//! Transactions against scripted answers: what is sent how often, and what becomes of the reasons.

mod attempts;
mod checks;
mod outcomes;
mod reads;

use serde::{Deserialize, Serialize};

use crate::transport::tests::canned::{Canned, Reply, answer, refusal};
use crate::transport::tests::client;
use crate::{Entity, Error, Handle, Table, TransactionCanceled};

#[derive(Table)]
#[table(
    crate = "crate",
    name = "shop",
    pk = "PK",
    sk = "SK",
    entities(Customer, Order, Member)
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(crate = "crate", table = Shop, pk = "CUSTOMER#{id}", sk = "PROFILE")]
struct Customer {
    id: String,
    name: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(crate = "crate", table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
struct Order {
    customer: String,
    number: u32,
}

/// Two of its values are unique, so that a new one takes three actions.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(crate = "crate", table = Shop, pk = "MEMBER#{id}", sk = "PROFILE")]
struct Member {
    id: String,
    #[entity(unique)]
    email: String,
    #[entity(unique)]
    nick: String,
}

fn member(id: &str, email: &str) -> Member {
    Member {
        id: id.into(),
        email: email.into(),
        nick: format!("nick of {id}"),
    }
}

fn customer(id: &str) -> Customer {
    Customer {
        id: id.into(),
        name: "Ada".into(),
    }
}

fn order(number: u32) -> Order {
    Order {
        customer: "c".into(),
        number,
    }
}

fn shop(script: impl IntoIterator<Item = Reply>) -> (Canned, Handle<Shop>) {
    let http = Canned::new(script);
    let shop = Shop::on(client(&http));
    (http, shop)
}

fn done() -> Reply {
    answer(200, "{}")
}

/// A cancellation with one reason per code.
fn cancelled(codes: &[&str]) -> Reply {
    let reasons: Vec<String> = codes
        .iter()
        .map(|code| format!(r#"{{"Code":"{code}"}}"#))
        .collect();
    cancelled_for(&reasons.join(","))
}

fn cancelled_for(reasons: &str) -> Reply {
    let members = format!(r#""Message":"Transaction cancelled","CancellationReasons":[{reasons}]"#);
    refusal(400, "TransactionCanceledException", &members)
}

fn json(http: &Canned, at: usize) -> serde_json::Value {
    serde_json::from_str(http.seen()[at].text()).unwrap()
}

#[track_caller]
fn canceled(error: Error) -> TransactionCanceled {
    match error {
        Error::TransactionCanceled(canceled) => canceled,
        other => panic!("{other:?}"),
    }
}
