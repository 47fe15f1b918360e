//! What the derive prints for a typical entity: how much it is, and what it looks like.
//!
//! `SNAPSHOT=overwrite cargo test -p dynamo-derive` records it anew.

use std::error::Error;
use std::path::Path;

/// Lines that six fields and one index may take, serde's own derives not counted: the handles for conditions on sort keys
/// and for attributes are a third of them; each key names the types of its components, and each component has a line for
/// being written and one for being read back.
const BUDGET: usize = 123;

/// The `Order` of the quickstart.
const ORDER: &str = r#"
    /// What a customer bought.
    #[entity(
        table = Shop,
        pk = "CUSTOMER#{customer_id}", sk = "ORDER#{placed_at}#{order_id}",
        index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{placed_at}"),
    )]
    pub struct Order {
        pub customer_id: String,
        pub order_id: Uuid,
        pub placed_at: Timestamp,
        pub status: Status,
        pub total_cents: u64,
        pub note: Option<String>,
    }
"#;

#[test]
fn six_fields_and_one_index_stay_within_the_budget() -> Result<(), Box<dyn Error>> {
    let expansion = super::derive(&syn::parse_str(ORDER)?);
    let printed = prettyplease::unparse(&syn::parse2(expansion)?);
    let lines = printed.lines().count();
    println!("{lines} lines for six fields and one index, of {BUDGET}");

    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/entity/snapshots/order.rs");
    if std::env::var_os("SNAPSHOT").is_some_and(|wish| wish == "overwrite") {
        std::fs::write(&snapshot, &printed)?;
    }
    assert_eq!(
        printed,
        std::fs::read_to_string(&snapshot)?,
        "the expansion is another one than recorded"
    );
    assert!(lines <= BUDGET, "the expansion has {lines} lines");
    Ok(())
}
