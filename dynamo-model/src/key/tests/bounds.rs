//! Law 4: a condition on a sort key holds for exactly the keys whose components satisfy it.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::oracle::Stored;
use super::tape::{Tape, cases, words};
use super::{LITERALS, Model, SHAPES, text_char, value};
use crate::key::{Bound, Format, KeyKind, OrderClass, Part, Segment, Shape, capabilities};

/// Which conditions compile on a component.
struct Allowed {
    ranges: bool,
    starts_with: bool,
}

fn allowed(model: &Model, kind: KeyKind, component: usize) -> Allowed {
    let shape = model.components[component].shape;
    // The first place of a component is the one that counts.
    let at = model
        .template
        .0
        .iter()
        .position(|s| matches!(s, Segment::Part(c, _) if *c == component));
    let at = at.unwrap_or(0);
    let Segment::Part(_, format) = model.template.0[at] else {
        unreachable!("a position of a component");
    };
    let is_last = at + 1 == model.template.0.len();
    let order = capabilities(shape, format).map(|can| can.order);
    Allowed {
        ranges: match order {
            _ if kind != KeyKind::S => true,
            Some(OrderClass::Fixed) => true,
            Some(OrderClass::Variable) => is_last,
            _ => false,
        },
        starts_with: matches!(shape, Shape::Text | Shape::Bytes)
            && !matches!(format, Format::Shard(_))
            && kind != KeyKind::N,
    }
}

