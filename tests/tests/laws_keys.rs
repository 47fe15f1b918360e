//! Laws 1 and 4 on an engine, on keys of other kinds: one template makes the key for every operation, and conditions
//! on numbers and bytes, and on tables without a type attribute, are exact.

mod laws;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::prelude::*;
use dynamo_model::types::{Binary, Number};
use jiff::Timestamp;
use laws::{Random, TEXTS, Test, beginning, check, create, range, text, write};
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "plain",
    pk = "PK",
    sk = "SK",
    no_type_attribute,
    entities(Thread, Post)
)]
struct Plain;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Plain, pk = "FORUM#{forum}", sk = "THREAD#{thread}")]
struct Thread {
    forum: String,
    thread: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Plain, pk = "FORUM#{forum}", sk = "THREAD#{thread}#POST#{at:epoch_ms}#{title:escape}")]
struct Post {
    forum: String,
    #[entity(key_only)]
    thread: String,
    at: Timestamp,
    #[entity(key_only)]
    title: String,
}

#[derive(Table)]
#[table(name = "readings", pk = "device", sk = N("at"), lsi("BY_LEVEL", sk = N("level")), entities(Reading))]
struct Readings;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Readings, pk = "{device}", sk = "{at}",
    index(by_level, on = "BY_LEVEL", sk = "{level}"),
)]
struct Reading {
    device: String,
    at: i64,
    level: Option<Number>,
}

#[derive(Table)]
#[table(name = "blobs", pk = N("bucket"), sk = B("hash"), entities(Blob))]
struct Blobs;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Blobs, pk = "{bucket}", sk = "{hash}")]
struct Blob {
    bucket: u8,
    hash: Binary,
}

#[derive(Table)]
#[table(name = "titles", pk = "PK", sk = "SK", entities(Title))]
struct Titles;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Titles, pk = "SHELF#{shelf}", sk = "{title}")]
struct Title {
    shelf: u8,
    title: String,
}

type Row = HashMap<String, AttributeValue>;

/// Writes, finds in four ways, and deletes; the key is the same throughout.
async fn one_key<E>(table: &Handle<E::Table>, entity: &E, key: Key<E>)
where
    E: Entity + Clone + PartialEq + std::fmt::Debug,
{
    table.put(entity).send().await.unwrap();
    let rows = table
        .client()
        .scan()
        .table_name(table.name())
        .send()
        .await
        .unwrap();
    let row: &Row = &rows.items()[0];
    assert_eq!(rows.items().len(), 1, "{entity:?}");
    let made = key.to_item().unwrap();
    assert!(
        made.iter()
            .all(|(name, value)| row.get(name) == Some(value)),
        "{entity:?}: {row:?} and {made:?}"
    );
    assert_eq!(Key::of(entity).to_item().unwrap(), made);
    assert_eq!(&entity.to_item().unwrap(), row);
    assert_eq!(&E::from_item(row).unwrap(), entity);
    assert_eq!(
        table.get(key.clone()).send().await.unwrap().as_ref(),
        Some(entity)
    );
    let scanned = table.scan::<E>().collect().await.unwrap();
    assert_eq!(scanned, std::slice::from_ref(entity));
    let old = table.delete(key).return_old().send().await.unwrap();
    assert_eq!(old.as_ref(), Some(entity));
}

fn random_post(random: &mut Random) -> Post {
    Post {
        forum: text(random),
        thread: text(random),
        at: Timestamp::from_millisecond(i64::try_from(random.word() >> 24).unwrap()).unwrap(),
        title: text(random) + random.pick(&["", "#", "%", "##", "%23"]),
    }
}

/// Law 1, without an engine: what is written, what a key is made of, and what is read back are one.
#[test]
fn items_and_keys_are_made_by_one_encoder() {
    let random = &mut Random::new(11);
    for _ in 0..10_000 {
        let post = random_post(random);
        let item = post.to_item().unwrap();
        let made = Post::key(&post.forum, &post.thread, post.at, &post.title)
            .to_item()
            .unwrap();
        assert_eq!(made.len(), 2);
        assert!(
            made.iter()
                .all(|(name, value)| item.get(name) == Some(value)),
            "{post:?}"
        );
        assert_eq!(Key::of(&post).to_item().unwrap(), made);
        assert_eq!(Post::from_item(&item).unwrap(), post);
    }
}

