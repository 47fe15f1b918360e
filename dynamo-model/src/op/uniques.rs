//! Unique values: marker items that are claimed and released together with the writes of their owners.
//!
//! A marker's partition key is `U+10FFFF unique#<type>#<field>#<value>`, which no entity's key begins with, because
//! components refuse U+10FFFF; its sort key, if the table has one, is always the same. Where the key is a number, it is
//! made of the text's SHA-256 hash, with an exponent that no integer reaches; where it is binary, of the text's bytes.
//! A marker holds its owner's primary key, and its owner's expiry.
//!
//! What an item claimed before is read first; the write is then made conditional on that, and if it has changed, all is
//! done again.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::action::{Action, ActionKind};
use super::backoff::Backoff;
use super::draft::{Draft, unchanged};
use super::transact::{Run, Step};
use crate::entity::{Reader, context, life, write_key_value};
use crate::expr::{Aliases, Change, Node, Path, Term};
use crate::key::{Context, KeyError, KeyKind, KeyProblem, KeyValue, Part, Place, encode};
use crate::schema::{EntityDef, TableDef};
use crate::transport::{self, Call, Operation, Response, Target};
use crate::wire::{RawItem, is_same_value, read_envelope, write_json_str};
use crate::{Entity, Error, InvalidRequest, Table};

/// The attribute of a marker that holds its owner's primary key.
const OWNER: &str = "_unique_owner";

/// How often a write is tried while others change what it has read.
pub(super) const ATTEMPTS: u32 = 20;
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(10);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The claim on one unique value.
#[derive(Clone, PartialEq)]
pub(crate) struct Marker {
    field: &'static str,
    key: KeyValue,
    expires: Option<i64>,
}

/// What a write does to unique values.
pub(crate) struct Claims {
    of_item: fn(RawItem<'_>) -> Result<Vec<Marker>, Error>,
    new: New,
    old: Old,
    /// The primary key that the item is moved from: the owner of what it claimed before.
    moved_from: Option<String>,
}

/// What the item claims after the write.
enum New {
    Markers(Vec<Marker>),
    Update(Changed),
}

/// What an update changes of what unique values are made of.
struct Changed {
    of_item: fn(RawItem<'_>, &Changed) -> Result<Vec<Marker>, Error>,
    parts: Vec<(usize, Option<Part<'static>>)>,
    /// The new expiry, if it is changed.
    expires: Option<Option<i64>>,
}

/// What the item was before the write.
enum Old {
    /// It has to be read.
    Unknown,
    /// The caller says.
    Item(String),
}

impl Claims {
    /// The entity is written whole.
    pub(super) fn of_entity<E: Entity>(entity: &E) -> Result<Option<Self>, Error> {
        if E::SCHEMA.uniques.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            of_item: of_item::<E>,
            new: New::Markers(of_entity(entity)?),
            old: Old::Unknown,
            moved_from: None,
        }))
    }

    /// The item is deleted.
    pub(super) fn of_deletion<E: Entity>() -> Option<Self> {
        (!E::SCHEMA.uniques.is_empty()).then(|| Self {
            of_item: of_item::<E>,
            new: New::Markers(Vec::new()),
            old: Old::Unknown,
            moved_from: None,
        })
    }

    /// The item is brought from one state to another. `None` if it claims the same.
    pub(super) fn of_save<E: Entity>(
        old: &E,
        new: &E,
        before: &str,
    ) -> Result<Option<Self>, Error> {
        let after = of_entity(new)?;
        if of_entity(old)? == after {
            return Ok(None);
        }
        Ok(Some(Self {
            of_item: of_item::<E>,
            new: New::Markers(after),
            old: Old::Item(before.to_owned()),
            moved_from: None,
        }))
    }

