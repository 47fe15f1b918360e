//! Law 4 on an engine: a condition on a sort key returns exactly the items that satisfy it, in order, and a neighbour
//! in the partition is neither returned nor, where prefixes separate the two, read.

mod laws;

use std::cmp::Reverse;

use dynamo_model::prelude::*;
use jiff::Timestamp;
use laws::{Random, TEXTS, Test, beginning, check, create, range, text, write};
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = ["region", "kind"], sk = ["city", N("rank")]),
    gsi("GSI3", pk = "GSI3PK", sk = "GSI3SK"),
    gsi("inverted", pk = "SK", sk = "PK"),
    lsi("LSI1", sk = "LSI1SK"),
    entities(Order, OrderLine, Invoice, Note, Ticket, TicketItem)
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop,
    pk = "CUSTOMER#{customer}", sk = "ORDER#{placed_at}#{order_id}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{placed_at}#{order_id}"),
    index(by_place, on = "GSI2", pk = ["{region:any}", "{kind}"], sk = ["{city}", "{rank}"]),
    index(by_day, on = "GSI3", pk = "DAY#{day}#{order_id:shard(4)}", sk = "{placed_at}#{order_id}"),
    index(by_total, on = "LSI1", sk = "TOTAL#{total:desc}#{order_id}"),
)]
struct Order {
    customer: String,
    placed_at: Timestamp,
    order_id: String,
    status: Status,
    total: i32,
    region: String,
    kind: String,
    city: String,
    rank: i64,
    day: u8,
}

#[derive(KeyPart, Serialize, Deserialize, Debug, Clone, Copy, PartialEq)]
enum Status {
    Paid,
    PaidLate,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop,
    pk = "CUSTOMER#{customer}", sk = "ORDERLINE#{order_id}#{balance}#{n:04}",
    index(by_balance, on = "LSI1", sk = "{balance}#{n:04}"),
)]
struct OrderLine {
    customer: String,
    order_id: String,
    balance: i16,
    n: u16,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop,
    pk = "CUSTOMER#{customer}", sk = "INVOICE#{n:04}",
    index(by_day, on = "GSI3", pk = "DAY#{day}#{n:shard(4)}", sk = "INVOICE#{n:04}"),
)]
struct Invoice {
    customer: String,
    n: u16,
    day: u8,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "NOTE#{at:desc}#{title:any}")]
struct Note {
    customer: String,
    at: Timestamp,
    title: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop,
    pk = "CUSTOMER#{customer}", sk = "TICKET#{ticket_id}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "T#{ticket_id}"),
    index(by_id, on = "inverted", pk = "TICKET#{ticket_id}", sk = "CUSTOMER#{customer}"),
)]
struct Ticket {
    customer: String,
    ticket_id: String,
    status: Status,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "TICKET#{ticket_id}#ITEM#{n}")]
struct TicketItem {
    customer: String,
    ticket_id: String,
    n: i8,
}

/// One random filling of the table, and the values that its conditions are made of.
struct Data {
    orders: Vec<Order>,
    lines: Vec<OrderLine>,
    invoices: Vec<Invoice>,
    notes: Vec<Note>,
    tickets: Vec<Ticket>,
    items: Vec<TicketItem>,
    times: Vec<Timestamp>,
    texts: Vec<String>,
    table: Handle<Shop>,
}

const CUSTOMERS: [&str; 2] = ["c", "c2"];
const TOTALS: [i32; 6] = [i32::MIN, -1, 0, 1, 999, i32::MAX];
const BALANCES: [i16; 6] = [i16::MIN, -10, -9, 0, 5, i16::MAX];
const NUMBERS: [u16; 6] = [0, 1, 9, 10, 100, 9_999];
const RANKS: [i64; 6] = [-100, -9, 0, 9, 10, i64::MAX];
const PIECES: [i8; 5] = [i8::MIN, -1, 0, 1, i8::MAX];

/// No two entities with one key: the later one would replace the earlier.
fn distinct<E: Entity>(entities: Vec<E>) -> Vec<E> {
    let mut keys: Vec<Key<E>> = Vec::new();
    let mut kept = Vec::new();
    for entity in entities {
        let key = Key::of(&entity);
        if !keys.contains(&key) {
            keys.push(key);
            kept.push(entity);
        }
    }
    kept
}

