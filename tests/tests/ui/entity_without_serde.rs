use dynamo_model::prelude::*;

#[derive(Table)]
#[table(name = "shop", pk = "PK", entities(Order))]
struct Shop;

#[derive(Entity)]
#[entity(table = Shop, pk = "{id}")]
struct Order {
    id: String,
}

fn main() {}
