//! A write of one item while it is put together: what `PutItem`, `UpdateItem` and `DeleteItem` share, and the actions of
//! a transaction with them.

use super::action::{Action, ActionKind};
use super::options::Options;
use super::uniques::{self, Claims};
use crate::entity::life;
use crate::expr::{Aliases, Change, Node, Operand, Path, render_changes};
use crate::schema::{EntityDef, TableDef};
use crate::transport::{self, Call, Operation, Response, Target};
use crate::wire::{EncodeError, RawItem, Scalar, write_json_str};
use crate::{Entity, Error, InvalidRequest, Table, VersionConflict};

pub(crate) struct Draft {
    pub(super) kind: ActionKind,
    pub(super) target: Target,
    pub(super) table: &'static TableDef,
    pub(super) entity: &'static EntityDef,
    /// `Item` or `Key`, as DynamoDB JSON.
    pub(super) subject: String,
    pub(super) changes: Vec<Change>,
    conditions: Vec<Node>,
    /// The version that the stored item must have. 0 is an item without one.
    pub(super) expected: Option<u64>,
    /// What it does to unique values, if the entity has any that it touches.
    pub(super) claims: Option<Claims>,
    /// The first thing that is wrong with it.
    failed: Option<Error>,
    pub(super) options: Options,
}

impl Draft {
    pub(super) fn new<E: Entity>(
        target: &Target,
        kind: ActionKind,
        subject: Result<String, Error>,
    ) -> Self {
        let mut draft = Self {
            kind,
            target: target.clone(),
            table: E::Table::DEF,
            entity: E::SCHEMA,
            subject: String::new(),
            changes: Vec::new(),
            conditions: Vec::new(),
            expected: None,
            claims: None,
            failed: None,
            options: Options::default(),
        };
        match subject {
            Ok(subject) => draft.subject = subject,
            Err(error) => draft.failed = Some(error),
        }
        draft
    }

    /// Keeps the first error, which `send` reports.
    pub(super) fn fail(&mut self, error: impl Into<Error>) {
        self.failed.get_or_insert_with(|| error.into());
    }

    pub(super) fn condition(&mut self, node: Result<Node, EncodeError>) {
        match node {
            Ok(node) if self.conditions.contains(&node) => {}
            Ok(node) => self.conditions.push(node),
            Err(error) => self.fail(error.with_entity(self.entity.name)),
        }
    }

    pub(super) fn claim(&mut self, claims: Result<Option<Claims>, Error>) {
        match claims {
            Ok(claims) => self.claims = claims,
            Err(error) => self.fail(error),
        }
    }

    fn pk(&self) -> Path {
        Path::of(self.table.pk.name)
    }

    /// There is no item with this key.
    pub(super) fn require_absent(&mut self) {
        let node = Node::not_exists(self.pk());
        self.condition(Ok(node));
    }

    /// There is an item with this key.
    pub(super) fn require_present(&mut self) {
        let node = Node::exists(self.pk());
        self.condition(Ok(node));
    }

    /// There is no item with this key, or it has expired.
    pub(super) fn require_absent_or_expired(&mut self) {
        match self.table.ttl {
            Some(ttl) => {
                let now = life::seconds(self.target.clock.now());
                let expired = Node::compare(Path::of(ttl), "<=", format!("{{\"N\":\"{now}\"}}"));
                let node = Node::not_exists(self.pk()).or(expired);
                self.condition(Ok(node));
            }
            None => self.fail(InvalidRequest::new(format!(
                "items of table `{}` do not expire: declare `ttl = \"..\"` in `#[table(..)]`, or use `if_absent`",
                self.table.name
            ))),
        }
    }

    /// The condition on the stored version, unless the item is not to be there at all.
    fn version_node(&self) -> Option<Node> {
        let (version, attribute) = (self.expected?, self.entity.lifecycle.version?);
        let path = Path::of(attribute);
        let is_new = |node: &Node| match node {
            Node::Or(all) => all.contains(&Node::not_exists(self.pk())),
            node => *node == Node::not_exists(self.pk()),
        };
        if version == 0 && self.conditions.iter().any(is_new) {
            return None;
        }
        Some(if version == 0 {
            Node::not_exists(path)
        } else {
            Node::compare(path, "=", format!("{{\"N\":\"{version}\"}}"))
        })
    }

