//! Collections as types, and their items told apart.

use std::fmt;

use super::item::{Item, is_entity};
use super::reader::Reader;
use super::{Entity, Table, marker};
use crate::key::{KeyArg, Part};
use crate::schema::{CollectionDef, EntityDef, Occurs, TableDef};
use crate::wire::{DecodeError, RawItem, Scalar};
use crate::{CollectionError, CollectionProblem, Error};

/// Several entities of one partition that are read together. Derived with `#[derive(Collection)]`, which says how.
pub trait Collection: Sized + Send + 'static {
    /// The table of all members.
    type Table: Table;
    /// What an item is read as: the collection itself if it is an enum.
    type Item: 'static;
    /// Whether it can be read consistently: [`Reads<true>`](super::Reads) but on a global index.
    type Reads;
    /// A struct with one [`SortPart`](crate::expr::SortPart) for each component named in `sort(..)`.
    type Parts;
    /// The builder that [`Handle::query`](crate::Handle::query) makes.
    type Query;
    /// The handles.
    const PARTS: Self::Parts;
    /// Index, members and handles.
    const DEF: &'static CollectionDef;

    /// How items of each member are read.
    #[doc(hidden)]
    fn readers() -> Readers<Self::Item>;
}

/// A collection whose items are put together in a struct.
pub trait Assembled: Collection {
    /// The struct, from items in the order in which they were read.
    ///
    /// # Errors
    ///
    /// [`Error::Collection`] if a field lacks its item, or takes one and there are several.
    fn assemble(items: Vec<Self::Item>) -> Result<Self, Error>;
}

/// A collection of which `E` is a member.
#[diagnostic::on_unimplemented(
    message = "`{E}` is no member of collection `{Self}`",
    label = "not an entity of this collection",
    note = "members are the entities that the collection's variants or fields hold"
)]
pub trait Has<E> {}

/// A field of a collection: an entity, an `Option` of one, or a `Vec`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no field of a collection",
    label = "holds no entity",
    note = "a field is an entity, `customer: Customer`, or one that may be missing, `address: Option<Address>`, or any number of one, `orders: Vec<Order>`"
)]
pub trait Field: Sized {
    /// The entity.
    type Entity: Entity;
    /// How many items there may be.
    const OCCURS: Occurs;
    /// The field's value.
    ///
    /// # Errors
    ///
    /// What is wrong with the number of the items.
    fn fill(items: Vec<Self::Entity>) -> Result<Self, CollectionProblem>;

    /// The field of member `number`, or what is wrong with it.
    #[doc(hidden)]
    fn filled(
        collection: &CollectionDef,
        number: usize,
        items: Vec<Self::Entity>,
    ) -> Result<Self, Error> {
        Self::fill(items).map_err(|problem| {
            let (field, entity) = (collection.members[number].name, Self::Entity::SCHEMA.name);
            CollectionError::of_field(collection.name, problem, field, entity).into()
        })
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity> Field for E {
    type Entity = E;
    const OCCURS: Occurs = Occurs::Once;

    fn fill(items: Vec<E>) -> Result<Self, CollectionProblem> {
        Option::fill(items)?.ok_or(CollectionProblem::Missing)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity> Field for Option<E> {
    type Entity = E;
    const OCCURS: Occurs = Occurs::AtMostOnce;

    fn fill(items: Vec<E>) -> Result<Self, CollectionProblem> {
        let mut items = items.into_iter();
        match (items.next(), items.next()) {
            (_, Some(_)) => Err(CollectionProblem::Repeated),
            (item, None) => Ok(item),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity> Field for Vec<E> {
    type Entity = E;
    const OCCURS: Occurs = Occurs::Many;

    fn fill(items: Vec<E>) -> Result<Self, CollectionProblem> {
        Ok(items)
    }
}

/// A list of types, of pairs, that begins with another: those that `sort(..)` gives its handles.
#[diagnostic::on_unimplemented(
    message = "`sort(..)` gives its handles the types `{L}`, and the sort key has `{Self}`",
    label = "other types than those of the sort key",
    note = "each handle has the type of its field: `sort(order_id: u32)`"
)]
#[doc(hidden)]
pub trait Begins<L> {}

impl<L> Begins<()> for L {}
// A sort key that ends before its handles do is reported at the handle.
#[diagnostic::do_not_recommend]
impl<T, M> Begins<(T, M)> for () {}
#[diagnostic::do_not_recommend]
impl<T, L: Begins<M>, M> Begins<(T, M)> for (T, L) {}

/// What a collection's partition is given by: one value, or a tuple if its key has several components, or `()` if it has
/// none. `T` is the tuple of the components' types.
#[diagnostic::on_unimplemented(
    message = "a partition of this collection is not given by `{Self}`",
    label = "the components of the partition key are `{T}`: give them by value or by reference",
    note = "one component is given as it is, `of(\"c-1\")`, several as a tuple, `of((\"t-1\", \"c-1\"))`"
)]
pub trait PartitionValue<T> {
    /// The components in the order in which they stand in the key.
    #[doc(hidden)]
    fn parts(&self) -> Vec<Part<'static>>;
}

impl PartitionValue<()> for () {
    fn parts(&self) -> Vec<Part<'static>> {
        Vec::new()
    }
}

#[diagnostic::do_not_recommend]
impl<T, A: KeyArg<T>> PartitionValue<(T,)> for A {
    fn parts(&self) -> Vec<Part<'static>> {
        vec![self.part().into_owned()]
    }
}

macro_rules! tuples {
    ($(($($t:ident $a:ident $n:tt),+))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($t, $a: KeyArg<$t>),+> PartitionValue<($($t,)+)> for ($($a,)+) {
            fn parts(&self) -> Vec<Part<'static>> {
                vec![$(self.$n.part().into_owned()),+]
            }
        }
    )*};
}
tuples! {
    (T A 0, U B 1)
    (T A 0, U B 1, V C 2)
    (T A 0, U B 1, V C 2, W D 3)
    (T A 0, U B 1, V C 2, W D 3, X F 4)
    (T A 0, U B 1, V C 2, W D 3, X F 4, Y G 5)
    (T A 0, U B 1, V C 2, W D 3, X F 4, Y G 5, Z H 6)
    (T A 0, U B 1, V C 2, W D 3, X F 4, Y G 5, Z H 6, S I 7)
}

