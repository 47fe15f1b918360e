//! Document paths: an attribute, and the way into it.

use std::borrow::Cow;
use std::fmt;

use super::Aliases;

/// One step of a path.
#[derive(Clone, PartialEq, Eq)]
enum Step {
    /// An attribute, or a member of a map.
    Name(Cow<'static, str>),
    /// An element of a list.
    Index(u32),
}

/// A document path, such as `lines[2].qty`. The path of a flattened field is empty: its members are attributes.
#[derive(Clone, Default)]
pub struct Path {
    first: Option<Cow<'static, str>>,
    rest: Vec<Step>,
    /// Whether it leads through a flattened field, so that its attribute has a name that no field declares.
    flattened: bool,
}

/// Where it leads to, whichever way it was made.
impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.first == other.first && self.rest == other.rest
    }
}

impl Eq for Path {}

impl Path {
    /// The path of an attribute.
    pub const fn of(attribute: &'static str) -> Self {
        Self {
            first: Some(Cow::Borrowed(attribute)),
            rest: Vec::new(),
            flattened: false,
        }
    }

    /// The path of what is flattened into the item.
    pub const fn root() -> Self {
        Self {
            first: None,
            rest: Vec::new(),
            flattened: true,
        }
    }

    /// Whether it leads through a flattened field.
    pub(crate) fn is_flattened(&self) -> bool {
        self.flattened
    }

    /// The member of this name.
    #[must_use]
    pub fn member(&self, name: impl Into<Cow<'static, str>>) -> Self {
        match self.first {
            None => Self {
                first: Some(name.into()),
                rest: Vec::new(),
                flattened: self.flattened,
            },
            Some(_) => self.then(Step::Name(name.into())),
        }
    }

    /// The element at this place.
    #[must_use]
    pub fn element(&self, index: u32) -> Self {
        self.then(Step::Index(index))
    }

    fn then(&self, step: Step) -> Self {
        let mut rest = Vec::with_capacity(self.rest.len() + 1);
        rest.extend_from_slice(&self.rest);
        rest.push(step);
        Self {
            first: self.first.clone(),
            rest,
            flattened: self.flattened,
        }
    }

    /// The attribute that the path begins with.
    pub(crate) fn attribute(&self) -> &str {
        self.first.as_deref().unwrap_or_default()
    }

    /// Whether the path is the attribute itself.
    pub(crate) fn is_attribute(&self) -> bool {
        self.rest.is_empty()
    }

    /// Steps behind the attribute.
    pub(crate) fn depth(&self) -> usize {
        self.rest.len()
    }

    /// The name of a step behind the attribute; `None` for an element of a list.
    pub(crate) fn name_at(&self, step: usize) -> Option<&str> {
        match self.rest.get(step) {
            Some(Step::Name(name)) => Some(name),
            _ => None,
        }
    }

    /// The path without the steps from this one on.
    pub(crate) fn up_to(&self, step: usize) -> Self {
        Self {
            first: self.first.clone(),
            rest: self.rest[..step.min(self.rest.len())].to_vec(),
            flattened: self.flattened,
        }
    }

    /// Whether one of the two leads through the other, or they are the same.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.first == other.first && self.rest.iter().zip(&other.rest).all(|(a, b)| a == b)
    }

    /// Whether the path's shape is one that the service takes: it has an attribute, and 32 levels at most.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if self.first.as_deref().is_none_or(str::is_empty) {
            Some("a flattened field has no attribute of its own: name one of its members")
        } else if self.rest.len() >= 32 {
            Some("a path has at most 32 levels")
        } else {
            None
        }
    }

    /// Appends the path with aliases in place of its names.
    pub(crate) fn render(&self, aliases: &mut Aliases, out: &mut String) {
        let is_entry = matches!(self.first, Some(Cow::Owned(_)));
        aliases.push_name(self.attribute(), is_entry, out);
        for step in &self.rest {
            match step {
                Step::Name(name) => {
                    out.push('.');
                    aliases.push_name(name, matches!(name, Cow::Owned(_)), out);
                }
                Step::Index(index) => {
                    out.push('[');
                    out.push_str(&index.to_string());
                    out.push(']');
                }
            }
        }
    }
}

/// As in `lines[2].qty`. A name that is no text of the program is an entry's, which is data: it is shown as `<entry>`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.first.as_ref().map_or("", shown))?;
        for step in &self.rest {
            match step {
                Step::Name(name) => write!(f, ".{}", shown(name))?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// As `Display`, for the same reason.
impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({self})")
    }
}

/// The names of fields are the derive's, and so static; those of entries are made when the program runs.
#[expect(clippy::ptr_arg, reason = "whether it is owned is the question")]
fn shown<'n>(name: &'n Cow<'static, str>) -> &'n str {
    match name {
        Cow::Borrowed(name) => name,
        Cow::Owned(_) => "<entry>",
    }
}
