//! The one encoder of keys, and its inverse.

use std::cmp::Ordering;
use std::fmt;

use super::read::{may_be, read};
use super::text::write;
use super::{
    ComponentDef, Format, KeyError, KeyKind, KeyProblem, Part, Segment, Template, capabilities,
};
use crate::types::Number;

/// The value of a key attribute.
///
/// `Debug` says only the type, because keys must not reach logs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum KeyValue {
    /// A string.
    S(String),
    /// A number, as its digits.
    N(String),
    /// Bytes.
    B(Vec<u8>),
}

impl KeyValue {
    /// Length in bytes, of which DynamoDB allows 2,048 in a partition key and 1,024 in a sort key.
    pub(crate) fn len(&self) -> usize {
        match self {
            KeyValue::S(text) | KeyValue::N(text) => text.len(),
            KeyValue::B(bytes) => bytes.len(),
        }
    }
}

/// DynamoDB's order within one type: bytes of strings and binaries, values of numbers.
impl Ord for KeyValue {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (KeyValue::S(a), KeyValue::S(b)) => a.cmp(b),
            (KeyValue::B(a), KeyValue::B(b)) => a.cmp(b),
            (KeyValue::N(a), KeyValue::N(b)) => match (a.parse::<Number>(), b.parse::<Number>()) {
                (Ok(x), Ok(y)) => x.cmp(&y).then_with(|| a.cmp(b)),
                _ => a.cmp(b),
            },
            (KeyValue::S(_), _) | (KeyValue::N(_), KeyValue::B(_)) => Ordering::Less,
            _ => Ordering::Greater,
        }
    }
}

impl PartialOrd for KeyValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyValue::S(_) => "S(..)",
            KeyValue::N(_) => "N(..)",
            KeyValue::B(_) => "B(..)",
        })
    }
}

/// What the encoder has to know of the entity and its table.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    pub entity: &'static str,
    pub components: &'static [ComponentDef],
    pub delimiters: &'static [char],
}

impl Context {
    pub(crate) fn error(
        &self,
        component: Option<usize>,
        template: Template,
        problem: KeyProblem,
    ) -> KeyError {
        KeyError::new(
            self.entity,
            component
                .and_then(|c| self.components.get(c))
                .map(|c| c.name),
            template.display(self.components),
            problem,
        )
    }
}

/// Where a key attribute stands: its type, and with that its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub kind: KeyKind,
    pub limit: usize,
}

impl Place {
    pub(crate) const fn partition(kind: KeyKind) -> Self {
        Self { kind, limit: 2_048 }
    }

    pub(crate) const fn sort(kind: KeyKind) -> Self {
        Self { kind, limit: 1_024 }
    }
}

/// The key that the template makes of the components; `None` if one of them is `None`.
pub(crate) fn encode<'p>(
    context: Context,
    template: Template,
    place: Place,
    part: &dyn Fn(usize) -> Option<Part<'p>>,
) -> Result<Option<KeyValue>, KeyError> {
    let value = match place.kind {
        KeyKind::S => {
            let mut text = String::with_capacity(64);
            let end = encode_prefix(context, template, template.0.len(), part, &mut text)?;
            if end < template.0.len() {
                return Ok(None);
            }
            KeyValue::S(text)
        }
        kind => {
            let Some((component, format)) = template.components().next() else {
                return Err(context.error(None, template, KeyProblem::Unreadable));
            };
            let Some(value) = part(component) else {
                return Ok(None);
            };
            single(kind, &value, format).map_err(|p| context.error(Some(component), template, p))?
        }
    };
    if value.len() > place.limit {
        let problem = KeyProblem::TooLong {
            bytes: value.len(),
            limit: place.limit,
        };
        return Err(context.error(None, template, problem));
    }
    Ok(Some(value))
}

/// Appends the template's segments up to `end`, or up to the first component that is `None`, and
/// says how many were written.
pub(crate) fn encode_prefix<'p>(
    context: Context,
    template: Template,
    end: usize,
    part: &dyn Fn(usize) -> Option<Part<'p>>,
    out: &mut String,
) -> Result<usize, KeyError> {
    for (i, segment) in template.0[..end].iter().enumerate() {
        match *segment {
            Segment::Lit(text) => out.push_str(text),
            Segment::Part(component, format) => {
                let Some(value) = part(component) else {
                    return Ok(i);
                };
                component_text(context, template, i, component, format, &value, out)?;
            }
        }
    }
    Ok(end)
}

/// Appends one component, and checks that it ends where its text ends (law 2).
fn component_text(
    context: Context,
    template: Template,
    index: usize,
    component: usize,
    format: Format,
    value: &Part<'_>,
    out: &mut String,
) -> Result<(), KeyError> {
    let start = out.len();
    let fail = |problem| context.error(Some(component), template, problem);
    let shape = context.components[component].shape;
    write(value, shape, format, context.delimiters, out).map_err(fail)?;
    let fixed = capabilities(shape, format).is_some_and(|c| c.width.is_some());
    if !fixed && let Some(Segment::Lit(literal)) = template.0.get(index + 1) {
        let len = out.len() - start;
        out.push_str(literal);
        let first = out[start..].find(literal);
        out.truncate(start + len);
        if first != Some(len) {
            return Err(fail(KeyProblem::Ambiguous(literal)));
        }
    }
    Ok(())
}

