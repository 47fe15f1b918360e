//! A partition of any size is streamed in the memory of some pages. The pages come from a canned HTTP client, so that the
//! memory of no engine is measured. Linux tells a process its greatest use of memory, and forgets it when asked to.

#![cfg(target_os = "linux")]

use std::fmt::Write as _;

use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, HttpClient, Region, RuntimeComponents,
};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_types::body::SdkBody;
use dynamo_model::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "readings", pk = "PK", sk = "SK", entities(Reading))]
struct Readings;

#[derive(Entity, Serialize, Deserialize)]
#[entity(table = Readings, pk = "DEVICE#{device}", sk = "{number}")]
struct Reading {
    device: u8,
    number: u32,
    text: String,
}

/// Items in a page of about 1 MB.
const PAGE: u32 = 2_500;

/// Answers queries of a partition that has this many items.
#[derive(Debug, Clone, Copy)]
struct Partition(u32);

impl HttpClient for Partition {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(*self)
    }
}

impl HttpConnector for Partition {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().unwrap_or_default();
        let body: serde_json::Value = serde_json::from_slice(body).expect("the body is JSON");
        let start = body["ExclusiveStartKey"]["SK"]["S"].as_str();
        let start = start.map_or(0, |start| start.parse::<u32>().expect("a number") + 1);
        let end = self.0.min(start + PAGE);
        let mut page = String::from("{\"Items\":[");
        for number in start..end {
            let comma = if number > start { "," } else { "" };
            let text = "x".repeat(250);
            // Writing into a string cannot fail.
            let _ = write!(
                page,
                r#"{comma}{{"PK":{{"S":"DEVICE#001"}},"SK":{{"S":"{number:010}"}},"_type":{{"S":"Reading"}},"device":{{"N":"1"}},"number":{{"N":"{number}"}},"text":{{"S":"{text}"}}}}"#
            );
        }
        let count = end - start;
        let _ = write!(page, "],\"Count\":{count},\"ScannedCount\":{count}");
        if end < self.0 {
            let last = end - 1;
            let _ = write!(
                page,
                r#","LastEvaluatedKey":{{"PK":{{"S":"DEVICE#001"}},"SK":{{"S":"{last:010}"}}}}"#
            );
        }
        page.push('}');
        let status = 200_u16.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(page))))
    }
}

fn readings(items: u32) -> Handle<Readings> {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "tests"))
        .http_client(Partition(items))
        .build();
    Readings::on(aws_sdk_dynamodb::Client::from_conf(config))
}

/// The greatest use of memory while all items are read, in KB.
async fn peak(items: u32, ahead: bool) -> u64 {
    let readings = readings(items);
    std::fs::write("/proc/self/clear_refs", "5").expect("the peak can be forgotten");
    let query = readings.query(Reading::of(1_u8));
    let query = if ahead { query.read_ahead() } else { query };
    let mut stream = query.items();
    let mut next = 0;
    while let Some(reading) = stream.try_next().await.expect("the page is good") {
        assert_eq!(
            (reading.device, reading.number, reading.text.len()),
            (1, next, 250)
        );
        next += 1;
    }
    assert_eq!(next, items);
    let status = std::fs::read_to_string("/proc/self/status").expect("the status of the process");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|line| line.split_whitespace().next());
    peak.expect("the peak").parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_thousand_items_take_the_memory_of_ten_thousand() {
    for ahead in [false, true] {
        // The first reads fill the allocator's pools.
        peak(10_000, ahead).await;
        let few = peak(10_000, ahead).await;
        let many = peak(50_000, ahead).await;
        println!("read-ahead {ahead}: {few} KB for 10,000 items, {many} KB for 50,000");
        // All of them together are 20 MB of JSON; the allocator may keep a page more or less.
        assert!(
            many <= few + 3 * 1_024,
            "{few} KB and {many} KB, read-ahead {ahead}"
        );
    }
}
