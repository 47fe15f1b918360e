use serde::{Deserialize, Serialize};
use std::time::Instant;
use super::super::*;

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
struct Line { sku: String, qty: u32, price_cents: u64 }
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
struct Order { order_id: String, customer_id: String, placed_at: String, status: String, total_cents: u64, currency: String, note: Option<String>, paid: bool, lines: Vec<Line>, version: u64, address: String, weight: f64 }

#[test]
#[ignore]
fn bench() {
    let order = Order { order_id: "0190b5f4-7a3c-7e7e-9c1d-2f7b8f3a1b2c".into(), customer_id: "c-000123456".into(), placed_at: "2026-11-20T10:11:12.123456Z".into(), status: "shipped".into(), total_cents: 123_456, currency: "EUR".into(), note: Some("please leave it at the door, thank you".into()), paid: true, version: 17, address: "12 Some Street, 75001 Paris, France".into(), weight: 12.75,
        lines: (0..3).map(|i| Line { sku: format!("SKU-{i:08}"), qty: i, price_cents: 999 * u64::from(i) }).collect() };
    let mut one = String::new();
    let mut w = ItemWriter::new(&mut one);
    w.string("PK", "CUSTOMER#c-000123456"); w.string("SK", "ORDER#2026-11-20T10:11:12.123456Z#0190b5f4");
    w.fields(&order, &|_| false).unwrap(); w.finish();
    let n = 970_000 / one.len();
    let body = format!(r#"{{"Count":{n},"Items":[{}],"ScannedCount":{n}}}"#, vec![one.as_str(); n].join(","));
    println!("item {} B, {n} items, body {}", one.len(), body.len());
    let mut best = [f64::MAX; 5];
    for _ in 0..60 {
        let t = Instant::now();
        let env = read_envelope(&body).unwrap();
        best[0] = best[0].min(t.elapsed().as_secs_f64());
        let t = Instant::now();
        let orders: Vec<Order> = env.items.iter().map(|i| read_item(*i, &|n| n == "PK" || n == "SK", "").unwrap()).collect();
        best[1] = best[1].min(t.elapsed().as_secs_f64());
        assert_eq!(orders[0], order);
        let t = Instant::now();
        let mut out = String::with_capacity(2_000_000);
        for o in &orders { let mut w = ItemWriter::new(&mut out); w.fields(o, &|_| false).unwrap(); w.finish(); }
        best[2] = best[2].min(t.elapsed().as_secs_f64() / orders.len() as f64);
        let t = Instant::now();
        let v: Vec<Order> = orders.clone();
        best[3] = best[3].min(t.elapsed().as_secs_f64());
        drop(v);
        let t = Instant::now();
        let maps: Vec<_> = env.items.iter().map(|i| to_attribute_values(*i).unwrap()).collect();
        best[4] = best[4].min(t.elapsed().as_secs_f64());
        drop(maps);
    }
    println!("envelope {:.3} ms, decode {:.3} ms, encode {:.3} us/item, clone {:.3} ms, to sdk {:.3} ms", best[0]*1e3, best[1]*1e3, best[2]*1e6, best[3]*1e3, best[4]*1e3);
}
