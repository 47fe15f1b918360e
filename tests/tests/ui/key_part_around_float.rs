use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(KeyPart, Serialize, Deserialize)]
struct Weight(f64);

fn main() {}
