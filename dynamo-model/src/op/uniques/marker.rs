//! One marker, and the actions that claim and release it.

use crate::entity::{marker, write_key_value};
use crate::expr::{Aliases, Node, Path};
use crate::key::{KeyKind, KeyProblem, KeyValue};
use crate::op::action::{Action, ActionKind};
use crate::op::draft::Draft;
use crate::schema::TableDef;
use crate::wire::write_json_str;
use crate::{Entity, Error, Table};

/// The claim on one unique value.
#[derive(Clone, PartialEq)]
pub(crate) struct Marker {
    pub(super) field: &'static str,
    pub(super) key: KeyValue,
    expires: Option<i64>,
}

/// What happens to a marker beside the write of an item.
pub(super) enum Deed {
    /// The item claims the value, if it is free, expired or its own already, or if one of these other owners has it, who
    /// gives it up in the same transaction.
    Claim(Vec<String>),
    /// The item gives the value up.
    Release,
    /// The value was taken over, because the item had expired: nothing to give up as long as that is so.
    Leave,
}

impl Marker {
    pub(super) fn new<E: Entity>(
        field: &'static str,
        value: &str,
        expires: Option<i64>,
    ) -> Result<Self, KeyProblem> {
        let text = marker::text(E::SCHEMA.type_name, field, value);
        let (kind, limit) = (E::Table::DEF.pk.kind, 2_048);
        if text.len() > limit && kind != KeyKind::N {
            let bytes = text.len();
            return Err(KeyProblem::TooLong { bytes, limit });
        }
        Ok(Self {
            field,
            key: marker::partition(kind, text),
            expires,
        })
    }

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
            write_key_value(&mut out, &marker::sort(sk.kind));
        }
        out
    }

    /// The action of the item with this key, as an attribute value.
    pub(super) fn action(&self, draft: &Draft, owner: &str, deed: &Deed) -> Result<Action, Error> {
        let absent = Node::not_exists(Path::of(draft.table.pk.name));
        let is_of = |owner: &str| Node::compare(Path::of(marker::OWNER), "=", owner);
        let mut key = self.open(draft.table);
        let (kind, member, condition) = match deed {
            Deed::Claim(others) => {
                let mut free = absent.or(is_of(owner));
                for other in others {
                    free = free.or(is_of(other));
                }
                if let Some(expired) = draft.expired() {
                    free = free.or(expired);
                }
                self.write_contents(draft.table, owner, &mut key);
                (ActionKind::Put, "Item", free)
            }
            Deed::Release => (ActionKind::Delete, "Key", absent.or(is_of(owner))),
            Deed::Leave => {
                let other = Node::compare(Path::of(marker::OWNER), "<>", owner);
                (ActionKind::Check, "Key", absent.or(other))
            }
        };
        key.push('}');
        let mut aliases = Aliases::default();
        let condition = condition.render(&mut aliases)?;
        let mut body = String::from("{\"TableName\":");
        write_json_str(&mut body, &draft.target.table);
        body.push_str(",\"");
        body.push_str(member);
        body.push_str("\":");
        body.push_str(&key);
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

    /// The owner, and when the claim ends.
    fn write_contents(&self, table: &TableDef, owner: &str, out: &mut String) {
        out.push(',');
        write_json_str(out, marker::OWNER);
        out.push(':');
        out.push_str(owner);
        if let (Some(ttl), Some(expires)) = (table.ttl, self.expires) {
            out.push(',');
            write_json_str(out, ttl);
            out.push_str(":{\"N\":\"");
            out.push_str(&expires.to_string());
            out.push_str("\"}");
        }
    }
}
