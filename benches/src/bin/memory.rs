//! Counts the allocations of every operation of every contender, and the peak of what lives at once. Prints JSON.

use dynamo_model_benches::contender::Contenders;
use dynamo_model_benches::measure::memory::{Heap, heap_of};
use dynamo_model_benches::measure::{Measured, each};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let all: Vec<Measured<Heap>> = each()
        .map(|(contender, operation)| Measured {
            contender: Contenders::name(contender).to_owned(),
            operation: operation.name().to_owned(),
            figures: heap_of(contender, operation),
        })
        .collect();
    println!("{}", serde_json::to_string(&all)?);
    Ok(())
}
