//! What a transaction may not hold, and its request body.

use std::collections::HashMap;
use std::sync::Arc;

use super::Step;
use crate::Error;
use crate::entity::scalar;
use crate::error::{InvalidRequest, Performed};
use crate::key::KeyValue;
use crate::op::action::Action;
use crate::wire::{DecodeError, Members, RawItem, item_size};

/// DynamoDB's limit for the actions of one transaction.
pub(super) const MAX_ACTIONS: usize = 100;

/// DynamoDB's limit for the items of one transaction: 4 MB.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A checked transaction.
pub(super) struct Plan {
    /// The request body up to the end of `TransactItems`.
    pub(super) body: String,
    /// The tables, each once.
    pub(super) tables: Vec<Arc<str>>,
    pub(super) operations: Vec<Performed>,
}

impl Plan {
    pub(super) fn new(steps: &[&Step]) -> Result<Self, Error> {
        let bytes: usize = actions(steps).map(|(_, action)| action.body.len()).sum();
        check_count(steps)?;
        let mut plan = Self {
            body: String::with_capacity(bytes + 32 * steps.len() + 128),
            tables: Vec::new(),
            operations: Vec::with_capacity(steps.len()),
        };
        plan.body.push_str("{\"TransactItems\":[");
        let mut seen = HashMap::new();
        let mut start = 0;
        for (position, step) in steps.iter().enumerate() {
            let mut end = start;
            let mut asks_for_item = false;
            for action in step.actions() {
                let parts = Parts::read(action)?;
                if end == start {
                    asks_for_item = parts.asks_for_item;
                }
                if let Some(key) = parts.key
                    && let Some(first) = seen.insert((&*action.target.table, key), position)
                {
                    return Err(twice(steps, (first, position), action).into());
                }
                plan.push(action);
                end += 1;
            }
            plan.operations.push(Performed {
                action: step.own().kind.member(),
                entity: step.own().entity.name,
                actions: start..end,
                asks_for_item,
                claims: step.claims(),
                expected: step.own().expected,
            });
            start = end;
        }
        plan.body.push(']');
        // DynamoDB JSON is always longer than what it says is large.
        if bytes > MAX_BYTES {
            check_size(steps)?;
        }
        Ok(plan)
    }

    fn push(&mut self, action: &Action) {
        if !self.tables.is_empty() {
            self.body.push(',');
        }
        self.body.push_str("{\"");
        self.body.push_str(action.kind.member());
        self.body.push_str("\":");
        self.body.push_str(&action.body);
        self.body.push('}');
        if !self.tables.contains(&action.target.table) {
            self.tables.push(Arc::clone(&action.target.table));
        }
    }
}

/// All actions, each with the position of its step.
fn actions<'s>(steps: &'s [&'s Step]) -> impl Iterator<Item = (usize, &'s Action)> {
    let of_step = |(position, step): (usize, &&'s Step)| step.actions().map(move |a| (position, a));
    steps.iter().enumerate().flat_map(of_step)
}

fn check_count(steps: &[&Step]) -> Result<(), InvalidRequest> {
    let count = actions(steps).count();
    if count <= MAX_ACTIONS {
        return Ok(());
    }
    let operations = steps.len();
    let made_of = if count == operations {
        format!("{operations} operations")
    } else {
        format!("{operations} operations, which are {count} with those on items that go with them,")
    };
    Err(InvalidRequest::new(format!(
        "a transaction has {made_of} where DynamoDB takes {MAX_ACTIONS}: divide it"
    )))
}

/// Only what is put has a size that is known here; updates and conditions are for the service to judge.
fn check_size(steps: &[&Step]) -> Result<(), Error> {
    let mut size = 0;
    for (_, action) in actions(steps) {
        if let Some(item) = Parts::read(action)?.item {
            size += item_size(item)?;
        }
    }
    if size <= MAX_BYTES {
        return Ok(());
    }
    Err(InvalidRequest::new(format!(
        "the items of a transaction have {size} bytes, DynamoDB takes up to {MAX_BYTES} (4 MB): divide it"
    ))
    .into())
}

fn twice(steps: &[&Step], (first, second): (usize, usize), action: &Action) -> InvalidRequest {
    let name = |position: usize| {
        let step = steps.get(position).map(ToString::to_string);
        format!("{position} ({})", step.unwrap_or_default())
    };
    InvalidRequest::new(format!(
        "operations {} and {} of a transaction are on one item of table `{}`, DynamoDB takes one action for each item: \
         make them one operation, or two transactions",
        name(first),
        name(second),
        action.target.table
    ))
}

/// What the checks need of an action's body.
struct Parts<'a> {
    key: Option<(KeyValue, Option<KeyValue>)>,
    /// What is put.
    item: Option<RawItem<'a>>,
    /// Whether a failed condition shall return the stored item.
    asks_for_item: bool,
}

impl<'a> Parts<'a> {
    fn read(action: &'a Action) -> Result<Self, DecodeError> {
        let mut parts = Self {
            key: None,
            item: None,
            asks_for_item: false,
        };
        let mut members = Members::new(&action.body)?;
        while let Some((name, value)) = members.next()? {
            let holder = RawItem::new(value);
            match &*name {
                "Item" => parts.item = Some(holder),
                "ReturnValuesOnConditionCheckFailure" => {
                    parts.asks_for_item = value == "\"ALL_OLD\"";
                    continue;
                }
                "Key" => {}
                _ => continue,
            }
            let sk = action.table.sk.map(|sk| scalar(holder, sk.name));
            let sk = sk.transpose()?.flatten();
            let pk = scalar(holder, action.table.pk.name)?;
            parts.key = pk.map(|pk| (pk, sk));
        }
        Ok(parts)
    }
}
