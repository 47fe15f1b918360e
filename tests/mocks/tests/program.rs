//! One program of many operations against mocked outputs, both ways through the SDK.

mod shop;

use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    FinalizerInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::{
    batch_get_item::BatchGetItemOutput, batch_write_item::BatchWriteItemOutput,
    create_table::CreateTableOutput, delete_item::DeleteItemOutput,
    execute_statement::ExecuteStatementOutput, get_item::GetItemOutput, put_item::PutItemError,
    put_item::PutItemOutput, query::QueryOutput, scan::ScanOutput,
    transact_get_items::TransactGetItemsOutput, transact_write_items::TransactWriteItemsError,
    transact_write_items::TransactWriteItemsOutput, update_item::UpdateItemOutput,
};
use aws_sdk_dynamodb::types::error::{
    ConditionalCheckFailedException, TransactionCanceledException,
};
use aws_sdk_dynamodb::types::{
    CancellationReason, ConsumedCapacity, DeleteRequest, ItemResponse, KeysAndAttributes,
    TableDescription, TableStatus, WriteRequest,
};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_mocks::{
    MockResponseInterceptor, Rule, RuleMode, create_mock_http_client, mock, mock_client,
};
use dynamo_model::prelude::*;
use dynamo_model::{Meter, OutcomeKind};

use self::shop::{Order, Shop, item, key, order};

