//! Batches of which a part is left unprocessed.

use dynoxide::{Database, DynoxideError};
use serde_json::{Map, Value, json};

use super::dispatch::{Answer, dispatch};

/// How much of a batch is left.
#[derive(Debug, Clone, Copy)]
pub(super) enum Share {
    Entries(usize),
    Fraction(f64),
}

/// The two batch operations differ in where a table's entries are, and in what the rest is called.
#[derive(Debug, Clone, Copy)]
pub(super) enum Batch {
    Write,
    Get,
}

impl Batch {
    pub(super) fn of(operation: &str) -> Option<Self> {
        match operation {
            "BatchWriteItem" => Some(Batch::Write),
            "BatchGetItem" => Some(Batch::Get),
            _ => None,
        }
    }

    fn operation(self) -> &'static str {
        match self {
            Batch::Write => "BatchWriteItem",
            Batch::Get => "BatchGetItem",
        }
    }

    fn rest(self) -> &'static str {
        match self {
            Batch::Write => "UnprocessedItems",
            Batch::Get => "UnprocessedKeys",
        }
    }

    fn nothing_done(self) -> Value {
        match self {
            Batch::Write => json!({}),
            Batch::Get => json!({ "Responses": {} }),
        }
    }

    /// A table's entries, for a write the list itself, for a get its keys.
    fn entries(self, table: &mut Value) -> Option<&mut Vec<Value>> {
        match self {
            Batch::Write => table.as_array_mut(),
            Batch::Get => table.get_mut("Keys")?.as_array_mut(),
        }
    }
}

/// Applies a batch but for its last entries, which come back as unprocessed. Blocks while it works.
///
/// A body that is not a batch goes to the engine as it is, for its error.
pub(super) fn dispatch_part(database: &Database, batch: Batch, body: &str, share: Share) -> Answer {
    let whole = || dispatch(database, batch.operation(), body);
    let Ok(mut request) = serde_json::from_str::<Value>(body) else {
        return whole();
    };
    let Some(tables) = request
        .get_mut("RequestItems")
        .and_then(Value::as_object_mut)
    else {
        return whole();
    };

    let rest = split_off(batch, tables, share);
    let answer = if tables.is_empty() && !rest.is_empty() {
        Answer::ok(batch.nothing_done().to_string())
    } else {
        dispatch(database, batch.operation(), &request.to_string())
    };
    if answer.status != 200 {
        return answer;
    }
    match serde_json::from_str(&answer.body) {
        Ok(mut response) => {
            merge(batch, &mut response, rest);
            Answer::ok(response.to_string())
        }
        Err(error) => Answer::error(&DynoxideError::InternalServerError(error.to_string())),
    }
}

/// Takes the last entries out of the request, and with them the tables that have none left.
fn split_off(batch: Batch, tables: &mut Map<String, Value>, share: Share) -> Map<String, Value> {
    let total: usize = tables
        .values_mut()
        .filter_map(|table| batch.entries(table).map(|entries| entries.len()))
        .sum();
    let mut left = match share {
        Share::Entries(entries) => entries.min(total),
        Share::Fraction(part) => fraction_of(total, part),
    };

    // By name, because the order of a JSON object's members depends on how serde_json was built.
    let mut names: Vec<String> = tables.keys().cloned().collect();
    names.sort_unstable();
    let mut rest = Map::new();
    for name in names.into_iter().rev() {
        let Some(table) = tables.get_mut(&name) else {
            continue;
        };
        let mut taken = table.clone();
        let Some(entries) = batch.entries(table) else {
            continue;
        };
        let count = left.min(entries.len());
        if count == 0 {
            continue;
        }
        let tail = entries.split_off(entries.len() - count);
        let emptied = entries.is_empty();
        left -= count;
        if let Some(entries) = batch.entries(&mut taken) {
            *entries = tail;
        }
        if emptied {
            tables.remove(&name);
        }
        rest.insert(name, taken);
    }
    rest
}

/// Adds the entries to those the engine left unprocessed by itself.
fn merge(batch: Batch, response: &mut Value, rest: Map<String, Value>) {
    let Some(response) = response.as_object_mut() else {
        return;
    };
    let unprocessed = response.entry(batch.rest()).or_insert_with(|| json!({}));
    let Some(unprocessed) = unprocessed.as_object_mut() else {
        return;
    };
    for (name, mut table) in rest {
        match unprocessed.get_mut(&name) {
            None => {
                unprocessed.insert(name, table);
            }
            Some(known) => {
                if let (Some(known), Some(more)) = (batch.entries(known), batch.entries(&mut table))
                {
                    known.append(more);
                }
            }
        }
    }
}

/// `part` of `total`, rounded up; anything that is no number between 0 and 1 counts as the nearest.
fn fraction_of(total: usize, part: f64) -> usize {
    // A batch has at most 100 entries: every count is exact as a float, and counting up to it
    // needs no lossy conversion back.
    let wanted = part.clamp(0.0, 1.0) * f64::from(u32::try_from(total).unwrap_or(u32::MAX));
    (0..total)
        .find(|&count| f64::from(u32::try_from(count).unwrap_or(u32::MAX)) >= wanted)
        .unwrap_or(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_round_up_and_stay_in_range() {
        let cases = [
            (4, 0.5, 2),
            (5, 0.5, 3),
            (5, 0.0, 0),
            (5, 1.0, 5),
            (5, 9.0, 5),
            (5, -1.0, 0),
            (0, 0.5, 0),
            (25, 0.01, 1),
        ];
        for (total, part, expected) in cases {
            assert_eq!(fraction_of(total, part), expected, "{part} of {total}");
        }
    }

    #[test]
    fn the_last_entries_are_taken_across_tables() {
        let mut request = json!({ "a": [1, 2], "b": [3, 4] });
        let tables = request.as_object_mut().unwrap();
        let rest = split_off(Batch::Write, tables, Share::Entries(3));
        assert_eq!(Value::Object(rest), json!({ "a": [2], "b": [3, 4] }));
        assert_eq!(request, json!({ "a": [1] }));
    }

    #[test]
    fn a_gets_options_stay_with_its_keys() {
        let mut request = json!({ "a": { "Keys": [1, 2], "ConsistentRead": true } });
        let tables = request.as_object_mut().unwrap();
        let rest = split_off(Batch::Get, tables, Share::Entries(1));
        assert_eq!(
            Value::Object(rest),
            json!({ "a": { "Keys": [2], "ConsistentRead": true } })
        );
        assert_eq!(
            request,
            json!({ "a": { "Keys": [1], "ConsistentRead": true } })
        );
    }
}
