//! Fields that are in keys only.

use dynamo_model::prelude::*;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::laws::Random;
use crate::laws::updates::{Subject, Via};
use crate::{Work, millis};

/// Components that are in keys only, and a time to live, which is stored in whole seconds.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "COUPON#{code}", sk = "COUPON",
    index(of_shop, on = "GSI1", pk = "SHOP#{shop}", sk = "{rank}#{code}"),
    index(expiring, on = "GSI2", pk = "EXPIRING", sk = "{until}#{shop}", when = *active),
)]
pub(crate) struct Coupon {
    #[entity(key_only)]
    code: String,
    #[entity(key_only)]
    shop: String,
    #[entity(key_only)]
    rank: i16,
    #[entity(ttl)]
    #[serde(rename = "expires")]
    until: Option<Timestamp>,
    active: bool,
}

impl Subject for Coupon {
    fn random(random: &mut Random) -> Self {
        Self {
            code: random.pick(&["x", "y", "z"]).into(),
            shop: random.pick(&["s", "t"]).into(),
            rank: random.pick(&[-1, 1]),
            until: (!random.chance(3)).then(|| millis(random)),
            active: random.chance(2),
        }
    }

    fn mixed(&self, other: &Self, random: &mut Random) -> Self {
        let mut new = self.clone();
        match random.below(4) {
            0 => new.shop.clone_from(&other.shop),
            1 => new.rank = other.rank,
            2 => new.until = other.until,
            _ => new.active = other.active,
        }
        new
    }

    fn touch(&mut self, _: Option<&Self>, _: i64) {
        let seconds = self.until.map(Timestamp::as_second);
        self.until = seconds.map(|seconds| Timestamp::from_second(seconds).unwrap());
    }

    async fn update(
        via: &Via<Work>,
        random: &mut Random,
        old: &Self,
        new: &mut Self,
    ) -> Result<(), Error> {
        let other = Self::random(random);
        let update = via.table.update(Self::key(&old.code));
        match random.below(3) {
            0 => {
                new.shop.clone_from(&other.shop);
                new.rank = other.rank;
                let update = update
                    .set(|c| c.shop, &other.shop)
                    .set(|c| c.rank, other.rank);
                let update = update.assume(|c| c.until, old.until);
                via.update(update.assume(|c| c.active, old.active)).await
            }
            1 => {
                *new = Self {
                    code: old.code.clone(),
                    ..other.clone()
                };
                let update = update
                    .set(|c| c.shop, &other.shop)
                    .set(|c| c.rank, other.rank);
                let update = update.set(|c| c.until, other.until);
                via.update(update.set(|c| c.active, other.active)).await
            }
            _ => {
                new.until = None;
                via.update(update.remove(|c| c.until)).await
            }
        }
    }

    async fn upsert(
        &self,
        via: &Via<Work>,
        _: &mut Random,
        _: &mut Self,
        _: Option<&Self>,
    ) -> Result<(), Error> {
        via.upsert(via.table.upsert(self)).await
    }
}
