use dynamo_model::prelude::*;

#[derive(Table)]
#[table(name = "shop", pk = "PK", lsi("LSI1", sk = "LSI1SK"))]
struct Shop;

fn main() {}
