//! Every operator, function and clause of DynamoDB's expressions, sent to the engine: where it holds, and where it does
//! not. The table in the documentation of `dynamo_model::expr` names the tests; the last one here checks that it does.

use std::collections::{BTreeMap, BTreeSet};

use dynamo_model::expr::{Attributed, Condition, Type};
use dynamo_model::prelude::*;
use dynamo_model::types::Binary;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "things", pk = "PK", sk = "SK", entities(Thing))]
struct Things;

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Address {
    city: String,
    floor: Option<u32>,
    /// A reserved word, and one of Rust's.
    r#type: String,
}

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Line {
    sku: String,
    qty: u32,
}

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Tree {
    leaf: u32,
    child: Option<Box<Tree>>,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Things, pk = "THING#{id}", sk = "THING")]
struct Thing {
    id: u32,
    name: String,
    nick: Option<String>,
    count: u32,
    limit: u32,
    height: Option<i64>,
    price: f64,
    open: bool,
    blob: Binary,
    #[serde(with = "dynamo_model::types::string_set", default)]
    tags: BTreeSet<String>,
    #[serde(with = "dynamo_model::types::number_set", default)]
    lucky: BTreeSet<u32>,
    #[serde(with = "dynamo_model::types::binary_set", default)]
    hashes: Vec<Binary>,
    words: Vec<String>,
    unordered: BTreeSet<String>,
    gaps: Vec<Option<u32>>,
    address: Address,
    ship_to: Option<Address>,
    lines: Vec<Line>,
    prices: BTreeMap<String, u64>,
    tree: Option<Box<Tree>>,
    touched: u32,
}

fn address(city: &str) -> Address {
    Address {
        city: city.into(),
        floor: None,
        r#type: "home".into(),
    }
}

fn line(sku: &str, qty: u32) -> Line {
    Line {
        sku: sku.into(),
        qty,
    }
}

fn bytes(bytes: &[u8]) -> Binary {
    bytes.to_vec().into()
}

