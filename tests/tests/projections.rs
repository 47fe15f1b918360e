//! Projections: what is asked for, what is read from keys instead, and what the attributes are called.

#![expect(
    clippy::struct_field_names,
    reason = "attributes have the names that tables have"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{Builder, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use dynamo_model::prelude::*;
use dynamo_model::schema::FieldDef;
use dynamo_model_tests::client;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("keys", pk = "GSI2PK", sk = "GSI2SK", projection = keys_only),
    gsi("some", pk = "GSI3PK", projection = include("totalCents", "note")),
    gsi("native", pk = ["region", N("year")], sk = "city"),
    lsi("due", sk = "LSI1SK", projection = keys_only),
    gsi("sharded", pk = "GSI4PK", sk = "GSI4SK"),
    ttl = "expires",
    entities(Order, Note)
)]
struct Shop;

#[derive(KeyPart, Serialize, Deserialize, Debug, Clone, Copy, PartialEq)]
#[serde(rename_all = "UPPERCASE")]
enum Status {
    Paid,
    Shipped,
}

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Address {
    street_name: String,
    zip_code: u32,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop,
    pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{placed_at}"),
    index(keys_by_status, on = "keys", pk = "STATUS#{status}", sk = "{placed_at}"),
    index(by_code, on = "some", pk = "CODE#{code:lower}"),
    index(by_place, on = "native", pk = ["{region}", "{year}"], sk = "{city}"),
    index(by_due, on = "due", sk = "DUE#{due}"),
    index(spread, on = "sharded", pk = "ALL#{number:shard(4)}", sk = "{placed_at}"),
)]
#[serde(rename_all = "camelCase")]
struct Order {
    #[entity(key_only)]
    customer_id: String,
    number: u32,
    placed_at: Timestamp,
    status: Status,
    code: String,
    total_cents: u64,
    note: Option<String>,
    address: Address,
    region: String,
    year: u16,
    city: String,
    due: Option<jiff::civil::Date>,
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    paid_at: Timestamp,
    #[entity(ttl)]
    expires: Option<Timestamp>,
}

/// Another entity, whose items must not be taken for orders.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "CUSTOMER#{customer_id}", sk = "NOTE",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{placed_at}"),
)]
struct Note {
    customer_id: String,
    status: Status,
    placed_at: Timestamp,
}

