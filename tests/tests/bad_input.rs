//! What cannot be stored or sent: found before anything leaves, with errors that say what to do.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::embedded::Engine;
use dynamo_model::key::KeyProblem;
use dynamo_model::prelude::*;
use dynamo_model::types::{Attributes, Binary, Number};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "bad",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("native", pk = ["group"], sk = ["word"]),
    entities(Doc, Pair, Sets, Nested)
)]
struct Bad;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Bad, pk = "DOC#{id}", sk = "DOC#{part}",
    index(by_tag, on = "GSI1", pk = "TAG#{tag}", sk = "{id}"),
    index(by_word, on = "native", pk = ["{group}"], sk = ["{word}"]),
)]
struct Doc {
    id: String,
    part: String,
    tag: Option<String>,
    group: Option<String>,
    word: Option<String>,
    text: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Bad, pk = "PAIR#{a}#{b}", sk = "PAIR")]
struct Pair {
    a: String,
    b: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Bad, pk = "SETS#{id}", sk = "SETS")]
struct Sets {
    id: u8,
    #[serde(with = "dynamo_model::types::string_set", default)]
    words: Vec<String>,
    #[serde(with = "dynamo_model::types::number_set", default)]
    numbers: Vec<f64>,
    #[serde(with = "dynamo_model::types::binary_set", default)]
    blobs: Vec<Binary>,
    #[serde(default)]
    lists: Vec<BTreeMap<String, f64>>,
    number: Option<f64>,
    big: Option<u128>,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Bad, pk = "NESTED#{id}", sk = "NESTED")]
struct Nested {
    id: u8,
    level: Level,
}

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(untagged)]
enum Level {
    Last(bool),
    Outer(Vec<Level>),
}

impl Level {
    fn deep(levels: usize) -> Self {
        (1..levels).fold(Self::Last(true), |inner, _| Self::Outer(vec![inner]))
    }
}

fn doc() -> Doc {
    Doc {
        id: "1".into(),
        part: "a".into(),
        tag: None,
        group: None,
        word: None,
        text: "t".into(),
    }
}

fn sets() -> Sets {
    Sets {
        id: 1,
        words: Vec::new(),
        numbers: Vec::new(),
        blobs: Vec::new(),
        lists: Vec::new(),
        number: None,
        big: None,
    }
}

async fn bad() -> Handle<Bad> {
    let bad = Bad::on(client().await);
    bad.create_table().send().await.unwrap();
    bad
}

/// What is found before anything is sent: on a table that does not exist.
async fn refused<E: Entity<Table = Bad>>(item: &E) -> Error {
    let nowhere = Bad::on(client().await);
    let error = nowhere.put(item).send().await.unwrap_err();
    assert!(!error.is_table_not_found(), "it was sent: {error}");
    assert!(!error.is_retryable());
    assert!(error.service().is_none());
    error
}

async fn problem<E: Entity<Table = Bad>>(item: &E) -> KeyProblem {
    let error = refused(item).await;
    let Error::Key(key) = error else {
        panic!("{error}");
    };
    assert_eq!(key.entity(), E::SCHEMA.name);
    key.problem()
}

#[tokio::test]
async fn an_empty_value_is_in_no_key() {
    for item in [
        Doc {
            id: String::new(),
            ..doc()
        },
        Doc {
            part: String::new(),
            ..doc()
        },
        Doc {
            tag: Some(String::new()),
            ..doc()
        },
        // Native index keys cannot be empty either.
        Doc {
            group: Some("g".into()),
            word: Some(String::new()),
            ..doc()
        },
        Doc {
            group: Some(String::new()),
            word: Some("w".into()),
            ..doc()
        },
    ] {
        assert_eq!(problem(&item).await, KeyProblem::Empty);
    }
    assert!(Doc::key("", "a").check().is_err());
    let nowhere = Bad::on(client().await);
    let error = nowhere.get(Doc::key("1", "")).send().await.unwrap_err();
    let Error::Key(key) = &error else {
        panic!("{error}");
    };
    assert_eq!(key.field(), Some("part"));
    assert_eq!(key.template(), "DOC#{part}");
    let error = nowhere.delete(Doc::key("", "x")).send().await.unwrap_err();
    assert!(matches!(error, Error::Key(_)), "{error}");
    let error = nowhere.query(Doc::of("")).collect().await.unwrap_err();
    assert!(matches!(error, Error::Key(_)), "{error}");
}