    /// The item is moved from one primary key to another: what it claims gets another owner.
    pub(super) fn of_move<E: Entity>(
        new: &E,
        before: String,
        moved_from: String,
    ) -> Result<Option<Self>, Error> {
        Ok(Some(Self {
            of_item: of_item::<E>,
            new: New::Markers(of_entity(new)?),
            old: Old::Item(before),
            moved_from: Some(format!("{{\"M\":{moved_from}}}")),
        }))
    }

    /// Some attributes are changed. `None` if no unique value and no expiry of one is.
    pub(super) fn of_update<E: Entity>(
        part: &dyn Fn(usize) -> Option<Option<Part<'static>>>,
        changes: &[Change],
    ) -> Result<Option<Self>, Error> {
        let schema = E::SCHEMA;
        if schema.uniques.is_empty() {
            return Ok(None);
        }
        let expires = expiry(schema, changes)?;
        let parts: Vec<_> = components(schema)
            .filter_map(|component| Some((component, part(component)?)))
            .collect();
        if parts.is_empty() && expires.is_none() {
            return Ok(None);
        }
        let changed = Changed {
            of_item: of_changed::<E>,
            parts,
            expires,
        };
        Ok(Some(Self {
            of_item: of_item::<E>,
            new: New::Update(changed),
            old: Old::Unknown,
            moved_from: None,
        }))
    }
}

/// What an update makes of the expiry.
pub(super) fn expiry(
    schema: &EntityDef,
    changes: &[Change],
) -> Result<Option<Option<i64>>, InvalidRequest> {
    let Some(ttl) = schema.lifecycle.ttl else {
        return Ok(None);
    };
    let mut changes = changes.iter();
    match changes.find(|change| *change.path() == Path::of(ttl)) {
        None => Ok(None),
        Some(Change::Remove(_)) => Ok(Some(None)),
        Some(Change::Set(_, Term::Value(json))) => {
            let digits = json.trim_start_matches("{\"N\":\"").trim_end_matches("\"}");
            Ok(Some(digits.parse().ok()))
        }
        Some(_) => Err(InvalidRequest::new(format!(
            "the expiry of `{}` must be known, because the markers of its unique values expire with it: use `set`",
            schema.name
        ))),
    }
}

/// The components that unique values are made of.
fn components(schema: &'static EntityDef) -> impl Iterator<Item = usize> {
    let templates = schema.uniques.iter().map(|unique| unique.template);
    let all = templates.flat_map(crate::key::Template::components);
    all.map(|(component, _)| component)
}

fn of_entity<E: Entity>(entity: &E) -> Result<Vec<Marker>, Error> {
    markers::<E>(&|component| entity.part(component), entity.expires())
}

fn of_item<E: Entity>(item: RawItem<'_>) -> Result<Vec<Marker>, Error> {
    of_entity::<E>(&Reader::new().read(item)?)
}

fn of_changed<E: Entity>(item: RawItem<'_>, changed: &Changed) -> Result<Vec<Marker>, Error> {
    let entity: E = Reader::new().read(item)?;
    let part = |component| {
        let mut parts = changed.parts.iter();
        match parts.find(|(number, _)| *number == component) {
            Some((_, part)) => part.clone(),
            None => entity.part(component).map(Part::into_owned),
        }
    };
    let expires = changed.expires.unwrap_or_else(|| entity.expires());
    markers::<E>(&part, expires)
}

fn markers<'p, E: Entity>(
    part: &dyn Fn(usize) -> Option<Part<'p>>,
    expires: Option<i64>,
) -> Result<Vec<Marker>, Error> {
    let schema = E::SCHEMA;
    let mut all = Vec::with_capacity(schema.uniques.len());
    for unique in schema.uniques {
        let template = unique.template;
        let mut context = context::<E>();
        if template.single().is_some() {
            // Alone, a value is separated from nothing.
            context = Context {
                delimiters: &[],
                ..context
            };
        }
        let place = Place {
            kind: KeyKind::S,
            limit: usize::MAX,
        };
        let Some(KeyValue::S(value)) = encode(context, template, place, part)? else {
            continue;
        };
        let text = format!(
            "\u{10FFFF}unique#{}#{}#{value}",
            schema.type_name, unique.field
        );
        let (kind, limit) = (E::Table::DEF.pk.kind, 2_048);
        if text.len() > limit && kind != KeyKind::N {
            let problem = KeyProblem::TooLong {
                bytes: text.len(),
                limit,
            };
            let shown = template.display(schema.components);
            return Err(KeyError::new(schema.name, Some(unique.field), shown, problem).into());
        }
        all.push(Marker {
            field: unique.field,
            key: partition(kind, text),
            expires,
        });
    }
    Ok(all)
}

