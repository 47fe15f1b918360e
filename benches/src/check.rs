//! Everybody does the same work: asserted before anything is measured.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::embedded::Engine;

use crate::contender::{Contenders, SHIPPED_NOTE, SHIPPING_CENTS};
use crate::measure::each;
use crate::order::{Order, Orders, Status, TABLE, order_id};
use crate::work::{Bench, Input, Operation};

/// The canned answers decode to the same orders.
///
/// # Panics
///
/// When they do not.
pub fn same_results() {
    for (contender, operation) in each() {
        let bench = Bench::new(contender, operation);
        let orders = bench.run(bench.prepare());
        let count = match operation {
            Operation::Get => 1,
            Operation::Put | Operation::Update | Operation::BatchWrite => 0,
            Operation::Query100 | Operation::BatchGet => 100,
            Operation::QueryPage => orders.len(),
        };
        let expected: Vec<Order> = (0..count).map(Order::example).collect();
        assert!(
            orders == expected,
            "{} of {}",
            operation.name(),
            contender.name()
        );
        assert!(
            operation != Operation::QueryPage || count > 1_000,
            "a full page"
        );
    }
}

/// The requests mean the same: run on an engine, they leave the same items behind and find the same.
///
/// # Errors
///
/// When the engine cannot be set up.
///
/// # Panics
///
/// When they do not mean the same.
pub fn same_requests() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut expected = None;
    for contender in Contenders::ALL {
        let client = Engine::memory()?.client();
        runtime.block_on(Orders::on(client.clone()).create_table().send())?;
        let performs = contender.on(client.clone());
        let perform = |input| performs.perform(&runtime, input);

        perform(Input::BatchWrite((0..25).map(Order::example).collect()));
        perform(Input::Put(Order::example(25)));
        perform(Input::Update(order_id(3)));
        let mut orders: Vec<Order> = (0..26).map(Order::example).collect();
        orders[3].status = Status::Shipped;
        orders[3].note = SHIPPED_NOTE.to_owned();
        orders[3].total_cents += SHIPPING_CENTS;
        assert_eq!(
            perform(Input::Get(order_id(3))),
            orders[3..4],
            "get of {}",
            contender.name()
        );
        assert_eq!(
            perform(Input::Query),
            orders,
            "query of {}",
            contender.name()
        );
        if contender.can(Operation::BatchGet) {
            let mut read = perform(Input::BatchGet((0..10).map(order_id).collect()));
            read.sort_by(|one, other| one.order_id.cmp(&other.order_id));
            assert_eq!(read, orders[..10], "batch get of {}", contender.name());
        }

        let items = runtime.block_on(items(&client))?;
        let expected = expected.get_or_insert_with(|| items.clone());
        assert_eq!(&items, expected, "items of {}", contender.name());
    }
    Ok(())
}

/// What is in the table, attributes and items in order.
async fn items(
    client: &Client,
) -> Result<Vec<Vec<(String, AttributeValue)>>, aws_sdk_dynamodb::Error> {
    let items = client
        .scan()
        .table_name(TABLE)
        .send()
        .await?
        .items
        .unwrap_or_default();
    let sorted = items.into_iter().map(|item| {
        let mut attributes: Vec<_> = item.into_iter().collect();
        attributes.sort_by(|(one, _), (other, _)| one.cmp(other));
        attributes
    });
    let mut items: Vec<_> = sorted.collect();
    items.sort_by_key(|attributes| {
        format!("{:?}", attributes.iter().find(|(name, _)| name == "SK"))
    });
    Ok(items)
}
