//! Indexes that share key attributes.

use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Work;
use crate::laws::Random;
use crate::laws::updates::{Subject, Via};

/// Indexes that share key attributes, each with a component that may be missing.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "ROOM#{id}", sk = "ROOM",
    index(by_a, on = "first", pk = "WING#{wing}", sk = "{a}"),
    index(by_b, on = "second", pk = "WING#{wing}", sk = "{b}"),
    index(by_c, on = "third", pk = "C#{c}", sk = "WING#{wing}"),
    index(flagged, on = "GSI1", pk = "FLAGGED", sk = "{id}", when = flag.is_some()),
)]
pub(crate) struct Room {
    id: u32,
    wing: u8,
    a: Option<u8>,
    b: Option<u8>,
    c: Option<u8>,
    flag: Option<bool>,
}

impl Subject for Room {
    fn random(random: &mut Random) -> Self {
        let mut one = || (!random.chance(2)).then(|| u8::try_from(random.below(2)).unwrap());
        let (a, b, c) = (one(), one(), one());
        Self {
            id: u32::try_from(random.below(3)).unwrap(),
            wing: u8::try_from(random.below(2)).unwrap(),
            a,
            b,
            c,
            flag: random.pick(&[None, Some(true)]),
        }
    }

    fn mixed(&self, other: &Self, random: &mut Random) -> Self {
        let mut new = self.clone();
        match random.below(5) {
            0 => new.a = other.a,
            1 => new.b = other.b,
            2 => new.c = other.c,
            3 => new.flag = other.flag,
            _ => new.wing = other.wing,
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
        let update = via.table.update(Self::key(old.id));
        match random.below(6) {
            0 => {
                new.a = other.a;
                let update = update.set(|r| r.a, other.a).assume(|r| r.wing, old.wing);
                via.update(update.assume(|r| r.b, old.b).assume(|r| r.c, old.c))
                    .await
            }
            1 => {
                new.b = None;
                let update = update.remove(|r| r.b).assume(|r| r.wing, old.wing);
                via.update(update.assume(|r| r.a, old.a).assume(|r| r.c, old.c))
                    .await
            }
            2 => {
                new.c = other.c;
                new.a = None;
                let update = update
                    .set(|r| r.c, other.c)
                    .remove(|r| r.a)
                    .assume(|r| r.b, old.b);
                via.update(update.assume(|r| r.wing, old.wing)).await
            }
            3 => {
                new.flag = other.flag;
                via.update(update.set(|r| r.flag, other.flag)).await
            }
            4 => {
                new.flag = None;
                via.update(update.remove(|r| r.flag)).await
            }
            _ => {
                new.wing = other.wing;
                let update = update.set(|r| r.wing, other.wing).assume(|r| r.a, old.a);
                via.update(update.assume(|r| r.b, old.b).assume(|r| r.c, old.c))
                    .await
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
