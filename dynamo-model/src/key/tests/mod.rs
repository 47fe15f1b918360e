//! The laws of keys, as properties of random templates and random values.

mod bounds;
mod injective;
mod oracle;
mod order;
pub(crate) mod tape;

use std::cmp::Ordering;

use super::{
    ComponentDef, Context, Format, OrderClass, Part, Segment, Shape, Template, capabilities,
};
use tape::Tape;

const SHAPES: [Shape; 19] = [
    Shape::Text,
    Shape::Unsigned { bits: 8 },
    Shape::Signed { bits: 8 },
    Shape::Bytes,
    Shape::Ascii { len: 4 },
    Shape::Choice,
    Shape::Flag,
    Shape::Instant,
    Shape::DateTime,
    Shape::Date,
    Shape::Text,
    Shape::Unsigned { bits: 16 },
    Shape::Unsigned { bits: 32 },
    Shape::Unsigned { bits: 64 },
    Shape::Unsigned { bits: 128 },
    Shape::Signed { bits: 16 },
    Shape::Signed { bits: 32 },
    Shape::Signed { bits: 64 },
    Shape::Signed { bits: 128 },
];

const FORMATS: [Format; 23] = [
    Format::Default,
    Format::Default,
    Format::Width(1),
    Format::Width(4),
    Format::Width(38),
    Format::Raw,
    Format::Lower,
    Format::Upper,
    Format::Desc,
    Format::Date,
    Format::Epoch,
    Format::EpochMillis,
    Format::Pattern("%Y-%m-%dT%H:%M:%S"),
    Format::Pattern("%Y%m%d%H%M%S%3f"),
    Format::Pattern("%d.%m.%Y %H:%M:%S.%9f"),
    Format::Pattern("%Y#%m#%d"),
    Format::Pattern("%Y-%m"),
    Format::Pattern("100%% %Y-%m-%d %H:%M:%S.%6f"),
    Format::Escape,
    Format::Any,
    Format::Shard(2),
    Format::Shard(10),
    Format::Shard(1_000),
];

const LITERALS: [&str; 17] = [
    "#",
    "##",
    "#A#",
    "#a",
    "|",
    "-",
    "A",
    "a#",
    "0",
    "5",
    ":",
    "%",
    "%25",
    "\u{0}",
    "é",
    "\u{10FFFE}",
    " #",
];

/// Characters at the edges: delimiters and what sorts around them, digits of escapes, case that changes
/// length, the first and last scalar of every UTF-8 length and plane.
const CHARS: [char; 40] = [
    'a',
    'b',
    '#',
    'A',
    ' ',
    '!',
    '"',
    '$',
    '%',
    '2',
    '3',
    '5',
    '0',
    '-',
    '|',
    ':',
    '\0',
    '\u{1}',
    '\u{7F}',
    '\u{80}',
    '\u{7FF}',
    '\u{800}',
    '\u{D7FF}',
    '\u{E000}',
    '\u{FFFD}',
    '\u{FFFF}',
    '\u{10000}',
    '\u{1FFFF}',
    '\u{20000}',
    '\u{E0001}',
    '\u{F0000}',
    '\u{FFFFF}',
    '\u{100000}',
    '\u{10FFFE}',
    'é',
    'ß',
    'İ',
    'ŉ',
    'K',
    'z',
];

/// An entity with one key.
struct Model {
    components: &'static [ComponentDef],
    template: Template,
    delimiters: &'static [char],
}

impl Model {
    fn context(&self) -> Context {
        Context {
            entity: "Thing",
            components: self.components,
            delimiters: self.delimiters,
        }
    }

    fn of(shapes: &[Shape], segments: Vec<Segment>, more_delimiters: &str) -> Self {
        const NAMES: [&str; 8] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"];
        let components: Vec<ComponentDef> = shapes
            .iter()
            .enumerate()
            .map(|(i, &shape)| ComponentDef {
                name: NAMES[i],
                shape,
                order: capabilities(shape, Format::Default)
                    .map_or(OrderClass::Unordered, |c| c.order),
                optional: false,
            })
            .collect();
        let mut delimiters: Vec<char> = more_delimiters.chars().collect();
        for pair in segments.windows(2) {
            if let [Segment::Part(..), Segment::Lit(text)] = pair {
                delimiters.extend(text.chars().next());
            }
        }
        // Constant data in a real model.
        Self {
            components: components.leak(),
            template: Template(segments.leak()),
            delimiters: delimiters.leak(),
        }
    }

