use dynamo_model::prelude::*;

#[derive(Table)]
#[table(name = "shop", pk = "PK", sk = "SK", lsi("LSI1", pk = "other", sk = "LSI1SK"))]
struct Shop;

fn main() {}
