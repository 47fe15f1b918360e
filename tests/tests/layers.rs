//! The runtime's modules import only downwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// From the bottom to the top. Modules of one row are one layer and may know each other.
const LAYERS: [&[&str]; 10] = [
    &["clock"],
    &["wire", "types"],
    &["key"],
    &["schema"],
    &["error"],
    &["entity"],
    &["expr"],
    &["transport"],
    &["op"],
    &["table"],
];

/// Modules that stand beside the layers: of the crate they may use the lowest layer only.
const APART: [&str; 1] = ["embedded"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../dynamo-model/src")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the runtime's sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            // Tests may look down from anywhere.
            if path.file_name().is_some_and(|name| name != "tests") {
                files(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code without comments, doc comments and trailing unit tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a source file");
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .to_owned();
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// What the crate's root re-exports, by name: the module it comes from.
fn reexports() -> BTreeMap<String, String> {
    let root = code(&source().join("lib.rs"));
    let public = root.split("pub mod prelude").next().unwrap_or_default();
    let mut map = BTreeMap::new();
    for statement in public.split(';') {
        let Some(path) = statement.trim().strip_prefix("pub use ") else {
            continue;
        };
        let (module, names) = path.split_once("::").unwrap_or((path, ""));
        for name in names.trim_matches(['{', '}']).split(',') {
            map.insert(name.trim().to_owned(), module.to_owned());
        }
    }
    // `pub use error::*`
    for text in [code(&source().join("error.rs"))] {
        for statement in text.split(';').filter(|s| s.trim().starts_with("pub use ")) {
            for name in statement.split(['{', '}', ',', ':', ' ', '\n']) {
                map.insert(name.to_owned(), "error".to_owned());
            }
        }
        map.insert("Error".to_owned(), "error".to_owned());
    }
    map
}

/// The modules that a file names behind `crate::`.
fn imports(code: &str, reexports: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let end = if after.starts_with('{') {
            after.find('}')
        } else {
            after.find([':', ';', '<', '(', ' ', ',', ')', '>', '\n'])
        };
        let names = &after[..end.unwrap_or(after.len())];
        for name in names.trim_start_matches('{').split(',') {
            let name = name.trim().split("::").next().unwrap_or_default();
            if !name.is_empty() {
                modules.insert(
                    reexports
                        .get(name)
                        .cloned()
                        .unwrap_or_else(|| name.to_owned()),
                );
            }
        }
    }
    modules
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

#[test]
fn modules_import_only_downwards() {
    let reexports = reexports();
    let mut all = Vec::new();
    files(&source(), &mut all);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for path in all {
        let relative = path.strip_prefix(source()).expect("below the sources");
        let module = relative
            .iter()
            .next()
            .and_then(|first| first.to_str())
            .unwrap_or_default();
        let module = module.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        seen.insert(module.to_owned());
        for import in imports(&code(&path), &reexports) {
            let fine = if import == module {
                true
            } else if APART.contains(&module) {
                LAYERS[0].contains(&import.as_str())
            } else {
                match (layer(&import), layer(module)) {
                    (Some(theirs), Some(ours)) => theirs <= ours,
                    _ => false,
                }
            };
            if !fine {
                wrong.push(format!("{} imports `{import}`", relative.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "imports that do not go downwards:\n{}",
        wrong.join("\n")
    );
    // Every module has its place, and no row is a leftover.
    let placed: BTreeSet<String> = LAYERS
        .concat()
        .iter()
        .chain(&APART)
        .map(|m| (*m).to_owned())
        .collect();
    assert_eq!(seen, placed);
}
