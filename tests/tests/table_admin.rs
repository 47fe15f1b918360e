//! Tables created from their models, looked at, compared and deleted.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    BillingMode, KeySchemaElement, KeyType, ProjectionType, StreamSpecification, StreamViewType,
    TableStatus, TimeToLiveStatus,
};
use dynamo_model::prelude::*;
use dynamo_model::{Error, list_tables};
use dynamo_model_tests::client;

const SOON: Duration = Duration::from_secs(20);

#[derive(Table)]
#[table(
    name = "full",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = N("number"), projection = keys_only),
    gsi("GSI3", pk = ["a", N("b"), B("c")], sk = ["SK", "d"], projection = include("x", "y")),
    lsi("LSI1", sk = N("number"), projection = include("z")),
    lsi("LSI2", sk = B("c")),
    ttl = "expires_at",
    type_attribute = "kind"
)]
struct Full;

#[derive(Table)]
#[table(name = "minimal", pk = B("id"))]
struct Minimal;

/// The `pk`s and the `sk`s of a key.
fn key(schema: &[KeySchemaElement]) -> (Vec<&str>, Vec<&str>) {
    let of = |kind: KeyType| {
        schema
            .iter()
            .filter(|element| *element.key_type() == kind)
            .map(KeySchemaElement::attribute_name)
            .collect()
    };
    (of(KeyType::Hash), of(KeyType::Range))
}

#[tokio::test]
async fn a_table_has_all_that_its_model_says() {
    let full = Full::on(client().await);
    full.create_table().send().await.unwrap();
    let table = full.wait_until_active(SOON).await.unwrap();
    assert_eq!(table.table_name(), Some("full"));
    assert_eq!(table.table_status(), Some(&TableStatus::Active));
    assert_eq!(key(table.key_schema()), (vec!["PK"], vec!["SK"]));
    let mut kinds: Vec<_> = table
        .attribute_definitions()
        .iter()
        .map(|definition| {
            format!(
                "{} {}",
                definition.attribute_name(),
                definition.attribute_type()
            )
        })
        .collect();
    kinds.sort();
    assert_eq!(
        kinds,
        [
            "GSI1PK S", "GSI1SK S", "PK S", "SK S", "a S", "b N", "c B", "d S", "number N"
        ]
    );

    let gsi = |name: &str| {
        let all = table.global_secondary_indexes();
        all.iter()
            .find(|index| index.index_name() == Some(name))
            .unwrap()
    };
    assert_eq!(table.global_secondary_indexes().len(), 3);
    assert_eq!(
        key(gsi("GSI1").key_schema()),
        (vec!["GSI1PK"], vec!["GSI1SK"])
    );
    assert_eq!(key(gsi("GSI2").key_schema()), (vec!["number"], vec![]));
    assert_eq!(
        key(gsi("GSI3").key_schema()),
        (vec!["a", "b", "c"], vec!["SK", "d"])
    );
    let projection = |name| gsi(name).projection().unwrap();
    let kind = |name| projection(name).projection_type().unwrap();
    assert_eq!(*kind("GSI1"), ProjectionType::All);
    assert_eq!(*kind("GSI2"), ProjectionType::KeysOnly);
    assert_eq!(*kind("GSI3"), ProjectionType::Include);
    let mut names = projection("GSI3").non_key_attributes().to_vec();
    names.sort();
    assert_eq!(names, ["kind", "x", "y"]);

    let lsi = |name: &str| {
        let all = table.local_secondary_indexes();
        all.iter()
            .find(|index| index.index_name() == Some(name))
            .unwrap()
    };
    assert_eq!(table.local_secondary_indexes().len(), 2);
    assert_eq!(key(lsi("LSI1").key_schema()), (vec!["PK"], vec!["number"]));
    assert_eq!(key(lsi("LSI2").key_schema()), (vec!["PK"], vec!["c"]));
    let projection = lsi("LSI1").projection().unwrap();
    let mut names = projection.non_key_attributes().to_vec();
    names.sort();
    assert_eq!(names, ["kind", "z"]);

    let ttl = full.client().describe_time_to_live().table_name("full");
    let ttl = ttl.send().await.unwrap().time_to_live_description.unwrap();
    assert_eq!(ttl.attribute_name(), Some("expires_at"));
    assert_eq!(ttl.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));

    full.verify().await.unwrap();
}

#[tokio::test]
async fn the_smallest_table() {
    let minimal = Minimal::on(client().await);
    let created = minimal.create_table().send().await.unwrap();
    assert_eq!(key(created.key_schema()), (vec!["id"], vec![]));
    assert!(
        created
            .global_secondary_indexes
            .unwrap_or_default()
            .is_empty()
    );
    let billing = created.billing_mode_summary.unwrap().billing_mode.unwrap();
    assert_eq!(billing, BillingMode::PayPerRequest);
    minimal.verify().await.unwrap();
}

#[tokio::test]
async fn the_definition_can_be_customized() {
    let minimal = Minimal::on(client().await).named("other");
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewImage)
        .build()
        .unwrap();
    let create = minimal.create_table();
    let create = create.customize(move |input| input.stream_specification(stream));
    // Changes add up.
    let create = create.customize(|input| input.deletion_protection_enabled(false));
    create.send().await.unwrap();
    let table = minimal.describe().await.unwrap();
    assert_eq!(table.table_name(), Some("other"));
    let stream = table.stream_specification.unwrap();
    assert!(stream.stream_enabled);
    assert_eq!(stream.stream_view_type, Some(StreamViewType::NewImage));
}

