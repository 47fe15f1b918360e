//! Keys and values stay out of everything an error prints.

use std::error::Error as _;
use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::prelude::*;
use dynamo_model::types::{Attributes, Binary};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

/// In every value and key of this file: upper case, because some values are numbers' neighbours.
const SECRET: &str = "TOPSECRET";

/// The marker as a number, and as bytes in base64 and in hexadecimal.
const MARKS: [&str; 5] = [
    SECRET,
    "8675309",
    "VE9QU0VDUkVU",
    "544f50534543524554",
    "[84, 79, 80",
];

#[derive(Table)]
#[table(
    name = "vault",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK"),
    entities(Secret, Other, Numbered)
)]
struct Vault;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Vault, pk = "SECRET#{id}#{number}", sk = "{place}",
    index(by_tag, on = "GSI1", pk = "TAG#{tag}"),
)]
struct Secret {
    id: String,
    number: u32,
    place: String,
    tag: Option<String>,
    #[serde(default)]
    float: f64,
    text: String,
    bytes: Binary,
    kind: Kind,
    #[serde(with = "dynamo_model::types::string_set", default)]
    words: Vec<String>,
    #[serde(with = "dynamo_model::types::number_set", default)]
    numbers: Vec<u32>,
    #[serde(with = "dynamo_model::types::binary_set", default)]
    blobs: Vec<Binary>,
    #[serde(default, with = "picky")]
    picky: String,
}

/// Refuses some texts, and says which.
mod picky {
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
        if text.starts_with('!') {
            return Err(S::Error::custom(format!("{text} is refused")));
        }
        serializer.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<String, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.starts_with('?') {
            return Err(D::Error::custom(format!("{text} is refused")));
        }
        Ok(text)
    }
}

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
enum Kind {
    A,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Vault, pk = "OTHER#{id}", sk = "{place}")]
struct Other {
    id: String,
    place: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Vault, pk = "NUMBERED#{n:04}", sk = "N#{at:epoch}")]
struct Numbered {
    n: u64,
    at: jiff::Timestamp,
    #[serde(flatten)]
    rest: Attributes,
}

fn secret() -> Secret {
    Secret {
        id: SECRET.into(),
        number: 8_675_309,
        place: SECRET.into(),
        tag: Some(SECRET.into()),
        float: 8_675_309.0,
        text: SECRET.into(),
        bytes: SECRET.as_bytes().into(),
        kind: Kind::A,
        words: vec![SECRET.into()],
        numbers: vec![8_675_309],
        blobs: vec![SECRET.as_bytes().into()],
        picky: SECRET.into(),
    }
}

/// All that an error prints by itself.
fn shown(error: &Error) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}\n");
    let mut next = error.source();
    while let Some(cause) = next {
        let _ = writeln!(text, "{cause}\n{cause:?}");
        next = cause.source();
    }
    text
}

#[track_caller]
fn assert_silent(what: &str, error: &Error) {
    let shown = shown(error);
    for mark in MARKS {
        assert!(!shown.contains(mark), "{what} shows {mark}: {shown}");
    }
}

async fn vault() -> Handle<Vault> {
    let vault = Vault::on(client().await);
    vault.create_table().send().await.unwrap();
    vault
}

#[tokio::test]
async fn in_values_that_cannot_be_written() {
    let nowhere = Vault::on(client().await);
    let long = |bytes: usize| SECRET.repeat(bytes / SECRET.len() + 1);
    let mut cases = vec![
        (
            "delimiter",
            Secret {
                id: format!("{SECRET}#{SECRET}"),
                ..secret()
            },
        ),
        (
            "sentinel",
            Secret {
                id: format!("{SECRET}\u{10FFFF}"),
                ..secret()
            },
        ),
        (
            "long partition key",
            Secret {
                id: long(2_048),
                ..secret()
            },
        ),
        (
            "long sort key",
            Secret {
                place: long(1_024),
                ..secret()
            },
        ),
        (
            "long index key",
            Secret {
                tag: Some(long(2_048)),
                ..secret()
            },
        ),
        (
            "empty sort key",
            Secret {
                place: String::new(),
                ..secret()
            },
        ),
        (
            "NaN",
            Secret {
                float: f64::NAN,
                ..secret()
            },
        ),
        (
            "item",
            Secret {
                text: long(410_000),
                ..secret()
            },
        ),
        (
            "custom",
            Secret {
                picky: format!("!{SECRET}"),
                ..secret()
            },
        ),
    ];
    for (what, item) in cases.drain(..) {
        let error = nowhere.put(&item).send().await.unwrap_err();
        assert!(error.service().is_none(), "{what} was sent");
        assert_silent(what, &error);
    }
    let numbered = |n, at: &str| Numbered {
        n,
        at: at.parse().unwrap(),
        rest: Attributes::new(),
    };
    for item in [
        numbered(8_675_309, "2026-11-22T10:00:00Z"),
        numbered(1, "1970-04-11T09:48:29.8675309Z"),
    ] {
        let error = nowhere.put(&item).send().await.unwrap_err();
        assert!(matches!(error, Error::Key(_)), "{error}");
        assert_silent("number", &error);
    }
    let error = nowhere.get(Secret::key("a#b", 1, SECRET)).send().await;
    assert_silent("get", &error.unwrap_err());
    let sort = Secret::of("a", 8_675_309).sort(|k| k.place.ge(format!("{SECRET}\u{10FFFF}")));
    if let Err(error) = nowhere.query(sort).collect().await {
        assert_silent("sort condition", &error);
    }
}

