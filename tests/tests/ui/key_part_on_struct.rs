use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(KeyPart, Serialize, Deserialize)]
struct Point {
    x: u32,
    y: u32,
}

fn main() {}
