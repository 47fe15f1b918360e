//! From a request body to the SDK's input.
//!
//! The body is one that this crate has written, so it has the members that its operations write: all of today's API, and
//! none of the legacy parameters. A member that is not known here is an error, never left out.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::{
    batch_get_item::builders::BatchGetItemFluentBuilder,
    batch_write_item::builders::BatchWriteItemFluentBuilder,
    delete_item::builders::DeleteItemFluentBuilder,
    execute_statement::builders::ExecuteStatementFluentBuilder,
    get_item::builders::GetItemFluentBuilder, put_item::builders::PutItemFluentBuilder,
    query::builders::QueryFluentBuilder, scan::builders::ScanFluentBuilder,
    transact_get_items::builders::TransactGetItemsFluentBuilder,
    transact_write_items::builders::TransactWriteItemsFluentBuilder,
    update_item::builders::UpdateItemFluentBuilder,
};
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, DeleteRequest, Get, KeysAndAttributes, Put, PutRequest,
    TransactGetItem, TransactWriteItem, Update, WriteRequest,
};

use crate::wire::{
    DecodeError, Elements, Members, RawItem, Unquoted, to_attribute_value, to_attribute_values,
};

type Parsed<T> = Result<T, DecodeError>;
type Item = HashMap<String, AttributeValue>;

/// Sets every member of a JSON object by the builder's method for it, as what it is read as.
macro_rules! set {
    ($builder:expr, $json:expr, $($name:literal => $set:ident($read:expr),)*) => {{
        let mut builder = $builder;
        let mut members = Members::new($json)?;
        while let Some((name, value)) = members.next()? {
            builder = match &*name {
                $($name => {
                    let read = $read(value).map_err(|error: DecodeError| error.under_name($name))?;
                    builder.$set(Some(read))
                })*
                _ => return Err(unknown(&name)),
            };
        }
        builder
    }};
}

pub(super) fn get_item(request: GetItemFluentBuilder, body: &str) -> Parsed<GetItemFluentBuilder> {
    Ok(set! { request, body,
        "TableName" => set_table_name(text),
        "Key" => set_key(item),
        "ConsistentRead" => set_consistent_read(flag),
        "ProjectionExpression" => set_projection_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
        "ReturnConsumedCapacity" => set_return_consumed_capacity(word),
    })
}

pub(super) fn put_item(request: PutItemFluentBuilder, body: &str) -> Parsed<PutItemFluentBuilder> {
    Ok(set! { request, body,
        "TableName" => set_table_name(text),
        "Item" => set_item(item),
        "ConditionExpression" => set_condition_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
        "ExpressionAttributeValues" => set_expression_attribute_values(item),
        "ReturnValues" => set_return_values(word),
        "ReturnValuesOnConditionCheckFailure" => set_return_values_on_condition_check_failure(word),
        "ReturnConsumedCapacity" => set_return_consumed_capacity(word),
        "ReturnItemCollectionMetrics" => set_return_item_collection_metrics(word),
    })
}

pub(super) fn update_item(
    request: UpdateItemFluentBuilder,
    body: &str,
) -> Parsed<UpdateItemFluentBuilder> {
    Ok(set! { request, body,
        "TableName" => set_table_name(text),
        "Key" => set_key(item),
        "UpdateExpression" => set_update_expression(text),
        "ConditionExpression" => set_condition_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
        "ExpressionAttributeValues" => set_expression_attribute_values(item),
        "ReturnValues" => set_return_values(word),
        "ReturnValuesOnConditionCheckFailure" => set_return_values_on_condition_check_failure(word),
        "ReturnConsumedCapacity" => set_return_consumed_capacity(word),
        "ReturnItemCollectionMetrics" => set_return_item_collection_metrics(word),
    })
}

pub(super) fn delete_item(
    request: DeleteItemFluentBuilder,
    body: &str,
) -> Parsed<DeleteItemFluentBuilder> {
    Ok(set! { request, body,
        "TableName" => set_table_name(text),
        "Key" => set_key(item),
        "ConditionExpression" => set_condition_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
        "ExpressionAttributeValues" => set_expression_attribute_values(item),
        "ReturnValues" => set_return_values(word),
        "ReturnValuesOnConditionCheckFailure" => set_return_values_on_condition_check_failure(word),
        "ReturnConsumedCapacity" => set_return_consumed_capacity(word),
        "ReturnItemCollectionMetrics" => set_return_item_collection_metrics(word),
    })
}

