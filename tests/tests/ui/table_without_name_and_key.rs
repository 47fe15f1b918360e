use dynamo_model::prelude::*;

#[derive(Table)]
struct Shop;

fn main() {}
