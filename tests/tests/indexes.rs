//! Secondary indexes: several of them, sparse ones, local and inverted ones, native multi-attribute keys.

#![expect(
    clippy::struct_field_names,
    reason = "attributes have the names that tables have"
)]

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::{Meter, prelude::*};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "work",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = "GSI2PK", sk = N("GSI2SK")),
    gsi("inverted", pk = "SK", sk = "PK"),
    gsi("keys", pk = "GSI3PK", sk = "GSI3SK", projection = keys_only),
    gsi("some", pk = "GSI4PK", projection = include("title")),
    lsi("due", sk = "LSI1SK"),
    lsi("rank", sk = N("rank"), projection = keys_only),
    entities(Task, Member, Tag)
)]
struct Work;

#[derive(KeyPart, Serialize, Deserialize, Debug, Clone, Copy, PartialEq)]
enum State {
    Open,
    Done,
}

impl State {
    fn is_open(self) -> bool {
        self == State::Open
    }
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "PROJECT#{project}", sk = "TASK#{number}",
    index(by_owner, on = "GSI1", pk = "OWNER#{owner}", sk = "TASK#{number}"),
    index(open, on = "GSI2", pk = "OPEN#{project}", sk = "{points}", when = state.is_open() && *points > 0),
    index(by_due, on = "due", sk = "DUE#{due}"),
    index(by_state, on = "some", pk = "STATE#{state}"),
)]
struct Task {
    project: String,
    number: u32,
    title: String,
    owner: Option<String>,
    points: i32,
    state: State,
    due: Option<jiff::civil::Date>,
}

/// An adjacency list: the inverted index answers the question from the other side.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "PROJECT#{project}", sk = "MEMBER#{user}",
    index(projects_of, on = "inverted", pk = "MEMBER#{user}", sk = "PROJECT#{project}"),
)]
struct Member {
    #[entity(key_only)]
    project: String,
    #[entity(key_only)]
    user: String,
    role: String,
}

/// All in keys, so that an index of keys alone holds the whole of it.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Work, pk = "PROJECT#{project}", sk = "TAG#{tag}",
    index(by_tag, on = "keys", pk = "TAG#{tag}", sk = "{project}"),
    index(by_rank, on = "rank", sk = "{rank}"),
)]
struct Tag {
    #[entity(key_only)]
    project: String,
    #[entity(key_only)]
    tag: String,
    #[entity(key_only)]
    rank: Option<i64>,
}

fn task(project: &str, number: u32) -> Task {
    Task {
        project: project.into(),
        number,
        title: format!("Task {number}"),
        owner: Some("ada".into()),
        points: i32::try_from(number).unwrap() * 5,
        state: State::Open,
        due: None,
    }
}

async fn work() -> Handle<Work> {
    let work = Work::on(client().await);
    work.create_table().send().await.unwrap();
    work
}

