//! What the sort keys of a collection's members have in common: the leading part that one key condition can be about.

use super::check::same_format;
use super::message::{equal, next_char};
use super::{CollectionDef, EntityDef, MemberDef};
use crate::key::{ComponentDef, Format, OrderClass, Segment, Shape, Template, capabilities};

/// The leading part of the sort keys, one template for each attribute. Components are numbered as the first member
/// numbers them.
pub(crate) struct SharedSort {
    templates: [SharedTemplate; Self::MAX],
    len: usize,
}

#[derive(Clone, Copy)]
pub(crate) struct SharedTemplate {
    segments: [Segment; Self::MAX],
    len: usize,
    /// Whether the keys of all members end where the template does.
    pub(crate) is_whole: bool,
}

impl SharedSort {
    /// Attributes of a sort key, at most.
    const MAX: usize = 4;

    pub(crate) const fn of(collection: &CollectionDef) -> Self {
        let mut all = Self {
            templates: [SharedTemplate::EMPTY; Self::MAX],
            len: 0,
        };
        let [first, others @ ..] = collection.members else {
            return all;
        };
        let templates = first.entity.keys[first.key].sk;
        while all.len < templates.len() && all.len < Self::MAX {
            let mut shared = SharedTemplate::of(templates[all.len]);
            let mut m = 0;
            while m < others.len() {
                shared = shared.narrow(first, &others[m], all.len);
                m += 1;
            }
            all.templates[all.len] = shared;
            all.len += 1;
            if !shared.is_whole {
                break;
            }
        }
        all
    }

    pub(crate) fn templates(&self) -> &[SharedTemplate] {
        &self.templates[..self.len]
    }

    /// The shared component at this position among those that the partition leaves open.
    pub(crate) const fn component(
        &self,
        collection: &CollectionDef,
        position: usize,
    ) -> Option<SharedComponent> {
        let [first, ..] = collection.members else {
            return None;
        };
        let mut t = 0;
        while t < self.len {
            let template = &self.templates[t];
            let mut i = 0;
            while i < template.len {
                if let Segment::Part(component, format) = template.segments[i]
                    && let Role::Sort(found, _) = role(first, component)
                    && found == position
                {
                    return Some(SharedComponent {
                        template: t,
                        segment: i,
                        format,
                        is_last: i + 1 == template.len,
                        is_whole: template.is_whole,
                    });
                }
                i += 1;
            }
            t += 1;
        }
        None
    }
}

impl SharedTemplate {
    /// A key of 1,024 bytes has no more in practice. What is cut is not shared.
    const MAX: usize = 32;

    const EMPTY: Self = Self {
        segments: [Segment::Lit(""); Self::MAX],
        len: 0,
        is_whole: true,
    };

    const fn of(template: Template) -> Self {
        let mut all = Self::EMPTY;
        while all.len < template.0.len() {
            if all.len == Self::MAX {
                all.is_whole = false;
                break;
            }
            all.segments[all.len] = template.0[all.len];
            all.len += 1;
        }
        all
    }

    pub(crate) fn template(&'static self) -> Template {
        Template(&self.segments[..self.len])
    }

    /// What is left of it beside the other member's template for the same attribute.
    const fn narrow(self, first: &MemberDef, other: &MemberDef, attribute: usize) -> Self {
        let templates = other.entity.keys[other.key].sk;
        let theirs: &[Segment] = if attribute < templates.len() {
            templates[attribute].0
        } else {
            &[]
        };
        let mut i = 0;
        while i < self.len && i < theirs.len() {
            match (self.segments[i], theirs[i]) {
                (Segment::Lit(a), Segment::Lit(b)) => {
                    if !equal(a, b) {
                        return self.cut_within(i, common(a, b));
                    }
                }
                (Segment::Part(a, a_format), Segment::Part(b, b_format)) => {
                    if !same_format(a_format, b_format)
                        || !same_shape(shape(first.entity, a), shape(other.entity, b))
                        || !role(first, a).is(role(other, b))
                    {
                        return self.cut(i);
                    }
                }
                _ => return self.cut(i),
            }
            i += 1;
        }
        if i < self.len || i < theirs.len() {
            return self.cut(i);
        }
        self
    }

