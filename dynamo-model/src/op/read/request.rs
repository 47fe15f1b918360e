//! What is sent for one partition or segment, before its filter and its paging.

use crate::Error;
use crate::expr::{Aliases, Node};
use crate::key::{KeyValue, SortCondition};
use crate::op::project::project;
use crate::op::request::Body;
use crate::schema::AttributeDef;

/// A read of one partition, or of one segment of a table: the members that are the same on every page.
pub(in crate::op) struct Request {
    pub(in crate::op) body: Body,
    /// The partition, which a scan does not have.
    pub(in crate::op) partition: Vec<(AttributeDef, KeyValue)>,
    /// What must hold of the sort key: equalities, then at most one other condition.
    pub(in crate::op) sort: Vec<(AttributeDef, SortCondition)>,
}

impl Request {
    /// A read of everything that the body says.
    pub(in crate::op) fn whole(body: Body) -> Self {
        Self {
            body,
            partition: Vec::new(),
            sort: Vec::new(),
        }
    }

    /// The body, to be sent page after page: of the items for which the filter holds, these attributes or all.
    pub(super) fn render(
        &self,
        filter: Option<&Node>,
        attributes: Option<&[&str]>,
    ) -> Result<Body, Error> {
        let mut body = self.body.open();
        let mut aliases = Aliases::default();
        if let Some(condition) = self.key_condition(&mut aliases) {
            body.string("KeyConditionExpression", &condition);
        }
        if let Some(filter) = filter {
            body.string("FilterExpression", &filter.render(&mut aliases)?);
        }
        project(&mut body, &mut aliases, attributes);
        aliases.check_size()?;
        body.aliases(&aliases);
        Ok(body)
    }

    fn key_condition(&self, aliases: &mut Aliases) -> Option<String> {
        let partition = self.partition.iter();
        let mut terms: Vec<String> = partition
            .map(|(attribute, value)| {
                let name = aliases.name(attribute.name);
                format!("{name} = {}", aliases.value(value))
            })
            .collect();
        for (attribute, condition) in &self.sort {
            let name = aliases.name(attribute.name);
            terms.push(sort_term(&name, condition, aliases));
        }
        (!terms.is_empty()).then(|| terms.join(" AND "))
    }
}

fn sort_term(name: &str, condition: &SortCondition, aliases: &mut Aliases) -> String {
    let mut compare =
        |operator: &str, value: &KeyValue| format!("{name} {operator} {}", aliases.value(value));
    match condition {
        SortCondition::Eq(value) => compare("=", value),
        SortCondition::Lt(value) => compare("<", value),
        SortCondition::Le(value) => compare("<=", value),
        SortCondition::Gt(value) => compare(">", value),
        SortCondition::Ge(value) => compare(">=", value),
        SortCondition::Between(low, high) => {
            format!("{} AND {}", compare("BETWEEN", low), aliases.value(high))
        }
        SortCondition::BeginsWith(value) => {
            format!("begins_with({name}, {})", aliases.value(value))
        }
    }
}
