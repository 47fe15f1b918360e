//! Partitions and typed conditions on sort keys.

use std::fmt;
use std::marker::PhantomData;

use crate::key::{Bound, Component, Fixed, KeyArg, KeyPart, Part, Variable};
use crate::{Entity, Keyed};

/// The items of one entity in one partition of the table or of an index, which
/// [`Handle::query`](crate::Handle::query) reads.
///
/// Made by the functions that the derive generates: `Order::of(customer_id)` for the table,
/// `Order::by_status(status)` for an index named `by_status`.
#[must_use = "a partition does nothing until it is given to `query`"]
pub struct Partition<E, const KEY: usize> {
    pub(crate) terms: KeyTerms,
    entity: PhantomData<fn() -> E>,
}

impl<E, const KEY: usize> Partition<E, KEY> {
    /// The partition of these components, by their numbers in the entity's schema.
    #[doc(hidden)]
    pub fn new(known: &[(usize, Part<'_>)]) -> Self {
        let known = known
            .iter()
            .map(|(component, part)| (*component, part.clone().into_owned()));
        Self {
            terms: KeyTerms::partition(known.collect()),
            entity: PhantomData,
        }
    }
}

/// What is said of the components of a key: those of its partition, and what a condition says of its sort key.
#[derive(Clone)]
pub(crate) struct KeyTerms {
    /// Components of the partition key, by their numbers.
    partition: Vec<(usize, Part<'static>)>,
    /// Components of the sort key that a condition equates.
    equal: Vec<(usize, Part<'static>)>,
    pub(crate) range: Option<(usize, Bound)>,
    /// Whether the user said something of the sort key.
    pub(crate) sorted: bool,
}

impl KeyTerms {
    pub(crate) fn partition(partition: Vec<(usize, Part<'static>)>) -> Self {
        Self {
            partition,
            equal: Vec::new(),
            range: None,
            sorted: false,
        }
    }

    /// Takes the terms of a condition, whose positions are those of the sort key's components, in the place of any
    /// before.
    pub(crate) fn sort(&mut self, terms: Terms, components: &[usize]) {
        let number = |position: usize| components.get(position).copied().unwrap_or(usize::MAX);
        let equal = terms.equal.into_iter();
        self.equal = equal
            .map(|(position, part)| (number(position), part))
            .collect();
        self.range = terms
            .range
            .map(|(position, bound)| (number(position), bound));
        self.sorted = true;
    }

    /// The value of a component, if it is known.
    pub(crate) fn part(&self, component: usize) -> Option<Part<'static>> {
        let mut known = self.partition.iter().chain(&self.equal);
        let known = known.find(|(number, _)| *number == component);
        known.map(|(_, part)| part.clone())
    }

    /// The value that the condition on the sort key gives a component.
    pub(crate) fn equated(&self, component: usize) -> Option<Part<'static>> {
        let equal = self.equal.iter().find(|(number, _)| *number == component);
        equal.map(|(_, part)| part.clone())
    }
}

impl<E: Entity + Keyed<KEY>, const KEY: usize> Partition<E, KEY> {
    /// Narrows the items to those whose sort key satisfies a condition.
    ///
    /// The condition begins with the first component of the sort key and goes on with `then`:
    /// equalities first, at most one range last. It becomes one `BETWEEN` or `begins_with`, so that
    /// nothing else is read. A second `sort` takes the place of the first.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Line))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order}#{line}")]
    /// # struct Line { customer_id: String, order: u32, line: u32 }
    /// // All lines of all orders from number 100 on.
    /// let recent = Line::of("c-1").sort(|k| k.order.ge(100_u32));
    /// // The first ten lines of one order.
    /// let first = Line::of("c-1").sort(|k| k.order.eq(100_u32).then(k.line.le(10_u32)));
    /// # let _ = (recent, first);
    /// ```
    pub fn sort<C: First<E, KEY>>(mut self, condition: impl FnOnce(E::Parts) -> C) -> Self {
        let terms = condition(E::PARTS).into_terms();
        self.terms.sort(terms, &sort_components(E::SCHEMA, KEY));
        self
    }
}

/// The components of a sort key that its partition does not fix, in order: what the handles count.
pub(crate) fn sort_components(entity: &crate::schema::EntityDef, key: usize) -> Vec<usize> {
    let key = &entity.keys[key];
    let mut all = Vec::new();
    for (component, _) in key.sk.iter().flat_map(|template| template.components()) {
        // A shard or a date in the partition key is made of a component and leaves its value open.
        let mut pk = entity.pk_templates(key).iter().flat_map(|t| t.components());
        let in_pk = pk.any(|(c, format)| c == component && !format.is_part());
        if !in_pk && !all.contains(&component) {
            all.push(component);
        }
    }
    all
}

impl<E, const KEY: usize> Clone for Partition<E, KEY> {
    fn clone(&self) -> Self {
        Self {
            terms: self.terms.clone(),
            entity: PhantomData,
        }
    }
}

/// Says which partition it is of, without the values.
impl<E: Entity, const KEY: usize> fmt::Debug for Partition<E, KEY> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partition")
            .field("entity", &E::SCHEMA.name)
            .field("key", &E::SCHEMA.keys[KEY].name)
            .finish_non_exhaustive()
    }
}

/// One component of a sort key, in the closure of [`Partition::sort`].
///
/// `I` is its position among the components of the sort key, `S` says its type and whether ranges on it
/// are exact.
pub struct SortPart<E, const KEY: usize, const I: usize, S>(PhantomData<fn() -> (E, S)>);

impl<E, const KEY: usize, const I: usize, S> fmt::Debug for SortPart<E, KEY, I, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SortPart({I})")
    }
}

