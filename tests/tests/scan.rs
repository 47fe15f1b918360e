//! Scans of one entity in a table of many.

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::prelude::*;
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// One model with a type attribute, and the same without.
macro_rules! model {
    ($table:ident, $cat:ident, $dog:ident, $($arg:ident)?) => {
        #[derive(Table)]
        #[table(name = "pets", pk = "PK", sk = "SK", $($arg,)? entities($cat, $dog))]
        struct $table;

        #[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
        #[entity(table = $table, pk = "OWNER#{owner}", sk = "CAT#{number}", type = "cat", type_aliases("Cat", "CAT"))]
        struct $cat {
            owner: String,
            number: u8,
            name: Option<String>,
        }

        #[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
        #[entity(table = $table, pk = "OWNER#{owner}", sk = "DOG#{number}", type = "dog")]
        struct $dog {
            owner: String,
            number: u8,
        }
    };
}

model!(Typed, TypedCat, TypedDog,);
model!(Bare, BareCat, BareDog, no_type_attribute);

async fn table<T: Table>() -> Handle<T> {
    let handle = Handle::<T>::new(client().await);
    handle.create_table().send().await.unwrap();
    handle
}

/// An item that no entity of ours wrote.
async fn put<T: Table>(handle: &Handle<T>, attributes: &[(&str, AttributeValue)]) {
    let mut put = handle.client().put_item().table_name(handle.name());
    for (name, value) in attributes {
        put = put.item(*name, value.clone());
    }
    put.send().await.unwrap();
}

macro_rules! mixed {
    ($table:ty, $cat:ident, $dog:ident) => {{
        let pets = table::<$table>().await;
        let mut cats = Vec::new();
        for number in 0..12 {
            let owner = format!("o{}", number % 4);
            let cat = $cat {
                owner: owner.clone(),
                number,
                name: (number % 2 == 0).then(|| "Tom".into()),
            };
            pets.put(&cat).send().await.unwrap();
            pets.put(&$dog { owner, number }).send().await.unwrap();
            cats.push(cat);
        }
        put(&pets, &[("PK", s("CONFIG")), ("SK", s("CONFIG"))]).await;
        put(&pets, &[("PK", s("OWNER#x")), ("SK", s("CATALOGUE"))]).await;
        put(&pets, &[("PK", s("SHOP#o1")), ("SK", s("CAT#003"))]).await;
        (pets, cats)
    }};
}

#[tokio::test]
async fn only_items_of_the_entity_are_returned() {
    let (pets, cats) = mixed!(Typed, TypedCat, TypedDog);
    for size in [1, 5, 1000] {
        let mut found = pets
            .scan::<TypedCat>()
            .page_size(size)
            .collect()
            .await
            .unwrap();
        found.sort_by_key(|cat| cat.number);
        assert_eq!(found, cats);
    }
    let dogs = pets
        .scan::<TypedDog>()
        .consistent()
        .collect()
        .await
        .unwrap();
    assert_eq!(dogs.len(), 12);
}

#[tokio::test]
async fn the_same_without_a_type_attribute() {
    let (pets, cats) = mixed!(Bare, BareCat, BareDog);
    // Its key begins like a cat's and is none.
    put(&pets, &[("PK", s("OWNER#x")), ("SK", s("CAT#many"))]).await;
    for size in [1, 5, 1000] {
        let mut found = pets
            .scan::<BareCat>()
            .page_size(size)
            .collect()
            .await
            .unwrap();
        found.sort_by_key(|cat| cat.number);
        assert_eq!(found, cats);
    }
    let dogs = pets.scan::<BareDog>().consistent().collect().await.unwrap();
    assert_eq!(dogs.len(), 12);
}

#[tokio::test]
async fn take_and_first_count_items_of_the_entity() {
    let (pets, _) = mixed!(Typed, TypedCat, TypedDog);
    for take in [0, 1, 5, 12, 13] {
        let found = pets
            .scan::<TypedCat>()
            .take(take)
            .page_size(3)
            .collect()
            .await;
        assert_eq!(found.unwrap().len(), take.min(12));
    }
    assert!(pets.scan::<TypedDog>().first().await.unwrap().is_some());
    let mut items = pets.scan::<TypedDog>().items();
    while items.try_next().await.unwrap().is_some() {}
    // All that the table holds.
    assert_eq!(items.scanned_count(), 27);
}

#[tokio::test]
async fn aliases_of_the_type_are_found_too() {
    let (pets, cats) = mixed!(Typed, TypedCat, TypedDog);
    let old = |number: &str, kind: &str| {
        [
            ("PK", s("OWNER#old")),
            ("SK", s(&format!("CAT#{number}"))),
            ("_type", s(kind)),
            ("owner", s("old")),
            ("number", AttributeValue::N(number.into())),
        ]
    };
    put(&pets, &old("101", "Cat")).await;
    put(&pets, &old("102", "CAT")).await;
    put(&pets, &old("103", "Lion")).await;
    let found = pets.scan::<TypedCat>().collect().await.unwrap();
    assert_eq!(found.len(), cats.len() + 2);
}

/// A segment that is at its end makes room for the next, also if it had no item to hand out.
#[tokio::test]
async fn more_segments_than_are_read_at_a_time() {
    let (pets, cats) = mixed!(Typed, TypedCat, TypedDog);
    for (segments, concurrency) in [(2, 1), (20, 1), (20, 3), (100, 8)] {
        let scan = || {
            let scan = pets.scan::<TypedCat>().segments(segments);
            scan.concurrency(concurrency)
        };
        let mut found = scan().collect().await.unwrap();
        found.sort_by_key(|cat| cat.number);
        assert_eq!(found, cats, "{segments} by {concurrency}");
        assert_eq!(scan().count().await.unwrap(), 12);
        let everything = pets.scan_all().segments(segments).concurrency(concurrency);
        assert_eq!(everything.count().await.unwrap(), 27);
        let mut pages = scan().pages();
        let mut paged = 0;
        while let Some(page) = pages.try_next().await.unwrap() {
            paged += page.items.len();
        }
        assert_eq!(paged, 12);
    }
}
