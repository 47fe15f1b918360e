//! Law 2: different components make different keys, and a key gives its components back.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::tape::{Tape, cases, words};
use super::{Model, text_char};
use crate::key::{
    Format, KeyError, KeyKind, KeyProblem, KeyValue, Part, Place, Segment, Shape, capabilities,
    encode, parse,
};

fn key(model: &Model, tuple: &[Part<'static>]) -> Result<KeyValue, KeyError> {
    let part = |component: usize| tuple.get(component).cloned();
    let place = Place::partition(KeyKind::S);
    encode(model.context(), model.template, place, &part).map(Option::unwrap)
}

fn read(model: &Model, key: &KeyValue) -> Option<Vec<Option<Part<'static>>>> {
    let mut tuple = vec![None; model.components.len()];
    let found = &mut |component: usize, part: Part<'_>| tuple[component] = Some(part.into_owned());
    parse(model.context(), model.template, key, found).then_some(tuple)
}

fn texts(tuple: &[Part<'static>]) -> String {
    tuple
        .iter()
        .map(|part| match part {
            Part::Text(text) => format!("{text:?} "),
            Part::Unsigned(n) => format!("{n} "),
            Part::Signed(n) => format!("{n} "),
            Part::Bytes(bytes) => format!("{bytes:?} "),
            Part::Time { seconds, nanos } => format!("{seconds}s{nanos} "),
            other => format!("{other:?} "),
        })
        .collect()
}

fn must_be_refused(model: &Model, tuple: &[Part<'static>]) -> bool {
    model.template.components().any(|(component, format)| {
        let text = match &tuple[component] {
            Part::Text(text) => text,
            Part::Bytes(bytes) => return bytes.is_empty(),
            _ => return false,
        };
        let open = matches!(format, Format::Escape | Format::Any | Format::Shard(_))
            || matches!(model.components[component].shape, Shape::Ascii { .. });
        let text = match format {
            Format::Lower => text.to_lowercase().into(),
            Format::Upper => text.to_uppercase().into(),
            _ => text.clone(),
        };
        text.is_empty()
            || text.contains('\u{10FFFF}')
            || (!open && text.contains(|c| model.delimiters.contains(&c)))
    })
}

/// Another tuple close by: one component changed, or a character moved from one to the next.
fn neighbour(tape: &mut Tape<'_>, model: &Model, tuple: &[Part<'static>]) -> Vec<Part<'static>> {
    let mut other = tuple.to_vec();
    let at = tape.below(other.len());
    match (&tuple[at], tuple.get(at + 1)) {
        (Part::Text(a), Some(Part::Text(b))) if tape.chance(2) => {
            let literal = super::LITERALS[tape.below(super::LITERALS.len())];
            let chars: Vec<char> = format!("{a}{literal}{b}").chars().collect();
            let (left, right) = chars.split_at(tape.below(chars.len().max(1)));
            other[at] = Part::Text(left.iter().collect::<String>().into());
            other[at + 1] = Part::Text(right.iter().collect::<String>().into());
        }
        (Part::Text(text), _) if tape.chance(2) => {
            let mut text = text.clone().into_owned();
            text.push(text_char(tape));
            other[at] = Part::Text(text.into());
        }
        _ => other[at] = super::value(tape, model.components[at].shape),
    }
    other
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn keys_are_injective_and_read_back(words in words(64)) {
        injective(&mut Tape::new(&words))?;
    }

    #[test]
    fn what_is_read_was_written(words in words(80)) {
        strict(&mut Tape::new(&words))?;
    }

    #[test]
    fn an_innocent_tuple_makes_a_key(words in words(64)) {
        innocent(&mut Tape::new(&words))?;
    }

    #[test]
    fn errors_do_not_tell_the_value(words in words(24)) {
        discreet(&mut Tape::new(&words))?;
    }

    #[test]
    fn a_key_is_as_long_as_dynamodb_allows(
        bytes in 1_000..2_060_usize,
        near in any::<bool>(),
        wide in any::<bool>(),
    ) {
        let limit = if bytes < 1_500 { 1_024 } else { 2_048 };
        let bytes = if near { limit - 6 + bytes % 8 } else { bytes };
        limited(bytes, limit, wide)?;
    }
}

fn injective(tape: &mut Tape<'_>) -> TestCaseResult {
    let model = Model::random(tape);
    let tuple = model.tuple(tape);
    let template = model.template.display(model.components).to_string();
    let shown = || format!("{template} of {}", texts(&tuple));
    let made = match key(&model, &tuple) {
        Ok(made) => made,
        Err(error) => {
            prop_assert_eq!(error.entity(), "Thing");
            prop_assert_eq!(error.template(), template);
            let whole = matches!(error.problem(), KeyProblem::TooLong { .. });
            prop_assert!(whole || error.field().is_some());
            return Ok(());
        }
    };
    prop_assert!(!must_be_refused(&model, &tuple), "{} made a key", shown());
    let Some(back) = read(&model, &made) else {
        return Err(TestCaseError::fail(format!("{} is not read back", shown())));
    };
    for (component, part) in back.into_iter().enumerate() {
        if model.is_reversible(component) {
            let same = part.as_ref() == Some(&tuple[component]);
            prop_assert!(same, "{}: component {component} is another", shown());
        } else {
            prop_assert!(part.is_none());
        }
    }
    for _ in 0..3 {
        let other = neighbour(tape, &model, &tuple);
        let differs = (0..tuple.len()).any(|c| model.is_reversible(c) && tuple[c] != other[c]);
        if differs && let Ok(theirs) = key(&model, &other) {
            prop_assert!(made != theirs, "{} and {}", shown(), texts(&other));
        }
    }
    Ok(())
}