/// An empty native key attribute of which the other half is missing: the item is not in the index, but DynamoDB refuses
/// the value all the same.
#[tokio::test]
async fn an_empty_value_is_in_no_native_key_attribute() {
    let item = Doc {
        word: Some(String::new()),
        ..doc()
    };
    assert_eq!(problem(&item).await, KeyProblem::Empty);
    let bad = bad().await;
    let wordless = bad.update(Doc::key("d", "p")).condition(|d| d.word.eq(""));
    let error = wordless.remove(|d| d.word).send().await.unwrap_err();
    assert!(matches!(error, Error::Encode(_)), "{error}");
    assert_eq!(
        error.to_string(),
        "cannot write `word` of Doc: the attribute is a key, and no key is empty"
    );
}

#[tokio::test]
async fn keys_have_a_length() {
    let bad = bad().await;
    let text = |bytes: usize| "é".repeat(bytes / 2) + if bytes % 2 == 1 { "e" } else { "" };
    // "DOC#" takes four bytes of each.
    let longest = Doc {
        id: text(2_044),
        part: text(1_020),
        ..doc()
    };
    bad.put(&longest).send().await.unwrap();
    let read = bad.get(Key::of(&longest)).consistent().send().await;
    assert_eq!(read.unwrap(), Some(longest.clone()));
    let listed = bad.query(Doc::of(&longest.id)).collect().await.unwrap();
    assert_eq!(listed, [longest]);
    let is_too_long = |problem| matches!(problem, KeyProblem::TooLong { .. });
    for item in [
        Doc {
            id: text(2_045),
            ..doc()
        },
        Doc {
            part: text(1_021),
            ..doc()
        },
        // As the sort key of an index.
        Doc {
            id: text(1_025),
            tag: Some("t".into()),
            ..doc()
        },
        Doc {
            tag: Some(text(2_045)),
            ..doc()
        },
        Doc {
            group: Some("g".into()),
            word: Some(text(1_025)),
            ..doc()
        },
        Doc {
            group: Some(text(2_049)),
            word: Some("w".into()),
            ..doc()
        },
    ] {
        assert!(is_too_long(problem(&item).await), "{}", item.id.len());
    }
    // At the limits in an index.
    let item = Doc {
        id: text(1_024),
        tag: Some(text(2_044)),
        group: Some(text(2_048)),
        word: Some(text(1_024)),
        ..doc()
    };
    bad.put(&item).send().await.unwrap();
    let tag = item.tag.as_ref().unwrap();
    let listed = bad.query(Doc::by_tag(tag)).collect().await.unwrap();
    assert_eq!(listed, [item]);
}

#[tokio::test]
async fn components_hold_no_delimiter_and_no_sentinel() {
    let pair = |a: &str, b: &str| Pair {
        a: a.into(),
        b: b.into(),
    };
    assert_eq!(problem(&pair("a#b", "c")).await, KeyProblem::Delimiter('#'));
    assert_eq!(problem(&pair("a", "b#c")).await, KeyProblem::Delimiter('#'));
    assert_eq!(problem(&pair("a#", "c")).await, KeyProblem::Delimiter('#'));
    assert_eq!(
        problem(&pair("a\u{10FFFF}", "c")).await,
        KeyProblem::Sentinel
    );
    let item = Doc {
        tag: Some("a#b".into()),
        ..doc()
    };
    assert_eq!(problem(&item).await, KeyProblem::Delimiter('#'));
    // In what is no key they are characters like any other.
    let bad = bad().await;
    let item = Doc {
        text: "a#b\u{10FFFF}".into(),
        ..doc()
    };
    bad.put(&item).send().await.unwrap();
    let read = bad.get(Doc::key("1", "a")).send().await.unwrap();
    assert_eq!(read, Some(item));
}