/// Law 1.
#[tokio::test]
async fn every_operation_makes_the_same_key() {
    let client = dynamo_model_tests::client().await;
    let random = &mut Random::new(1);
    let plain = create::<Plain>(&client, "plain").await;
    let readings = create::<Readings>(&client, "readings").await;
    let blobs = create::<Blobs>(&client, "blobs").await;
    for _ in 0..120 {
        let post = random_post(random);
        let (forum, thread) = (&post.forum, &post.thread);
        let key = Post::key(forum, thread, post.at, &post.title);
        plain.put(&post).send().await.unwrap();
        let part = Post::of(forum).sort(|k| {
            k.thread
                .eq(thread)
                .then(k.at.eq(post.at))
                .then(k.title.eq(&post.title))
        });
        assert_eq!(
            plain.query(part).collect().await.unwrap(),
            std::slice::from_ref(&post)
        );
        one_key(&plain, &post, key).await;

        let reading = Reading {
            device: text(random),
            at: random.word().cast_signed() >> random.below(64),
            level: None,
        };
        one_key(
            &readings,
            &reading,
            Reading::key(&reading.device, reading.at),
        )
        .await;

        let hash: Vec<u8> = random.word().to_be_bytes()[random.below(8)..].to_vec();
        let blob = Blob {
            bucket: u8::try_from(random.below(256)).unwrap(),
            hash: hash.into(),
        };
        one_key(&blobs, &blob, Blob::key(blob.bucket, &blob.hash)).await;
    }
}

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

const CONDITIONS: usize = 300;

#[tokio::test]
async fn numbers() {
    let client = dynamo_model_tests::client().await;
    let random = &mut Random::new(2);
    let table = create::<Readings>(&client, "readings").await;
    let times = [i64::MIN, -100, -99, -1, 0, 1, 9, 10, 1_000, i64::MAX];
    let levels = [
        "0",
        "-1.5",
        "-1.05",
        "1e-20",
        "9",
        "10",
        "99999999999999999999999999999999999999",
    ];
    let levels: Vec<Number> = levels.iter().map(|text| text.parse().unwrap()).collect();
    let all: Vec<Reading> = times
        .iter()
        .flat_map(|at| ["d", "d2"].map(|device| (*at, device.to_owned())))
        .map(|(at, device)| Reading {
            device,
            at,
            level: (!random.chance(4)).then(|| random.pick(&levels)),
        })
        .collect();
    write(&table, &all).await;
    for case in 0..CONDITIONS {
        let case = &format!("case {case}");
        let device = random.pick(&["d", "d2"]);
        let (part, at) = one!(random, Reading::of(device), at: &times);
        let wanted = all.iter().filter(|r| r.device == device && at(&r.at));
        check(&table, random, part, wanted, |r| r.at, true, case).await;

        let (part, level) = one!(random, Reading::by_level(device), level: &levels);
        let wanted = all
            .iter()
            .filter(|r| r.device == device && r.level.as_ref().is_some_and(&level));
        check(
            &table,
            random,
            part,
            wanted,
            |r| r.level.clone(),
            true,
            case,
        )
        .await;
    }
}

#[tokio::test]
async fn bytes() {
    let client = dynamo_model_tests::client().await;
    let random = &mut Random::new(3);
    let table = create::<Blobs>(&client, "blobs").await;
    let mut pool: Vec<Binary> = [
        &[0][..],
        &[0, 0],
        &[1],
        &[0x7F],
        &[0x80],
        &[0x80, 0],
        &[0xFF],
        &[0xFF, 0xFF],
    ]
    .into_iter()
    .map(Binary::from)
    .collect();
    pool.extend([0, 0xFF].map(|end| Binary::from([vec![0x80; 1_023], vec![end]].concat())));
    let all: Vec<Blob> = pool
        .iter()
        .flat_map(|hash| {
            [1, 2].map(|bucket| Blob {
                bucket,
                hash: hash.clone(),
            })
        })
        .collect();
    write(&table, &all).await;
    // Longer than any key: only in conditions.
    pool.extend([0, 0xFF].map(|end| Binary::from([vec![0x80; 1_023], vec![end, 0]].concat())));
    pool.push(Binary::from(vec![0xFF; 1_100]));
    for case in 0..CONDITIONS {
        let case = &format!("case {case}");
        let bucket = random.pick(&[1, 2]);
        let value = random.pick(&pool);
        let (part, hash): (_, Test<Binary>) = if random.chance(3) {
            let start = Binary::from(&value[..random.below(value.len() + 1)]);
            let part = Blob::of(bucket).sort(|k| k.hash.starts_with(&start));
            (part, Box::new(move |v| v.starts_with(&start)))
        } else {
            let mut test: Test<Binary> = Box::new(|_| true);
            let part = Blob::of(bucket).sort(|k| {
                let (sort, found) = range(random, k.hash, &pool);
                test = found;
                sort
            });
            (part, test)
        };
        let wanted = all.iter().filter(|b| b.bucket == bucket && hash(&b.hash));
        check(&table, random, part, wanted, |b| b.hash.clone(), true, case).await;
    }
}

