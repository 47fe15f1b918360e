use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", entities())]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[serde(untagged)]
#[entity(table = Shop, pk = "LABEL#{id}")]
struct Label {
    id: String,
}

fn main() {}