/// The rules, each for one table; what they look at of an input beyond its table only a full input has.
struct Rules(Vec<(&'static str, Rule)>);

fn rules(full: bool) -> Rules {
    Rules(vec![
        (
            "create table",
            mock!(Client::create_table)
                .match_requests(|input| input.table_name() == Some("shop"))
                .then_output(|| {
                    let table = TableDescription::builder().table_name("shop");
                    let table = table.table_status(TableStatus::Creating).build();
                    CreateTableOutput::builder()
                        .table_description(table)
                        .build()
                }),
        ),
        (
            "put",
            mock!(Client::put_item)
                .match_requests(move |input| {
                    input.table_name() == Some("shop")
                        && (!full || input.item().is_some_and(|sent| *sent == item(1)))
                })
                .sequence()
                .output(|| PutItemOutput::builder().build())
                .error(|| {
                    let failed = ConditionalCheckFailedException::builder()
                        .message("The conditional request failed")
                        .set_item(Some(item(1)))
                        .build();
                    PutItemError::ConditionalCheckFailedException(failed)
                })
                .build(),
        ),
        (
            "get",
            mock!(Client::get_item)
                .match_requests(move |input| {
                    input.table_name() == Some("shop")
                        && (!full || input.key() == Some(&key(1)))
                        && (!full || input.consistent_read() == Some(true))
                })
                .sequence()
                .output(|| {
                    let consumed = ConsumedCapacity::builder().table_name("shop");
                    GetItemOutput::builder()
                        .set_item(Some(item(1)))
                        .consumed_capacity(consumed.capacity_units(0.5).build())
                        .build()
                })
                .output(|| GetItemOutput::builder().build())
                .build(),
        ),
        (
            "query",
            mock!(Client::query)
                .match_requests(move |input| {
                    input.table_name() == Some("shop")
                        && (!full || input.key_condition_expression().is_some())
                })
                .sequence()
                .output(|| {
                    QueryOutput::builder()
                        .items(item(1))
                        .items(item(2))
                        .set_last_evaluated_key(Some(key(2)))
                        .build()
                })
                .output(|| QueryOutput::builder().items(item(3)).build())
                .build(),
        ),
        (
            "scan",
            mock!(Client::scan).then_output(|| ScanOutput::builder().items(item(4)).build()),
        ),
        (
            "update",
            mock!(Client::update_item)
                .match_requests(move |input| {
                    !full
                        || input.update_expression().is_some()
                            && input
                                .return_values()
                                .is_some_and(|v| v.as_str() == "ALL_NEW")
                })
                .then_output(|| {
                    UpdateItemOutput::builder()
                        .set_attributes(Some(item(5)))
                        .build()
                }),
        ),
        (
            "delete",
            mock!(Client::delete_item).then_output(|| {
                DeleteItemOutput::builder()
                    .set_attributes(Some(item(1)))
                    .build()
            }),
        ),
        (
            "transact write",
            mock!(Client::transact_write_items)
                .match_requests(move |input| {
                    !full
                        || input.transact_items().len() == 2
                            && input.client_request_token().is_some()
                })
                .sequence()
                .output(|| TransactWriteItemsOutput::builder().build())
                .error(|| {
                    let none = CancellationReason::builder().code("None").build();
                    let failed = CancellationReason::builder()
                        .code("ConditionalCheckFailed")
                        .message("The conditional request failed")
                        .set_item(Some(item(2)));
                    let canceled = TransactionCanceledException::builder()
                        .cancellation_reasons(none)
                        .cancellation_reasons(failed.build());
                    TransactWriteItemsError::TransactionCanceledException(canceled.build())
                })
                .build(),
        ),
        (
            "transact get",
            mock!(Client::transact_get_items).then_output(|| {
                TransactGetItemsOutput::builder()
                    .responses(ItemResponse::builder().set_item(Some(item(1))).build())
                    .responses(ItemResponse::builder().build())
                    .build()
            }),
        ),
        (
            "batch write",
            mock!(Client::batch_write_item)
                .sequence()
                .output(|| {
                    let delete = DeleteRequest::builder()
                        .set_key(Some(key(2)))
                        .build()
                        .unwrap();
                    let left = WriteRequest::builder().delete_request(delete).build();
                    BatchWriteItemOutput::builder()
                        .unprocessed_items("shop", vec![left])
                        .build()
                })
                .output(|| BatchWriteItemOutput::builder().build())
                .build(),
        ),
        (
            "batch get",
            mock!(Client::batch_get_item)
                .sequence()
                .output(|| {
                    let left = KeysAndAttributes::builder().keys(key(2)).build().unwrap();
                    BatchGetItemOutput::builder()
                        .responses("shop", vec![item(1)])
                        .unprocessed_keys("shop", left)
                        .build()
                })
                .output(|| {
                    BatchGetItemOutput::builder()
                        .responses("shop", vec![item(2)])
                        .build()
                })
                .build(),
        ),
        (
            "statement",
            mock!(Client::execute_statement)
                .sequence()
                .output(|| {
                    ExecuteStatementOutput::builder()
                        .items(item(1))
                        .next_token("more")
                        .build()
                })
                .output(|| ExecuteStatementOutput::builder().items(item(2)).build())
                .build(),
        ),
    ])
}

/// What an application does, and what its test expects of it.
async fn program(shop: &Handle<Shop>) -> Result<(), Error> {
    let created = shop.create_table().send().await?;
    assert_eq!(created.table_status(), Some(&TableStatus::Creating));

    shop.put(&order(1)).send().await?;
    let taken = shop.put(&order(1)).if_absent().send().await.unwrap_err();
    assert!(taken.is_condition_failed(), "{taken}");
    assert_eq!(taken.item::<Order>()?, Some(order(1)));

    let meter = Meter::new();
    let get = || shop.get(key_of(1)).consistent();
    assert_eq!(get().meter(&meter).send().await?, Some(order(1)));
    assert_eq!(get().send().await?, None);

    let orders = shop.query(Order::of("c-1")).collect().await?;
    assert_eq!(orders, [order(1), order(2), order(3)]);
    assert_eq!(shop.scan::<Order>().collect().await?, [order(4)]);

    let updated = shop.update(key_of(5)).set(|o| o.total_cents, 500_u64);
    let updated = updated.return_new().send().await?;
    assert_eq!(updated, order(5));
    let deleted = shop.delete(key_of(1)).return_old().send().await?;
    assert_eq!(deleted, Some(order(1)));

    let transaction = || {
        shop.transact_write()
            .put(shop.put(&order(1)))
            .put(shop.put(&order(2)).if_absent())
    };
    transaction().send().await?;
    let Err(Error::TransactionCanceled(canceled)) = transaction().send().await else {
        panic!("it is cancelled")
    };
    let kinds: Vec<_> = canceled
        .outcomes()
        .iter()
        .map(|outcome| outcome.kind())
        .collect();
    assert_eq!(kinds, [OutcomeKind::NoError, OutcomeKind::ConditionFailed]);
    assert_eq!(canceled.reasons()[1].item::<Order>()?, Some(order(2)));
    let read = shop.transact_get((key_of(1), key_of(2))).send().await?;
    assert_eq!(read, (Some(order(1)), None));

    let batch = shop.batch_write().put(&order(1)).delete(key_of(2));
    batch.send().await?.complete()?;
    let read = shop
        .batch_get([key_of(1), key_of(2)])
        .send()
        .await?
        .complete()?;
    assert_eq!(read, [order(1), order(2)]);

    let statement = shop.statement("SELECT * FROM {table} WHERE PK = ?");
    let rows: Vec<Order> = statement.value("CUSTOMER#c-1").collect().await?;
    assert_eq!(rows, [order(1), order(2)]);
    Ok(())
}

fn key_of(number: u32) -> Key<Order> {
    Order::key("c-1", number)
}

fn all_were_used(rules: &Rules) {
    for (name, rule) in &rules.0 {
        assert!(rule.num_calls() > 0, "{name}");
    }
}

#[tokio::test]
async fn a_mocked_client() {
    let rules = rules(true);
    let all = rules.0.iter().map(|(_, rule)| rule);
    let shop = Shop::on(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, all));
    program(&shop).await.unwrap();
    all_were_used(&rules);
}

/// The same interceptor under another name, so that the client is not taken for a mock.
#[derive(Debug)]
struct Disguised(MockResponseInterceptor);

impl Intercept for Disguised {
    fn name(&self) -> &'static str {
        "disguised"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.read_before_serialization(context, components, cfg)
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.modify_before_transmit(context, components, cfg)
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0
            .modify_before_attempt_completion(context, components, cfg)
    }
}

fn disguised(rules: &Rules) -> Client {
    let mut mocks = MockResponseInterceptor::new().rule_mode(RuleMode::MatchAny);
    for (_, rule) in &rules.0 {
        mocks = mocks.with_rule(rule);
    }
    let config = Config::builder()
        .with_test_defaults_v2()
        .http_client(create_mock_http_client())
        .interceptor(Disguised(mocks));
    Client::from_conf(config.build())
}

#[tokio::test]
async fn outputs_are_answers_where_nobody_knows_of_mocks() {
    let rules = rules(false);
    program(&Shop::on(disguised(&rules))).await.unwrap();
    all_were_used(&rules);
}

#[tokio::test]
async fn a_handle_that_is_told_to_take_the_sdks_types() {
    let rules = rules(true);
    let shop = Shop::on(disguised(&rules)).through_sdk_types();
    program(&shop.named("shop")).await.unwrap();
    all_were_used(&rules);
}