fn numbers(tasks: &[Task]) -> Vec<u32> {
    tasks.iter().map(|task| task.number).collect()
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

async fn stored(work: &Handle<Work>, key: Key<Task>) -> HashMap<String, AttributeValue> {
    let get = work.client().get_item().table_name(work.name());
    let key = key.to_item().unwrap();
    get.set_key(Some(key)).send().await.unwrap().item.unwrap()
}

#[tokio::test]
async fn an_item_is_in_every_index_that_it_has_the_components_of() {
    let work = work().await;
    let full = Task {
        due: Some("2026-11-30".parse().unwrap()),
        ..task("p", 1)
    };
    work.put(&full).send().await.unwrap();
    let item = stored(&work, Key::of(&full)).await;
    for (name, value) in [
        ("PK", s("PROJECT#p")),
        ("SK", s("TASK#0000000001")),
        ("GSI1PK", s("OWNER#ada")),
        ("GSI1SK", s("TASK#0000000001")),
        ("GSI2PK", s("OPEN#p")),
        ("GSI2SK", AttributeValue::N("5".into())),
        ("LSI1SK", s("DUE#2026-11-30")),
        ("GSI4PK", s("STATE#Open")),
    ] {
        assert_eq!(item[name], value, "{name}");
    }
    let expected = [full];
    let one = work.query(Task::by_owner("ada")).collect().await.unwrap();
    assert_eq!(one, expected);
    let one = work.query(Task::open("p")).collect().await.unwrap();
    assert_eq!(one, expected);
    let one = work.query(Task::by_due("p")).collect().await.unwrap();
    assert_eq!(one, expected);
}

#[tokio::test]
async fn none_takes_an_item_out_of_an_index() {
    let work = work().await;
    work.put(&task("p", 1)).send().await.unwrap();
    let orphan = Task {
        owner: None,
        ..task("p", 2)
    };
    work.put(&orphan).send().await.unwrap();
    let item = stored(&work, Key::of(&orphan)).await;
    for absent in ["GSI1PK", "GSI1SK", "LSI1SK", "owner", "due"] {
        assert!(!item.contains_key(absent), "{absent}");
    }
    let owned = work.query(Task::by_owner("ada")).collect().await.unwrap();
    assert_eq!(numbers(&owned), [1]);
    assert_eq!(work.query(Task::by_due("p")).collect().await.unwrap(), []);
    let all = work.query(Task::of("p")).collect().await.unwrap();
    assert_eq!(numbers(&all), [1, 2]);
    // Replaced without an owner, the item leaves the index.
    let orphan = Task {
        owner: None,
        ..task("p", 1)
    };
    work.put(&orphan).send().await.unwrap();
    assert_eq!(
        work.query(Task::by_owner("ada")).collect().await.unwrap(),
        []
    );
}

#[tokio::test]
async fn a_predicate_takes_an_item_out_of_an_index() {
    let work = work().await;
    let items = [
        task("p", 1),
        Task {
            state: State::Done,
            ..task("p", 2)
        },
        Task {
            points: 0,
            ..task("p", 3)
        },
        task("p", 4),
    ];
    for item in &items {
        work.put(item).send().await.unwrap();
    }
    let item = stored(&work, Key::of(&items[1])).await;
    assert!(!item.contains_key("GSI2PK") && !item.contains_key("GSI2SK"));
    let open = work.query(Task::open("p")).collect().await.unwrap();
    assert_eq!(numbers(&open), [1, 4]);
    let few = work.query(Task::open("p").sort(|k| k.points.le(5)));
    assert_eq!(numbers(&few.collect().await.unwrap()), [1]);
}

#[tokio::test]
async fn both_directions_on_every_kind_of_index() {
    let work = work().await;
    for number in [3, 1, 2] {
        let day = i8::try_from(10 - number).unwrap();
        let item = Task {
            due: Some(jiff::civil::date(2026, 11, day)),
            ..task("p", number)
        };
        work.put(&item).send().await.unwrap();
    }
    let up = work.query(Task::by_owner("ada")).collect().await.unwrap();
    assert_eq!(numbers(&up), [1, 2, 3]);
    let down = work.query(Task::by_owner("ada")).descending();
    assert_eq!(numbers(&down.collect().await.unwrap()), [3, 2, 1]);
    let up = work.query(Task::by_due("p")).collect().await.unwrap();
    assert_eq!(numbers(&up), [3, 2, 1]);
    let down = work.query(Task::by_due("p")).descending();
    assert_eq!(numbers(&down.collect().await.unwrap()), [1, 2, 3]);
    let down = work.query(Task::of("p")).descending();
    assert_eq!(numbers(&down.collect().await.unwrap()), [3, 2, 1]);
}

#[tokio::test]
async fn a_local_index_is_read_consistently() {
    let work = work().await;
    let item = Task {
        due: Some("2026-11-30".parse().unwrap()),
        ..task("p", 1)
    };
    work.put(&item).send().await.unwrap();
    let local = work.query(Task::by_due("p")).consistent().collect().await;
    assert_eq!(local.unwrap(), std::slice::from_ref(&item));
    let table = work.query(Task::of("p")).consistent().collect().await;
    assert_eq!(table.unwrap(), [item]);
}

/// What `consistent` says holds for the whole items too.
#[tokio::test]
async fn what_a_local_index_lacks_is_read_consistently() {
    let work = work().await;
    let task = Task {
        due: Some("2026-05-04".parse().unwrap()),
        ..task("p", 1)
    };
    work.put(&task).send().await.unwrap();
    let query = || work.query(Task::by_due("p"));
    for (query, units) in [
        (query().hydrate(), 1.0),
        (query().consistent().hydrate(), 2.0),
        (query().hydrate().consistent(), 2.0),
    ] {
        let meter = Meter::new();
        let found = query.meter(&meter).collect().await.unwrap();
        assert_eq!(found, std::slice::from_ref(&task));
        assert!((meter.total().capacity_units - units).abs() < 0.01);
    }
}

/// Another program's item in the index: it is an error of its own, and the others of its page are read.
#[tokio::test]
async fn an_item_whose_key_is_not_the_entitys_is_one_error_where_items_are_completed() {
    let work = work().await;
    for number in 1..=3 {
        work.put(&task("p", number)).send().await.unwrap();
    }
    let mut foreign = task("p", 2).to_item().unwrap();
    foreign.insert("PK".into(), AttributeValue::S("LEGACY".into()));
    let put = work.client().put_item().table_name("work");
    put.set_item(Some(foreign)).send().await.unwrap();
    let mut items = work.query(Task::by_owner("ada")).hydrate().items();
    let (mut numbers, mut errors) = (Vec::new(), 0);
    loop {
        match items.try_next().await {
            Ok(Some(task)) => numbers.push(task.number),
            Ok(None) => break,
            Err(error) => {
                assert!(matches!(error, Error::Key(_)), "{error}");
                errors += 1;
            }
        }
    }
    assert_eq!((numbers.as_slice(), errors), ([1, 2, 3].as_slice(), 1));
}

#[tokio::test]
async fn an_inverted_index_answers_from_the_other_side() {
    let work = work().await;
    for (project, user) in [("a", "ada"), ("b", "ada"), ("b", "bob"), ("c", "bob")] {
        let member = Member {
            project: project.into(),
            user: user.into(),
            role: "dev".into(),
        };
        work.put(&member).send().await.unwrap();
    }
    work.put(&task("b", 1)).send().await.unwrap();
    let members = work.query(Member::of("b")).collect().await.unwrap();
    let users: Vec<_> = members.iter().map(|m| m.user.as_str()).collect();
    assert_eq!(users, ["ada", "bob"]);
    let projects = work.query(Member::projects_of("ada")).collect().await;
    let projects: Vec<_> = projects.unwrap().into_iter().map(|m| m.project).collect();
    assert_eq!(projects, ["a", "b"]);
    let later = work.query(Member::projects_of("bob").sort(|k| k.project.gt("b")));
    assert_eq!(later.collect().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_index_of_keys_holds_an_entity_that_is_all_key() {
    let work = work().await;
    let tag = |project: &str, tag: &str, rank| Tag {
        project: project.into(),
        tag: tag.into(),
        rank,
    };
    let tags = [
        tag("a", "red", Some(3)),
        tag("b", "red", None),
        tag("b", "blue", Some(1)),
    ];
    for item in &tags {
        work.put(item).send().await.unwrap();
    }
    // `rank` is not among this index's keys: what it is, only the table knows.
    let tagged = work.query(Tag::by_tag("red")).collect().await;
    let error = tagged.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    assert!(
        error.to_string().contains("`keys` does not hold `rank`"),
        "{error}"
    );
    let tagged = work.query(Tag::by_tag("red"));
    assert_eq!(tagged.count().await.unwrap(), 2);
    let tagged = work.query(Tag::by_tag("red")).hydrate().collect().await;
    assert_eq!(
        tagged.unwrap(),
        [tag("a", "red", Some(3)), tag("b", "red", None)]
    );
    let ranked = work.query(Tag::by_rank("b")).consistent().collect().await;
    assert_eq!(ranked.unwrap(), [tag("b", "blue", Some(1))]);
    let read = work.get(Tag::key("b", "red")).send().await.unwrap();
    assert_eq!(read, Some(tag("b", "red", None)));
    let read = work.get(Tag::key("a", "red")).send().await.unwrap();
    assert_eq!(read, Some(tag("a", "red", Some(3))));
}

#[tokio::test]
async fn an_item_that_is_projected_in_part_says_what_is_missing() {
    let work = work().await;
    work.put(&task("p", 1)).send().await.unwrap();
    let error = work.query(Task::by_state(State::Open)).collect().await;
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    assert!(error.to_string().contains("Task"), "{error}");
    let items = work.query_all(Task::by_state(State::Open)).collect().await;
    let items = items.unwrap();
    // Nor is an item of the index decoded as what it is a part of.
    let error = items[0].decode::<Task>().unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    let item = items[0].to_attribute_values().unwrap();
    assert_eq!(item["title"], s("Task 1"));
    // Every INCLUDE projection has the type attribute.
    assert_eq!(item["_type"], s("Task"));
}

#[derive(Table)]
#[table(
    name = "matches",
    pk = "match_id",
    gsi("region", pk = ["tournament", "region"], sk = ["round", N("bracket"), "match_id"]),
    gsi("four", pk = ["tournament", "region", "round", N("bracket")]),
    gsi("long", pk = "player", sk = ["tournament", "region", N("bracket"), "match_id"]),
    gsi("one", pk = ["round"], sk = ["stage"]),
    entities(Match)
)]
struct Matches;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Matches, pk = "{match_id}",
    index(in_region, on = "region", pk = ["{tournament}", "{region}"], sk = ["{round}", "{bracket}", "{match_id}"]),
    index(exactly, on = "four", pk = ["{tournament}", "{region}", "{round}", "{bracket}"]),
    index(by_player, on = "long", pk = "{player}", sk = ["{tournament}", "{region}", "{bracket}", "{match_id}"]),
    index(by_round, on = "one", pk = ["{round}"], sk = ["{stage}"]),
)]
struct Match {
    match_id: String,
    tournament: String,
    region: String,
    round: String,
    bracket: u32,
    player: Option<String>,
    stage: Option<String>,
}