#[tokio::test]
async fn in_answers_of_the_service() {
    let vault = vault().await;
    let other = || Other {
        id: SECRET.into(),
        place: SECRET.into(),
    };
    let missing = vault.named("missing");
    assert_silent(
        "missing table",
        &missing.put(&secret()).send().await.unwrap_err(),
    );
    vault.put(&secret()).send().await.unwrap();
    let error = vault.put(&secret()).if_absent().send().await.unwrap_err();
    assert!(error.is_condition_failed());
    assert_silent("condition", &error);
    let error = error.item::<Other>().unwrap_err();
    assert_silent("evidence of another type", &error);
    let error = vault.put(&other()).if_present().send().await.unwrap_err();
    assert_silent("condition without an item", &error);
    for (what, item) in [
        (
            "repeated word",
            Secret {
                words: vec![SECRET.into(); 2],
                ..secret()
            },
        ),
        (
            "repeated number",
            Secret {
                numbers: vec![8_675_309; 2],
                ..secret()
            },
        ),
        (
            "repeated blob",
            Secret {
                blobs: vec![SECRET.as_bytes().into(); 2],
                ..secret()
            },
        ),
    ] {
        let error = vault.put(&item).send().await.unwrap_err();
        assert!(
            matches!(error, Error::Validation(_) | Error::Encode(_)),
            "{what}: {error}"
        );
        assert_silent(what, &error);
    }
}

#[tokio::test]
async fn in_transactions() {
    let vault = vault().await;
    let key = || Secret::key(SECRET, 8_675_309, SECRET);
    let other = Other {
        id: SECRET.into(),
        place: SECRET.into(),
    };
    let write = || {
        vault
            .transact_write()
            .put(vault.put(&secret()).if_absent())
            .check_absent(Other::key(SECRET, SECRET))
            .token(SECRET)
    };
    let get = || vault.transact_get((key(), Other::key(SECRET, SECRET)));
    let builders = format!(
        "{:?} {:?} {:?} {:?}",
        write(),
        write().send(),
        get(),
        get().send()
    );
    for mark in MARKS {
        assert!(!builders.contains(mark), "{builders}");
    }
    write().send().await.unwrap();
    vault.put(&other).send().await.unwrap();
    let mismatch = write().put(vault.put(&other)).send().await.unwrap_err();
    assert_silent("two on one item", &mismatch);
    let mismatch = vault.transact_write().delete(vault.delete(key()));
    let mismatch = mismatch.token(SECRET).send().await.unwrap_err();
    assert!(mismatch.is_token_mismatch(), "{mismatch}");
    assert_silent("token mismatch", &mismatch);
    let failed = write().token("new").send().await.unwrap_err();
    assert!(failed.is_condition_failed());
    assert_silent("cancellation", &failed);
    let Error::TransactionCanceled(canceled) = &failed else {
        panic!("{failed:?}")
    };
    for outcome in canceled.outcomes() {
        assert!(outcome.has_item());
        let wrong = outcome.item::<Numbered>().unwrap_err();
        assert_silent("evidence of another type", &wrong);
        let shown = format!("{outcome} {outcome:#?} {:?}", canceled.reasons());
        assert!(!MARKS.iter().any(|mark| shown.contains(mark)), "{shown}");
    }
    for (what, wrong) in [
        ("empty token", write().token("")),
        ("long token", write().token(SECRET.repeat(10))),
        (
            "key",
            write().check_exists(Secret::key(SECRET, 8_675_309, "")),
        ),
        (
            "missing table",
            write().put(vault.named("missing").put(&secret())),
        ),
    ] {
        let error = wrong.send().await.unwrap_err();
        assert_silent(what, &error);
    }
    let error = vault.transact_get([Secret::key(SECRET, 8_675_309, "")]);
    assert_silent("get", &error.send().await.unwrap_err());
    // An item of another type under the key.
    let mut item = secret().to_item().unwrap();
    item.insert("_type".into(), AttributeValue::S(SECRET.into()));
    let put = vault.client().put_item().table_name("vault");
    put.set_item(Some(item)).send().await.unwrap();
    assert_silent("unreadable", &get().send().await.unwrap_err());
}

