//! What callgrind runs: one operation of one contender, again and again. `subject CONTENDER OPERATION COUNT`.

use dynamo_model_benches::contender::Contenders;
use dynamo_model_benches::measure::callgrind::region_of_interest;
use dynamo_model_benches::work::{Bench, Operation};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("subject CONTENDER OPERATION COUNT");
    let contender: Contenders = next()?.parse()?;
    let operation: Operation = next()?.parse()?;
    let count: usize = next()?.parse()?;

    let bench = Bench::new(contender, operation);
    // What is done once in the life of a client is no part of an operation.
    drop(bench.run(bench.prepare()));
    for _ in 0..count {
        let mut input = Some(bench.prepare());
        let mut output = None;
        region_of_interest(&mut || output = input.take().map(|input| bench.run(input)));
        drop(output);
    }
    Ok(())
}
