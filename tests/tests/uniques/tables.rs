//! Unique values on tables with keys of every type, with and without a type attribute.

use std::collections::BTreeSet;

use dynamo_model::prelude::*;
use dynamo_model::types::Binary;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

use super::{assert_not_unique, is_marker, raw_items};

/// The same story on tables with keys of every type.
macro_rules! tables {
    ($($name:ident: ($($table:tt)*), ($($keys:tt)*), $id:ty, $make:expr;)+) => {$(
        mod $name {
            use super::*;

            #[derive(Table)]
            #[table(name = "things", $($table)*, ttl = "gone_at", entities(Thing))]
            struct Things;

            #[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
            #[entity(table = Things, $($keys)*)]
            struct Thing {
                id: $id,
                rank: u32,
                #[entity(unique)]
                email: Option<String>,
                #[entity(unique)]
                code: u64,
                #[serde(default)]
                note: Option<String>,
            }

            fn thing(id: u8, email: Option<&str>, code: u64) -> Thing {
                let make: fn(u8) -> $id = $make;
                Thing { id: make(id), rank: 3, email: email.map(Into::into), code, note: None }
            }

            #[tokio::test]
            async fn unique_values() {
                let things = Things::on(client().await);
                things.create_table().send().await.unwrap();
                let count = async || {
                    let items = raw_items(things.client(), "things").await;
                    items.iter().filter(|item| is_marker(item)).count()
                };
                things.create(thing(1, Some("secret"), 1)).send().await.unwrap();
                things.create(thing(2, None, 2)).send().await.unwrap();
                assert_eq!(count().await, 3);
                let error = things.create(thing(3, Some("secret"), 3)).send().await.unwrap_err();
                assert_not_unique(&error, "Thing", "email");
                let error = things.put(&thing(2, None, 1)).send().await.unwrap_err();
                assert_not_unique(&error, "Thing", "code");
                let second = || Key::of(&thing(2, None, 2));
                let update = things.update(second()).set(|t| t.email, "secret");
                assert_not_unique(&update.send().await.unwrap_err(), "Thing", "email");
                things.update(second()).set(|t| t.email, "other").send().await.unwrap();
                assert_eq!(count().await, 4);
                things.put(&thing(1, None, 7)).send().await.unwrap();
                assert_eq!(count().await, 3);
                things.create(thing(3, Some("secret"), 1)).send().await.unwrap();

                let found = things.scan::<Thing>().collect().await.unwrap();
                let codes: BTreeSet<u64> = found.iter().map(|thing| thing.code).collect();
                assert_eq!(codes, BTreeSet::from([1, 2, 7]));
                for item in raw_items(things.client(), "things").await {
                    let marks = is_marker(&item);
                    let item = dynamo_model::Item::<Things>::from_attribute_values(&item);
                    assert_eq!(item.is::<Thing>(), !marks);
                    assert_eq!(item.decode::<Thing>().is_ok(), !marks);
                }
                // Exchanged, and then all deleted.
                let third = || Key::of(&thing(3, None, 0));
                things
                    .transact_write()
                    .update(things.update(second()).set(|t| t.email, "secret"))
                    .update(things.update(third()).set(|t| t.email, "other"))
                    .send()
                    .await
                    .unwrap();
                let old = things.delete(third()).return_old().send().await.unwrap();
                assert_eq!(old, Some(thing(3, Some("other"), 1)));
                for id in [1, 2] {
                    things.delete(Key::of(&thing(id, None, 0))).send().await.unwrap();
                }
                assert!(raw_items(things.client(), "things").await.is_empty());
            }
        }
    )+};
}

tables! {
    text: (pk = "PK"), (pk = "THING#{id}"), u32, |id| id.into();
    bare_text: (pk = "id"), (pk = "{id}"), String, |id| id.to_string();
    bare_text_without_type: (pk = "id", no_type_attribute), (pk = "{id}"), String, |id| id.to_string();
    lower_text_without_type: (pk = "PK", no_type_attribute), (pk = "{id:lower}"), String, |id| id.to_string();
    two_texts_without_type:
        (pk = "PK", sk = "SK", no_type_attribute), (pk = "THING#{id}", sk = "RANK"), u32, |id| id.into();
    number: (pk = N("id")), (pk = "{id}"), u32, |id| id.into();
    number_without_type: (pk = N("id"), no_type_attribute), (pk = "{id}"), u32, |id| id.into();
    exact_number_without_type:
        (pk = N("id"), no_type_attribute), (pk = "{id}"), dynamo_model::types::Number, |id| u64::from(id).into();
    binary: (pk = B("id")), (pk = "{id}"), Binary, |id| Binary::from(&[id, 255][..]);
    binary_without_type:
        (pk = B("id"), no_type_attribute), (pk = "{id}"), Binary, |id| Binary::from(&[id, 255][..]);
    number_below: (pk = "PK", sk = N("rank")), (pk = "THING#{id}", sk = "{rank}"), u32, |id| id.into();
    number_below_without_type:
        (pk = N("id"), sk = N("rank"), no_type_attribute), (pk = "{id}", sk = "{rank}"), i64, |id| id.into();
    binary_below: (pk = "PK", sk = B("id")), (pk = "THINGS", sk = "{id}"), Binary, |id| Binary::from(&[id][..]);
    binaries_without_type:
        (pk = B("id"), sk = B("SK"), no_type_attribute), (pk = "{id}", sk = "{id}"), Binary,
        |id| Binary::from(&[id][..]);
}
