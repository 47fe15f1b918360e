//! The span of a request, with the attribute names of OpenTelemetry's conventions for DynamoDB.
//!
//! What a span says is the shape of a request: operation, tables, index, limits, counts. Keys, values and expressions are
//! not among it. Nothing is formatted for a span that nobody is interested in.

use std::borrow::Cow;

use tracing::field::{Empty, debug};

use super::{Call, Operation, Origin};
use crate::error::{Error, TransportErrorKind};
use crate::wire::{Capacity, ConsumedCapacity};

/// What a request is about, as far as its operation and its tables do not say it: no value of an item.
#[derive(Clone, Copy, Default)]
pub(crate) struct Facts {
    /// `IndexName`
    pub(crate) index: Option<&'static str>,
    /// `ConsistentRead`, where the operation has it.
    pub(crate) consistent: Option<bool>,
    /// `Limit`
    pub(crate) limit: Option<u32>,
    /// `ScanIndexForward`, where the operation has it.
    pub(crate) forward: Option<bool>,
    /// `Select`
    pub(crate) select: Option<&'static str>,
    /// `Segment` and `TotalSegments`
    pub(crate) segment: Option<(u32, u32)>,
    /// The names that a projection asks for.
    pub(crate) projection: &'static [&'static str],
    /// The entries of a batch, the actions of a transaction.
    pub(crate) entries: Option<usize>,
}

/// The span of one request, from its beginning until its answer has been read.
pub(crate) struct Span {
    span: tracing::Span,
    /// Whether the answer has counts.
    counts: bool,
}

impl Span {
    /// No span.
    pub(super) fn none() -> Self {
        Self {
            span: tracing::Span::none(),
            counts: false,
        }
    }

    /// The span of a request of the data plane.
    pub(super) fn of_call(call: &Call<'_>) -> Self {
        let operation = call.operation;
        let span = Self {
            span: begin(operation.span_name(), operation.name(), call.tables),
            counts: matches!(operation, Operation::Query | Operation::Scan),
        };
        span.facts(&call.facts);
        span
    }

    /// The span of a call of the control plane. `name` is the operation's behind `DynamoDB.`.
    pub(super) fn of_control(name: &'static str, origin: Origin<'_>) -> Self {
        Self {
            span: begin(name, origin.operation, origin.tables),
            counts: false,
        }
    }

    /// The span for what happens in it.
    pub(super) fn entered(&self) -> tracing::Span {
        self.span.clone()
    }

    fn facts(&self, facts: &Facts) {
        let span = &self.span;
        if span.is_disabled() {
            return;
        }
        if let Some(index) = facts.index {
            span.record("aws.dynamodb.index_name", index);
        }
        if let Some(consistent) = facts.consistent {
            span.record("aws.dynamodb.consistent_read", consistent);
        }
        if let Some(limit) = facts.limit {
            span.record("aws.dynamodb.limit", limit);
        }
        if let Some(forward) = facts.forward {
            span.record("aws.dynamodb.scan_forward", forward);
        }
        if let Some(select) = facts.select {
            span.record("aws.dynamodb.select", select);
        }
        if let Some((segment, total)) = facts.segment {
            span.record("aws.dynamodb.segment", segment);
            span.record("aws.dynamodb.total_segments", total);
        }
        if !facts.projection.is_empty() {
            let names = facts.projection.join(", ");
            span.record("aws.dynamodb.projection", names.as_str());
        }
        if let Some(entries) = facts.entries {
            span.record("db.operation.batch.size", entries);
        }
    }

    /// The answer came.
    pub(super) fn answered(&self, request_id: Option<&str>) {
        if let Some(request_id) = request_id {
            self.span.record("aws.request_id", request_id);
        }
    }

    /// What the answer of a `Query` or a `Scan` has counted.
    pub(super) fn counted(&self, count: u64, scanned: u64) {
        if self.counts {
            self.span.record("aws.dynamodb.count", count);
            self.span.record("aws.dynamodb.scanned_count", scanned);
        }
    }

    /// What the request consumed, if it was asked.
    pub(super) fn consumed(&self, consumed: &[ConsumedCapacity]) {
        if !consumed.is_empty() && !self.span.is_disabled() {
            let all: Vec<String> = consumed.iter().map(capacity_json).collect();
            self.span
                .record("aws.dynamodb.consumed_capacity", debug(&all));
        }
    }