/// Keys up to the last of their 1,024 bytes, and conditions beyond.
#[tokio::test]
async fn long_texts() {
    let client = dynamo_model_tests::client().await;
    let random = &mut Random::new(4);
    let table = create::<Titles>(&client, "titles").await;
    let mut pool: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    for len in 1_018..=1_026 {
        pool.extend(
            ["", "\u{0}", "\u{7F}", "\u{7FF}", "\u{FFFF}", "\u{10FFFE}"]
                .map(|end| "m".repeat(len) + end),
        );
    }
    let mut titles = pool.clone();
    titles.sort();
    titles.dedup();
    let all: Vec<Title> = titles
        .into_iter()
        .filter(|title| title.len() <= 1_024)
        .flat_map(|title| {
            [1, 2].map(|shelf| Title {
                shelf,
                title: title.clone(),
            })
        })
        .collect();
    write(&table, &all).await;
    for case in 0..CONDITIONS {
        let case = &format!("case {case}");
        let shelf = random.pick(&[1, 2]);
        let mut test: Test<String> = Box::new(|_| true);
        let part = if random.chance(3) {
            Title::of(shelf).sort(|k| {
                let (sort, found) = beginning(random, k.title, &pool);
                test = found;
                sort
            })
        } else {
            Title::of(shelf).sort(|k| {
                let (sort, found) = range(random, k.title, &pool);
                test = found;
                sort
            })
        };
        let wanted = all.iter().filter(|t| t.shelf == shelf && test(&t.title));
        check(
            &table,
            random,
            part,
            wanted,
            |t| t.title.clone(),
            true,
            case,
        )
        .await;
    }
}

/// Entities of one literal prefix, told apart by the shape of their keys alone.
#[tokio::test]
async fn without_a_type_attribute() {
    let client = dynamo_model_tests::client().await;
    let random = &mut Random::new(5);
    let table = create::<Plain>(&client, "plain").await;
    let mut texts: Vec<String> = (0..12).map(|_| text(random)).collect();
    texts.sort();
    texts.dedup();
    let threads: Vec<Thread> = texts
        .iter()
        .map(|thread| Thread {
            forum: "f".to_owned(),
            thread: thread.clone(),
        })
        .collect();
    let times: Vec<Timestamp> = [0, 1, 1_000, 1_700_000_000_000]
        .map(|at| Timestamp::from_millisecond(at).unwrap())
        .to_vec();
    let mut posts = Vec::new();
    for at in &times {
        for thread in texts.iter().take(6) {
            posts.push(Post {
                forum: "f".to_owned(),
                thread: thread.clone(),
                at: *at,
                title: text(random) + random.pick(&["", "#", "%"]),
            });
        }
    }
    write(&table, &threads).await;
    write(&table, &posts).await;
    for case in 0..CONDITIONS {
        let case = &format!("case {case}");
        let (part, thread) = one!(random, Thread::of("f"), thread: &texts);
        let wanted = threads.iter().filter(|t| thread(&t.thread));
        check(
            &table,
            random,
            part,
            wanted,
            |t| t.thread.clone(),
            false,
            case,
        )
        .await;

        let thread = random.pick(&texts);
        let mut test: Test<Timestamp> = Box::new(|_| true);
        let part = Post::of("f").sort(|k| {
            let (sort, found) = range(random, k.at, &times);
            test = found;
            k.thread.eq(&thread).then(sort)
        });
        let wanted = posts.iter().filter(|p| p.thread == thread && test(&p.at));
        check(&table, random, part, wanted, |p| p.at, false, case).await;
    }
}
