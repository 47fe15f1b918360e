//! Index keys of items that were written before an index, or with another template.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::Sending;
use super::action::ActionKind;
use super::batch::join;
use super::draft::{Draft, unchanged};
use super::options::{Meter, Options};
use super::read::{Cursor, Items, Pace};
use super::scan::Scan;
use crate::entity::{Item, Key, Reader, is_entity, lossy, primary, write_entity};
use crate::expr::{Change, Path, Term};
use crate::schema::{EntityDef, KeyDef, TableDef};
use crate::transport::Target;
use crate::wire::{RawItem, is_same_value};
use crate::{Entity, Error, Table};

/// How many items are looked at from one checkpoint to the next.
const STEP: usize = 256;
/// How often an item is tried again that others keep changing.
const ATTEMPTS: usize = 100;

/// Rewrites the index keys of an entity's items that are not what its templates make of them today. Made by
/// [`Handle::reindex`](crate::Handle::reindex).
#[must_use = "nothing is read or written until `.send().await`, or a step is asked for"]
pub struct Reindex<E: Entity> {
    scan: Scan<Item<E::Table>, E>,
    writer: Writer,
}

/// How items are rewritten.
struct Writer {
    target: Target,
    concurrency: usize,
    pace: Option<Pace>,
    options: Options,
}

impl<E: Entity> Reindex<E> {
    pub(crate) fn new(target: &Target) -> Self {
        Self {
            scan: Scan::items_of(target),
            writer: Writer {
                target: target.clone(),
                concurrency: 8,
                pace: None,
                options: Options::default(),
            },
        }
    }

    /// Reads the table in this many segments; see [`Scan::segments`].
    pub fn segments(mut self, segments: u32) -> Self {
        self.scan = self.scan.segments(segments);
        self
    }

    /// How many items are written at a time, 8 unless it is said.
    pub fn concurrency(mut self, items: usize) -> Self {
        self.writer.concurrency = items.max(1);
        self
    }

    /// Consumes no more than this many read units a second on average.
    pub fn read_units_per_second(mut self, units: f64) -> Self {
        self.scan = self.scan.read_units_per_second(units);
        self
    }

    /// Consumes no more than this many write units a second on average, those of the indexes included.
    pub fn write_units_per_second(mut self, units: f64) -> Self {
        self.writer.pace = Some(Pace::new(units));
        self
    }

    /// Goes on where [`ReindexSteps::cursor`] stood. The number of segments must be the same.
    pub fn after(mut self, cursor: &Cursor) -> Self {
        self.scan = self.scan.after(cursor);
        self
    }

    /// Adds what the scan and the writes consume to the meter.
    pub fn meter(mut self, meter: &Meter) -> Self {
        self.writer.options.set_meter(meter);
        self.scan = self.scan.meter(meter);
        self
    }

    /// Goes through the whole table.
    ///
    /// # Errors
    ///
    /// What the service or the network says. What was rewritten by then stays so: going through the table again does no
    /// harm. Items that cannot be read or encoded are no error of the whole, but listed in [`Reindexed::failed`].
    pub fn send(self) -> Sending<Reindexed<E>> {
        let mut steps = self.steps();
        Sending::new(async move {
            let mut all = Reindexed::default();
            while let Some(step) = steps.try_next().await? {
                all.add(step);
            }
            Ok(all)
        })
    }

    /// Goes through the table step by step, so that it can be stopped and gone on with.
    pub fn steps(self) -> ReindexSteps<E> {
        ReindexSteps {
            checkpoint: None,
            is_at_end: false,
            items: self.scan.items(),
            writer: self.writer,
        }
    }
}

/// What came of going through a table, or of one step.
pub struct Reindexed<E: Entity> {
    /// Items whose keys were right already.
    pub current: u64,
    /// Items that were rewritten.
    pub rewritten: u64,
    /// Items that were deleted, or became another entity's, meanwhile.
    pub gone: u64,
    /// Items that cannot be read as the entity or encoded again, which are as they were, each with the reason.
    pub failed: Vec<(Item<E::Table>, Error)>,
}

impl<E: Entity> Default for Reindexed<E> {
    fn default() -> Self {
        Self {
            current: 0,
            rewritten: 0,
            gone: 0,
            failed: Vec::new(),
        }
    }
}