    /// There is no answer, or it is an error.
    pub(super) fn failed(&self, error: &Error) {
        if self.span.is_disabled() {
            return;
        }
        self.span.record("error.type", &*error_type(error));
        self.span.record("otel.status_code", "ERROR");
        self.answered(error.request_id());
    }
}

/// The fields of all spans: one place, since a span has those alone that it began with.
fn begin(name: &'static str, operation: &'static str, tables: &[&str]) -> tracing::Span {
    // A table's ARN is what the caller calls it by; several entries of a batch or a transaction may be on one table.
    let one = || match tables {
        [table] => Some(*table),
        _ => None,
    };
    tracing::info_span!(
        target: "dynamo_model",
        "dynamodb",
        otel.name = name,
        otel.kind = "client",
        otel.status_code = Empty,
        db.system.name = "aws.dynamodb",
        db.operation.name = operation,
        db.collection.name = one(),
        db.operation.batch.size = Empty,
        rpc.system = "aws-api",
        rpc.service = "DynamoDB",
        rpc.method = operation,
        aws.request_id = Empty,
        aws.dynamodb.table_names = debug(tables),
        aws.dynamodb.index_name = Empty,
        aws.dynamodb.consistent_read = Empty,
        aws.dynamodb.limit = Empty,
        aws.dynamodb.scan_forward = Empty,
        aws.dynamodb.select = Empty,
        aws.dynamodb.projection = Empty,
        aws.dynamodb.segment = Empty,
        aws.dynamodb.total_segments = Empty,
        aws.dynamodb.count = Empty,
        aws.dynamodb.scanned_count = Empty,
        aws.dynamodb.consumed_capacity = Empty,
        error.type = Empty,
    )
}

/// The service's code, or what became of a request without an answer.
fn error_type(error: &Error) -> Cow<'_, str> {
    if let Some(code) = error.code() {
        return Cow::Borrowed(code);
    }
    Cow::Borrowed(match error {
        Error::Transport(error) => match error.kind() {
            TransportErrorKind::Timeout => "timeout",
            TransportErrorKind::Endpoint => "endpoint",
            TransportErrorKind::Credentials => "credentials",
            TransportErrorKind::Response => "response",
            _ => "transport",
        },
        Error::Invalid(_) => "invalid_request",
        _ => "_OTHER",
    })
}

/// One `ConsumedCapacity` as the convention has it: as JSON.
fn capacity_json(consumed: &ConsumedCapacity) -> String {
    let mut out = String::from("{\"TableName\":");
    crate::wire::write_json_str(&mut out, &consumed.table_name);
    let whole = Capacity {
        capacity_units: consumed.capacity_units,
        read_capacity_units: consumed.read_capacity_units,
        write_capacity_units: consumed.write_capacity_units,
    };
    out.push(',');
    units(&mut out, whole);
    if let Some(table) = consumed.table {
        out.push_str(",\"Table\":{");
        units(&mut out, table);
        out.push('}');
    }
    for (member, indexes) in [
        ("LocalSecondaryIndexes", &consumed.local_secondary_indexes),
        ("GlobalSecondaryIndexes", &consumed.global_secondary_indexes),
    ] {
        if indexes.is_empty() {
            continue;
        }
        out.push_str(",\"");
        out.push_str(member);
        out.push_str("\":");
        let mut before = '{';
        for (name, capacity) in indexes {
            out.push(before);
            before = ',';
            crate::wire::write_json_str(&mut out, name);
            out.push_str(":{");
            units(&mut out, *capacity);
            out.push('}');
        }
        out.push('}');
    }
    out.push('}');
    out
}

/// The members of a capacity, between its braces.
fn units(out: &mut String, capacity: Capacity) {
    let all = [
        ("CapacityUnits", Some(capacity.capacity_units)),
        ("ReadCapacityUnits", capacity.read_capacity_units),
        ("WriteCapacityUnits", capacity.write_capacity_units),
    ];
    for (at, (name, units)) in all.into_iter().enumerate() {
        if let Some(units) = units {
            out.push_str(if at == 0 { "\"" } else { ",\"" });
            out.push_str(name);
            out.push_str("\":");
            out.push_str(&units.to_string());
        }
    }
}