#[derive(Projection, Deserialize, Debug, PartialEq)]
#[projection(of = Order)]
struct OrderLine {
    customer_id: String,
    number: u32,
    total_cents: u64,
    note: Option<String>,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn order(number: u32) -> Order {
    Order {
        customer_id: "c-1".to_owned(),
        number,
        placed_at: at(number.into()),
        status: Status::Paid,
        code: format!("Code-{number}"),
        total_cents: u64::from(number) * 100,
        note: number.is_multiple_of(2).then(|| format!("note {number}")),
        address: Address {
            street_name: "Hauptplatz".to_owned(),
            zip_code: 8010,
        },
        region: "south".to_owned(),
        year: 2024,
        city: "Graz".to_owned(),
        due: Some(jiff::civil::date(2024, 1, 1)),
        paid_at: at(5),
        expires: Some(at(9_000_000_000)),
    }
}

fn line(order: &Order) -> OrderLine {
    OrderLine {
        customer_id: order.customer_id.clone(),
        number: order.number,
        total_cents: order.total_cents,
        note: order.note.clone(),
    }
}

/// Orders 1 to 9, and a note beside them.
async fn shop() -> (Handle<Shop>, Vec<Order>) {
    let shop = Shop::on(client().await);
    shop.create_table().send().await.unwrap();
    let orders: Vec<Order> = (1..10).map(order).collect();
    for order in &orders {
        shop.put(order).send().await.unwrap();
    }
    let note = Note {
        customer_id: "c-1".to_owned(),
        status: Status::Paid,
        placed_at: at(3),
    };
    shop.put(&note).send().await.unwrap();
    (shop, orders)
}

fn sorted(mut lines: Vec<OrderLine>) -> Vec<OrderLine> {
    lines.sort_by_key(|line| line.number);
    lines
}

#[tokio::test]
async fn every_read_takes_one() {
    let (shop, orders) = shop().await;
    let lines: Vec<OrderLine> = orders.iter().map(line).collect();

    let got = shop.get(Order::key("c-1", 3_u32)).project::<OrderLine>();
    assert_eq!(
        got.consistent().send().await.unwrap().as_ref(),
        Some(&lines[2])
    );
    let missing = shop.get(Order::key("c-1", 99_u32)).project::<OrderLine>();
    assert_eq!(missing.send().await.unwrap(), None);

    let queried = shop.query(Order::of("c-1")).project::<OrderLine>();
    assert_eq!(queried.collect().await.unwrap(), lines);

    let scanned = shop.scan::<Order>().project::<OrderLine>();
    assert_eq!(sorted(scanned.collect().await.unwrap()), lines);

    let keys = [5_u32, 2, 77].map(|number| Order::key("c-1", number));
    let batch = shop.batch_get(keys).ordered().project::<OrderLine>();
    let batch = batch.send().await.unwrap().complete().unwrap();
    let expected = [Some(line(&orders[4])), Some(line(&orders[1])), None];
    assert_eq!(batch, expected);
}

#[tokio::test]
async fn filters_pages_and_order_are_those_of_the_read() {
    let (shop, orders) = shop().await;
    let lines = |numbers: &[usize]| -> Vec<OrderLine> {
        numbers
            .iter()
            .map(|number| line(&orders[number - 1]))
            .collect()
    };
    // The filter names what is not asked for.
    let read = shop
        .query(Order::by_status(Status::Paid))
        .project::<OrderLine>()
        .filter(|o| o.city.eq("Graz").and(o.number.gt(2)))
        .descending()
        .page_size(2)
        .take(3);
    assert_eq!(read.collect().await.unwrap(), lines(&[9, 8, 7]));
    let read = shop
        .query(Order::of("c-1").sort(|k| k.number.between(4_u32, 6_u32)))
        .filter(|o| o.note.exists())
        .skip_expired()
        .project::<OrderLine>();
    assert_eq!(read.collect().await.unwrap(), lines(&[4, 6]));
    // A sharded partition is merged by a key that nobody asked for.
    let read = shop
        .query(Order::spread())
        .page_size(1)
        .project::<OrderLine>();
    assert_eq!(
        read.collect().await.unwrap(),
        lines(&[1, 2, 3, 4, 5, 6, 7, 8, 9])
    );
}

#[derive(Projection, Deserialize, Debug, PartialEq)]
#[projection(of = Order)]
struct Keys {
    customer_id: Option<String>,
    number: u32,
    placed_at: Timestamp,
    status: Status,
}

#[derive(Projection, Deserialize, Debug, PartialEq)]
#[projection(of = Order)]
struct DueKeys {
    number: u32,
    due: Option<jiff::civil::Date>,
}

#[tokio::test]
async fn an_index_of_keys_gives_what_stands_in_them() {
    let (shop, orders) = shop().await;
    let keys: Vec<Keys> = orders
        .iter()
        .map(|order| Keys {
            customer_id: Some(order.customer_id.clone()),
            number: order.number,
            placed_at: order.placed_at,
            status: order.status,
        })
        .collect();
    let read = shop
        .query(Order::keys_by_status(Status::Paid))
        .project::<Keys>();
    assert_eq!(read.collect().await.unwrap(), keys);
    // The same struct where the attributes are stored.
    let read = shop.query(Order::of("c-1")).project::<Keys>();
    assert_eq!(read.collect().await.unwrap(), keys);

    let read = shop.query(Order::by_due("c-1")).project::<DueKeys>();
    let read = read.collect().await.unwrap();
    assert_eq!(read.len(), 9);
    assert!(read.iter().all(|keys| keys.due == orders[0].due));
}

#[tokio::test]
async fn an_index_of_some_attributes_gives_those_and_the_keys() {
    let (shop, orders) = shop().await;
    // `customer_id` and `number` come from the table's key.
    let read = shop.query(Order::by_code("CODE-4")).project::<OrderLine>();
    assert_eq!(read.collect().await.unwrap(), [line(&orders[3])]);
}

#[derive(Projection, Deserialize, Debug, PartialEq)]
#[projection(of = Order)]
struct Place {
    region: String,
    year: u16,
    city: String,
}

#[tokio::test]
async fn fields_that_are_key_attributes_are_read_as_such() {
    let (shop, _) = shop().await;
    let place = Place {
        region: "south".to_owned(),
        year: 2024,
        city: "Graz".to_owned(),
    };
    let read = shop
        .query(Order::by_place("south", 2024_u16))
        .project::<Place>();
    assert_eq!(read.first().await.unwrap(), Some(place));
}

#[derive(Projection, Deserialize, Debug, PartialEq)]
#[projection(of = Order)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
struct Renamed {
    #[serde(rename = "who")]
    customer_id: String,
    // What `status` is called here is another field's name there.
    #[serde(rename = "note")]
    status: Status,
    address: Address,
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    paid_at: Timestamp,
    expires: Option<Timestamp>,
    #[serde(skip)]
    seen: bool,
}

#[tokio::test]
async fn serde_names_of_the_projection_are_its_own() {
    let (shop, orders) = shop().await;
    let read = shop.get(Order::key("c-1", 2_u32)).project::<Renamed>();
    let expected = Renamed {
        customer_id: "c-1".to_owned(),
        status: Status::Paid,
        address: orders[1].address.clone(),
        paid_at: orders[1].paid_at,
        expires: orders[1].expires,
        seen: false,
    };
    assert_eq!(read.send().await.unwrap(), Some(expected));
    assert_eq!(Renamed::FIELDS[0], FieldDef::stored("customer_id", "who"));
}

#[derive(Projection, Deserialize, Debug)]
#[projection(of = Order)]
#[expect(dead_code, reason = "it does not come to that")]
struct Total {
    total_cents: u64,
}

#[tokio::test]
async fn what_is_missing_or_another_entity_is_an_error() {
    use aws_sdk_dynamodb::types::AttributeValue::{N, S};
    let (shop, _) = shop().await;
    let put = |sk: &str, ty: &str| {
        let put = shop.client().put_item().table_name("shop");
        put.item("PK", S("CUSTOMER#c-2".into()))
            .item("SK", S(sk.into()))
            .item("_type", S(ty.into()))
            .item("total", N("1".into()))
    };
    put("ORDER#0000000001", "Order").send().await.unwrap();
    let get = || shop.get(Order::key("c-2", 1_u32)).project::<Total>();
    let error = get().send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read Order (key attributes PK, SK): attribute `total_cents` is missing"
    );
    put("ORDER#0000000001", "Note").send().await.unwrap();
    let error = get().send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read Order (key attributes PK, SK): the item's type attribute names another entity"
    );
}

