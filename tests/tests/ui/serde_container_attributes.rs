use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK")]
struct Shop;

#[derive(Clone, Serialize, Deserialize)]
struct Wire {
    id: String,
}

#[derive(Entity)]
#[serde(from = "Wire")]
#[entity(table = Shop, pk = "FROM#{id}")]
struct From {
    id: String,
}

#[derive(Entity)]
#[serde(into = "Wire")]
#[entity(table = Shop, pk = "INTO#{id}")]
struct Into {
    id: String,
}

#[derive(Entity)]
#[serde(try_from = "Wire")]
#[entity(table = Shop, pk = "TRYFROM#{id}")]
struct TryFrom {
    id: String,
}

#[derive(Entity)]
#[serde(transparent)]
#[entity(table = Shop, pk = "TRANSPARENT#{id}")]
struct Transparent {
    id: String,
}

#[derive(Entity)]
#[serde(remote = "Wire")]
#[entity(table = Shop, pk = "REMOTE#{id}")]
struct Remote {
    id: String,
}

#[derive(Entity)]
#[serde(tag = "kind")]
#[entity(table = Shop, pk = "TAG#{id}")]
struct Tag {
    id: String,
}

fn main() {}
