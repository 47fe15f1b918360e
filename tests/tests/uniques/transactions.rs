//! Unique values in transactions of the caller.

use dynamo_model::prelude::*;
use dynamo_model::{OutcomeKind, TransactionCanceled};

use super::{Member, User, assert_taken, key, member, shop, taken, user};

#[track_caller]
fn canceled(error: Error) -> TransactionCanceled {
    match error {
        Error::TransactionCanceled(canceled) => canceled,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn transactions() {
    let shop = shop().await;
    shop.transact_write()
        .put(shop.put(&user(1, "a")))
        .create(shop.create(user(2, "b")))
        .upsert(shop.upsert(&user(3, "c")))
        .put(shop.put(&member("t", 1, "a")))
        .send()
        .await
        .unwrap();
    let all = [
        ("Member#email#TENANT#t#a", "TENANT#t"),
        ("User#email#a", "USER#1"),
        ("User#email#b", "USER#2"),
        ("User#email#c", "USER#3"),
    ];
    assert_taken(&taken(&shop).await, &all);
    let error = shop
        .transact_write()
        .check_exists(Member::key("t", 1_u32))
        .update(shop.update(key(1)).set(|u| u.email, "secret-b"))
        .put(shop.put(&user(4, "b")))
        .put(shop.put(&user(5, "e")))
        .send()
        .await
        .unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"));
    assert_eq!(
        error.to_string(),
        "TransactWriteItems on table `shop` was cancelled: operation 2 (Put of `User`): another item has the same \
         `email`, which must be unique"
    );
    let outcomes = canceled(error);
    let outcomes = outcomes.outcomes();
    assert_eq!(outcomes.len(), 4);
    assert_eq!(outcomes[2].kind(), OutcomeKind::NotUnique);
    assert_eq!(outcomes[2].field(), Some("email"));
    assert!(!outcomes[2].has_item());
    assert_eq!(outcomes[1].kind(), OutcomeKind::NoError);
    assert_taken(&taken(&shop).await, &all);

    // A failed condition of the caller's, in the midst of claims.
    let error = shop
        .transact_write()
        .update(shop.update(key(1)).set(|u| u.email, "x"))
        .update(
            shop.update(key(2))
                .set(|u| u.email, "y")
                .condition(|u| u.visits.gt(7)),
        )
        .update(shop.update(key(9)).set(|u| u.email, "z"))
        .put(shop.put(&user(3, "c")).if_absent())
        .send()
        .await
        .unwrap_err();
    let outcomes = canceled(error);
    let kinds: Vec<_> = outcomes.outcomes().iter().map(|o| o.kind()).collect();
    assert_eq!(
        kinds,
        [
            OutcomeKind::NoError,
            OutcomeKind::ConditionFailed,
            OutcomeKind::NotFound,
            OutcomeKind::ConditionFailed
        ]
    );
    assert_eq!(
        outcomes.outcomes()[1]
            .item::<User>()
            .unwrap()
            .unwrap()
            .email,
        "b"
    );
    shop.transact_write()
        .delete(shop.delete(key(1)))
        .delete(shop.delete(key(2)))
        .delete(shop.delete(Member::key("t", 1_u32)))
        .update(shop.update(key(3)).set(|u| u.nick, "n"))
        .send()
        .await
        .unwrap();
    let left = [("User#email#c", "USER#3"), ("User#nick#n", "USER#3")];
    assert_taken(&taken(&shop).await, &left);
}

#[tokio::test]
async fn markers_count_towards_the_limit() {
    let shop = shop().await;
    let all = |count: u32| {
        (0..count).fold(shop.transact_write(), |all, id| {
            let put = shop.put(&user(id, &format!("u{id}"))).if_absent();
            all.put(put)
        })
    };
    let error = all(51).send().await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    assert!(
        error.to_string().contains("51 operations, which are 102"),
        "{error}"
    );
    all(50).send().await.unwrap();
    assert_eq!(taken(&shop).await.len(), 50);
}

#[tokio::test]
async fn values_change_hands_in_one_transaction() {
    let shop = shop().await;
    shop.put(&user(1, "a")).send().await.unwrap();
    shop.put(&user(2, "b")).send().await.unwrap();
    // Exchanged.
    shop.transact_write()
        .update(shop.update(key(1)).set(|u| u.email, "b"))
        .update(shop.update(key(2)).set(|u| u.email, "a"))
        .send()
        .await
        .unwrap();
    let all = [("User#email#a", "USER#2"), ("User#email#b", "USER#1")];
    assert_taken(&taken(&shop).await, &all);
    // Passed on, in both orders.
    shop.transact_write()
        .delete(shop.delete(key(2)))
        .put(shop.put(&user(3, "a")).if_absent())
        .send()
        .await
        .unwrap();
    shop.transact_write()
        .create(shop.create(user(4, "a")))
        .update(shop.update(key(3)).set(|u| u.email, "c"))
        .send()
        .await
        .unwrap();
    let all = [
        ("User#email#a", "USER#4"),
        ("User#email#b", "USER#1"),
        ("User#email#c", "USER#3"),
    ];
    assert_taken(&taken(&shop).await, &all);
    // Given up without having it.
    let error = shop
        .transact_write()
        .delete(shop.delete(key(4)).condition(|u| u.visits.gt(3)))
        .create(shop.create(user(5, "a")))
        .send()
        .await
        .unwrap_err();
    let outcomes = canceled(error);
    assert_eq!(outcomes.outcomes()[0].kind(), OutcomeKind::ConditionFailed);
    // Given to two.
    let error = shop
        .transact_write()
        .create(shop.create(user(6, "secret")))
        .check_exists(key(1))
        .create(shop.create(user(7, "secret")))
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        "operations 0 and 2 of a transaction give two items the same `email`, which is unique in `User`: choose \
         another value"
    );
    assert_taken(&taken(&shop).await, &all);
}
