//! Compile time: a crate of fifty entities, six fields and two indexes each, in the manner of each contender.

mod source;
mod timing;

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use source::Manner;
use timing::{Spent, cargo};

/// Entities in a crate.
pub const ENTITIES: usize = 50;

/// Times of every kind of build; of each, the fastest counts.
const ROUNDS: usize = 3;

/// How much of an entity is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The struct with its derives.
    Derived,
    /// The struct with its derives, and a function that puts and gets it.
    Used,
}

impl Extent {
    pub const ALL: [Self; 2] = [Self::Derived, Self::Used];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Derived => "derived",
            Self::Used => "used",
        }
    }
}

/// What a crate took, in seconds of CPU and of the clock.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Compiled {
    pub manner: String,
    pub extent: String,
    /// The crate alone, from nothing.
    pub check: Spent,
    /// After an edit of one entity.
    pub incremental_check: Spent,
    pub incremental_build: Spent,
}

/// Generates the crates in `root` and measures them.
///
/// # Errors
///
/// When the crates cannot be written or do not compile.
pub fn measure(root: &Path, benches: &Path) -> Result<Vec<Compiled>, Box<dyn std::error::Error>> {
    let crates = generate(root, benches)?;
    for subcommand in ["check", "build"] {
        cargo(root, &[subcommand, "--workspace"])?;
    }
    let mut compiled = Vec::new();
    for one in &crates {
        cargo(root, &["clean", "-p", &one.name])?;
        let check = cargo(root, &["check", "-p", &one.name])?;
        cargo(root, &["build", "-p", &one.name])?;
        compiled.push(Compiled {
            manner: one.manner.name().to_owned(),
            extent: one.extent.name().to_owned(),
            check,
            incremental_check: Spent::MAX,
            incremental_build: Spent::MAX,
        });
    }
    // They take turns, so that a busy minute of the machine is nobody's alone.
    for round in 0..ROUNDS {
        for (one, compiled) in crates.iter().zip(&mut compiled) {
            one.edit(round)?;
            let check = cargo(root, &["check", "-p", &one.name])?;
            let build = cargo(root, &["build", "-p", &one.name])?;
            compiled.incremental_check = compiled.incremental_check.min(check);
            compiled.incremental_build = compiled.incremental_build.min(build);
        }
    }
    Ok(compiled)
}

/// A generated crate.
struct Generated {
    name: String,
    folder: PathBuf,
    manner: Manner,
    extent: Extent,
}

impl Generated {
    /// Makes the amount of one entity another number than in the round before.
    fn edit(&self, round: usize) -> std::io::Result<()> {
        let amount = if round % 2 == 0 { "u32" } else { "u64" };
        let source = source::entity(self.manner, self.extent, ENTITIES / 2, amount);
        fs::write(
            self.folder.join(format!("src/e{:02}.rs", ENTITIES / 2)),
            source,
        )
    }
}

fn generate(root: &Path, benches: &Path) -> Result<Vec<Generated>, Box<dyn std::error::Error>> {
    let mut all = Vec::new();
    for extent in Extent::ALL {
        for manner in Manner::ALL {
            let name = format!("{}-{}", manner.name(), extent.name());
            let folder = root.join(&name);
            fs::create_dir_all(folder.join("src"))?;
            fs::write(folder.join("Cargo.toml"), source::manifest(&name, benches))?;
            fs::write(folder.join("src/lib.rs"), source::root(manner))?;
            for number in 0..ENTITIES {
                let file = folder.join(format!("src/e{number:02}.rs"));
                fs::write(file, source::entity(manner, extent, number, "u64"))?;
            }
            all.push(Generated {
                name,
                folder,
                manner,
                extent,
            });
        }
    }
    let members: Vec<String> = all.iter().map(|one| format!("{:?}", one.name)).collect();
    let workspace = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{}]\n",
        members.join(", ")
    );
    fs::write(root.join("Cargo.toml"), workspace)?;
    fs::copy(benches.join("Cargo.lock"), root.join("Cargo.lock"))?;
    Ok(all)
}