impl<E, const KEY: usize, const I: usize, S> SortPart<E, KEY, I, S> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

/// The handle at a place that says which.
#[doc(hidden)]
pub const fn part<E, const KEY: usize, const I: usize, S>() -> SortPart<E, KEY, I, S> {
    SortPart::NEW
}

type Eq<E, const KEY: usize, const I: usize> = Sort<E, KEY, I, I, Open>;
type Range<E, const KEY: usize, const I: usize> = Sort<E, KEY, I, I, Closed>;

impl<E, const KEY: usize, const I: usize, S: Slot> SortPart<E, KEY, I, S> {
    /// The component equals the value. More components may follow with [`then`](Sort::then).
    pub fn eq(self, value: impl KeyArg<S::Value>) -> Eq<E, KEY, I> {
        Sort::new(Terms {
            equal: vec![(I, value.part().into_owned())],
            range: None,
        })
    }

    /// The component's text begins with this text. An empty one holds for every value.
    pub fn starts_with(self, value: impl KeyArg<S::Value>) -> Range<E, KEY, I>
    where
        S: Textual,
    {
        Sort::range(I, Bound::StartsWith(value.part().into_owned()))
    }

    /// Less than the value.
    pub fn lt(self, value: impl KeyArg<S::Value>) -> Range<E, KEY, I>
    where
        S: Ranged,
    {
        Sort::range(I, Bound::Lt(value.part().into_owned()))
    }

    /// At most the value.
    pub fn le(self, value: impl KeyArg<S::Value>) -> Range<E, KEY, I>
    where
        S: Ranged,
    {
        Sort::range(I, Bound::Le(value.part().into_owned()))
    }

    /// Greater than the value.
    pub fn gt(self, value: impl KeyArg<S::Value>) -> Range<E, KEY, I>
    where
        S: Ranged,
    {
        Sort::range(I, Bound::Gt(value.part().into_owned()))
    }

    /// At least the value.
    pub fn ge(self, value: impl KeyArg<S::Value>) -> Range<E, KEY, I>
    where
        S: Ranged,
    {
        Sort::range(I, Bound::Ge(value.part().into_owned()))
    }

    /// From the first value to the second, both included. Nothing is sent if they are reversed.
    pub fn between(
        self,
        low: impl KeyArg<S::Value>,
        high: impl KeyArg<S::Value>,
    ) -> Range<E, KEY, I>
    where
        S: Ranged,
    {
        let (low, high) = (low.part().into_owned(), high.part().into_owned());
        Sort::range(I, Bound::Between(low, high))
    }
}

