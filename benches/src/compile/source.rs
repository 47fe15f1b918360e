//! What is in the generated crates.

use std::fmt::Write as _;
use std::path::Path;

use super::{ENTITIES, Extent};

/// In whose manner the entities are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Serde,
    Modyne,
    Facade,
    This,
}

impl Manner {
    pub const ALL: [Self; 4] = [Self::Serde, Self::Modyne, Self::Facade, Self::This];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Serde => "serde",
            Self::Modyne => "modyne",
            Self::Facade => "facade",
            Self::This => "this",
        }
    }

    /// How it is called in a table.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Serde => "plain serde derives",
            Self::Modyne => "modyne",
            Self::Facade => "dynamodb-facade",
            Self::This => "dynamo-model",
        }
    }
}

/// The same dependencies for every crate, so that all are built with the same features; what a crate does not name it
/// does not load.
pub(super) fn manifest(name: &str, benches: &Path) -> String {
    let project = benches.join("../dynamo-model");
    format!(
        r#"[package]
name = "{name}"
version = "0.0.0"
edition = "2024"

[dependencies]
aws-sdk-dynamodb = {{ version = "1.136", default-features = false, features = ["rt-tokio"] }}
dynamo-model = {{ path = {project:?} }}
dynamodb-facade = "0.2.0"
modyne = {{ version = "0.3.1", features = ["derive"] }}
serde = {{ version = "1.0.229", features = ["derive"] }}
serde_dynamo = {{ version = "4.3", features = ["aws-sdk-dynamodb+1"] }}
"#
    )
}

/// The modules, and what the entities have in common.
pub(super) fn root(manner: Manner) -> String {
    let mut source = String::new();
    for number in 0..ENTITIES {
        let _ = writeln!(source, "pub mod e{number:02};");
    }
    source.push_str(match manner {
        Manner::Serde => "",
        Manner::Modyne => MODYNE_TABLE,
        Manner::Facade => FACADE_TABLE,
        Manner::This => "",
    });
    if manner == Manner::This {
        let entities: Vec<String> = (0..ENTITIES)
            .map(|number| format!("e{number:02}::E{number:02}"))
            .collect();
        let _ = write!(
            source,
            r#"
#[derive(dynamo_model::Table)]
#[table(
    name = "shop", pk = "PK", sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = "GSI2PK", sk = "GSI2SK"),
    entities({}),
)]
pub struct Shop;
"#,
            entities.join(", ")
        );
    }
    source
}

const MODYNE_TABLE: &str = r#"
pub struct Shop(pub aws_sdk_dynamodb::Client);

impl modyne::Table for Shop {
    type PrimaryKey = modyne::keys::Primary;
    type IndexKeys = (modyne::keys::Gsi1, modyne::keys::Gsi2);
    fn table_name(&self) -> &str { "shop" }
    fn client(&self) -> &aws_sdk_dynamodb::Client { &self.0 }
}
"#;

const FACADE_TABLE: &str = r#"
use dynamodb_facade::StringAttribute;

dynamodb_facade::attribute_definitions! {
    Pk { "PK": StringAttribute }
    Sk { "SK": StringAttribute }
    Gsi1Pk { "GSI1PK": StringAttribute }
    Gsi1Sk { "GSI1SK": StringAttribute }
    Gsi2Pk { "GSI2PK": StringAttribute }
    Gsi2Sk { "GSI2SK": StringAttribute }
    ItemType { "_type": StringAttribute }
}

dynamodb_facade::table_definitions! {
    Shop {
        type PartitionKey = Pk;
        type SortKey = Sk;
        fn table_name() -> String { "shop".to_owned() }
    }
}

dynamodb_facade::index_definitions! {
    #[table = Shop]
    Gsi1 {
        type PartitionKey = Gsi1Pk;
        type SortKey = Gsi1Sk;
        fn index_name() -> String { "GSI1".to_owned() }
    }
    #[table = Shop]
    Gsi2 {
        type PartitionKey = Gsi2Pk;
        type SortKey = Gsi2Sk;
        fn index_name() -> String { "GSI2".to_owned() }
    }
}
"#;

/// One entity, with its amount as that type.
pub(super) fn entity(manner: Manner, extent: Extent, number: usize, amount: &str) -> String {
    let (before, after) = match manner {
        Manner::Serde => ("#[derive(serde::Serialize, serde::Deserialize)]", ""),
        Manner::Modyne => (
            "#[derive(modyne::EntityDef, serde::Serialize, serde::Deserialize)]",
            MODYNE_ENTITY,
        ),
        Manner::Facade => (
            "#[derive(serde::Serialize, serde::Deserialize)]",
            FACADE_ENTITY,
        ),
        Manner::This => (THIS_ENTITY, ""),
    };
    let usage = match (extent, manner) {
        (Extent::Derived, _) => "",
        (Extent::Used, Manner::Serde) => SERDE_USE,
        (Extent::Used, Manner::Modyne) => MODYNE_USE,
        (Extent::Used, Manner::Facade) => FACADE_USE,
        (Extent::Used, Manner::This) => THIS_USE,
    };
    [before, STRUCT, after, usage]
        .concat()
        .replace("NUMBER", &format!("{number:02}"))
        .replace("AMOUNT", amount)
}

const STRUCT: &str = r#"
pub struct ENUMBER {
    pub tenant: String,
    pub id: String,
    pub status: String,
    pub created_at: u64,
    pub amount: AMOUNT,
    pub note: Option<String>,
}
"#;

