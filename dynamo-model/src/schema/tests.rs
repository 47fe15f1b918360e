//! The collision check against keys that were really made.

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::Lifecycle;
use super::overlap::templates_meet;
use super::{Delimiters, EntityDef};
use crate::key::tests::tape::{Tape, cases, words};
use crate::key::{
    ComponentDef, Context, Format, KeyKind, KeyValue, OrderClass, Part, Place, Segment, Shape,
    Template, capabilities, encode,
};

/// The components of every entity here, by their numbers.
const COMPONENTS: [ComponentDef; 6] = [
    component("text", Shape::Text),
    component("more", Shape::Text),
    component("flag", Shape::Flag),
    component("small", Shape::Unsigned { bits: 8 }),
    component("signed", Shape::Signed { bits: 8 }),
    component("bytes", Shape::Bytes),
];

const ENTITY: EntityDef = EntityDef {
    name: "Thing",
    doc: "",
    type_name: "Thing",
    type_aliases: &[],
    fields: &[],
    components: &COMPONENTS,
    keys: &[],
    uniques: &[],
    lifecycle: Lifecycle::NONE,
};

const fn component(name: &'static str, shape: Shape) -> ComponentDef {
    ComponentDef {
        name,
        shape,
        order: OrderClass::Unordered,
        optional: false,
    }
}

/// Texts over an alphabet of four, up to this long.
fn texts(longest: usize) -> Vec<Part<'static>> {
    let mut all: Vec<String> = vec![String::new()];
    for len in 1..=longest {
        let shorter: Vec<String> = all.iter().filter(|t| t.len() == len - 1).cloned().collect();
        all.extend(
            shorter
                .iter()
                .flat_map(|t| ["a", "#", "1", "%"].map(|c| format!("{t}{c}"))),
        );
    }
    all.into_iter()
        .map(|text| Part::Text(text.into()))
        .collect()
}

/// What a text has to be to stand where the other template has literals: pieces of those, and something else around
/// them. A common key, if there is one, is made of these.
fn pieces(templates: [Template; 2], delimiters: &Delimiters) -> Vec<Part<'static>> {
    let mut literals = vec![""];
    for segment in templates.iter().flat_map(|template| template.0) {
        if let Segment::Lit(text) = segment {
            literals.extend((0..text.len()).flat_map(|at| [&text[at..], &text[..=at]]));
        }
    }
    literals.retain(|text| !text.contains(|c| delimiters.contains(c)));
    literals.sort_unstable();
    literals.dedup();
    let mut all = Vec::new();
    for a in &literals {
        for b in &literals {
            all.extend([format!("{a}{b}"), format!("{a}z{b}")]);
        }
    }
    all.sort_unstable();
    all.dedup();
    all.into_iter()
        .map(|text| Part::Text(text.into()))
        .collect()
}

