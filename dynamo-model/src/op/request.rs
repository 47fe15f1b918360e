//! Request bodies: one JSON object, written front to back.

use std::fmt::Write as _;

use crate::entity::write_key_value;
use crate::key::KeyValue;
use crate::wire::write_json_str;

/// Writes the members of a request body.
pub(super) struct Body(String);

impl Body {
    pub(super) fn new(table: &str) -> Self {
        let mut body = String::with_capacity(512);
        body.push_str("{\"TableName\":");
        write_json_str(&mut body, table);
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

    pub(super) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }

    /// The body so far, for a request that is sent several times with different last members.
    pub(super) fn open(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Expression attribute names and values: every name is aliased, equal ones share an alias.
#[derive(Clone, Default)]
pub(super) struct Aliases {
    names: Vec<String>,
    values: Vec<String>,
}

impl Aliases {
    /// The alias of an attribute name, `#n0`.
    pub(super) fn name(&mut self, name: &str) -> String {
        let at = self.names.iter().position(|known| known == name);
        let at = at.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        format!("#n{at}")
    }

    /// The alias of a value, `:v0`.
    pub(super) fn value(&mut self, value: &KeyValue) -> String {
        let mut json = String::new();
        write_key_value(&mut json, value);
        let at = self.values.iter().position(|known| *known == json);
        let at = at.unwrap_or_else(|| {
            self.values.push(json);
            self.values.len() - 1
        });
        format!(":v{at}")
    }

    pub(super) fn write(&self, body: &mut Body) {
        if !self.names.is_empty() {
            let out = body.member("ExpressionAttributeNames");
            let names = self.names.iter().enumerate();
            object(out, names, "#n", write_json_str);
        }
        if !self.values.is_empty() {
            let out = body.member("ExpressionAttributeValues");
            let values = self.values.iter().enumerate();
            object(out, values, ":v", String::push_str);
        }
    }
}

fn object<'a>(
    out: &mut String,
    members: impl Iterator<Item = (usize, &'a String)>,
    prefix: &str,
    write_one: impl Fn(&mut String, &str),
) {
    out.push('{');
    for (at, member) in members {
        if at > 0 {
            out.push(',');
        }
        // Writing into a `String` cannot fail.
        let _ = write!(out, "\"{prefix}{at}\":");
        write_one(out, member);
    }
    out.push('}');
}

/// Conditions on the presence of the item, which need no more than its partition key.
#[derive(Clone, Copy, Default)]
pub(super) struct Presence {
    pub(super) absent: bool,
    pub(super) present: bool,
}

impl Presence {
    pub(super) fn write(self, pk: &str, body: &mut Body) {
        let mut aliases = Aliases::default();
        let condition = match (self.absent, self.present) {
            (false, false) => return,
            (true, false) => format!("attribute_not_exists({})", aliases.name(pk)),
            (false, true) => format!("attribute_exists({})", aliases.name(pk)),
            (true, true) => {
                let name = aliases.name(pk);
                format!("attribute_not_exists({name}) AND attribute_exists({name})")
            }
        };
        body.string("ConditionExpression", &condition);
        aliases.write(body);
        body.raw("ReturnValuesOnConditionCheckFailure", "\"ALL_OLD\"");
    }
}
