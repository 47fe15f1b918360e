//! Cursors: where reads go on, for whom they work, and what comes of others.

use dynamo_model::{Cursor, CursorErrorKind, CursorKey, Item, prelude::*};
use dynamo_model_tests::client;
use futures_core::Stream;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "mail", pk = "PK", sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK", projection = keys_only),
    gsi("GSI2", pk = "GSI2PK", sk = "GSI2SK"),
    entities(Mail, Draft),
)]
struct Mails;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Mails, pk = "USER#{user}", sk = "MAIL#{number}",
    index(by_flag, on = "GSI1", pk = "FLAG#{flag}", sk = "{number}"),
    index(by_day, on = "GSI2", pk = "DAY#{day}#{number:shard(4)}", sk = "{day}"),
)]
struct Mail {
    user: String,
    number: u32,
    flag: bool,
    day: u8,
    text: String,
}

/// Shares the beginning of its sort key with `Mail`.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Mails, pk = "USER#{user}", sk = "MAIL#D{number}")]
struct Draft {
    user: String,
    number: u32,
}

fn mail(user: &str, number: u32) -> Mail {
    Mail {
        user: user.into(),
        number,
        flag: number.is_multiple_of(40),
        day: u8::try_from(number % 3).unwrap(),
        text: format!("mail {number}"),
    }
}

async fn filled(mails: u32) -> Handle<Mails> {
    let table = Mails::on(client().await);
    table.create_table().send().await.unwrap();
    let all: Vec<Mail> = ["ada", "bob"]
        .iter()
        .flat_map(|user| (0..mails).map(|number| mail(user, number)))
        .collect();
    let written = table.batch_write().put_all(&all).send().await.unwrap();
    written.complete().unwrap();
    table
}

fn numbers(mails: &[Mail]) -> Vec<u32> {
    mails.iter().map(|mail| mail.number).collect()
}

#[tokio::test]
async fn twenty_five_of_one_in_forty_and_on_behind_them() {
    let table = filled(1_200).await;
    let query = || {
        table
            .query(Mail::of("ada"))
            .filter(|m| m.flag.eq(true))
            .page_size(90)
    };
    let page = query().take(25).page().await.unwrap();
    let wanted: Vec<u32> = (0..25).map(|n| n * 40).collect();
    assert_eq!(numbers(&page.items), wanted);
    assert!(page.scanned_count() >= 961);
    let cursor = page.cursor().unwrap();
    let rest = query().after(cursor).collect().await.unwrap();
    assert_eq!(numbers(&rest), [1_000, 1_040, 1_080, 1_120, 1_160]);
    let next = query().after(cursor).take(25).page().await.unwrap();
    assert_eq!(numbers(&next.items), numbers(&rest));
    assert_eq!(next.cursor(), None);

    // And back: what comes before the first item of the second page, the nearest first.
    let mut back = query()
        .before(next.first().unwrap())
        .take(25)
        .page()
        .await
        .unwrap();
    back.items.reverse();
    assert_eq!(numbers(&back.items), wanted);
    // Those before the tenth of them.
    let mut items = query().items();
    for _ in 0..10 {
        items.try_next().await.unwrap().unwrap();
    }
    let tenth = items.item_cursor().unwrap().unwrap();
    let before = query().before(&tenth).take(3).collect().await.unwrap();
    assert_eq!(numbers(&before), [320, 280, 240]);
    // From there on further back, by the cursor of the page.
    let page = query().before(&tenth).take(3).page().await.unwrap();
    let further = query()
        .before(page.cursor().unwrap())
        .collect()
        .await
        .unwrap();
    assert_eq!(numbers(&further), [200, 160, 120, 80, 40, 0]);
}

#[tokio::test]
async fn a_cursor_of_another_query_is_refused_before_anything_is_sent() {
    let table = filled(12).await;
    let page = table.query(Mail::of("ada")).take(5).page().await.unwrap();
    let cursor = page.cursor().unwrap();
    // This table does not exist.
    let elsewhere = table.named("elsewhere");
    let foreign = [
        elsewhere
            .query(Mail::of("ada"))
            .after(cursor)
            .collect()
            .await,
        table.query(Mail::of("bob")).after(cursor).collect().await,
        table
            .query(Mail::of("ada"))
            .descending()
            .after(cursor)
            .collect()
            .await,
        table
            .query(Mail::of("ada").sort(|k| k.number.ge(2_u32)))
            .after(cursor)
            .collect()
            .await,
        table
            .query(Mail::by_flag(false))
            .after(cursor)
            .collect()
            .await,
        table.query(Mail::by_day(1)).after(cursor).collect().await,
        table.scan::<Mail>().after(cursor).collect().await,
        table.query(Mail::of("bob")).before(cursor).collect().await,
    ];
    for (case, outcome) in foreign.into_iter().enumerate() {
        match outcome.unwrap_err() {
            Error::Cursor(error) => assert_eq!(error.kind(), CursorErrorKind::OtherQuery, "{case}"),
            other => panic!("case {case}: {other}"),
        }
    }
    let pages = table.query(Mail::of("bob")).after(cursor).page().await;
    assert!(matches!(pages.unwrap_err(), Error::Cursor(_)));
    let count = table.query(Mail::of("bob")).after(cursor).count().await;
    assert!(matches!(count.unwrap_err(), Error::Cursor(_)));
    // The filter and the size of pages may differ.
    let query = table
        .query(Mail::of("ada"))
        .filter(|m| m.number.ne(6))
        .page_size(2);
    let rest = query.after(cursor).collect().await.unwrap();
    assert_eq!(numbers(&rest), [5, 7, 8, 9, 10, 11]);
}

