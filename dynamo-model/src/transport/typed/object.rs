//! Writing a JSON object, member by member.

use std::collections::HashMap;

use crate::wire::write_json_str;

/// A JSON object that is being written. Nothing is written, not even its braces, until it has a member.
pub(in crate::transport) struct Object<'o> {
    out: &'o mut String,
    is_empty: bool,
}

impl<'o> Object<'o> {
    pub(super) fn new(out: &'o mut String) -> Self {
        Self {
            out,
            is_empty: true,
        }
    }

    /// Writes an object with its braces, whether it has members or not.
    pub(super) fn whole(out: &mut String, members: impl FnOnce(&mut Object<'_>)) {
        let mut object = Object::new(out);
        members(&mut object);
        let is_empty = object.is_empty;
        out.push_str(if is_empty { "{}" } else { "}" });
    }

    /// Writes a member, unless there is none.
    pub(super) fn member<T>(
        &mut self,
        name: &str,
        value: Option<T>,
        write: impl FnOnce(&mut String, T),
    ) -> &mut Self {
        let Some(value) = value else {
            return self;
        };
        self.out.push(if self.is_empty { '{' } else { ',' });
        self.is_empty = false;
        write_json_str(self.out, name);
        self.out.push(':');
        write(self.out, value);
        self
    }

    /// Closes the object if it has members, and tells whether it has.
    pub(super) fn finish(self) -> bool {
        if !self.is_empty {
            self.out.push('}');
        }
        !self.is_empty
    }
}

pub(super) fn text(out: &mut String, text: &str) {
    write_json_str(out, text);
}

/// Writes something that JSON writes as Rust does: a number, a truth value.
pub(super) fn plain(out: &mut String, value: impl ToString) {
    out.push_str(&value.to_string());
}

pub(super) fn list<T>(out: &mut String, all: &[T], mut write: impl FnMut(&mut String, &T)) {
    out.push('[');
    for (place, one) in all.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        write(out, one);
    }
    out.push(']');
}

/// Writes an object whose members are not known beforehand, in the order of their names.
pub(super) fn map<T>(
    out: &mut String,
    all: &HashMap<String, T>,
    mut write: impl FnMut(&mut String, &T),
) {
    let mut members: Vec<_> = all.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    Object::whole(out, |object| {
        for (name, value) in members {
            object.member(name, Some(value), &mut write);
        }
    });
}
