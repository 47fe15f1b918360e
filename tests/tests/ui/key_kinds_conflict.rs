use dynamo_model::prelude::*;

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "at", gsi("GSI1", pk = "status", sk = N("at")))]
struct Shop;

fn main() {}
