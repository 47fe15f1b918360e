//! More components than slots.

use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Work;
use crate::laws::Random;
use crate::laws::updates::{Subject, Via};

/// More components than an update's type has slots for.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "WIDE#{id}", sk = "WIDE",
    index(all, on = "GSI1", pk = "WIDE", sk = "{a}#{b}#{c}#{d}#{e}#{f}#{g}#{h}#{i}"),
    index(some, on = "GSI2", pk = "SOME#{i}", sk = "{k}", when = *is_in),
)]
pub(crate) struct Wide {
    id: u32,
    a: u8,
    b: u8,
    c: u8,
    d: u8,
    e: u8,
    f: u8,
    g: u8,
    h: u8,
    i: u8,
    k: u8,
    is_in: bool,
    #[entity(version)]
    version: u64,
}

impl Subject for Wide {
    fn random(random: &mut Random) -> Self {
        let id = u32::try_from(random.below(3)).unwrap();
        let mut one = || u8::try_from(random.below(3)).unwrap();
        Self {
            id,
            a: one(),
            b: one(),
            c: one(),
            d: one(),
            e: one(),
            f: one(),
            g: one(),
            h: one(),
            i: one(),
            k: one(),
            is_in: one() == 0,
            version: 0,
        }
    }

    fn mixed(&self, other: &Self, random: &mut Random) -> Self {
        let mut new = self.clone();
        match random.below(4) {
            0 => new.a = other.a,
            1 => new.i = other.i,
            2 => new.k = other.k,
            _ => new.is_in = other.is_in,
        }
        new
    }

    fn touch(&mut self, before: Option<&Self>, _: i64) {
        self.version = before.map_or(0, |before| before.version) + 1;
    }

    async fn update(
        via: &Via<Work>,
        random: &mut Random,
        old: &Self,
        new: &mut Self,
    ) -> Result<(), Error> {
        let other = Self::random(random);
        let update = || via.table.update(Self::key(old.id));
        match random.below(3) {
            0 => {
                let stale = update().set(|w| w.is_in, other.is_in);
                let error = via.update(stale).await.unwrap_err();
                assert!(matches!(error, Error::Invalid(_)), "{error}");
                new.is_in = other.is_in;
                let update = update().set(|w| w.is_in, other.is_in);
                via.update(update.assume(|w| w.i, old.i).assume(|w| w.k, old.k))
                    .await
            }
            1 => {
                new.k = other.k;
                let update = update().set(|w| w.k, other.k);
                via.update(update.assume(|w| w.i, old.i).assume(|w| w.is_in, old.is_in))
                    .await
            }
            _ => {
                new.i = other.i;
                let known = update()
                    .assume(|w| w.a, old.a)
                    .assume(|w| w.b, old.b)
                    .assume(|w| w.c, old.c)
                    .assume(|w| w.d, old.d)
                    .assume(|w| w.e, old.e)
                    .assume(|w| w.f, old.f)
                    .assume(|w| w.g, old.g)
                    .assume(|w| w.h, old.h);
                let known = known.assume(|w| w.k, old.k).assume(|w| w.is_in, old.is_in);
                via.update(known.set(|w| w.i, other.i).at_version(old.version))
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
