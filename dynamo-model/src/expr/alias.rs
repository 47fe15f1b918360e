//! Expression attribute names and values.

use std::fmt::Write as _;

use crate::InvalidRequest;
use crate::entity::write_key_value;
use crate::key::KeyValue;
use crate::wire::write_json_str;

/// Bytes that the service takes for the values of one request: 2 MB.
const MAX_BYTES: usize = 2 * 1_024 * 1_024;

/// Expression attribute names and values of one request: every name is aliased, so that no reserved word matters; equal
/// names share an alias, and so do equal values. They are numbered as they first appear.
#[derive(Clone, Default)]
pub(crate) struct Aliases {
    names: Vec<Name>,
    values: Vec<String>,
}

#[derive(Clone)]
struct Name {
    text: String,
    /// Whether it is the name of an entry, made when the program runs: data. Its alias says so, for whoever shows the
    /// request.
    is_entry: bool,
}

impl Name {
    fn prefix(&self) -> &'static str {
        if self.is_entry { ENTRY } else { "#n" }
    }
}

/// What the aliases of names that are data begin with.
pub(crate) const ENTRY: &str = "#e";

impl Aliases {
    /// The alias of a declared attribute's name, `#n0`.
    pub(crate) fn name(&mut self, name: &str) -> String {
        let mut out = String::new();
        self.push_name(name, false, &mut out);
        out
    }

    pub(crate) fn push_name(&mut self, name: &str, is_entry: bool, out: &mut String) {
        let at = self.names.iter().position(|known| known.text == name);
        let at = at.unwrap_or_else(|| {
            self.names.push(Name {
                text: name.to_owned(),
                is_entry,
            });
            self.names.len() - 1
        });
        // Writing into a `String` cannot fail.
        let _ = write!(out, "{}{at}", self.names[at].prefix());
    }

    /// The alias of a key's value, `:v0`.
    pub(crate) fn value(&mut self, value: &KeyValue) -> String {
        let (mut json, mut out) = (String::new(), String::new());
        write_key_value(&mut json, value);
        self.push_value(&json, &mut out);
        out
    }

    /// Appends the alias of an attribute value, which is given as DynamoDB JSON.
    pub(crate) fn push_value(&mut self, json: &str, out: &mut String) {
        let at = self.values.iter().position(|known| known == json);
        let at = at.unwrap_or_else(|| {
            self.values.push(json.to_owned());
            self.values.len() - 1
        });
        let _ = write!(out, ":v{at}");
    }

    /// Refuses more values than the service takes for one request.
    pub(crate) fn check_size(&self) -> Result<(), InvalidRequest> {
        let bytes: usize = self.values.iter().map(String::len).sum();
        if bytes > MAX_BYTES {
            return Err(InvalidRequest::new(format!(
                "the values of one request have {bytes} bytes, DynamoDB takes up to {MAX_BYTES}: say less in one request"
            )));
        }
        Ok(())
    }

    /// Appends the members `ExpressionAttributeNames` and `ExpressionAttributeValues`, where there are any, each
    /// begun with a comma.
    pub(crate) fn write(&self, out: &mut String) {
        if !self.names.is_empty() {
            out.push_str(",\"ExpressionAttributeNames\":");
            object(out, &self.names, Name::prefix, |out, name| {
                write_json_str(out, &name.text);
            });
        }
        if !self.values.is_empty() {
            out.push_str(",\"ExpressionAttributeValues\":");
            object(out, &self.values, |_| ":v", |out, json| out.push_str(json));
        }
    }

    /// The names, in the order of their aliases.
    #[cfg(test)]
    pub(super) fn names(&self) -> Vec<&str> {
        self.names.iter().map(|name| &*name.text).collect()
    }

    /// The values as DynamoDB JSON, in the order of their aliases.
    #[cfg(test)]
    pub(super) fn values(&self) -> &[String] {
        &self.values
    }
}

fn object<T>(
    out: &mut String,
    members: &[T],
    prefix: impl Fn(&T) -> &'static str,
    write_one: impl Fn(&mut String, &T),
) {
    out.push('{');
    for (at, member) in members.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let _ = write!(out, "\"{}{at}\":", prefix(member));
        write_one(out, member);
    }
    out.push('}');
}
