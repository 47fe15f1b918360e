//! Requests as they are shown before they are sent.

use std::fmt;
use std::ops::Deref;

use crate::expr::ENTRY;
use crate::schema::{EntityDef, TableDef};
use crate::transport::Operation;
use crate::wire::{DecodeError, Elements, Members, RawItem, Unquoted};

/// A request as it would be sent: what the builders' `request()` returns.
///
/// `Display` shows the operation, table and index, the expressions with the names of their attributes, and the **types** of
/// keys and values, never themselves, nor the names of entries of maps. What may hold them is asked for by name:
/// [`with_values`](Self::with_values) and [`as_json`](Self::as_json).
///
/// # Examples
///
/// ```
/// # use dynamo_model::prelude::*;
/// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Order))] struct Shop;
/// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
/// # #[entity(table = Shop, pk = "ORDER#{id}")]
/// # struct Order { id: u32, status: String, total: u64 }
/// # fn doc(shop: Handle<Shop>) -> Result<(), Error> {
/// let update = shop
///     .update(Order::key(7))
///     .add(|o| o.total, 250)
///     .condition(|o| o.status.eq("paid"));
/// let shown = "\
/// UpdateItem on table `shop`
///   Key: PK S
///   ConditionExpression: attribute_exists(PK) AND status = :v0
///   UpdateExpression: ADD total :v1
///   :v0 S
///   :v1 N
///   ReturnValuesOnConditionCheckFailure: \"ALL_OLD\"
/// ";
/// assert_eq!(update.request()?.to_string(), shown);
/// # Ok(()) }
/// # let http = aws_sdk_dynamodb::config::Builder::new()
/// #     .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest()).build();
/// # doc(Shop::on(aws_sdk_dynamodb::Client::from_conf(http))).unwrap();
/// ```
#[derive(Clone)]
pub struct RequestView {
    operation: Operation,
    body: String,
    models: Vec<&'static TableDef>,
    /// Those whose attributes are known by name.
    entities: Vec<&'static EntityDef>,
    /// Whether the text of a statement is the program's, and not made when it runs.
    states: bool,
}

impl RequestView {
    pub(super) fn new(operation: Operation, model: &'static TableDef, body: String) -> Self {
        Self::of_tables(operation, [model], body)
    }

    pub(super) fn of_tables(
        operation: Operation,
        models: impl IntoIterator<Item = &'static TableDef>,
        body: String,
    ) -> Self {
        Self {
            operation,
            body,
            models: models.into_iter().collect(),
            entities: Vec::new(),
            states: false,
        }
    }

    /// Attributes of the entities are shown by name.
    pub(super) fn of(mut self, entities: impl IntoIterator<Item = &'static EntityDef>) -> Self {
        for entity in entities {
            if !self
                .entities
                .iter()
                .any(|known| std::ptr::eq(*known, entity))
            {
                self.entities.push(entity);
            }
        }
        self
    }

    /// The text of the statement is shown.
    pub(super) fn stated(mut self, states: bool) -> Self {
        self.states = states;
        self
    }

    /// DynamoDB's name of the operation.
    pub fn operation(&self) -> &'static str {
        self.operation.name()
    }

    /// The tables that the request names, each once. A statement's are in its text.
    pub fn tables(&self) -> Vec<String> {
        let mut tables = Vec::new();
        // The body is the library's own, so that it can be read.
        let _ = each_table(&self.body, &mut |table| {
            if !tables.contains(&table) {
                tables.push(table);
            }
        });
        tables
    }

    /// The index that is read.
    pub fn index(&self) -> Option<String> {
        let index = RawItem::new(&self.body).attribute("IndexName").ok()??;
        Some(index.unquoted())
    }

    /// The request body as it is sent: DynamoDB JSON, with all keys and values.
    pub fn as_json(&self) -> &str {
        &self.body
    }

    /// What `Display` shows, with keys and values.
    pub fn with_values(&self) -> impl fmt::Display {
        self.shown(true)
    }

    fn shown(&self, values: bool) -> String {
        let mut printer = Printer {
            view: self,
            values,
            out: self.operation.name().to_owned(),
        };
        for (at, table) in self.tables().iter().enumerate() {
            printer
                .out
                .push_str(if at == 0 { " on table `" } else { "`, `" });
            printer.out.push_str(table);
        }
        if !self.tables().is_empty() {
            printer.out.push('`');
        }
        if let Some(index) = self.index() {
            printer.out.push_str(", index `");
            printer.out.push_str(&index);
            printer.out.push('`');
        }
        printer.out.push('\n');
        if printer.members(&self.body, "  ").is_err() {
            printer.out.push_str("  ..\n");
        }
        printer.out
    }

    /// Whether the name is the model's, and not data.
    fn declares(&self, name: &str) -> bool {
        let of_table = |model: &TableDef| {
            let mut of_indexes = model.indexes.iter().flat_map(|i| i.pk.iter().chain(i.sk));
            model.is_key(name)
                || model.type_attribute == Some(name)
                || model.ttl == Some(name)
                || of_indexes.any(|attribute| attribute.name == name)
        };
        let mut fields = self.entities.iter().flat_map(|entity| entity.fields);
        self.models.iter().any(|model| of_table(model)) || fields.any(|f| f.attribute == name)
    }
}