    /// The members of the request, without the closing brace; `more` are conditions that come on top.
    fn members(&self, more: &[Node]) -> Result<String, Error> {
        let mut out = String::with_capacity(self.subject.len() + 256);
        out.push_str("{\"TableName\":");
        write_json_str(&mut out, &self.target.table);
        out.push_str(if self.kind == ActionKind::Put {
            ",\"Item\":"
        } else {
            ",\"Key\":"
        });
        out.push_str(&self.subject);
        let mut aliases = Aliases::default();
        let conditions = self.conditions.iter().chain(more).cloned();
        let condition = Node::all(conditions.chain(self.version_node()));
        if let Some(condition) = &condition {
            let text = condition.render(&mut aliases)?;
            out.push_str(",\"ConditionExpression\":");
            write_json_str(&mut out, &text);
        }
        if self.kind == ActionKind::Update {
            let Some(text) = render_changes(&self.changes, &mut aliases)? else {
                return Err(InvalidRequest::new(format!(
                    "an update of `{}` changes nothing: say what becomes of its attributes, or do not send it",
                    self.entity.name
                ))
                .into());
            };
            out.push_str(",\"UpdateExpression\":");
            write_json_str(&mut out, &text);
        }
        aliases.check_size()?;
        aliases.write(&mut out);
        if condition.is_some() {
            out.push_str(",\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"");
        }
        Ok(out)
    }

    /// What is wrong with it, if anything is.
    pub(super) fn take_failure(&mut self) -> Result<(), Error> {
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Whether it fails if there is an item.
    pub(super) fn requires_absence(&self) -> bool {
        self.conditions.contains(&Node::not_exists(self.pk()))
    }

    /// The primary key as DynamoDB JSON.
    pub(super) fn key(&self) -> Result<String, Error> {
        if self.kind != ActionKind::Put {
            return Ok(self.subject.clone());
        }
        let item = RawItem::new(&self.subject);
        let mut key = String::from("{");
        for attribute in std::iter::once(self.table.pk).chain(self.table.sk) {
            if key.len() > 1 {
                key.push(',');
            }
            write_json_str(&mut key, attribute.name);
            key.push(':');
            key.push_str(item.attribute(attribute.name)?.unwrap_or_default());
        }
        key.push('}');
        Ok(key)
    }

    /// The write as an action, with conditions that come on top.
    pub(super) fn action(&self, more: &[Node]) -> Result<Action, Error> {
        let mut body = self.members(more)?;
        body.push('}');
        Ok(Action {
            kind: self.kind,
            target: self.target.clone(),
            table: self.table,
            entity: self.entity,
            body,
        })
    }

    /// Sends the write alone. `returns` is `ReturnValues`.
    pub(super) async fn send(mut self, returns: Option<&'static str>) -> Result<Response, Error> {
        self.take_failure()?;
        if self.claims.is_some() {
            return uniques::send(self, returns).await;
        }
        let mut body = self.members(&[])?;
        if let Some(returns) = returns {
            body.push_str(",\"ReturnValues\":\"");
            body.push_str(returns);
            body.push('"');
        }
        if self.options.wants_capacity() {
            body.push_str(",\"ReturnConsumedCapacity\":\"INDEXES\"");
        }
        body.push('}');
        let operation = self.kind.operation().unwrap_or(Operation::UpdateItem);
        let tables = [&*self.target.table];
        let mut call = Call::new(operation, &tables, body);
        call.overrides = self.options.overrides.clone();
        let response = transport::send(&self.target.client, call)
            .await
            .or_else(|error| self.answer(error))?;
        if self.options.wants_capacity() {
            let envelope = crate::wire::read_envelope(response.body())?;
            self.options.record(envelope.consumed_capacity.as_ref());
        }
        Ok(response)
    }

    /// What a refused write means: a missing item is not a failed condition, and neither is another version. A refusal
    /// of what the SDK had to send again may come from the first attempt's success.
    pub(super) fn answer(&self, error: Error) -> Result<Response, Error> {
        let Error::ConditionFailed(failed) = error else {
            return Err(error);
        };
        let Some(item) = failed.raw_item() else {
            return Err(Error::ItemNotFound(failed.into_service()));
        };
        let item = RawItem::new(item);
        if failed.was_retried() && self.is_applied(item) {
            return Ok(Response::empty());
        }
        let stored = self.stored_version(item);
        match self.expected {
            Some(expected) if stored != expected => Err(Error::VersionConflict(
                VersionConflict::new(failed, expected, stored),
            )),
            _ => Err(Error::ConditionFailed(failed)),
        }
    }

    pub(super) fn stored_version(&self, item: RawItem<'_>) -> u64 {
        let attribute = self.entity.lifecycle.version;
        let stored = attribute.and_then(|name| item.scalar(name).ok().flatten());
        match stored {
            Some(Scalar::N(digits)) => digits.parse().unwrap_or(0),
            _ => 0,
        }
    }

    /// Whether the item is exactly what this write makes of it. For an update only a version can tell.
    fn is_applied(&self, item: RawItem<'_>) -> bool {
        match self.kind {
            ActionKind::Put => crate::wire::is_same_item(item, RawItem::new(&self.subject)),
            ActionKind::Update => {
                let next = self.expected.map(|version| version + 1);
                next.is_some_and(|next| self.stored_version(item) == next)
                    && self.changes.iter().all(|change| is_visible(change, item))
            }
            ActionKind::Delete | ActionKind::Check => false,
        }
    }
}

/// Whether the item shows the change, as far as that can be seen.
fn is_visible(change: &Change, item: RawItem<'_>) -> bool {
    let path = change.path();
    if !path.is_attribute() {
        return true;
    }
    let stored = item.attribute(path.attribute()).ok().flatten();
    match change {
        Change::Set(_, crate::expr::Term::Value(json)) => {
            stored.is_some_and(|stored| crate::wire::is_same_value(stored, json))
        }
        Change::Remove(_) => stored.is_none(),
        _ => true,
    }
}

/// The value of an attribute in an item, as a condition that it has not changed.
pub(super) fn unchanged(attribute: &'static str, value: Option<&str>) -> Node {
    let path = Path::of(attribute);
    match value {
        Some(json) => Node::Compare(Operand::Path(path), "=", Operand::Value(json.to_owned())),
        None => Node::not_exists(path),
    }
}
