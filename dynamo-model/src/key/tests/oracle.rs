//! What a condition selects by DynamoDB's own semantics, and what it should select by the values.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::{Model, compare};
use crate::key::text::write;
use crate::key::{
    Bound, Format, KeyKind, KeyValue, Part, Place, Segment, SortCondition, SortTemplate, Template,
    capabilities, encode, sort_conditions,
};

const LIMIT: usize = 1_024;

/// What DynamoDB says of a key, by its own semantics.
fn holds(condition: &SortCondition, key: &KeyValue) -> bool {
    match condition {
        SortCondition::Eq(v) => key == v,
        SortCondition::Lt(v) => key < v,
        SortCondition::Le(v) => key <= v,
        SortCondition::Gt(v) => key > v,
        SortCondition::Ge(v) => key >= v,
        SortCondition::Between(low, high) => low <= key && key <= high,
        SortCondition::BeginsWith(v) => match (key, v) {
            (KeyValue::S(key), KeyValue::S(v)) => key.as_bytes().starts_with(v.as_bytes()),
            (KeyValue::B(key), KeyValue::B(v)) => key.starts_with(v),
            _ => false,
        },
    }
}

fn values(condition: &SortCondition) -> Vec<&KeyValue> {
    match condition {
        SortCondition::Between(low, high) => vec![low, high],
        SortCondition::Eq(v)
        | SortCondition::Lt(v)
        | SortCondition::Le(v)
        | SortCondition::Gt(v)
        | SortCondition::Ge(v)
        | SortCondition::BeginsWith(v) => vec![v],
    }
}

/// What the user meant, on the values.
fn satisfies(value: &Part<'_>, bound: &Bound, format: Format) -> bool {
    match bound {
        Bound::Lt(v) => compare(value, v).is_lt(),
        Bound::Le(v) => compare(value, v).is_le(),
        Bound::Gt(v) => compare(value, v).is_gt(),
        Bound::Ge(v) => compare(value, v).is_ge(),
        Bound::Between(a, b) => compare(value, a).is_ge() && compare(value, b).is_le(),
        Bound::StartsWith(start) => match (value, start) {
            (Part::Text(text), Part::Text(start)) => match format {
                Format::Lower => text.to_lowercase().starts_with(&start.to_lowercase()),
                Format::Upper => text.to_uppercase().starts_with(&start.to_uppercase()),
                _ => text.starts_with(&**start),
            },
            (Part::Bytes(bytes), Part::Bytes(start)) => bytes.starts_with(start),
            _ => false,
        },
    }
}

/// A partition of stored tuples, and the values that conditions are made of.
pub(super) struct Stored {
    pub(super) model: Model,
    pub(super) kind: KeyKind,
    pub(super) tuples: Vec<(Vec<Part<'static>>, KeyValue)>,
}

impl Stored {
    pub(super) fn new(model: Model, kind: KeyKind, candidates: Vec<Vec<Part<'static>>>) -> Self {
        let mut tuples = Vec::new();
        for tuple in candidates {
            let part = |component: usize| tuple.get(component).cloned();
            let place = Place::sort(kind);
            if let Ok(Some(key)) = encode(model.context(), model.template, place, &part) {
                tuples.push((tuple, key));
            }
        }
        Self {
            model,
            kind,
            tuples,
        }
    }

    /// The components in the order of the template, each once: what `then` goes along.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order = Vec::new();
        for (component, _) in self.model.template.components() {
            if !order.contains(&component) {
                order.push(component);
            }
        }
        order
    }

    fn format(&self, component: usize) -> Format {
        let mut all = self.model.template.components();
        all.find(|(c, _)| *c == component)
            .map_or(Format::Default, |(_, format)| format)
    }

    /// Equality, where a format keeps less than the value, is of what it keeps, up to the first component that
    /// is not known.
    fn equal(&self, equal: &[(usize, Part<'static>)], tuple: &[Part<'static>]) -> bool {
        if self.kind != KeyKind::S {
            return equal
                .iter()
                .all(|(c, part)| compare(part, &tuple[*c]).is_eq());
        }
        let known = |component: usize| equal.iter().find(|(c, _)| *c == component);
        let segments = self.model.template.components();
        let mut closed = segments.map_while(|(c, format)| Some((c, format, &known(c)?.1)));
        closed.all(|(component, format, part)| {
            let shape = self.model.components[component].shape;
            if capabilities(shape, format).is_some_and(|can| can.reversible) {
                return *part == tuple[component];
            }
            let text = |part: &Part<'static>| {
                let mut out = String::new();
                let written = write(part, shape, format, self.model.delimiters, &mut out);
                written.is_ok().then_some(out)
            };
            text(part) == text(&tuple[component])
        })
    }