async fn data(random: &mut Random, name: &str) -> Data {
    let start: Timestamp = "1969-12-31T23:59:59.5Z".parse().unwrap();
    let steps = [0, 1, 500_000_000, 1_000_000_000, 86_400_000_000_000];
    let times: Vec<Timestamp> = steps
        .iter()
        .map(|nanos| start + jiff::SignedDuration::from_nanos(*nanos))
        .collect();
    let texts: Vec<String> = (0..9).map(|_| text(random)).collect();
    let customer = |random: &mut Random| random.pick(&CUSTOMERS).to_owned();
    let status = |random: &mut Random| random.pick(&[Status::Paid, Status::PaidLate]);
    let orders = (0..40).map(|_| Order {
        customer: customer(random),
        placed_at: random.pick(&times),
        order_id: random.pick(&texts),
        status: status(random),
        total: random.pick(&TOTALS),
        region: random.pick(&["eu", "eu#", "us"]).to_owned(),
        kind: random.pick(&["x", "xx"]).to_owned(),
        city: random.pick(&texts),
        rank: random.pick(&RANKS),
        day: random.pick(&[1, 10]),
    });
    let orders = distinct(orders.collect());
    let lines = (0..25).map(|_| OrderLine {
        customer: customer(random),
        order_id: random.pick(&texts),
        balance: random.pick(&BALANCES),
        n: random.pick(&NUMBERS),
    });
    let lines = distinct(lines.collect());
    let invoices = (0..10).map(|_| Invoice {
        customer: customer(random),
        n: random.pick(&NUMBERS),
        day: random.pick(&[1, 10]),
    });
    let invoices = distinct(invoices.collect());
    let notes = (0..20).map(|_| Note {
        customer: customer(random),
        at: random.pick(&times),
        title: format!(
            "{}{}",
            random.pick(&texts),
            random.pick(&["", "#", "#x", "##"])
        ),
    });
    let notes = distinct(notes.collect());
    let tickets = (0..12).map(|_| Ticket {
        customer: customer(random),
        ticket_id: random.pick(&texts),
        status: status(random),
    });
    let tickets = distinct(tickets.collect());
    let items = (0..20).map(|_| TicketItem {
        customer: customer(random),
        ticket_id: random.pick(&texts),
        n: random.pick(&PIECES),
    });
    let items = distinct(items.collect());
    let client = dynamo_model_tests::client().await;
    let table = create::<Shop>(&client, name).await;
    write(&table, &orders).await;
    write(&table, &lines).await;
    write(&table, &invoices).await;
    write(&table, &notes).await;
    write(&table, &tickets).await;
    write(&table, &items).await;
    Data {
        orders,
        lines,
        invoices,
        notes,
        tickets,
        items,
        times,
        texts: texts
            .into_iter()
            .chain(TEXTS.iter().take(4).map(|t| (*t).to_owned()))
            .collect(),
        table,
    }
}

/// A partition narrowed by a condition on its one or two components, and the same as a predicate.
macro_rules! one {
    ($random:ident, $partition:expr, $a:ident: $pool:expr) => {{
        let mut test: Test<_> = Box::new(|_| true);
        let partition = match $random.below(3) {
            0 => $partition,
            1 => {
                let value = $random.pick($pool);
                let partition = $partition.sort(|k| k.$a.eq(&value));
                test = Box::new(move |v| *v == value);
                partition
            }
            _ => $partition.sort(|k| {
                let (sort, found) = range($random, k.$a, $pool);
                test = found;
                sort
            }),
        };
        (partition, test)
    }};
}

