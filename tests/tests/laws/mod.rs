//! What the tests of the laws share: random data in batches, random conditions, and the comparison with brute force.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod updates;

use std::fmt::Debug;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use dynamo_model::expr::{Closed, Partition, Ranged, Slot, Sort, SortPart, Textual};
use dynamo_model::{Cursor, Entity, Handle, Keyed, Table};
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Random decisions, the same in every run: a failure names its seed.
pub(crate) struct Random(TestRng);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    pub(crate) fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.word() >> 33).unwrap() % n
    }

    pub(crate) fn chance(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// Texts that sort and separate badly: what is less than `#`, prefixes of each other, every length of UTF-8.
pub(crate) const TEXTS: [&str; 24] = [
    "a",
    "ab",
    "a b",
    "a!",
    "a\"",
    "A",
    "b",
    " ",
    "!",
    "$",
    "0",
    "00",
    "9",
    "-1",
    "%",
    "\u{0}",
    "\u{7F}",
    "é",
    "\u{7FF}",
    "\u{D7FF}",
    "\u{E000}",
    "\u{FFFF}",
    "\u{10000}",
    "\u{10FFFE}",
];

pub(crate) fn text(random: &mut Random) -> String {
    let mut text = random.pick(&TEXTS).to_owned();
    if random.chance(3) {
        text += random.pick(&TEXTS);
    }
    text
}

pub(crate) async fn create<T: Table>(client: &aws_sdk_dynamodb::Client, name: &str) -> Handle<T> {
    let table = Handle::<T>::new(client.clone()).named(name);
    table.create_table().send().await.expect("the table is new");
    table
}

/// Writes entities with the SDK's own batches, which is quick; the library makes the items.
pub(crate) async fn write<E: Entity>(table: &Handle<E::Table>, entities: &[E]) {
    for some in entities.chunks(25) {
        let requests = some.iter().map(|entity| {
            let put = PutRequest::builder()
                .set_item(Some(entity.to_item().expect("the entity can be stored")));
            WriteRequest::builder()
                .put_request(put.build().unwrap())
                .build()
        });
        let batch = table.client().batch_write_item();
        let written = batch
            .request_items(table.name(), requests.collect())
            .send()
            .await;
        let left = written.expect("the batch is written").unprocessed_items;
        assert!(left.is_none_or(|left| left.is_empty()), "entries were left");
    }
}

pub(crate) type Test<T> = Box<dyn Fn(&T) -> bool>;

/// A random range of a component, and the same as a predicate.
pub(crate) fn range<E, const KEY: usize, const I: usize, S>(
    random: &mut Random,
    part: SortPart<E, KEY, I, S>,
    pool: &[S::Value],
) -> (Sort<E, KEY, I, I, Closed>, Test<S::Value>)
where
    S: Ranged,
    S::Value: Clone + PartialOrd + 'static,
{
    let (a, b) = (random.pick(pool), random.pick(pool));
    match random.below(5) {
        0 => (part.lt(&a), Box::new(move |v| *v < a)),
        1 => (part.le(&a), Box::new(move |v| *v <= a)),
        2 => (part.gt(&a), Box::new(move |v| *v > a)),
        3 => (part.ge(&a), Box::new(move |v| *v >= a)),
        _ => (part.between(&a, &b), Box::new(move |v| *v >= a && *v <= b)),
    }
}

/// A random beginning of a text component, and the same as a predicate.
pub(crate) fn beginning<E, const KEY: usize, const I: usize, S>(
    random: &mut Random,
    part: SortPart<E, KEY, I, S>,
    pool: &[String],
) -> (Sort<E, KEY, I, I, Closed>, Test<String>)
where
    S: Slot<Value = String> + Textual,
{
    let whole = random.pick(pool);
    let keep = random.below(whole.chars().count() + 1);
    let start: String = whole.chars().take(keep).collect();
    (
        part.starts_with(start.as_str()),
        Box::new(move |v| v.starts_with(&start)),
    )
}

/// Runs a query with random paging and direction, and compares it with what brute force finds.
///
/// `order` is what the sort key is ordered by; `alone` says that prefixes separate the entity from its neighbours, so
/// that nothing else may be read.
pub(crate) async fn check<E, K, const KEY: usize>(
    table: &Handle<E::Table>,
    random: &mut Random,
    partition: Partition<E, KEY>,
    wanted: impl Iterator<Item = &E>,
    order: impl Fn(&E) -> K,
    alone: bool,
    case: &str,
) where
    E: Entity + Keyed<KEY> + PartialEq + Debug,
    K: Ord + Debug,
{
    let mut wanted: Vec<&E> = wanted.collect();
    wanted.sort_by_key(|entity| order(entity));
    let mut query = table.query(partition.clone());
    let descending = random.chance(2);
    if descending {
        query = query.descending();
        wanted.reverse();
    }
    if random.chance(2) {
        query = query.page_size(u32::try_from(1 + random.below(9)).unwrap());
    }
    let take = random.chance(4).then(|| random.below(wanted.len() + 2));
    if let Some(take) = take {
        query = query.take(take);
    }
    let mut items = query.items();
    let mut found = Vec::new();
    while let Some(entity) = items
        .try_next()
        .await
        .unwrap_or_else(|error| panic!("{case}: {error}"))
    {
        found.push(entity);
    }
    let count = take.map_or(wanted.len(), |take| take.min(wanted.len()));
    let keys =
        |entities: &[&E]| -> Vec<K> { entities.iter().map(|entity| order(entity)).collect() };
    let shown: Vec<&E> = found.iter().collect();
    assert_eq!(keys(&shown), keys(&wanted[..count]), "{case}");
    for (at, entity) in found.iter().enumerate() {
        assert!(
            wanted.contains(&entity),
            "{case}: {entity:?} was not asked for"
        );
        assert!(
            !found[..at].contains(entity),
            "{case}: {entity:?} came twice"
        );
    }
    if alone && take.is_none() {
        assert_eq!(
            items.scanned_count(),
            found.len() as u64,
            "{case}: something else was read"
        );
    }
    if take.is_none() && random.chance(3) {
        go_on(table, random, partition, descending, &found, case).await;
    }
}

/// Hands a part of the items out, and goes on from there in both directions, in a read of its own.
async fn go_on<E, const KEY: usize>(
    table: &Handle<E::Table>,
    random: &mut Random,
    partition: Partition<E, KEY>,
    descending: bool,
    found: &[E],
    case: &str,
) where
    E: Entity + Keyed<KEY> + PartialEq + Debug,
{
    let mut query = || {
        let mut query = table.query(partition.clone());
        if descending {
            query = query.descending();
        }
        match random.below(4) {
            0 => query.page_size(1),
            1 => query.page_size(3).read_ahead(),
            2 => query.read_ahead(),
            _ => query,
        }
    };
    assert_eq!(query().count().await.unwrap(), found.len() as u64, "{case}");
    assert_eq!(query().exists().await.unwrap(), !found.is_empty(), "{case}");
    let whole = query();
    let (mut items, cut) = (whole.items(), random.below(found.len() + 1));
    for entity in &found[..cut] {
        assert_eq!(
            items.try_next().await.unwrap().as_ref(),
            Some(entity),
            "{case}"
        );
    }
    let Some(cursor) = items.cursor().unwrap() else {
        assert_eq!(cut, found.len(), "{case}: items are left");
        return;
    };
    let cursor = Cursor::decode(&cursor.encode()).unwrap();
    let mut query = || {
        let query = table.query(partition.clone());
        let query = if descending {
            query.descending()
        } else {
            query
        };
        if random.chance(2) {
            query.page_size(2)
        } else {
            query
        }
    };
    let rest = query().after(&cursor).collect().await;
    let rest = rest.unwrap_or_else(|error| panic!("{case}: {error}"));
    assert_eq!(rest, found[cut..], "{case}: behind item {cut}");
    assert_eq!(
        query().after(&cursor).count().await.unwrap(),
        rest.len() as u64,
        "{case}"
    );
    if let Some(cursor) = items.item_cursor().unwrap() {
        let mut before = query().before(&cursor).collect().await.unwrap();
        before.reverse();
        assert_eq!(before, found[..cut - 1], "{case}: before item {cut}");
    }
}