    /// What the derive's checks let through: something between a variable component and the next, `any` last.
    fn random(tape: &mut Tape<'_>) -> Self {
        let count = 1 + tape.below(4);
        let mut shapes: Vec<Shape> = Vec::new();
        let mut segments = Vec::new();
        if tape.chance(2) {
            segments.push(Segment::Lit(tape.pick(&LITERALS)));
        }
        for i in 0..count {
            let is_last = i + 1 == count;
            let trailing = is_last && tape.chance(4);
            // A component may stand in a key twice: `{at:date}#{at}`.
            let component = if i > 0 && tape.chance(10) {
                tape.below(shapes.len())
            } else {
                shapes.push(tape.pick(&SHAPES));
                shapes.len() - 1
            };
            let formats: Vec<Format> = FORMATS
                .into_iter()
                .filter(|&format| {
                    capabilities(shapes[component], format).is_some()
                        && (format != Format::Any || (is_last && !trailing))
                })
                .collect();
            let format = tape.pick(&formats);
            segments.push(Segment::Part(component, format));
            let is_fixed =
                capabilities(shapes[component], format).is_some_and(|c| c.width.is_some());
            if trailing || (!is_last && (!is_fixed || tape.chance(2))) {
                segments.push(Segment::Lit(tape.pick(&LITERALS)));
            }
        }
        let more = tape.pick(&["", "#", "#|", "%", "3"]);
        Self::of(&shapes, segments, more)
    }

    fn tuple(&self, tape: &mut Tape<'_>) -> Vec<Part<'static>> {
        self.components
            .iter()
            .map(|component| value(tape, component.shape))
            .collect()
    }

    /// Whether some segment holds the component in a format that can be read back.
    fn is_reversible(&self, component: usize) -> bool {
        self.template.components().any(|(c, format)| {
            c == component
                && capabilities(self.components[c].shape, format).is_some_and(|can| can.reversible)
        })
    }
}

/// A random value, which need not be one that a key can hold.
fn value(tape: &mut Tape<'_>, shape: Shape) -> Part<'static> {
    match shape {
        Shape::Text => {
            let len = tape.below(5);
            Part::Text((0..len).map(|_| text_char(tape)).collect::<String>().into())
        }
        Shape::Ascii { len } => {
            let text = (0..len).map(|_| tape.pick(&['0', '9', 'A', 'Z', 'a', 'z', '-']));
            Part::Text(text.collect::<String>().into())
        }
        Shape::Choice => Part::from(tape.pick(&["Paid", "PaidLate", "paid", "A", "a#", "5"])),
        Shape::Unsigned { bits } => Part::Unsigned(tape.integer() & (u128::MAX >> (128 - bits))),
        Shape::Signed { bits } => {
            // The sign of the bits is extended.
            let spare = 128 - bits;
            Part::Signed(tape.integer().cast_signed() << spare >> spare)
        }
        Shape::Flag => Part::Flag(tape.chance(2)),
        Shape::Instant | Shape::DateTime => Part::Time {
            seconds: tape.pick(&[
                0,
                1,
                -1,
                1_700_000_000,
                9_999_999_999,
                10_000_000_000,
                253_402_300_799,
                253_402_300_800,
                -62_167_219_200,
                -62_167_219_201,
                -1_000_000_000,
            ]) + if tape.chance(2) {
                i64::from(tape.word())
            } else {
                0
            },
            nanos: tape.pick(&[0, 0, 0, 1_000_000, 999_000_000, 1, 999_999_999, 123_456_000]),
        },
        Shape::Date => Part::Days(tape.pick(&[
            0, 1, -1, 20_000, 2_932_896, 2_932_897, -719_528, -719_529, 11_016, 30,
        ])),
        Shape::Bytes => {
            let len = tape.below(4);
            let bytes: Vec<u8> = (0..len)
                .map(|_| tape.pick(&[0, 1, 0x12, 0x5A, 0x7F, 0x80, 0xA0, 0xFF]))
                .collect();
            Part::Bytes(bytes.into())
        }
        Shape::Decimal => {
            let digits = tape.pick(&["0", "1", "-1", "1.5", "-1.5", "10", "9", "0.001", "-20"]);
            Part::Decimal(digits.into())
        }
    }
}

fn text_char(tape: &mut Tape<'_>) -> char {
    match tape.below(40) {
        0 => '\u{10FFFF}',
        1 => char::from_u32(tape.word() % 0x0011_0000).unwrap_or('x'),
        2..12 => 'a',
        12..18 => tape.pick(&['#', 'A', '%', '2', '5']),
        _ => tape.pick(&CHARS),
    }
}

/// The order of the values, independent of how they are written.
fn compare(a: &Part<'_>, b: &Part<'_>) -> Ordering {
    match (a, b) {
        (Part::Text(a), Part::Text(b)) => a.cmp(b),
        (Part::Unsigned(a), Part::Unsigned(b)) => a.cmp(b),
        (Part::Signed(a), Part::Signed(b)) => a.cmp(b),
        (Part::Flag(a), Part::Flag(b)) => a.cmp(b),
        (
            Part::Time {
                seconds: a,
                nanos: x,
            },
            Part::Time {
                seconds: b,
                nanos: y,
            },
        ) => (a, x).cmp(&(b, y)),
        (Part::Days(a), Part::Days(b)) => a.cmp(b),
        (Part::Bytes(a), Part::Bytes(b)) => a.cmp(b),
        (Part::Decimal(a), Part::Decimal(b)) => {
            let number = |text: &str| text.parse::<crate::types::Number>().unwrap();
            number(a).cmp(&number(b))
        }
        _ => panic!("{a:?} and {b:?} are of different types"),
    }
}
