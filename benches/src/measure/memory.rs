//! Allocations, counted by dhat in the place of the allocator.

use serde::{Deserialize, Serialize};

use crate::contender::Contenders;
use crate::work::{Bench, Operation};

/// The heap of one operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Heap {
    /// Blocks asked for; one that grows counts again.
    pub allocations: u64,
    /// The most bytes that were alive at once, result included, without the input and the response body, which were
    /// there before.
    pub peak_bytes: u64,
}

/// Measures in this process, whose allocator is dhat's.
pub fn heap_of(contender: Contenders, operation: Operation) -> Heap {
    let bench = Bench::new(contender, operation);
    drop(bench.run(bench.prepare()));
    let input = bench.prepare();
    let profiler = dhat::Profiler::builder().testing().build();
    let output = bench.run(input);
    let stats = dhat::HeapStats::get();
    drop(profiler);
    drop(output);
    Heap {
        allocations: stats.total_blocks,
        peak_bytes: stats.max_bytes as u64,
    }
}
