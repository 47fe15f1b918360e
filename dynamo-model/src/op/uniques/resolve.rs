//! From a write to everything that goes with it: the stored item is read, and the markers follow from it.

use aws_sdk_dynamodb::Client;

use super::claims::{Claims, New, Old, components};
use super::marker::{Deed, Marker};
use crate::expr::{Node, Path};
use crate::op::action::ActionKind;
use crate::op::draft::{Draft, unchanged};
use crate::op::options::Options;
use crate::op::transact::Step;
use crate::schema::EntityDef;
use crate::transport::{self, Call, Operation};
use crate::wire::{RawItem, is_same_value, write_json_str};
use crate::{Error, InvalidRequest, Outcome, OutcomeKind, TransactionCanceled};

/// A write with everything that goes with it, made from what was read.
pub(in crate::op) struct Resolved<'d> {
    draft: &'d Draft,
    /// That the item is still what was read.
    guards: Vec<Node>,
    /// The primary key, as an attribute value.
    owner: String,
    beside: Vec<(Marker, Deed)>,
    seen: Option<Seen>,
}

/// What was read, and what of it the write depends on.
struct Seen {
    old: Option<String>,
    depends: Vec<String>,
}

impl Resolved<'_> {
    /// The item as it was before the write, if it was read.
    pub(super) fn old(&self) -> Option<&str> {
        self.seen.as_ref()?.old.as_deref()
    }

    /// Whether the stored item, which the failed condition came with, is not what was read.
    fn is_stale(&self, stored: Option<&str>) -> bool {
        let Some(Seen { old, depends }) = &self.seen else {
            return false;
        };
        match (old.as_deref(), stored) {
            (None, None) => false,
            (Some(old), Some(stored)) => {
                let (old, stored) = (RawItem::new(old), RawItem::new(stored));
                let value = |item: RawItem<'_>, name: &str| {
                    item.attribute(name).ok().flatten().map(str::to_owned)
                };
                depends
                    .iter()
                    .any(|name| match (value(old, name), value(stored, name)) {
                        (Some(a), Some(b)) => !is_same_value(&a, &b),
                        (a, b) => a != b,
                    })
            }
            _ => true,
        }
    }

    /// Whether the item claims a value that another one gives up in the same transaction.
    fn takes_over(&self, field: Option<&str>) -> bool {
        self.beside.iter().any(|(marker, deed)| {
            Some(marker.field) == field && matches!(deed, Deed::Claim(others) if !others.is_empty())
        })
    }
}

/// Resolves the writes of one transaction, again and again while others change what it has read.
pub(in crate::op) struct Resolver<'o> {
    client: &'o Client,
    options: &'o Options,
    /// Whether the write depends on every attribute that was read, because they are returned.
    pub(super) returns_old: bool,
    /// Values that are not their items' any more, by the write's position and the field.
    taken: Vec<(usize, &'static str)>,
}

impl<'o> Resolver<'o> {
    pub(in crate::op) fn new(client: &'o Client, options: &'o Options) -> Self {
        Self {
            client,
            options,
            returns_old: false,
            taken: Vec::new(),
        }
    }

