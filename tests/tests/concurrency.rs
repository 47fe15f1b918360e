//! One handle for everybody.

use std::future::Future;

use dynamo_model::prelude::*;
use dynamo_model::{Items, Meter, Sending, WriteOutput};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "notes", pk = "PK", sk = "SK", entities(Note))]
struct Notes;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Notes, pk = "NOTE", sk = "NOTE#{id}")]
struct Note {
    id: u32,
    text: String,
}

fn note(id: u32) -> Note {
    Note {
        id,
        text: format!("note {id}"),
    }
}

#[tokio::test]
async fn handles_and_futures_go_everywhere() {
    fn anywhere<T: Send + Sync + Clone + 'static>(_: &T) {}
    fn shared<T: Send + Sync + 'static>() {}
    fn sent<T: Send + 'static>(_: &T) {}
    fn future<T>(_: &(impl Future<Output = Result<T, Error>> + Send + 'static)) {}

    let notes = Notes::on(client().await);
    anywhere(&notes);
    anywhere(&Meter::new());
    anywhere(&Note::key(1));
    shared::<Error>();
    sent(&notes.put(&note(1)));
    sent(&notes.get(Note::key(1)));
    sent(&notes.delete(Note::key(1)));
    sent(&notes.query(Note::of()));
    sent(&notes.scan::<Note>());
    sent(&notes.create_table());
    sent::<Items<Note>>(&notes.query(Note::of()).items());
    future::<WriteOutput>(&notes.put(&note(1)).send());
    future::<()>(&notes.delete(Note::key(1)).send());
    future::<Option<Note>>(&notes.put(&note(1)).return_old().send());
    future::<Option<Note>>(&notes.get(Note::key(1)).send());
    future::<Option<Note>>(&notes.delete(Note::key(1)).return_old().send());
    future::<Vec<Note>>(&notes.query(Note::of()).collect());
    future::<Option<Note>>(&notes.query(Note::of()).first());
    future::<Vec<Note>>(&notes.scan::<Note>().collect());
    future(&notes.create_table().send());
    future::<()>(&notes.verify());
    // A future can be kept under a name.
    let named: Sending<Option<Note>> = notes.get(Note::key(1)).send();
    drop(named);
    // A stream can be read in a task.
    let mut items = notes.query(Note::of()).items();
    let task = tokio::spawn(async move { items.try_next().await.is_err() });
    assert!(task.await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_at_once_through_one_handle() {
    let notes = Notes::on(client().await);
    notes.create_table().send().await.unwrap();
    let meter = Meter::new();
    let tasks: Vec<_> = (0..64)
        .map(|id| {
            let (notes, meter) = (notes.clone(), meter.clone());
            tokio::spawn(async move {
                notes
                    .put(&note(id))
                    .if_absent()
                    .meter(&meter)
                    .send()
                    .await?;
                let read = notes.get(Note::key(id)).consistent().send().await?;
                assert_eq!(read, Some(note(id)));
                notes.query(Note::of()).first().await
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap().is_some());
    }
    let all = notes
        .query(Note::of())
        .consistent()
        .collect()
        .await
        .unwrap();
    assert_eq!(all, (0..64).map(note).collect::<Vec<_>>());
    assert!((meter.total().capacity_units - 64.0).abs() < 1e-9);
}

/// Only one of many can be first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn if_absent_lets_one_of_many_through() {
    let notes = Notes::on(client().await);
    notes.create_table().send().await.unwrap();
    let tasks: Vec<_> = (0..32)
        .map(|number| {
            let notes = notes.clone();
            let mine = Note {
                text: format!("writer {number}"),
                ..note(1)
            };
            tokio::spawn(async move { notes.put(&mine).if_absent().send().await })
        })
        .collect();
    let mut winners = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => winners += 1,
            Err(error) => assert!(error.item::<Note>().unwrap().is_some()),
        }
    }
    assert_eq!(winners, 1);
}