#[tokio::test]
async fn in_tables_that_differ_from_the_model() {
    #[derive(Table)]
    #[table(name = "vault", pk = "pk", sk = N("sk"), gsi("GSI9", pk = "GSI9PK"), entities(Elsewhere))]
    struct OtherVault;

    #[derive(Entity, Serialize, Deserialize, Debug, Clone)]
    #[entity(table = OtherVault, pk = "{id}", sk = "{number}", index(by_text, on = "GSI9", pk = "{text}"))]
    struct Elsewhere {
        id: String,
        number: u64,
        text: String,
        #[serde(rename = "PK")]
        odd: u64,
        #[serde(rename = "SK")]
        odder: Vec<String>,
    }

    let vault = vault().await;
    let others = OtherVault::on(vault.client().clone());
    let item = Elsewhere {
        id: SECRET.into(),
        number: 8_675_309,
        text: SECRET.into(),
        odd: 8_675_309,
        odder: vec![SECRET.into()],
    };
    let key = || Elsewhere::key(SECRET, 8_675_309);
    for error in [
        others.put(&item).send().await.unwrap_err(),
        others.get(key()).send().await.unwrap_err(),
        others.delete(key()).send().await.unwrap_err(),
        others
            .query(Elsewhere::of(SECRET))
            .first()
            .await
            .unwrap_err(),
        others
            .query(Elsewhere::by_text(SECRET))
            .first()
            .await
            .unwrap_err(),
        others.verify().await.unwrap_err(),
    ] {
        assert_silent("other table", &error);
    }
}

#[tokio::test]
async fn in_items_that_cannot_be_read() {
    let vault = vault().await;
    let s = |text: &str| AttributeValue::S(text.into());
    let key = || Secret::key(SECRET, 8_675_309, SECRET);
    let breaks = [
        ("type", Some("_type"), s(SECRET)),
        (
            "text as number",
            Some("text"),
            AttributeValue::N("8675309".into()),
        ),
        ("float as text", Some("float"), s(SECRET)),
        (
            "number out of range",
            Some("number"),
            AttributeValue::N("8675309000000000".into()),
        ),
        (
            "negative number",
            Some("number"),
            AttributeValue::N("-8675309".into()),
        ),
        (
            "fraction",
            Some("number"),
            AttributeValue::N("8675309.5".into()),
        ),
        ("variant", Some("kind"), s(SECRET)),
        ("set as text", Some("words"), s(SECRET)),
        (
            "set of numbers",
            Some("words"),
            AttributeValue::Ns(vec!["8675309".into()]),
        ),
        ("custom", Some("picky"), s(&format!("?{SECRET}"))),
        ("missing", None, s("text")),
    ];
    for (what, name, value) in breaks {
        let mut item = secret().to_item().unwrap();
        match name {
            Some(name) => item.insert(name.into(), value),
            None => item.remove("text"),
        };
        let converted = Secret::from_item(&item).unwrap_err();
        assert_silent(what, &converted);
        let put = vault.client().put_item().table_name("vault");
        put.set_item(Some(item)).send().await.unwrap();
        let error = vault.get(key()).send().await.unwrap_err();
        assert!(matches!(error, Error::Decode(_)), "{what}: {error}");
        assert_silent(what, &error);
        let query = vault.query(Secret::of(SECRET, 8_675_309));
        assert_silent(what, &query.collect().await.unwrap_err());
    }
}

#[tokio::test]
async fn in_what_is_printed_of_requests() {
    let vault = vault().await;
    vault.put(&secret()).send().await.unwrap();
    let key = || Secret::key(SECRET, 8_675_309, SECRET);
    let of = || Secret::of(SECRET, 8_675_309).sort(|k| k.place.starts_with(SECRET));
    let items = vault.query_all(of()).collect().await.unwrap();
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        key(),
        of(),
        vault.put(&secret()).if_absent(),
        vault.put(&secret()).return_old().send(),
        vault.get(key()),
        vault.delete(key()),
        vault.query(of()),
        vault.query(of()).items(),
        vault.scan::<Secret>(),
        items,
    );
    for mark in MARKS {
        assert!(!shown.contains(mark), "{shown}");
    }
}
