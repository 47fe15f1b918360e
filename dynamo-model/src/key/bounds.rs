//! The exact bounds of a condition on a sort key (law 4).
//!
//! Every stored key is at most 1,024 bytes and holds no U+10FFFF, so the keys that begin with a prefix
//! are those from the prefix itself up to the prefix followed by U+10FFFF. DynamoDB refuses longer bounds
//! as well: they are replaced by the nearest key that is short enough.

use super::encode::single;
use super::read::read;
use super::text::write;
use super::{
    Context, Format, KeyError, KeyKind, KeyProblem, KeyValue, Part, Place, Segment, Template,
    capabilities, encode, encode_prefix,
};

const LIMIT: usize = 1_024;
const LAST: char = '\u{10FFFF}';

/// A range of one component of a sort key.
#[derive(Clone, Debug)]
pub(crate) enum Bound {
    Lt(Part<'static>),
    Le(Part<'static>),
    Gt(Part<'static>),
    Ge(Part<'static>),
    Between(Part<'static>, Part<'static>),
    StartsWith(Part<'static>),
}

impl Bound {
    /// The same condition on the text of a format that turns the order round.
    fn flipped(self) -> Self {
        match self {
            Bound::Lt(v) => Bound::Gt(v),
            Bound::Le(v) => Bound::Ge(v),
            Bound::Gt(v) => Bound::Lt(v),
            Bound::Ge(v) => Bound::Le(v),
            Bound::Between(a, b) => Bound::Between(b, a),
            prefix @ Bound::StartsWith(_) => prefix,
        }
    }
}

/// What a query says of one sort key attribute: at most one condition, as DynamoDB wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SortCondition {
    /// The attribute equals the value.
    Eq(KeyValue),
    /// Less than.
    Lt(KeyValue),
    /// Less than or equal.
    Le(KeyValue),
    /// Greater than.
    Gt(KeyValue),
    /// Greater than or equal.
    Ge(KeyValue),
    /// Between the two, both included.
    Between(KeyValue, KeyValue),
    /// Begins with the value, which is never empty.
    BeginsWith(KeyValue),
}

/// What is known of the keys in one sort key attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SortTemplate {
    pub(crate) template: Template,
    pub(crate) kind: KeyKind,
    /// Whether the keys end where the template does. The keys of several entities may go on behind what they share.
    pub(crate) is_whole: bool,
}

/// The conditions on the sort key attributes, one template each: equalities, then at most one other.
///
/// `None` if no key can satisfy them, so that nothing needs to be sent. `equal` are the components whose
/// value is known, from the partition key or the user; `range` is about the first that is not.
///
/// Only the last template may not be whole, and a component of variable width must not be the last of that one.
pub(crate) fn sort_conditions(
    context: Context,
    templates: &[SortTemplate],
    equal: &dyn Fn(usize) -> Option<Part<'static>>,
    range: Option<&(usize, Bound)>,
) -> Result<Option<Vec<(usize, SortCondition)>>, KeyError> {
    let mut conditions = Vec::new();
    for (i, sort) in templates.iter().enumerate() {
        let SortTemplate {
            template,
            kind,
            is_whole,
        } = *sort;
        let open = template.0.iter().enumerate().find_map(|(at, s)| match *s {
            Segment::Part(c, format) if equal(c).is_none() => Some((at, c, format)),
            _ => None,
        });
        let Some((at, component, format)) = open else {
            if !is_whole {
                let mut prefix = String::new();
                encode_prefix(context, template, template.0.len(), equal, &mut prefix)?;
                match begins_with(prefix) {
                    Found::Empty => return Ok(None),
                    Found::All => {}
                    Found::One(condition) => conditions.push((i, condition)),
                }
                break;
            }
            let value = encode(context, template, Place::sort(kind), equal)?;
            conditions.extend(value.map(|value| (i, SortCondition::Eq(value))));
            continue;
        };
        let bound = range.filter(|(c, _)| *c == component).map(|(_, bound)| {
            let bound = bound.clone();
            if format == Format::Desc {
                bound.flipped()
            } else {
                bound
            }
        });
        let open = Open {
            context,
            template,
            at,
            component,
            format,
            is_whole,
        };
        let found = match (bound, template.single().filter(|_| is_whole)) {
            (None, Some(_)) => Found::All,
            (Some(bound), Some(_)) => open.alone(&bound, kind)?,
            (bound, None) => {
                let mut prefix = String::new();
                encode_prefix(context, template, at, equal, &mut prefix)?;
                open.behind(&prefix, bound.as_ref())?
            }
        };
        match found {
            Found::Empty => return Ok(None),
            Found::All => {}
            Found::One(condition) => conditions.push((i, condition)),
        }
        // What follows an open component is not bounded by it.
        break;
    }
    Ok(Some(conditions))
}

enum Found {
    All,
    Empty,
    One(SortCondition),
}

/// The first component whose value is not known.
struct Open {
    context: Context,
    template: Template,
    at: usize,
    component: usize,
    format: Format,
    is_whole: bool,
}

impl Open {
    /// A template that is only the component: DynamoDB's own comparisons are exact.
    fn alone(&self, bound: &Bound, kind: KeyKind) -> Result<Found, KeyError> {
        let value = |part: &Part<'static>| -> Result<KeyValue, KeyError> {
            if kind == KeyKind::S {
                self.text(part).map(KeyValue::S)
            } else {
                single(kind, part, self.format).map_err(|problem| self.error(problem))
            }
        };
        let long = |value: &KeyValue| value.len() > LIMIT;
        let found = match bound {
            Bound::Lt(part) | Bound::Le(part) => match (value(part)?, bound) {
                (value, _) if long(&value) => SortCondition::Le(last_below(value)),
                (value, Bound::Lt(_)) => SortCondition::Lt(value),
                (value, _) => SortCondition::Le(value),
            },
            Bound::Gt(part) | Bound::Ge(part) => match (value(part)?, bound) {
                (value, _) if long(&value) => match first_above(value) {
                    Some(value) => SortCondition::Ge(value),
                    None => return Ok(Found::Empty),
                },
                (value, Bound::Gt(_)) => SortCondition::Gt(value),
                (value, _) => SortCondition::Ge(value),
            },
            Bound::Between(low, high) => {
                let (low, high) = (value(low)?, value(high)?);
                let low = if long(&low) {
                    first_above(low)
                } else {
                    Some(low)
                };
                let high = if long(&high) { last_below(high) } else { high };
                match low {
                    Some(low) if low <= high => SortCondition::Between(low, high),
                    _ => return Ok(Found::Empty),
                }
            }
            Bound::StartsWith(part) if is_empty(part) => return Ok(Found::All),
            Bound::StartsWith(part) => match value(part)? {
                value if long(&value) => return Ok(Found::Empty),
                value => SortCondition::BeginsWith(value),
            },
        };
        Ok(Found::One(found))
    }

    /// A component behind a prefix.
    fn behind(&self, prefix: &str, bound: Option<&Bound>) -> Result<Found, KeyError> {
        if prefix.len() > LIMIT {
            return Ok(Found::Empty);
        }
        let from_prefix = Some(prefix.to_owned());
        let (low, high) = match bound {
            None => return Ok(begins_with(prefix.to_owned())),
            Some(Bound::StartsWith(part)) if is_empty(part) => {
                return Ok(begins_with(prefix.to_owned()));
            }
            Some(Bound::StartsWith(part)) => {
                let text = self.text(part)?;
                self.ends_before_literal(&text)?;
                return Ok(begins_with(prefix.to_owned() + &text));
            }
            Some(Bound::Ge(part)) => (self.from(prefix, part)?, ceiling(prefix)),
            Some(Bound::Gt(part)) => (self.above(prefix, part)?, ceiling(prefix)),
            Some(Bound::Le(part)) => (from_prefix, self.up_to(prefix, part)?),
            Some(Bound::Lt(part)) => (from_prefix, self.below(prefix, part)?),
            Some(Bound::Between(a, b)) => (self.from(prefix, a)?, self.up_to(prefix, b)?),
        };
        // A string key is never empty, and DynamoDB refuses an empty bound.
        Ok(match low {
            Some(low) if low <= high && !high.is_empty() => Found::One(if low.is_empty() {
                SortCondition::Le(KeyValue::S(high))
            } else {
                SortCondition::Between(KeyValue::S(low), KeyValue::S(high))
            }),
            _ => Found::Empty,
        })
    }

    /// Whether the component is the last and its texts have different lengths: then a key that goes on
    /// is another value, and not the same value with something behind it.
    fn ends_in_text(&self) -> bool {
        self.is_whole
            && self.at + 1 == self.template.0.len()
            && capabilities(self.context.components[self.component].shape, self.format)
                .is_none_or(|c| c.width.is_none())
    }

    /// Refuses the beginning of a value that could as well be a whole value and a piece of the literal behind it:
    /// `begins_with` would take both.
    fn ends_before_literal(&self, text: &str) -> Result<(), KeyError> {
        let Some(Segment::Lit(literal)) = self.template.0.get(self.at + 1) else {
            return Ok(());
        };
        let shape = self.context.components[self.component].shape;
        let runs_in = text.char_indices().skip(1).any(|(at, _)| {
            let (value, rest) = text.split_at(at);
            (literal.starts_with(rest) || rest.starts_with(literal))
                && read(value, shape, self.format, self.context.delimiters).is_some()
        });
        if runs_in {
            return Err(self.error(KeyProblem::Ambiguous(literal)));
        }
        Ok(())
    }

    /// The smallest key whose component is at least the value; `None` if there is none.
    fn from(&self, prefix: &str, part: &Part<'static>) -> Result<Option<String>, KeyError> {
        let text = prefix.to_owned() + &self.text(part)?;
        Ok(if text.len() > LIMIT {
            next_sibling(cut(text))
        } else {
            Some(text)
        })
    }

    /// The greatest key whose component is at most the value.
    fn up_to(&self, prefix: &str, part: &Part<'static>) -> Result<String, KeyError> {
        let text = prefix.to_owned() + &self.text(part)?;
        Ok(if text.len() > LIMIT {
            ceiling(&cut(text))
        } else if self.ends_in_text() {
            text
        } else {
            ceiling(&text)
        })
    }

    /// The greatest key whose component is less than the value.
    fn below(&self, prefix: &str, part: &Part<'static>) -> Result<String, KeyError> {
        let mut text = self.text(part)?;
        if prefix.len() + text.len() > LIMIT {
            return Ok(ceiling(&cut(prefix.to_owned() + &text)));
        }
        let last = text.pop();
        Ok(match last.and_then(before) {
            Some(last) => ceiling(&format!("{prefix}{text}{last}")),
            // Nothing sorts below U+0000, so the greatest lesser string is the one without it.
            None => format!("{prefix}{text}"),
        })
    }

    /// The smallest key whose component is greater than the value; `None` if there is none.
    fn above(&self, prefix: &str, part: &Part<'static>) -> Result<Option<String>, KeyError> {
        let mut text = prefix.to_owned() + &self.text(part)?;
        if text.len() > LIMIT {
            return Ok(next_sibling(cut(text)));
        }
        if !self.ends_in_text() {
            // Longer than any key that begins with the text, so it need not be a possible key.
            return Ok(Some(if text.len() + LAST.len_utf8() <= LIMIT {
                text + LAST.encode_utf8(&mut [0; 4])
            } else {
                match next_sibling(text) {
                    Some(next) => next,
                    None => return Ok(None),
                }
            }));
        }
        if text.len() < LIMIT {
            text.push('\0');
            return Ok(Some(text));
        }
        Ok(next_sibling(text))
    }

    fn text(&self, part: &Part<'static>) -> Result<String, KeyError> {
        let mut text = String::new();
        let shape = self.context.components[self.component].shape;
        write(part, shape, self.format, self.context.delimiters, &mut text)
            .map_err(|problem| self.error(problem))?;
        Ok(text)
    }

    fn error(&self, problem: KeyProblem) -> KeyError {
        self.context
            .error(Some(self.component), self.template, problem)
    }
}

fn is_empty(part: &Part<'_>) -> bool {
    match part {
        Part::Text(text) => text.is_empty(),
        Part::Bytes(bytes) => bytes.is_empty(),
        _ => false,
    }
}

/// The longest beginning of a text that could be a key.
///
/// The character that no longer fits is longer than what still would, and so sorts above it: all keys with this
/// beginning sort below the text.
fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(LIMIT));
    text
}

