use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "users", pk = "email", entities(User))]
struct Users;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Users, pk = "{email:lower}")]
struct User {
    email: String,
    name: String,
}

fn main() {}
