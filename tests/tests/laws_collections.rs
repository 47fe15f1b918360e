//! Law 4 for collections: a condition on what the members' sort keys share returns exactly the items of all members that
//! satisfy it, in the order of the keys, and no neighbour outside is read.

mod laws;

use std::fmt::Debug;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::expr::ItemCollection;
use dynamo_model::{Item, Query, prelude::*};
use laws::{Random, Test, beginning, create, range, text, write};
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = ["region", "kind"], sk = ["city", N("rank"), "tail"]),
    gsi("Inverted", pk = "SK", sk = "PK"),
    lsi("LSI1", sk = "LSI1SK"),
    entities(Order, Line, OrderOf, Event, Snapshot, Invoice, Player, Round, Guest)
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "C#{customer}", sk = "ORDER#{at}#{id}",
    index(by_day, on = "GSI1", pk = "DAY#{day}#{id:shard(3)}", sk = "{city}"),
    index(by_place, on = "GSI2", pk = ["{region:any}", "{kind}"], sk = ["{city}", "{rank}", "O{id}"]),
    index(by_score, on = "LSI1", sk = "{score:desc}"),
)]
struct Order {
    customer: String,
    at: i16,
    id: String,
    day: u8,
    city: String,
    region: String,
    kind: String,
    rank: i64,
    score: i32,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "C#{owner}", sk = "ORDER#{time}#{order}#LINE#{n:04}",
    index(by_day, on = "GSI1", pk = "DAY#{date}#{order:shard(3)}", sk = "{town}"),
    index(by_place, on = "GSI2", pk = ["{region:any}", "{kind}"], sk = ["{town}", "{rank}", "L{order}"]),
    index(by_score, on = "LSI1", sk = "{score:desc}#{n}"),
)]
struct Line {
    owner: String,
    time: i16,
    order: String,
    n: u16,
    date: u8,
    town: String,
    region: String,
    kind: String,
    rank: i64,
    score: i32,
}

/// Begins as orders do, but for the delimiter.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "C#{customer}", sk = "ORDEROF#{at}",
    index(by_day, on = "GSI1", pk = "DAYS#{at}", sk = "{customer}"),
)]
struct OrderOf {
    customer: String,
    at: i16,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "C#{customer}", sk = "E#{stream}#EVENT#{n:desc}")]
struct Event {
    customer: String,
    stream: String,
    n: u16,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "C#{customer}", sk = "E#{stream}#STATE")]
struct Snapshot {
    customer: String,
    stream: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "C#{customer}", sk = "EVOICE#{n:04}")]
struct Invoice {
    customer: String,
    n: u16,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "G#{game}", sk = "U#{user}",
    index(of_user, on = "Inverted", pk = "U#{user}", sk = "G#{game}"),
)]
struct Player {
    game: i8,
    user: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "G#{game}#R#{round}", sk = "U#{user}",
    index(of_user, on = "Inverted", pk = "U#{user}", sk = "G#{game}#R#{round}"),
)]
struct Round {
    game: i8,
    round: u8,
    user: String,
}

/// In the inverted index beside the others, in no collection.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "GUEST#{game}", sk = "U#{user}")]
struct Guest {
    game: i8,
    user: String,
}

/// The component is followed by something in both, by something else than text of its own.
#[derive(Collection, Debug, Clone, PartialEq)]
#[collection(sort(at: i16))]
enum Placed {
    Order(Order),
    Line(Line),
}

/// Text, behind which all go on with one literal.
#[derive(Collection, Debug, Clone, PartialEq)]
#[collection(sort(stream: String))]
enum Streamed {
    Event(Event),
    Snapshot(Snapshot),
}

/// Text at the end of all, in a sharded partition.
#[derive(Collection, Debug, Clone, PartialEq)]
#[collection(on = "GSI1", sort(city: String))]
enum OfDay {
    Order(Order),
    Line(Line),
}

/// Attributes of their own, the last of which is not shared.
#[derive(Collection, Debug, Clone, PartialEq)]
#[collection(on = "GSI2", sort(city: String, rank: i64))]
enum OfPlace {
    Order(Order),
    Line(Line),
}