impl<E: Entity> Reindexed<E> {
    fn add(&mut self, other: Self) {
        self.current += other.current;
        self.rewritten += other.rewritten;
        self.gone += other.gone;
        self.failed.extend(other.failed);
    }
}

impl<E: Entity> fmt::Debug for Reindexed<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reindexed")
            .field("entity", &E::SCHEMA.name)
            .field("current", &self.current)
            .field("rewritten", &self.rewritten)
            .field("gone", &self.gone)
            .field("failed", &self.failed.len())
            .finish()
    }
}

/// The steps of going through a table, each of some hundred items. Made by [`Reindex::steps`].
#[must_use = "nothing is read or written until a step is asked for"]
pub struct ReindexSteps<E: Entity> {
    items: Items<Item<E::Table>>,
    writer: Writer,
    checkpoint: Option<Cursor>,
    is_at_end: bool,
}

enum Outcome {
    Current,
    Rewritten,
    Gone,
}

/// An item that is looked at: the failure belongs to it, or ends the step.
enum Failure {
    Item(Error),
    Step(Error),
}

impl<E: Entity> ReindexSteps<E> {
    /// The next step; `None` when the table was gone through.
    ///
    /// # Errors
    ///
    /// What the service or the network says. The step can be done again, from [`cursor`](Self::cursor).
    ///
    /// # Cost
    ///
    /// Some pages of the scan, and one update for every item that has to be rewritten.
    pub async fn try_next(&mut self) -> Result<Option<Reindexed<E>>, Error> {
        if self.is_at_end {
            return Ok(None);
        }
        let mut items = VecDeque::with_capacity(STEP);
        while items.len() < STEP
            && let Some(item) = self.items.try_next().await?
        {
            items.push_back(item);
        }
        let done = self.writer.rewrite(items).await?;
        self.checkpoint = self.items.cursor()?;
        self.is_at_end = self.checkpoint.is_none();
        Ok(Some(done))
    }

    /// Where the last complete step has ended: for [`Reindex::after`]. `None` before the first step and behind the last.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.checkpoint.as_ref()
    }
}

impl Writer {
    async fn rewrite<E: Entity>(
        &self,
        items: VecDeque<Item<E::Table>>,
    ) -> Result<Reindexed<E>, Error> {
        let lanes = self.concurrency.min(items.len());
        let queue = Mutex::new(items);
        let done = Mutex::new((Reindexed::default(), None));
        join((0..lanes).map(|_| async {
            loop {
                let next = lock(&queue).pop_front();
                let Some(item) = next else { return };
                let outcome = self.rewrite_one::<E>(&item).await;
                let (done, failed) = &mut *lock(&done);
                match outcome {
                    Ok(Outcome::Current) => done.current += 1,
                    Ok(Outcome::Rewritten) => done.rewritten += 1,
                    Ok(Outcome::Gone) => done.gone += 1,
                    Err(Failure::Item(error)) => done.failed.push((item, error)),
                    Err(Failure::Step(error)) => {
                        lock(&queue).clear();
                        failed.get_or_insert(error);
                    }
                }
            }
        }))
        .await;
        match done.into_inner().unwrap_or_else(PoisonError::into_inner) {
            (done, None) => Ok(done),
            (_, Some(error)) => Err(error),
        }
    }

