//! What an update does, as data, and how it is written.

use super::node::check_size;
use super::{Aliases, Path, Raw};
use crate::{Error, InvalidRequest};

/// The right side of a `SET`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    /// An attribute value as DynamoDB JSON.
    Value(String),
    Path(Path),
    /// `if_not_exists(path, term)`
    IfNotExists(Path, Box<Term>),
    Plus(Box<Term>, Box<Term>),
    Minus(Box<Term>, Box<Term>),
    /// `list_append(a, b)`
    Append(Box<Term>, Box<Term>),
    /// In the user's words.
    Raw(Raw),
}

/// One change of an item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Set(Path, Term),
    Remove(Path),
    /// Adds to a number, or elements to a set: the value as DynamoDB JSON.
    Add(Path, String),
    /// Takes elements from a set.
    Delete(Path, String),
}

impl Change {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Set(path, _)
            | Self::Remove(path)
            | Self::Add(path, _)
            | Self::Delete(path, _) => path,
        }
    }
}

/// Writes an `UpdateExpression`, the changes of each clause in their order. `None` if there are none.
///
/// Paths that overlap are refused here, because the service would do it without saying where they come from.
pub(crate) fn render(changes: &[Change], aliases: &mut Aliases) -> Result<Option<String>, Error> {
    for (at, change) in changes.iter().enumerate() {
        let path = change.path();
        if let Some(fault) = path.fault() {
            return Err(InvalidRequest::new(fault).into());
        }
        if let Some(other) = changes[..at].iter().find(|c| c.path().overlaps(path)) {
            return Err(InvalidRequest::new(format!(
                "an update changes `{}` and `{path}`, which overlap: say once what becomes of it",
                other.path()
            ))
            .into());
        }
    }
    let mut writer = Writer {
        aliases,
        out: String::with_capacity(64),
        operators: 0,
    };
    writer.clause("SET ", changes, |writer, change| match change {
        Change::Set(path, term) => Some(writer.set(path, term)),
        _ => None,
    })?;
    writer.clause("REMOVE ", changes, |writer, change| match change {
        Change::Remove(path) => {
            path.render(writer.aliases, &mut writer.out);
            Some(Ok(()))
        }
        _ => None,
    })?;
    writer.clause("ADD ", changes, |writer, change| match change {
        Change::Add(path, json) => {
            writer.pair(path, json);
            Some(Ok(()))
        }
        _ => None,
    })?;
    writer.clause("DELETE ", changes, |writer, change| match change {
        Change::Delete(path, json) => {
            writer.pair(path, json);
            Some(Ok(()))
        }
        _ => None,
    })?;
    let Writer { out, operators, .. } = writer;
    check_size(&out, operators)?;
    Ok((!out.is_empty()).then_some(out))
}

struct Writer<'a> {
    aliases: &'a mut Aliases,
    out: String,
    operators: usize,
}

impl Writer<'_> {
    fn clause(
        &mut self,
        keyword: &str,
        changes: &[Change],
        write: impl Fn(&mut Self, &Change) -> Option<Result<(), Error>>,
    ) -> Result<(), Error> {
        let mut first = true;
        for change in changes {
            let before = self.out.len();
            if first {
                if before > 0 {
                    self.out.push(' ');
                }
                self.out.push_str(keyword);
            } else {
                self.out.push_str(", ");
            }
            match write(self, change) {
                Some(written) => {
                    written?;
                    first = false;
                }
                None => self.out.truncate(before),
            }
        }
        Ok(())
    }

    fn pair(&mut self, path: &Path, json: &str) {
        path.render(self.aliases, &mut self.out);
        self.out.push(' ');
        self.aliases.push_value(json, &mut self.out);
    }

    fn set(&mut self, path: &Path, term: &Term) -> Result<(), Error> {
        path.render(self.aliases, &mut self.out);
        self.out.push_str(" = ");
        self.term(term)
    }

    fn term(&mut self, term: &Term) -> Result<(), Error> {
        match term {
            Term::Value(json) => {
                self.aliases.push_value(json, &mut self.out);
                Ok(())
            }
            Term::Path(path) => self.path(path),
            Term::IfNotExists(path, term) => {
                self.operators += 1;
                self.out.push_str("if_not_exists(");
                self.path(path)?;
                self.out.push_str(", ");
                self.term(term)?;
                self.out.push(')');
                Ok(())
            }
            Term::Append(a, b) => {
                self.operators += 1;
                self.out.push_str("list_append(");
                self.two(a, ", ", b)?;
                self.out.push(')');
                Ok(())
            }
            Term::Raw(raw) => {
                self.operators += raw.render_term(self.aliases, &mut self.out)?;
                Ok(())
            }
            Term::Plus(a, b) => {
                self.operators += 1;
                self.two(a, " + ", b)
            }
            Term::Minus(a, b) => {
                self.operators += 1;
                self.two(a, " - ", b)
            }
        }
    }

    fn two(&mut self, a: &Term, between: &str, b: &Term) -> Result<(), Error> {
        self.term(a)?;
        self.out.push_str(between);
        self.term(b)
    }

    fn path(&mut self, path: &Path) -> Result<(), Error> {
        if let Some(fault) = path.fault() {
            return Err(InvalidRequest::new(fault).into());
        }
        path.render(self.aliases, &mut self.out);
        Ok(())
    }
}