/// An item of exactly this size.
fn sized(bytes: usize) -> Doc {
    let attributes = "PKDOC#1".len() + "SKDOC#a".len() + "_typeDoc".len();
    let fields = "id1".len() + "parta".len() + "text".len();
    Doc {
        text: "x".repeat(bytes - attributes - fields),
        ..doc()
    }
}

#[tokio::test]
async fn items_have_a_size() {
    let bad = bad().await;
    bad.put(&sized(409_600)).send().await.unwrap();
    let read = bad.get(Doc::key("1", "a")).send().await.unwrap();
    assert_eq!(read, Some(sized(409_600)));
    let error = refused(&sized(409_601)).await;
    let Error::ItemTooLarge { entity, bytes } = error else {
        panic!("{error}");
    };
    assert_eq!((entity, bytes), ("Doc", 409_601));
}

#[tokio::test]
async fn nothing_is_sent_of_what_is_refused() {
    let engine = Engine::memory().unwrap();
    let bad = Bad::on(engine.client());
    bad.create_table().send().await.unwrap();
    engine.requests().record(true);
    bad.put(&sized(409_601)).send().await.unwrap_err();
    bad.put(&Doc {
        id: String::new(),
        ..doc()
    })
    .send()
    .await
    .unwrap_err();
    bad.get(Doc::key("", "")).send().await.unwrap_err();
    bad.delete(Doc::key("a#b", "")).send().await.unwrap_err();
    bad.query(Doc::of("")).collect().await.unwrap_err();
    let unwritable = Sets {
        number: Some(f64::NAN),
        ..sets()
    };
    bad.put(&unwritable).send().await.unwrap_err();
    assert!(engine.requests().take().is_empty());
}

#[tokio::test]
async fn numbers_have_limits() {
    for (item, path) in [
        (
            Sets {
                number: Some(f64::NAN),
                ..sets()
            },
            "number",
        ),
        (
            Sets {
                number: Some(f64::INFINITY),
                ..sets()
            },
            "number",
        ),
        (
            Sets {
                number: Some(1e126),
                ..sets()
            },
            "number",
        ),
        (
            Sets {
                number: Some(-1e-131),
                ..sets()
            },
            "number",
        ),
        (
            Sets {
                big: Some(u128::MAX),
                ..sets()
            },
            "big",
        ),
        (
            Sets {
                numbers: vec![1.0, f64::NAN],
                ..sets()
            },
            "numbers[1]",
        ),
        (
            Sets {
                lists: vec![BTreeMap::new(), BTreeMap::from([("x".into(), f64::NAN)])],
                ..sets()
            },
            "lists[1].x",
        ),
    ] {
        let error = refused(&item).await;
        let Error::Encode(encode) = &error else {
            panic!("{error}");
        };
        assert_eq!(
            (encode.entity(), encode.path().as_str()),
            (Some("Sets"), path)
        );
    }
    assert!("1e126".parse::<Number>().is_err());
    assert!(
        "123456789012345678901234567890123456789"
            .parse::<Number>()
            .is_err()
    );
    assert!("twelve".parse::<Number>().is_err());
    // The largest and the smallest are stored.
    let bad = bad().await;
    for number in [9.9e125, -9.9e125, 1e-130, -0.0] {
        let item = Sets {
            number: Some(number),
            ..sets()
        };
        bad.put(&item).send().await.unwrap();
        assert_eq!(bad.get(Sets::key(1)).send().await.unwrap(), Some(item));
    }
}