fn partition(kind: KeyKind, text: String) -> KeyValue {
    match kind {
        KeyKind::S => KeyValue::S(text),
        KeyKind::B => KeyValue::B(text.into_bytes()),
        KeyKind::N => {
            let hash = Sha256::digest(text.as_bytes());
            let mut number = 0_u128;
            for byte in hash.iter().take(15) {
                number = (number << 8) | u128::from(*byte);
            }
            // 2^120 has 37 digits; no integer of 128 bits reaches the exponent.
            KeyValue::N(format!("{number}{}", "0".repeat(80)))
        }
    }
}

impl Marker {
    /// The primary key, as DynamoDB JSON without the closing brace.
    fn open(&self, table: &TableDef) -> String {
        let mut out = String::from("{");
        write_json_str(&mut out, table.pk.name);
        out.push(':');
        write_key_value(&mut out, &self.key);
        if let Some(sk) = table.sk {
            out.push(',');
            write_json_str(&mut out, sk.name);
            out.push(':');
            let value = match sk.kind {
                KeyKind::S => KeyValue::S("unique".to_owned()),
                KeyKind::N => KeyValue::N("0".to_owned()),
                KeyKind::B => KeyValue::B(b"unique".to_vec()),
            };
            write_key_value(&mut out, &value);
        }
        out
    }

    /// Claims the value, if it is free, expired, or the owner's already.
    fn claim(&self, draft: &Draft, owner: &str, past: &str) -> Result<Action, Error> {
        let table = draft.table;
        let mut item = self.open(table);
        item.push_str(",\"");
        item.push_str(OWNER);
        item.push_str("\":");
        item.push_str(owner);
        let mut free =
            Node::not_exists(Path::of(table.pk.name)).or(Node::compare(Path::of(OWNER), "=", past));
        if let Some(ttl) = table.ttl {
            if let Some(expires) = self.expires {
                item.push(',');
                write_json_str(&mut item, ttl);
                item.push_str(":{\"N\":\"");
                item.push_str(&expires.to_string());
                item.push_str("\"}");
            }
            let now = life::seconds(draft.target.clock.now());
            free = free.or(Node::compare(
                Path::of(ttl),
                "<=",
                format!("{{\"N\":\"{now}\"}}"),
            ));
        }
        item.push('}');
        action(draft, ActionKind::Put, "Item", &item, &free)
    }

    /// Releases the value, if it is the owner's.
    fn release(&self, draft: &Draft, owner: &str) -> Result<Action, Error> {
        let mut key = self.open(draft.table);
        key.push('}');
        let mine = Node::not_exists(Path::of(draft.table.pk.name)).or(Node::compare(
            Path::of(OWNER),
            "=",
            owner,
        ));
        action(draft, ActionKind::Delete, "Key", &key, &mine)
    }
}

fn action(
    draft: &Draft,
    kind: ActionKind,
    member: &str,
    subject: &str,
    condition: &Node,
) -> Result<Action, Error> {
    let mut aliases = Aliases::default();
    let condition = condition.render(&mut aliases)?;
    let mut body = String::from("{\"TableName\":");
    write_json_str(&mut body, &draft.target.table);
    body.push_str(",\"");
    body.push_str(member);
    body.push_str("\":");
    body.push_str(subject);
    body.push_str(",\"ConditionExpression\":");
    write_json_str(&mut body, &condition);
    aliases.write(&mut body);
    body.push('}');
    Ok(Action {
        kind,
        target: draft.target.clone(),
        table: draft.table,
        entity: draft.entity,
        body,
        expected: None,
    })
}

