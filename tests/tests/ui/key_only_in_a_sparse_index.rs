use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop",
    pk = "PK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = "GSI2PK"),
    entities(User)
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize)]
#[entity(
    table = Shop, pk = "USER#{id}",
    index(by_owner, on = "GSI1", pk = "OWNER#{owner}", sk = "{nick}"),
    index(by_level, on = "GSI2", pk = "LEVEL#{level}", when = *level > 0),
)]
struct User {
    id: String,
    owner: Option<String>,
    #[entity(key_only)]
    nick: String,
    #[entity(key_only)]
    level: u8,
}

fn main() {}
