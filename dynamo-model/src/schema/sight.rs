//! What can be told of two key templates at sight, without their automata.
//!
//! Nearly all pairs of a table's entities differ in a literal that the keys begin with, or not at all. Constant
//! evaluation, which compares every pair of them, takes a hundred times as long for the automata.

use super::EntityDef;
use super::check::same_format;
use super::message::equal;
use super::shared::same_shape;
use crate::key::{Segment, Template};

/// How one text stands to another.
#[derive(Clone, Copy)]
enum Beginning {
    /// They differ within the shorter of them.
    Different,
    /// The first begins with all of the second.
    Whole,
    /// The second begins with the first, and goes on.
    Part,
}

/// Byte by byte: no character begins like another and is longer.
const fn beginning(text: &str, with: &str) -> Beginning {
    let (text, with) = (text.as_bytes(), with.as_bytes());
    let mut i = 0;
    while i < text.len() && i < with.len() {
        if text[i] != with[i] {
            return Beginning::Different;
        }
        i += 1;
    }
    if i == with.len() {
        Beginning::Whole
    } else {
        Beginning::Part
    }
}

/// Whether the two templates can make the same key, if that can be seen: they cannot if a literal differs in the part
/// that they have in common, and they can if they are alike.
pub(super) const fn meet(
    (a, a_template): (&EntityDef, Template),
    (b, b_template): (&EntityDef, Template),
) -> Option<bool> {
    let (ours, theirs) = (a_template.0, b_template.0);
    let mut i = 0;
    while i < ours.len() && i < theirs.len() {
        match (ours[i], theirs[i]) {
            (Segment::Lit(a), Segment::Lit(b)) => {
                // Behind a component of variable width, the literals may stand at different places.
                if i == 0 && matches!(beginning(a, b), Beginning::Different) {
                    return Some(false);
                }
                if !equal(a, b) {
                    return None;
                }
            }
            (Segment::Part(m, a_format), Segment::Part(n, b_format)) => {
                let alike = same_format(a_format, b_format)
                    && same_shape(a.components[m].shape, b.components[n].shape);
                if !alike {
                    return None;
                }
            }
            _ => return None,
        }
        i += 1;
    }
    if ours.len() == theirs.len() {
        Some(true)
    } else {
        None
    }
}

/// Whether a key of the template can begin with the prefix, if that can be seen.
pub(super) const fn may_begin_with(prefix: &str, template: Template) -> Option<bool> {
    if prefix.is_empty() {
        return Some(true);
    }
    match beginning(template.prefix(), prefix) {
        Beginning::Different => Some(false),
        Beginning::Whole => Some(true),
        Beginning::Part => None,
    }
}
