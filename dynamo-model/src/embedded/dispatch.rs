//! From an operation's name and body to the engine's method and back.

use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What goes back over the wire.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn ok(body: String) -> Self {
        Self { status: 200, body }
    }

    /// An error in the service's form.
    pub(super) fn error(error: &DynoxideError) -> Self {
        Self {
            status: error.status_code(),
            body: error.to_json(),
        }
    }

    /// What the service answers to an operation it does not have.
    pub(super) fn unknown_operation() -> Self {
        Self {
            status: 400,
            body: r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#.to_owned(),
        }
    }
}

/// Every operation the engine has, by the name the service gives it. Blocks while it works.
pub(super) fn dispatch(database: &Database, operation: &str, body: &str) -> Answer {
    macro_rules! route {
        ($($name:literal => $method:ident,)*) => {
            match operation {
                $($name => run(body, |request| database.$method(request)),)*
                _ => Answer::unknown_operation(),
            }
        };
    }
    route! {
        "BatchExecuteStatement" => batch_execute_statement,
        "BatchGetItem" => batch_get_item,
        "BatchWriteItem" => batch_write_item,
        "CreateTable" => create_table,
        "DeleteItem" => delete_item,
        "DeleteTable" => delete_table,
        "DescribeStream" => describe_stream,
        "DescribeTable" => describe_table,
        "DescribeTimeToLive" => describe_time_to_live,
        "ExecuteStatement" => execute_statement,
        "ExecuteTransaction" => execute_transaction,
        "GetItem" => get_item,
        "GetRecords" => get_records,
        "GetShardIterator" => get_shard_iterator,
        "ListStreams" => list_streams,
        "ListTables" => list_tables,
        "ListTagsOfResource" => list_tags_of_resource,
        "PutItem" => put_item,
        "Query" => query,
        "Scan" => scan,
        "SearchVectors" => search_vectors,
        "TagResource" => tag_resource,
        "TransactGetItems" => transact_get_items,
        "TransactWriteItems" => transact_write_items,
        "UntagResource" => untag_resource,
        "UpdateItem" => update_item,
        "UpdateTable" => update_table,
        "UpdateTimeToLive" => update_time_to_live,
    }
}

fn run<Request, Response>(
    body: &str,
    call: impl FnOnce(Request) -> dynoxide::Result<Response>,
) -> Answer
where
    Request: DeserializeOwned,
    Response: Serialize,
{
    let response = serde_json::from_str(body)
        .map_err(|error| unreadable(&error))
        .and_then(call)
        .and_then(|response| {
            serde_json::to_string(&response)
                .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
        });
    match response {
        Ok(body) => Answer::ok(body),
        Err(error) => Answer::error(&error),
    }
}

/// The error for a request that does not deserialize.
///
/// The engine's request types name the kind of error in a prefix of the message, which must not
/// reach the wire. Without one, only a value of the wrong JSON type, or a body that is not JSON,
/// is a serialization error.
fn unreadable(error: &serde_json::Error) -> DynoxideError {
    let message = error.to_string();
    for prefix in ["VALIDATION_AS_READ:", "VALIDATION_REQUEST:", "VALIDATION:"] {
        if let Some(rest) = message.strip_prefix(prefix) {
            return DynoxideError::ValidationException(without_position(rest).to_owned());
        }
    }
    for prefix in ["SERIALIZATION_AS_READ:", "SERIALIZATION:"] {
        if let Some(rest) = message.strip_prefix(prefix) {
            return DynoxideError::SerializationException(without_position(rest).to_owned());
        }
    }
    let invalid = [
        "missing field",
        "unknown variant",
        "invalid type: null",
        "empty AttributeValue",
        "Supplied AttributeValue",
    ];
    if invalid.iter().any(|text| message.contains(text)) {
        return DynoxideError::ValidationException(without_position(&message).to_owned());
    }
    // The parser gives up at 128 levels of JSON; the service at 32 of attributes, far less.
    if message.contains("recursion limit exceeded") {
        return DynoxideError::ValidationException(
            "Nesting Levels have exceeded supported limits".to_owned(),
        );
    }
    DynoxideError::SerializationException(without_position(&message).to_owned())
}

/// The message without serde's ` at line 1 column 2`, which the service has no counterpart for.
fn without_position(message: &str) -> &str {
    match message.rfind(" at line ") {
        Some(end) => &message[..end],
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(body: &str) -> (u16, String) {
        let database = Database::memory().unwrap();
        let answer = dispatch(&database, "PutItem", body);
        let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let name = json["__type"].as_str().unwrap();
        assert!(!answer.body.contains("VALIDATION"), "{}", answer.body);
        (answer.status, name.rsplit('#').next().unwrap().to_owned())
    }

    #[test]
    fn unreadable_requests_are_the_services_errors() {
        let cases = [
            ("", "SerializationException"),
            ("{", "SerializationException"),
            (r#"{"TableName":7,"Item":{}}"#, "SerializationException"),
            (r#"{"TableName":"t"}"#, "ValidationException"),
            (
                r#"{"TableName":"t","Item":{"a":{}}}"#,
                "ValidationException",
            ),
            (
                r#"{"TableName":"t","Item":{"a":{"N":"nine"}}}"#,
                "ValidationException",
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(code(body), (400, expected.to_owned()), "{body}");
        }
    }

    #[test]
    fn nesting_past_the_parser_is_a_validation_error() {
        let body = format!(
            r#"{{"TableName":"t","Item":{{"a":{}{{"S":"x"}}{}}}}}"#,
            r#"{"L":["#.repeat(200),
            "]}".repeat(200),
        );
        assert_eq!(code(&body), (400, "ValidationException".to_owned()));
    }

    #[test]
    fn an_unknown_operation_is_named_so() {
        let answer = dispatch(&Database::memory().unwrap(), "DescribeWeather", "{}");
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains("UnknownOperationException"));
    }
}
