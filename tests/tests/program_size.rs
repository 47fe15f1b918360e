//! How much a user has to write: the smallest program with two entities and an index fits on a screen.

/// The program, which runs as an example.
const PROGRAM: &str = include_str!("../../examples/two_entities.rs");

/// Lines it may take, formatted by rustfmt; blank ones and comments not counted.
const BUDGET: usize = 45;

#[test]
fn two_entities_and_an_index_fit_on_a_screen() {
    let lines = PROGRAM
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .count();
    println!("{lines} lines, of {BUDGET}");
    assert!(lines <= BUDGET, "the program has {lines} lines");
}
