//! Indexes that overlap.

use dynamo_model::prelude::*;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::laws::Random;
use crate::laws::updates::{Subject, Via};
use crate::{Work, millis};

#[derive(KeyPart, Serialize, Deserialize, Debug, Clone, Copy, PartialEq)]
enum Status {
    Open,
    #[serde(rename = "in-work")]
    Working,
    Done,
}
const STATUSES: [Status; 3] = [Status::Open, Status::Working, Status::Done];

#[derive(KeyPart, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Owner(String);

/// Overlapping indexes with components in common; optional ones, in lower case, by date; predicates over components and
/// others; a codec.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "TEAM#{team}", sk = "TASK#{number}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{tier}#{number}"),
    index(by_owner, on = "GSI2", pk = "OWNER#{owner:lower}", sk = "{status}#{due:date}"),
    index(open, on = "GSI3", pk = "OPEN#{team}", sk = "{due}", when = *is_open && owner.as_ref().is_none_or(|o| o.0 != "eve")),
    index(team_of, on = "inverted", pk = "TASK#{number}", sk = "TEAM#{team}"),
)]
pub(crate) struct Task {
    team: String,
    number: u32,
    status: Status,
    tier: u8,
    owner: Option<Owner>,
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    due: Timestamp,
    is_open: bool,
    count: u64,
    note: Option<String>,
}

impl Task {
    fn by(&self) -> Key<Self> {
        Self::key(&self.team, self.number)
    }
}

impl Subject for Task {
    fn random(random: &mut Random) -> Self {
        let owners = ["ada", "Ada", "ADA", "bob", "eve"];
        Self {
            team: random.pick(&["a", "b"]).into(),
            number: u32::try_from(random.below(2)).unwrap(),
            status: random.pick(&STATUSES),
            tier: random.pick(&[1, 2]),
            owner: (!random.chance(3)).then(|| Owner(random.pick(&owners).into())),
            due: millis(random),
            is_open: random.chance(2),
            count: random.word() % 10,
            note: random.chance(2).then(|| "n".into()),
        }
    }

    fn mixed(&self, other: &Self, random: &mut Random) -> Self {
        let mut new = self.clone();
        for _ in 0..random.below(4) {
            match random.below(7) {
                0 => new.status = other.status,
                1 => new.tier = other.tier,
                2 => new.owner.clone_from(&other.owner),
                3 => new.due = other.due,
                4 => new.is_open = other.is_open,
                5 => new.count = other.count,
                _ => new.note.clone_from(&other.note),
            }
        }
        new
    }

    fn touch(&mut self, _: Option<&Self>, _: i64) {}

    async fn update(
        via: &Via<Work>,
        random: &mut Random,
        old: &Self,
        new: &mut Self,
    ) -> Result<(), Error> {
        let other = Self::random(random);
        let update = via.table.update(old.by());
        match random.below(10) {
            0 => {
                new.tier = other.tier;
                via.update(
                    update
                        .set(|t| t.tier, other.tier)
                        .assume(|t| t.status, old.status),
                )
                .await
            }
            1 => {
                new.status = other.status;
                let update = update
                    .set(|t| t.status, other.status)
                    .assume(|t| t.tier, old.tier)
                    .assume(|t| t.owner, old.owner.clone())
                    .assume(|t| t.due, old.due);
                via.update(update).await
            }
            2 => {
                new.owner.clone_from(&other.owner);
                new.is_open = other.is_open;
                let update = update
                    .set(|t| t.owner, other.owner)
                    .set(|t| t.is_open, other.is_open)
                    .assume(|t| t.status, old.status)
                    .assume(|t| t.due, old.due);
                via.update(update).await
            }
            3 => {
                new.owner = None;
                let update = update
                    .remove(|t| t.owner)
                    .assume(|t| t.due, old.due)
                    .assume(|t| t.is_open, old.is_open);
                via.update(update).await
            }
            4 => {
                new.is_open = other.is_open;
                let update = update
                    .set(|t| t.is_open, other.is_open)
                    .assume(|t| t.owner, old.owner.clone())
                    .assume(|t| t.due, old.due);
                via.update(update).await
            }
            5 => {
                new.due = other.due;
                new.status = other.status;
                let update = update
                    .set(|t| t.due, other.due)
                    .set(|t| t.status, other.status)
                    .assume(|t| t.tier, old.tier)
                    .assume(|t| t.owner, old.owner.clone())
                    .assume(|t| t.is_open, old.is_open);
                via.update(update).await
            }
            6 => {
                new.count += 3;
                via.update(update.add(|t| t.count, 3)).await
            }
            7 => {
                new.note = new.note.take().or_else(|| Some("x".into()));
                via.update(update.set_if_absent(|t| t.note, "x")).await
            }
            8 => {
                // Said to be another than it may be.
                new.tier = other.tier;
                let update = update
                    .set(|t| t.tier, other.tier)
                    .assume(|t| t.status, other.status);
                via.update(update).await
            }
            _ => {
                new.note = None;
                new.tier = other.tier;
                new.status = other.status;
                new.owner.clone_from(&other.owner);
                new.due = other.due;
                new.is_open = other.is_open;
                let update = update
                    .remove(|t| t.note)
                    .set(|t| t.tier, other.tier)
                    .set(|t| t.status, other.status)
                    .set(|t| t.owner, other.owner)
                    .set(|t| t.due, other.due)
                    .set(|t| t.is_open, other.is_open);
                via.update(update).await
            }
        }
    }

    async fn upsert(
        &self,
        via: &Via<Work>,
        random: &mut Random,
        new: &mut Self,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        let upsert = via.table.upsert(self);
        if random.chance(2) {
            return via.upsert(upsert).await;
        }
        if let Some(before) = before {
            new.count = before.count;
            new.note = before.note.clone().or(new.note.take());
        }
        new.count += 2;
        via.upsert(upsert.add(|t| t.count, 2).keep(|t| t.note))
            .await
    }
}