    /// Rewrites the item on the condition that it is what the keys were made of, and looks at it again if it is not.
    async fn rewrite_one<E: Entity>(&self, item: &Item<E::Table>) -> Result<Outcome, Failure> {
        let meter = Meter::new();
        let mut json = item.raw().as_str().to_owned();
        let mut error = None;
        for _ in 0..ATTEMPTS {
            let item = RawItem::new(&json);
            if !is_entity::<E>(item).unwrap_or(true) {
                return Ok(Outcome::Gone);
            }
            let draft = draft::<E>(&self.target, item).map_err(Failure::Item)?;
            let Some(mut draft) = draft else {
                return Ok(Outcome::Current);
            };
            draft.options.set_meter(&meter);
            if let Some(pace) = &self.pace {
                pace.wait().await;
            }
            let sent = draft.send(None).await;
            let consumed = meter.reset();
            self.options.record(Some(&consumed));
            if let Some(pace) = &self.pace {
                pace.spend(consumed.capacity_units);
            }
            match sent {
                Ok(_) => return Ok(Outcome::Rewritten),
                Err(Error::ItemNotFound(_)) => return Ok(Outcome::Gone),
                Err(Error::ConditionFailed(failed)) => match failed.raw_item() {
                    Some(stored) => {
                        stored.clone_into(&mut json);
                        error = Some(Error::ConditionFailed(failed));
                    }
                    None => return Ok(Outcome::Gone),
                },
                Err(error) => return Err(Failure::Step(error)),
            }
        }
        error.map_or(Ok(Outcome::Current), |error| Err(Failure::Step(error)))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A panic in one lane is one of the whole step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The update that gives the item its index keys; `None` if it has them.
fn draft<E: Entity>(target: &Target, stored: RawItem<'_>) -> Result<Option<Draft>, Error> {
    let (table, schema) = (E::Table::DEF, E::SCHEMA);
    let entity: E = Reader::new().read(stored)?;
    let mut wanted = String::new();
    write_entity(&entity, &mut wanted)?;
    let wanted = RawItem::new(&wanted);
    let mut changes = Vec::new();
    let mut conditions = Vec::new();
    for name in made(table) {
        let (is, ought) = (stored.attribute(name)?, wanted.attribute(name)?);
        let change = match (is, ought) {
            (None, None) => continue,
            (Some(is), Some(ought)) if is_same_value(is, ought) => continue,
            (_, Some(ought)) => Change::Set(Path::of(name), Term::Value(ought.to_owned())),
            (_, None) => Change::Remove(Path::of(name)),
        };
        changes.push(change);
        conditions.push(unchanged(Path::of(name), is));
    }
    if changes.is_empty() {
        return Ok(None);
    }
    for name in inputs(table, schema) {
        conditions.push(unchanged(Path::of(name), stored.attribute(name)?));
    }
    if E::UPGRADE.is_some() {
        // Keys may be made of any attribute of an older shape.
        for name in stored.names()? {
            if !table.is_key(&name) {
                let is = stored.attribute(&name)?;
                conditions.push(unchanged(Path::root().member(name.into_owned()), is));
            }
        }
    }
    let mut key = String::new();
    Key::<E>::read(stored)?.write(&mut key)?;
    let mut draft = Draft::new::<E>(target, ActionKind::Update, Ok(key));
    draft.require_present();
    for condition in conditions {
        draft.condition(Ok(condition));
    }
    draft.changes = changes;
    Ok(Some(draft))
}

/// The key attributes of the table's indexes, each once, without those of its primary key.
fn made(table: &'static TableDef) -> Vec<&'static str> {
    let indexes = table.indexes.iter();
    let names = indexes.flat_map(|index| index.pk.iter().chain(index.sk));
    let mut made: Vec<&'static str> = Vec::new();
    for name in names.map(|attribute| attribute.name) {
        if !table.is_key(name) && !made.contains(&name) {
            made.push(name);
        }
    }
    made
}

/// The attributes that the entity's index keys are made of, and that its predicates read: other writers may change them.
/// What the primary key tells, nobody can change.
fn inputs(table: &'static TableDef, schema: &'static EntityDef) -> Vec<&'static str> {
    let is_told = |component: usize| {
        primary(schema).any(|(number, _)| number == component)
            && lossy(schema).all(|number| number != component)
    };
    let mut names: Vec<&'static str> = Vec::new();
    let of_key = |key: &'static KeyDef| {
        let templates = schema.pk_templates(key).iter().chain(key.sk);
        let components = templates.flat_map(|template| template.components());
        let components = components.filter(|(component, _)| !is_told(*component));
        let components = components.map(|(component, _)| schema.components[component].name);
        components
            .chain(key.when.iter().copied())
            .collect::<Vec<_>>()
    };
    for name in schema.keys.iter().skip(1).flat_map(of_key) {
        match schema.fields.iter().find(|field| field.name == name) {
            // Its value stands in the keys of the indexes.
            Some(field) if field.key_only => names.extend(made(table)),
            Some(field) => names.push(field.attribute),
            None => {}
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

impl<E: Entity> fmt::Debug for Reindex<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reindex")
            .field("table", &self.writer.target.table)
            .field("entity", &E::SCHEMA.name)
            .finish_non_exhaustive()
    }
}

impl<E: Entity> fmt::Debug for ReindexSteps<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReindexSteps")
            .field("table", &self.writer.target.table)
            .field("entity", &E::SCHEMA.name)
            .finish_non_exhaustive()
    }
}
