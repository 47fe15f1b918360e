//! Law 5: index keys never go stale, also under concurrent writers; and updates, upserts and saves do what plain Rust does.

#[path = "../laws/mod.rs"]
mod laws;

mod coupons;
mod players;
mod rooms;
mod tasks;
mod tickets;
mod wide;

use dynamo_model::prelude::*;
use jiff::Timestamp;
use laws::updates::{Subject, many_writers, one_writer};
use laws::{Random, create};

use coupons::Coupon;
use players::Player;
use rooms::Room;
use tasks::Task;
use tickets::Ticket;
use wide::Wide;

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

fn millis(random: &mut Random) -> Timestamp {
    let day = i64::try_from(random.below(3)).unwrap();
    let millis = i64::try_from(random.below(3) * 250).unwrap();
    Timestamp::from_millisecond(1_700_000_000_000 + day * 86_400_000 + millis).unwrap()
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
