//! What the tests of law 5 share: random writes of random entities, by one writer against a model, or by several at once.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::future::Future;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::expr::{Attributed, Known, States};
use dynamo_model::prelude::*;
use dynamo_model::{Clock as _, ManualClock, Save, Update, Upsert};

use super::Random;

/// An entity whose random items are put, saved, updated, upserted and deleted.
pub(crate) trait Subject: Attributed + Clone + PartialEq + Debug + Sync {
    /// A random entity with one of a few keys. Of several spellings of one key, any.
    fn random(random: &mut Random) -> Self;

    /// Everything but the key is another's, as a writer would have it that has read `self`.
    fn mixed(&self, other: &Self, random: &mut Random) -> Self;

    /// What the library writes by itself: version and times.
    fn touch(&mut self, before: Option<&Self>, now: i64);

    /// A random update of an item that was read as `old`; `new` is changed as the item should be.
    fn update(
        via: &Via<Self::Table>,
        random: &mut Random,
        old: &Self,
        new: &mut Self,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// A random upsert of `self`; `new` is what it should be made of what is there.
    fn upsert(
        &self,
        via: &Via<Self::Table>,
        random: &mut Random,
        new: &mut Self,
        before: Option<&Self>,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Sends a write alone, or in a transaction with another one of the same kind.
pub(crate) struct Via<T: Table> {
    pub(crate) table: Handle<T>,
    pub(crate) in_transaction: bool,
}

impl<T: Table> Via<T> {
    pub(crate) async fn update<E, S>(&self, update: Update<E, S>) -> Result<(), Error>
    where
        E: Attributed<Table = T>,
        S: States<Lack: Known> + 'static,
    {
        if self.in_transaction {
            self.table.transact_write().update(update).send().await
        } else {
            update.send().await.map(drop)
        }
    }

    pub(crate) async fn upsert<E>(&self, upsert: Upsert<E>) -> Result<(), Error>
    where
        E: Attributed<Table = T>,
    {
        if self.in_transaction {
            self.table.transact_write().upsert(upsert).send().await
        } else {
            upsert.send().await.map(drop)
        }
    }

    async fn save<E: Attributed<Table = T>>(&self, save: Save<E>) -> Result<(), Error> {
        if self.in_transaction {
            self.table.transact_write().save(save).send().await
        } else {
            save.send().await.map(drop)
        }
    }
}

pub(crate) type Row = HashMap<String, AttributeValue>;

pub(crate) async fn rows<T: Table>(table: &Handle<T>) -> Vec<Row> {
    let mut pages = table.client().scan().table_name(table.name());
    let mut all = Vec::new();
    loop {
        let page = pages.clone().consistent_read(true).send().await.unwrap();
        all.extend(page.items.unwrap_or_default());
        let Some(last) = page.last_evaluated_key else {
            return all;
        };
        pages = pages.set_exclusive_start_key(Some(last));
    }
}

/// The item is what a fresh put of the entity in it would write.
pub(crate) fn is_fresh<E: Entity + Debug>(row: &Row, case: &str) -> E {
    let entity = E::from_item(row).unwrap_or_else(|error| panic!("{case}: {error}"));
    let fresh = entity.to_item().unwrap();
    let mut names: Vec<&String> = row.keys().chain(fresh.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let (stored, fresh) = (row.get(name), fresh.get(name));
        assert_eq!(stored, fresh, "{case}: `{name}` of {entity:?}");
    }
    entity
}

/// Whether an error says that another writer was first.
fn is_lost(error: &Error) -> bool {
    error.is_condition_failed()
        || error.is_not_found()
        || matches!(
            error,
            Error::VersionConflict(_) | Error::TransactionCanceled(_)
        )
}

fn id<E: Entity>(entity: &E) -> String {
    let mut key: Vec<_> = Key::of(entity).to_item().unwrap().into_iter().collect();
    key.sort_by(|(a, _), (b, _)| a.cmp(b));
    format!("{key:?}")
}

/// One writer: after each operation the item is what plain Rust makes of the entity.
pub(crate) async fn one_writer<E: Subject>(table: &Handle<E::Table>, seed: u64, steps: usize) {
    let clock = ManualClock::at_unix_seconds(1_800_000_000);
    let table = table.with_clock(clock.clone());
    let mut random = Random::new(seed);
    let random = &mut random;
    let mut model: BTreeMap<String, E> = BTreeMap::new();
    let mut done = 0;
    for step in 0..steps {
        let case = format!("{} seed {seed} step {step}", E::SCHEMA.name);
        clock.advance(Duration::from_millis(
            u64::try_from(random.below(3) * 500).unwrap(),
        ));
        let now = i64::try_from(
            clock
                .now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap()
                .as_millis(),
        )
        .unwrap();
        let via = Via {
            table: table.clone(),
            in_transaction: random.chance(4),
        };
        let other = E::random(random);
        let key = id(&other);
        let old = model.get(&key).cloned();
        let (sent, new) = match (&old, random.below(10)) {
            (Some(_), 0) => {
                let sent = table.delete(Key::of(&other)).send().await;
                (sent.map(drop), None)
            }
            (Some(old), 1 | 2) => {
                let mut new = old.mixed(&other, random);
                let save = table.save(old, &new);
                let is_needed = save.is_needed();
                let sent = via.save(save).await;
                if is_needed {
                    new.touch(Some(old), now);
                } else {
                    // They may differ in what is not stored, such as fractions of a time to live.
                    new = old.clone();
                }
                (sent, Some(new))
            }
            (Some(old), 3..=8) => {
                let mut new = old.clone();
                let sent = E::update(&via, random, old, &mut new).await;
                new.touch(Some(old), now);
                (sent, Some(new))
            }
            (_, 9) => {
                let mut new = other.clone();
                let sent = other.upsert(&via, random, &mut new, old.as_ref()).await;
                new.touch(old.as_ref(), now);
                (sent, Some(new))
            }
            (None, 0) => {
                let mut new = other.clone();
                let sent = E::update(&via, random, &other, &mut new).await;
                let error = sent.expect_err(&case);
                assert!(is_lost(&error), "{case}: {error}");
                continue;
            }
            (Some(old), _) => {
                let mut new = old.mixed(&other, random);
                let sent = table.put(&new).send().await;
                new.touch(Some(old), now);
                (sent.map(drop), Some(new))
            }
            (None, _) => {
                let mut new = other.clone();
                let sent = table.put(&other).send().await;
                new.touch(None, now);
                (sent.map(drop), Some(new))
            }
        };
        match sent {
            Ok(()) => {
                done += 1;
                match new {
                    Some(new) => model.insert(key.clone(), new),
                    None => model.remove(&key),
                };
            }
            Err(error) => assert!(is_lost(&error), "{case}: {error}"),
        }
        let stored = stored(&table, Key::of(&other), &case).await;
        assert_eq!(stored.as_ref(), model.get(&key), "{case}");
    }
    assert!(done * 10 > steps * 7, "{done} of {steps} have taken effect");
}

/// Writers of the same few items, one or several at once, who often act on what they have read long ago: whenever an item
/// is looked at, its keys are those that a fresh put would write.
pub(crate) async fn many_writers<E: Subject>(
    table: &Handle<E::Table>,
    seed: u64,
    writers: u64,
    steps: usize,
) {
    let tasks: Vec<_> = (0..writers)
        .map(|writer| tokio::spawn(write::<E>(table.clone(), seed * 100 + writer, steps)))
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.unwrap();
    }
    let all = usize::try_from(writers).unwrap() * steps;
    assert!(done * 10 > all * 3, "{done} of {all} have taken effect");
    for row in rows(table).await {
        is_fresh::<E>(&row, &format!("{} seed {seed}", E::SCHEMA.name));
    }
}

async fn stored<E: Entity + Debug>(table: &Handle<E::Table>, key: Key<E>, case: &str) -> Option<E> {
    let mut get = table.client().get_item().table_name(table.name());
    get = get.set_key(Some(key.to_item().unwrap()));
    let row = get.consistent_read(true).send().await.unwrap().item;
    row.map(|row| is_fresh(&row, case))
}

async fn write<E: Subject>(table: Handle<E::Table>, seed: u64, steps: usize) -> usize {
    let mut random = Random::new(seed);
    let random = &mut random;
    let mut read: BTreeMap<String, Vec<E>> = BTreeMap::new();
    let mut done = 0;
    for step in 0..steps {
        let case = format!("{} seed {seed} step {step}", E::SCHEMA.name);
        let via = Via {
            table: table.clone(),
            in_transaction: random.chance(4),
        };
        let other = E::random(random);
        let key = id(&other);
        // Mostly what was read last, and often something from before.
        let known = read.entry(key).or_default();
        let old = match known.len() {
            0 => None,
            all if random.chance(3) => known.get(random.below(all)).cloned(),
            _ => known.last().cloned(),
        };
        let sent = match (&old, random.below(12)) {
            (Some(_), 0) => table.delete(Key::of(&other)).send().await.map(drop),
            (Some(old), 1..=4) => {
                let new = old.mixed(&other, random);
                via.save(table.save(old, &new)).await
            }
            (Some(old), 5..=9) => E::update(&via, random, old, &mut old.clone()).await,
            (old, 10) => {
                let old = old.as_ref().filter(|_| random.chance(2)).cloned();
                let base = old.map_or_else(|| other.clone(), |old| old.mixed(&other, random));
                base.upsert(&via, random, &mut base.clone(), None).await
            }
            _ => table.put(&other).send().await.map(drop),
        };
        match sent {
            Ok(()) => done += 1,
            Err(error) => assert!(is_lost(&error), "{case}: {error}"),
        }
        if let Some(now) = stored(&table, Key::of(&other), &case).await {
            known.push(now);
            if known.len() > 4 {
                known.remove(0);
            }
        }
    }
    done
}