fn values(component: usize, texts: &[Part<'static>]) -> Vec<Part<'static>> {
    match COMPONENTS[component].shape {
        Shape::Text => texts.to_vec(),
        Shape::Flag => [false, true].map(Part::Flag).to_vec(),
        Shape::Unsigned { .. } => [0, 1, 11, 111].map(Part::Unsigned).to_vec(),
        Shape::Signed { .. } => [-128, -1, 0, 1, 11].map(Part::Signed).to_vec(),
        _ => [&[0x11][..], &[0xAA], &[0xA1, 0x1A]]
            .map(|bytes| Part::Bytes(bytes.into()))
            .to_vec(),
    }
}

/// A template of at most two components and short literals over the same alphabet.
fn template(tape: &mut Tape<'_>, only_text: bool) -> Template {
    const LITERALS: [&str; 8] = ["a", "#", "1", "%", "a#", "##", "-", "#a"];
    let mut segments = Vec::new();
    let count = tape.below(3);
    if count == 0 || tape.chance(2) {
        segments.push(Segment::Lit(tape.pick(&LITERALS)));
    }
    for i in 0..count {
        let component = match (i, tape.below(4), only_text) {
            (0, 0 | 1, _) | (0, _, true) => 0,
            (_, 0 | 1, _) | (_, _, true) => 1,
            (_, _, false) => tape.pick(&[2, 3, 4, 5]),
        };
        let is_last = i + 1 == count;
        let trailing = is_last && tape.chance(3);
        let formats: Vec<Format> = [
            Format::Default,
            Format::Default,
            Format::Raw,
            Format::Width(2),
            Format::Desc,
            Format::Upper,
            Format::Escape,
            Format::Any,
            Format::Shard(2),
        ]
        .into_iter()
        .filter(|&format| {
            capabilities(COMPONENTS[component].shape, format).is_some()
                && (format != Format::Any || (is_last && !trailing))
                && (!only_text || format == Format::Default)
        })
        .collect();
        segments.push(Segment::Part(component, tape.pick(&formats)));
        if trailing || !is_last {
            segments.push(Segment::Lit(tape.pick(&LITERALS)));
        }
    }
    Template(segments.leak())
}

fn delimiters(templates: [Template; 2]) -> Delimiters {
    let mut all = Delimiters::NONE;
    for template in templates {
        for pair in template.0.windows(2) {
            if let [Segment::Part(..), Segment::Lit(text)] = pair {
                all = text.chars().next().map_or(all, |c| all.push(c));
            }
        }
    }
    all
}

/// All keys that the template makes of the values.
fn keys(template: Template, delimiters: &[char], texts: &[Part<'static>]) -> HashSet<KeyValue> {
    let context = Context {
        entity: "Thing",
        components: &COMPONENTS,
        delimiters: delimiters.to_vec().leak(),
    };
    let mut open = template.components();
    let mut of = || {
        open.next()
            .map_or(vec![Part::Flag(false)], |(c, _)| values(c, texts))
    };
    let (first, second) = (of(), of());
    let numbers: Vec<usize> = template.components().map(|(c, _)| c).collect();
    let mut keys = HashSet::new();
    for a in &first {
        for b in &second {
            let part = |component: usize| match numbers.as_slice() {
                [one, ..] if *one == component => Some(a.clone()),
                _ => Some(b.clone()),
            };
            let place = Place::partition(KeyKind::S);
            keys.extend(encode(context, template, place, &part).ok().flatten());
        }
    }
    keys
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn templates_with_a_common_key_meet(words in words(24)) {
        sound(&mut Tape::new(&words), false)?;
    }

    /// For text and literals the answer is exact.
    #[test]
    fn templates_that_meet_have_a_common_key(words in words(24)) {
        sound(&mut Tape::new(&words), true)?;
    }
}

/// The `1` of the escape `%31` is no delimiter there.
#[test]
fn escapes_can_hold_what_delimits_elsewhere() {
    const A: Template = Template(&[Segment::Part(0, Format::Escape)]);
    const B: Template = Template(&[
        Segment::Part(0, Format::Default),
        Segment::Lit("1"),
        Segment::Part(1, Format::Default),
    ]);
    let delimiters = delimiters([A, B]);
    let texts = ["1a", "%3", "a"].map(Part::from);
    let of = |template| keys(template, delimiters.as_slice(), &texts);
    assert!(!of(A).is_disjoint(&of(B)));
    assert!(templates_meet((&ENTITY, A), (&ENTITY, B), &delimiters));
}

fn sound(tape: &mut Tape<'_>, exactly: bool) -> TestCaseResult {
    let (a, b) = (template(tape, exactly), template(tape, exactly));
    let delimiters = delimiters([a, b]);
    let meet = templates_meet((&ENTITY, a), (&ENTITY, b), &delimiters);
    prop_assert_eq!(
        meet,
        templates_meet((&ENTITY, b), (&ENTITY, a), &delimiters)
    );
    if meet && !exactly {
        return Ok(());
    }
    let slice = delimiters.as_slice();
    let texts = if exactly {
        pieces([a, b], &delimiters)
    } else if a.components().count().max(b.components().count()) > 1 {
        texts(2)
    } else {
        texts(3)
    };
    let common = !keys(a, slice, &texts).is_disjoint(&keys(b, slice, &texts));
    let shown = format!("{} and {}", a.display(&COMPONENTS), b.display(&COMPONENTS));
    if exactly {
        prop_assert_eq!(meet, common, "{}", shown);
    } else {
        prop_assert!(!common, "{shown}");
    }
    Ok(())
}