/// Last in one, followed by something in the other, in reverse.
#[derive(Collection, Debug, Clone, PartialEq)]
#[collection(on = "LSI1", sort(score: i32))]
enum Scored {
    Order(Order),
    Line(Line),
}

#[derive(Collection, Debug, Clone, PartialEq)]
#[collection(on = "Inverted", sort(game: i8))]
enum OfUser {
    Player(Player),
    Round(Round),
}

const CUSTOMERS: [&str; 2] = ["c", "c2"];
const TIMES: [i16; 7] = [i16::MIN, -10, -9, 0, 9, 10, i16::MAX];
const SCORES: [i32; 6] = [i32::MIN, -1, 0, 1, 999, i32::MAX];
const RANKS: [i64; 5] = [-100, -9, 0, 9, i64::MAX];
const NUMBERS: [u16; 5] = [0, 1, 10, 100, 9_999];
const GAMES: [i8; 5] = [i8::MIN, -1, 0, 1, i8::MAX];
const DAYS: [u8; 2] = [1, 10];

struct Data {
    table: Handle<Shop>,
    /// What a scan finds: the brute force.
    all: Vec<Item<Shop>>,
    texts: Vec<String>,
}

async fn data(random: &mut Random, name: &str) -> Data {
    let client = dynamo_model_tests::client().await;
    let table = create::<Shop>(&client, name).await;
    let texts: Vec<String> = (0..7).map(|_| text(random)).collect();
    let customer = |random: &mut Random| random.pick(&CUSTOMERS).to_owned();
    let region = |random: &mut Random| random.pick(&["eu", "eu#"]).to_owned();
    let orders = (0..25).map(|_| Order {
        customer: customer(random),
        at: random.pick(&TIMES),
        id: random.pick(&texts),
        day: random.pick(&DAYS),
        city: random.pick(&texts),
        region: region(random),
        kind: "k".into(),
        rank: random.pick(&RANKS),
        score: random.pick(&SCORES),
    });
    put(&table, orders.collect()).await;
    let lines = (0..25).map(|_| Line {
        owner: customer(random),
        time: random.pick(&TIMES),
        order: random.pick(&texts),
        n: random.pick(&NUMBERS),
        date: random.pick(&DAYS),
        town: random.pick(&texts),
        region: region(random),
        kind: "k".into(),
        rank: random.pick(&RANKS),
        score: random.pick(&SCORES),
    });
    put(&table, lines.collect()).await;
    let beside = (0..10).map(|_| OrderOf {
        customer: customer(random),
        at: random.pick(&TIMES),
    });
    put(&table, beside.collect()).await;
    let events = (0..25).map(|_| Event {
        customer: customer(random),
        stream: random.pick(&texts),
        n: random.pick(&NUMBERS),
    });
    put(&table, events.collect()).await;
    let snapshots = (0..10).map(|_| Snapshot {
        customer: customer(random),
        stream: random.pick(&texts),
    });
    put(&table, snapshots.collect()).await;
    let invoices = (0..5).map(|_| Invoice {
        customer: customer(random),
        n: random.pick(&NUMBERS),
    });
    put(&table, invoices.collect()).await;
    let user = |random: &mut Random| random.pick(&CUSTOMERS).to_owned();
    let players = (0..8).map(|_| Player {
        game: random.pick(&GAMES),
        user: user(random),
    });
    put(&table, players.collect()).await;
    let rounds = (0..16).map(|_| Round {
        game: random.pick(&GAMES),
        round: random.pick(&DAYS),
        user: user(random),
    });
    put(&table, rounds.collect()).await;
    let guests = (0..8).map(|_| Guest {
        game: random.pick(&GAMES),
        user: user(random),
    });
    put(&table, guests.collect()).await;
    let all = table.scan_all().collect().await.expect("the table is read");
    Data { table, all, texts }
}

/// Writes entities, of one key the first only: a batch takes none twice.
async fn put<E: Entity<Table = Shop>>(table: &Handle<Shop>, entities: Vec<E>) {
    let mut keys: Vec<Key<E>> = Vec::new();
    let mut kept = Vec::new();
    for entity in entities {
        let key = Key::of(&entity);
        if !keys.contains(&key) {
            keys.push(key);
            kept.push(entity);
        }
    }
    write(table, &kept).await;
}

