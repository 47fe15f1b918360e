//! Runs cargo and tells what that took.

use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// Seconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Spent {
    /// Of all processors, in cargo and all that it started: what else the machine does hardly matters.
    pub cpu: f64,
    pub wall: f64,
}

impl Spent {
    pub const MAX: Self = Self {
        cpu: f64::MAX,
        wall: f64::MAX,
    };

    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.min(other.cpu),
            wall: self.wall.min(other.wall),
        }
    }
}

/// The shell's `time` of one run of cargo.
///
/// # Errors
///
/// When it fails.
pub fn cargo(root: &Path, arguments: &[&str]) -> Result<Spent, Box<dyn std::error::Error>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new("bash")
        .args([
            "-c",
            "TIMEFORMAT='time %U %S %R'; time \"$@\"",
            "bash",
            &cargo,
        ])
        .args(arguments)
        .arg("--quiet")
        .current_dir(root)
        .env("CARGO_INCREMENTAL", "1")
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env_remove("RUSTFLAGS")
        .output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(stderr.into_owned().into());
    }
    let line = stderr
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("time "));
    let times: Result<Vec<f64>, _> = line
        .unwrap_or_default()
        .split(' ')
        .map(str::parse)
        .collect();
    match times?[..] {
        [user, system, wall] => Ok(Spent {
            cpu: user + system,
            wall,
        }),
        _ => Err("the shell did not tell the time".into()),
    }
}