#[tokio::test]
async fn a_table_is_created_once() {
    let minimal = Minimal::on(client().await);
    minimal.create_table().send().await.unwrap();
    let error = minimal.create_table().send().await.unwrap_err();
    assert!(error.is_table_in_use(), "{error}");
    assert!(matches!(error, Error::Service(_)));
    assert_eq!(error.code(), Some("ResourceInUseException"));
    assert!(error.to_string().contains("`minimal`"), "{error}");
}

#[tokio::test]
async fn all_tables_are_listed() {
    let client = client().await;
    assert!(list_tables(&client).await.unwrap().is_empty());
    // One more than a page of the service holds.
    let mut expected: Vec<String> = (0..101).map(|n| format!("table-{n:03}")).collect();
    for name in &expected {
        let table = Minimal::on(client.clone()).named(name.as_str());
        table.create_table().send().await.unwrap();
    }
    expected.sort();
    let mut listed = list_tables(&client).await.unwrap();
    listed.sort();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn a_table_comes_and_goes() {
    let minimal = Minimal::on(client().await);
    assert!(minimal.describe().await.unwrap_err().is_table_not_found());
    minimal.wait_until_gone(SOON).await.unwrap();
    minimal.create_table().send().await.unwrap();
    minimal.wait_until_active(SOON).await.unwrap();
    let error = minimal.wait_until_gone(Duration::from_millis(150)).await;
    let error = error.unwrap_err();
    let Error::WaitTimeout(timeout) = &error else {
        panic!("{error}");
    };
    assert_eq!(timeout.table(), "minimal");
    assert!(timeout.last_state().contains("ACTIVE"));
    minimal.delete_table().await.unwrap();
    minimal.wait_until_gone(SOON).await.unwrap();
    let error = minimal.delete_table().await.unwrap_err();
    assert!(error.is_table_not_found(), "{error}");
    let error = minimal.wait_until_active(Duration::from_millis(50)).await;
    assert!(matches!(error, Err(Error::WaitTimeout(_))));
    let error = minimal.verify().await.unwrap_err();
    assert!(error.is_table_not_found(), "{error}");
}

/// The table as it is, and models that differ from it.
mod differences {
    use super::*;

    #[derive(Table)]
    #[table(
        name = "shop",
        pk = "PK",
        sk = "SK",
        gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
        gsi("GSI2", pk = "GSI2PK", projection = include("a")),
        lsi("LSI1", sk = "LSI1SK")
    )]
    struct Real;

    #[derive(Table)]
    #[table(name = "shop", pk = "PK", sk = N("SK"))]
    struct OtherKind;

    #[derive(Table)]
    #[table(name = "shop", pk = "pk")]
    struct OtherKey;

    #[derive(Table)]
    #[table(
        name = "shop",
        pk = "PK",
        sk = "SK",
        gsi("GSI1", pk = ["GSI1PK", "GSI1SK"]),
        gsi("GSI2", pk = "GSI2PK", projection = include("a", "b")),
        gsi("GSI9", pk = "GSI9PK"),
        lsi("LSI1", sk = "LSI1SK", projection = keys_only),
        lsi("LSI9", sk = "LSI9SK"),
        ttl = "expires"
    )]
    struct Everything;

    #[derive(Table)]
    #[table(name = "shop", pk = "PK", sk = "SK")]
    struct Fewer;

    #[derive(Table)]
    #[table(name = "shop", pk = "PK", sk = "SK", type_attribute = "kind", gsi("GSI2", pk = "GSI2PK", projection = include("a")))]
    struct OtherType;

    async fn differences<T: Table>(client: &aws_sdk_dynamodb::Client) -> Vec<String> {
        match Handle::<T>::new(client.clone()).verify().await {
            Ok(()) => Vec::new(),
            Err(Error::ModelMismatch(mismatch)) => {
                assert_eq!(mismatch.table(), "shop");
                mismatch.differences().to_vec()
            }
            Err(error) => panic!("{error}"),
        }
    }

    #[tokio::test]
    async fn every_difference_is_named() {
        let client = client().await;
        Real::on(client.clone())
            .create_table()
            .send()
            .await
            .unwrap();
        assert!(differences::<Real>(&client).await.is_empty());
        // What the model does not know is no difference.
        assert!(differences::<Fewer>(&client).await.is_empty());
        let found = differences::<OtherKind>(&client).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("`SK` N") && found[0].contains("`SK` S"),
            "{found:?}"
        );
        let found = differences::<OtherKey>(&client).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("`pk` S") && found[0].contains("`PK` S"),
            "{found:?}"
        );
        let found = differences::<OtherType>(&client).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("projection of index `GSI2`"), "{found:?}");

        let found = differences::<Everything>(&client).await;
        let expected = [
            "index `GSI1`: ",
            "projection of index `GSI2`: ",
            "index `GSI9`: ",
            "projection of index `LSI1`: ",
            "index `LSI9`: ",
            "time to live: ",
        ];
        for expected in expected {
            let of_it = found.iter().filter(|found| found.starts_with(expected));
            assert_eq!(of_it.count(), 1, "{expected} in {found:?}");
        }
        assert_eq!(found.len(), expected.len(), "{found:?}");
    }
}