/// A condition on the components `FIRST` to `LAST` of a sort key.
#[must_use = "return the condition from the closure"]
pub struct Sort<E, const KEY: usize, const FIRST: usize, const LAST: usize, End> {
    terms: Terms,
    of: PhantomData<fn() -> (E, End)>,
}

impl<E, const KEY: usize, const FIRST: usize, const LAST: usize, End> fmt::Debug
    for Sort<E, KEY, FIRST, LAST, End>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sort({FIRST}..={LAST})")
    }
}

/// Positions among the sort key's components, with what is said of them.
#[doc(hidden)]
#[derive(Debug)]
pub struct Terms {
    equal: Vec<(usize, Part<'static>)>,
    range: Option<(usize, Bound)>,
}

impl<E, const KEY: usize, const FIRST: usize, const LAST: usize, End>
    Sort<E, KEY, FIRST, LAST, End>
{
    fn new(terms: Terms) -> Self {
        Self {
            terms,
            of: PhantomData,
        }
    }

    fn range(position: usize, bound: Bound) -> Self {
        Self::new(Terms {
            equal: Vec::new(),
            range: Some((position, bound)),
        })
    }

    /// Goes on with the next component of the sort key.
    pub fn then<Next: Follows<E, KEY, LAST>>(self, next: Next) -> Next::After<FIRST>
    where
        End: Ends,
    {
        next.after(self.terms)
    }
}

/// A condition that begins with the first component of the sort key.
#[diagnostic::on_unimplemented(
    message = "this sort condition skips the first part of the sort key",
    label = "begin with the first part",
    note = "conditions follow the sort key from its beginning: `k.first.eq(..).then(k.second.ge(..))`"
)]
pub trait First<E, const KEY: usize>: sealed::Sealed {
    /// The condition as data.
    #[doc(hidden)]
    fn into_terms(self) -> Terms;
}

impl<E, const KEY: usize, const LAST: usize, End> First<E, KEY> for Sort<E, KEY, 0, LAST, End> {
    fn into_terms(self) -> Terms {
        self.terms
    }
}

/// A condition that begins right behind component `LAST`.
#[diagnostic::on_unimplemented(
    message = "`.then` does not go on with the next part of the sort key",
    label = "a part is skipped or repeated here",
    note = "after `k.a.eq(..)` comes the part that stands behind `a` in the template"
)]
pub trait Follows<E, const KEY: usize, const LAST: usize>: sealed::Sealed {
    /// Both conditions together, from component `FIRST` on.
    type After<const FIRST: usize>;
    /// Puts the condition behind others.
    #[doc(hidden)]
    fn after<const FIRST: usize>(self, before: Terms) -> Self::After<FIRST>;
}

// One impl for each pair, because stable Rust does not add in constant generics.
macro_rules! follows {
    ($($i:literal $j:literal),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<E, const KEY: usize, const END: usize, End> Follows<E, KEY, $i>
            for Sort<E, KEY, $j, END, End>
        {
            type After<const FIRST: usize> = Sort<E, KEY, FIRST, END, End>;

            fn after<const FIRST: usize>(self, mut before: Terms) -> Self::After<FIRST> {
                before.equal.extend(self.terms.equal);
                Sort::new(Terms {
                    equal: before.equal,
                    range: self.terms.range,
                })
            }
        }
    )*};
}
follows!(0 1, 1 2, 2 3, 3 4, 4 5, 5 6, 6 7, 7 8, 8 9, 9 10, 10 11, 11 12);

/// How a condition ends: [`Open`] or [`Closed`].
#[diagnostic::on_unimplemented(
    message = "nothing can follow a range",
    label = "this is a range, and DynamoDB takes one condition on a sort key",
    note = "equalities come first: `k.a.eq(..).then(k.b.ge(..))`"
)]
pub trait Ends: sealed::Sealed {}

/// With an equality, so that the next component may follow.
#[derive(Debug)]
pub enum Open {}
/// With a range, which nothing can follow.
#[derive(Debug)]
pub enum Closed {}

