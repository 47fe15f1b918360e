use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(KeyPart, Serialize, Deserialize)]
#[key_part(krate = "dynamo_model")]
enum Status {
    Paid,
}

fn main() {}
