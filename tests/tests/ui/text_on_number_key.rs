use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "readings", pk = "sensor", sk = N("at"), entities(Reading))]
struct Readings;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Readings, pk = "{sensor}", sk = "AT#{at}")]
struct Reading {
    sensor: String,
    at: u64,
}

fn main() {}