#[tokio::test]
async fn native_keys_of_one_to_eight_attributes() {
    let matches = Matches::on(client().await);
    matches.create_table().send().await.unwrap();
    let mut all = Vec::new();
    for (number, (region, round, bracket)) in [
        ("EU", "final", 1),
        ("EU", "final", 10),
        ("EU", "final", 2),
        ("EU", "semi", 1),
        ("US", "final", 1),
    ]
    .into_iter()
    .enumerate()
    {
        let item = Match {
            match_id: format!("m{number}"),
            // Nothing is concatenated, so that any text will do.
            tournament: "T#26".into(),
            region: region.into(),
            round: round.into(),
            bracket,
            player: (number > 0).then(|| "ada".into()),
            stage: (number == 2).then(|| "main".into()),
        };
        matches.put(&item).send().await.unwrap();
        all.push(item);
    }
    let ids = |items: Vec<Match>| items.into_iter().map(|m| m.match_id).collect::<Vec<_>>();

    let query = matches.query(Match::in_region("T#26", "EU"));
    assert_eq!(
        ids(query.collect().await.unwrap()),
        ["m0", "m2", "m1", "m3"]
    );
    let query = matches.query(Match::in_region("T#26", "EU")).descending();
    assert_eq!(
        ids(query.collect().await.unwrap()),
        ["m3", "m1", "m2", "m0"]
    );
    let finals = Match::in_region("T#26", "EU").sort(|k| k.round.eq("final"));
    assert_eq!(
        ids(matches.query(finals).collect().await.unwrap()),
        ["m0", "m2", "m1"]
    );
    let late =
        Match::in_region("T#26", "EU").sort(|k| k.round.eq("final").then(k.bracket.between(2, 10)));
    assert_eq!(
        ids(matches.query(late).collect().await.unwrap()),
        ["m2", "m1"]
    );
    let one = Match::in_region("T#26", "EU").sort(|k| {
        k.round
            .eq("final")
            .then(k.bracket.eq(10))
            .then(k.match_id.starts_with("m"))
    });
    assert_eq!(ids(matches.query(one).collect().await.unwrap()), ["m1"]);

    let four = matches.query(Match::exactly("T#26", "EU", "final", 2));
    assert_eq!(four.collect().await.unwrap(), [all[2].clone()]);
    let long = matches.query(Match::by_player("ada").sort(|k| k.tournament.ge("T")));
    assert_eq!(ids(long.collect().await.unwrap()), ["m3", "m2", "m1", "m4"]);
    let sparse = matches.query(Match::by_round("final"));
    assert_eq!(sparse.collect().await.unwrap(), [all[2].clone()]);
    // Page after page, with the cursor over all the key's attributes.
    let paged = matches.query(Match::by_player("ada")).page_size(1);
    assert_eq!(
        ids(paged.collect().await.unwrap()),
        ["m3", "m2", "m1", "m4"]
    );
}
