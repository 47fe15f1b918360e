//! The figures as tables, and beside the targets.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::compile::{Compiled, Extent, Manner};
use crate::contender::Contenders;
use crate::end_to_end::EndToEnd;
use crate::measure::Measured;
use crate::measure::callgrind::Instructions;
use crate::measure::memory::Heap;
use crate::measure::wall::Wall;
use crate::work::Operation;

/// All that was measured in one run; what was not is empty.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    pub instructions: Vec<Measured<Instructions>>,
    pub heap: Vec<Measured<Heap>>,
    pub wall: Vec<Measured<Wall>>,
    pub end_to_end: Vec<EndToEnd>,
    pub compiled: Vec<Compiled>,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    Instructions,
    Wall,
    Allocations,
    PeakHeap,
}

impl Figure {
    pub const ALL: [Self; 4] = [
        Self::Instructions,
        Self::Wall,
        Self::Allocations,
        Self::PeakHeap,
    ];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Instructions => "Instructions, without SHA-256",
            Self::Wall => "Wall time",
            Self::Allocations => "Allocations",
            Self::PeakHeap => "Peak of the live heap",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Wall => "wall time",
            Self::Allocations => "allocations",
            Self::PeakHeap => "peak heap",
        }
    }
}

impl Report {
    /// A figure of one contender in one operation.
    pub fn figure(
        &self,
        figure: Figure,
        contender: Contenders,
        operation: Operation,
    ) -> Option<f64> {
        fn find<F>(all: &[Measured<F>], contender: Contenders, operation: Operation) -> Option<&F> {
            let found = all
                .iter()
                .find(|measured| measured.is(contender, operation));
            found.map(|measured| &measured.figures)
        }
        Some(match figure {
            Figure::Instructions => {
                find(&self.instructions, contender, operation)?.instructions as f64
            }
            Figure::Wall => find(&self.wall, contender, operation)?.nanoseconds as f64,
            Figure::Allocations => find(&self.heap, contender, operation)?.allocations as f64,
            Figure::PeakHeap => find(&self.heap, contender, operation)?.peak_bytes as f64,
        })
    }

    /// One contender's figure in parts of another's.
    pub fn ratio(
        &self,
        figure: Figure,
        one: Contenders,
        other: Contenders,
        operation: Operation,
    ) -> Option<f64> {
        Some(self.figure(figure, one, operation)? / self.figure(figure, other, operation)?)
    }