/// The greatest key below a value that is too long for a key.
fn last_below(value: KeyValue) -> KeyValue {
    match value {
        KeyValue::S(text) => KeyValue::S(ceiling(&cut(text))),
        KeyValue::B(mut bytes) => {
            bytes.truncate(LIMIT);
            KeyValue::B(bytes)
        }
        KeyValue::N(digits) => KeyValue::N(digits),
    }
}

/// The smallest key above a value that is too long for a key.
fn first_above(value: KeyValue) -> Option<KeyValue> {
    match value {
        KeyValue::S(text) => next_sibling(cut(text)).map(KeyValue::S),
        KeyValue::B(mut bytes) => {
            bytes.truncate(LIMIT);
            while let Some(last) = bytes.pop() {
                if let Some(next) = last.checked_add(1) {
                    bytes.push(next);
                    return Some(KeyValue::B(bytes));
                }
            }
            None
        }
        KeyValue::N(digits) => Some(KeyValue::N(digits)),
    }
}

fn begins_with(prefix: String) -> Found {
    if prefix.is_empty() {
        Found::All
    } else if prefix.len() > LIMIT {
        Found::Empty
    } else {
        Found::One(SortCondition::BeginsWith(KeyValue::S(prefix)))
    }
}

/// The upper end of all keys that begin with the prefix: the prefix and the greatest scalar that still
/// fits, U+10FFFF wherever there is room for its four bytes.
pub(super) fn ceiling(prefix: &str) -> String {
    let room = LIMIT.saturating_sub(prefix.len());
    let filler = match room {
        0 => "",
        1 => "\u{7F}",
        2 => "\u{7FF}",
        3 => "\u{FFFF}",
        _ => "\u{10FFFF}",
    };
    format!("{prefix}{filler}")
}

/// The smallest string of at most 1,024 bytes that sorts above every key beginning with the text.
fn next_sibling(mut text: String) -> Option<String> {
    while let Some(last) = text.pop() {
        if let Some(next) = after(last)
            && text.len() + next.len_utf8() <= LIMIT
        {
            text.push(next);
            return Some(text);
        }
    }
    None
}

fn before(c: char) -> Option<char> {
    match c {
        '\0' => None,
        '\u{E000}' => Some('\u{D7FF}'),
        c => char::from_u32(c as u32 - 1),
    }
}

fn after(c: char) -> Option<char> {
    match c {
        '\u{D7FF}' => Some('\u{E000}'),
        c => char::from_u32(c as u32 + 1),
    }
}