#[tokio::test]
async fn sets_are_neither_empty_nor_repeat_themselves() {
    let bad = bad().await;
    bad.put(&sets()).send().await.unwrap();
    let read = bad.get(Sets::key(1)).send().await.unwrap();
    assert_eq!(read, Some(sets()));
    let get = bad.client().get_item().table_name("bad");
    let get = get.set_key(Some(Sets::key(1).to_item().unwrap()));
    let stored = get.send().await.unwrap().item.unwrap();
    assert!(!stored.contains_key("words") && !stored.contains_key("blobs"));
    for item in [
        Sets {
            words: vec!["a".into(), "b".into(), "a".into()],
            ..sets()
        },
        Sets {
            numbers: vec![1.0, 1.0],
            ..sets()
        },
        Sets {
            blobs: vec![vec![1].into(), vec![1].into()],
            ..sets()
        },
    ] {
        let error = bad.put(&item).send().await.unwrap_err();
        assert!(
            matches!(error, Error::Validation(_) | Error::Encode(_)),
            "{error}"
        );
    }
    // Elements may be empty.
    let item = Sets {
        words: vec![String::new()],
        blobs: vec![Binary::default()],
        ..sets()
    };
    bad.put(&item).send().await.unwrap();
    assert_eq!(bad.get(Sets::key(1)).send().await.unwrap(), Some(item));
}

/// serde decides this, see `dynamo_model::types`.
#[test]
fn an_absent_set_needs_a_default() {
    #[derive(Document, Serialize, Deserialize)]
    struct Without {
        #[serde(with = "dynamo_model::types::string_set")]
        words: Vec<String>,
    }

    #[derive(Table)]
    #[table(name = "bad", pk = "PK", entities(Words))]
    struct Same;

    #[derive(Entity, Serialize, Deserialize)]
    #[entity(table = Same, pk = "W#{id}")]
    struct Words {
        id: u8,
        #[serde(flatten)]
        without: Without,
    }

    let words = |words| Words {
        id: 1,
        without: Without { words },
    };
    let full = words(vec!["a".into()]).to_item().unwrap();
    assert_eq!(Words::from_item(&full).unwrap().without.words, ["a"]);
    let empty = words(Vec::new()).to_item().unwrap();
    let error = Words::from_item(&empty).map(drop).unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error}");
    assert!(error.to_string().contains("`words` is missing"), "{error}");
}

#[tokio::test]
async fn values_nest_32_levels_deep() {
    let bad = bad().await;
    let nested = |levels| Nested {
        id: 1,
        level: Level::deep(levels),
    };
    bad.put(&nested(32)).send().await.unwrap();
    let read = bad.get(Nested::key(1)).send().await.unwrap();
    assert_eq!(read, Some(nested(32)));
    let error = refused(&nested(33)).await;
    assert!(matches!(error, Error::Encode(_)), "{error}");
    refused(&nested(2_000)).await;
}

#[tokio::test]
async fn a_stored_key_that_is_not_of_the_template() {
    #[derive(Table)]
    #[table(name = "bad", pk = "PK", sk = "SK", entities(Short))]
    struct Same;

    #[derive(Entity, Serialize, Deserialize, Debug)]
    #[entity(table = Same, pk = "DOC#{id}", sk = "{number}")]
    struct Short {
        id: String,
        #[entity(key_only)]
        number: u16,
    }

    let bad = bad().await;
    let put = |sk: &str| {
        bad.client()
            .put_item()
            .table_name("bad")
            .item("PK", AttributeValue::S("DOC#1".into()))
            .item("SK", AttributeValue::S(sk.into()))
            .item("id", AttributeValue::S("1".into()))
            .send()
    };
    put("00012").await.unwrap();
    put("99999").await.unwrap();
    let same = Same::on(bad.client().clone());
    let mut items = same.query(Short::of("1")).items();
    assert_eq!(items.try_next().await.unwrap().unwrap().number, 12);
    let error = items.try_next().await.unwrap_err();
    let Error::Key(key) = &error else {
        panic!("{error}");
    };
    assert_eq!(key.problem(), KeyProblem::Unreadable);
    assert!(!error.to_string().contains("99999"), "{error}");
    assert!(items.try_next().await.unwrap().is_none());
    let item = HashMap::from([("id".to_owned(), AttributeValue::S("1".into()))]);
    let error = Short::from_item(&item).unwrap_err();
    assert!(matches!(&error, Error::Key(key) if key.problem() == KeyProblem::NoAttribute));
}

#[tokio::test]
async fn flattened_attributes_are_checked_too() {
    let mut rest = Attributes::new();
    assert!(rest.insert("x", &f64::NAN).is_err());
    assert!(rest.insert("x", &u128::MAX).is_err());
    assert!(rest.is_empty());
}