impl Ends for Open {}

/// A component's place in its template: its field's type, and whether ranges on it are exact.
pub trait Slot: sealed::Sealed {
    /// The component's type.
    type Value: KeyPart;
}

/// The last component of its template, in its type's own format.
#[derive(Debug)]
pub struct Last<T>(PhantomData<fn() -> T>);
/// A component with something behind it, in its type's own format.
#[derive(Debug)]
pub struct Mid<T>(PhantomData<fn() -> T>);
/// A component in a format of fixed width that keeps the order.
#[derive(Debug)]
pub struct Always<T>(PhantomData<fn() -> T>);
/// A component in a format that does not keep the order.
#[derive(Debug)]
pub struct Never<T>(PhantomData<fn() -> T>);
/// A component of which only a hash is written.
#[derive(Debug)]
pub struct Hashed<T>(PhantomData<fn() -> T>);

macro_rules! slots {
    ($($slot:ident),*) => {$(
        impl<T: Component> Slot for $slot<T> {
            type Value = T::Key;
        }
        impl<T> sealed::Sealed for $slot<T> {}
    )*};
}
slots!(Last, Mid, Always, Never, Hashed);

/// A component that the sort keys of a collection's members share: what is exact for all of them.
#[derive(Debug)]
pub struct Shared<T, const RANGED: bool, const TEXTUAL: bool>(PhantomData<fn() -> T>);

impl<T: Component, const RANGED: bool, const TEXTUAL: bool> Slot for Shared<T, RANGED, TEXTUAL> {
    type Value = T::Key;
}
impl<T, const RANGED: bool, const TEXTUAL: bool> sealed::Sealed for Shared<T, RANGED, TEXTUAL> {}

/// A slot whose stored text sorts as its values do.
#[diagnostic::on_unimplemented(
    message = "a range on this part of the sort key would not be exact",
    label = "the stored text does not sort as the values do",
    note = "text is in order only as the last part of a key (`New York#` sorts before `New#`), enums and formats such as `raw`, `lower` and `shard` never are",
    note = "`eq` always works, and so does `starts_with` on text; for ranges give the part a fixed width, or move it to the end of the template"
)]
pub trait Ranged: Slot {}

#[diagnostic::do_not_recommend]
impl<T: Component> Ranged for Always<T> {}
#[diagnostic::do_not_recommend]
impl<T: Component, const TEXTUAL: bool> Ranged for Shared<T, true, TEXTUAL> {}
#[diagnostic::do_not_recommend]
impl<T: Component> Ranged for Mid<T> where T::Key: KeyPart<Order = Fixed> {}
#[diagnostic::do_not_recommend]
impl<T: Component> Ranged for Last<T> where <T::Key as KeyPart>::Order: sealed::Sorted {}

/// A slot of text, which can begin with other text.
#[diagnostic::on_unimplemented(
    message = "`starts_with` is for text",
    label = "this part of the sort key is not text",
    note = "numbers, ids and times have a fixed width: compare them with `ge`, `lt` or `between`; of a `shard` only a hash is stored"
)]
pub trait Textual: Slot {}

#[diagnostic::do_not_recommend]
impl<T: KeyPart<Order = Variable>> Textual for Last<T> {}
#[diagnostic::do_not_recommend]
impl<T: KeyPart<Order = Variable>> Textual for Mid<T> {}
#[diagnostic::do_not_recommend]
impl<T: KeyPart<Order = Variable>> Textual for Never<T> {}
#[diagnostic::do_not_recommend]
impl<T: KeyPart<Order = Variable>, const RANGED: bool> Textual for Shared<T, RANGED, true> {}

mod sealed {
    use super::{Closed, Fixed, Open, Sort, Variable};

    pub trait Sealed {}
    impl Sealed for Open {}
    impl Sealed for Closed {}
    impl<E, const KEY: usize, const FIRST: usize, const LAST: usize, End> Sealed
        for Sort<E, KEY, FIRST, LAST, End>
    {
    }

    pub trait Sorted {}
    impl Sorted for Fixed {}
    impl Sorted for Variable {}
}
