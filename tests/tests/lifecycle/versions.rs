//! A version counts the writes of an item.

use dynamo_model::OutcomeKind;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

use super::is_fresh;

#[derive(Table)]
#[table(name = "docs", pk = "PK", entities(Doc, Small, Plain))]
struct Docs;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Docs, pk = "DOC#{id}")]
struct Doc {
    id: u32,
    text: String,
    edits: u64,
    #[entity(version)]
    #[serde(rename = "v")]
    version: u64,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Docs, pk = "SMALL#{id}")]
struct Small {
    id: u32,
    #[entity(version)]
    version: u32,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Docs, pk = "PLAIN#{id}")]
struct Plain {
    id: u32,
    text: String,
}

async fn docs() -> Handle<Docs> {
    let docs = Docs::on(client().await);
    docs.create_table().send().await.unwrap();
    docs
}

fn doc(version: u64) -> Doc {
    Doc {
        id: 1,
        text: "a".into(),
        edits: 0,
        version,
    }
}

fn key() -> Key<Doc> {
    Doc::key(1_u32)
}

#[track_caller]
fn assert_conflict(error: &Error, expected: u64, stored: u64) {
    let Error::VersionConflict(conflict) = error else {
        panic!("{error:?}")
    };
    assert!(error.is_version_conflict() && error.is_condition_failed());
    assert_eq!((conflict.expected(), conflict.stored()), (expected, stored));
    assert_eq!(error.item::<Doc>().unwrap().unwrap().version, stored);
}

#[tokio::test]
async fn puts() {
    let docs = docs().await;
    assert_eq!(docs.put(&doc(0)).send().await.unwrap().version, Some(1));
    assert_eq!(is_fresh(&docs, key()).await, doc(1));
    // A new one is not put over one that is there.
    assert_conflict(&docs.put(&doc(0)).send().await.unwrap_err(), 0, 1);
    assert_conflict(&docs.put(&doc(2)).send().await.unwrap_err(), 2, 1);
    assert_eq!(docs.put(&doc(1)).send().await.unwrap().version, Some(2));
    let old = docs.put(&doc(2)).return_old().send().await.unwrap();
    assert_eq!(old, Some(doc(2)));
    assert_eq!(is_fresh(&docs, key()).await, doc(3));
    // Where there must be none, no version is asked for.
    let error = docs.put(&doc(0)).if_absent().send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(error.item::<Doc>().unwrap(), Some(doc(3)));
    // What was deleted meanwhile is not there.
    docs.delete(key()).send().await.unwrap();
    assert!(docs.put(&doc(3)).send().await.unwrap_err().is_not_found());
    assert_eq!(
        docs.put(&doc(0)).if_absent().send().await.unwrap().version,
        Some(1)
    );
    let one = Small { id: 1, version: 0 };
    assert_eq!(docs.put(&one).send().await.unwrap().version, Some(1));
    assert_eq!(
        docs.get(Small::key(1_u32))
            .send()
            .await
            .unwrap()
            .unwrap()
            .version,
        1
    );
}

#[tokio::test]
async fn an_item_of_earlier_times_has_none() {
    let docs = docs().await;
    let mut item = doc(0).to_item().unwrap();
    item.remove("v");
    let put = docs
        .client()
        .put_item()
        .table_name("docs")
        .set_item(Some(item));
    put.send().await.unwrap();
    assert_eq!(docs.put(&doc(0)).send().await.unwrap().version, Some(1));
    let mut item = doc(0).to_item().unwrap();
    item.remove("v");
    let put = docs
        .client()
        .put_item()
        .table_name("docs")
        .set_item(Some(item));
    put.send().await.unwrap();
    let update = docs.update(key()).add(|d| d.edits, 1).at_version(0);
    assert_eq!(update.send().await.unwrap().version, Some(1));
    is_fresh(&docs, key()).await;
}

