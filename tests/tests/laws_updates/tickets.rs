//! Keys that tell a part of what they are made of.

use dynamo_model::prelude::*;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::laws::Random;
use crate::laws::updates::{Subject, Via};
use crate::{Work, millis};

/// A primary key that tells its components in part only; times of the library, and shards, in index keys.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "USER#{email:lower}", sk = "DAY#{at:date}",
    index(by_state, on = "GSI1", pk = "STATE#{state:upper}", sk = "{email}#{at}"),
    index(recent, on = "GSI2", pk = "RECENT#{kind:shard(4)}", sk = "{updated_at}"),
    index(by_age, on = "GSI3", pk = "AGE#{state}", sk = "{created_at}", when = email.len() > 3 && *rank > 1),
)]
pub(crate) struct Ticket {
    email: String,
    at: Timestamp,
    state: Option<String>,
    kind: Option<String>,
    rank: u8,
    text: String,
    #[entity(created_at)]
    created_at: Timestamp,
    #[entity(updated_at)]
    updated_at: Timestamp,
}

impl Subject for Ticket {
    fn random(random: &mut Random) -> Self {
        Self {
            email: random.pick(&["a@x", "A@x", "a@long", "A@LONG"]).into(),
            at: millis(random),
            state: (!random.chance(4)).then(|| random.pick(&["new", "New", "old"]).into()),
            kind: (!random.chance(3)).then(|| random.pick(&["a", "b", "c"]).into()),
            rank: random.pick(&[1, 2]),
            text: random.pick(&["x", "y"]).into(),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn mixed(&self, other: &Self, random: &mut Random) -> Self {
        let mut new = self.clone();
        for _ in 0..random.below(4) {
            match random.below(6) {
                // Another spelling of the same key.
                0 => new.email.clone_from(&other.email),
                1 => new.at = other.at,
                2 => new.state.clone_from(&other.state),
                3 => new.kind.clone_from(&other.kind),
                4 => new.rank = other.rank,
                _ => new.text.clone_from(&other.text),
            }
        }
        new
    }

    fn touch(&mut self, before: Option<&Self>, now: i64) {
        let now = Timestamp::from_millisecond(now).unwrap();
        self.updated_at = now;
        if self.created_at == Timestamp::UNIX_EPOCH {
            self.created_at = before.map_or(now, |before| before.created_at);
        }
    }

    async fn update(
        via: &Via<Work>,
        random: &mut Random,
        old: &Self,
        new: &mut Self,
    ) -> Result<(), Error> {
        let other = Self::random(random);
        // A key in another spelling names the same item, but its index keys are made of the stored spelling.
        let is_other = random.chance(8);
        let update = if is_other {
            via.table
                .update(Self::key(old.email.to_uppercase(), old.at))
        } else {
            via.table.update(Self::key(&old.email, old.at))
        };
        match random.below(5) {
            0 => {
                new.kind.clone_from(&other.kind);
                via.update(update.set(|t| t.kind, other.kind)).await
            }
            1 => {
                new.text.clone_from(&other.text);
                new.kind = None;
                via.update(update.set(|t| t.text, &other.text).remove(|t| t.kind))
                    .await
            }
            2 => {
                new.state.clone_from(&other.state);
                let update = update
                    .set(|t| t.state, other.state)
                    .assume(|t| t.kind, old.kind.clone())
                    .assume(|t| t.created_at, old.created_at)
                    .assume(|t| t.rank, old.rank);
                via.update(update).await
            }
            3 => {
                new.rank = other.rank;
                let update = update
                    .set(|t| t.rank, other.rank)
                    .assume(|t| t.kind, old.kind.clone())
                    .assume(|t| t.state, old.state.clone())
                    .assume(|t| t.created_at, old.created_at);
                via.update(update).await
            }
            _ => {
                new.rank = other.rank;
                new.state.clone_from(&other.state);
                new.kind.clone_from(&other.kind);
                let update = update
                    .set(|t| t.rank, other.rank)
                    .set(|t| t.state, other.state)
                    .set(|t| t.kind, other.kind)
                    .assume(|t| t.created_at, old.created_at);
                via.update(update).await
            }
        }
    }

    async fn upsert(
        &self,
        via: &Via<Work>,
        _: &mut Random,
        new: &mut Self,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        // The time of the first write stands in an index, so it has to be known.
        if let Some(before) = before {
            new.created_at = before.created_at;
        }
        via.upsert(via.table.upsert(new)).await
    }
}
