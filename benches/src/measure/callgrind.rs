//! Instructions, counted by callgrind. They do not depend on what else the machine does.
//!
//! Callgrind's virtual processor has no SHA instructions, so that the SDK's signature is computed by the portable code,
//! at many times what it costs in life. The self cost of the functions of the `sha2` crate is therefore left out.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Measured;
use crate::contender::Contenders;
use crate::work::Operation;

use serde::{Deserialize, Serialize};

/// Instructions of one operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Instructions {
    pub instructions: u64,
    /// What SHA-256 took in addition.
    pub sha: u64,
}

/// Callgrind counts what is called from here, and finds it by its name.
#[inline(never)]
pub fn region_of_interest(work: &mut dyn FnMut()) {
    work();
}

/// Whether there is a valgrind.
pub fn is_there() -> bool {
    let mut valgrind = Command::new("valgrind");
    let version = valgrind
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

/// Counts. `subject` is the program of that name, `out` where callgrind may write.
///
/// # Errors
///
/// When valgrind cannot run it, or writes what cannot be read.
pub fn count(
    subject: &Path,
    out: &Path,
    contender: Contenders,
    operation: Operation,
) -> Result<Measured<Instructions>, Box<dyn std::error::Error>> {
    let count = operation.repetitions().max(2);
    let file = out.join(format!(
        "{}.{}.callgrind",
        operation.name(),
        contender.name()
    ));
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--collect-atstart=no",
            "--compress-strings=no",
        ])
        .arg("--toggle-collect=*region_of_interest*")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(subject)
        .args([contender.name(), operation.name(), &count.to_string()])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let profile = std::fs::read_to_string(file)?;
    let functions = self_costs(&profile);
    let total: u64 = functions.values().sum();
    let sha: u64 = functions
        .iter()
        .filter(|(name, _)| name.contains("sha2::") || name.contains("sha256"))
        .map(|(_, cost)| cost)
        .sum();
    let per_operation = |cost: u64| cost / count as u64;
    Ok(Measured {
        contender: contender.name().to_owned(),
        operation: operation.name().to_owned(),
        figures: Instructions {
            instructions: per_operation(total - sha),
            sha: per_operation(sha),
        },
    })
}

/// The self cost of each function in a profile.
fn self_costs(profile: &str) -> HashMap<&str, u64> {
    let mut costs: HashMap<&str, u64> = HashMap::new();
    let mut function = "";
    let mut lines = profile.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("fn=") {
            function = name;
        } else if line.starts_with("calls=") {
            // The next line is the cost of the call: the callee has it already.
            lines.next();
        } else if line
            .starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '*'))
        {
            let cost = line.split_ascii_whitespace().nth(1);
            let cost: u64 = cost.and_then(|cost| cost.parse().ok()).unwrap_or_default();
            *costs.entry(function).or_default() += cost;
        }
    }
    costs
}

#[cfg(test)]
mod tests {
    use super::self_costs;

    #[test]
    fn only_what_a_function_does_itself_is_its_cost() {
        let profile = "events: Ir\n\nfn=main\n3 10\n+1 5\ncfn=sha2::go\ncalls=2 9\n4 700\n* 1\n\nfn=sha2::go\n9 700\n";
        let costs = self_costs(profile);
        assert_eq!((costs["main"], costs["sha2::go"]), (16, 700));
    }
}
