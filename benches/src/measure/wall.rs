//! Wall time. The contenders take turns, and of each the fastest round counts: noise of the machine only ever adds.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::Measured;
use crate::contender::Contenders;
use crate::work::{Bench, Operation};

const ROUNDS: usize = 200;

/// Time of one operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wall {
    pub nanoseconds: u64,
}

/// Measures everybody who has the operation.
pub fn measure(operation: Operation) -> Vec<Measured<Wall>> {
    let able = Contenders::ALL
        .into_iter()
        .filter(|contender| contender.can(operation));
    let benches: Vec<_> = able
        .map(|contender| (contender, Bench::new(contender, operation)))
        .collect();
    let mut fastest = vec![Duration::MAX; benches.len()];
    for _ in 0..ROUNDS {
        for ((_, bench), fastest) in benches.iter().zip(&mut fastest) {
            *fastest = round(bench).min(*fastest);
        }
    }
    let measured = benches
        .iter()
        .zip(fastest)
        .map(|((contender, _), fastest)| Measured {
            contender: contender.name().to_owned(),
            operation: operation.name().to_owned(),
            figures: Wall {
                nanoseconds: u64::try_from(fastest.as_nanos()).unwrap_or(u64::MAX),
            },
        });
    measured.collect()
}

/// The time of one operation, on average over a round.
fn round(bench: &Bench) -> Duration {
    let count = bench.operation.repetitions();
    let mut taken = Duration::ZERO;
    for _ in 0..count {
        let input = bench.prepare();
        let start = Instant::now();
        let output = bench.run(input);
        taken += start.elapsed();
        drop(output);
    }
    taken / u32::try_from(count).unwrap_or(1)
}
