use dynamo_model::prelude::*;

#[derive(Table)]
#[table(name = "my shop", pk = "", sk = "SK", gsi("G", pk = "a"))]
struct Shop;

fn main() {}