#[tokio::test]
async fn a_forged_cursor_is_refused() {
    let table = filled(12).await;
    let page = table.query(Mail::of("ada")).take(5).page().await.unwrap();
    let text = page.cursor().unwrap().encode();
    let whole: Vec<u32> = (5..12).collect();
    let mut refused = 0;
    for at in 0..text.len() {
        for with in ["A", "b", "-", "9"] {
            let mut forged = text.clone();
            forged.replace_range(at..=at, with);
            if forged == text {
                continue;
            }
            let Ok(cursor) = Cursor::decode(&forged) else {
                refused += 1;
                continue;
            };
            match table.query(Mail::of("ada")).after(&cursor).collect().await {
                Err(Error::Cursor(_)) => refused += 1,
                // Another place of the same query, which is what an open cursor lets its holder ask for.
                Ok(mails) => assert!(mails.iter().all(|m| m.user == "ada"), "{mails:?}"),
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert!(refused > 100, "{refused}");
    let rest = table
        .query(Mail::of("ada"))
        .after(&Cursor::decode(&text).unwrap());
    assert_eq!(numbers(&rest.collect().await.unwrap()), whole);
    for text in [
        "",
        "x",
        "not a cursor",
        "AQ",
        &text[1..],
        &format!("{text}A"),
    ] {
        let error = Cursor::decode(text).unwrap_err();
        let kinds = [CursorErrorKind::Malformed, CursorErrorKind::Version];
        assert!(kinds.contains(&error.kind()), "{text}: {error}");
    }
}

#[tokio::test]
async fn a_sealed_cursor_shows_nothing_and_cannot_be_changed() {
    let table = filled(12).await;
    let key = CursorKey::new([7; 32]);
    let page = table.query(Mail::of("ada")).take(5).page().await.unwrap();
    let cursor = page.cursor().unwrap();
    let text = cursor.seal(&key).unwrap();
    assert_ne!(text, cursor.seal(&key).unwrap(), "the nonce is random");
    assert_eq!(&Cursor::unseal(&text, &key).unwrap(), cursor);
    let rest = table
        .query(Mail::of("ada"))
        .after(&Cursor::unseal(&text, &key).unwrap());
    assert_eq!(rest.collect().await.unwrap().len(), 7);
    // Another tenant's partition.
    let foreign = table
        .query(Mail::of("bob"))
        .after(&Cursor::unseal(&text, &key).unwrap());
    assert!(matches!(foreign.collect().await, Err(Error::Cursor(_))));
    let other = CursorKey::new([8; 32]);
    assert_eq!(
        Cursor::unseal(&text, &other).unwrap_err().kind(),
        CursorErrorKind::Seal
    );
    // Neither in the open nor as base64.
    assert!(!text.contains(&cursor.encode()[24..40]));
    for at in 0..text.len() {
        let mut forged = text.clone();
        let with = if &text[at..=at] == "A" { "B" } else { "A" };
        forged.replace_range(at..=at, with);
        let error = Cursor::unseal(&forged, &key).unwrap_err();
        let kinds = [CursorErrorKind::Seal, CursorErrorKind::Malformed];
        assert!(kinds.contains(&error.kind()), "{at}: {error}");
    }
    // An open one is no sealed one, and the other way round.
    assert!(Cursor::unseal(&cursor.encode(), &key).is_err());
    assert!(Cursor::decode(&text).is_err());
    for shown in [
        format!("{cursor:?}"),
        format!("{key:?}"),
        format!("{page:?}"),
    ] {
        assert!(!shown.contains("ada") && !shown.contains('7'), "{shown}");
    }
}

#[tokio::test]
async fn a_cursor_is_a_string_to_serde() {
    let table = filled(6).await;
    let page = table.query(Mail::of("ada")).take(2).page().await.unwrap();
    let json = serde_json::to_string(&page.cursor()).unwrap();
    assert_eq!(json, format!("\"{}\"", page.cursor().unwrap().encode()));
    let back: Option<Cursor> = serde_json::from_str(&json).unwrap();
    assert_eq!(back.as_ref(), page.cursor());
    assert!(serde_json::from_str::<Cursor>("\"??\"").is_err());
}

/// Ties, and as many shards as there are: every place of a merged query, in both directions.
#[tokio::test]
async fn every_place_among_shards() {
    let table = filled(30).await;
    for descending in [false, true] {
        let query = || {
            let query = table.query(Mail::by_day(1)).page_size(2);
            if descending {
                query.descending()
            } else {
                query
            }
        };
        let all = query().collect().await.unwrap();
        assert_eq!(all.len(), 20);
        let mut items = query().items();
        for place in 0..=all.len() {
            let cursor = items.cursor().unwrap();
            match &cursor {
                Some(cursor) => {
                    let rest = query().after(cursor).collect().await.unwrap();
                    assert_eq!(rest, all[place..], "{descending} {place}");
                }
                None => assert_eq!(place, all.len()),
            }
            if let Some(cursor) = items.item_cursor().unwrap() {
                let mut before = query().before(&cursor).collect().await.unwrap();
                before.reverse();
                assert_eq!(before, all[..place - 1], "{descending} {place}");
            }
            assert_eq!(items.try_next().await.unwrap().as_ref(), all.get(place));
        }
    }
}

#[tokio::test]
async fn pages_are_what_is_sent_and_lose_nothing() {
    let table = filled(50).await;
    let mut all = Vec::new();
    let mut empty = 0;
    let query = || {
        table
            .query(Mail::of("ada"))
            .filter(|m| m.flag.eq(true))
            .page_size(7)
    };
    let mut pages = query().pages();
    while let Some(page) = pages.try_next().await.unwrap() {
        assert!(page.scanned_count() <= 7);
        empty += usize::from(page.items.is_empty());
        assert_eq!(page.first().is_none(), page.items.is_empty());
        if let Some(cursor) = page.cursor() {
            let rest = query().after(cursor).count().await.unwrap();
            assert_eq!(
                rest,
                if all.is_empty() && page.items.is_empty() {
                    2
                } else {
                    2 - (all.len() + page.items.len()) as u64
                }
            );
        }
        all.extend(page);
    }
    assert_eq!(numbers(&all), [0, 40]);
    assert!(empty >= 5, "{empty} empty pages");
    let unfiltered = table.query(Mail::of("bob")).page_size(20).read_ahead();
    let mut pages = std::pin::pin!(unfiltered.pages());
    let mut sizes = Vec::new();
    while let Some(page) = std::future::poll_fn(|cx| pages.as_mut().poll_next(cx)).await {
        sizes.push(page.unwrap().items.len());
    }
    assert_eq!(sizes, [20, 20, 10]);
}

#[tokio::test]
async fn an_item_that_does_not_decode_ends_its_page_and_no_more() {
    let table = filled(9).await;
    table
        .client()
        .update_item()
        .table_name("mail")
        .set_key(Some(Mail::key("ada", 4).to_item().unwrap()))
        .update_expression("SET #text = :no")
        .expression_attribute_names("#text", "text")
        .expression_attribute_values(":no", aws_sdk_dynamodb::types::AttributeValue::Bool(true))
        .send()
        .await
        .unwrap();
    let mut pages = table.query(Mail::of("ada")).pages();
    let first = pages.try_next().await.unwrap().unwrap();
    assert_eq!(numbers(&first.items), [0, 1, 2, 3]);
    assert!(matches!(pages.try_next().await, Err(Error::Decode(_))));
    let second = pages.try_next().await.unwrap().unwrap();
    assert_eq!(numbers(&second.items), [5, 6, 7, 8]);
    assert!(pages.try_next().await.unwrap().is_none());
    // `items` goes on behind it, and its cursor too.
    let mut items = table.query(Mail::of("ada")).items();
    for _ in 0..4 {
        items.try_next().await.unwrap();
    }
    assert!(items.try_next().await.is_err());
    let cursor = items.cursor().unwrap().unwrap();
    let rest = table
        .query(Mail::of("ada"))
        .after(&cursor)
        .collect()
        .await
        .unwrap();
    assert_eq!(numbers(&rest), [5, 6, 7, 8]);
    // It is one of them all the same, for those who only count.
    assert_eq!(table.query(Mail::of("ada")).count().await.unwrap(), 9);
}

#[tokio::test]
async fn count_exists_first_and_only() {
    let table = filled(5).await;
    for number in 0..3 {
        let draft = Draft {
            user: "ada".into(),
            number,
        };
        table.put(&draft).send().await.unwrap();
    }
    assert_eq!(table.query(Mail::of("ada")).count().await.unwrap(), 5);
    assert_eq!(table.query(Draft::of("ada")).count().await.unwrap(), 3);
    assert_eq!(
        table
            .query(Mail::of("ada"))
            .page_size(2)
            .count()
            .await
            .unwrap(),
        5
    );
    assert_eq!(
        table.query(Mail::of("ada")).take(3).count().await.unwrap(),
        3
    );
    assert_eq!(table.query(Mail::by_day(1)).count().await.unwrap(), 4);
    assert_eq!(table.scan::<Mail>().count().await.unwrap(), 10);
    assert_eq!(table.scan::<Draft>().segments(3).count().await.unwrap(), 3);
    assert_eq!(table.scan_all().count().await.unwrap(), 13);
    assert_eq!(table.query(Mail::of("eve")).count().await.unwrap(), 0);
    let flagged = || table.query(Mail::of("ada")).filter(|m| m.flag.eq(true));
    assert_eq!(flagged().count().await.unwrap(), 1);
    assert_eq!(flagged().only().await.unwrap().unwrap().number, 0);
    assert!(flagged().exists().await.unwrap());
    assert!(!table.query(Mail::of("eve")).exists().await.unwrap());
    assert_eq!(table.query(Mail::of("eve")).only().await.unwrap(), None);
    let several = table.query(Mail::of("ada")).only().await.unwrap_err();
    assert!(
        matches!(several, Error::MoreThanOne { what: "Mail" }),
        "{several}"
    );
    assert_eq!(
        table
            .query(Mail::of("ada"))
            .descending()
            .first()
            .await
            .unwrap()
            .unwrap()
            .number,
        4
    );
    let narrow = table
        .query(Mail::of("ada").sort(|k| k.number.eq(3_u32)))
        .only()
        .await;
    assert_eq!(narrow.unwrap().unwrap().number, 3);
}

#[tokio::test]
async fn what_an_index_of_keys_lacks_is_read_from_the_table_in_order() {
    let table = filled(25).await;
    let bare = table.query(Mail::by_flag(false)).collect().await;
    assert!(
        matches!(bare, Err(Error::Decode(_))),
        "the text is not in the index"
    );
    let query = || table.query(Mail::by_flag(false)).descending().hydrate();
    let mails = query().page_size(7).collect().await.unwrap();
    let wanted: Vec<u32> = (1..25).rev().flat_map(|n| [n, n]).collect();
    assert_eq!(numbers(&mails), wanted);
    assert!(mails.iter().all(|m| m.text == format!("mail {}", m.number)));
    let page = query().take(9).page().await.unwrap();
    assert_eq!(page.items, mails[..9]);
    let rest = query()
        .after(page.cursor().unwrap())
        .collect()
        .await
        .unwrap();
    assert_eq!(rest, mails[9..]);
    assert_eq!(query().count().await.unwrap(), 48);
    let first = query().first().await.unwrap().unwrap();
    assert_eq!(first, mails[0]);
}

#[tokio::test]
async fn a_scan_of_an_index_and_of_everything() {
    let table = filled(10).await;
    let draft = Draft {
        user: "ada".into(),
        number: 1,
    };
    table.put(&draft).send().await.unwrap();
    let mut days = table
        .scan::<Mail>()
        .index("GSI2")
        .segments(3)
        .collect()
        .await
        .unwrap();
    days.sort_by_key(|m| (m.user.clone(), m.number));
    assert_eq!(days.len(), 20);
    let all: Vec<Item<Mails>> = table
        .scan_all()
        .segments(2)
        .page_size(3)
        .collect()
        .await
        .unwrap();
    assert_eq!(all.len(), 21);
    assert_eq!(all.iter().filter(|item| item.is::<Draft>()).count(), 1);
    // An index of keys does not hold the type: their shape tells the items apart.
    let flags = table.scan::<Mail>().index("GSI1").count().await;
    assert_eq!(flags.unwrap(), 20);
    let elsewhere = table.named("elsewhere");
    for (scan, says) in [
        (
            elsewhere.scan::<Mail>().index("GSI9"),
            "it has: `GSI1`, `GSI2`",
        ),
        (
            elsewhere.scan::<Mail>().index("GSI2").consistent(),
            "no consistent reads",
        ),
        (
            elsewhere.scan::<Mail>().consistent().index("GSI2"),
            "no consistent reads",
        ),
    ] {
        let error = scan.collect().await.unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
    // At a pace, also one that is no number.
    let paced = table
        .scan_all()
        .read_units_per_second(10_000.0)
        .collect()
        .await;
    assert_eq!(paced.unwrap().len(), 21);
}