    const fn cut(mut self, len: usize) -> Self {
        self.len = len;
        self.is_whole = false;
        self
    }

    const fn cut_within(mut self, at: usize, literal: &'static str) -> Self {
        if literal.is_empty() {
            return self.cut(at);
        }
        self.segments[at] = Segment::Lit(literal);
        self.cut(at + 1)
    }
}

/// Where a shared component stands.
#[derive(Clone, Copy)]
pub(crate) struct SharedComponent {
    template: usize,
    segment: usize,
    format: Format,
    is_last: bool,
    is_whole: bool,
}

impl SharedComponent {
    /// The member's own component at this place.
    pub(crate) const fn of(self, member: &MemberDef) -> ComponentDef {
        let template = member.entity.keys[member.key].sk[self.template];
        match template.0[self.segment] {
            Segment::Part(component, _) => member.entity.components[component],
            Segment::Lit(_) => panic!("shared components stand at one place in all members"),
        }
    }

    /// Whether a condition on it is exact for every member: its text ends at one place in all keys.
    ///
    /// What is of fixed width does. Of other text the end is known where every key goes on with the same literal, or
    /// ends.
    pub(crate) const fn is_exact(self, collection: &CollectionDef) -> bool {
        let shape = self.of(&collection.members[0]).shape;
        let is_fixed = match capabilities(shape, self.format) {
            Some(can) => can.width.is_some(),
            None => false,
        };
        is_fixed || !self.is_last || self.is_whole
    }

    /// Whether ranges of it are exact for every member: the weakest of them decides.
    pub(crate) const fn is_ranged(self, collection: &CollectionDef) -> bool {
        let mut m = 0;
        while m < collection.members.len() {
            let is_ranged = match self.order(&collection.members[m]) {
                OrderClass::Fixed => true,
                OrderClass::Variable => self.is_last && self.is_whole,
                OrderClass::Unordered => false,
            };
            if !is_ranged {
                return false;
            }
            m += 1;
        }
        true
    }

    /// Whether it is text, as it stands in the key.
    pub(crate) const fn is_textual(self) -> bool {
        matches!(
            self.format,
            Format::Default
                | Format::Raw
                | Format::Lower
                | Format::Upper
                | Format::Escape
                | Format::Any
        )
    }

    const fn order(self, member: &MemberDef) -> OrderClass {
        let component = self.of(member);
        match self.format {
            Format::Default => component.order,
            format => match capabilities(component.shape, format) {
                Some(can) => can.order,
                None => OrderClass::Unordered,
            },
        }
    }
}

/// What a component is to a key: its position among those that the partition is given by, or among those of the sort key
/// that the partition leaves open.
#[derive(Clone, Copy)]
enum Role {
    Partition(usize),
    /// With its position in the partition key as well, if that holds no more than a part of it: of a shard, an equality
    /// says which.
    Sort(usize, Option<usize>),
}

impl Role {
    const fn is(self, other: Self) -> bool {
        match (self, other) {
            (Role::Partition(a), Role::Partition(b))
            | (Role::Sort(a, None), Role::Sort(b, None)) => a == b,
            (Role::Sort(a, Some(x)), Role::Sort(b, Some(y))) => a == b && x == y,
            _ => false,
        }
    }
}

/// The role of a component of the sort key.
const fn role(member: &MemberDef, component: usize) -> Role {
    let key = &member.entity.keys[member.key];
    let pk = member.entity.pk_templates(key);
    if fixes(pk, component) {
        return Role::Partition(position(pk, component, None));
    }
    let mut part = None;
    let mut t = 0;
    while t < pk.len() {
        if pk[t].contains(component) {
            part = Some(position(pk, component, None));
        }
        t += 1;
    }
    Role::Sort(position(key.sk, component, Some(pk)), part)
}

