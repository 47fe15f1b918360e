//! Collections on indexes.

use dynamo_model::{Error, prelude::*};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "work",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = ["team", "kind"], sk = [N("rank"), "GSI2SK"]),
    lsi("LSI1", sk = "LSI1SK"),
    entities(Task, Bug, Chore)
)]
struct Work;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "PROJECT#{project}", sk = "TASK#{id}",
    index(by_day, on = "GSI1", pk = "DAY#{day}#{id:shard(4)}", sk = "{due:desc}#{id}"),
    index(by_team, on = "GSI2", pk = ["{team}", "{kind}"], sk = ["{rank}", "T{name}"]),
    index(by_weight, on = "LSI1", sk = "WEIGHT#{weight}#T"),
)]
struct Task {
    project: String,
    id: u32,
    day: u8,
    due: u32,
    team: String,
    kind: String,
    rank: i64,
    name: String,
    weight: u16,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "PROJECT#{project}", sk = "BUG#{number}",
    index(by_day, on = "GSI1", pk = "DAY#{day}#{number:shard(4)}", sk = "{due:desc}#{number}"),
    index(by_team, on = "GSI2", pk = ["{team}", "{kind}"], sk = ["{rank}", "B{label}"]),
    index(by_weight, on = "LSI1", sk = "WEIGHT#{weight}"),
)]
struct Bug {
    project: String,
    number: u32,
    day: u8,
    due: u32,
    team: String,
    kind: String,
    rank: i64,
    label: String,
    weight: u16,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Work, pk = "PROJECT#{project}", sk = "CHORE#{id}")]
struct Chore {
    project: String,
    id: u32,
}

#[derive(Collection, Debug, PartialEq)]
#[collection(on = "GSI1", sort(due: u32, id: u32))]
enum Due {
    Task(Task),
    Bug(Bug),
}

#[derive(Collection, Debug, PartialEq)]
#[collection(on = "GSI2", sort(rank: i64))]
enum OfTeam {
    Task(Task),
    Bug(Bug),
}

#[derive(Collection, Debug, PartialEq)]
#[collection(on = "LSI1", sort(weight: u16))]
enum Weighed {
    Task(Task),
    Bug(Bug),
}

fn task(id: u32, due: u32) -> Task {
    Task {
        project: "p".into(),
        id,
        day: 1,
        due,
        team: "t".into(),
        kind: "k".into(),
        rank: i64::from(id) - 3,
        name: format!("n{id}"),
        weight: 5,
    }
}

fn bug(number: u32, due: u32) -> Bug {
    Bug {
        project: "p".into(),
        number,
        day: 1,
        due,
        team: "t".into(),
        kind: "k".into(),
        rank: i64::from(number) - 3,
        label: format!("b{number}"),
        weight: u16::try_from(number).unwrap(),
    }
}

async fn work() -> Handle<Work> {
    let work = Work::on(client().await);
    work.create_table().send().await.unwrap();
    for id in 0..6 {
        work.put(&task(id, 10 + id)).send().await.unwrap();
        work.put(&bug(id, 20 - id)).send().await.unwrap();
    }
    let chore = Chore {
        project: "p".into(),
        id: 1,
    };
    work.put(&chore).send().await.unwrap();
    work
}

fn due(item: &Due) -> (u32, u32) {
    match item {
        Due::Task(task) => (task.due, task.id),
        Due::Bug(bug) => (bug.due, bug.number),
    }
}

#[tokio::test]
async fn shards_are_read_side_by_side_and_merged() {
    let work = work().await;
    let mut items = work.query(Due::of(1)).page_size(2).items();
    let mut found = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        found.push(due(&item).0);
    }
    let mut wanted: Vec<u32> = (10..16).chain(15..21).collect();
    wanted.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(found, wanted);
    let late = work.query(Due::of(1).sort(|k| k.due.gt(15_u32)));
    let late: Vec<u32> = late
        .collect()
        .await
        .unwrap()
        .iter()
        .map(|i| due(i).0)
        .collect();
    assert_eq!(late, [20, 19, 18, 17, 16]);
    // An equality says which shard.
    let partition = Due::of(1).sort(|k| k.due.eq(15_u32).then(k.id.eq(5_u32)));
    let one = work.query(partition).collect().await.unwrap();
    assert_eq!(one.len(), 2);
    assert!(one.contains(&Due::Task(task(5, 15))) && one.contains(&Due::Bug(bug(5, 15))));
}

#[tokio::test]
async fn an_index_of_several_attributes() {
    let work = work().await;
    let partition = OfTeam::of(("t", "k")).sort(|k| k.rank.between(-1, 0));
    let mut items = work.query(partition).items();
    let mut found = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        found.push(item);
    }
    assert_eq!(
        found,
        [
            OfTeam::Bug(bug(2, 18)),
            OfTeam::Task(task(2, 12)),
            OfTeam::Bug(bug(3, 17)),
            OfTeam::Task(task(3, 13)),
        ]
    );
    assert_eq!(items.scanned_count(), 4);
}

#[tokio::test]
async fn a_local_index_is_read_consistently() {
    let work = work().await;
    let partition = Weighed::of("p").sort(|k| k.weight.eq(5_u16));
    let found = work.query(partition).consistent().collect().await.unwrap();
    assert_eq!(found.len(), 7);
    assert_eq!(found[0], Weighed::Bug(bug(5, 15)));
    let partition = Weighed::of("p").sort(|k| k.weight.lt(5_u16));
    let found = work.query(partition).descending().collect().await.unwrap();
    assert_eq!(found.len(), 5);
    assert_eq!(found[0], Weighed::Bug(bug(4, 16)));
    let error = work
        .query(Weighed::of("p"))
        .filter_member::<Task>(|t| t.project.eq("p"))
        .filter_member::<Bug>(|b| b.team.eq("x"))
        .collect()
        .await;
    assert_eq!(error.unwrap().len(), 6);
    let none: Result<Vec<Weighed>, Error> = work.query(Weighed::of("q")).collect().await;
    assert_eq!(none.unwrap(), []);
}