const THIS_ENTITY: &str = r#"#[derive(dynamo_model::Entity, serde::Serialize, serde::Deserialize)]
#[entity(
    table = crate::Shop, pk = "TENANT#{tenant}", sk = "ENUMBER#{id}",
    index(by_status, on = "GSI1", pk = "ENUMBER#{tenant}#{status}", sk = "{created_at}"),
    index(by_time, on = "GSI2", pk = "ENUMBER", sk = "{created_at}#{id}"),
)]"#;

const MODYNE_ENTITY: &str = r#"
use modyne::keys::{FullKey, Gsi1, Gsi2, Primary};

impl modyne::Entity for ENUMBER {
    type KeyInput<'a> = (&'a str, &'a str);
    type Table = crate::Shop;
    type IndexKeys = (Gsi1, Gsi2);

    fn primary_key((tenant, id): Self::KeyInput<'_>) -> Primary {
        Primary { hash: format!("TENANT#{tenant}"), range: format!("ENUMBER#{id}") }
    }

    fn full_key(&self) -> FullKey<Primary, Self::IndexKeys> {
        FullKey {
            primary: Self::primary_key((&self.tenant, &self.id)),
            indexes: (
                Gsi1 {
                    hash: format!("ENUMBER#{}#{}", self.tenant, self.status),
                    range: format!("{:020}", self.created_at),
                },
                Gsi2 {
                    hash: "ENUMBER".to_owned(),
                    range: format!("{:020}#{}", self.created_at, self.id),
                },
            ),
        }
    }
}
"#;

const FACADE_ENTITY: &str = r#"
use crate::*;

dynamodb_facade::dynamodb_item! {
    #[table = Shop]
    ENUMBER {
        #[partition_key]
        Pk {
            fn attribute_id(&self) -> &'id str { &self.tenant }
            fn attribute_value(id) -> String { format!("TENANT#{id}") }
        }
        #[sort_key]
        Sk {
            fn attribute_id(&self) -> &'id str { &self.id }
            fn attribute_value(id) -> String { format!("ENUMBER#{id}") }
        }
        Gsi1Pk {
            fn attribute_id(&self) -> (&'id str, &'id str) { (&self.tenant, &self.status) }
            fn attribute_value(id) -> String { format!("ENUMBER#{}#{}", id.0, id.1) }
        }
        Gsi1Sk {
            fn attribute_id(&self) -> u64 { self.created_at }
            fn attribute_value(id) -> String { format!("{id:020}") }
        }
        Gsi2Pk { const VALUE: &'static str = "ENUMBER"; }
        Gsi2Sk {
            fn attribute_id(&self) -> (u64, &'id str) { (self.created_at, &self.id) }
            fn attribute_value(id) -> String { format!("{:020}#{}", id.0, id.1) }
        }
        ItemType { const VALUE: &'static str = "ENUMBER"; }
    }
}
"#;

const SERDE_USE: &str = r#"
pub fn put_and_get(client: aws_sdk_dynamodb::Client, entity: ENUMBER) -> std::pin::Pin<Box<dyn Future<Output = Option<ENUMBER>>>> {
    use aws_sdk_dynamodb::types::AttributeValue;
    Box::pin(async move {
        let (pk, sk) = (format!("TENANT#{}", entity.tenant), format!("ENUMBER#{}", entity.id));
        let mut item: std::collections::HashMap<String, AttributeValue> = serde_dynamo::to_item(&entity).ok()?;
        item.insert("PK".to_owned(), AttributeValue::S(pk.clone()));
        item.insert("SK".to_owned(), AttributeValue::S(sk.clone()));
        client.put_item().table_name("shop").set_item(Some(item)).send().await.ok()?;
        let get = client.get_item().table_name("shop").key("PK", AttributeValue::S(pk)).key("SK", AttributeValue::S(sk));
        serde_dynamo::from_item(get.send().await.ok()?.item?).ok()
    })
}
"#;

const MODYNE_USE: &str = r#"
pub fn put_and_get(shop: crate::Shop, entity: ENUMBER) -> std::pin::Pin<Box<dyn Future<Output = Option<ENUMBER>>>> {
    use modyne::{EntityExt, ProjectionExt};
    Box::pin(async move {
        let (tenant, id) = (entity.tenant.clone(), entity.id.clone());
        EntityExt::put(entity).execute(&shop).await.ok()?;
        let get = <ENUMBER as EntityExt>::get((&*tenant, &*id));
        ENUMBER::from_item(get.execute(&shop).await.ok()?.item?).ok()
    })
}
"#;

const FACADE_USE: &str = r#"
pub fn put_and_get(client: aws_sdk_dynamodb::Client, entity: ENUMBER) -> std::pin::Pin<Box<dyn Future<Output = Option<ENUMBER>>>> {
    use dynamodb_facade::explicit_client::DynamoDBItemOp;
    Box::pin(async move {
        DynamoDBItemOp::<Shop>::put(&entity, client.clone()).await.ok()?;
        let key = dynamodb_facade::KeyId::pk(&*entity.tenant).sk(&*entity.id);
        <ENUMBER as DynamoDBItemOp<Shop>>::get(client, key).await.ok()?
    })
}
"#;

const THIS_USE: &str = r#"
pub fn put_and_get(shop: dynamo_model::Handle<crate::Shop>, entity: ENUMBER) -> std::pin::Pin<Box<dyn Future<Output = Option<ENUMBER>>>> {
    Box::pin(async move {
        shop.put(&entity).send().await.ok()?;
        let key = ENUMBER::key(&*entity.tenant, &*entity.id);
        shop.get(key).send().await.ok()?
    })
}
"#;
