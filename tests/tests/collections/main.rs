//! Collections: one query, several entities, told apart and in the order of their keys.

mod hygiene;
mod indexes;
mod shapes;
mod views;

use dynamo_model::{CollectionProblem, Error, Item, prelude::*};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop",
    pk = "PK",
    sk = "SK",
    ttl = "expires_at",
    entities(Customer, Address, Order, Line, Invoice)
)]
pub(crate) struct Shop;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "PROFILE", type = "customer", type_aliases("Client"))]
pub(crate) struct Customer {
    pub customer_id: String,
    #[entity(unique)]
    pub email: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{of}", sk = "ADDRESS#{kind}")]
pub(crate) struct Address {
    pub of: String,
    pub kind: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
pub(crate) struct Order {
    pub customer_id: String,
    pub number: u32,
    pub total: u64,
    #[entity(ttl)]
    pub expires_at: Option<u64>,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{order}#LINE#{line}")]
pub(crate) struct Line {
    pub customer_id: String,
    pub order: u32,
    pub line: u8,
    pub note: Option<String>,
}

/// In the partition, and in none of the collections.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "INVOICE#{number}")]
pub(crate) struct Invoice {
    pub customer_id: String,
    pub number: u32,
}

/// All that a customer has.
#[derive(Collection, Debug, Clone, PartialEq)]
enum CustomerItem {
    Customer(Customer),
    Address(Address),
    Order(Order),
    Line(Line),
}

/// What begins with `ORDER#`.
#[derive(Collection, Debug, Clone, PartialEq)]
#[collection(sort(number: u32))]
enum OrderItem {
    Order(Order),
    Line(Line),
}

/// The same with what is left.
#[derive(Collection, Debug)]
enum Anything {
    Customer(Customer),
    Address(Address),
    #[collection(other)]
    Rest(Item<Shop>),
}

pub(crate) fn customer() -> Customer {
    Customer {
        customer_id: "c".into(),
        email: "c@example.com".into(),
    }
}

pub(crate) fn address(kind: &str) -> Address {
    Address {
        of: "c".into(),
        kind: kind.into(),
    }
}

pub(crate) fn order(number: u32, total: u64) -> Order {
    Order {
        customer_id: "c".into(),
        number,
        total,
        expires_at: None,
    }
}

pub(crate) fn line(order: u32, line: u8) -> Line {
    Line {
        customer_id: "c".into(),
        order,
        line,
        note: None,
    }
}

pub(crate) fn invoice(number: u32) -> Invoice {
    Invoice {
        customer_id: "c".into(),
        number,
    }
}

/// A customer with an address and two orders.
pub(crate) async fn shop() -> Handle<Shop> {
    let shop = Shop::on(client().await);
    shop.create_table().send().await.unwrap();
    shop.put(&customer()).send().await.unwrap();
    shop.put(&address("home")).send().await.unwrap();
    shop.put(&order(1, 10)).send().await.unwrap();
    shop.put(&order(2, 20)).send().await.unwrap();
    shop.put(&line(1, 1)).send().await.unwrap();
    shop.put(&line(1, 2)).send().await.unwrap();
    shop.put(&line(2, 1)).send().await.unwrap();
    // Of somebody else.
    let other = Order {
        customer_id: "d".into(),
        ..order(1, 1)
    };
    shop.put(&other).send().await.unwrap();
    shop
}

fn all() -> Vec<CustomerItem> {
    vec![
        CustomerItem::Address(address("home")),
        CustomerItem::Order(order(1, 10)),
        CustomerItem::Line(line(1, 1)),
        CustomerItem::Line(line(1, 2)),
        CustomerItem::Order(order(2, 20)),
        CustomerItem::Line(line(2, 1)),
        CustomerItem::Customer(customer()),
    ]
}

#[tokio::test]
async fn items_come_in_the_order_of_their_keys() {
    let shop = shop().await;
    let found = shop.query(CustomerItem::of("c")).collect().await.unwrap();
    assert_eq!(found, all());
    let mut items = shop
        .query(CustomerItem::of("c"))
        .descending()
        .page_size(2)
        .consistent()
        .items();
    let mut found = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        found.push(item);
    }
    found.reverse();
    assert_eq!(found, all());
    let first = shop.query(CustomerItem::of("c")).take(2).collect().await;
    assert_eq!(first.unwrap(), all()[..2]);
    assert_eq!(
        shop.query(CustomerItem::of("nobody"))
            .first()
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn nothing_is_read_beside_what_the_keys_begin_with() {
    let shop = shop().await;
    shop.put(&invoice(1)).send().await.unwrap();
    let mut items = shop.query(OrderItem::of("c")).items();
    let mut found = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        found.push(item);
    }
    assert_eq!(found.len(), 5);
    assert_eq!(items.scanned_count(), 5);
    let mut items = shop
        .query(OrderItem::of("c").sort(|k| k.number.eq(1_u32)))
        .items();
    let mut found = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        found.push(item);
    }
    assert_eq!(
        found,
        [
            OrderItem::Order(order(1, 10)),
            OrderItem::Line(line(1, 1)),
            OrderItem::Line(line(1, 2)),
        ]
    );
    assert_eq!(items.scanned_count(), 3);
}

#[tokio::test]
async fn a_range_holds_for_every_member() {
    let shop = shop().await;
    let later = [OrderItem::Order(order(2, 20)), OrderItem::Line(line(2, 1))];
    let partition = OrderItem::of("c").sort(|k| k.number.gt(1_u32));
    assert_eq!(shop.query(partition).collect().await.unwrap(), later);
    let partition = OrderItem::of("c").sort(|k| k.number.between(2_u32, 9_u32));
    assert_eq!(shop.query(partition).collect().await.unwrap(), later);
    let partition = OrderItem::of("c").sort(|k| k.number.le(1_u32));
    assert_eq!(shop.query(partition).collect().await.unwrap().len(), 3);
    let partition = OrderItem::of("c").sort(|k| k.number.between(2_u32, 1_u32));
    assert_eq!(shop.query(partition).collect().await.unwrap(), []);
}

#[tokio::test]
async fn an_item_of_an_entity_that_is_no_member_is_an_error() {
    let shop = shop().await;
    shop.put(&invoice(7)).send().await.unwrap();
    let error = shop.query(CustomerItem::of("c")).collect().await;
    let error = error.unwrap_err();
    let Error::Collection(unknown) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(unknown.problem(), CollectionProblem::Unknown);
    assert_eq!(unknown.collection(), "CustomerItem");
    assert_eq!(unknown.entity(), Some("Invoice"));
    assert_eq!(unknown.key_names(), ["PK", "SK"]);
    assert_eq!(unknown.type_attribute(), Some("_type"));
    let text = error.to_string();
    assert!(
        text.contains("`Invoice`") && text.contains("`CustomerItem`"),
        "{text}"
    );
    // It is one `Err`, and the stream goes on behind it.
    let mut items = shop.query(CustomerItem::of("c")).items();
    let (mut found, mut failed) = (0, 0);
    loop {
        match items.try_next().await {
            Ok(Some(_)) => found += 1,
            Ok(None) => break,
            Err(_) => failed += 1,
        }
    }
    assert_eq!((found, failed), (all().len(), 1));
}

#[tokio::test]
async fn a_type_that_nobody_knows_is_not_shown() {
    let shop = shop().await;
    let mut item = invoice(7).to_item().unwrap();
    item.insert(
        "_type".into(),
        aws_sdk_dynamodb::types::AttributeValue::S("s3cret".into()),
    );
    let put = shop.client().put_item().table_name(shop.name());
    put.set_item(Some(item)).send().await.unwrap();
    let error = shop.query(CustomerItem::of("c")).collect().await;
    let error = error.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(!text.contains("s3cret"), "{text}");
    assert!(text.contains("`_type`") && text.contains("`PK`"), "{text}");
}

#[tokio::test]
async fn unknown_items_are_passed_over_or_kept() {
    let shop = shop().await;
    shop.put(&invoice(7)).send().await.unwrap();
    let found = shop.query(CustomerItem::of("c")).skip_unknown();
    // `take` counts what is yielded.
    let found = found.take(7).collect().await.unwrap();
    assert_eq!(found, all());
    let found = shop.query(Anything::of("c")).collect().await.unwrap();
    assert_eq!(found.len(), 8);
    let mut invoices = 0;
    for item in &found {
        match item {
            Anything::Customer(found) => assert_eq!(*found, customer()),
            Anything::Address(found) => assert_eq!(*found, address("home")),
            Anything::Rest(item) if item.is::<Invoice>() => {
                assert_eq!(item.decode::<Invoice>().unwrap(), invoice(7));
                invoices += 1;
            }
            Anything::Rest(item) => assert!(!item.is::<Customer>()),
        }
    }
    assert_eq!(invoices, 1);
    let found = shop.query(Anything::of("c")).skip_unknown();
    assert_eq!(found.collect().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_item_of_an_alias_or_without_a_type_is_its_members() {
    let shop = shop().await;
    let mut old = customer().to_item().unwrap();
    old.insert(
        "_type".into(),
        aws_sdk_dynamodb::types::AttributeValue::S("Client".into()),
    );
    let put = || shop.client().put_item().table_name(shop.name());
    put().set_item(Some(old)).send().await.unwrap();
    let mut untyped = line(1, 1).to_item().unwrap();
    untyped.remove("_type");
    put().set_item(Some(untyped)).send().await.unwrap();
    let found = shop.query(CustomerItem::of("c")).collect().await.unwrap();
    assert_eq!(found, all());
}

#[tokio::test]
async fn a_filter_of_one_member_leaves_the_others() {
    let shop = shop().await;
    let found = shop
        .query(CustomerItem::of("c"))
        .filter_member::<Order>(|o| o.total.gt(15))
        .filter_member::<Line>(|l| l.note.exists().or(l.line.eq(2)))
        .collect()
        .await;
    let wanted = [
        CustomerItem::Address(address("home")),
        CustomerItem::Line(line(1, 2)),
        CustomerItem::Order(order(2, 20)),
        CustomerItem::Customer(customer()),
    ];
    assert_eq!(found.unwrap(), wanted);
}

#[tokio::test]
async fn what_has_expired_is_passed_over() {
    let shop = shop().await;
    let expired = Order {
        expires_at: Some(1),
        ..order(3, 30)
    };
    shop.put(&expired).send().await.unwrap();
    let found = shop.query(CustomerItem::of("c")).skip_expired();
    assert_eq!(found.collect().await.unwrap(), all());
}

#[tokio::test]
async fn a_scan_reads_the_members_of_all_partitions() {
    let shop = shop().await;
    // The marker of the customer's e-mail address is in the table, too.
    let found: Vec<CustomerItem> = shop.scan_collection().collect().await.unwrap();
    assert_eq!(found.len(), all().len() + 1);
    shop.put(&invoice(7)).send().await.unwrap();
    let error = shop.scan_collection::<CustomerItem>().collect().await;
    assert!(matches!(error, Err(Error::Collection(_))));
    let found = shop.scan_collection::<OrderItem>().skip_unknown();
    let found = found.filter_member::<Order>(|o| o.total.lt(15));
    assert_eq!(found.page_size(3).collect().await.unwrap().len(), 5);
    let found = shop.scan_collection::<Anything>().collect().await.unwrap();
    assert_eq!(found.len(), all().len() + 2);
}

#[tokio::test]
async fn a_wrong_value_of_the_partition_is_refused() {
    let shop = shop().await;
    let error = shop.query(CustomerItem::of("a#b")).first().await;
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Key(_)), "{error}");
    assert!(error.to_string().contains("CustomerItem"), "{error}");
}

#[test]
fn a_partition_and_a_query_show_no_values() {
    let text = format!("{:?}", CustomerItem::of("s3cret"));
    assert_eq!(text, "ItemCollection { collection: \"CustomerItem\", .. }");
}

#[test]
fn the_definition_says_what_is_read() {
    let def = <OrderItem as dynamo_model::Collection>::DEF;
    assert_eq!(
        (def.name, def.doc),
        ("OrderItem", "What begins with `ORDER#`.")
    );
    assert_eq!(
        (def.index, def.sort, def.other),
        (None, ["number"].as_slice(), None)
    );
    let names: Vec<_> = def
        .members
        .iter()
        .map(|m| (m.name, m.entity.name, m.key))
        .collect();
    assert_eq!(names, [("Order", "Order", 0), ("Line", "Line", 0)]);
    let def = <Anything as dynamo_model::Collection>::DEF;
    assert_eq!(def.other, Some("Rest"));
}
