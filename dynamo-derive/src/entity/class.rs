//! What each field is to the entity's keys, and so what an update may do with it; the counterpart of
//! `dynamo_model::expr`'s classes.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::parse::{Entity, Field, Key, LifeKind};
use crate::entity::print::{component, inputs};
use crate::template::{Format, Segment, Template};

/// Slots that the runtime has; components beyond are checked before an update is sent.
const SLOTS: usize = 8;

/// The classes of an entity's fields.
pub(super) struct Classes<'e> {
    entity: &'e Entity,
    /// Fields whose value an update may have to know besides others, each with its slot.
    slots: Vec<Slot<'e>>,
}

struct Slot<'e> {
    field: &'e Field,
    /// The other fields that are wanted when it is set.
    wants: Vec<&'e str>,
    /// The other fields that are wanted when it is removed: an item without it may be in an index whose predicate reads it.
    wants_without: Vec<&'e str>,
    /// Whether every update wants it, because it shares an index with `updated_at`.
    always: bool,
}

impl<'e> Classes<'e> {
    pub(super) fn of(entity: &'e Entity) -> Self {
        let mut slots: Vec<Slot<'e>> = Vec::new();
        for key in entity.keys.iter().skip(1) {
            if is_native(key) {
                continue;
            }
            let members = members(entity, key);
            let is_updated = |field: &Field| is_living(field, LifeKind::UpdatedAt);
            let always = members.iter().any(|field| is_updated(field));
            let others: Vec<&'e Field> = members
                .into_iter()
                .filter(|field| !is_updated(field))
                .collect();
            if others.len() < 2 && !always {
                continue;
            }
            for field in &others {
                let at = slots.iter().position(|slot| slot.field.name == field.name);
                let at = at.unwrap_or_else(|| {
                    slots.push(Slot {
                        field,
                        wants: Vec::new(),
                        wants_without: Vec::new(),
                        always: false,
                    });
                    slots.len() - 1
                });
                let slot = &mut slots[at];
                slot.always |= always;
                let is_component = stands_in(key.pk.iter().chain(&key.sk), &field.name);
                for other in others.iter().filter(|other| other.name != field.name) {
                    if !slot.wants.contains(&other.name.as_str()) {
                        slot.wants.push(&other.name);
                    }
                    if !is_component && !slot.wants_without.contains(&other.name.as_str()) {
                        slot.wants_without.push(&other.name);
                    }
                }
            }
        }
        slots.truncate(SLOTS);
        Self { entity, slots }
    }

    fn slot(&self, name: &str) -> Option<(usize, &Slot<'e>)> {
        let mut slots = self.slots.iter().enumerate();
        slots.find(|(_, slot)| slot.field.name == name)
    }