#[tokio::test]
async fn updates_upserts_saves_and_deletions() {
    let docs = docs().await;
    docs.put(&doc(0)).send().await.unwrap();
    let update = || docs.update(key()).add(|d| d.edits, 1);
    assert_eq!(update().send().await.unwrap().version, Some(2));
    assert_eq!(
        update().at_version(2).send().await.unwrap().version,
        Some(3)
    );
    assert_conflict(&update().at_version(2).send().await.unwrap_err(), 2, 3);
    assert_conflict(
        &update().at_version(u64::MAX).send().await.unwrap_err(),
        u64::MAX,
        3,
    );
    assert_eq!(update().return_new().send().await.unwrap().version, 4);
    assert_eq!(update().return_old().send().await.unwrap().version, 4);
    assert_eq!(docs.upsert(&doc(0)).send().await.unwrap().version, Some(6));
    assert_eq!(
        docs.upsert(&doc(0))
            .return_new()
            .send()
            .await
            .unwrap()
            .version,
        7
    );

    let old = is_fresh(&docs, key()).await;
    let new = Doc {
        text: "b".into(),
        ..old.clone()
    };
    assert_eq!(docs.save(&old, &new).send().await.unwrap().version, Some(8));
    assert_conflict(&docs.save(&old, &new).send().await.unwrap_err(), 7, 8);
    // A version alone is no difference.
    let same = Doc {
        version: 99,
        ..old.clone()
    };
    assert!(!docs.save(&old, &same).is_needed());
    assert_eq!(
        docs.save(&old, &same).send().await.unwrap().version,
        Some(7)
    );
    assert_eq!(
        is_fresh(&docs, key()).await,
        Doc {
            version: 8,
            ..new.clone()
        }
    );

    assert_conflict(
        &docs.delete(key()).at_version(7).send().await.unwrap_err(),
        7,
        8,
    );
    docs.delete(key()).at_version(8).send().await.unwrap();
    assert!(
        docs.delete(key())
            .at_version(8)
            .send()
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert!(
        docs.save(&old, &new)
            .send()
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert!(
        update()
            .at_version(8)
            .send()
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert_eq!(docs.upsert(&doc(5)).send().await.unwrap().version, Some(1));
}

#[tokio::test]
async fn a_condition_beside_the_version() {
    let docs = docs().await;
    docs.put(&doc(0)).send().await.unwrap();
    let update = docs.update(key()).add(|d| d.edits, 1).at_version(1);
    let error = update
        .condition(|d| d.edits.gt(5))
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
    assert_eq!(error.item::<Doc>().unwrap(), Some(doc(1)));
    // Handles of the version can be compared with.
    let update = docs
        .update(key())
        .add(|d| d.edits, 1)
        .condition(|d| d.version.eq(1));
    update.send().await.unwrap();
}

#[tokio::test]
async fn transactions() {
    let docs = docs().await;
    let other = Doc { id: 2, ..doc(0) };
    docs.transact_write()
        .put(docs.put(&doc(0)))
        .create(docs.create(other.clone()))
        .send()
        .await
        .unwrap();
    is_fresh(&docs, key()).await;
    let new = Doc {
        text: "b".into(),
        ..doc(1)
    };
    docs.transact_write()
        .save(docs.save(&doc(1), &new))
        .update(
            docs.update(Doc::key(2_u32))
                .add(|d| d.edits, 1)
                .at_version(1),
        )
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&docs, key()).await.version, 2);
    assert_eq!(is_fresh(&docs, Doc::key(2_u32)).await.version, 2);
    let error = docs
        .transact_write()
        .put(docs.put(&new))
        .delete(docs.delete(Doc::key(2_u32)).at_version(2))
        .send()
        .await
        .unwrap_err();
    let Error::TransactionCanceled(canceled) = error else {
        panic!("{error:?}")
    };
    let [first, second] = canceled.outcomes() else {
        panic!("{canceled}")
    };
    assert_eq!(first.kind(), OutcomeKind::VersionConflict);
    assert_eq!(first.item::<Doc>().unwrap().unwrap().version, 2);
    assert_eq!(second.kind(), OutcomeKind::NoError);
}

#[tokio::test]
async fn without_a_version() {
    let docs = docs().await;
    let plain = Plain {
        id: 1,
        text: "a".into(),
    };
    assert_eq!(docs.put(&plain).send().await.unwrap().version, None);
    assert_eq!(
        docs.create(Plain {
            id: 2,
            ..plain.clone()
        })
        .send()
        .await
        .unwrap()
        .text,
        "a"
    );
    assert_eq!(docs.upsert(&plain).send().await.unwrap().version, None);
    let new = Plain {
        text: "b".into(),
        ..plain.clone()
    };
    assert_eq!(docs.save(&plain, &new).send().await.unwrap().version, None);
}
