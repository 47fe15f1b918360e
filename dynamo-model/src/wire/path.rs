//! Where in an item something went wrong.

use std::fmt;

/// One step from a value to a part of it.
#[derive(Clone)]
enum Step {
    Name(Box<str>),
    Index(usize),
}

/// A path such as `lines[1].qty`, collected from the leaf outwards while an error travels up.
#[derive(Clone, Default)]
pub(super) struct Path(Vec<Step>);

impl Path {
    pub(super) fn under_name(&mut self, name: &str) {
        self.0.push(Step::Name(name.into()));
    }

    pub(super) fn under_index(&mut self, index: usize) {
        self.0.push(Step::Index(index));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for step in self.0.iter().rev() {
            match step {
                Step::Name(name) if first => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
            first = false;
        }
        Ok(())
    }
}
