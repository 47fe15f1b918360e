//! Law 5: index keys never go stale, also under concurrent writers; and updates, upserts and saves do what plain Rust does.

mod laws;

use dynamo_model::prelude::*;
use jiff::Timestamp;
use laws::updates::{Subject, Via, many_writers, one_writer};
use laws::{Random, create};
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "work", pk = "PK", sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = "GSI2PK", sk = "GSI2SK"),
    gsi("GSI3", pk = "GSI3PK", sk = "GSI3SK"),
    gsi("inverted", pk = "SK", sk = "PK"),
    gsi("first", pk = "SHARED", sk = "FIRST"),
    gsi("second", pk = "SHARED", sk = "SECOND"),
    gsi("third", pk = "OTHER", sk = "SHARED"),
    gsi("native", pk = ["board", "league"], sk = [N("score"), "RANK"]),
    gsi("scores", pk = "board", sk = N("score")),
    lsi("level", sk = N("level")),
    ttl = "expires",
    entities(Task, Ticket, Room, Player, Coupon, Wide),
)]
struct Work;

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
struct Task {
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

fn millis(random: &mut Random) -> Timestamp {
    let day = i64::try_from(random.below(3)).unwrap();
    let millis = i64::try_from(random.below(3) * 250).unwrap();
    Timestamp::from_millisecond(1_700_000_000_000 + day * 86_400_000 + millis).unwrap()
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

/// A primary key that tells its components in part only; times of the library, and shards, in index keys.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "USER#{email:lower}", sk = "DAY#{at:date}",
    index(by_state, on = "GSI1", pk = "STATE#{state:upper}", sk = "{email}#{at}"),
    index(recent, on = "GSI2", pk = "RECENT#{kind:shard(4)}", sk = "{updated_at}"),
    index(by_age, on = "GSI3", pk = "AGE#{state}", sk = "{created_at}", when = email.len() > 3 && *rank > 1),
)]
struct Ticket {
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

/// Indexes that share key attributes, each with a component that may be missing.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "ROOM#{id}", sk = "ROOM",
    index(by_a, on = "first", pk = "WING#{wing}", sk = "{a}"),
    index(by_b, on = "second", pk = "WING#{wing}", sk = "{b}"),
    index(by_c, on = "third", pk = "C#{c}", sk = "WING#{wing}"),
    index(flagged, on = "GSI1", pk = "FLAGGED", sk = "{id}", when = flag.is_some()),
)]
struct Room {
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

/// Fields that are key attributes themselves, numbers among them, which the service may count; native and local keys.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "PLAYER#{id}", sk = "PLAYER",
    index(ranking, on = "native", pk = ["{board}", "{league}"], sk = ["{score}", "{rank}"]),
    index(by_score, on = "scores", pk = "{board}", sk = "{score}"),
    index(by_level, on = "level", sk = "{level}"),
)]
struct Player {
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

/// Components that are in keys only, and a time to live, which is stored in whole seconds.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "COUPON#{code}", sk = "COUPON",
    index(of_shop, on = "GSI1", pk = "SHOP#{shop}", sk = "{rank}#{code}"),
    index(expiring, on = "GSI2", pk = "EXPIRING", sk = "{until}#{shop}", when = *active),
)]
struct Coupon {
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

/// More components than an update's type has slots for.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "WIDE#{id}", sk = "WIDE",
    index(all, on = "GSI1", pk = "WIDE", sk = "{a}#{b}#{c}#{d}#{e}#{f}#{g}#{h}#{i}"),
    index(some, on = "GSI2", pk = "SOME#{i}", sk = "{k}", when = *is_in),
)]
struct Wide {
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

async fn work() -> Handle<Work> {
    create::<Work>(&dynamo_model_tests::client().await, "work").await
}

async fn law_5<E: Subject<Table = Work>>() {
    for seed in 0..2 {
        one_writer::<E>(&work().await, seed, 200).await;
        many_writers::<E>(&work().await, 10 + seed, 1, 250).await;
        many_writers::<E>(&work().await, 20 + seed, 4, 80).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn overlapping_indexes() {
    law_5::<Task>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_that_tell_a_part() {
    law_5::<Ticket>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn indexes_that_share_attributes() {
    law_5::<Room>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_that_are_fields() {
    law_5::<Player>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fields_that_are_in_keys_only() {
    law_5::<Coupon>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_components_than_slots() {
    law_5::<Wide>().await;
}
