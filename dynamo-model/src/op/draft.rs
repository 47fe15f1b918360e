//! A write of one item while it is put together: what `PutItem`, `UpdateItem` and `DeleteItem` share, and the actions of
//! a transaction with them.

use super::action::{Action, ActionKind};
use super::options::Options;
use super::parents;
use super::uniques::{self, Claims, Resolver};
use super::view::RequestView;
use crate::entity::life;
use crate::expr::{Aliases, Change, Node, Operand, Path, Term, render_changes};
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
    /// Whether the write begins the item anew, whatever version the entity has.
    begins: bool,
    /// Whether missing parents of nested attributes are created.
    pub(super) creates_parents: bool,
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
            begins: false,
            creates_parents: false,
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

    /// The stored item has this version. Without a version there would be nothing to check, and another's write lost.
    pub(super) fn require_version(&mut self, version: u64) {
        if self.entity.lifecycle.version.is_none() {
            self.fail(InvalidRequest::new(format!(
                "`at_version` of `{}`, whose items have no version: declare a field `#[entity(version)]`, or say with \
                 `condition` what must not have changed",
                self.entity.name
            )));
        }
        self.expected = Some(version);
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
        match self.expired() {
            Some(expired) => {
                self.begins = true;
                let node = Node::not_exists(self.pk()).or(expired);
                self.condition(Ok(node));
            }
            None => self.fail(InvalidRequest::new(format!(
                "items of table `{}` do not expire: declare `ttl = \"..\"` in `#[table(..)]`, or use `if_absent`",
                self.table.name
            ))),
        }
    }

    /// The time to live of an item of the table has passed, if items expire there.
    pub(super) fn expired(&self) -> Option<Node> {
        let ttl = self.table.ttl?;
        let now = life::seconds(self.target.clock.now());
        let now = format!("{{\"N\":\"{now}\"}}");
        Some(Node::compare(Path::of(ttl), "<=", now))
    }

    /// The version that the stored item must have, and its attribute. None if there must be no item at all, whatever
    /// version the entity has.
    fn checked_version(&self) -> Option<(&'static str, u64)> {
        // A caller's own "absent, or .." leaves the version of an item that is there to be checked.
        if self.begins || self.requires_absence() {
            return None;
        }
        self.entity.lifecycle.version.zip(self.expected)
    }

    fn version_node(&self) -> Option<Node> {
        let (attribute, version) = self.checked_version()?;
        let path = Path::of(attribute);
        Some(if version == 0 {
            Node::not_exists(path)
        } else {
            Node::compare(path, "=", format!("{{\"N\":\"{version}\"}}"))
        })
    }

    /// The members of the request, without the closing brace; `more` are conditions that come on top.
    fn members(&self, changes: &[Change], more: &[Node]) -> Result<String, Error> {
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
            let Some(text) = render_changes(changes, &mut aliases)? else {
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

    /// Whether something is wrong with it.
    pub(super) fn is_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// A draft that can be finished without this one being so. What it does to unique values is yet to follow.
    pub(super) fn again(&self) -> Self {
        Self {
            kind: self.kind,
            target: self.target.clone(),
            table: self.table,
            entity: self.entity,
            subject: self.subject.clone(),
            changes: self.changes.clone(),
            conditions: self.conditions.clone(),
            expected: self.expected,
            begins: self.begins,
            creates_parents: self.creates_parents,
            claims: None,
            failed: self.failed.as_ref().map(Error::again),
            options: self.options.clone(),
        }
    }

    /// What is wrong with it, if anything is, to be told again.
    pub(super) fn check(&self) -> Result<(), Error> {
        match &self.failed {
            Some(error) => Err(error.again()),
            None => Ok(()),
        }
    }

    /// The request of the write alone, without anything being sent.
    pub(super) fn view(&self, returns: Option<&'static str>) -> Result<RequestView, Error> {
        self.check()?;
        if self.claims.is_some() {
            // It is sent as an action of a transaction, which not every write can be.
            self.action(&[])?;
        }
        let body = self.body(&self.changes, &[], returns)?;
        Ok(RequestView::new(self.operation(), self.table, body).of([self.entity]))
    }

    fn operation(&self) -> Operation {
        self.kind.operation().unwrap_or(Operation::UpdateItem)
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
        if self.creates_parents {
            return Err(InvalidRequest::new(format!(
                "an update of `{}` with `create_parents` has to read the item first, so it is sent alone: not in a \
                 transaction, and not together with unique values",
                self.entity.name
            ))
            .into());
        }
        let mut body = self.members(&self.changes, more)?;
        body.push('}');
        Ok(Action {
            kind: self.kind,
            target: self.target.clone(),
            table: self.table,
            entity: self.entity,
            body,
            expected: self.checked_version(),
        })
    }

    /// Sends the write alone. `returns` is `ReturnValues`.
    pub(super) async fn send(mut self, returns: Option<&'static str>) -> Result<Response, Error> {
        self.take_failure()?;
        if self.claims.is_some() {
            return uniques::send(self, returns).await;
        }
        let first = self.attempt(&self.changes, &[], returns).await;
        match first {
            Err(Error::Validation(_)) if self.creates_parents => {}
            first => return first,
        }
        let mut seen = None;
        loop {
            let resolver = Resolver::new(&self.target.client, &self.options);
            let Some(item) = resolver.read(&self, &self.subject).await? else {
                // It has gone meanwhile, as the first attempt would find now.
                return self.attempt(&self.changes, &[], returns).await;
            };
            let (changes, conditions) = parents::create(&self.changes, RawItem::new(&item))?;
            let sent = self.attempt(&changes, &conditions, returns).await;
            match sent {
                // Somebody else may have created the parents: then there is something else to do.
                Err(Error::ConditionFailed(_)) if seen.as_ref() != Some(&conditions) => {
                    seen = Some(conditions);
                }
                sent => return sent,
            }
        }
    }

    /// The body of the request that sends it alone.
    fn body(
        &self,
        changes: &[Change],
        more: &[Node],
        returns: Option<&'static str>,
    ) -> Result<String, Error> {
        let mut body = self.members(changes, more)?;
        if let Some(returns) = returns {
            body.push_str(",\"ReturnValues\":\"");
            body.push_str(returns);
            body.push('"');
        }
        if self.options.wants_capacity() {
            body.push_str(",\"ReturnConsumedCapacity\":\"INDEXES\"");
        }
        body.push('}');
        Ok(body)
    }

    /// Sends it once, with these changes and with conditions that come on top.
    async fn attempt(
        &self,
        changes: &[Change],
        more: &[Node],
        returns: Option<&'static str>,
    ) -> Result<Response, Error> {
        let body = self.body(changes, more, returns)?;
        let tables = [&*self.target.table];
        let mut call = Call::new(self.operation(), &tables, body);
        call.overrides = self.options.overrides.clone();
        let response = transport::send(&self.target.client, call)
            .await
            .or_else(|error| self.answer(error))?;
        if self.options.wants_capacity() {
            let envelope = response.envelope()?;
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
            if failed.was_retried() && self.kind == ActionKind::Delete {
                // The first attempt has deleted it.
                return Ok(Response::empty());
            }
            return Err(Error::ItemNotFound(failed.into_service()));
        };
        let item = RawItem::new(item);
        if failed.was_retried() && self.is_applied(item) {
            return Ok(Response::empty());
        }
        let stored = self.stored_version(item);
        match self.checked_version() {
            Some((_, expected)) if stored != expected => Err(Error::VersionConflict(
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

    /// Whether the item shows the change. What is computed from the item as it was, another writer may have computed
    /// as well: only the time of the update can tell whose it is.
    fn shows(&self, change: &Change, item: RawItem<'_>) -> bool {
        let path = change.path();
        let stored = item.attribute(path.attribute()).ok().flatten();
        match change {
            Change::Set(_, Term::Value(json)) if path.is_attribute() => {
                stored.is_some_and(|stored| crate::wire::is_same_value(stored, json))
            }
            Change::Remove(_) if path.is_attribute() => stored.is_none(),
            _ => {
                let is_version = self.entity.lifecycle.version == Some(path.attribute());
                is_version || self.entity.lifecycle.updated_at.is_some()
            }
        }
    }

    /// Whether the item is exactly what this write makes of it. For an update only a version can tell.
    fn is_applied(&self, item: RawItem<'_>) -> bool {
        match self.kind {
            ActionKind::Put => crate::wire::is_same_item(item, RawItem::new(&self.subject)),
            ActionKind::Update => {
                let next = self.expected.map(next_version);
                next.is_some_and(|next| self.stored_version(item) == next)
                    && self.changes.iter().all(|change| self.shows(change, item))
            }
            ActionKind::Delete | ActionKind::Check => false,
        }
    }
}

/// The version that a write makes of another.
pub(super) fn next_version(version: u64) -> u64 {
    version.saturating_add(1)
}

/// The value of an attribute in an item, as a condition that it has not changed.
pub(super) fn unchanged(path: Path, value: Option<&str>) -> Node {
    match value {
        Some(json) => Node::Compare(Operand::Path(path), "=", Operand::Value(json.to_owned())),
        None => Node::not_exists(path),
    }
}
