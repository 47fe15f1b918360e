//! The keys that a query reads: of one entity, or what those of several have in common.

use super::read::Request;
use super::request::Body;
use crate::Error;
use crate::expr::{KeyTerms, sort_components};
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
    /// The templates of the sort key attributes, as far as conditions can go.
    pub(super) sort: Vec<SortTemplate>,
    pub(super) terms: &'k KeyTerms,
}

impl Lookup<'_> {
    /// The requests without filter and paging, one for each partition: several if the partition key has a shard that the
    /// known components do not fix, none if no key can satisfy the conditions. The sort key is bounded if it is `sorted`.
    pub(super) fn requests(&self, target: &Target, sorted: bool) -> Result<Vec<Request>, Error> {
        let open = self.open_shards();
        let count: usize = open.iter().map(|(_, count)| usize::from(*count)).product();
        let Some(sort) = self.sort_condition(sorted)? else {
            return Ok(Vec::new());
        };
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
            let mut body = Body::new(&target.table);
            if let Some(index) = self.entity.keys[self.number].index {
                body.string("IndexName", index);
            }
            requests.push(Request {
                body,
                partition: self.partition_key(&shards)?,
                sort: sort.clone(),
            });
        }
        Ok(requests)
    }

    /// The components that stand in the partition key as shards only, with the number of shards.
    fn open_shards(&self) -> Vec<(usize, u16)> {
        let templates = self.entity.pk_templates(&self.entity.keys[self.number]);
        let mut open: Vec<(usize, u16)> = Vec::new();
        for (component, format) in templates.iter().flat_map(|template| template.components()) {
            if let Format::Shard(count) = format
                && self.terms.part(component).is_none()
                && !open.iter().any(|(known, _)| *known == component)
            {
                open.push((component, count.max(1)));
            }
        }
        open
    }

    /// The partition's key attributes.
    fn partition_key(
        &self,
        shards: &[(usize, u16)],
    ) -> Result<Vec<(AttributeDef, KeyValue)>, KeyError> {
        let of_partition = |component: usize| {
            let shard = shards.iter().find(|(sharded, _)| *sharded == component);
            let known = self.terms.part(component);
            known.or_else(|| shard.map(|(_, number)| Part::Shard(*number)))
        };
        let key = &self.entity.keys[self.number];
        let (pk, _) = self.entity.pairs(self.table, key);
        pk.map(|(attribute, template)| {
            let place = Place::partition(attribute.kind);
            let value = encode(self.context, template, place, &of_partition)?
                .ok_or_else(|| self.context.error(None, template, KeyProblem::Missing))?;
            Ok((attribute, value))
        })
        .collect()
    }

    /// What must hold of the sort key; `None` if no key can satisfy it.
    fn sort_condition(
        &self,
        sorted: bool,
    ) -> Result<Option<Vec<(AttributeDef, SortCondition)>>, KeyError> {
        // A time given for its date says which partition, and nothing of the times in it.
        let free = sort_components(self.entity, self.number);
        let of_sort = |component: usize| {
            if free.contains(&component) {
                self.terms.equated(component)
            } else {
                self.terms.part(component)
            }
        };
        let templates: &[SortTemplate] = if sorted { &self.sort } else { &[] };
        let range = self.terms.range.as_ref();
        let conditions = sort_conditions(self.context, templates, &of_sort, range)?;
        let (_, attributes) = self.table.attributes(&self.entity.keys[self.number]);
        let of_attribute = |(at, condition)| Some((*attributes.get(at)?, condition));
        Ok(conditions.map(|all| all.into_iter().filter_map(of_attribute).collect()))
    }
}
