//! Rows as files hold them, before anything knows their entities.

use std::collections::HashMap;
use std::path::PathBuf;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use serde_json::Value;

/// An item as the SDK has it.
pub type Row = HashMap<String, AttributeValue>;

/// What can be wrong with a file.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The folder that `DYNAMO_MODEL_SAMPLES` names, which holds the published data sets.
pub fn samples() -> Option<PathBuf> {
    std::env::var_os("DYNAMO_MODEL_SAMPLES")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
}

/// The published file of this name, or, when no folder of them is named, a text of our own in its place.
///
/// # Errors
///
/// If a folder is named and the file cannot be read.
pub fn published_or(file: &str, own: &str) -> Result<String, Failure> {
    match samples() {
        None => Ok(own.to_owned()),
        Some(folder) => {
            let path = folder.join(file);
            std::fs::read_to_string(&path)
                .map_err(|error| format!("{}: {error}", path.display()).into())
        }
    }
}

/// One item a line, in plain JSON.
///
/// # Errors
///
/// If a line is no JSON object.
pub fn from_lines(text: &str) -> Result<Vec<Row>, Failure> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let value: Value = serde_json::from_str(line)?;
            Ok(serde_dynamo::to_item(value)?)
        })
        .collect()
}

/// A data model of NoSQL Workbench: its tables' rows, and those of its facets.
///
/// # Errors
///
/// If the text is no such model.
pub fn from_workbench(text: &str) -> Result<Vec<Row>, Failure> {
    let model: Workbench = serde_json::from_str(text)?;
    let mut rows = Vec::new();
    for table in model.tables {
        rows.extend(table.rows);
        rows.extend(table.facets.into_iter().flat_map(|facet| facet.rows));
    }
    Ok(rows.into_iter().map(Row::from).collect())
}

#[derive(Deserialize)]
struct Workbench {
    #[serde(rename = "DataModel")]
    tables: Vec<WorkbenchTable>,
}

#[derive(Deserialize)]
struct WorkbenchTable {
    #[serde(rename = "TableData", default)]
    rows: Vec<serde_dynamo::Item>,
    #[serde(rename = "TableFacets", default)]
    facets: Vec<WorkbenchFacet>,
}

#[derive(Deserialize)]
struct WorkbenchFacet {
    #[serde(rename = "TableData", default)]
    rows: Vec<serde_dynamo::Item>,
}
