//! What rules can say beside outputs: HTTP answers, sequences, retries, computed outputs.

mod shop;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::ErrorMetadata;
use aws_sdk_dynamodb::operation::get_item::{GetItemError, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_smithy_mocks::{MockResponse, Rule, RuleMode, mock, mock_client};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use dynamo_model::prelude::*;
use std::time::Duration;

use self::shop::{Order, Shop, item, key, order};

fn shop(rules: &[&Rule]) -> Handle<Shop> {
    let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    Shop::on(mock_client!(
        aws_sdk_dynamodb,
        RuleMode::MatchAny,
        rules.iter().copied(),
        |config| config.retry_config(retry.clone())
    ))
}

fn http(status: u16, body: &'static str) -> HttpResponse {
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
}

async fn get(shop: &Handle<Shop>) -> Result<Option<Order>, Error> {
    shop.get(Order::key("c-1", 1_u32)).send().await
}

#[tokio::test]
async fn http_answers() {
    let found = mock!(Client::get_item).then_http_response(|| {
        http(
            200,
            r#"{"Item":{"customer_id":{"S":"c-1"},"number":{"N":"1"},"total_cents":{"N":"100"},"tags":{"L":[{"S":"gift \"wrapped\""}]}}}"#,
        )
    });
    assert_eq!(get(&shop(&[&found])).await.unwrap(), Some(order(1)));
    let missing = mock!(Client::get_item).then_http_response(|| {
        http(
            400,
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no"}"#,
        )
    });
    let error = get(&shop(&[&missing])).await.unwrap_err();
    assert!(error.is_table_not_found(), "{error}");
}

#[tokio::test]
async fn the_sdk_retries() {
    let rule = mock!(Client::get_item)
        .sequence()
        .http_status(503, None)
        .times(2)
        .output(|| GetItemOutput::builder().set_item(Some(item(1))).build())
        .build();
    assert_eq!(get(&shop(&[&rule])).await.unwrap(), Some(order(1)));
    assert_eq!(rule.num_calls(), 3);
}

#[tokio::test]
async fn outputs_that_are_computed_from_inputs() {
    let rule = mock!(Client::put_item).then_compute_response(|input| {
        if input.item() == Some(&item(1)) {
            MockResponse::Output(PutItemOutput::builder().build())
        } else {
            let meta = ErrorMetadata::builder().code("ValidationException");
            MockResponse::Error(PutItemError::generic(meta.message("not that one").build()))
        }
    });
    let shop = shop(&[&rule]);
    shop.put(&order(1)).send().await.unwrap();
    let error = shop.put(&order(2)).send().await.unwrap_err();
    assert!(matches!(error, Error::Validation(_)), "{error:?}");
    assert!(error.to_string().contains("not that one"), "{error}");
}

#[tokio::test]
async fn rules_that_match_on_keys() {
    let rule = |number| {
        mock!(Client::get_item)
            .match_requests(move |input| input.key() == Some(&key(number)))
            .then_output(move || {
                GetItemOutput::builder()
                    .set_item(Some(item(number)))
                    .build()
            })
    };
    let (first, second) = (rule(1), rule(2));
    let shop = shop(&[&first, &second]);
    for number in [2_u32, 1, 2] {
        let found = shop.get(Order::key("c-1", number)).send().await.unwrap();
        assert_eq!(found, Some(order(number)));
    }
    assert_eq!((first.num_calls(), second.num_calls()), (1, 2));
}

#[tokio::test]
async fn an_error_that_is_none_of_dynamodbs() {
    let rule = mock!(Client::get_item).then_error(|| GetItemError::unhandled("out of luck"));
    let error = get(&shop(&[&rule])).await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
}

#[tokio::test]
async fn a_failed_condition_without_the_item() {
    let failed = || {
        let failed = ConditionalCheckFailedException::builder().build();
        PutItemError::ConditionalCheckFailedException(failed)
    };
    let rule = mock!(Client::put_item).then_error(failed);
    let shop = shop(&[&rule]);
    // The item that must not be there is there.
    let error = shop.put(&order(1)).if_absent().send().await.unwrap_err();
    assert!(error.is_condition_failed(), "{error:?}");
    assert!(error.item::<Order>().unwrap().is_none());
    let error = shop.create(order(1)).send().await.unwrap_err();
    assert!(error.is_condition_failed(), "{error:?}");
    // The one that must be there is not: an answer with an item would be another error.
    let rule = mock!(Client::update_item).then_error(|| {
        let failed = ConditionalCheckFailedException::builder().build();
        UpdateItemError::ConditionalCheckFailedException(failed)
    });
    let shop = crate::shop(&[&rule]);
    let update = shop
        .update(Order::key("c-1", 1_u32))
        .set(|o| o.total_cents, 5_u64);
    let error = update.send().await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
}
