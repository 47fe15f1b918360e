//! Writes whose first answer was lost on the way, on an engine that can lose answers.

use dynamo_model::embedded::{Engine, Fault};
use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "docs", pk = "PK", entities(Doc, Plain, Timed))]
struct Docs;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Docs, pk = "DOC#{id}")]
struct Doc {
    id: u32,
    text: String,
    edits: u64,
    #[entity(version)]
    version: u64,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Docs, pk = "PLAIN#{id}")]
struct Plain {
    id: u32,
    text: String,
    price: f64,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Docs, pk = "TIMED#{id}")]
struct Timed {
    id: u32,
    edits: u64,
    #[entity(version)]
    version: u64,
    #[entity(updated_at)]
    at: Option<jiff::Timestamp>,
}

async fn set_up() -> (Engine, Handle<Docs>) {
    let engine = Engine::memory().unwrap();
    let docs = Docs::on(engine.client());
    docs.create_table().send().await.unwrap();
    (engine, docs)
}

fn doc() -> Doc {
    Doc {
        id: 1,
        text: "a".into(),
        edits: 0,
        version: 0,
    }
}

fn plain() -> Plain {
    Plain {
        id: 1,
        text: "a".into(),
        price: 0.1,
    }
}

fn key() -> Key<Doc> {
    Doc::key(1_u32)
}

#[tokio::test]
async fn a_put_recognises_its_own_success() {
    let (engine, docs) = set_up().await;
    engine.faults().drop_response("PutItem", 1);
    docs.put(&plain()).if_absent().send().await.unwrap();
    engine.faults().drop_response("PutItem", 2);
    let out = docs.put(&doc()).if_absent().send().await.unwrap();
    assert_eq!(out.version, Some(1));
    engine.faults().drop_response("PutItem", 1);
    let out = docs
        .put(&Doc {
            version: 1,
            ..doc()
        })
        .send()
        .await
        .unwrap();
    assert_eq!(out.version, Some(2));
    docs.delete(key()).send().await.unwrap();
    engine.faults().drop_response("PutItem", 1);
    assert_eq!(docs.create(doc()).send().await.unwrap().version, 1);
    assert_eq!(engine.faults().pending(), 0);
}

#[tokio::test]
async fn what_others_have_written_is_not_its_own() {
    let (engine, docs) = set_up().await;
    docs.put(&plain()).send().await.unwrap();
    // The same in every attribute, and yet nobody lost an answer.
    let error = docs.put(&plain()).if_absent().send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
    // An answer that said that nothing was done was not lost.
    engine.faults().throttle("PutItem", 1);
    let error = docs.put(&plain()).if_absent().send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
    // Another item, although an answer was lost.
    engine.faults().drop_response("PutItem", 1);
    let other = Plain {
        text: "b".into(),
        ..plain()
    };
    let error = docs.put(&other).if_absent().send().await.unwrap_err();
    assert_eq!(error.item::<Plain>().unwrap(), Some(plain()));
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
}

#[tokio::test]
async fn an_update_recognises_its_own_success() {
    let (engine, docs) = set_up().await;
    docs.put(&doc()).send().await.unwrap();
    let update = |text: &str, version| docs.update(key()).set(|d| d.text, text).at_version(version);
    engine.faults().drop_response("UpdateItem", 1);
    assert_eq!(update("b", 1).send().await.unwrap().version, Some(2));
    engine.faults().add("UpdateItem", 1, Fault::ServerError);
    assert_eq!(update("c", 2).send().await.unwrap().version, Some(3));
    let old = docs.get(key()).send().await.unwrap().unwrap();
    let new = Doc {
        edits: 7,
        ..old.clone()
    };
    engine.faults().drop_response("UpdateItem", 1);
    assert_eq!(docs.save(&old, &new).send().await.unwrap().version, Some(4));
    // Without a lost answer the same is somebody else's.
    assert!(
        update("c", 3)
            .send()
            .await
            .unwrap_err()
            .is_version_conflict()
    );
    // With one it is somebody else's if it is not the same.
    engine.faults().drop_response("UpdateItem", 1);
    assert!(
        update("x", 3)
            .send()
            .await
            .unwrap_err()
            .is_version_conflict()
    );
    engine.faults().drop_response("UpdateItem", 1);
    assert!(
        update("c", 2)
            .send()
            .await
            .unwrap_err()
            .is_version_conflict()
    );
    assert_eq!(docs.get(key()).send().await.unwrap().unwrap().version, 4);
}

#[tokio::test]
async fn what_is_computed_proves_nothing_but_with_a_time() {
    let (engine, docs) = set_up().await;
    docs.put(&doc()).send().await.unwrap();
    docs.update(key()).add(|d| d.edits, 1).send().await.unwrap();
    // Somebody else has counted up from version 1 as well.
    engine.faults().drop_response("UpdateItem", 1);
    let update = docs.update(key()).add(|d| d.edits, 1).at_version(1);
    assert!(update.send().await.unwrap_err().is_version_conflict());
    assert_eq!(docs.get(key()).send().await.unwrap().unwrap().edits, 1);

    let timed = Timed {
        id: 1,
        edits: 0,
        version: 0,
        at: None,
    };
    docs.put(&timed).send().await.unwrap();
    let update = || {
        docs.update(Timed::key(1_u32))
            .add(|t| t.edits, 1)
            .at_version(1)
    };
    engine.faults().drop_response("UpdateItem", 1);
    assert_eq!(update().send().await.unwrap().version, Some(2));
    engine.faults().drop_response("UpdateItem", 1);
    assert!(update().send().await.unwrap_err().is_version_conflict());
}

#[tokio::test]
async fn a_deletion_recognises_its_own_success() {
    let (engine, docs) = set_up().await;
    docs.put(&doc()).send().await.unwrap();
    engine.faults().drop_response("DeleteItem", 1);
    docs.delete(key()).at_version(1).send().await.unwrap();
    let error = docs.delete(key()).at_version(1).send().await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    docs.put(&doc()).send().await.unwrap();
    engine.faults().drop_response("DeleteItem", 1);
    docs.delete(key()).if_present().send().await.unwrap();
}
