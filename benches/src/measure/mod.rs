//! The three ways of measuring.

pub mod callgrind;
pub mod memory;
pub mod wall;

use serde::{Deserialize, Serialize};

use crate::contender::Contenders;
use crate::work::Operation;

/// What one contender needed for one operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measured<F> {
    pub contender: String,
    pub operation: String,
    #[serde(flatten)]
    pub figures: F,
}

impl<F> Measured<F> {
    pub fn is(&self, contender: Contenders, operation: Operation) -> bool {
        self.contender == contender.name() && self.operation == operation.name()
    }
}

/// Every operation with everybody who has it.
pub fn each() -> impl Iterator<Item = (Contenders, Operation)> {
    Operation::ALL.into_iter().flat_map(|operation| {
        let able = Contenders::ALL
            .into_iter()
            .filter(move |contender| contender.can(operation));
        able.map(move |contender| (contender, operation))
    })
}
