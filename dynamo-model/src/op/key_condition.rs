//! The key conditions of a query, for one entity or for what several have in common.

use super::request::{Body, Request};
use crate::Error;
use crate::expr::{Aliases, KeyTerms, sort_components};
use crate::key::{
    Context, Format, KeyError, KeyProblem, KeyValue, Part, Place, SortCondition, SortTemplate,
    encode, sort_conditions,
};
use crate::schema::{AttributeDef, EntityDef, TableDef};
use crate::transport::Target;

/// A key, and what is known of its components.
pub(super) struct Lookup<'k> {
    pub(super) context: Context,
    pub(super) table: &'static TableDef,
    /// Numbers the components, and has the templates of the partition key.
    pub(super) entity: &'static EntityDef,
    /// The number of the entity's key.
    pub(super) number: usize,
    /// The templates of the sort key attributes, as far as the conditions can go.
    pub(super) sort: Vec<SortTemplate>,
    pub(super) known: &'k KeyTerms,
}

impl Lookup<'_> {
    /// The requests without filter and paging, one for each partition: several if the partition key has a shard that the
    /// known components do not fix, none if no key can satisfy the conditions.
    pub(super) fn requests(&self, target: &Target, sorted: bool) -> Result<Vec<Request>, Error> {
        let key = &self.entity.keys[self.number];
        let open = self.open_shards();
        let count: usize = open.iter().map(|(_, count)| usize::from(*count)).product();
        let mut requests = Vec::with_capacity(count);
        for number in 0..count {
            // The digits of `number`, each to the base of its component's shards.
            let mut rest = number;
            let shards: Vec<(usize, u16)> = open
                .iter()
                .map(|&(component, count)| {
                    let shard = rest % usize::from(count);
                    rest /= usize::from(count);
                    (component, u16::try_from(shard).unwrap_or(u16::MAX))
                })
                .collect();
            let mut aliases = Aliases::default();
            let condition = self.condition(&shards, sorted, &mut aliases)?;
            let Some(condition) = condition else {
                return Ok(Vec::new());
            };
            let mut body = Body::new(&target.table);
            if let Some(index) = key.index {
                body.string("IndexName", index);
            }
            body.string("KeyConditionExpression", &condition);
            requests.push(Request { body, aliases });
        }
        Ok(requests)
    }

    /// The components that stand in the partition key as shards only, with the number of shards.
    fn open_shards(&self) -> Vec<(usize, u16)> {
        let templates = self.entity.pk_templates(&self.entity.keys[self.number]);
        let mut open: Vec<(usize, u16)> = Vec::new();
        for (component, format) in templates.iter().flat_map(|template| template.components()) {
            if let Format::Shard(count) = format
                && self.known.part(component).is_none()
                && !open.iter().any(|(known, _)| *known == component)
            {
                open.push((component, count.max(1)));
            }
        }
        open
    }

    /// Partition equalities and sort conditions; `None` if no key can satisfy them.
    fn condition(
        &self,
        shards: &[(usize, u16)],
        sorted: bool,
        aliases: &mut Aliases,
    ) -> Result<Option<String>, KeyError> {
        let of_partition = |component: usize| {
            let shard = shards.iter().find(|(sharded, _)| *sharded == component);
            let known = self.known.part(component);
            known.or_else(|| shard.map(|(_, number)| Part::Shard(*number)))
        };
        // A time given for its date says which partition, and nothing of the times in it.
        let free = sort_components(self.entity, self.number);
        let of_sort = |component: usize| {
            if free.contains(&component) {
                self.known.equated(component)
            } else {
                self.known.part(component)
            }
        };
        let key = &self.entity.keys[self.number];
        let (pk, sk) = self.entity.pairs(self.table, key);
        let mut terms = Vec::new();
        for (attribute, template) in pk {
            let place = Place::partition(attribute.kind);
            let value = encode(self.context, template, place, &of_partition)?
                .ok_or_else(|| self.context.error(None, template, KeyProblem::Missing))?;
            terms.push(format!(
                "{} = {}",
                aliases.name(attribute.name),
                aliases.value(&value)
            ));
        }
        let templates: &[SortTemplate] = if sorted { &self.sort } else { &[] };
        let range = self.known.range.as_ref();
        let Some(conditions) = sort_conditions(self.context, templates, &of_sort, range)? else {
            return Ok(None);
        };
        let attributes: Vec<AttributeDef> = sk.map(|(attribute, _)| attribute).collect();
        for (at, condition) in &conditions {
            let name = aliases.name(attributes[*at].name);
            terms.push(sort_term(&name, condition, aliases));
        }
        Ok(Some(terms.join(" AND ")))
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
