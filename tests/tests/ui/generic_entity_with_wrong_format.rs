use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", entities(Envelope<u64>))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "{id:04}")]
struct Envelope<T: Serialize + for<'a> Deserialize<'a> + Send + 'static> {
    id: String,
    #[serde(bound(deserialize = "T: for<'a> Deserialize<'a>"))]
    payload: T,
}

fn main() {}
