use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Street {
    name: String,
}

#[derive(Document, Serialize, Deserialize)]
struct Address {
    street: Option<Street>,
}

fn main() {}
