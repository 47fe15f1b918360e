//! Nested changes whose parents are missing: the parents are created with what is set in them.
//!
//! DynamoDB creates no parents by itself, and one update cannot both create a map and set a member of it. So the item is
//! read, and everything that would be set below a missing map becomes that map, on condition that it is still missing.

use crate::expr::{Change, Node, Path, Term, equals};
use crate::wire::{Members, RawItem};
use crate::{Error, InvalidRequest};

/// The changes with their missing parents created, and the conditions that they are still missing.
pub(super) fn create(
    changes: &[Change],
    item: RawItem<'_>,
) -> Result<(Vec<Change>, Vec<Node>), Error> {
    let mut kept = Vec::with_capacity(changes.len());
    let mut created: Vec<(Path, Tree)> = Vec::new();
    for change in changes {
        let Some((parent, below)) = missing_parent(change.path(), item)? else {
            kept.push(change.clone());
            continue;
        };
        let at = created.iter().position(|(path, _)| *path == parent);
        let at = at.unwrap_or_else(|| {
            created.push((parent.clone(), Tree::default()));
            created.len() - 1
        });
        if let Some(value) = value_of(change)? {
            created[at].1.insert(&below, value);
        }
    }
    let mut conditions = Vec::with_capacity(created.len());
    for (parent, tree) in created {
        if tree.0.is_empty() {
            // Where something is only removed, nothing is created. The parent that is not there is removed in its place, so
            // that the update is never without a change.
            kept.push(Change::Remove(parent.clone()));
        } else {
            let mut json = String::new();
            tree.write(&mut json);
            kept.push(Change::Set(parent.clone(), Term::Value(json)));
        }
        conditions.push(equals(parent, None));
    }
    Ok((kept, conditions))
}

/// The shallowest part of the path that leads into nothing, and the names that lead on from there.
fn missing_parent(path: &Path, item: RawItem<'_>) -> Result<Option<(Path, Vec<String>)>, Error> {
    let mut value = item.attribute(path.attribute())?;
    for depth in 0..path.depth() {
        if value.is_none_or(|value| value.starts_with("{\"NULL\"")) {
            let names = (depth..path.depth()).map(|at| path.name_at(at).map(str::to_owned));
            let names: Option<Vec<String>> = names.collect();
            let names = names.ok_or_else(|| {
                InvalidRequest::new(format!(
                    "`{path}` leads to an element of a list that is not there: append to the list instead"
                ))
            })?;
            return Ok(Some((path.up_to(depth), names)));
        }
        value = match (value, path.name_at(depth)) {
            (Some(map), Some(name)) => member(map, name)?,
            // What is in an element of a list is the service's to judge.
            _ => return Ok(None),
        };
    }
    Ok(None)
}

/// The member of a map that is given as DynamoDB JSON.
fn member<'v>(map: &'v str, name: &str) -> Result<Option<&'v str>, Error> {
    let Some((tag, inside)) = Members::new(map)?.next()? else {
        return Ok(None);
    };
    if tag != "M" {
        return Ok(None);
    }
    let mut members = Members::new(inside)?;
    while let Some((found, value)) = members.next()? {
        if found == name {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// What a change makes of nothing; `None` if that is nothing.
fn value_of(change: &Change) -> Result<Option<String>, Error> {
    match change {
        Change::Set(path, term) => value_of_term(path, term).map(Some),
        Change::Add(_, json) => Ok(Some(json.clone())),
        Change::Remove(_) | Change::Delete(..) => Ok(None),
    }
}

fn value_of_term(path: &Path, term: &Term) -> Result<String, Error> {
    Ok(match term {
        Term::Value(json) => json.clone(),
        Term::IfNotExists(_, term) => value_of_term(path, term)?,
        // One side is the stored number or list, of which there is none.
        Term::Plus(a, b) | Term::Append(a, b) => match (&**a, &**b) {
            (Term::Value(json), _) | (_, Term::Value(json)) => json.clone(),
            _ => return Err(unknown(path)),
        },
        Term::Minus(_, b) => match &**b {
            Term::Value(json) => negative(json),
            _ => return Err(unknown(path)),
        },
        Term::Path(_) | Term::Raw(_) => return Err(unknown(path)),
    })
}

fn unknown(path: &Path) -> Error {
    InvalidRequest::new(format!(
        "`{path}` is computed by the service, and its parent is not there: set it to a value, or create the parent"
    ))
    .into()
}

/// `{"N":"5"}` as `{"N":"-5"}`.
fn negative(json: &str) -> String {
    if json.contains("\"-") {
        json.replacen("\"-", "\"", 1)
    } else {
        json.replacen(":\"", ":\"-", 1)
    }
}

/// A map that is being made.
#[derive(Default)]
struct Tree(Vec<(String, Branch)>);

enum Branch {
    Value(String),
    Map(Tree),
}

impl Tree {
    fn insert(&mut self, names: &[String], value: String) {
        let Some((first, rest)) = names.split_first() else {
            return;
        };
        if rest.is_empty() {
            self.0.push((first.clone(), Branch::Value(value)));
            return;
        }
        let at = self.0.iter().position(|(name, _)| name == first);
        let at = at.unwrap_or_else(|| {
            self.0.push((first.clone(), Branch::Map(Tree::default())));
            self.0.len() - 1
        });
        if let Branch::Map(tree) = &mut self.0[at].1 {
            tree.insert(rest, value);
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str("{\"M\":{");
        for (at, (name, branch)) in self.0.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            crate::wire::write_json_str(out, name);
            out.push(':');
            match branch {
                Branch::Value(json) => out.push_str(json),
                Branch::Map(tree) => tree.write(out),
            }
        }
        out.push_str("}}");
    }
}