fn texts<C: FromIterator<String>>(texts: &[&str]) -> C {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn thing() -> Thing {
    let leaf = Tree {
        leaf: 2,
        child: None,
    };
    Thing {
        id: 1,
        name: "Anna".into(),
        nick: Some("Anni".into()),
        count: 9,
        limit: 10,
        height: None,
        price: 9.5,
        open: true,
        blob: bytes(&[1, 2, 250]),
        tags: texts(&["blue", "red"]),
        lucky: BTreeSet::from([7, 13]),
        hashes: vec![bytes(&[1]), bytes(&[2, 3])],
        words: texts(&["a", "b", "c"]),
        unordered: texts(&["x", "y"]),
        gaps: vec![Some(1), None],
        address: address("Graz"),
        ship_to: None,
        lines: vec![line("a", 1), line("b", 2)],
        prices: BTreeMap::from([("eur".into(), 10), ("us.d".into(), 12)]),
        tree: Some(Box::new(Tree {
            leaf: 1,
            child: Some(Box::new(leaf)),
        })),
        touched: 0,
    }
}

fn key() -> Key<Thing> {
    Thing::key(1_u32)
}

async fn things() -> Handle<Things> {
    let things = Things::on(client().await);
    things.create_table().send().await.unwrap();
    things.put(&thing()).send().await.unwrap();
    things
}

type Attributes = <Thing as Attributed>::Attributes;

/// Whether the engine lets an update through under a condition.
async fn holds(
    things: &Handle<Things>,
    condition: impl FnOnce(Attributes) -> Condition<Thing>,
) -> bool {
    let update = things.update(key()).add(|t| t.touched, 1);
    match update.condition(condition).send().await {
        Ok(_) => true,
        Err(error) if error.is_condition_failed() => false,
        Err(error) => panic!("{error}"),
    }
}

/// Conditions that hold for the thing, and conditions that do not.
macro_rules! conditions {
    ($things:expr; holds: [$($yes:expr),* $(,)?], fails: [$($no:expr),* $(,)?] $(,)?) => {
        $(assert!(holds(&$things, $yes).await, "holds: {}", stringify!($yes));)*
        $(assert!(!holds(&$things, $no).await, "fails: {}", stringify!($no));)*
    };
}

/// What an update makes of the thing.
macro_rules! updated {
    ($things:expr, $update:ident => $with:expr) => {{
        let $update = $things.update(key());
        $with.return_new().send().await.unwrap()
    }};
}

#[tokio::test]
async fn equal_and_not_equal() {
    let things = things().await;
    let limit = &9;
    conditions!(things;
        holds: [
            |t| t.name.eq("Anna"),
            |t| t.count.eq(9),
            |t| t.count.eq(limit),
            |t| t.price.eq(9.5),
            |t| t.open.eq(true),
            |t| t.nick.eq("Anni"),
            |t| t.nick.eq(Some("Anni".to_owned())),
            |t| t.blob.eq(bytes(&[1, 2, 250])),
            |t| t.tags.eq(texts::<BTreeSet<String>>(&["red", "blue"])),
            |t| t.words.eq(texts::<Vec<String>>(&["a", "b", "c"])),
            |t| t.address.eq(address("Graz")),
            |t| t.name.ne("Anne"),
            |t| t.open.ne(false),
            // Absent is not equal to anything.
            |t| t.height.ne(7),
        ],
        fails: [
            |t| t.name.eq("anna"),
            |t| t.count.eq(8),
            |t| t.height.eq(7),
            |t| t.tags.eq(texts::<BTreeSet<String>>(&["red"])),
            |t| t.words.eq(texts::<Vec<String>>(&["c", "b", "a"])),
            |t| t.address.eq(address("Wien")),
            |t| t.name.ne("Anna"),
            |t| t.address.ne(address("Graz")),
        ],
    );
}

#[tokio::test]
async fn less_and_greater() {
    let things = things().await;
    conditions!(things;
        holds: [
            |t| t.count.lt(10),
            |t| t.count.le(9),
            |t| t.count.gt(8),
            |t| t.count.ge(9),
            |t| t.price.lt(9.75),
            |t| t.name.lt("Annb"),
            // In the order of bytes: capitals first.
            |t| t.name.lt("a"),
            |t| t.blob.gt(bytes(&[1, 2])),
        ],
        fails: [
            |t| t.count.lt(9),
            |t| t.count.le(8),
            |t| t.count.gt(9),
            |t| t.count.ge(10),
            |t| t.price.gt(9.5),
            |t| t.blob.ge(bytes(&[1, 3])),
            // Absent is neither.
            |t| t.height.lt(7),
            |t| t.height.ge(7),
        ],
    );
}

#[tokio::test]
async fn between() {
    let things = things().await;
    conditions!(things;
        holds: [
            |t| t.count.between(9, 9),
            |t| t.count.between(1, 100),
            |t| t.name.between("A", "B"),
            |t| t.blob.between(bytes(&[1]), bytes(&[2])),
            |t| t.count.between(1, &t.limit),
            |t| t.words.size().between(3, 4),
        ],
        fails: [
            |t| t.count.between(10, 100),
            |t| t.height.between(i64::MIN, i64::MAX),
            // The service refuses what it sees to be reversed; here it holds for nothing.
            |t| t.count.between(100, 1),
            |t| t.name.between("B", "A"),
            |t| t.blob.between(bytes(&[2]), bytes(&[1])),
            |t| t.price.between(9.6, 9.4),
            |t| t.count.between(&t.limit, 1),
            |t| t.words.size().between(4, 3),
        ],
    );
    // Also beside others, and turned.
    assert!(holds(&things, |t| t.count.between(100, 1).or(t.open.eq(true))).await);
    assert!(holds(&things, |t| t.count.between(100, 1).not()).await);
}

#[tokio::test]
async fn is_in() {
    let things = things().await;
    conditions!(things;
        holds: [
            |t| t.name.is_in(["Berta", "Anna"]),
            |t| t.count.is_in([9]),
            |t| t.count.is_in((0..100).collect::<Vec<u32>>()),
            |t| t.nick.is_in([None, Some("Anni".to_owned())]),
            |t| t.height.is_in([None, Some(3)]),
            |t| t.height.is_in([None::<i64>]),
        ],
        fails: [
            |t| t.name.is_in(["Berta", "Carl"]),
            |t| t.nick.is_in([None, Some("Berti".to_owned())]),
            |t| t.nick.is_in([None::<String>]),
            |t| t.height.is_in([1, 2]),
        ],
    );
    for count in [0, 101] {
        let many = || 0..count;
        let delete = things.delete(key()).condition(|t| t.count.is_in(many()));
        let error = delete.send().await.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{error}");
    }
}

#[tokio::test]
async fn exists_and_not_exists() {
    let things = things().await;
    conditions!(things;
        holds: [
            |t| t.nick.exists(),
            |t| t.height.not_exists(),
            |t| t.address.exists(),
            |t| t.address.floor.exists().not(),
            |t| t.lines.at(1).exists(),
            |t| t.lines.at(2).not_exists(),
            |t| t.ship_to.city.not_exists(),
        ],
        fails: [
            |t| t.nick.not_exists(),
            |t| t.height.exists(),
            |t| t.lines.at(1).sku.not_exists(),
            |t| t.ship_to.city.exists(),
        ],
    );
}

#[tokio::test]
async fn is_type() {
    let things = things().await;
    conditions!(things;
        holds: [
            |t| t.name.is_type(Type::S),
            |t| t.count.is_type(Type::N),
            |t| t.blob.is_type(Type::B),
            |t| t.open.is_type(Type::Bool),
            |t| t.gaps.at(1).is_type(Type::Null),
            |t| t.words.is_type(Type::L),
            |t| t.address.is_type(Type::M),
            |t| t.tags.is_type(Type::Ss),
            |t| t.lucky.is_type(Type::Ns),
            |t| t.hashes.is_type(Type::Bs),
        ],
        fails: [
            |t| t.name.is_type(Type::N),
            |t| t.unordered.is_type(Type::Ss),
            |t| t.height.is_type(Type::Null),
        ],
    );
}

#[tokio::test]
async fn begins_with() {
    let things = things().await;
    conditions!(things;
        holds: [
            |t| t.name.begins_with("An"),
            |t| t.name.begins_with("Anna"),
            |t| t.name.begins_with(""),
            |t| t.nick.begins_with("An"),
            |t| t.blob.begins_with(bytes(&[1, 2])),
            |t| t.address.city.begins_with("G"),
        ],
        fails: [
            |t| t.name.begins_with("an"),
            |t| t.name.begins_with("Anna!"),
            |t| t.ship_to.city.begins_with(""),
        ],
    );
    let none = |t: Attributes| t.nick.begins_with(None);
    let error = things.delete(key()).condition(none).send().await;
    assert!(matches!(error, Err(Error::Encode(_))));
}

#[tokio::test]
async fn contains() {
    let things = things().await;
    conditions!(things;
        holds: [
            |t| t.name.contains("nn"),
            |t| t.nick.contains("nni"),
            |t| t.words.contains("b"),
            |t| t.unordered.contains("x"),
            |t| t.lines.contains(line("b", 2)),
            |t| t.gaps.contains(None),
            |t| t.gaps.contains(1),
            |t| t.tags.contains("red"),
            |t| t.lucky.contains(13),
            |t| t.hashes.contains(bytes(&[2, 3])),
        ],
        fails: [
            |t| t.name.contains("N"),
            |t| t.words.contains("d"),
            |t| t.lines.contains(line("b", 3)),
            |t| t.tags.contains("re"),
            |t| t.lucky.contains(1),
            |t| t.hashes.contains(bytes(&[2])),
            |t| t.ship_to.city.contains(""),
        ],
    );
}

#[tokio::test]
async fn size() {
    let things = things().await;
    conditions!(things;
        holds: [
            |t| t.name.size().eq(4),
            |t| t.blob.size().eq(3),
            |t| t.words.size().ne(4),
            |t| t.tags.size().lt(3),
            |t| t.lines.size().le(2),
            |t| t.prices.size().gt(1),
            |t| t.address.size().ge(2),
            |t| t.hashes.size().between(1, 2),
        ],
        fails: [
            |t| t.name.size().eq(5),
            |t| t.blob.size().ne(3),
            |t| t.tags.size().lt(2),
            |t| t.lines.size().le(1),
            |t| t.prices.size().gt(2),
            |t| t.address.size().ge(9),
            |t| t.ship_to.size().ge(0),
        ],
    );
}

#[tokio::test]
async fn and_or_not() {
    let things = things().await;
    let all = |t: Attributes| Condition::all([t.open.eq(true), t.count.eq(9), t.limit.eq(10)]);
    let any = |t: Attributes| Condition::any([t.open.eq(false), t.count.eq(9), t.limit.eq(0)]);
    conditions!(things;
        holds: [
            |t| t.open.eq(true).and(t.count.eq(9)),
            |t| t.open.eq(false).or(t.count.eq(9)),
            |t| t.open.eq(false).not(),
            |t| !t.open.eq(false),
            |t| all(t).unwrap(),
            |t| any(t).unwrap(),
        ],
        fails: [
            |t| t.open.eq(true).and(t.count.eq(8)),
            |t| t.open.eq(false).or(t.count.eq(8)),
            |t| t.open.eq(true).not(),
            |t| !t.open.eq(true),
        ],
    );
    assert!(Condition::<Thing>::all([]).is_none());
    assert!(Condition::<Thing>::any([]).is_none());
}

#[tokio::test]
async fn parentheses() {
    let things = things().await;
    let yes = |t: &Attributes| t.open.eq(true);
    let no = |t: &Attributes| t.open.eq(false);
    conditions!(things;
        holds: [
            // Were they left out, the first would be enough, or the last.
            |t| yes(&t).or(no(&t)).and(yes(&t)),
            |t| yes(&t).or(yes(&t).and(no(&t))),
            |t| no(&t).and(no(&t)).not(),
            |t| no(&t).and(no(&t).or(yes(&t))).or(yes(&t)),
            |t| yes(&t).and(no(&t).or(yes(&t)).not().not()),
        ],
        fails: [
            |t| yes(&t).or(yes(&t)).and(no(&t)),
            |t| no(&t).and(no(&t).or(yes(&t))),
            |t| no(&t).or(yes(&t)).not(),
            |t| no(&t).not().and(yes(&t)).not(),
        ],
    );
    // Several conditions are joined in the same way.
    let update = things.update(key()).add(|t| t.touched, 1);
    let two = update
        .condition(|t| yes(&t))
        .condition(|t| no(&t).or(no(&t)));
    assert!(two.send().await.unwrap_err().is_condition_failed());
}

#[tokio::test]
async fn members_and_elements() {
    let things = things().await;
    conditions!(things;
        holds: [
            |t| t.address.city.eq("Graz"),
            |t| t.address.r#type.eq("home"),
            |t| t.lines.at(1).qty.eq(2),
            |t| t.lines.at(1).eq(line("b", 2)),
            |t| t.words.at(0).eq("a"),
            |t| t.prices.entry("eur").eq(10),
            // A dot in a name is part of it.
            |t| t.prices.entry("us.d").gt(11),
            |t| t.tree.open().child.open().leaf.eq(2),
        ],
        fails: [
            |t| t.address.city.eq("Wien"),
            |t| t.lines.at(2).qty.ge(0),
            |t| t.lines.at(0).qty.eq(2),
            |t| t.prices.entry("gbp").exists(),
            |t| t.prices.entry("us").exists(),
            |t| t.tree.open().child.open().child.open().leaf.exists(),
        ],
    );
}

#[tokio::test]
async fn as_deep_as_the_service_takes() {
    let things = things().await;
    let deep = |levels: u32| {
        move |t: Attributes| {
            let mut tree = t.tree;
            for _ in 0..levels - 1 {
                tree = tree.open().child;
            }
            tree.not_exists()
        }
    };
    assert!(holds(&things, deep(32)).await);
    let refused = things.delete(key()).condition(deep(33)).send().await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn attribute_against_attribute() {
    let things = things().await;
    conditions!(things;
        holds: [
            |t| t.count.lt(&t.limit),
            |t| t.count.ne(t.limit),
            |t| t.lines.at(0).qty.lt(t.lines.at(1).qty),
            // Whether one of them is an `Option` or not. (The service refuses to compare one with itself.)
            |t| t.nick.gt(&t.name),
            |t| t.name.lt(&t.nick),
            |t| t.limit.between(&t.count, 10),
        ],
        fails: [
            |t| t.count.eq(&t.limit),
            |t| t.count.gt(&t.limit),
            |t| t.address.city.eq(t.ship_to.city),
        ],
    );
}

#[tokio::test]
async fn none_is_absence() {
    let things = things().await;
    conditions!(things;
        holds: [
            |t| t.height.eq(None),
            |t| t.nick.ne(None),
            |t| t.address.floor.eq(None),
            // In a list it is `NULL`, and that reads as `None`.
            |t| t.gaps.at(1).eq(None),
            |t| t.gaps.at(0).ne(None),
            |t| t.tags.ne(BTreeSet::new()),
        ],
        fails: [
            |t| t.height.ne(None),
            |t| t.nick.eq(None),
            |t| t.gaps.at(1).ne(None),
            |t| t.tags.eq(BTreeSet::new()),
        ],
    );
    let ordered = |t: Attributes| t.height.between(None, 3);
    let error = things.delete(key()).condition(ordered).send().await;
    let message = error.unwrap_err().to_string();
    assert!(message.contains("height"), "{message}");
}

#[tokio::test]
async fn every_write_takes_conditions() {
    let things = things().await;
    let refused = |error: Error| error.is_condition_failed() && !error.is_not_found();
    let put = |yes| things.put(&thing()).condition(move |t| t.open.eq(yes));
    assert!(refused(put(false).send().await.unwrap_err()));
    put(true).send().await.unwrap();
    let upsert = |yes| things.upsert(&thing()).condition(move |t| t.open.eq(yes));
    assert!(refused(upsert(false).send().await.unwrap_err()));
    upsert(true).send().await.unwrap();
    let other = Thing {
        count: 1,
        ..thing()
    };
    let save = |yes| {
        let save = things.save(&thing(), &other);
        save.condition(move |t| t.open.eq(yes))
    };
    assert!(refused(save(false).send().await.unwrap_err()));
    save(true).send().await.unwrap();
    let transact = |yes| {
        let write = things.transact_write();
        write.check(key(), move |t| t.open.eq(yes)).send()
    };
    assert!(transact(false).await.is_err());
    transact(true).await.unwrap();
    let delete = |yes| things.delete(key()).condition(move |t| t.open.eq(yes));
    assert!(refused(delete(false).send().await.unwrap_err()));
    delete(true).send().await.unwrap();
}

#[tokio::test]
async fn set() {
    let things = things().await;
    let new = updated!(things, u => u
        .set(|t| t.name, "Berta")
        .set(|t| t.height, 3)
        .set(|t| t.ship_to, address("Linz"))
        .set(|t| t.lines.at(1).qty, 7)
        .set(|t| t.prices.entry("gbp"), 9)
        .set(|t| t.address.city, "Wien")
        .set(|t| t.address.floor, 2)
        .set(|t| t.tree.open().child.open().leaf, 8)
        .set(|t| t.hashes, vec![bytes(&[9])]));
    assert_eq!((new.name.as_str(), new.height), ("Berta", Some(3)));
    assert_eq!(new.ship_to, Some(address("Linz")));
    assert_eq!(new.lines, [line("a", 1), line("b", 7)]);
    assert_eq!(new.prices.len(), 3);
    assert_eq!(
        (new.address.city.as_str(), new.address.floor),
        ("Wien", Some(2))
    );
    assert_eq!(new.tree.unwrap().child.unwrap().leaf, 8);
    assert_eq!(new.hashes, [bytes(&[9])]);
    // One element behind the last is appended.
    let new = updated!(things, u => u.set(|t| t.words.at(9), "d"));
    assert_eq!(new.words, ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn set_from() {
    let things = things().await;
    let new = updated!(things, u => u
        .set_from(|t| t.count, |t| t.limit)
        .set_from(|t| t.limit, |t| t.count));
    // Both as they were before.
    assert_eq!((new.count, new.limit), (10, 9));
}

#[tokio::test]
async fn set_if_absent() {
    let things = things().await;
    let new = updated!(things, u => u
        .set_if_absent(|t| t.height, 5)
        .set_if_absent(|t| t.nick, "Berti"));
    assert_eq!((new.height, new.nick.as_deref()), (Some(5), Some("Anni")));
}

#[tokio::test]
async fn remove() {
    let things = things().await;
    let new = updated!(things, u => u
        .remove(|t| t.nick)
        .remove(|t| t.height)
        .remove(|t| t.tags)
        .remove(|t| t.lines.at(0))
        .remove(|t| t.prices.entry("eur"))
        .set(|t| t.lucky, BTreeSet::new())
        .set(|t| t.tree, None));
    assert_eq!((new.nick, new.height, new.tags.len()), (None, None, 0));
    assert_eq!(new.lines, [line("b", 2)]);
    assert_eq!(new.prices.len(), 1);
    assert!(new.lucky.is_empty() && new.tree.is_none());
}

#[tokio::test]
async fn add() {
    let things = things().await;
    let new = updated!(things, u => u
        .add(|t| t.count, 3)
        .add(|t| t.height, -4)
        .add(|t| t.price, 0.25)
        // Of a part of an attribute with `+`.
        .add(|t| t.lines.at(0).qty, 5)
        .add(|t| t.prices.entry("gbp"), 6)
        .add(|t| t.address.floor, 1));
    assert_eq!((new.count, new.height, new.price), (12, Some(-4), 9.75));
    assert_eq!((new.lines[0].qty, new.prices["gbp"]), (6, 6));
    assert_eq!(new.address.floor, Some(1));
}

#[tokio::test]
async fn subtract() {
    let things = things().await;
    let new = updated!(things, u => u
        .subtract(|t| t.count, 3)
        .subtract(|t| t.height, 4)
        .subtract(|t| t.lines.at(1).qty, 2));
    assert_eq!((new.count, new.height, new.lines[1].qty), (6, Some(-4), 0));
}

#[tokio::test]
async fn append_and_prepend() {
    let things = things().await;
    let new = updated!(things, u => u
        .append(|t| t.words, ["d", "e"])
        .prepend(|t| t.lines, [line("0", 0)])
        .append(|t| t.gaps, [None, Some(4)]));
    assert_eq!(new.words.concat(), "abcde");
    assert_eq!(new.lines[0], line("0", 0));
    assert_eq!(new.gaps, [Some(1), None, None, Some(4)]);
    // To a list that is absent.
    let client = things.client().update_item().table_name(things.name());
    let client = client.set_key(Some(key().to_item().unwrap()));
    client
        .update_expression("REMOVE words")
        .send()
        .await
        .unwrap();
    let new = updated!(things, u => u.append(|t| t.words, ["z"]));
    assert_eq!(new.words, ["z"]);
}

#[tokio::test]
async fn add_to_set() {
    let things = things().await;
    let new = updated!(things, u => u
        .add_to_set(|t| t.tags, texts::<BTreeSet<String>>(&["red", "green"]))
        .add_to_set(|t| t.lucky, BTreeSet::from([1]))
        .add_to_set(|t| t.hashes, vec![bytes(&[9])]));
    assert_eq!(
        new.tags,
        texts::<BTreeSet<String>>(&["blue", "green", "red"])
    );
    assert_eq!((new.lucky.len(), new.hashes.len()), (3, 3));
}

#[tokio::test]
async fn remove_from_set() {
    let things = things().await;
    let new = updated!(things, u => u
        .remove_from_set(|t| t.tags, texts::<BTreeSet<String>>(&["red", "green"]))
        .remove_from_set(|t| t.lucky, BTreeSet::from([7, 13]))
        .remove_from_set(|t| t.hashes, vec![bytes(&[1])]));
    assert_eq!(new.tags, texts::<BTreeSet<String>>(&["blue"]));
    assert!(new.lucky.is_empty());
    assert_eq!(new.hashes, [bytes(&[2, 3])]);
}

#[tokio::test]
async fn an_upsert_says_once_what_becomes_of_an_attribute() {
    let things = things().await;
    let upsert = || {
        things.upsert(&Thing {
            count: 5,
            nick: None,
            ..thing()
        })
    };
    let new = upsert().add(|t| t.count, 2).keep(|t| t.nick);
    let new = new.return_new().send().await.unwrap();
    assert_eq!((new.count, new.nick.as_deref()), (11, Some("Anni")));
    for upsert in [
        upsert().add(|t| t.count, 1).add(|t| t.count, 2),
        upsert().add(|t| t.count, 1).keep(|t| t.count),
        upsert().keep(|t| t.count).keep(|t| t.count),
        upsert().keep(|t| t.address.city),
        upsert().add(|t| t.address.floor, 1),
        upsert().add(|t| t.height, 1).add(|t| t.height, 1),
    ] {
        let error = upsert.send().await.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{error}");
    }
}

/// As large as the service takes is taken; what is larger is refused before it is sent.
#[tokio::test]
async fn limits_of_size() {
    let things = things().await;
    // A comparison and an `AND` each, but for the first.
    let operators = |n: u32| {
        move |t: Attributes| {
            let all = (0..n / 2).map(|i| t.count.ne(100 + i % 9));
            let all = Condition::all(all).unwrap();
            if n.is_multiple_of(2) {
                all.or(t.open.eq(false)).not().not()
            } else {
                all
            }
        }
    };
    // A put has no condition of its own.
    let put = async |condition: Condition<Thing>| {
        let put = things.put(&thing()).condition(|_| condition);
        put.send().await.map(drop)
    };
    let attributes = <Thing as Attributed>::attributes;
    // 149 comparisons and 148 `AND`, with `OR` and a comparison 299, with a `NOT` 300.
    put(operators(298)(attributes())).await.unwrap();
    let error = put(operators(298)(attributes()).not()).await.unwrap_err();
    assert!(error.is_condition_failed(), "{error}");
    let error = put(operators(300)(attributes())).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");

    // `#n0 IN (:v0, .., :v96)` and the like.
    let lists = |n: usize| {
        move |t: Attributes| {
            let list = |from: u32| t.count.is_in((from..from + 96).map(|i| i + 10));
            let all = (0..n).map(|i| list(u32::try_from(i).unwrap() * 96));
            Condition::any(all).unwrap().not()
        }
    };
    let fits = (1..20).rev().find(|&n| {
        let bytes = (0..n * 96).map(|i| format!(":v{i}, ").len()).sum::<usize>();
        // ` IN (`, `)` and ` OR `, without the last comma; `NOT ()`.
        bytes + n * (3 + 5 + 1 - 2) + (n - 1) * 4 + 6 <= 4_096
    });
    let fits = fits.unwrap();
    put(lists(fits)(attributes())).await.unwrap();
    let error = put(lists(fits + 1)(attributes())).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
}

/// What is sent, on the engine that tells.
mod bodies {
    use dynamo_model::embedded::Engine;
    use serde_json::{Value, json};

    use super::*;

    async fn recorded() -> (Engine, Handle<Things>) {
        let engine = Engine::memory().unwrap();
        let things = Things::on(engine.client());
        things.create_table().send().await.unwrap();
        things.put(&thing()).send().await.unwrap();
        engine.requests().record(true);
        (engine, things)
    }

    fn last(engine: &Engine) -> Value {
        let calls = engine.requests().take();
        calls.last().unwrap().json().unwrap()
    }

    #[tokio::test]
    async fn equal_names_and_values_are_sent_once() {
        let (engine, things) = recorded().await;
        let update = || {
            let update = things.update(key());
            update
                .set(|t| t.address.city, "Graz")
                .set(|t| t.name, "Graz")
                .add(|t| t.lines.at(0).qty, 9)
                .remove(|t| t.nick)
                .remove_from_set(|t| t.lucky, BTreeSet::from([9]))
                .condition(|t| t.name.ne("Graz").and(t.address.city.eq("Graz")))
                .condition(|t| t.count.eq(9).or(t.limit.eq(9)))
        };
        update().send().await.unwrap();
        let calls = engine.requests().take();
        let body = calls[0].json().unwrap();
        assert_eq!(
            body["ConditionExpression"],
            "attribute_exists(#n0) AND #n1 <> :v0 AND #n2.#n3 = :v0 AND (#n4 = :v1 OR #n5 = :v1)"
        );
        assert_eq!(
            body["UpdateExpression"],
            "SET #n2.#n3 = :v0, #n1 = :v0, #n6[0].#n7 = if_not_exists(#n6[0].#n7, :v2) + :v1 \
             REMOVE #n8 DELETE #n9 :v3"
        );
        assert_eq!(
            body["ExpressionAttributeValues"],
            json!({
                ":v0": {"S": "Graz"}, ":v1": {"N": "9"}, ":v2": {"N": "0"}, ":v3": {"NS": ["9"]}
            })
        );
        let names = body["ExpressionAttributeNames"].as_object().unwrap();
        assert_eq!(names.len(), 10);
        assert_eq!(names["#n3"], "city");
        // The same update is the same text, to the byte.
        things.put(&thing()).send().await.unwrap();
        update().send().await.unwrap();
        let again = engine.requests().take();
        assert_eq!(calls[0].body(), again.last().unwrap().body());
    }

    #[tokio::test]
    async fn no_parentheses_are_sent_that_say_nothing() {
        let (engine, things) = recorded().await;
        let sent = async |condition: fn(Attributes) -> Condition<Thing>| {
            let put = things.put(&thing()).condition(condition).send().await;
            assert!(put.is_ok_and(|_| true));
            last(&engine)["ConditionExpression"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let text = sent(|t| t.open.eq(true).and(t.count.eq(9).and(t.limit.eq(10)))).await;
        assert_eq!(text, "#n0 = :v0 AND #n1 = :v1 AND #n2 = :v2");
        let text = sent(|t| t.open.eq(true).or(t.count.eq(8).and(t.limit.eq(1)))).await;
        assert_eq!(text, "#n0 = :v0 OR #n1 = :v1 AND #n2 = :v2");
        let text = sent(|t| t.open.eq(true).and(t.count.eq(8).or(t.limit.eq(10)))).await;
        assert_eq!(text, "#n0 = :v0 AND (#n1 = :v1 OR #n2 = :v2)");
        let text = sent(|t| t.open.eq(false).not().and(t.count.between(1, 9))).await;
        assert_eq!(text, "NOT #n0 = :v0 AND #n1 BETWEEN :v1 AND :v2");
        let text = sent(|t| t.height.eq(None)).await;
        assert_eq!(
            text,
            "attribute_not_exists(#n0) OR attribute_type(#n0, :v0)"
        );
    }
}

/// The rows of the table in the documentation: DynamoDB's words, ours, and the test.
fn rows() -> Vec<(String, Vec<String>, String)> {
    let source = include_str!("../../dynamo-model/src/expr/mod.rs");
    let lines = source.lines().filter_map(|line| line.strip_prefix("//! |"));
    let code = |cell: &str| {
        let words = cell.split('`').skip(1).step_by(2);
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    let rows = lines.skip(2).map(|line| {
        let cells: Vec<&str> = line.trim_end_matches('|').split(" | ").collect();
        let [theirs, ours, test] = cells[..] else {
            panic!("not three cells: {line}");
        };
        let test = code(test).pop().expect("a test");
        (theirs.trim().to_owned(), code(ours), test)
    });
    rows.collect()
}

#[test]
fn the_documentation_names_tests_that_send_each_row() {
    let source = include_str!("expressions.rs");
    let rows = rows();
    for word in [
        "=",
        "<>",
        "<",
        "<=",
        ">",
        ">=",
        "BETWEEN",
        "IN",
        "attribute_exists",
        "attribute_not_exists",
        "attribute_type",
        "begins_with",
        "contains",
        "size",
        "AND",
        "OR",
        "NOT",
        "SET",
        "REMOVE",
        "ADD",
        "DELETE",
        "+",
        "-",
        "if_not_exists",
        "list_append",
    ] {
        let is_in = |row: &str| {
            let words = row.split(|c: char| c.is_whitespace() || "`(),".contains(c));
            words.into_iter().any(|known| known == word)
        };
        assert!(rows.iter().any(|(row, ..)| is_in(row)), "{word} has no row");
    }
    for (theirs, ours, test) in rows {
        let begin = source.find(&format!("async fn {test}() {{"));
        let body = &source[begin.unwrap_or_else(|| panic!("{theirs}: no test `{test}`"))..];
        let body = &body[..body.find("\n}\n").unwrap()];
        for method in ours {
            let name = method.split('(').next().unwrap();
            assert!(
                body.contains(name),
                "{theirs}: `{test}` does not call `{name}`"
            );
        }
    }
}
