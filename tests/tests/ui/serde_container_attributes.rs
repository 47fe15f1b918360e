use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", entities(Order, Invoice, Parcel, Refund))]
struct Shop;

#[derive(Clone, Serialize, Deserialize)]
struct Wire {
    id: String,
}

#[derive(Entity, Serialize, Deserialize, Clone)]
#[serde(from = "Wire", into = "Wire")]
#[entity(table = Shop, pk = "ORDER#{id}")]
struct Order {
    id: String,
}

impl From<Wire> for Order {
    fn from(Wire { id }: Wire) -> Self {
        Self { id }
    }
}

impl From<Order> for Wire {
    fn from(Order { id }: Order) -> Self {
        Self { id }
    }
}

#[derive(Entity, Serialize, Deserialize)]
#[serde(try_from = "Wire")]
#[entity(table = Shop, pk = "INVOICE#{id}")]
struct Invoice {
    id: String,
}

impl From<Wire> for Invoice {
    fn from(Wire { id }: Wire) -> Self {
        Self { id }
    }
}

#[derive(Entity, Serialize, Deserialize)]
#[serde(transparent)]
#[entity(table = Shop, pk = "PARCEL#{id}")]
struct Parcel {
    id: String,
}

#[derive(Entity, Serialize, Deserialize)]
#[serde(tag = "kind")]
#[entity(table = Shop, pk = "REFUND#{id}")]
struct Refund {
    id: String,
}

#[derive(Entity, Serialize, Deserialize)]
#[serde(remote = "Wire")]
#[entity(table = Shop, pk = "WIRE#{id}")]
struct Copied {
    id: String,
}

fn main() {}