/// A write with everything that goes with it, made from what was read.
pub(super) struct Resolved {
    pub(super) step: Step,
    /// What was read, and what of it the write depends on.
    seen: Option<Seen>,
}

struct Seen {
    old: Option<String>,
    depends: Vec<&'static str>,
}

impl Resolved {
    /// Whether the stored item, which the failed condition came with, is not what was read.
    pub(super) fn is_stale(&self, stored: Option<&str>) -> bool {
        let Some(Seen { old, depends }) = &self.seen else {
            return false;
        };
        match (old.as_deref(), stored) {
            (None, None) => false,
            (Some(old), Some(stored)) => {
                let (old, stored) = (RawItem::new(old), RawItem::new(stored));
                let value = |item: RawItem<'_>, name| {
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
}

/// Reads what has to be known of the stored item, and makes the actions.
///
/// `whole` makes the write depend on every attribute that was read, because they are returned.
pub(super) async fn resolve(draft: &Draft, whole: bool) -> Result<Resolved, Error> {
    let Some(claims) = &draft.claims else {
        return Ok(Resolved {
            step: Step::from(draft.action(&[])?),
            seen: None,
        });
    };
    let old = match &claims.old {
        Old::Item(item) => Some(item.clone()),
        Old::Unknown if draft.requires_absence() => None,
        Old::Unknown => read(&draft.target, &draft.key()?).await?,
    };
    make(draft, claims, old, whole)
}

fn make(
    draft: &Draft,
    claims: &Claims,
    old: Option<String>,
    whole: bool,
) -> Result<Resolved, Error> {
    let item = old.as_deref().map(RawItem::new);
    let before = item.map_or_else(|| Ok(Vec::new()), claims.of_item)?;
    let after = match (&claims.new, item) {
        (New::Markers(markers), _) => markers.clone(),
        (New::Update(changed), Some(item)) => (changed.of_item)(item, changed)?,
        // The update fails, for there is nothing to update.
        (New::Update(_), None) => Vec::new(),
    };
    let depends = depends(draft, whole);
    let mut guards = Vec::with_capacity(depends.len());
    match item {
        // The old item is another operation's.
        Some(_) if claims.moved_from.is_some() => {}
        None if draft.requires_absence()
            || draft.kind == ActionKind::Update && matches!(claims.new, New::Update(_)) => {}
        None => guards.push(Node::not_exists(Path::of(draft.table.pk.name))),
        Some(item) => {
            guards.push(Node::exists(Path::of(draft.table.pk.name)));
            for name in &depends {
                guards.push(unchanged(name, item.attribute(name)?));
            }
        }
    }
    let owner = format!("{{\"M\":{}}}", draft.key()?);
    let mut beside = Vec::new();
    let past = claims.moved_from.as_deref().unwrap_or(&owner);
    for marker in &after {
        if claims.moved_from.is_some() || !before.contains(marker) {
            beside.push((marker.field, true, marker.claim(draft, &owner, past)?));
        }
    }
    for marker in &before {
        if !after.iter().any(|other| other.key == marker.key) {
            beside.push((marker.field, false, marker.release(draft, past)?));
        }
    }
    Ok(Resolved {
        step: Step::new(draft.action(&guards)?, beside),
        seen: Some(Seen { old, depends }),
    })
}

/// The attributes that the write depends on: what unique values are made of, the expiry of their markers, and the
/// version, which is reported.
fn depends(draft: &Draft, whole: bool) -> Vec<&'static str> {
    let schema = draft.entity;
    let primary = schema.keys.first();
    let in_primary = |component: usize| {
        primary.is_some_and(|key| {
            let mut templates = key.pk.iter().chain(key.sk);
            templates.any(|template| template.contains(component))
        })
    };
    let names = components(schema)
        .filter(|component| !in_primary(*component))
        .map(|component| schema.components[component].name);
    let fields = names.filter_map(|name| schema.fields.iter().find(|field| field.name == name));
    let mut all: Vec<&'static str> = fields
        .filter(|field| !field.key_only)
        .map(|field| field.attribute)
        .chain(schema.lifecycle.ttl)
        .collect();
    if draft.kind == ActionKind::Update {
        all.extend(schema.lifecycle.version);
    }
    if whole {
        let stored = schema.fields.iter().filter(|field| !field.key_only);
        all.extend(stored.map(|field| field.attribute));
    }
    all.sort_unstable();
    all.dedup();
    let is_key = |name: &&str| {
        *name == draft.table.pk.name || draft.table.sk.is_some_and(|sk| sk.name == *name)
    };
    all.retain(|name| !is_key(name));
    all
}

/// The stored item, as it is now.
pub(super) async fn read(target: &Target, key: &str) -> Result<Option<String>, Error> {
    let mut body = String::from("{\"TableName\":");
    write_json_str(&mut body, &target.table);
    body.push_str(",\"Key\":");
    body.push_str(key);
    body.push_str(",\"ConsistentRead\":true}");
    let tables = [&*target.table];
    let call = Call::new(Operation::GetItem, &tables, body);
    let response = transport::send(&target.client, call).await?;
    let item = read_envelope(response.body())?.item;
    Ok(item.map(|item| item.as_str().to_owned()))
}

/// Sends a write with its claims, alone: as a transaction of its own.
pub(super) async fn send(draft: Draft, returns: Option<&'static str>) -> Result<Response, Error> {
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        let resolved = resolve(&draft, returns == Some("ALL_OLD")).await?;
        let run = Run::of(&draft.target, &[&resolved.step], &draft.options)?;
        let error = match run.send().await {
            Ok(_) => return Ok(answer(&draft, &resolved, returns)),
            Err(Error::TransactionCanceled(canceled)) => {
                let outcome = canceled.outcomes().first();
                let own = outcome.filter(|outcome| outcome.is_own_condition());
                let stale = own.is_some_and(|outcome| resolved.is_stale(outcome.raw_item()));
                let releases = outcome.is_some_and(|outcome| outcome.is_failed_release());
                if left > 0 && (stale || releases) {
                    backoff.wait().await;
                    continue;
                }
                match canceled.into_single(0) {
                    // It is told as if the write had been sent alone.
                    Error::ConditionFailed(failed) => {
                        draft.answer(Error::ConditionFailed(failed)).err()
                    }
                    error => Some(error),
                }
            }
            Err(error) => Some(error),
        };
        return match error {
            Some(error) => Err(error),
            None => Ok(Response::empty()),
        };
    }
}

/// What the write alone would have answered.
fn answer(draft: &Draft, resolved: &Resolved, returns: Option<&str>) -> Response {
    let seen = resolved.seen.as_ref();
    let old = seen.and_then(|seen| seen.old.as_deref());
    match (returns, old) {
        (Some("ALL_OLD"), Some(old)) => Response::of(format!("{{\"Attributes\":{old}}}")),
        (Some("UPDATED_NEW"), old) => {
            let stored = old.map_or(0, |old| draft.stored_version(RawItem::new(old)));
            match draft.entity.lifecycle.version {
                Some(name) => {
                    let mut body = String::from("{\"Attributes\":{");
                    write_json_str(&mut body, name);
                    body.push_str(":{\"N\":\"");
                    body.push_str(&(stored + 1).to_string());
                    body.push_str("\"}}}");
                    Response::of(body)
                }
                None => Response::empty(),
            }
        }
        _ => Response::empty(),
    }
}
