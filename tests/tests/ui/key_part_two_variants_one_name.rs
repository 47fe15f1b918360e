use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(KeyPart, Serialize, Deserialize)]
enum Status {
    Paid,
    #[serde(rename = "Paid")]
    Settled,
    #[serde(alias = "Paid")]
    Done,
}

fn main() {}
