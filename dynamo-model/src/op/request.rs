//! Request bodies: one JSON object, written front to back.

use crate::Error;
use crate::expr::{Aliases, Node};
use crate::wire::write_json_str;

/// A read before its filter and its paging: the members that are the same on every page.
pub(super) struct Request {
    pub(super) body: Body,
    /// Those of the key condition; the filter's come on top.
    pub(super) aliases: Aliases,
}

impl Request {
    /// The body, to be sent page after page.
    pub(super) fn with_filter(mut self, filter: Option<&Node>) -> Result<Body, Error> {
        if let Some(filter) = filter {
            let text = filter.render(&mut self.aliases)?;
            self.body.string("FilterExpression", &text);
        }
        self.aliases.check_size()?;
        self.body.aliases(&self.aliases);
        Ok(self.body)
    }
}

/// Writes the members of a request body.
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
