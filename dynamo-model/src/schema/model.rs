//! What the entities of a table have in common.

use super::EntityDef;
use super::message::next_char;
use crate::key::{Segment, Template};

/// What is known of all entities of a table together.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// The table's entities; `None` if they are stated in another crate.
    pub entities: Option<&'static [&'static EntityDef]>,
    /// Characters that begin a literal after a component in some template; text components refuse them.
    pub delimiters: Delimiters,
}

impl Model {
    /// The model of a table that names its entities.
    pub const fn of(entities: &'static [&'static EntityDef]) -> Self {
        let mut delimiters = Delimiters::NONE;
        let mut i = 0;
        while i < entities.len() {
            delimiters = delimiters.with(entities[i]);
            i += 1;
        }
        Self {
            entities: Some(entities),
            delimiters,
        }
    }

    /// The model of a table whose entities live in other crates: the delimiters are declared.
    pub const fn open(delimiters: &'static str) -> Self {
        let mut all = Delimiters::NONE;
        let mut rest = delimiters;
        while let Some((c, tail)) = next_char(rest) {
            all = all.push(c);
            rest = tail;
        }
        Self {
            entities: None,
            delimiters: all,
        }
    }
}

/// The set of characters that separate the components of a table's keys.
#[derive(Clone, Copy, Debug)]
pub struct Delimiters {
    chars: [char; Self::MAX],
    len: usize,
}

impl Delimiters {
    const MAX: usize = 16;
    pub(super) const NONE: Self = Self {
        chars: ['\0'; Self::MAX],
        len: 0,
    };

    /// The characters.
    pub const fn as_slice(&self) -> &[char] {
        self.chars.split_at(self.len).0
    }

    pub(crate) const fn contains(&self, c: char) -> bool {
        let mut i = 0;
        while i < self.len {
            if self.chars[i] == c {
                return true;
            }
            i += 1;
        }
        false
    }

    pub(super) const fn push(mut self, c: char) -> Self {
        if !self.contains(c) {
            assert!(
                self.len < Self::MAX,
                "the templates of this table use more than 16 different delimiters"
            );
            self.chars[self.len] = c;
            self.len += 1;
        }
        self
    }

    pub(super) const fn with(mut self, entity: &EntityDef) -> Self {
        let mut k = 0;
        while k < entity.keys.len() {
            let mut t = 0;
            while let Some(template) = entity.keys[k].template(t) {
                self = self.of_template(template);
                t += 1;
            }
            k += 1;
        }
        self
    }

    /// What separates components in the entity's unique values. They are no keys of its table, whose components may
    /// hold these characters.
    pub(crate) const fn of_uniques(entity: &EntityDef) -> Self {
        let mut all = Self::NONE;
        let mut u = 0;
        while u < entity.uniques.len() {
            all = all.of_template(entity.uniques[u].template);
            u += 1;
        }
        all
    }

    const fn of_template(mut self, template: Template) -> Self {
        let mut s = 1;
        while s < template.0.len() {
            if let (Segment::Part(..), Segment::Lit(text)) = (template.0[s - 1], template.0[s])
                && let Some((c, _)) = next_char(text)
            {
                self = self.push(c);
            }
            s += 1;
        }
        self
    }
}
