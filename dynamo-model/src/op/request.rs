//! Request bodies: one JSON object, written front to back.

use crate::expr::Aliases;
use crate::wire::write_json_str;

/// Writes the members of a request body.
#[derive(Default)]
pub(super) struct Body(String);

impl Body {
    pub(super) fn new(table: &str) -> Self {
        Self::beginning("TableName", table)
    }

    /// A body whose first member is this one.
    pub(super) fn beginning(member: &str, value: &str) -> Self {
        let mut body = String::with_capacity(512);
        body.push_str("{\"");
        body.push_str(member);
        body.push_str("\":");
        write_json_str(&mut body, value);
        Self(body)
    }

    /// A member whose value the caller appends.
    pub(super) fn member(&mut self, name: &str) -> &mut String {
        self.0.push_str(",\"");
        self.0.push_str(name);
        self.0.push_str("\":");
        &mut self.0
    }

    pub(super) fn string(&mut self, name: &str, value: &str) {
        write_json_str(self.member(name), value);
    }

    /// A member whose value is JSON already.
    pub(super) fn raw(&mut self, name: &str, json: &str) {
        self.member(name).push_str(json);
    }

    pub(super) fn aliases(&mut self, aliases: &Aliases) {
        aliases.write(&mut self.0);
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }

    /// The body so far, for a request that is sent several times with different last members.
    pub(super) fn open(&self) -> Self {
        Self(self.0.clone())
    }
}
