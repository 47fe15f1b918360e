//! Can two key templates make the same key?
//!
//! A template is a small automaton: literals are single characters, fixed-width components are runs
//! of a character class, variable ones a class repeated once or more. Two templates meet if the
//! product of their automata reaches its end. The answer is exact but for classes that are drawn a
//! little too wide (a timestamp's separators may stand anywhere), which errs towards "yes".

use super::message::{equal, next_char};
use super::{Delimiters, EntityDef, KeyDef, Model, TableDef, sight};
use crate::key::{Format, KeyKind, Segment, Shape, Template, capabilities};

#[derive(Clone, Copy)]
enum Class {
    /// This character.
    Char(char),
    /// A decimal digit, or a minus sign.
    Digit,
    /// A digit or a separator of RFC 3339.
    Time,
    /// An ASCII letter, a digit or `-`.
    Ascii,
    /// Anything but a delimiter.
    Text,
    /// The same, and what escapes are made of.
    Escaped,
    /// Anything.
    Any,
}

impl Class {
    const fn contains(self, c: char, delimiters: &Delimiters) -> bool {
        match self {
            Class::Char(own) => own == c,
            Class::Digit => c.is_ascii_digit() || c == '-',
            Class::Time => c.is_ascii_digit() || matches!(c, '-' | ':' | 'T' | 'Z' | '.'),
            Class::Ascii => c.is_ascii_alphanumeric() || c == '-',
            Class::Text => !delimiters.contains(c),
            Class::Escaped => c == '%' || c.is_ascii_hexdigit() || !delimiters.contains(c),
            Class::Any => true,
        }
    }

    const fn meets(self, other: Self, delimiters: &Delimiters) -> bool {
        match (self, other) {
            (Class::Char(c), class) | (class, Class::Char(c)) => class.contains(c, delimiters),
            _ => true,
        }
    }
}

#[derive(Clone, Copy)]
struct Atom {
    class: Class,
    /// Zero or more times, instead of once.
    star: bool,
}

struct Automaton {
    atoms: [Atom; Self::MAX],
    len: usize,
}

impl Automaton {
    const MAX: usize = 320;

    const fn push(&mut self, class: Class, star: bool) {
        // A template longer than this would pass DynamoDB's 1,024 bytes first in practice; it is cut,
        // and what was cut counts as anything.
        if self.len < Self::MAX - 1 {
            self.atoms[self.len] = Atom { class, star };
            self.len += 1;
        } else {
            self.atoms[Self::MAX - 1] = Atom {
                class: Class::Any,
                star: true,
            };
            self.len = Self::MAX;
        }
    }

    const fn text(&mut self, mut text: &str) {
        while let Some((c, rest)) = next_char(text) {
            self.push(Class::Char(c), false);
            text = rest;
        }
    }

    /// A literal prefix with anything behind it.
    const fn prefix(text: &str) -> Self {
        let mut all = Self::empty();
        all.text(text);
        all.push(Class::Any, true);
        all
    }

    const fn of(entity: &EntityDef, template: Template) -> Self {
        let mut all = Self::empty();
        let mut i = 0;
        while i < template.0.len() {
            match template.0[i] {
                Segment::Lit(text) => all.text(text),
                Segment::Part(component, format) => {
                    all.component(entity.components[component].shape, format);
                }
            }
            i += 1;
        }
        all
    }

    const fn component(&mut self, shape: Shape, format: Format) {
        let class = match (format, shape) {
            (Format::Any, _) => Class::Any,
            (Format::Escape, _) => Class::Escaped,
            (Format::Shard(_) | Format::Epoch | Format::EpochMillis | Format::Desc, _)
            | (_, Shape::Unsigned { .. } | Shape::Signed { .. } | Shape::Flag) => Class::Digit,
            (Format::Pattern(_), _) => Class::Any,
            (_, Shape::Instant | Shape::DateTime | Shape::Date) => Class::Time,
            (_, Shape::Ascii { .. } | Shape::Bytes) => Class::Ascii,
            _ => Class::Text,
        };
        match capabilities(shape, format) {
            Some(can) if can.width.is_some() => {
                let mut left = match can.width {
                    Some(width) => width,
                    None => 0,
                };
                while left > 0 {
                    self.push(class, false);
                    left -= 1;
                }
            }
            _ => {
                self.push(class, false);
                self.push(class, true);
            }
        }
    }

    const fn empty() -> Self {
        Self {
            atoms: [Atom {
                class: Class::Any,
                star: false,
            }; Self::MAX],
            len: 0,
        }
    }
}

const SIDE: usize = Automaton::MAX + 1;
const WORDS: usize = (SIDE * SIDE).div_ceil(64);

