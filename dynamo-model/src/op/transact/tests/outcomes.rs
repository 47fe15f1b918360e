//! What the service says of each action, told of the operations.

use super::*;
use crate::transport::tests::shown;
use crate::{Outcome, OutcomeKind};

const ITEM: &str = r#"{"PK":{"S":"CUSTOMER#c"},"SK":{"S":"PROFILE"},"_type":{"S":"Customer"},"id":{"S":"c"},"name":{"S":"secret"}}"#;

#[tokio::test]
async fn each_operation_has_its_outcome() {
    let reasons = format!(
        r#"{{"Code":"None"}},
        {{"Code":"ConditionalCheckFailed","Message":"The conditional request failed","Item":{ITEM}}},
        {{"Code":"ConditionalCheckFailed","Message":"The conditional request failed"}},
        {{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"}},
        {{"Code":"ThrottlingError"}},
        {{"Code":"ValidationError","Message":"Value 'secret' at 'x' failed"}},
        {{"Code":"SomethingNew"}}"#
    );
    let (_, shop) = shop([cancelled_for(&reasons)]);
    let error = shop
        .transact_write()
        .put(shop.put(&order(0)))
        .put(shop.put(&customer("c")).if_absent())
        .delete(shop.delete(Order::key("c", 2_u32)).if_present())
        .check_exists(Order::key("c", 3_u32))
        .put(shop.put(&order(4)))
        .put(shop.put(&order(5)))
        .put(shop.put(&order(6)))
        .send()
        .await
        .unwrap_err();
    assert!(
        error.is_condition_failed() && error.is_transaction_conflict() && !error.is_retryable()
    );
    assert_eq!(
        error.to_string(),
        "TransactWriteItems on table `shop` was cancelled: \
         operation 1 (Put of `Customer`): the condition does not hold; \
         operation 2 (Delete of `Order`): there is no such item; \
         operation 3 (ConditionCheck of `Order`): another request on the item stood in the way; \
         operation 4 (Put of `Order`): throttled; \
         operation 5 (Put of `Order`): not valid for this item, Value '…' at 'x' failed; \
         operation 6 (Put of `Order`): SomethingNew"
    );
    assert!(!shown(&error).contains("secret"), "{}", shown(&error));
    let canceled = canceled(error);
    let kinds: Vec<OutcomeKind> = canceled.outcomes().iter().map(Outcome::kind).collect();
    assert_eq!(
        kinds,
        [
            OutcomeKind::NoError,
            OutcomeKind::ConditionFailed,
            OutcomeKind::NotFound,
            OutcomeKind::Conflict,
            OutcomeKind::Throttled,
            OutcomeKind::Invalid,
            OutcomeKind::Other,
        ]
    );
    let [fine, failed, missing, ..] = canceled.outcomes() else {
        panic!("{canceled:?}")
    };
    assert_eq!(
        (fine.action(), fine.entity(), fine.code()),
        ("Put", "Order", None)
    );
    assert_eq!(
        (failed.action(), failed.entity(), failed.code()),
        ("Put", "Customer", Some("ConditionalCheckFailed"))
    );
    assert!(failed.has_item() && !missing.has_item() && !fine.has_item());
    assert_eq!(failed.item::<Customer>().unwrap().unwrap().name, "secret");
    let other = failed.item::<Order>().unwrap_err();
    assert!(!shown(&other).contains("secret"), "{}", shown(&other));
    assert_eq!(missing.item::<Order>().unwrap(), None);
    assert_eq!(canceled.reasons().len(), 7);
    assert_eq!(
        canceled.reasons()[1]
            .item::<Customer>()
            .unwrap()
            .unwrap()
            .id,
        "c"
    );
    assert_eq!(
        canceled.outcomes()[5].message(),
        Some("Value 'secret' at 'x' failed")
    );
}

#[tokio::test]
async fn actions_that_go_with_an_operation_are_told_as_its_own() {
    let reasons = format!(
        r#"{{"Code":"None"}},{{"Code":"ConditionalCheckFailed","Item":{ITEM}}},{{"Code":"None"}},
        {{"Code":"None"}},
        {{"Code":"TransactionConflict"}},{{"Code":"None"}},{{"Code":"ConditionalCheckFailed"}},
        {{"Code":"ConditionalCheckFailed","Item":{ITEM}}},{{"Code":"ConditionalCheckFailed"}},{{"Code":"None"}}"#
    );
    let (_, shop) = shop([cancelled_for(&reasons)]);
    let new = |id: &str| shop.put(&member(id, id)).if_absent();
    let error = shop
        .transact_write()
        .put(new("a"))
        .delete(shop.delete(Order::key("c", 0_u32)))
        .put(new("b"))
        .put(new("c"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "TransactWriteItems on table `shop` was cancelled: \
         operation 0 (Put of `Member`): another item has the same `email`, which must be unique; \
         operation 2 (Put of `Member`): another item has the same `nick`, which must be unique; \
         operation 3 (Put of `Member`): the condition does not hold"
    );
    let canceled = canceled(error);
    let [first, fine, second, third] = canceled.outcomes() else {
        panic!("{canceled:?}")
    };
    assert_eq!(first.kind(), OutcomeKind::NotUnique);
    assert_eq!(first.field(), Some("email"));
    assert!(!first.has_item() && first.item::<Customer>().unwrap().is_none());
    assert_eq!(fine.kind(), OutcomeKind::NoError);
    // The conflict would have passed.
    assert_eq!(second.kind(), OutcomeKind::NotUnique);
    assert_eq!(third.item::<Customer>().unwrap().unwrap().id, "c");
}

#[tokio::test]
async fn an_engine_that_gives_no_reasons() {
    for members in [r#""Message":"m""#, r#""CancellationReasons":[]"#, ""] {
        let (_, shop) = shop([refusal(400, "TransactionCanceledException", members)]);
        let one = shop.transact_write().put(shop.put(&order(1)));
        let error = one.send().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "TransactWriteItems on table `shop` was cancelled"
        );
        let canceled = canceled(error);
        let [outcome] = canceled.outcomes() else {
            panic!("{canceled:?}")
        };
        assert_eq!((outcome.kind(), outcome.code()), (OutcomeKind::Other, None));
    }
}
