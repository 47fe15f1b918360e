use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", entities(Folder, File))]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "{owner}", sk = "PATH#{path:any}")]
struct Folder {
    owner: String,
    path: String,
}

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Shop, pk = "{owner}", sk = "PATH#{path}#FILE#{name}")]
struct File {
    owner: String,
    path: String,
    name: String,
}

fn main() {}
