//! What a read passes over: the items that its filter does not hold for, and those that have expired.

use std::time::SystemTime;

use crate::InvalidRequest;
use crate::entity::life;
use crate::expr::Node;
use crate::schema::{IndexDef, TableDef};
use crate::types::Number;
use crate::wire::{RawItem, Scalar};

/// What a query reads: the table, or one of its indexes.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) table: &'static TableDef,
    pub(super) index: Option<&'static IndexDef>,
}

impl Source {
    /// Refuses a filter of a query that the service would refuse, because it names an attribute of the key that is
    /// queried, or that it would answer wrongly, because the index does not hold an attribute: to it those are absent.
    pub(super) fn check_filter(self, filter: &Node) -> Result<(), InvalidRequest> {
        check_names(filter, |name| {
            self.check_key(name).and_then(|()| self.check_held(name))
        })
    }

    /// Refuses a filter of a scan that names an attribute which the index does not hold.
    pub(super) fn check_scan_filter(self, filter: &Node) -> Result<(), InvalidRequest> {
        check_names(filter, |name| self.check_held(name))
    }

    fn check_key(self, name: &str) -> Result<(), InvalidRequest> {
        let is_key = match self.index {
            Some(index) => index.pk.iter().chain(index.sk).any(|a| a.name == name),
            None => self.table.is_key(name),
        };
        if !is_key {
            return Ok(());
        }
        Err(InvalidRequest::new(format!(
            "the filter of a query cannot name `{name}`, which belongs to the key that is queried: say it with `sort`, or of \
             the items that come back"
        )))
    }

    fn check_held(self, name: &str) -> Result<(), InvalidRequest> {
        match self.index {
            Some(index) if !self.table.holds(self.index, name) => {
                Err(InvalidRequest::new(format!(
                    "index `{}` does not hold `{name}`, so that a query of it cannot tell by it which items to return: project \
                 the attribute into the index, or query the table",
                    index.name
                )))
            }
            _ => Ok(()),
        }
    }

    /// The attribute that says when items expire.
    pub(super) fn expiry(self) -> Result<&'static str, InvalidRequest> {
        let ttl = expiry(self.table)?;
        self.check_held(ttl).map(|()| ttl)
    }
}

fn check_names(
    filter: &Node,
    check: impl Fn(&str) -> Result<(), InvalidRequest>,
) -> Result<(), InvalidRequest> {
    let mut checked = Ok(());
    filter.each_path(&mut |path| {
        if checked.is_ok() {
            checked = check(path.attribute());
        }
    });
    checked
}

/// The attribute that says when the table's items expire.
pub(super) fn expiry(table: &TableDef) -> Result<&'static str, InvalidRequest> {
    table.ttl.ok_or_else(|| {
        InvalidRequest::new(format!(
            "items of table `{}` do not expire: declare `ttl = \"..\"` in `#[table(..)]`",
            table.name
        ))
    })
}

/// Whether the item's time to live has passed. Only a number of epoch seconds is one, as for DynamoDB.
pub(super) fn is_expired(item: RawItem<'_>, ttl: &str, now: SystemTime) -> bool {
    match item.scalar(ttl) {
        Ok(Some(Scalar::N(digits))) => digits
            .parse::<Number>()
            .is_ok_and(|expires| expires <= Number::from(life::seconds(now))),
        _ => false,
    }
}
