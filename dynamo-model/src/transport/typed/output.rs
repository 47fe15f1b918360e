//! From what the SDK gives to the body that DynamoDB would have sent.

use std::collections::HashMap;
use std::error::Error as StdError;

use aws_sdk_dynamodb::operation::{
    batch_get_item::BatchGetItemOutput, batch_write_item::BatchWriteItemOutput,
    delete_item::DeleteItemOutput, execute_statement::ExecuteStatementOutput,
    get_item::GetItemOutput, put_item::PutItemOutput, query::QueryOutput, scan::ScanOutput,
    transact_get_items::TransactGetItemsOutput, transact_write_items::TransactWriteItemsOutput,
    update_item::UpdateItemOutput,
};
use aws_sdk_dynamodb::types::error::{
    ConditionalCheckFailedException, ProvisionedThroughputExceededException, RequestLimitExceeded,
    ThrottlingException, TransactionCanceledException,
};
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Capacity, ConsumedCapacity, ItemResponse,
    KeysAndAttributes, ThrottlingReason, WriteRequest,
};

use super::object::{Object, list, map, plain, text};
use crate::wire::from_attribute_values;

/// An output of the SDK.
pub(in crate::transport) trait Said {
    /// Writes the members that the output has. `ItemCollectionMetrics` are not among them: nobody reads them.
    fn members(&self, object: &mut Object<'_>);

    /// The output as a body; `None`, and nothing allocated, if it says nothing.
    fn body(&self) -> Option<String> {
        let mut body = String::new();
        let mut object = Object::new(&mut body);
        self.members(&mut object);
        object.finish().then_some(body)
    }
}

impl Said for GetItemOutput {
    fn members(&self, object: &mut Object<'_>) {
        object.member("Item", self.item.as_ref(), item).member(
            "ConsumedCapacity",
            self.consumed_capacity.as_ref(),
            capacity,
        );
    }
}

macro_rules! writes {
    ($($output:ty),*) => {$(
        impl Said for $output {
            fn members(&self, object: &mut Object<'_>) {
                object
                    .member("Attributes", self.attributes.as_ref(), item)
                    .member("ConsumedCapacity", self.consumed_capacity.as_ref(), capacity);
            }
        }
    )*};
}

writes!(PutItemOutput, UpdateItemOutput, DeleteItemOutput);

macro_rules! pages {
    ($($output:ty),*) => {$(
        impl Said for $output {
            fn members(&self, object: &mut Object<'_>) {
                // The service always counts; who makes an output by hand seldom does.
                let items = self.items.as_ref();
                let counted = |count: i32| usize::try_from(count).ok().filter(|count| *count > 0);
                let count = counted(self.count).or(items.map(Vec::len));
                let scanned = counted(self.scanned_count).or(count);
                object
                    .member("Items", items, |out, items| list(out, items, item))
                    .member("Count", count, plain)
                    .member("ScannedCount", scanned, plain)
                    .member("LastEvaluatedKey", self.last_evaluated_key.as_ref(), item)
                    .member("ConsumedCapacity", self.consumed_capacity.as_ref(), capacity);
            }
        }
    )*};
}

pages!(QueryOutput, ScanOutput);

impl Said for BatchGetItemOutput {
    fn members(&self, object: &mut Object<'_>) {
        object
            .member("Responses", self.responses.as_ref(), |out, tables| {
                map(out, tables, |out, items| list(out, items, item));
            })
            .member(
                "UnprocessedKeys",
                self.unprocessed_keys.as_ref(),
                |out, tables| {
                    map(out, tables, keys_and_attributes);
                },
            )
            .member(
                "ConsumedCapacity",
                self.consumed_capacity.as_deref(),
                capacities,
            );
    }
}

impl Said for BatchWriteItemOutput {
    fn members(&self, object: &mut Object<'_>) {
        object
            .member(
                "UnprocessedItems",
                self.unprocessed_items.as_ref(),
                |out, tables| {
                    map(out, tables, |out, requests| {
                        list(out, requests, write_request);
                    });
                },
            )
            .member(
                "ConsumedCapacity",
                self.consumed_capacity.as_deref(),
                capacities,
            );
    }
}

impl Said for TransactGetItemsOutput {
    fn members(&self, object: &mut Object<'_>) {
        object
            .member("Responses", self.responses.as_ref(), |out, responses| {
                list(out, responses, item_response);
            })
            .member(
                "ConsumedCapacity",
                self.consumed_capacity.as_deref(),
                capacities,
            );
    }
}

impl Said for TransactWriteItemsOutput {
    fn members(&self, object: &mut Object<'_>) {
        object.member(
            "ConsumedCapacity",
            self.consumed_capacity.as_deref(),
            capacities,
        );
    }
}

impl Said for ExecuteStatementOutput {
    fn members(&self, object: &mut Object<'_>) {
        object
            .member("Items", self.items.as_ref(), |out, items| {
                list(out, items, item);
            })
            .member("NextToken", self.next_token.as_deref(), text)
            .member("LastEvaluatedKey", self.last_evaluated_key.as_ref(), item)
            .member(
                "ConsumedCapacity",
                self.consumed_capacity.as_ref(),
                capacity,
            );
    }
}

/// What a modelled error says beside its message, as the body that DynamoDB would have sent. `error` is that of an
/// operation, whose source is the modelled one.
pub(in crate::transport) fn evidence(error: &(dyn StdError + 'static)) -> Option<String> {
    let modelled = error.source()?;
    let mut body = String::new();
    let mut object = Object::new(&mut body);
    if let Some(failed) = modelled.downcast_ref::<ConditionalCheckFailedException>() {
        object.member("Item", failed.item.as_ref(), item);
    } else if let Some(canceled) = modelled.downcast_ref::<TransactionCanceledException>() {
        object.member(
            "CancellationReasons",
            canceled.cancellation_reasons.as_deref(),
            |out, all| list(out, all, cancellation_reason),
        );
    } else {
        object.member(
            "ThrottlingReasons",
            throttling_reasons(modelled),
            |out, all| list(out, all, throttling_reason),
        );
    }
    object.finish().then_some(body)
}

fn throttling_reasons<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e [ThrottlingReason]> {
    if let Some(error) = error.downcast_ref::<ThrottlingException>() {
        error.throttling_reasons.as_deref()
    } else if let Some(error) = error.downcast_ref::<RequestLimitExceeded>() {
        error.throttling_reasons.as_deref()
    } else if let Some(error) = error.downcast_ref::<ProvisionedThroughputExceededException>() {
        error.throttling_reasons.as_deref()
    } else {
        None
    }
}

fn item(out: &mut String, item: &HashMap<String, AttributeValue>) {
    from_attribute_values(item, out);
}

fn item_response(out: &mut String, response: &ItemResponse) {
    Object::whole(out, |object| {
        object.member("Item", response.item.as_ref(), item);
    });
}

fn keys_and_attributes(out: &mut String, keys: &KeysAndAttributes) {
    Object::whole(out, |object| {
        object
            .member("Keys", Some(&keys.keys), |out, keys| list(out, keys, item))
            .member("ConsistentRead", keys.consistent_read, plain)
            .member(
                "ProjectionExpression",
                keys.projection_expression.as_deref(),
                text,
            )
            .member(
                "ExpressionAttributeNames",
                keys.expression_attribute_names.as_ref(),
                |out, names| map(out, names, |out, name| text(out, name)),
            );
    });
}

fn write_request(out: &mut String, request: &WriteRequest) {
    Object::whole(out, |object| {
        object
            .member("PutRequest", request.put_request.as_ref(), |out, put| {
                Object::whole(out, |object| {
                    object.member("Item", Some(&put.item), item);
                });
            })
            .member(
                "DeleteRequest",
                request.delete_request.as_ref(),
                |out, delete| {
                    Object::whole(out, |object| {
                        object.member("Key", Some(&delete.key), item);
                    });
                },
            );
    });
}

fn cancellation_reason(out: &mut String, reason: &CancellationReason) {
    Object::whole(out, |object| {
        object
            .member("Code", reason.code.as_deref(), text)
            .member("Message", reason.message.as_deref(), text)
            .member("Item", reason.item.as_ref(), item);
    });
}

fn throttling_reason(out: &mut String, reason: &ThrottlingReason) {
    Object::whole(out, |object| {
        object
            .member("reason", reason.reason.as_deref(), text)
            .member("resource", reason.resource.as_deref(), text);
    });
}

fn capacities(out: &mut String, all: &[ConsumedCapacity]) {
    list(out, all, capacity);
}

fn capacity(out: &mut String, consumed: &ConsumedCapacity) {
    Object::whole(out, |object| {
        object
            .member("TableName", consumed.table_name.as_deref(), text)
            .member("CapacityUnits", units(consumed.capacity_units), plain)
            .member(
                "ReadCapacityUnits",
                units(consumed.read_capacity_units),
                plain,
            )
            .member(
                "WriteCapacityUnits",
                units(consumed.write_capacity_units),
                plain,
            )
            .member("Table", consumed.table.as_ref(), part)
            .member(
                "LocalSecondaryIndexes",
                consumed.local_secondary_indexes.as_ref(),
                |out, indexes| map(out, indexes, part),
            )
            .member(
                "GlobalSecondaryIndexes",
                consumed.global_secondary_indexes.as_ref(),
                |out, indexes| map(out, indexes, part),
            );
    });
}

fn part(out: &mut String, capacity: &Capacity) {
    Object::whole(out, |object| {
        object
            .member("CapacityUnits", units(capacity.capacity_units), plain)
            .member(
                "ReadCapacityUnits",
                units(capacity.read_capacity_units),
                plain,
            )
            .member(
                "WriteCapacityUnits",
                units(capacity.write_capacity_units),
                plain,
            );
    });
}

/// JSON has no word for what is not finite.
fn units(units: Option<f64>) -> Option<f64> {
    units.filter(|units| units.is_finite())
}