    /// Reads what has to be known of the stored item, and makes the actions of the write at this position.
    pub(in crate::op) async fn resolve<'d>(
        &self,
        draft: &'d Draft,
        position: usize,
    ) -> Result<Resolved<'d>, Error> {
        let Some(claims) = &draft.claims else {
            return Ok(Resolved {
                draft,
                guards: Vec::new(),
                owner: String::new(),
                beside: Vec::new(),
                seen: None,
            });
        };
        let key = draft.key()?;
        let old = match &claims.old {
            _ if draft.requires_absence() => None,
            Old::Item(item) => Some(item.clone()),
            Old::Unknown => self.read(draft, &key).await?,
        };
        self.make((draft, position), claims, old, &key)
    }

    fn make<'d>(
        &self,
        (draft, position): (&'d Draft, usize),
        claims: &Claims,
        old: Option<String>,
        key: &str,
    ) -> Result<Resolved<'d>, Error> {
        let item = old.as_deref().map(RawItem::new);
        let before = item.map_or_else(|| Ok(Vec::new()), claims.of_item)?;
        let after = match (&claims.new, item) {
            (New::Markers(markers), _) => markers.clone(),
            (New::Update(changed), Some(item)) => (changed.of_item)(item, changed)?,
            // The update fails, for there is nothing to update.
            (New::Update(_), None) => Vec::new(),
        };
        let mut depends = depends(draft);
        if self.returns_old {
            depends.extend(whole(draft.entity, item)?);
        }
        depends.sort_unstable();
        depends.dedup();
        depends.retain(|name| !draft.table.is_key(name));
        let mut guards = Vec::with_capacity(depends.len() + 1);
        match item {
            None if draft.requires_absence() => {}
            // An update fails with this, whatever comes: it claims nothing, so it must not meet an item after all.
            None => guards.push(Node::not_exists(Path::of(draft.table.pk.name))),
            Some(item) => {
                guards.push(Node::exists(Path::of(draft.table.pk.name)));
                for name in &depends {
                    let path = Path::root().member(name.clone());
                    guards.push(unchanged(path, item.attribute(name)?));
                }
            }
        }
        let mut beside = Vec::new();
        for marker in after.iter().filter(|marker| !before.contains(marker)) {
            beside.push((marker.clone(), Deed::Claim(Vec::new())));
        }
        for marker in before {
            if !after.iter().any(|other| other.key == marker.key) {
                let taken = self.taken.contains(&(position, marker.field));
                beside.push((marker, if taken { Deed::Leave } else { Deed::Release }));
            }
        }
        // What the caller says or forbids does not change by reading again.
        let is_read = matches!(claims.old, Old::Unknown) && !draft.requires_absence();
        Ok(Resolved {
            draft,
            guards,
            owner: format!("{{\"M\":{key}}}"),
            beside,
            seen: is_read.then_some(Seen { old, depends }),
        })
    }

    /// The stored item, as it is now.
    pub(in crate::op) async fn read(
        &self,
        draft: &Draft,
        key: &str,
    ) -> Result<Option<String>, Error> {
        let table = &*draft.target.table;
        let mut body = String::from("{\"TableName\":");
        write_json_str(&mut body, table);
        body.push_str(",\"Key\":");
        body.push_str(key);
        body.push_str(",\"ConsistentRead\":true");
        if self.options.wants_capacity() {
            body.push_str(",\"ReturnConsumedCapacity\":\"INDEXES\"");
        }
        body.push('}');
        let tables = [table];
        let mut call = Call::new(Operation::GetItem, &tables, body);
        call.facts.consistent = Some(true);
        call.overrides = self.options.overrides.clone();
        let response = transport::send(self.client, call).await?;
        let envelope = response.envelope()?;
        self.options.record(envelope.consumed_capacity.as_ref());
        Ok(envelope.item.map(|item| item.as_str().to_owned()))
    }

    /// Whether what was read of unique values has changed meanwhile, and nothing else is wrong. Remembers what it has
    /// learnt from that.
    pub(in crate::op) fn is_stale(
        &mut self,
        canceled: &TransactionCanceled,
        resolved: &[Resolved<'_>],
    ) -> bool {
        let mut any = false;
        let mut learnt = Vec::new();
        for (position, (outcome, resolved)) in canceled.outcomes().iter().zip(resolved).enumerate()
        {
            match fate(outcome, resolved) {
                Fate::Open => {}
                Fate::Stale => any = true,
                Fate::NotOwner(field) => {
                    any = true;
                    learnt.push((position, field));
                }
                Fate::Final => return false,
            }
        }
        for one in learnt {
            match self.taken.iter().position(|taken| *taken == one) {
                Some(at) => drop(self.taken.swap_remove(at)),
                None => self.taken.push(one),
            }
        }
        any
    }
}

