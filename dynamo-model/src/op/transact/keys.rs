//! Sets of keys, each read into its own entity, or into a projection of it.

use std::collections::HashMap;
use std::fmt;

use crate::entity::{Key, Reader, asked_attributes};
use crate::error::Performed;
use crate::expr::Aliases;
use crate::key::KeyError;
use crate::op::project::expression;
use crate::wire::{DecodeError, RawItem, write_json_str};
use crate::{Entity, Error, Projection, Table};

/// The keys of items of one table that are read together.
///
/// A tuple of up to twelve keys, of any entities of the table, reads into a tuple: `(Key<A>, Key<B>)` into
/// `(Option<A>, Option<B>)`. A `Vec<Key<E>>` reads into a `Vec<Option<E>>`, an array `[Key<E>; N]` into an
/// `[Option<E>; N]`, in the order of the keys. An item that several keys name is read once. A key of which
/// [`project`](Key::project) makes a [`ProjectedKey`] stands for the projection in place of the entity.
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

/// The key of an item of which a projection is read, in a transaction. Made by [`Key::project`].
pub struct ProjectedKey<P: Projection>(Key<P::Entity>);

impl<E: Entity> Key<E> {
    /// Reads some of the item's fields, into a struct that derives [`Projection`](crate::Projection): for
    /// [`Handle::transact_get`](crate::Handle::transact_get).
    ///
    /// ```
    /// # use dynamo_model::prelude::*;
    /// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Note))] struct Shop;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Shop, pk = "NOTE#{id}")] struct Note { id: u32, title: String, text: String }
    /// #[derive(Projection, serde::Deserialize)]
    /// #[projection(of = Note)]
    /// struct Headline {
    ///     title: String,
    /// }
    /// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
    /// let keys = (Note::key(1), Note::key(2).project::<Headline>());
    /// let (note, headline) = shop.transact_get(keys).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn project<P: Projection<Entity = E>>(self) -> ProjectedKey<P> {
        ProjectedKey(self)
    }
}

/// Does not show the key.
impl<P: Projection> fmt::Debug for ProjectedKey<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectedKey")
            .field("entity", &P::Entity::SCHEMA.name)
            .finish_non_exhaustive()
    }
}

/// One key of a set: a [`Key`], or a [`ProjectedKey`].
pub trait ReadKey: Send + 'static {
    /// The table that holds the item.
    type Table: Table;

    /// What the item is read into.
    type Item: Send + 'static;

    #[doc(hidden)]
    fn write(&self, reads: &mut Reads) -> Result<(), KeyError>;

    #[doc(hidden)]
    fn decoder() -> Decoder<Self::Item>;
}

/// Reads items as what a key stands for.
pub struct Decoder<I>(Box<Decode<I>>);