macro_rules! two {
    ($random:ident, $partition:expr, $a:ident: $a_pool:expr, $b:ident: $b_pool:expr, $first:ident) => {{
        let mut first: Test<_> = Box::new(|_| true);
        let mut second: Test<_> = Box::new(|_| true);
        let value = $random.pick($a_pool);
        let partition = match $random.below(6) {
            0 => $partition,
            1 => $partition.sort(|k| {
                let (sort, found) = $first($random, k.$a, $a_pool);
                first = found;
                sort
            }),
            kind => {
                let equal = value.clone();
                first = Box::new(move |v| *v == equal);
                match kind {
                    2 => $partition.sort(|k| k.$a.eq(&value)),
                    3 => {
                        let other = $random.pick($b_pool);
                        let partition = $partition.sort(|k| k.$a.eq(&value).then(k.$b.eq(&other)));
                        second = Box::new(move |v| *v == other);
                        partition
                    }
                    _ => $partition.sort(|k| {
                        let (sort, found) = range($random, k.$b, $b_pool);
                        second = found;
                        k.$a.eq(&value).then(sort)
                    }),
                }
            }
        };
        (partition, first, second)
    }};
}

const SETS: u64 = 6;
const CONDITIONS: usize = 150;

#[tokio::test]
async fn the_table() {
    for seed in 0..SETS {
        let random = &mut Random::new(seed);
        let data = data(random, "table").await;
        let table = &data.table;
        for case in 0..CONDITIONS {
            let case = &format!("seed {seed}, case {case}");
            let c = random.pick(&CUSTOMERS);
            let (part, at, id) =
                two!(random, Order::of(c), placed_at: &data.times, order_id: &data.texts, range);
            let wanted = data
                .orders
                .iter()
                .filter(|o| o.customer == c && at(&o.placed_at) && id(&o.order_id));
            let order = |o: &Order| (o.placed_at, o.order_id.clone());
            check(table, random, part, wanted, order, true, case).await;

            let (part, n) = one!(random, Invoice::of(c), n: &NUMBERS);
            let wanted = data.invoices.iter().filter(|i| i.customer == c && n(&i.n));
            check(table, random, part, wanted, |i| i.n, true, case).await;

            let (part, at, title) =
                two!(random, Note::of(c), at: &data.times, title: &data.texts, range);
            let wanted = data
                .notes
                .iter()
                .filter(|n| n.customer == c && at(&n.at) && title(&n.title));
            let order = |n: &Note| (Reverse(n.at), n.title.clone());
            check(table, random, part, wanted, order, true, case).await;

            let (part, id, balance) = two!(random, OrderLine::of(c), order_id: &data.texts, balance: &BALANCES, beginning);
            let wanted = data
                .lines
                .iter()
                .filter(|l| l.customer == c && id(&l.order_id) && balance(&l.balance));
            let order = |l: &OrderLine| (l.order_id.clone() + "#", l.balance, l.n);
            check(table, random, part, wanted, order, true, case).await;
        }
    }
}

/// `TICKET#{id}` and `TICKET#{id}#ITEM#{n}` share their literal: the neighbour is read, and not returned.
#[tokio::test]
async fn neighbours_with_one_prefix() {
    for seed in 0..SETS {
        let random = &mut Random::new(100 + seed);
        let data = data(random, "neighbours").await;
        let table = &data.table;
        for case in 0..CONDITIONS {
            let case = &format!("seed {seed}, case {case}");
            let c = random.pick(&CUSTOMERS);
            let (part, id) = one!(random, Ticket::of(c), ticket_id: &data.texts);
            let wanted = data
                .tickets
                .iter()
                .filter(|t| t.customer == c && id(&t.ticket_id));
            check(
                table,
                random,
                part,
                wanted,
                |t| t.ticket_id.clone(),
                false,
                case,
            )
            .await;

            let (part, id, n) =
                two!(random, TicketItem::of(c), ticket_id: &data.texts, n: &PIECES, beginning);
            let wanted = data
                .items
                .iter()
                .filter(|t| t.customer == c && id(&t.ticket_id) && n(&t.n));
            let order = |t: &TicketItem| (t.ticket_id.clone() + "#", t.n);
            check(table, random, part, wanted, order, false, case).await;
        }
    }
}