/// Keeps the body of the last request.
#[derive(Clone, Debug, Default)]
struct LastBody(Arc<Mutex<String>>);

impl Intercept for LastBody {
    fn name(&self) -> &'static str {
        "LastBody"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.request().body().bytes().unwrap_or_default();
        *self.0.lock().unwrap() = String::from_utf8(body.to_owned())?;
        Ok(())
    }
}

impl LastBody {
    fn config(&self) -> Builder {
        Builder::new().interceptor(self.clone())
    }

    /// The attributes that the request asks for.
    fn asked(&self) -> Vec<String> {
        let body = self.0.lock().unwrap().clone();
        let between = |from: &str, to: &str| -> Option<String> {
            let rest = body.split_once(from)?.1;
            Some(rest.split_once(to)?.0.replace('"', ""))
        };
        let names = between("\"ExpressionAttributeNames\":{", "}").unwrap_or_default();
        let names: HashMap<&str, &str> =
            names.split(',').filter_map(|n| n.split_once(':')).collect();
        let asked = between("\"ProjectionExpression\":\"", "\"").unwrap_or_default();
        let mut asked: Vec<String> = asked
            .split(", ")
            .filter_map(|alias| names.get(alias))
            .map(|name| (*name).to_owned())
            .collect();
        asked.sort();
        asked
    }
}

#[tokio::test]
async fn no_more_is_asked_for_than_fields_and_keys() {
    let (shop, _) = shop().await;
    let last = LastBody::default();
    let whole = [
        "PK",
        "SK",
        "_type",
        "expires",
        "note",
        "number",
        "totalCents",
    ];

    let get = shop.get(Order::key("c-1", 1_u32)).project::<OrderLine>();
    get.config_override(last.config()).send().await.unwrap();
    assert_eq!(last.asked(), whole);
    let keys = [Order::key("c-1", 1_u32)];
    let batch = shop.batch_get(keys).project::<OrderLine>();
    let batch = batch.config_override(last.config()).send().await.unwrap();
    assert_eq!(batch.complete().unwrap().len(), 1);
    assert_eq!(last.asked(), whole);
    let scan = shop.scan::<Order>().project::<OrderLine>();
    scan.config_override(last.config()).first().await.unwrap();
    assert_eq!(last.asked(), whole);

    // An index holds no more than it projects, and its own keys are needed for cursors.
    let query = shop
        .query(Order::keys_by_status(Status::Paid))
        .project::<Keys>();
    query.config_override(last.config()).first().await.unwrap();
    assert_eq!(last.asked(), ["GSI2PK", "GSI2SK", "PK", "SK"]);
    let query = shop.query(Order::by_code("CODE-1")).project::<OrderLine>();
    query.config_override(last.config()).first().await.unwrap();
    assert_eq!(
        last.asked(),
        ["GSI3PK", "PK", "SK", "_type", "note", "totalCents"]
    );
}

#[tokio::test]
async fn cursors_and_counts_do_not_mind_what_is_asked_for() {
    let (shop, orders) = shop().await;
    let query = || shop.query(Order::by_status(Status::Paid)).take(4);
    let page = query().project::<OrderLine>().page().await.unwrap();
    let cursor = page.cursor().unwrap();
    let whole = query().after(cursor).collect().await.unwrap();
    assert_eq!(whole, orders[4..8]);
    let lines = query().after(cursor).project::<OrderLine>();
    let lines = lines.collect().await.unwrap();
    assert_eq!(lines, whole.iter().map(line).collect::<Vec<_>>());

    let count = shop.query(Order::spread()).project::<OrderLine>().count();
    assert_eq!(count.await.unwrap(), 9);
    let count = shop.scan::<Order>().project::<OrderLine>().count();
    assert_eq!(count.await.unwrap(), 9);
    let exists = shop.query(Order::of("c-1")).project::<OrderLine>().exists();
    assert!(exists.await.unwrap());
}