    /// The markers of gated components, and the states that an update begins with.
    pub(super) fn gate(&self) -> (Vec<&'e Field>, TokenStream) {
        let fields = self.slots.iter().map(|slot| slot.field).collect();
        let states = self.slots.iter().enumerate().map(|(number, slot)| {
            let marker = &self.slots[number].field.ident;
            if slot.always {
                quote!(_dm::Missing<#marker>)
            } else {
                quote!(_dm::Idle<#marker>)
            }
        });
        (fields, quote!((#(#states,)*)))
    }

    /// The field's class; `number` is its number among the components.
    pub(super) fn class(&self, field: &Field, number: Option<Literal>) -> TokenStream {
        let mut class = self.of_keys(field, number);
        if field.key_only.is_some() {
            class = quote!(_dm::Unstored<#class>);
        }
        class
    }

    fn of_keys(&self, field: &Field, number: Option<Literal>) -> TokenStream {
        let entity = self.entity;
        let primary = &entity.keys[0];
        let slot = self.slot(&field.name);
        if stands_in(primary.pk.iter().chain(&primary.sk), &field.name) {
            return quote!(_dm::Primary);
        }
        match field.life.as_ref().map(|life| life.kind) {
            Some(LifeKind::CreatedAt) => {
                return match (number, slot) {
                    (Some(number), Some((slot, _))) => quote!(_dm::Fixed<#number, #slot>),
                    _ => quote!(_dm::Managed),
                };
            }
            Some(LifeKind::Version | LifeKind::UpdatedAt) => return quote!(_dm::Managed),
            Some(LifeKind::Ttl) | None => {}
        }
        if let Some((at, slot)) = slot {
            let wants = self.list(&slot.wants);
            let at = Literal::usize_unsuffixed(at);
            return match number {
                Some(number) if slot.wants_without.is_empty() => {
                    quote!(_dm::Gated<#number, #at, #wants>)
                }
                Some(number) => {
                    let without = self.list(&slot.wants_without);
                    quote!(_dm::Gated<#number, #at, #wants, #without>)
                }
                None => quote!(_dm::Judged<#at, #wants>),
            };
        }
        match number {
            Some(number) => match self.own(field) {
                Some(own) => quote!(_dm::Single<#number, { #own }>),
                None => quote!(_dm::KeyedBy<#number>),
            },
            None if is_judged(entity, field) => quote!(_dm::Read),
            None => quote!(_dm::Free),
        }
    }

    fn list(&self, names: &[&str]) -> TokenStream {
        let slots = names.iter().rev().filter_map(|name| self.slot(name));
        slots.fold(quote!(()), |rest, (slot, _)| {
            let slot = Literal::usize_unsuffixed(slot);
            quote!(_dm::At<#slot, #rest>)
        })
    }

    /// Whether the field is a number that is stored as the key attributes themselves, as an expression over the table: if it
    /// stands alone, and as it is, wherever it stands. If it can be absent, nothing else may be written or not for that.
    fn own(&self, field: &Field) -> Option<TokenStream> {
        let entity = self.entity;
        let unique = entity
            .uniques()
            .any(|(_, unique)| unique.template.parts().any(|(name, _)| name == field.name));
        let is_coded = field.serde.serialize_with.is_some();
        if unique || is_coded || is_judged(entity, field) || !entity.generics.params.is_empty() {
            return None;
        }
        let mut all = Vec::new();
        for key in entity.keys.iter().skip(1) {
            if !stands_in(key.pk.iter().chain(&key.sk), &field.name) {
                continue;
            }
            let mut attributes = vec![&field.serde.attribute];
            let mut is_own = true;
            for template in key.pk.iter().chain(&key.sk) {
                match template.segments.as_slice() {
                    [
                        Segment::Part {
                            field: name,
                            format,
                        },
                    ] if *name == field.name => {
                        if *format != Format::Default {
                            return None;
                        }
                    }
                    _ if stands_in([template], &field.name) => return None,
                    [Segment::Part { field: name, .. }] => {
                        attributes.extend(entity.field(name).map(|other| &other.serde.attribute));
                    }
                    _ => is_own = false,
                }
            }
            let component = component(&field.ty);
            let (table, on) = (&entity.table, &key.on);
            all.push(quote! {
                _dm::owns(<#table as _dm::Table>::DEF, #on, #component::DEF.optional, &[#(#attributes),*], #is_own)
            });
        }
        (!all.is_empty()).then(|| quote!(#(#all)&&*))
    }
}

/// An index whose key attributes are made of one component each, as native multi-attribute keys are: none has to be
/// known for another.
fn is_native(key: &Key) -> bool {
    let mut templates = key.pk.iter().chain(&key.sk);
    let is_single =
        |template: &Template| matches!(template.segments.as_slice(), [Segment::Part { .. }]);
    key.when.is_none() && templates.all(is_single)
}

/// Whether some predicate reads the field.
fn is_judged(entity: &Entity, field: &Field) -> bool {
    let mut whens = entity.keys.iter().filter_map(|key| key.when.as_ref());
    whens.any(|when| inputs(entity, when).iter().any(|f| f.name == field.name))
}

fn is_living(field: &Field, kind: LifeKind) -> bool {
    field.life.as_ref().is_some_and(|life| life.kind == kind)
}

fn stands_in<'t>(templates: impl IntoIterator<Item = &'t Template>, name: &str) -> bool {
    templates
        .into_iter()
        .flat_map(Template::parts)
        .any(|(field, _)| field == name)
}

/// The fields that decide an item's key in an index, but for those that the primary key holds.
fn members<'e>(entity: &'e Entity, key: &'e Key) -> Vec<&'e Field> {
    let primary = &entity.keys[0];
    let mut all: Vec<&Field> = Vec::new();
    let of_templates = key.pk.iter().chain(&key.sk).flat_map(Template::parts);
    let of_templates = of_templates.filter_map(|(name, _)| entity.field(name));
    let of_when = key.when.iter().flat_map(|when| inputs(entity, when));
    for field in of_templates.chain(of_when) {
        if !stands_in(primary.pk.iter().chain(&primary.sk), &field.name)
            && !all.iter().any(|known| known.name == field.name)
        {
            all.push(field);
        }
    }
    all
}