/// A key that is one number or one byte string.
pub(super) fn single(
    kind: KeyKind,
    value: &Part<'_>,
    format: Format,
) -> Result<KeyValue, KeyProblem> {
    Ok(match (kind, value) {
        (_, Part::Invalid(reason)) => return Err(KeyProblem::Invalid(reason)),
        (KeyKind::N, Part::Unsigned(n)) => KeyValue::N(number(n.to_string())?),
        (KeyKind::N, Part::Signed(n)) => KeyValue::N(number(n.to_string())?),
        (KeyKind::N, Part::Decimal(digits)) => KeyValue::N(digits.to_string()),
        (KeyKind::N, Part::Time { seconds, nanos }) => KeyValue::N(match format {
            Format::EpochMillis if nanos % 1_000_000 == 0 => {
                (i128::from(*seconds) * 1_000 + i128::from(nanos / 1_000_000)).to_string()
            }
            Format::Epoch if *nanos == 0 => seconds.to_string(),
            _ => return Err(KeyProblem::Inexact),
        }),
        (KeyKind::B, Part::Bytes(bytes)) if bytes.is_empty() => return Err(KeyProblem::Empty),
        (KeyKind::B, Part::Bytes(bytes)) => KeyValue::B(bytes.to_vec()),
        _ => return Err(KeyProblem::Unreadable),
    })
}

/// DynamoDB keeps 38 significant digits; a 128-bit integer can have 39.
fn number(digits: String) -> Result<String, KeyProblem> {
    let significant = digits.trim_start_matches('-').trim_end_matches('0').len();
    if significant > 38 {
        return Err(KeyProblem::TooWide(38));
    }
    Ok(digits)
}

/// Reads a key back: calls `found` with every component that can be read. Irreversible ones are passed over.
///
/// `false` if the key was not written by this template.
pub(crate) fn parse<'k>(
    context: Context,
    template: Template,
    key: &'k KeyValue,
    found: &mut dyn FnMut(usize, Part<'k>),
) -> bool {
    let text = match key {
        KeyValue::S(text) => text.as_str(),
        KeyValue::N(digits) => {
            let Some((component, format)) = template.components().next() else {
                return false;
            };
            return match read_number(digits, context.components[component], format) {
                Some(part) => {
                    found(component, part);
                    true
                }
                None => false,
            };
        }
        KeyValue::B(bytes) => {
            return match template.single() {
                Some(component) => {
                    found(component, Part::Bytes(bytes.as_slice().into()));
                    true
                }
                None => false,
            };
        }
    };
    parse_text(context, template, text, found)
}

fn parse_text<'k>(
    context: Context,
    template: Template,
    text: &'k str,
    found: &mut dyn FnMut(usize, Part<'k>),
) -> bool {
    let mut rest = text;
    for (i, segment) in template.0.iter().enumerate() {
        match *segment {
            Segment::Lit(literal) => match rest.strip_prefix(literal) {
                Some(after) => rest = after,
                None => return false,
            },
            Segment::Part(component, format) => {
                let shape = context.components[component].shape;
                let Some(can) = capabilities(shape, format) else {
                    return false;
                };
                let end = match (can.width, template.0.get(i + 1)) {
                    (Some(width), _) => usize::from(width),
                    (None, Some(Segment::Lit(literal))) => match rest.find(literal) {
                        Some(end) => end,
                        None => return false,
                    },
                    (None, _) => rest.len(),
                };
                let Some((here, after)) = rest.split_at_checked(end) else {
                    return false;
                };
                if here.is_empty() {
                    return false;
                }
                if can.reversible {
                    match read(here, shape, format, context.delimiters) {
                        Some(part) => found(component, part),
                        None => return false,
                    }
                } else if !may_be(here, shape, format, context.delimiters) {
                    return false;
                }
                rest = after;
            }
        }
    }
    rest.is_empty()
}

fn read_number(digits: &str, component: ComponentDef, format: Format) -> Option<Part<'_>> {
    use super::Shape;
    Some(match component.shape {
        Shape::Unsigned { .. } => Part::Unsigned(digits.parse().ok()?),
        Shape::Signed { .. } => Part::Signed(digits.parse().ok()?),
        Shape::Decimal => Part::Decimal(digits.into()),
        Shape::Instant | Shape::DateTime => {
            let n: i64 = digits.parse().ok()?;
            let (seconds, nanos) = match format {
                Format::Epoch => (n, 0),
                Format::EpochMillis => (
                    n.div_euclid(1_000),
                    u32::try_from(n.rem_euclid(1_000)).ok()? * 1_000_000,
                ),
                _ => return None,
            };
            Part::Time { seconds, nanos }
        }
        _ => return None,
    })
}