#[tokio::test]
async fn a_transaction_reads_some_of_one_item_and_all_of_another() {
    let (shop, orders) = shop().await;
    let last = LastBody::default();
    let project = |number: u32| Order::key("c-1", number).project::<OrderLine>();
    let keys = (project(1), Order::key("c-1", 2_u32), project(99));
    let (line_1, order_2, none) = shop.transact_get(keys).send().await.unwrap();
    assert_eq!(line_1, Some(line(&orders[0])));
    assert_eq!(order_2.as_ref(), Some(&orders[1]));
    assert_eq!(none, None);

    let get = shop.transact_get(vec![project(3), project(4), project(3)]);
    let lines = get.config_override(last.config()).send().await.unwrap();
    assert_eq!(lines, [2, 3, 2].map(|at| Some(line(&orders[at]))));
    let asked = last.asked();
    assert!(asked.contains(&"totalCents".to_owned()) && !asked.contains(&"city".to_owned()));

    // What several keys name is read once, with all that they ask for.
    let placed = Order::key("c-1", 5_u32).project::<Keys>();
    let (line_5, keys_5) = shop
        .transact_get((project(5), placed))
        .send()
        .await
        .unwrap();
    assert_eq!(line_5, Some(line(&orders[4])));
    assert_eq!(keys_5.unwrap().placed_at, orders[4].placed_at);
    let keys = (project(6), Order::key("c-1", 6_u32));
    let (line_6, order_6) = shop.transact_get(keys).send().await.unwrap();
    assert_eq!(line_6, Some(line(&orders[5])));
    assert_eq!(order_6.as_ref(), Some(&orders[5]));
}

#[tokio::test]
async fn a_scan_of_an_index_takes_what_the_index_holds() {
    let (shop, orders) = shop().await;
    let lines: Vec<OrderLine> = orders.iter().map(line).collect();
    // In either order.
    let read = shop.scan::<Order>().index("some").project::<OrderLine>();
    assert_eq!(sorted(read.collect().await.unwrap()), lines);
    let read = shop.scan::<Order>().project::<OrderLine>().index("some");
    assert_eq!(sorted(read.collect().await.unwrap()), lines);

    for read in [
        shop.scan::<Order>().index("keys").project::<OrderLine>(),
        shop.scan::<Order>().project::<OrderLine>().index("keys"),
    ] {
        let error = read.collect().await.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
        let text = error.to_string();
        assert!(
            text.contains("index `keys` does not hold `totalCents`"),
            "{text}"
        );
    }
}

/// Fields that only the key of an index has.
#[derive(Table)]
#[table(
    name = "pages", pk = "PK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = "GSI2PK", projection = include("title", "GSI1SK")),
    no_type_attribute, entities(Page),
)]
struct Pages;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Pages, pk = "PAGE#{id}",
    index(by_site, on = "GSI1", pk = "SITE#{site:lower}", sk = "{slug}"),
    index(by_title, on = "GSI2", pk = "TITLE#{title}#{site:escape}"),
)]
struct Page {
    id: u32,
    site: String,
    #[entity(key_only)]
    slug: String,
    title: String,
}

#[derive(Projection, Deserialize, Debug, PartialEq)]
#[projection(of = Page)]
struct Link {
    slug: String,
}

#[derive(Projection, Deserialize, Debug, PartialEq)]
#[projection(of = Page)]
struct Site {
    id: u32,
    site: String,
    title: Option<String>,
}

#[tokio::test]
async fn a_field_is_read_from_whichever_key_holds_it_reversibly() {
    let pages = Pages::on(client().await);
    pages.create_table().send().await.unwrap();
    let page = Page {
        id: 1,
        site: "Docs".to_owned(),
        slug: "intro".to_owned(),
        title: "Introduction".to_owned(),
    };
    pages.put(&page).send().await.unwrap();
    let link = Link {
        slug: "intro".to_owned(),
    };
    let read = pages.get(Page::key(1_u32)).project::<Link>().send();
    assert_eq!(read.await.unwrap(), Some(link));
    let site = Site {
        id: 1,
        site: "Docs".to_owned(),
        title: Some("Introduction".to_owned()),
    };
    // `site` is not projected, and lower case in the other index's key.
    let read = pages.query(Page::by_title("Introduction", "Docs"));
    assert_eq!(read.project::<Site>().only().await.unwrap(), Some(site));
}
