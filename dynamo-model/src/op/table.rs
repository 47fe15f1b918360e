//! Creating a table from its model, and comparing the two.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::CreateTableInput;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    LocalSecondaryIndex, Projection as SdkProjection, ProjectionType, ScalarAttributeType,
    TableDescription, TimeToLiveStatus,
};

use super::Sending;
use crate::key::KeyKind;
use crate::schema::{AttributeDef, IndexDef, IndexScope, Projection, TableDef};
use crate::transport::{Target, control};
use crate::{Error, InvalidRequest, ModelMismatch, Table};

/// How long `create_table` waits for the table before it enables TTL.
const WAIT: Duration = Duration::from_mins(5);

/// The names of all tables of the account in the client's region, page after page: `ListTables`.
///
/// ```
/// # async fn doc(client: aws_sdk_dynamodb::Client) -> Result<(), dynamo_model::Error> {
/// for name in dynamo_model::list_tables(&client).await? {
///     println!("{name}");
/// }
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// What the service or the network says.
///
/// # Cost
///
/// One request for every 100 tables. No capacity.
pub fn list_tables(client: &Client) -> Sending<Vec<String>> {
    let client = client.clone();
    Sending::new(async move { control::list_tables(&client).await })
}

/// The creation of a table with its indexes. Made by [`Handle::create_table`](crate::Handle::create_table).
#[must_use = "nothing is created until `.send().await`"]
pub struct CreateTable<T: Table> {
    target: Target,
    input: Result<CreateTableInputBuilder, Error>,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> CreateTable<T> {
    pub(crate) fn new(target: &Target) -> Self {
        Self {
            target: target.clone(),
            input: definition(T::DEF, &target.table),
            table: PhantomData,
        }
    }

    /// Changes the SDK's input before it is sent: billing mode, streams, encryption, tags. By default the table is billed
    /// per request.
    pub fn customize(
        mut self,
        change: impl FnOnce(CreateTableInputBuilder) -> CreateTableInputBuilder,
    ) -> Self {
        self.input = self.input.map(change);
        self
    }

    /// The request as it would be sent now, to be looked at: the SDK's input, since tables are created through the SDK's own
    /// types. It holds no items.
    ///
    /// # Errors
    ///
    /// What `send` would report before it sends anything.
    pub fn request(&self) -> Result<CreateTableInput, Error> {
        let input = self.input.as_ref().map_err(Error::again)?;
        input.clone().build().map_err(incomplete)
    }

    /// Creates the table.
    ///
    /// DynamoDB goes on creating after it has answered; [`Handle::wait_until_active`](crate::Handle::wait_until_active) waits for the end. If the model has a
    /// TTL attribute, this waits by itself, because TTL can only be enabled on an active table.
    ///
    /// # Errors
    ///
    /// [`Error::Service`] with the code `ResourceInUseException` if the table exists
    /// ([`is_table_in_use`](Error::is_table_in_use)); [`Error::WaitTimeout`] if a table with TTL is not active after five
    /// minutes; and what the service or the network says.
    pub fn send(self) -> Sending<TableDescription> {
        Sending::new(async move {
            let Target {
                client,
                table: name,
                ..
            } = &self.target;
            let created = control::create_table(client, self.input?).await?;
            let Some(ttl) = T::DEF.ttl else {
                return Ok(created);
            };
            let active = control::wait_until_active(client, name, WAIT).await?;
            control::update_time_to_live(client, name, ttl, true).await?;
            Ok(active)
        })
    }
}

impl<T: Table> fmt::Debug for CreateTable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateTable")
            .field("table", &self.target.table)
            .finish_non_exhaustive()
    }
}

fn incomplete(error: BuildError) -> Error {
    InvalidRequest::new("the table's definition is incomplete")
        .with_source(error.into())
        .into()
}

fn definition(table: &'static TableDef, name: &str) -> Result<CreateTableInputBuilder, Error> {
    let mut input = CreateTableInputBuilder::default()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest);
    for element in key_schema(&[table.pk], table.sk.as_slice()).map_err(incomplete)? {
        input = input.key_schema(element);
    }
    let mut defined: Vec<&str> = Vec::new();
    let of_indexes = table
        .indexes
        .iter()
        .flat_map(|index| index.pk.iter().chain(index.sk));
    for attribute in [table.pk].iter().chain(&table.sk).chain(of_indexes) {
        if !defined.contains(&attribute.name) {
            defined.push(attribute.name);
            input = input.attribute_definitions(
                AttributeDefinition::builder()
                    .attribute_name(attribute.name)
                    .attribute_type(scalar_type(attribute.kind))
                    .build()
                    .map_err(incomplete)?,
            );
        }
    }
    for index in table.indexes {
        let schema = key_schema(index.pk, index.sk).map_err(incomplete)?;
        let projection = projection(table, index);
        match index.scope {
            IndexScope::Global => {
                let index = GlobalSecondaryIndex::builder()
                    .index_name(index.name)
                    .set_key_schema(Some(schema))
                    .projection(projection);
                input = input.global_secondary_indexes(index.build().map_err(incomplete)?);
            }
            IndexScope::Local => {
                let index = LocalSecondaryIndex::builder()
                    .index_name(index.name)
                    .set_key_schema(Some(schema))
                    .projection(projection);
                input = input.local_secondary_indexes(index.build().map_err(incomplete)?);
            }
        }
    }
    Ok(input)
}

