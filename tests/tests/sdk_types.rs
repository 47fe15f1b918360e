//! The same program, and the same requests, both ways through the SDK.

use dynamo_model::embedded::Engine;
use dynamo_model::{Meter, prelude::*};
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "shop",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    entities(Customer, Order)
)]
struct Shop;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "PROFILE")]
struct Customer {
    customer_id: String,
    #[entity(unique)]
    email: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number:04}",
    index(by_status, on = "GSI1", pk = "STATUS#{status}", sk = "{number:04}"),
)]
struct Order {
    customer_id: String,
    number: u32,
    status: String,
    total: f64,
    note: Option<String>,
    tags: Vec<String>,
    #[entity(version)]
    version: u64,
}

fn order(number: u32) -> Order {
    Order {
        customer_id: "c \"1\"\n".into(),
        number,
        status: "open".into(),
        total: f64::from(number) + 0.25,
        note: number.is_multiple_of(2).then(|| "😀 ä".into()),
        tags: vec![String::new(), "t".into()],
        version: 0,
    }
}

fn key(number: u32) -> Key<Order> {
    Order::key("c \"1\"\n", number)
}

/// Everything that the program has seen, as text.
async fn program(shop: &Handle<Shop>) -> Result<Vec<String>, Error> {
    let mut seen = Vec::new();
    let meter = Meter::new();
    macro_rules! see {
        ($value:expr) => {
            seen.push(format!("{:?}", $value))
        };
    }
    shop.create_table().send().await?;
    for number in 1..=7 {
        see!(shop.create(order(number)).send().await?);
    }
    let taken = shop.put(&order(1)).if_absent().send().await.unwrap_err();
    see!((&taken.to_string(), taken.item::<Order>()?));
    let customer = |id: &str| Customer {
        customer_id: id.into(),
        email: "a@example.org".into(),
    };
    shop.put(&customer("a")).send().await?;
    let not_unique = shop.put(&customer("b")).send().await.unwrap_err();
    see!((not_unique.is_not_unique(), not_unique.to_string()));

    see!(shop.get(key(1)).consistent().meter(&meter).send().await?);
    see!(shop.get(key(99)).send().await?);
    let update = shop.update(key(2)).set(|o| o.status, "paid");
    see!(
        update
            .remove(|o| o.note)
            .return_new()
            .meter(&meter)
            .send()
            .await?
    );
    let failed = shop.update(key(2)).set(|o| o.total, 1.5);
    let failed = failed
        .condition(|o| o.status.eq("open"))
        .send()
        .await
        .unwrap_err();
    see!((&failed.to_string(), failed.item::<Order>()?));
    see!(shop.delete(key(3)).return_old().send().await?);

    let query = || shop.query(Order::of("c \"1\"\n")).page_size(2);
    see!(query().meter(&meter).collect().await?);
    see!(
        query()
            .filter(|o| o.total.gt(5.0))
            .descending()
            .collect()
            .await?
    );
    see!(query().count().await?);
    see!(shop.query(Order::by_status("open")).collect().await?);
    let mut scanned = shop.scan::<Order>().segments(2).collect().await?;
    scanned.sort_by_key(|order| order.number);
    see!(scanned);

    let transaction = shop
        .transact_write()
        .put(shop.put(&order(10)).if_absent())
        .delete(shop.delete(key(4)));
    transaction.send().await?;
    let canceled = shop.transact_write().put(shop.put(&order(10)).if_absent());
    see!(canceled.send().await.unwrap_err());
    see!(shop.transact_get((key(10), key(4))).send().await?);

    let orders: Vec<_> = (20..60).map(order).collect();
    let batch = shop.batch_write().put_all(&orders).delete(key(5));
    batch.send().await?.complete()?;
    let read = shop.batch_get((1..60).map(key)).ordered().meter(&meter);
    see!(read.send().await?.complete()?);

    let statement = shop.statement("SELECT * FROM {table} WHERE PK = ?");
    let statement = statement.value("CUSTOMER#c \"1\"\n").page_size(10);
    see!(statement.collect::<Order>().await?);
    see!(meter.total());
    Ok(seen)
}

#[tokio::test]
async fn both_ways_send_and_return_the_same() {
    let mut all = Vec::new();
    for typed in [false, true] {
        let engine = Engine::memory().unwrap();
        engine.requests().record(true);
        let mut shop = Shop::on(engine.client());
        if typed {
            shop = shop.through_sdk_types();
        }
        let seen = program(&shop).await.unwrap();
        let mut requests: Vec<_> = engine
            .requests()
            .take()
            .iter()
            .map(|call| {
                let mut body = call.json().expect("a JSON body");
                // Random, and the engine's parts of a scan are asked at once.
                body.as_object_mut()
                    .map(|body| body.remove("ClientRequestToken"));
                format!("{} {body}", call.operation())
            })
            .collect();
        requests.sort();
        all.push((seen, requests));
    }
    let (usual, typed) = (&all[0], &all[1]);
    for (usual, typed) in usual.0.iter().zip(&typed.0) {
        assert_eq!(without_ids(usual), without_ids(typed));
    }
    assert_eq!(usual.1, typed.1);
}

/// The engine numbers its requests, and a table has other numbers before it.
fn without_ids(text: &str) -> String {
    let mut parts = text.split("EMBEDDED");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}