pub(super) fn query(request: QueryFluentBuilder, body: &str) -> Parsed<QueryFluentBuilder> {
    Ok(set! { request, body,
        "TableName" => set_table_name(text),
        "IndexName" => set_index_name(text),
        "KeyConditionExpression" => set_key_condition_expression(text),
        "FilterExpression" => set_filter_expression(text),
        "ProjectionExpression" => set_projection_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
        "ExpressionAttributeValues" => set_expression_attribute_values(item),
        "Select" => set_select(word),
        "Limit" => set_limit(integer),
        "ConsistentRead" => set_consistent_read(flag),
        "ScanIndexForward" => set_scan_index_forward(flag),
        "ExclusiveStartKey" => set_exclusive_start_key(item),
        "ReturnConsumedCapacity" => set_return_consumed_capacity(word),
    })
}

pub(super) fn scan(request: ScanFluentBuilder, body: &str) -> Parsed<ScanFluentBuilder> {
    Ok(set! { request, body,
        "TableName" => set_table_name(text),
        "IndexName" => set_index_name(text),
        "FilterExpression" => set_filter_expression(text),
        "ProjectionExpression" => set_projection_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
        "ExpressionAttributeValues" => set_expression_attribute_values(item),
        "Select" => set_select(word),
        "Limit" => set_limit(integer),
        "ConsistentRead" => set_consistent_read(flag),
        "ExclusiveStartKey" => set_exclusive_start_key(item),
        "Segment" => set_segment(integer),
        "TotalSegments" => set_total_segments(integer),
        "ReturnConsumedCapacity" => set_return_consumed_capacity(word),
    })
}

pub(super) fn batch_get_item(
    request: BatchGetItemFluentBuilder,
    body: &str,
) -> Parsed<BatchGetItemFluentBuilder> {
    Ok(set! { request, body,
        "RequestItems" => set_request_items(|tables| map(tables, keys_and_attributes)),
        "ReturnConsumedCapacity" => set_return_consumed_capacity(word),
    })
}

pub(super) fn batch_write_item(
    request: BatchWriteItemFluentBuilder,
    body: &str,
) -> Parsed<BatchWriteItemFluentBuilder> {
    Ok(set! { request, body,
        "RequestItems" => set_request_items(|tables| map(tables, |all| list(all, write_request))),
        "ReturnConsumedCapacity" => set_return_consumed_capacity(word),
        "ReturnItemCollectionMetrics" => set_return_item_collection_metrics(word),
    })
}

pub(super) fn transact_get_items(
    request: TransactGetItemsFluentBuilder,
    body: &str,
) -> Parsed<TransactGetItemsFluentBuilder> {
    Ok(set! { request, body,
        "TransactItems" => set_transact_items(|all| list(all, transact_get)),
        "ReturnConsumedCapacity" => set_return_consumed_capacity(word),
    })
}

pub(super) fn transact_write_items(
    request: TransactWriteItemsFluentBuilder,
    body: &str,
) -> Parsed<TransactWriteItemsFluentBuilder> {
    Ok(set! { request, body,
        "TransactItems" => set_transact_items(|all| list(all, transact_write)),
        "ClientRequestToken" => set_client_request_token(text),
        "ReturnConsumedCapacity" => set_return_consumed_capacity(word),
        "ReturnItemCollectionMetrics" => set_return_item_collection_metrics(word),
    })
}

pub(super) fn execute_statement(
    request: ExecuteStatementFluentBuilder,
    body: &str,
) -> Parsed<ExecuteStatementFluentBuilder> {
    Ok(set! { request, body,
        "Statement" => set_statement(text),
        "Parameters" => set_parameters(|all| list(all, to_attribute_value)),
        "ConsistentRead" => set_consistent_read(flag),
        "NextToken" => set_next_token(text),
        "Limit" => set_limit(integer),
        "ReturnValuesOnConditionCheckFailure" => set_return_values_on_condition_check_failure(word),
        "ReturnConsumedCapacity" => set_return_consumed_capacity(word),
    })
}

fn keys_and_attributes(json: &str) -> Parsed<KeysAndAttributes> {
    let keys = set! { KeysAndAttributes::builder(), json,
        "Keys" => set_keys(|keys| list(keys, item)),
        "ConsistentRead" => set_consistent_read(flag),
        "ProjectionExpression" => set_projection_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
    };
    keys.build().map_err(unfinished)
}

fn write_request(json: &str) -> Parsed<WriteRequest> {
    let put = |json| {
        let put = set! { PutRequest::builder(), json, "Item" => set_item(item), };
        put.build().map_err(unfinished)
    };
    let delete = |json| {
        let delete = set! { DeleteRequest::builder(), json, "Key" => set_key(item), };
        delete.build().map_err(unfinished)
    };
    let request = set! { WriteRequest::builder(), json,
        "PutRequest" => set_put_request(put),
        "DeleteRequest" => set_delete_request(delete),
    };
    Ok(request.build())
}

