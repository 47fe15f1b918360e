use dynamo_model::prelude::*;

#[derive(Table)]
#[table(name = shop, pk = X("PK"), sk("SK"), gsi(GSI1, pk = "a"), gsi("GSI2", pk = "b", projection = some), ttl("expires"), entities = [Order])]
struct Shop;

fn main() {}
