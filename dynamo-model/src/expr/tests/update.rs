use proptest::prelude::*;

use super::parser::Parser;
use crate::expr::{Aliases, Change, Path, Term, render_changes};

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

fn values() -> impl Strategy<Value = String> {
    (0..4_u8).prop_map(|n| format!("{{\"N\":\"{n}\"}}"))
}

/// Paths of attributes that only terms name, so that none overlaps.
fn sources() -> impl Strategy<Value = Path> {
    (0..NAMES.len(), 0..3_u32).prop_map(|(name, shape)| shaped(NAMES[name], shape))
}

fn shaped(name: &'static str, shape: u32) -> Path {
    match shape {
        0 => Path::of(name),
        1 => Path::of(name).member("m"),
        _ => Path::of(name).member("m").element(shape),
    }
}

fn terms() -> impl Strategy<Value = Term> {
    let leaf = prop_oneof![
        values().prop_map(Term::Value),
        sources().prop_map(Term::Path)
    ];
    let operand = leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (sources(), inner.clone())
                .prop_map(|(path, term)| Term::IfNotExists(path, Box::new(term))),
            (inner.clone(), inner).prop_map(|(a, b)| Term::Append(Box::new(a), Box::new(b))),
        ]
    });
    prop_oneof![
        3 => operand.clone(),
        1 => (operand.clone(), operand.clone())
            .prop_map(|(a, b)| Term::Plus(Box::new(a), Box::new(b))),
        1 => (operand.clone(), operand).prop_map(|(a, b)| Term::Minus(Box::new(a), Box::new(b))),
    ]
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let one = (0..4_u8, 0..3_u32, terms(), values());
    proptest::collection::vec(one, 0..NAMES.len()).prop_map(|all| {
        let numbered = all.into_iter().zip(NAMES);
        let change = |((kind, shape, term, json), name)| {
            let path = shaped(name, shape);
            match kind {
                0 => Change::Set(path, term),
                1 => Change::Remove(path),
                2 => Change::Add(path, json),
                _ => Change::Delete(path, json),
            }
        };
        numbered.map(change).collect()
    })
}

fn clause(change: &Change) -> u8 {
    match change {
        Change::Set(..) => 0,
        Change::Remove(_) => 1,
        Change::Add(..) => 2,
        Change::Delete(..) => 3,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_written_is_what_was_meant(changes in changes()) {
        let mut aliases = Aliases::default();
        let text = render_changes(&changes, &mut aliases).unwrap();
        let Some(text) = text else {
            prop_assert!(changes.is_empty());
            return Ok(());
        };
        let mut parser = Parser::new(&text);
        let read = parser.update(&aliases);
        parser.end();
        // Clause after clause, and in each the order in which it was said.
        let mut meant = changes;
        meant.sort_by_key(clause);
        prop_assert_eq!(read, meant, "{}", text);
        // One blank between words, none before a comma.
        prop_assert!(!text.contains("  ") && !text.contains(" ,") && text.trim() == text);
    }

    #[test]
    fn what_overlaps_is_refused(
        name in 0..2_usize, other in 0..2_usize, shape in 0..3_u32, other_shape in 0..3_u32
    ) {
        let one = shaped(NAMES[name], shape);
        let two = shaped(NAMES[other], other_shape);
        let changes = [Change::Remove(one), Change::Remove(two)];
        let written = render_changes(&changes, &mut Aliases::default());
        // Each shape leads through the one before it.
        prop_assert_eq!(written.is_err(), name == other);
    }
}

#[test]
fn operators_are_counted_without_the_equals_signs() {
    let path = |n: usize| Path::root().member(format!("a{n}"));
    let set = |n: usize, term: Term| Change::Set(path(n), term);
    let one = || Term::Value("{\"N\":\"1\"}".to_owned());
    let plus = |n: usize| {
        let stored = Term::IfNotExists(path(n), Box::new(one()));
        set(n, Term::Plus(Box::new(stored), Box::new(one())))
    };
    let render = |changes: &[Change]| render_changes(changes, &mut Aliases::default());
    let plain: Vec<_> = (0..301).map(|n| set(n, one())).collect();
    assert!(render(&plain).is_ok());
    // 2 operators and some 37 bytes each: it is the length that is reached first.
    let long: Vec<_> = (0..120).map(plus).collect();
    let error = render(&long).unwrap_err().to_string();
    assert!(error.contains("bytes"), "{error}");
    let nested = (0..301).fold(one(), |term, _| Term::IfNotExists(path(0), Box::new(term)));
    let error = render(&[set(1, nested)]).unwrap_err().to_string();
    assert!(error.contains("301 operators"), "{error}");
}