#[expect(
    clippy::large_stack_arrays,
    reason = "only constant evaluation runs this, and it has no heap"
)]
const fn meet(a: &Automaton, b: &Automaton, delimiters: &Delimiters) -> bool {
    let mut seen = [0_u64; WORDS];
    // Each state is put on the stack once.
    let mut stack = [(0, 0); 4 * SIDE];
    let mut height = 1;
    while height > 0 {
        height -= 1;
        let (i, j): (usize, usize) = stack[height];
        if i == a.len && j == b.len {
            return true;
        }
        let mut next = [(i, j); 3];
        if i < a.len && a.atoms[i].star {
            next[0] = (i + 1, j);
        }
        if j < b.len && b.atoms[j].star {
            next[1] = (i, j + 1);
        }
        if i < a.len && j < b.len && a.atoms[i].class.meets(b.atoms[j].class, delimiters) {
            let after_i = if a.atoms[i].star { i } else { i + 1 };
            let after_j = if b.atoms[j].star { j } else { j + 1 };
            next[2] = (after_i, after_j);
        }
        let mut n = 0;
        while n < next.len() {
            let (i, j) = next[n];
            let bit = i * SIDE + j;
            if seen[bit / 64] & (1 << (bit % 64)) == 0 {
                seen[bit / 64] |= 1 << (bit % 64);
                if height == stack.len() {
                    // Deeper than any pair of real templates goes: count them as meeting.
                    return true;
                }
                stack[height] = (i, j);
                height += 1;
            }
            n += 1;
        }
    }
    false
}

/// Whether the two templates can make the same key.
pub(super) const fn templates_meet(
    a: (&EntityDef, Template),
    b: (&EntityDef, Template),
    delimiters: &Delimiters,
) -> bool {
    match sight::meet(a, b) {
        Some(meet) => meet,
        None => automata_meet(a, b, delimiters),
    }
}

/// The same, whether or not it could be seen.
pub(super) const fn automata_meet(
    (a, a_template): (&EntityDef, Template),
    (b, b_template): (&EntityDef, Template),
    delimiters: &Delimiters,
) -> bool {
    meet(
        &Automaton::of(a, a_template),
        &Automaton::of(b, b_template),
        delimiters,
    )
}

/// Whether a key of the entity's template can begin with the prefix.
const fn may_begin_with(
    prefix: &str,
    entity: &EntityDef,
    template: Template,
    delimiters: &Delimiters,
) -> bool {
    match sight::may_begin_with(prefix, template) {
        Some(may) => may,
        None => meet(
            &Automaton::prefix(prefix),
            &Automaton::of(entity, template),
            delimiters,
        ),
    }
}

/// Whether a query of `entity` by its key `number` can read items of another entity: one that can share
/// the partition, and whose sort key can begin with the literal that this entity's begins with.
///
/// A table whose entities live in other crates cannot tell, which counts as yes.
pub(crate) const fn shares_prefix(
    table: &'static TableDef,
    model: &Model,
    entity: &EntityDef,
    number: usize,
) -> bool {
    let key = &entity.keys[number];
    let Some(entities) = model.entities else {
        return true;
    };
    // Constants have no identity, so the entity is known by its name. Two of one name, from different modules, are
    // taken for neighbours.
    let mut itself = true;
    let mut e = 0;
    while e < entities.len() {
        let other = entities[e];
        e += 1;
        if itself && equal(other.name, entity.name) {
            itself = false;
        } else if meets_in(table, model, entity, key, other) {
            return true;
        }
    }
    false
}

/// Whether an item of the other entity can be among those that a query of the key reads.
///
/// DynamoDB puts an item into every index whose key attributes it has, whatever its entity declares: an inverted
/// index, whose attributes are the table's own, holds them all. So the other's templates are found by attribute.
const fn meets_in(
    table: &'static TableDef,
    model: &Model,
    entity: &EntityDef,
    key: &KeyDef,
    other: &EntityDef,
) -> bool {
    let (pk, sk) = table.attributes(key);
    let ours = entity.pk_templates(key);
    let mut i = 0;
    while i < pk.len() && i < ours.len() {
        let Some(theirs) = other.template_on(table, pk[i].name) else {
            return false;
        };
        if matches!(pk[i].kind, KeyKind::S)
            && !templates_meet((entity, ours[i]), (other, theirs), &model.delimiters)
        {
            return false;
        }
        i += 1;
    }
    let mut i = 0;
    while i < sk.len() {
        let Some(theirs) = other.template_on(table, sk[i].name) else {
            return false;
        };
        if i == 0
            && let [first, ..] = key.sk
            && !may_begin_with(first.prefix(), other, theirs, &model.delimiters)
        {
            return false;
        }
        i += 1;
    }
    true
}