#[tokio::test]
async fn a_global_and_a_local_index() {
    for seed in 0..SETS {
        let random = &mut Random::new(200 + seed);
        let data = data(random, "indexes").await;
        let table = &data.table;
        for case in 0..CONDITIONS {
            let case = &format!("seed {seed}, case {case}");
            let status = random.pick(&[Status::Paid, Status::PaidLate]);
            let (part, at, id) = two!(random, Order::by_status(status), placed_at: &data.times, order_id: &data.texts, range);
            let wanted = data
                .orders
                .iter()
                .filter(|o| o.status == status && at(&o.placed_at) && id(&o.order_id));
            let order = |o: &Order| (o.placed_at, o.order_id.clone());
            check(table, random, part, wanted, order, false, case).await;

            let (part, id) = one!(random, Ticket::by_status(status), ticket_id: &data.texts);
            let wanted = data
                .tickets
                .iter()
                .filter(|t| t.status == status && id(&t.ticket_id));
            check(
                table,
                random,
                part,
                wanted,
                |t| t.ticket_id.clone(),
                true,
                case,
            )
            .await;

            let c = random.pick(&CUSTOMERS);
            let (part, total, id) =
                two!(random, Order::by_total(c), total: &TOTALS, order_id: &data.texts, range);
            let wanted = data
                .orders
                .iter()
                .filter(|o| o.customer == c && total(&o.total) && id(&o.order_id));
            let order = |o: &Order| (Reverse(o.total), o.order_id.clone());
            check(table, random, part, wanted, order, true, case).await;

            let (part, balance, n) =
                two!(random, OrderLine::by_balance(c), balance: &BALANCES, n: &NUMBERS, range);
            let wanted = data
                .lines
                .iter()
                .filter(|l| l.customer == c && balance(&l.balance) && n(&l.n));
            check(
                table,
                random,
                part,
                wanted,
                |l| (l.balance, l.n),
                false,
                case,
            )
            .await;
        }
    }
}

#[tokio::test]
async fn an_index_of_several_attributes() {
    for seed in 0..SETS {
        let random = &mut Random::new(300 + seed);
        let data = data(random, "native").await;
        for case in 0..CONDITIONS {
            let case = &format!("seed {seed}, case {case}");
            let (region, kind) = (random.pick(&["eu", "eu#", "us"]), random.pick(&["x", "xx"]));
            let (part, city, rank) =
                two!(random, Order::by_place(region, kind), city: &data.texts, rank: &RANKS, range);
            let wanted = data
                .orders
                .iter()
                .filter(|o| o.region == region && o.kind == kind && city(&o.city) && rank(&o.rank));
            let order = |o: &Order| (o.city.clone(), o.rank);
            check(&data.table, random, part, wanted, order, true, case).await;
        }
    }
}

#[tokio::test]
async fn a_sharded_partition() {
    for seed in 0..SETS {
        let random = &mut Random::new(400 + seed);
        let data = data(random, "sharded").await;
        let table = &data.table;
        for case in 0..CONDITIONS / 2 {
            let case = &format!("seed {seed}, case {case}");
            let day: u8 = random.pick(&[1, 10]);
            let (part, at, id) = two!(random, Order::by_day(day), placed_at: &data.times, order_id: &data.texts, range);
            let wanted = data
                .orders
                .iter()
                .filter(|o| o.day == day && at(&o.placed_at) && id(&o.order_id));
            let order = |o: &Order| (o.placed_at, o.order_id.clone());
            check(table, random, part, wanted, order, false, case).await;

            let (part, n) = one!(random, Invoice::by_day(day), n: &NUMBERS);
            let wanted = data.invoices.iter().filter(|i| i.day == day && n(&i.n));
            check(table, random, part, wanted, |i| i.n, true, case).await;
        }
    }
}

#[tokio::test]
async fn an_inverted_index() {
    for seed in 0..SETS {
        let random = &mut Random::new(500 + seed);
        let data = data(random, "inverted").await;
        let customers = CUSTOMERS.map(str::to_owned);
        for case in 0..CONDITIONS / 2 {
            let case = &format!("seed {seed}, case {case}");
            let id = random.pick(&data.texts);
            let (part, customer) = one!(random, Ticket::by_id(&id), customer: &customers);
            let wanted = data
                .tickets
                .iter()
                .filter(|t| t.ticket_id == id && customer(&t.customer));
            let order = |t: &Ticket| t.customer.clone();
            check(&data.table, random, part, wanted, order, true, case).await;
        }
    }
}