fn key_schema(
    pk: &[AttributeDef],
    sk: &[AttributeDef],
) -> Result<Vec<KeySchemaElement>, BuildError> {
    let pk = pk.iter().map(|attribute| (attribute, KeyType::Hash));
    let sk = sk.iter().map(|attribute| (attribute, KeyType::Range));
    pk.chain(sk)
        .map(|(attribute, role)| {
            KeySchemaElement::builder()
                .attribute_name(attribute.name)
                .key_type(role)
                .build()
        })
        .collect()
}

fn scalar_type(kind: KeyKind) -> ScalarAttributeType {
    match kind {
        KeyKind::S => ScalarAttributeType::S,
        KeyKind::N => ScalarAttributeType::N,
        KeyKind::B => ScalarAttributeType::B,
    }
}

fn projection(table: &TableDef, index: &IndexDef) -> SdkProjection {
    let projection = SdkProjection::builder();
    match index.projection {
        Projection::All => projection.projection_type(ProjectionType::All),
        Projection::KeysOnly => projection.projection_type(ProjectionType::KeysOnly),
        Projection::Include(_) => projection
            .projection_type(ProjectionType::Include)
            .set_non_key_attributes(Some(included(table, index))),
    }
    .build()
}

/// The non-key attributes of an index: those it names, and the type attribute.
fn included(table: &TableDef, index: &IndexDef) -> Vec<String> {
    let Projection::Include(names) = index.projection else {
        return Vec::new();
    };
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    if let Some(name) = table.type_attribute
        && !names.iter().any(|known| known == name)
    {
        names.push(name.to_owned());
    }
    names
}

/// Compares the live table with the model.
pub(crate) async fn verify(table: &'static TableDef, target: &Target) -> Result<(), Error> {
    let live = control::describe_table(&target.client, &target.table).await?;
    let mut differences = Vec::new();
    let kinds: Vec<(&str, &ScalarAttributeType)> = live
        .attribute_definitions()
        .iter()
        .map(|definition| (definition.attribute_name(), definition.attribute_type()))
        .collect();
    let mut compare = |what: &str, model: String, live: String| {
        if model != live {
            differences.push(format!(
                "{what}: the model has {model}, the table has {live}"
            ));
        }
    };
    compare(
        "primary key",
        describe_key(&[table.pk], table.sk.as_slice()),
        describe_live_key(live.key_schema(), &kinds),
    );
    for index in table.indexes {
        let what = format!("index `{}`", index.name);
        let (found, live_projection) = match index.scope {
            IndexScope::Global => live
                .global_secondary_indexes()
                .iter()
                .find(|live| live.index_name() == Some(index.name))
                .map(|live| (live.key_schema(), live.projection()))
                .unzip(),
            IndexScope::Local => live
                .local_secondary_indexes()
                .iter()
                .find(|live| live.index_name() == Some(index.name))
                .map(|live| (live.key_schema(), live.projection()))
                .unzip(),
        };
        let model = describe_key(index.pk, index.sk);
        match found {
            None => compare(&what, model, "none".to_owned()),
            Some(schema) => {
                compare(&what, model, describe_live_key(schema, &kinds));
                compare(
                    &format!("projection of {what}"),
                    describe_projection(Some(&projection(table, index))),
                    describe_projection(live_projection.flatten()),
                );
            }
        }
    }
    if let Some(ttl) = table.ttl {
        let live = control::describe_time_to_live(&target.client, &target.table).await?;
        let enabled = matches!(
            live.time_to_live_status(),
            Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
        );
        let live = live.attribute_name().filter(|_| enabled);
        compare(
            "time to live",
            format!("`{ttl}`"),
            live.map_or_else(|| "none".to_owned(), |name| format!("`{name}`")),
        );
    }
    if differences.is_empty() {
        Ok(())
    } else {
        Err(ModelMismatch::new(&*target.table, differences).into())
    }
}

fn describe_key(pk: &[AttributeDef], sk: &[AttributeDef]) -> String {
    let one =
        |attribute: &AttributeDef| format!("`{}` {}", attribute.name, attribute.kind.as_str());
    let join = |all: &[AttributeDef]| all.iter().map(one).collect::<Vec<_>>().join(", ");
    match sk {
        [] => format!("partition key {}", join(pk)),
        sk => format!("partition key {}, sort key {}", join(pk), join(sk)),
    }
}

fn describe_live_key(
    schema: &[KeySchemaElement],
    kinds: &[(&str, &ScalarAttributeType)],
) -> String {
    let join = |role: &KeyType| {
        schema
            .iter()
            .filter(|element| element.key_type() == role)
            .map(|element| {
                let name = element.attribute_name();
                let kind = kinds.iter().find(|(known, _)| *known == name);
                format!("`{name}` {}", kind.map_or("?", |(_, kind)| kind.as_str()))
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    match join(&KeyType::Range).as_str() {
        "" => format!("partition key {}", join(&KeyType::Hash)),
        sk => format!("partition key {}, sort key {sk}", join(&KeyType::Hash)),
    }
}

fn describe_projection(projection: Option<&SdkProjection>) -> String {
    let Some(projection) = projection else {
        return "none".to_owned();
    };
    let kind = projection
        .projection_type()
        .map_or("?", ProjectionType::as_str);
    let mut names = projection.non_key_attributes().to_vec();
    names.sort_unstable();
    match names.as_slice() {
        [] => kind.to_owned(),
        names => format!("{kind} of `{}`", names.join("`, `")),
    }
}