/// Tells the items of a collection apart, and reads them.
pub struct Readers<T> {
    members: Vec<Member<T>>,
    other: Option<Make<T>>,
}

/// Makes something of an item.
type Make<T> = Box<dyn Fn(RawItem<'_>) -> T + Send + Sync>;

/// How the items of one member are told from others, and read.
pub struct Member<T> {
    entity: &'static EntityDef,
    is_its: fn(RawItem<'_>) -> Result<bool, DecodeError>,
    read: Make<Result<T, Error>>,
}

impl<T: 'static> Member<T> {
    /// The items of an entity, and what is made of them.
    pub(super) fn of<E: Entity>(make: fn(E) -> T) -> Self {
        let reader = Reader::<E>::new();
        Self {
            entity: E::SCHEMA,
            is_its: is_entity::<E>,
            read: Box::new(move |item| reader.read(item).map(make)),
        }
    }
}

impl<T> fmt::Debug for Member<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entity.name)
    }
}

/// What an item is to a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An item of the member of this number.
    Member(usize),
    /// The library's own.
    Marker,
    /// An item of none of the members.
    Other,
}

impl<T: 'static> Readers<T> {
    /// None yet.
    #[must_use]
    pub fn none() -> Self {
        Self {
            members: Vec::new(),
            other: None,
        }
    }

    /// The next member.
    #[must_use]
    pub fn member(mut self, member: Member<T>) -> Self {
        self.members.push(member);
        self
    }

    /// What is made of items of other entities.
    #[must_use]
    pub fn other<X: Table>(mut self, make: fn(Item<X>) -> T) -> Self {
        self.other = Some(Box::new(move |item| make(Item::new(item))));
        self
    }

    /// Whether items of other entities are kept.
    pub(crate) fn keeps_others(&self) -> bool {
        self.other.is_some()
    }

    /// Whose item it is: by its type, or else by the shape of its primary key.
    pub(crate) fn find(&self, table: &TableDef, item: RawItem<'_>) -> Result<Found, Error> {
        let stored = match table.type_attribute {
            Some(name) => item.scalar(name)?,
            None => None,
        };
        let found = match stored {
            Some(Scalar::S(name)) => self
                .members
                .iter()
                .position(|member| member.entity.accepts_type(&name)),
            Some(_) => None,
            None if marker::is_marker(table, item)? => return Ok(Found::Marker),
            None => self.by_key(item)?,
        };
        Ok(found.map_or(Found::Other, Found::Member))
    }

    fn by_key(&self, item: RawItem<'_>) -> Result<Option<usize>, DecodeError> {
        for (number, member) in self.members.iter().enumerate() {
            if (member.is_its)(item)? {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// Reads an item as what it was found to be. `None` for one that is of no member, and not kept.
    pub(crate) fn read(&self, found: Found, item: RawItem<'_>) -> Result<Option<T>, Error> {
        match found {
            Found::Member(number) => (self.members[number].read)(item).map(Some),
            Found::Other => Ok(self.other.as_ref().map(|make| make(item))),
            Found::Marker => Ok(None),
        }
    }
}

impl<T> fmt::Debug for Readers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.members).finish()
    }
}

/// An item that is of no member of the collection.
pub(crate) fn unknown<C: Collection>(item: RawItem<'_>) -> Error {
    let table = C::Table::DEF;
    let stored = table
        .type_attribute
        .and_then(|name| item.scalar(name).ok()?);
    // The type is a value of the item: it is named if it is one of the model's own.
    let entity = match &stored {
        Some(Scalar::S(name)) => C::Table::MODEL
            .entities
            .and_then(|all| all.iter().find(|entity| entity.accepts_type(name))),
        _ => None,
    };
    let key_names = std::iter::once(table.pk.name).chain(table.sk.map(|sk| sk.name));
    CollectionError::unknown(
        C::DEF.name,
        entity.map(|entity| entity.name),
        key_names.collect(),
        table.type_attribute.filter(|_| stored.is_some()),
    )
    .into()
}
