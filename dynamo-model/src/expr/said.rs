//! What an update has said of the fields that keys are made of.

use std::any::Any;

use super::Note;
use crate::entity::Said;
use crate::key::{Component, Part};

/// What an update has said so far, in the order in which it was said.
#[derive(Default)]
pub(crate) struct SoFar(Vec<One>);

impl SoFar {
    /// Takes note of a field that is set or removed, or assumed.
    pub(crate) fn say(&mut self, field: &'static str, note: Note, assumed: bool) {
        self.0.push(One {
            field,
            assumed,
            note,
        });
    }

    /// All that the update says: more may follow from what was said.
    pub(crate) fn saying(&self) -> Saying<'_> {
        Saying {
            before: self,
            follows: SoFar::default(),
            primary: Vec::new(),
        }
    }
}

/// What an update says, in order, and what its key says.
pub(crate) struct Saying<'b> {
    before: &'b SoFar,
    /// What follows from it.
    pub(crate) follows: SoFar,
    /// The components of the primary key that can be told from it.
    pub(crate) primary: Vec<(usize, Part<'static>)>,
}

struct One {
    /// The field's name.
    field: &'static str,
    assumed: bool,
    note: Note,
}

impl Saying<'_> {
    fn all(&self) -> impl DoubleEndedIterator<Item = &One> {
        self.before.0.iter().chain(&self.follows.0)
    }

    /// Whether the update changes the field.
    pub(crate) fn changes(&self, field: &str) -> bool {
        self.all().any(|one| one.field == field && !one.assumed)
    }

    /// Whether the update changes any field.
    pub(crate) fn is_changed(&self) -> bool {
        self.all().any(|one| !one.assumed)
    }

    /// Whether the field was said anything of.
    pub(crate) fn knows(&self, field: &str) -> bool {
        self.all().any(|one| one.field == field)
    }

    /// The value that the update gives a component, if it does.
    #[expect(
        clippy::option_option,
        reason = "unknown, known to be absent, and known"
    )]
    pub(crate) fn changed(&self, component: usize) -> Option<Option<Part<'static>>> {
        let set = self.all().rev().filter(|one| !one.assumed);
        let mut parts = set.filter_map(|one| one.note.component.as_ref());
        let found = parts.find(|(number, _)| *number == component);
        found.map(|(_, part)| part.clone())
    }

    /// The value that a component will have: what is set goes before what was assumed.
    #[expect(
        clippy::option_option,
        reason = "unknown, known to be absent, and known"
    )]
    pub(crate) fn part(&self, component: usize) -> Option<Option<Part<'static>>> {
        let of = |one: &&One| {
            one.note
                .component
                .as_ref()
                .is_some_and(|(number, _)| *number == component)
        };
        let set = self.all().rev().filter(of).find(|one| !one.assumed);
        let said = set.or_else(|| self.all().rev().find(of));
        if let Some(one) = said {
            return one.note.component.as_ref().map(|(_, part)| part.clone());
        }
        let known = self.primary.iter().find(|(number, _)| *number == component);
        known.map(|(_, part)| Some(part.clone()))
    }
}

impl Said for Saying<'_> {
    fn field(&self, name: &str) -> Option<&dyn Any> {
        let of = |one: &&One| one.field == name;
        let set = self.all().rev().filter(of).find(|one| !one.assumed);
        let said = set.or_else(|| self.all().rev().find(of))?;
        Some(&*said.note.whole)
    }

    fn component(&self, number: usize) -> Option<Part<'_>> {
        self.part(number).flatten()
    }
}

/// The value that a field is known to have.
#[doc(hidden)]
pub fn said<'s, T: 'static>(said: &'s dyn Said, field: &str) -> Option<&'s T> {
    said.field(field)?.downcast_ref()
}

/// The value of a component of the primary key.
#[doc(hidden)]
pub fn said_of_key<T: Component>(said: &dyn Said, component: usize) -> Option<T> {
    T::from_part(said.component(component)?).ok()
}
