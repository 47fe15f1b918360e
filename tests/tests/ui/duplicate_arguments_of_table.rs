use dynamo_model::prelude::*;

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", pk = "SK", gsi("GSI1", pk = "a", pk = "b"), gsi("GSI1", pk = "c"))]
struct Shop;

fn main() {}
