//! Fields that are key attributes themselves.

use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Work;
use crate::laws::Random;
use crate::laws::updates::{Subject, Via};

/// Fields that are key attributes themselves, numbers among them, which the service may count; native and local keys.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "PLAYER#{id}", sk = "PLAYER",
    index(ranking, on = "native", pk = ["{board}", "{league}"], sk = ["{score}", "{rank}"]),
    index(by_score, on = "scores", pk = "{board}", sk = "{score}"),
    index(by_level, on = "level", sk = "{level}"),
)]
pub(crate) struct Player {
    id: u32,
    board: String,
    league: Option<String>,
    score: i64,
    rank: Option<u8>,
    level: Option<u32>,
}

impl Subject for Player {
    fn random(random: &mut Random) -> Self {
        Self {
            id: u32::try_from(random.below(3)).unwrap(),
            board: random.pick(&["a", "b"]).into(),
            league: random.pick(&[None, Some("x".into()), Some("y".into())]),
            score: random.pick(&[-5, 0, 12]),
            rank: random.pick(&[None, Some(1), Some(20)]),
            level: random.pick(&[None, Some(3), Some(40)]),
        }
    }

    fn mixed(&self, other: &Self, random: &mut Random) -> Self {
        let mut new = self.clone();
        match random.below(5) {
            0 => new.board.clone_from(&other.board),
            1 => new.league.clone_from(&other.league),
            2 => new.score = other.score,
            3 => new.rank = other.rank,
            _ => new.level = other.level,
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
                new.score += 7;
                via.update(update.add(|p| p.score, 7)).await
            }
            1 => {
                new.level = Some(new.level.unwrap_or_default() + 2);
                via.update(update.add(|p| p.level, 2)).await
            }
            2 => {
                new.level = new.level.or(Some(9));
                new.board.clone_from(&other.board);
                let update = update
                    .set_if_absent(|p| p.level, 9)
                    .set(|p| p.board, &other.board);
                let update = update.assume(|p| p.league, old.league.clone());
                via.update(
                    update
                        .assume(|p| p.rank, old.rank)
                        .assume(|p| p.score, old.score),
                )
                .await
            }
            3 => {
                new.rank = other.rank;
                let update = update
                    .set(|p| p.rank, other.rank)
                    .assume(|p| p.board, &old.board);
                let update = update.assume(|p| p.league, old.league.clone());
                via.update(update.assume(|p| p.score, old.score)).await
            }
            4 => {
                new.league = None;
                via.update(update.remove(|p| p.league)).await
            }
            _ => {
                new.level = None;
                new.league.clone_from(&other.league);
                let update = update.remove(|p| p.level).set(|p| p.league, other.league);
                let update = update
                    .assume(|p| p.rank, old.rank)
                    .assume(|p| p.board, &old.board);
                via.update(update.assume(|p| p.score, old.score)).await
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
            new.score = before.map_or(self.score, |before| before.score) + 1;
            return via.upsert(upsert.add(|p| p.score, 1)).await;
        }
        if let Some(before) = before {
            new.level = before.level.or(new.level);
        }
        via.upsert(upsert.keep(|p| p.level)).await
    }
}