/// The values of key attributes, in DynamoDB's order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Number(i64),
    Text(String),
}

fn values(item: &Item<Shop>, names: &[&str]) -> Vec<Value> {
    let item = item.to_attribute_values().expect("an item");
    names
        .iter()
        .map(|name| match &item[*name] {
            AttributeValue::N(digits) => Value::Number(digits.parse().expect("an integer")),
            AttributeValue::S(text) => Value::Text(text.clone()),
            other => panic!("{other:?} is no key"),
        })
        .collect()
}

impl Data {
    /// The items of a scan that the functions take, with their sort keys, in order.
    fn wanted<C, A, B>(
        &self,
        sort: &[&str],
        first: impl Fn(A) -> Option<C>,
        second: impl Fn(B) -> Option<C>,
    ) -> Vec<(Vec<Value>, C)>
    where
        A: Entity<Table = Shop>,
        B: Entity<Table = Shop>,
    {
        let mut found: Vec<(Vec<Value>, C)> = Vec::new();
        for item in &self.all {
            let taken = if item.is::<A>() {
                first(item.decode().expect("an item of the first member"))
            } else if item.is::<B>() {
                second(item.decode().expect("an item of the second member"))
            } else {
                None
            };
            found.extend(taken.map(|taken| (values(item, sort), taken)));
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        found
    }
}

/// Runs a query with random paging and direction, and compares it with what brute force found.
async fn check<C>(
    data: &Data,
    random: &mut Random,
    partition: ItemCollection<C>,
    mut wanted: Vec<(Vec<Value>, C)>,
    case: &str,
) where
    C: Collection<Table = Shop, Item = C, Query = Query<C, ItemCollection<C>>>,
    C: PartialEq + Debug + Clone,
{
    let counted = data.table.query(partition.clone()).count().await;
    assert_eq!(counted.expect("a count"), wanted.len() as u64, "{case}");
    let mut query = data.table.query(partition);
    if random.chance(2) {
        query = query.descending();
        wanted.reverse();
    }
    if random.chance(2) {
        query = query.page_size(u32::try_from(1 + random.below(9)).unwrap());
    }
    let take = random.chance(4).then(|| random.below(wanted.len() + 2));
    if let Some(take) = take {
        query = query.take(take);
    }
    let mut items = query.items();
    let mut found = Vec::new();
    while let Some(item) = items
        .try_next()
        .await
        .unwrap_or_else(|error| panic!("{case}: {error}"))
    {
        found.push(item);
    }
    let count = take.map_or(wanted.len(), |take| take.min(wanted.len()));
    assert_eq!(found.len(), count, "{case}");
    for (at, item) in found.iter().enumerate() {
        // Items of one index key come in any order.
        let key = &wanted[at].0;
        assert!(
            wanted.iter().any(|(of, one)| of == key && one == item),
            "{case}: {item:?} was not asked for, or is not in its place"
        );
        assert!(!found[..at].contains(item), "{case}: {item:?} came twice");
    }
    if take.is_none() {
        assert_eq!(
            items.scanned_count(),
            found.len() as u64,
            "{case}: something else was read"
        );
    }
}

/// A partition, maybe narrowed by an equality or by what `$more` makes of the component, and the same as a predicate.
macro_rules! narrowed {
    ($random:ident, $partition:expr, $a:ident: $pool:expr, $more:ident) => {{
        let mut test: Test<_> = Box::new(|_| true);
        let partition = match $random.below(4) {
            0 => $partition,
            1 => {
                let value = $random.pick($pool);
                let partition = $partition.sort(|k| k.$a.eq(&value));
                test = Box::new(move |v| *v == value);
                partition
            }
            _ => $partition.sort(|k| {
                let (sort, found) = $more($random, k.$a, $pool);
                test = found;
                sort
            }),
        };
        (partition, test)
    }};
}

const SETS: u64 = 4;
const CONDITIONS: usize = 40;

#[tokio::test]
async fn the_table() {
    for seed in 0..SETS {
        let random = &mut Random::new(seed);
        let data = data(random, "table").await;
        for case in 0..CONDITIONS {
            let case = &format!("seed {seed}, case {case}");
            let c = random.pick(&CUSTOMERS);
            let (part, at) = narrowed!(random, Placed::of(c), at: &TIMES, range);
            let wanted = data.wanted(
                &["SK"],
                |o: Order| (o.customer == c && at(&o.at)).then_some(Placed::Order(o)),
                |l: Line| (l.owner == c && at(&l.time)).then_some(Placed::Line(l)),
            );
            check(&data, random, part, wanted, case).await;

            let (part, stream) = narrowed!(random, Streamed::of(c), stream: &data.texts, beginning);
            let wanted = data.wanted(
                &["SK"],
                |e: Event| (e.customer == c && stream(&e.stream)).then_some(Streamed::Event(e)),
                |s: Snapshot| {
                    (s.customer == c && stream(&s.stream)).then_some(Streamed::Snapshot(s))
                },
            );
            check(&data, random, part, wanted, case).await;
        }
    }
}

#[tokio::test]
async fn a_sharded_and_a_local_index() {
    for seed in 0..SETS {
        let random = &mut Random::new(100 + seed);
        let data = data(random, "indexes").await;
        for case in 0..CONDITIONS {
            let case = &format!("seed {seed}, case {case}");
            let day = random.pick(&DAYS);
            let (part, city) = if random.chance(2) {
                narrowed!(random, OfDay::of(day), city: &data.texts, range)
            } else {
                narrowed!(random, OfDay::of(day), city: &data.texts, beginning)
            };
            let wanted = data.wanted(
                &["GSI1SK"],
                |o: Order| (o.day == day && city(&o.city)).then_some(OfDay::Order(o)),
                |l: Line| (l.date == day && city(&l.town)).then_some(OfDay::Line(l)),
            );
            check(&data, random, part, wanted, case).await;

            let c = random.pick(&CUSTOMERS);
            let (part, score) = narrowed!(random, Scored::of(c), score: &SCORES, range);
            let wanted = data.wanted(
                &["LSI1SK"],
                |o: Order| (o.customer == c && score(&o.score)).then_some(Scored::Order(o)),
                |l: Line| (l.owner == c && score(&l.score)).then_some(Scored::Line(l)),
            );
            check(&data, random, part, wanted, case).await;
        }
    }
}

#[tokio::test]
async fn an_index_of_several_attributes() {
    for seed in 0..SETS {
        let random = &mut Random::new(200 + seed);
        let data = data(random, "native").await;
        for case in 0..CONDITIONS {
            let case = &format!("seed {seed}, case {case}");
            let region = random.pick(&["eu", "eu#", "us"]);
            let of = OfPlace::of((region, "k"));
            let mut rank: Test<i64> = Box::new(|_| true);
            let (part, city): (_, Test<String>) = if random.chance(2) {
                narrowed!(random, of, city: &data.texts, range)
            } else {
                let value = random.pick(&data.texts);
                let part = of.sort(|k| {
                    let (sort, found) = range(random, k.rank, &RANKS);
                    rank = found;
                    k.city.eq(&value).then(sort)
                });
                (part, Box::new(move |v| *v == value))
            };
            let wanted = data.wanted(
                &["city", "rank", "tail"],
                |o: Order| {
                    (o.region == region && city(&o.city) && rank(&o.rank))
                        .then_some(OfPlace::Order(o))
                },
                |l: Line| {
                    (l.region == region && city(&l.town) && rank(&l.rank))
                        .then_some(OfPlace::Line(l))
                },
            );
            check(&data, random, part, wanted, case).await;
        }
    }
}

#[tokio::test]
async fn an_inverted_index() {
    for seed in 0..SETS {
        let random = &mut Random::new(300 + seed);
        let data = data(random, "inverted").await;
        for case in 0..CONDITIONS {
            let case = &format!("seed {seed}, case {case}");
            let user = random.pick(&CUSTOMERS);
            let (part, game) = narrowed!(random, OfUser::of(user), game: &GAMES, range);
            let wanted = data.wanted(
                &["PK"],
                |p: Player| (p.user == user && game(&p.game)).then_some(OfUser::Player(p)),
                |r: Round| (r.user == user && game(&r.game)).then_some(OfUser::Round(r)),
            );
            check(&data, random, part, wanted, case).await;
        }
    }
}