    pub(super) fn check(
        &self,
        equal: &[(usize, Part<'static>)],
        range: Option<&(usize, Bound)>,
        foreign: &[String],
    ) -> TestCaseResult {
        let known = |component: usize| {
            let found = equal.iter().find(|(c, _)| *c == component);
            found.map(|(_, part)| part.clone())
        };
        let shown = || {
            let template = self.model.template.display(self.model.components);
            let texts: Vec<String> = equal.iter().map(|(_, part)| show(part)).collect();
            format!(
                "{template} = {texts:?}, {}",
                range.map_or(String::new(), |(c, b)| format!("{c}: {}", show_bound(b)))
            )
        };
        let templates = [SortTemplate {
            template: self.model.template,
            kind: self.kind,
            is_whole: true,
        }];
        let Ok(conditions) = sort_conditions(self.model.context(), &templates, &known, range)
        else {
            // A value that no key can hold is refused, whatever it is compared with.
            prop_assert!(self.unwritable(equal, range), "{} is refused", shown());
            return Ok(());
        };
        for condition in conditions.iter().flatten() {
            prop_assert_eq!(condition.0, 0);
            for value in values(&condition.1) {
                prop_assert!(
                    (1..=LIMIT).contains(&value.len()),
                    "{}: a bound of {} bytes",
                    shown(),
                    value.len()
                );
            }
        }
        prop_assert!(conditions.as_ref().is_none_or(|all| all.len() <= 1));
        let selects = |key: &KeyValue| match &conditions {
            None => false,
            Some(all) => all.iter().all(|(_, condition)| holds(condition, key)),
        };
        for (tuple, key) in &self.tuples {
            let wanted = self.equal(equal, tuple)
                && range.is_none_or(|(c, bound)| satisfies(&tuple[*c], bound, self.format(*c)));
            let texts = || tuple.iter().map(show).collect::<Vec<_>>();
            prop_assert_eq!(
                selects(key),
                wanted,
                "{} on {:?}: {:?}",
                shown(),
                texts(),
                show_key(key)
            );
        }
        if self.kind == KeyKind::S {
            let prefix = self.model.template.prefix();
            for text in foreign.iter().filter(|text| !text.starts_with(prefix)) {
                let met = selects(&KeyValue::S(text.clone()));
                prop_assert!(!met, "{} reads {text:?}", shown());
            }
        }
        if let Some((_, Bound::Between(a, b))) = range
            && compare(a, b).is_gt()
        {
            prop_assert!(conditions.is_none(), "{} is reversed", shown());
        }
        Ok(())
    }

    fn unwritable(&self, equal: &[(usize, Part<'static>)], range: Option<&(usize, Bound)>) -> bool {
        let model = &self.model;
        let mut parts: Vec<(usize, Part<'static>)> = equal.to_vec();
        if let Some((component, bound)) = range {
            match bound.clone() {
                Bound::Between(a, b) => parts.extend([(*component, a), (*component, b)]),
                Bound::StartsWith(v) => {
                    if let Part::Text(text) = &v
                        && text.is_empty()
                    {
                        return self.unwritable(equal, None);
                    }
                    parts.push((*component, v));
                }
                Bound::Lt(v) | Bound::Le(v) | Bound::Gt(v) | Bound::Ge(v) => {
                    parts.push((*component, v));
                }
            }
        }
        let all_equal = model
            .template
            .components()
            .all(|(c, _)| equal.iter().any(|(e, _)| *e == c));
        // The place of a component decides whether it runs into the literal behind it.
        all_equal
            || parts.iter().any(|(component, part)| {
                model.template.0.iter().enumerate().any(|(at, segment)| {
                    let Segment::Part(c, _) = segment else {
                        return false;
                    };
                    let end = model.template.0.len().min(at + 2);
                    let alone = Template(&model.template.0[at..end]);
                    let only = |c: usize| (c == *component).then(|| part.clone());
                    c == component
                        && encode(
                            model.context(),
                            alone,
                            Place {
                                kind: self.kind,
                                limit: usize::MAX,
                            },
                            &only,
                        )
                        .is_err()
                })
            })
    }
}

fn show(part: &Part<'_>) -> String {
    match part {
        Part::Text(text) if text.len() > 60 => format!(
            "{} bytes ..{:?}",
            text.len(),
            &text.chars().rev().take(6).collect::<Vec<_>>()
        ),
        Part::Text(text) => format!("{text:?}"),
        Part::Unsigned(n) => n.to_string(),
        Part::Signed(n) => n.to_string(),
        Part::Bytes(bytes) => show_bytes(bytes),
        Part::Time { seconds, nanos } => format!("{seconds}s{nanos}"),
        Part::Decimal(digits) => digits.to_string(),
        Part::Days(days) => format!("{days}d"),
        other => format!("{other:?}"),
    }
}

fn show_bound(bound: &Bound) -> String {
    match bound {
        Bound::Lt(v) => format!("< {}", show(v)),
        Bound::Le(v) => format!("<= {}", show(v)),
        Bound::Gt(v) => format!("> {}", show(v)),
        Bound::Ge(v) => format!(">= {}", show(v)),
        Bound::Between(a, b) => format!("{} to {}", show(a), show(b)),
        Bound::StartsWith(v) => format!("starts with {}", show(v)),
    }
}

fn show_key(key: &KeyValue) -> String {
    match key {
        KeyValue::S(text) | KeyValue::N(text) => text.clone(),
        KeyValue::B(bytes) => show_bytes(bytes),
    }
}

fn show_bytes(bytes: &[u8]) -> String {
    let end = &bytes[bytes.len().saturating_sub(8)..];
    format!("{} bytes ..{end:x?}", bytes.len())
}