/// What an outcome says of trying again.
enum Fate {
    /// Nothing.
    Open,
    /// What was read has changed.
    Stale,
    /// The value to be given up is not the item's, or is the item's again.
    NotOwner(&'static str),
    /// It would be the same.
    Final,
}

fn fate(outcome: &Outcome, resolved: &Resolved<'_>) -> Fate {
    match outcome.kind() {
        OutcomeKind::NoError | OutcomeKind::Conflict | OutcomeKind::Throttled => Fate::Open,
        // Whoever was to give it up may not have had it any more, and is stale then.
        OutcomeKind::NotUnique if resolved.takes_over(outcome.field()) => Fate::Open,
        _ => match outcome.failed_release() {
            Some(field) => Fate::NotOwner(field),
            None if outcome.is_own_condition() && resolved.is_stale(outcome.raw_item()) => {
                Fate::Stale
            }
            None => Fate::Final,
        },
    }
}

/// The writes of one transaction as its operations. A value that one item gives up and another claims is one action.
pub(in crate::op) fn steps(resolved: &mut [Resolved<'_>]) -> Result<Vec<Step>, Error> {
    hand_over(resolved)?;
    let mut steps = Vec::with_capacity(resolved.len());
    for one in resolved {
        let mut beside = Vec::with_capacity(one.beside.len());
        for (marker, deed) in &one.beside {
            let action = marker.action(one.draft, &one.owner, deed)?;
            beside.push((marker.field, matches!(deed, Deed::Claim(_)), action));
        }
        steps.push(Step::new(one.draft.action(&one.guards)?, beside));
    }
    Ok(steps)
}

fn hand_over(resolved: &mut [Resolved<'_>]) -> Result<(), InvalidRequest> {
    for at in 0..resolved.len() {
        for place in 0..resolved[at].beside.len() {
            let (marker, Deed::Claim(_)) = &resolved[at].beside[place] else {
                continue;
            };
            let (marker, table) = (marker.clone(), resolved[at].draft.target.table.clone());
            let mut owners = Vec::new();
            for other in (0..resolved.len()).filter(|other| *other != at) {
                if resolved[other].draft.target.table != table {
                    continue;
                }
                let mut all = resolved[other].beside.iter();
                let Some(found) = all.position(|(theirs, _)| theirs.key == marker.key) else {
                    continue;
                };
                if matches!(resolved[other].beside[found].1, Deed::Claim(_)) {
                    let entity = resolved[at].draft.entity.name;
                    return Err(InvalidRequest::new(format!(
                        "operations {} and {} of a transaction give two items the same `{}`, which is unique in `{entity}`: \
                         choose another value",
                        at.min(other),
                        at.max(other),
                        marker.field
                    )));
                }
                resolved[other].beside.remove(found);
                owners.push(resolved[other].owner.clone());
            }
            resolved[at].beside[place].1 = Deed::Claim(owners);
        }
    }
    Ok(())
}

/// The attributes that the write depends on: what unique values are made of, the expiry of their markers, and the
/// version, which is reported.
fn depends(draft: &Draft) -> Vec<String> {
    let schema = draft.entity;
    let mut all: Vec<&str> = Vec::new();
    for component in components(schema) {
        let name = schema.components[component].name;
        match schema.fields.iter().find(|field| field.name == name) {
            Some(field) if field.key_only => all.extend(holders(draft, component)),
            Some(field) => all.push(field.attribute),
            None => {}
        }
    }
    all.extend(schema.lifecycle.ttl);
    if draft.kind == ActionKind::Update {
        all.extend(schema.lifecycle.version);
    }
    all.into_iter().map(str::to_owned).collect()
}

/// The key attributes that hold a component which is stored nowhere else. That of the primary key never changes.
fn holders(draft: &Draft, component: usize) -> impl Iterator<Item = &'static str> {
    let (table, schema) = (draft.table, draft.entity);
    let keys = schema.keys.iter().flat_map(move |key| {
        let (pk, sk) = schema.pairs(table, key);
        pk.chain(sk)
    });
    keys.filter(move |(_, template)| template.contains(component))
        .map(|(attribute, _)| attribute.name)
}

/// Every attribute of the item, and those that it could have.
fn whole(schema: &EntityDef, item: Option<RawItem<'_>>) -> Result<Vec<String>, Error> {
    let stored = schema.fields.iter().filter(|field| !field.key_only);
    let mut all: Vec<String> = stored.map(|field| field.attribute.to_owned()).collect();
    if let Some(item) = item {
        let mut members = item.attributes()?;
        while let Some((name, _)) = members.next()? {
            all.push(name.into_owned());
        }
    }
    Ok(all)
}