/// What is not a key of the template is not read as one.
fn strict(tape: &mut Tape<'_>) -> TestCaseResult {
    let model = Model::random(tape);
    let mut chars: Vec<char> = match key(&model, &model.tuple(tape)) {
        Ok(KeyValue::S(text)) => text.chars().collect(),
        _ => Vec::new(),
    };
    for _ in 0..tape.below(3) {
        let at = tape.below(chars.len() + 1);
        match tape.below(3) {
            0 => drop(chars.splice(at..at, tape.pick(&super::LITERALS).chars())),
            1 => chars.insert(at, text_char(tape)),
            _ if at < chars.len() => drop(chars.remove(at)),
            _ => {}
        }
    }
    let text: String = chars.into_iter().collect();
    let back = read(&model, &KeyValue::S(text.clone()));
    let Some(tuple) = back.and_then(|parts| parts.into_iter().collect::<Option<Vec<_>>>()) else {
        return Ok(());
    };
    // Nothing says of an irreversible part, or of one that stands twice, whether it belongs to the others; escapes that need not be there
    // are read, so that keys outlive a change of delimiters.
    let twice = model.template.components().count() > model.components.len();
    let lenient = twice
        || model.template.components().any(|(component, format)| {
            let can = capabilities(model.components[component].shape, format);
            format == Format::Escape || can.is_none_or(|can| !can.reversible)
        });
    let again = key(&model, &tuple);
    let template = model.template.display(model.components);
    let shown = format!("{text:?} as {template}: {}, {again:?}", texts(&tuple));
    prop_assert!(lenient || again.ok() == Some(KeyValue::S(text)), "{shown}");
    Ok(())
}

fn innocent(tape: &mut Tape<'_>) -> TestCaseResult {
    let model = Model::random(tape);
    let shapes = model.components.iter().map(|component| component.shape);
    let tuple: Vec<Part<'static>> = shapes
        .map(|shape| match shape {
            Shape::Text => Part::from(tape.pick(&["z", "zy", "\u{10FFFD}", "zéz"])),
            Shape::Choice => Part::from("Zq"),
            Shape::Ascii { .. } => Part::from("zzzz"),
            Shape::Unsigned { .. } => Part::Unsigned(7),
            Shape::Signed { .. } => Part::Signed(7),
            Shape::Instant | Shape::DateTime => Part::Time {
                seconds: 1_700_000_000,
                nanos: 0,
            },
            Shape::Date => Part::Days(tape.pick(&[0, 20_000])),
            Shape::Bytes => Part::Bytes(vec![0x11, 0xBB].into()),
            _ => Part::Flag(true),
        })
        .collect();
    if let Err(error) = key(&model, &tuple) {
        // The values hold these characters, which some literals begin with.
        let taken = model.delimiters.iter().any(|c| "é0%".contains(*c));
        prop_assert!(taken, "{error}");
    }
    Ok(())
}

fn discreet(tape: &mut Tape<'_>) -> TestCaseResult {
    const SECRET: &str = "s3cr3t";
    let bad = match tape.below(4) {
        0 => format!("{SECRET}\u{10FFFF}"),
        1 => format!("#{SECRET}"),
        2 => format!("{SECRET}#"),
        _ => SECRET.repeat(400),
    };
    let format = tape.pick(&[Format::Default, Format::Lower, Format::Upper]);
    let segments = vec![
        Segment::Lit("T#"),
        Segment::Part(0, format),
        Segment::Lit("#"),
    ];
    let model = Model::of(&[Shape::Text], segments, "");
    let Err(error) = key(&model, &[Part::Text(bad.into())]) else {
        return Err(TestCaseError::fail("a bad value made a key"));
    };
    let told = format!("{error} {error:?} {error:#?}").to_lowercase();
    prop_assert!(!told.contains(SECRET), "{told}");
    prop_assert!(told.contains("thing") && told.contains("t#{c0"), "{told}");
    Ok(())
}

fn limited(bytes: usize, limit: usize, wide: bool) -> TestCaseResult {
    let segments = vec![Segment::Lit("KEY#"), Segment::Part(0, Format::Default)];
    let model = Model::of(&[Shape::Text], segments, "#");
    let place = if limit == 1_024 {
        Place::sort(KeyKind::S)
    } else {
        Place::partition(KeyKind::S)
    };
    let text = if wide {
        "é".repeat(bytes / 2) + &"x".repeat(bytes % 2)
    } else {
        "x".repeat(bytes)
    };
    let part = |_| Some(Part::Text(text.clone().into()));
    match encode(model.context(), model.template, place, &part) {
        Ok(made) => prop_assert_eq!(made.map(|key| key.len()), Some(bytes + 4)),
        Err(error) => {
            let bytes = bytes + 4;
            prop_assert!(bytes > limit);
            prop_assert_eq!(error.problem(), KeyProblem::TooLong { bytes, limit });
        }
    }
    Ok(())
}