    /// Everything as Markdown: ratios, and counts where they do not depend on the machine.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        for figure in Figure::ALL {
            self.write_table(&mut text, figure);
        }
        self.write_end_to_end(&mut text);
        self.write_compiled(&mut text);
        self.write_targets(&mut text);
        text
    }

    fn write_table(&self, text: &mut String, figure: Figure) {
        if self
            .ratio(
                figure,
                Contenders::This,
                Contenders::SerdeDynamo,
                Operation::Get,
            )
            .is_none()
        {
            return;
        }
        let _ = write!(text, "### {}\n\n|", figure.title());
        for contender in Contenders::ALL {
            let _ = write!(text, " | {}", contender.title());
        }
        let _ = writeln!(text, " |\n|---{}|", "|---:".repeat(Contenders::ALL.len()));
        for operation in Operation::ALL {
            let _ = write!(text, "| {}", operation.title());
            for contender in Contenders::ALL {
                let ratio = self.ratio(figure, contender, Contenders::SerdeDynamo, operation);
                let _ = match (ratio, self.figure(figure, contender, operation)) {
                    (Some(ratio), _) if figure == Figure::Wall => write!(text, " | {ratio:.2}"),
                    (Some(ratio), Some(count)) => {
                        write!(text, " | {} ({ratio:.2})", grouped(count))
                    }
                    _ => write!(text, " | –"),
                };
            }
            let _ = writeln!(text, " |");
        }
        text.push('\n');
    }

    fn write_end_to_end(&self, text: &mut String) {
        if self.end_to_end.is_empty() {
            return;
        }
        text.push_str("### Over loopback HTTP, in parts of SDK + serde_dynamo\n\n| | wall time | processor time of the client |\n|---|---:|---:|\n");
        for one in &self.end_to_end {
            let title = one.operation.parse().map_or("", Operation::title);
            let _ = match one.client_cpu {
                Some(cpu) => writeln!(text, "| {title} | {:.2} | {cpu:.2} |", one.wall),
                None => writeln!(text, "| {title} | {:.2} | – |", one.wall),
            };
        }
        text.push('\n');
    }

    fn compiled(&self, manner: Manner, extent: Extent) -> Option<&Compiled> {
        let is = |one: &&Compiled| one.manner == manner.name() && one.extent == extent.name();
        self.compiled.iter().find(is)
    }

    fn write_compiled(&self, text: &mut String) {
        for extent in Extent::ALL {
            let Some(base) = self.compiled(Manner::Serde, extent) else {
                continue;
            };
            let (title, first) = match extent {
                Extent::Derived => (
                    "Compile time: fifty entities, derived",
                    "plain serde derives",
                ),
                Extent::Used => (
                    "Compile time: fifty entities, each put and got",
                    "SDK + serde_dynamo",
                ),
            };
            let _ = write!(
                text,
                "### {title}\n\nProcessor time, in parts of {first}; in brackets wall time.\n\n\
                 | | full check | incremental check | incremental dev build |\n|---|---:|---:|---:|\n"
            );
            for manner in Manner::ALL {
                let Some(one) = self.compiled(manner, extent) else {
                    continue;
                };
                let title = if manner == Manner::Serde {
                    first
                } else {
                    manner.title()
                };
                let _ = write!(text, "| {title}");
                for (spent, base) in [
                    (one.check, base.check),
                    (one.incremental_check, base.incremental_check),
                    (one.incremental_build, base.incremental_build),
                ] {
                    let _ = write!(
                        text,
                        " | {:.2} ({:.2})",
                        spent.cpu / base.cpu,
                        spent.wall / base.wall
                    );
                }
                let _ = writeln!(text, " |");
            }
            text.push('\n');
        }
    }

    fn write_targets(&self, text: &mut String) {
        text.push_str(
            "### Targets\n\n| this project | at most | measured | |\n|---|---:|---:|---|\n",
        );
        let mut row = |what: String, limit: f64, measured: Option<f64>| {
            if let Some(measured) = measured {
                let verdict = if measured <= limit {
                    "met"
                } else {
                    "**not met**"
                };
                let _ = writeln!(text, "| {what} | {limit:.2} | {measured:.3} | {verdict} |");
            }
        };
        for (operation, figure, peer, limit) in TARGETS {
            row(
                format!(
                    "{}, {} of {}",
                    operation.title(),
                    figure.name(),
                    peer.title()
                ),
                limit,
                self.ratio(figure, Contenders::This, peer, operation),
            );
        }
        for operation in Operation::ALL {
            let ratios = Contenders::ALL
                .into_iter()
                .filter(|peer| *peer != Contenders::This);
            let ratios = ratios.filter_map(|peer| {
                self.ratio(Figure::Allocations, Contenders::This, peer, operation)
            });
            row(
                format!("{}, allocations of the best peer", operation.title()),
                0.999,
                ratios.reduce(f64::max),
            );
        }
        let serde = self.compiled(Manner::Serde, Extent::Derived);
        let this = self.compiled(Manner::This, Extent::Derived);
        for (what, spent) in [
            (
                "incremental check",
                (|one| one.incremental_check.cpu) as fn(&Compiled) -> f64,
            ),
            ("incremental dev build", |one| one.incremental_build.cpu),
        ] {
            row(
                format!("fifty entities, {what} of plain serde derives"),
                1.5,
                this.zip(serde)
                    .map(|(this, serde)| spent(this) / spent(serde)),
            );
        }
    }
}

const TARGETS: [(Operation, Figure, Contenders, f64); 11] = [
    (
        Operation::QueryPage,
        Figure::Instructions,
        Contenders::SerdeDynamo,
        0.16,
    ),
    (
        Operation::QueryPage,
        Figure::Instructions,
        Contenders::Raw,
        0.19,
    ),
    (
        Operation::QueryPage,
        Figure::Wall,
        Contenders::SerdeDynamo,
        0.10,
    ),
    (
        Operation::QueryPage,
        Figure::PeakHeap,
        Contenders::SerdeDynamo,
        0.18,
    ),
    (
        Operation::QueryPage,
        Figure::Allocations,
        Contenders::SerdeDynamo,
        0.20,
    ),
    (
        Operation::Query100,
        Figure::Instructions,
        Contenders::SerdeDynamo,
        0.20,
    ),
    (
        Operation::BatchGet,
        Figure::Instructions,
        Contenders::SerdeDynamo,
        0.20,
    ),
    (
        Operation::BatchWrite,
        Figure::Instructions,
        Contenders::SerdeDynamo,
        0.25,
    ),
    (
        Operation::Get,
        Figure::Instructions,
        Contenders::SerdeDynamo,
        0.82,
    ),
    (
        Operation::Put,
        Figure::Instructions,
        Contenders::SerdeDynamo,
        0.86,
    ),
    (
        Operation::Update,
        Figure::Instructions,
        Contenders::Raw,
        0.92,
    ),
];

/// A count with its thousands apart.
fn grouped(count: f64) -> String {
    let digits = format!("{count:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