fn bound(
    tape: &mut Tape<'_>,
    allowed: &Allowed,
    mut value: impl FnMut(&mut Tape<'_>) -> Part<'static>,
) -> Option<Bound> {
    let which = match (allowed.ranges, allowed.starts_with) {
        (false, false) => return None,
        (true, false) => tape.below(6),
        (false, true) => 6,
        (true, true) => tape.below(7),
    };
    let first = value(tape);
    Some(match which {
        0 => Bound::Lt(first),
        1 => Bound::Le(first),
        2 => Bound::Gt(first),
        3 => Bound::Ge(first),
        4 | 5 => Bound::Between(first, value(tape)),
        _ => Bound::StartsWith(match first {
            Part::Text(text) => {
                let keep = tape.below(text.chars().count() + 1);
                Part::Text(text.chars().take(keep).collect::<String>().into())
            }
            Part::Bytes(bytes) => Part::Bytes(bytes[..tape.below(bytes.len() + 1)].to_vec().into()),
            other => other,
        }),
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn bounds_are_exact(words in words(120)) {
        exact(&mut Tape::new(&words))?;
    }

    #[test]
    fn bounds_of_long_keys_are_exact(words in words(80)) {
        long(&mut Tape::new(&words))?;
    }

    #[test]
    fn bounds_of_numbers_and_bytes_are_exact(words in words(60)) {
        numbers_and_bytes(&mut Tape::new(&words))?;
    }
}

/// A few values of each component, so that conditions and tuples share them.
fn pools(tape: &mut Tape<'_>, model: &Model) -> Vec<Vec<Part<'static>>> {
    let components = model.components.iter();
    components
        .map(|component| {
            let mut pool: Vec<Part<'static>> =
                (0..3).map(|_| value(tape, component.shape)).collect();
            if let (Part::Text(a), Part::Text(_)) = (&pool[0], &pool[1])
                && component.shape == Shape::Text
            {
                pool[1] = Part::Text(format!("{a}{}", text_char(tape)).into());
            }
            pool
        })
        .collect()
}

fn conditions(
    tape: &mut Tape<'_>,
    stored: &Stored,
    pools: &[Vec<Part<'static>>],
    foreign: &[String],
    times: usize,
) -> TestCaseResult {
    let order = stored.order();
    for _ in 0..times {
        let equals = tape.below(order.len() + 1);
        // Mostly what some stored tuple has, so that something is left.
        let base = match stored.tuples.len() {
            0 => None,
            n => Some(&stored.tuples[tape.below(n)].0),
        };
        let equal: Vec<(usize, Part<'static>)> = order[..equals]
            .iter()
            .map(|&c| match base {
                Some(tuple) if !tape.chance(8) => (c, tuple[c].clone()),
                _ => (c, pools[c][tape.below(pools[c].len())].clone()),
            })
            .collect();
        let range = order.get(equals).and_then(|&c| {
            let allowed = allowed(&stored.model, stored.kind, c);
            let bound = bound(tape, &allowed, |tape| {
                if tape.chance(6) {
                    value(tape, stored.model.components[c].shape)
                } else {
                    pools[c][tape.below(pools[c].len())].clone()
                }
            })?;
            (!tape.chance(6)).then_some((c, bound))
        });
        stored.check(&equal, range.as_ref(), foreign)?;
    }
    Ok(())
}

fn exact(tape: &mut Tape<'_>) -> TestCaseResult {
    let model = Model::random(tape);
    let pools = pools(tape, &model);
    let tuples = (0..8)
        .map(|_| {
            pools
                .iter()
                .map(|pool| pool[tape.below(pool.len())].clone())
                .collect()
        })
        .collect();
    let stored = Stored::new(model, KeyKind::S, tuples);
    let foreign = neighbours(tape, stored.model.template.prefix());
    conditions(tape, &stored, &pools, &foreign, 3)
}

/// Keys around a prefix that do not begin with it.
fn neighbours(tape: &mut Tape<'_>, prefix: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    if let Some(last) = prefix.chars().next_back() {
        let stem = &prefix[..prefix.len() - last.len_utf8()];
        for other in [
            u32::from(last).wrapping_sub(1),
            u32::from(last) + 1,
            0x10_FFFE,
            0,
        ] {
            let Some(other) = char::from_u32(other) else {
                continue;
            };
            all.push(format!("{stem}{other}"));
            all.push(format!(
                "{stem}{other}{}{}",
                tape.pick(&LITERALS),
                text_char(tape)
            ));
        }
        all.push(stem.to_owned());
        all.push(format!("{stem}{}", tape.pick(&LITERALS)));
    }
    all.retain(|key| !key.is_empty() && !key.contains('\u{10FFFF}'));
    all
}

/// Texts and keys around 1,024 bytes.
fn long(tape: &mut Tape<'_>) -> TestCaseResult {
    let format = tape.pick(&[Format::Default, Format::Any, Format::Escape]);
    let (shapes, segments): (Vec<Shape>, Vec<Segment>) = match tape.below(5) {
        0 => (vec![Shape::Text], vec![Segment::Part(0, format)]),
        1 => (
            vec![Shape::Text],
            vec![Segment::Lit("K#"), Segment::Part(0, format)],
        ),
        2 => (
            vec![Shape::Text, Shape::Text],
            vec![
                Segment::Lit("K#"),
                Segment::Part(0, Format::Default),
                Segment::Lit("#"),
                Segment::Part(1, format),
            ],
        ),
        3 => (
            vec![Shape::Text, Shape::Unsigned { bits: 8 }],
            vec![
                Segment::Part(0, Format::Default),
                Segment::Lit("##"),
                Segment::Part(1, tape.pick(&[Format::Default, Format::Desc])),
            ],
        ),
        _ => (
            vec![Shape::Text, Shape::Unsigned { bits: 8 }, Shape::Bytes],
            vec![
                Segment::Lit("K#"),
                Segment::Part(0, Format::Default),
                Segment::Lit("#"),
                Segment::Part(1, Format::Default),
                Segment::Part(2, Format::Default),
            ],
        ),
    };
    let model = Model::of(&shapes, segments, "");
    let room = 1_010 + tape.below(16);
    let pools: Vec<Vec<Part<'static>>> = shapes
        .iter()
        .enumerate()
        .map(|(at, shape)| {
            // One of the texts fills the key, and its variants differ at the end.
            let fills = match shapes.as_slice() {
                [Shape::Text, Shape::Text] => at == usize::from(room.is_multiple_of(2)),
                _ => at == 0,
            };
            let stem = "m".repeat(if fills { room } else { 0 });
            (0..5)
                .map(|_| match shape {
                    Shape::Text => {
                        let len = 1 + tape.below(5);
                        let end: String = (0..len).map(|_| long_char(tape)).collect();
                        Part::Text(format!("{stem}{end}").into())
                    }
                    shape => value(tape, *shape),
                })
                .collect()
        })
        .collect();
    let tuples = (0..8)
        .map(|_| {
            pools
                .iter()
                .map(|pool| pool[tape.below(pool.len())].clone())
                .collect()
        })
        .collect();
    let stored = Stored::new(model, KeyKind::S, tuples);
    let foreign = neighbours(tape, stored.model.template.prefix());
    conditions(tape, &stored, &pools, &foreign, 3)
}

fn long_char(tape: &mut Tape<'_>) -> char {
    tape.pick(&[
        'm',
        'n',
        'l',
        '\0',
        '\u{7F}',
        '\u{80}',
        '\u{7FF}',
        '\u{800}',
        '\u{FFFF}',
        '\u{10000}',
        '\u{10FFFE}',
        '\u{D7FF}',
        '\u{E000}',
    ])
}

fn numbers_and_bytes(tape: &mut Tape<'_>) -> TestCaseResult {
    let (kind, shape, format) = match tape.below(6) {
        0 | 1 => (KeyKind::B, Shape::Bytes, Format::Default),
        2 => (
            KeyKind::N,
            Shape::Decimal,
            tape.pick(&[Format::Default, Format::Raw]),
        ),
        3 => (
            KeyKind::N,
            Shape::Instant,
            tape.pick(&[Format::Epoch, Format::EpochMillis]),
        ),
        _ => {
            let integers: Vec<Shape> = SHAPES
                .into_iter()
                .filter(|shape| matches!(shape, Shape::Unsigned { .. } | Shape::Signed { .. }))
                .collect();
            (
                KeyKind::N,
                tape.pick(&integers),
                tape.pick(&[Format::Default, Format::Raw]),
            )
        }
    };
    let model = Model::of(&[shape], vec![Segment::Part(0, format)], "");
    let is_long = kind == KeyKind::B && tape.chance(2);
    let one = |tape: &mut Tape<'_>| match value(tape, shape) {
        Part::Bytes(end) if is_long => {
            let mut bytes = vec![0x7F; 1_021 + tape.below(4)];
            bytes.extend_from_slice(&end);
            Part::Bytes(bytes.into())
        }
        other => other,
    };
    let pool: Vec<Part<'static>> = (0..6).map(|_| one(tape)).collect();
    let tuples = pool.iter().map(|part| vec![part.clone()]).collect();
    let stored = Stored::new(model, kind, tuples);
    conditions(tape, &stored, &[pool], &[], 4)
}
