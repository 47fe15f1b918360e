//! What the derive prints stands in any module: names that are shadowed, raw ones, a crate under another name.

mod vendored {
    pub(super) use dynamo_model as ddb;
}

use super::{Customer, Line, Order, Shop, customer, order, shop};
use dynamo_model::Item;

/// Names of the prelude mean something else here.
mod shadowed {
    #![allow(dead_code, non_camel_case_types, reason = "they are in the way only")]

    type Result = ();
    type Option = ();
    type Vec = ();
    struct Some;
    struct None;
    struct Ok;
    struct Err;
    trait Collection {}
    trait Entity {}
    struct Table;
    struct Types;
    struct __Item;
    struct __SortKey;

    #[derive(dynamo_model::Collection)]
    #[collection(crate = "super::vendored::ddb", sort(number: u32))]
    pub(super) enum r#Both {
        r#Order(super::Order),
        Line(super::Line),
    }

    #[derive(dynamo_model::Collection)]
    #[collection(crate = "super::vendored::ddb")]
    pub(super) struct View {
        pub(super) items: std::vec::Vec<super::Order>,
        pub(super) r#type: std::option::Option<super::Customer>,
        #[collection(other)]
        pub(super) item: std::vec::Vec<super::Item<super::Shop>>,
    }
}

macro_rules! both {
    ($name:ident: $($variant:ident $entity:ty),+) => {
        #[derive(dynamo_model::Collection)]
        #[collection(sort(number: u32))]
        enum $name {
            $($variant($entity)),+
        }
    };
}
both!(Generated: Order Order, Line Line);

#[tokio::test]
async fn names_around_the_derive_do_not_matter() {
    let shop: dynamo_model::Handle<Shop> = shop().await;
    let both = shop.query(shadowed::Both::of("c").sort(|k| k.number.eq(1_u32)));
    assert_eq!(both.count().await.unwrap(), 3);
    let both = shop.query(Generated::of("c").sort(|k| k.number.eq(1_u32)));
    let first = both.first().await.unwrap();
    assert!(matches!(first, Some(Generated::Order(found)) if found == order(1, 10)));
    let view = shop.query(shadowed::View::of("c")).send().await.unwrap();
    let view = view.unwrap();
    assert_eq!(view.items.len(), 2);
    assert_eq!(view.r#type, Some::<Customer>(customer()));
    assert_eq!(view.item.len(), 4);
}

#[tokio::test]
async fn lines_of_a_generated_collection_are_read() {
    let shop = shop().await;
    let all = shop.query(Generated::of("c")).collect().await.unwrap();
    let lines = all.iter().filter_map(|item| match item {
        Generated::Line(line) => Some::<&Line>(line),
        Generated::Order(_) => None,
    });
    assert_eq!(lines.count(), 3);
}