/// Without values.
impl fmt::Display for RequestView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown(false))
    }
}

/// Operation, tables and index.
impl fmt::Debug for RequestView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestView")
            .field("operation", &self.operation())
            .field("tables", &self.tables())
            .field("index", &self.index())
            .finish_non_exhaustive()
    }
}

/// The requests that an operation begins with: none if it would send nothing, one for each partition of a query that has
/// several, one for every part of a batch. `Display` shows them one below the other, without values.
#[derive(Clone, Debug)]
pub struct Requests(Vec<RequestView>);

impl Requests {
    pub(super) fn new(requests: impl IntoIterator<Item = RequestView>) -> Self {
        Self(requests.into_iter().collect())
    }
}

impl Deref for Requests {
    type Target = [RequestView];

    fn deref(&self) -> &[RequestView] {
        &self.0
    }
}

impl IntoIterator for Requests {
    type Item = RequestView;
    type IntoIter = std::vec::IntoIter<RequestView>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|request| request.fmt(f))
    }
}

/// Calls the function with every table's name in a body.
fn each_table(body: &str, each: &mut dyn FnMut(String)) -> Result<(), DecodeError> {
    let mut members = Members::new(body)?;
    while let Some((name, value)) = members.next()? {
        match &*name {
            "TableName" => each(value.unquoted()),
            "RequestItems" => {
                let mut tables = Members::new(value)?;
                while let Some((table, _)) = tables.next()? {
                    each(table.into_owned());
                }
            }
            "TransactItems" => {
                let mut actions = Elements::new(value)?;
                while let Some(action) = actions.next()? {
                    let mut kinds = Members::new(action)?;
                    while let Some((_, action)) = kinds.next()? {
                        each_table(action, each)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Prints the members of a body, a line for each.
struct Printer<'v> {
    view: &'v RequestView,
    values: bool,
    out: String,
}

impl Printer<'_> {
    fn members(&mut self, body: &str, indent: &str) -> Result<(), DecodeError> {
        let names = RawItem::new(body).attribute("ExpressionAttributeNames")?;
        let names = names.map_or_else(|| Ok(Vec::new()), aliases)?;
        let mut members = Members::new(body)?;
        while let Some((name, value)) = members.next()? {
            match &*name {
                "TableName" | "IndexName" | "ExpressionAttributeNames" => {}
                // Random, or the caller's own.
                "ClientRequestToken" if !self.values => {}
                "Key" | "Item" | "ExclusiveStartKey" => self.item(indent, &name, value)?,
                "ExpressionAttributeValues" => {
                    let mut values = Members::new(value)?;
                    while let Some((alias, value)) = values.next()? {
                        let shown = self.value(value)?;
                        self.line(indent, &format!("{alias} {shown}"));
                    }
                }
                "Parameters" => {
                    let mut parameters = Elements::new(value)?;
                    while let Some(parameter) = parameters.next()? {
                        let shown = self.value(parameter)?;
                        self.line(indent, &format!("? {shown}"));
                    }
                }
                "Statement" => {
                    let text = value.unquoted();
                    let shown = if self.values || self.view.states {
                        &*text
                    } else {
                        ".."
                    };
                    self.line(indent, &format!("{name}: {shown}"));
                }
                "TransactItems" => self.actions(value, indent)?,
                "RequestItems" => self.entries(value, indent)?,
                _ if name.ends_with("Expression") => {
                    let text = self.resolved(&value.unquoted(), &names);
                    self.line(indent, &format!("{name}: {text}"));
                }
                _ => self.line(indent, &format!("{name}: {value}")),
            }
        }
        Ok(())
    }

    fn actions(&mut self, actions: &str, indent: &str) -> Result<(), DecodeError> {
        let deeper = format!("{indent}  ");
        let mut actions = Elements::new(actions)?;
        while let Some(action) = actions.next()? {
            let mut kinds = Members::new(action)?;
            while let Some((kind, action)) = kinds.next()? {
                let table = RawItem::new(action).attribute("TableName")?;
                let table = table.map(Unquoted::unquoted).unwrap_or_default();
                self.line(indent, &format!("{kind} on table `{table}`"));
                self.members(action, &deeper)?;
            }
        }
        Ok(())
    }

    fn entries(&mut self, tables: &str, indent: &str) -> Result<(), DecodeError> {
        let mut tables = Members::new(tables)?;
        while let Some((_, entries)) = tables.next()? {
            if entries.starts_with('{') {
                let mut members = Members::new(entries)?;
                while let Some((name, value)) = members.next()? {
                    if name != "Keys" {
                        self.line(indent, &format!("{name}: {value}"));
                        continue;
                    }
                    let mut keys = Elements::new(value)?;
                    while let Some(key) = keys.next()? {
                        self.item(indent, "Key", key)?;
                    }
                }
                continue;
            }
            let mut entries = Elements::new(entries)?;
            while let Some(entry) = entries.next()? {
                let mut kinds = Members::new(entry)?;
                while let Some((kind, entry)) = kinds.next()? {
                    let mut members = Members::new(entry)?;
                    while let Some((_, item)) = members.next()? {
                        self.item(indent, &kind, item)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn item(&mut self, indent: &str, what: &str, item: &str) -> Result<(), DecodeError> {
        let mut shown = Vec::new();
        let mut members = Members::new(item)?;
        while let Some((name, value)) = members.next()? {
            let value = self.value(value)?;
            let name = if self.values || self.view.declares(&name) {
                quoted(&name)
            } else {
                "<entry>".to_owned()
            };
            shown.push(format!("{name} {value}"));
        }
        self.line(indent, &format!("{what}: {}", shown.join(", ")));
        Ok(())
    }

    /// An attribute value, or its type.
    fn value(&self, json: &str) -> Result<String, DecodeError> {
        if self.values {
            return Ok(json.to_owned());
        }
        let tag = Members::new(json)?.next()?;
        Ok(tag.map_or_else(String::new, |(tag, _)| tag.into_owned()))
    }

    /// The expression with the names that its aliases stand for.
    fn resolved(&self, text: &str, names: &[(String, String)]) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('#') {
            let (before, alias) = rest.split_at(at);
            let is_end = |c: char| !(c.is_ascii_alphanumeric() || c == '#');
            let (alias, after) = alias.split_at(alias.find(is_end).unwrap_or(alias.len()));
            out.push_str(before);
            let name = names.iter().find(|(known, _)| known == alias);
            match name {
                Some(_) if alias.starts_with(ENTRY) && !self.values => out.push_str("<entry>"),
                Some((_, name)) => out.push_str(&quoted(name)),
                None => out.push_str(alias),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn line(&mut self, indent: &str, text: &str) {
        self.out.push_str(indent);
        self.out.push_str(text);
        self.out.push('\n');
    }
}

/// The aliases of a request, with their names.
fn aliases(json: &str) -> Result<Vec<(String, String)>, DecodeError> {
    let mut all = Vec::new();
    let mut names = Members::new(json)?;
    while let Some((alias, name)) = names.next()? {
        all.push((alias.into_owned(), name.unquoted()));
    }
    Ok(all)
}

/// A name as it reads among others: in back quotes if it has signs of its own.
fn quoted(name: &str) -> String {
    if name
        .chars()
        .all(|c| c.is_alphanumeric() || "_-".contains(c))
    {
        name.to_owned()
    } else {
        format!("`{name}`")
    }
}