type Decode<I> = dyn Fn(RawItem<'_>) -> Result<I, Error>;

impl<E: Entity> ReadKey for Key<E> {
    type Table = E::Table;
    type Item = E;

    fn write(&self, reads: &mut Reads) -> Result<(), KeyError> {
        reads.add(self, None)
    }

    fn decoder() -> Decoder<E> {
        let reader = Reader::<E>::new();
        Decoder(Box::new(move |item| reader.read(item)))
    }
}

impl<P: Projection> ReadKey for ProjectedKey<P> {
    type Table = <P::Entity as Entity>::Table;
    type Item = P;

    fn write(&self, reads: &mut Reads) -> Result<(), KeyError> {
        reads.add(&self.0, asked_attributes::<P>(None))
    }

    fn decoder() -> Decoder<P> {
        let reader = Reader::<P::Entity, P>::projection(None);
        Decoder(Box::new(move |item| reader.read(item)))
    }
}

/// The items to be read, each once. No other crate can name it, so that none can implement [`Keys`].
#[derive(Default)]
pub struct Reads {
    pub(super) items: Vec<ReadItem>,
    places: HashMap<String, usize>,
    /// For each key that was asked for, which of the items it names.
    pub(super) wanted: Vec<usize>,
    pub(super) operations: Vec<Performed>,
}

/// One item to be read.
pub(super) struct ReadItem {
    key: String,
    /// The attributes that are asked for; `None` for all.
    attributes: Option<Vec<&'static str>>,
}

impl ReadItem {
    /// Appends the members of a `Get` that say which item it is and what of it is asked for.
    pub(super) fn write(&self, out: &mut String) {
        out.push_str(",\"Key\":");
        out.push_str(&self.key);
        if let Some(attributes) = &self.attributes {
            let mut aliases = Aliases::default();
            out.push_str(",\"ProjectionExpression\":");
            write_json_str(out, &expression(&mut aliases, attributes));
            aliases.write(out);
        }
    }

    /// Asks for these attributes too; for all, if none are given.
    fn ask(&mut self, attributes: Option<Vec<&'static str>>) {
        self.attributes = match (self.attributes.take(), attributes) {
            (Some(mut known), Some(more)) => {
                known.extend(more);
                known.sort_unstable();
                known.dedup();
                Some(known)
            }
            _ => None,
        };
    }
}

/// The items that were read, for each key that was asked for.
pub struct Answers<'a> {
    pub(super) items: Vec<Option<RawItem<'a>>>,
    pub(super) wanted: std::vec::IntoIter<usize>,
}

impl Reads {
    fn add<E: Entity>(
        &mut self,
        key: &Key<E>,
        attributes: Option<Vec<&'static str>>,
    ) -> Result<(), KeyError> {
        let mut json = String::with_capacity(64);
        key.write(&mut json)?;
        let next = self.items.len();
        let place = *self.places.entry(json.clone()).or_insert(next);
        match self.items.get_mut(place) {
            Some(known) => known.ask(attributes),
            None => self.items.push(ReadItem {
                key: json,
                attributes,
            }),
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
    fn next<I>(&mut self, decoder: &Decoder<I>) -> Result<Option<I>, Error> {
        let item = self.wanted.next().and_then(|place| self.items.get(place));
        match item {
            Some(item) => item.map(|item| (decoder.0)(item)).transpose(),
            None => {
                Err(DecodeError::malformed("the response has not an answer for each key").into())
            }
        }
    }
}

impl<K: ReadKey> Keys for Vec<K> {
    type Table = K::Table;
    type Items = Vec<Option<K::Item>>;

    fn write(&self, reads: &mut Reads) -> Result<(), KeyError> {
        self.iter().try_for_each(|key| key.write(reads))
    }

    fn read(&self, answers: &mut Answers<'_>) -> Result<Self::Items, Error> {
        let decoder = K::decoder();
        self.iter().map(|_| answers.next(&decoder)).collect()
    }
}

impl<K: ReadKey, const N: usize> Keys for [K; N] {
    type Table = K::Table;
    type Items = [Option<K::Item>; N];

    fn write(&self, reads: &mut Reads) -> Result<(), KeyError> {
        self.iter().try_for_each(|key| key.write(reads))
    }

    fn read(&self, answers: &mut Answers<'_>) -> Result<Self::Items, Error> {
        let decoder = K::decoder();
        let mut failed = None;
        let items = self.each_ref().map(|_| match answers.next(&decoder) {
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
    ($($($key:ident)+;)+) => {$(
        // The note names them: the compiler's list of twelve would bury it.
        #[diagnostic::do_not_recommend]
        impl<T: Table, $($key: ReadKey<Table = T>),+> Keys for ($($key,)+) {
            type Table = T;
            type Items = ($(Option<$key::Item>,)+);

            fn write(&self, reads: &mut Reads) -> Result<(), KeyError> {
                #[allow(non_snake_case, reason = "a name for each position")]
                let ($($key,)+) = self;
                $($key.write(reads)?;)+
                Ok(())
            }

            fn read(&self, answers: &mut Answers<'_>) -> Result<Self::Items, Error> {
                Ok(($(answers.next(&$key::decoder())?,)+))
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