fn transact_get(json: &str) -> Parsed<TransactGetItem> {
    Ok(set! { TransactGetItem::builder(), json, "Get" => set_get(get), }.build())
}

fn get(json: &str) -> Parsed<Get> {
    let get = set! { Get::builder(), json,
        "TableName" => set_table_name(text),
        "Key" => set_key(item),
        "ProjectionExpression" => set_projection_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
    };
    get.build().map_err(unfinished)
}

fn transact_write(json: &str) -> Parsed<TransactWriteItem> {
    let action = set! { TransactWriteItem::builder(), json,
        "ConditionCheck" => set_condition_check(condition_check),
        "Put" => set_put(put),
        "Update" => set_update(update),
        "Delete" => set_delete(delete),
    };
    Ok(action.build())
}

fn condition_check(json: &str) -> Parsed<ConditionCheck> {
    let check = set! { ConditionCheck::builder(), json,
        "TableName" => set_table_name(text),
        "Key" => set_key(item),
        "ConditionExpression" => set_condition_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
        "ExpressionAttributeValues" => set_expression_attribute_values(item),
        "ReturnValuesOnConditionCheckFailure" => set_return_values_on_condition_check_failure(word),
    };
    check.build().map_err(unfinished)
}

fn put(json: &str) -> Parsed<Put> {
    let put = set! { Put::builder(), json,
        "TableName" => set_table_name(text),
        "Item" => set_item(item),
        "ConditionExpression" => set_condition_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
        "ExpressionAttributeValues" => set_expression_attribute_values(item),
        "ReturnValuesOnConditionCheckFailure" => set_return_values_on_condition_check_failure(word),
    };
    put.build().map_err(unfinished)
}

fn update(json: &str) -> Parsed<Update> {
    let update = set! { Update::builder(), json,
        "TableName" => set_table_name(text),
        "Key" => set_key(item),
        "UpdateExpression" => set_update_expression(text),
        "ConditionExpression" => set_condition_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
        "ExpressionAttributeValues" => set_expression_attribute_values(item),
        "ReturnValuesOnConditionCheckFailure" => set_return_values_on_condition_check_failure(word),
    };
    update.build().map_err(unfinished)
}

fn delete(json: &str) -> Parsed<Delete> {
    let delete = set! { Delete::builder(), json,
        "TableName" => set_table_name(text),
        "Key" => set_key(item),
        "ConditionExpression" => set_condition_expression(text),
        "ExpressionAttributeNames" => set_expression_attribute_names(names),
        "ExpressionAttributeValues" => set_expression_attribute_values(item),
        "ReturnValuesOnConditionCheckFailure" => set_return_values_on_condition_check_failure(word),
    };
    delete.build().map_err(unfinished)
}

#[expect(clippy::unnecessary_wraps, reason = "one of the readers")]
fn text(json: &str) -> Parsed<String> {
    Ok(json.unquoted())
}

/// One of an enumeration's words; the SDK keeps those it does not know.
#[expect(clippy::unnecessary_wraps, reason = "one of the readers")]
fn word<T: for<'a> From<&'a str>>(json: &str) -> Parsed<T> {
    Ok(T::from(&json.unquoted()))
}

fn flag(json: &str) -> Parsed<bool> {
    json.parse()
        .map_err(|_| DecodeError::malformed("it is neither `true` nor `false`"))
}

fn integer(json: &str) -> Parsed<i32> {
    json.parse()
        .map_err(|_| DecodeError::malformed("it is no whole number of 32 bits"))
}

fn item(json: &str) -> Parsed<Item> {
    to_attribute_values(RawItem::new(json))
}

fn names(json: &str) -> Parsed<HashMap<String, String>> {
    map(json, text)
}

fn map<T>(json: &str, read: impl Fn(&str) -> Parsed<T>) -> Parsed<HashMap<String, T>> {
    let mut all = HashMap::new();
    let mut members = Members::new(json)?;
    while let Some((name, value)) = members.next()? {
        all.insert(name.into_owned(), read(value)?);
    }
    Ok(all)
}

fn list<T>(json: &str, read: impl Fn(&str) -> Parsed<T>) -> Parsed<Vec<T>> {
    let mut all = Vec::new();
    let mut elements = Elements::new(json)?;
    while let Some(element) = elements.next()? {
        all.push(read(element)?);
    }
    Ok(all)
}

fn unknown(name: &str) -> DecodeError {
    DecodeError::malformed("this member of the request has no counterpart in the SDK's input")
        .under_name(name)
}

fn unfinished(_: BuildError) -> DecodeError {
    DecodeError::malformed("the SDK's input needs a member that the request does not have")
}
