//! Sets of keys, each read into its own entity.

use std::collections::HashMap;

use crate::entity::{Key, Reader};
use crate::error::Performed;
use crate::key::KeyError;
use crate::wire::{DecodeError, RawItem};
use crate::{Entity, Error, Table};

/// The keys of items of one table that are read together.
///
/// A tuple of up to twelve keys, of any entities of the table, reads into a tuple: `(Key<A>, Key<B>)` into
/// `(Option<A>, Option<B>)`. A `Vec<Key<E>>` reads into a `Vec<Option<E>>`, an array `[Key<E>; N]` into an
/// `[Option<E>; N]`, in the order of the keys. An item that several keys name is read once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of keys",
    label = "keys are expected here",
    note = "a set of keys is a tuple `(A::key(..), B::key(..))` of up to 12 keys of entities of one table, or a `Vec` or an array of keys of one entity",
    note = "for a single key, use `get`"
)]
pub trait Keys: Send + 'static {
    /// The table that holds the items.
    type Table: Table;

    /// What the items are read into.
    type Items: Send + 'static;

    #[doc(hidden)]
    fn write(&self, reads: &mut Reads) -> Result<(), KeyError>;

    #[doc(hidden)]
    fn read(&self, answers: &mut Answers<'_>) -> Result<Self::Items, Error>;
}

/// The items to be read, each once. No other crate can name it, so that none can implement [`Keys`].
#[derive(Default)]
pub struct Reads {
    pub(super) keys: Vec<String>,
    places: HashMap<String, usize>,
    /// For each key that was asked for, which of the items it names.
    pub(super) wanted: Vec<usize>,
    pub(super) operations: Vec<Performed>,
}

/// The items that were read, for each key that was asked for.
pub struct Answers<'a> {
    pub(super) items: Vec<Option<RawItem<'a>>>,
    pub(super) wanted: std::vec::IntoIter<usize>,
}

impl Reads {
    fn add<E: Entity>(&mut self, key: &Key<E>) -> Result<(), KeyError> {
        let mut json = String::with_capacity(64);
        key.write(&mut json)?;
        let next = self.keys.len();
        let place = *self.places.entry(json.clone()).or_insert(next);
        if place == next {
            self.keys.push(json);
        }
        self.wanted.push(place);
        self.operations.push(Performed {
            action: "Get",
            entity: E::SCHEMA.name,
            actions: place..place + 1,
            asks_for_item: false,
            claims: Vec::new(),
            expected: None,
        });
        Ok(())
    }
}

impl Answers<'_> {
    fn next<E: Entity>(&mut self, reader: &Reader<E>) -> Result<Option<E>, Error> {
        let item = self.wanted.next().and_then(|place| self.items.get(place));
        match item {
            Some(item) => item.map(|item| reader.read(item)).transpose(),
            None => {
                Err(DecodeError::malformed("the response has not an answer for each key").into())
            }
        }
    }
}

impl<E: Entity> Keys for Vec<Key<E>> {
    type Table = E::Table;
    type Items = Vec<Option<E>>;

    fn write(&self, reads: &mut Reads) -> Result<(), KeyError> {
        self.iter().try_for_each(|key| reads.add(key))
    }

    fn read(&self, answers: &mut Answers<'_>) -> Result<Self::Items, Error> {
        let reader = Reader::new();
        self.iter().map(|_| answers.next(&reader)).collect()
    }
}

impl<E: Entity, const N: usize> Keys for [Key<E>; N] {
    type Table = E::Table;
    type Items = [Option<E>; N];

    fn write(&self, reads: &mut Reads) -> Result<(), KeyError> {
        self.iter().try_for_each(|key| reads.add(key))
    }

    fn read(&self, answers: &mut Answers<'_>) -> Result<Self::Items, Error> {
        let reader = Reader::new();
        let mut failed = None;
        let items = self.each_ref().map(|_| match answers.next(&reader) {
            Ok(item) => item,
            Err(error) => {
                failed.get_or_insert(error);
                None
            }
        });
        failed.map_or(Ok(items), Err)
    }
}

macro_rules! tuples {
    ($($($entity:ident)+;)+) => {$(
        // The note names them: the compiler's list of twelve would bury it.
        #[diagnostic::do_not_recommend]
        impl<T: Table, $($entity: Entity<Table = T>),+> Keys for ($(Key<$entity>,)+) {
            type Table = T;
            type Items = ($(Option<$entity>,)+);

            fn write(&self, reads: &mut Reads) -> Result<(), KeyError> {
                #[allow(non_snake_case, reason = "a name for each position")]
                let ($($entity,)+) = self;
                $(reads.add($entity)?;)+
                Ok(())
            }

            fn read(&self, answers: &mut Answers<'_>) -> Result<Self::Items, Error> {
                Ok(($(answers.next(&Reader::<$entity>::new())?,)+))
            }
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}
