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
    names: Vec<String>,
    values: Vec<String>,
}

impl Aliases {
    /// The alias of an attribute name, `#n0`.
    pub(crate) fn name(&mut self, name: &str) -> String {
        let mut out = String::new();
        self.push_name(name, &mut out);
        out
    }

    pub(crate) fn push_name(&mut self, name: &str, out: &mut String) {
        let at = self.names.iter().position(|known| known == name);
        let at = at.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        // Writing into a `String` cannot fail.
        let _ = write!(out, "#n{at}");
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
            object(out, &self.names, "#n", write_json_str);
        }
        if !self.values.is_empty() {
            out.push_str(",\"ExpressionAttributeValues\":");
            object(out, &self.values, ":v", String::push_str);
        }
    }

    /// The names, in the order of their aliases.
    #[cfg(test)]
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The values as DynamoDB JSON, in the order of their aliases.
    #[cfg(test)]
    pub(super) fn values(&self) -> &[String] {
        &self.values
    }
}

fn object(
    out: &mut String,
    members: &[String],
    prefix: &str,
    write_one: impl Fn(&mut String, &str),
) {
    out.push('{');
    for (at, member) in members.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let _ = write!(out, "\"{prefix}{at}\":");
        write_one(out, member);
    }
    out.push('}');
}
