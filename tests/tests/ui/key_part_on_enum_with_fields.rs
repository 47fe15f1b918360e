use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(KeyPart, Serialize, Deserialize)]
enum Status {
    Paid,
    Shipped { carrier: String },
    Lost(u32),
}

fn main() {}
