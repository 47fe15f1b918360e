//! Measures everything and writes `results/`. `run [--no-compile]`.

use std::path::{Path, PathBuf};
use std::process::Command;

use dynamo_model_benches::measure::{callgrind, each, wall};
use dynamo_model_benches::report::{Figure, Report};
use dynamo_model_benches::work::Operation;
use dynamo_model_benches::{check, end_to_end, plot};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
    let with_compile = !std::env::args().any(|argument| argument == "--no-compile");

    eprintln!("everybody does the same work ..");
    check::same_results();
    check::same_requests()?;

    let programs = Programs::build(benches)?;
    let mut report = Report::default();
    if callgrind::is_there() {
        eprintln!("instructions ..");
        let out = benches.join("target/callgrind");
        std::fs::create_dir_all(&out)?;
        for (contender, operation) in each() {
            let subject = programs.path("subject");
            let counted = callgrind::count(&subject, &out, contender, operation)?;
            report.instructions.push(counted);
        }
    } else {
        eprintln!("no valgrind: instructions are left out");
    }
    eprintln!("allocations ..");
    report.heap = programs.run("memory")?;
    eprintln!("wall time ..");
    report.wall = Operation::ALL.into_iter().flat_map(wall::measure).collect();
    eprintln!("loopback HTTP ..");
    report.end_to_end = end_to_end::measure()?;

    let results = benches.join("results");
    std::fs::create_dir_all(&results)?;
    if with_compile {
        eprintln!("compile time, which takes minutes ..");
        report.compiled = programs.run("compile")?;
    } else if let Ok(before) = std::fs::read_to_string(results.join("results.json")) {
        // Those of the run before.
        let before: Report = serde_json::from_str(&before)?;
        report.compiled = before.compiled;
    }

    let markdown = report.to_markdown();
    println!("{markdown}");
    std::fs::write(results.join("results.md"), &markdown)?;
    std::fs::write(
        results.join("results.json"),
        serde_json::to_string_pretty(&report)? + "\n",
    )?;
    std::fs::write(
        results.join("instructions.svg"),
        plot::draw(&report, Figure::Instructions),
    )?;
    std::fs::write(results.join("wall.svg"), plot::draw(&report, Figure::Wall))?;
    Ok(())
}

/// The programs beside this one.
struct Programs(PathBuf);

impl Programs {
    /// `cargo run` builds the one program only.
    fn build(benches: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--release", "--bins"])
            .current_dir(benches)
            .status()?;
        if !status.success() {
            return Err("the programs do not compile".into());
        }
        let here = std::env::current_exe()?;
        Ok(Self(here.parent().unwrap_or(Path::new(".")).to_owned()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// What a program prints.
    fn run<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<T, Box<dyn std::error::Error>> {
        let output = Command::new(self.path(name)).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}