/// Whether the partition key says the component's value.
const fn fixes(pk: &[Template], component: usize) -> bool {
    let mut t = 0;
    while t < pk.len() {
        let mut i = 0;
        while i < pk[t].0.len() {
            if let Segment::Part(found, format) = pk[t].0[i]
                && found == component
                && !format.is_part()
            {
                return true;
            }
            i += 1;
        }
        t += 1;
    }
    false
}

/// How many other components stand before the first place of this one, those not counted that `but` fixes.
const fn position(templates: &[Template], component: usize, but: Option<&[Template]>) -> usize {
    let mut seen = [usize::MAX; 64];
    let mut count = 0;
    let mut t = 0;
    while t < templates.len() {
        let mut i = 0;
        while i < templates[t].0.len() {
            let segment = templates[t].0[i];
            i += 1;
            let Segment::Part(found, _) = segment else {
                continue;
            };
            if found == component {
                return count;
            }
            let is_fixed = match but {
                Some(pk) => fixes(pk, found),
                None => false,
            };
            if !is_fixed && !holds(&seen, count, found) && count < seen.len() {
                seen[count] = found;
                count += 1;
            }
        }
        t += 1;
    }
    count
}

const fn holds(seen: &[usize], count: usize, wanted: usize) -> bool {
    let mut i = 0;
    while i < count {
        if seen[i] == wanted {
            return true;
        }
        i += 1;
    }
    false
}

/// Whether two members give partitions in the same form: only the names of components may differ.
pub(super) const fn same_partition(a: &MemberDef, b: &MemberDef) -> bool {
    let ours = a.entity.pk_templates(&a.entity.keys[a.key]);
    let theirs = b.entity.pk_templates(&b.entity.keys[b.key]);
    if ours.len() != theirs.len() {
        return false;
    }
    let mut t = 0;
    while t < ours.len() {
        let (x, y) = (ours[t].0, theirs[t].0);
        if x.len() != y.len() {
            return false;
        }
        let mut i = 0;
        while i < x.len() {
            let same = match (x[i], y[i]) {
                (Segment::Lit(x), Segment::Lit(y)) => equal(x, y),
                (Segment::Part(c, c_format), Segment::Part(d, d_format)) => {
                    same_format(c_format, d_format)
                        && same_shape(shape(a.entity, c), shape(b.entity, d))
                        && position(ours, c, None) == position(theirs, d, None)
                }
                _ => false,
            };
            if !same {
                return false;
            }
            i += 1;
        }
        t += 1;
    }
    true
}

const fn shape(entity: &EntityDef, component: usize) -> Shape {
    entity.components[component].shape
}

pub(super) const fn same_shape(a: Shape, b: Shape) -> bool {
    match (a, b) {
        (Shape::Ascii { len: a }, Shape::Ascii { len: b }) => a == b,
        (Shape::Unsigned { bits: a }, Shape::Unsigned { bits: b })
        | (Shape::Signed { bits: a }, Shape::Signed { bits: b }) => a == b,
        (Shape::Text, Shape::Text)
        | (Shape::Choice, Shape::Choice)
        | (Shape::Flag, Shape::Flag)
        | (Shape::Instant, Shape::Instant)
        | (Shape::DateTime, Shape::DateTime)
        | (Shape::Date, Shape::Date)
        | (Shape::Bytes, Shape::Bytes)
        | (Shape::Decimal, Shape::Decimal) => true,
        _ => false,
    }
}

/// The longest text that both begin with.
const fn common(a: &'static str, b: &'static str) -> &'static str {
    let (mut ours, mut theirs) = (a, b);
    while let (Some((x, x_rest)), Some((y, y_rest))) = (next_char(ours), next_char(theirs)) {
        if x as u32 != y as u32 {
            break;
        }
        (ours, theirs) = (x_rest, y_rest);
    }
    a.split_at(a.len() - ours.len()).0
}
