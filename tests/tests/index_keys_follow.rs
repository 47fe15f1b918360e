//! What would leave an index key stale in ways that types do not see, and is refused before anything is sent.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::expr::{Attr, Attributed, Keyed, Path, Read};
use dynamo_model::key::{Component, Format, Part, Segment, Template};
use dynamo_model::prelude::*;
use dynamo_model::schema::{EntityDef, FieldDef, KeyDef};
use dynamo_model::{Item, ManualClock};
use dynamo_model_tests::client;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "keys", pk = "PK", sk = "SK",
    gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
    gsi("GSI2", pk = "GSI2PK", sk = "GSI2SK"),
    gsi("first", pk = "SHARED", sk = "FIRST"),
    gsi("second", pk = "SHARED", sk = "SECOND"),
    gsi("times", pk = "day", sk = "seen"),
    entities(Parcel, Account, Room, Visit, Event, Hand, Tagged<u32>),
)]
struct Keys;

#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Address {
    street: String,
    city: String,
}

/// The predicate reads a part of a document; a flattened map could hold anything.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Keys, pk = "PARCEL#{id}", sk = "PARCEL",
    index(in_graz, on = "GSI1", pk = "GRAZ", sk = "{id}", when = address.city == "Graz"),
    index(by_state, on = "GSI2", pk = "STATE#{state}", sk = "{id}", when = (1..*limit).contains(weight)),
)]
struct Parcel {
    id: u32,
    state: String,
    weight: u32,
    limit: u32,
    address: Address,
    #[serde(flatten)]
    more: BTreeMap<String, String>,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Keys, pk = "ACCOUNT#{email:lower}", sk = "ACCOUNT",
    index(by_state, on = "GSI1", pk = "ACCOUNTS", sk = "{state}#{email}"),
    index(by_plan, on = "GSI2", pk = "PLAN#{plan}", sk = "{email:lower}"),
)]
struct Account {
    email: String,
    state: String,
    plan: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Keys, pk = "ROOM#{id}", sk = "ROOM",
    index(by_a, on = "first", pk = "ROOM", sk = "{a}"),
    index(by_b, on = "second", pk = "ROOM", sk = "{b}"),
)]
struct Room {
    id: u32,
    a: Option<u8>,
    b: Option<u8>,
}

/// Its times are key attributes, which are written as keys are, and not as serde writes them.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Keys, pk = "VISIT#{id}", sk = "VISIT",
    index(by_day, on = "times", pk = "{day}", sk = "{seen}"),
    index(by_guest, on = "GSI1", pk = "GUEST#{guest}", sk = "{seen}"),
)]
struct Visit {
    id: u32,
    day: String,
    seen: Timestamp,
    guest: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Keys, pk = "EVENT#{id}", sk = "EVENT",
    index(newest, on = "GSI1", pk = "EVENTS", sk = "{created_at}"),
)]
struct Event {
    id: u32,
    #[entity(created_at)]
    created_at: Timestamp,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Keys, pk = "TAGGED#{id}", sk = "TAGGED",
    index(by_tag, on = "GSI1", pk = "TAG#{tag}", sk = "{rank}", when = *is_shown),
)]
#[serde(bound = "")]
struct Tagged<T: KeyPart + Clone + Serialize + DeserializeOwned + Send + 'static> {
    id: u32,
    tag: T,
    rank: u8,
    is_shown: bool,
}

/// Written by hand, without saying what `belongs` makes of an update.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Hand {
    id: u32,
    is_open: bool,
    city: String,
}

struct HandAttributes {
    is_open: Attr<Hand, bool, Read>,
    city: Attr<Hand, String, Keyed<1>>,
}

impl Entity for Hand {
    type Table = Keys;
    const SCHEMA: &'static EntityDef = &EntityDef {
        fields: &[
            FieldDef::stored("id", "id"),
            FieldDef::stored("is_open", "is_open"),
            FieldDef::stored("city", "city"),
        ],
        components: &[
            <u32 as Component>::DEF.named("id"),
            <String as Component>::DEF.named("city"),
        ],
        keys: &[
            KeyDef::primary(
                "of",
                &[Template(&[
                    Segment::Lit("HAND#"),
                    Segment::Part(0, Format::Default),
                ])],
                &[Template(&[Segment::Lit("HAND")])],
            ),
            KeyDef::on(
                "GSI1",
                "open",
                &[Template(&[Segment::Lit("OPEN")])],
                &[Template(&[Segment::Part(0, Format::Default)])],
            )
            .when(&["is_open"]),
            KeyDef::on(
                "GSI2",
                "by_city",
                &[Template(&[
                    Segment::Lit("CITY#"),
                    Segment::Part(1, Format::Default),
                ])],
                &[Template(&[Segment::Part(0, Format::Default)])],
            ),
        ],
        ..EntityDef::new("Hand", "", "Hand")
    };

    fn part(&self, component: usize) -> Option<Part<'_>> {
        match component {
            0 => Component::part(&self.id),
            1 => Component::part(&self.city),
            _ => None,
        }
    }

    fn belongs(&self, number: usize) -> bool {
        number != 1 || self.is_open
    }
}

impl Attributed for Hand {
    type Attributes = HandAttributes;
    type Gate = ();

    fn attributes() -> HandAttributes {
        HandAttributes {
            is_open: Attr::at_path(Path::of("is_open")),
            city: Attr::at_path(Path::of("city")),
        }
    }
}

async fn keys() -> Handle<Keys> {
    let keys = Keys::on(client().await);
    keys.create_table().send().await.unwrap();
    keys
}

/// The stored item is what a fresh put of the entity that it holds would write.
async fn is_fresh<E: Entity<Table = Keys>>(keys: &Handle<Keys>, key: Key<E>) -> E {
    let entity = keys.get(key.clone()).consistent().send().await.unwrap();
    let entity = entity.expect("the item is there");
    assert_eq!(stored(keys, key).await, entity.to_item().unwrap());
    entity
}

async fn stored<E: Entity<Table = Keys>>(
    keys: &Handle<Keys>,
    key: Key<E>,
) -> HashMap<String, AttributeValue> {
    let get = keys.client().get_item().table_name("keys");
    let get = get.set_key(Some(key.to_item().unwrap()));
    get.consistent_read(true)
        .send()
        .await
        .unwrap()
        .item
        .unwrap()
}

fn refused(error: Result<impl std::fmt::Debug, Error>, words: &[&str]) {
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    let text = error.to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
}

fn parcel() -> Parcel {
    Parcel {
        id: 1,
        state: "new".into(),
        weight: 2,
        limit: 5,
        address: Address {
            street: "Hauptplatz 1".into(),
            city: "Graz".into(),
        },
        more: BTreeMap::from([("colour".into(), "red".into())]),
    }
}

#[tokio::test]
async fn a_predicate_reads_the_whole_field() {
    let keys = keys().await;
    let update = || keys.update(Parcel::key(1_u32));
    // Nothing is stored, so that what is sent would not be found.
    let part = update().set(|p| p.address.city, "Wien").send().await;
    refused(part, &["`address.city`", "`GSI1`", "set all of `address`"]);
    keys.put(&parcel()).send().await.unwrap();
    assert!(
        stored(&keys, Parcel::key(1_u32))
            .await
            .contains_key("GSI1PK")
    );
    let address = Address {
        city: "Wien".into(),
        ..parcel().address
    };
    update().set(|p| p.address, address).send().await.unwrap();
    is_fresh(&keys, Parcel::key(1_u32)).await;
    assert!(
        !stored(&keys, Parcel::key(1_u32))
            .await
            .contains_key("GSI1PK")
    );
    let update = update().set(|p| p.limit, 2).assume(|p| p.weight, 2);
    update.assume(|p| p.state, "new").send().await.unwrap();
    is_fresh(&keys, Parcel::key(1_u32)).await;
    assert!(
        !stored(&keys, Parcel::key(1_u32))
            .await
            .contains_key("GSI2PK")
    );
}

#[tokio::test]
async fn a_flattened_member_is_no_way_around() {
    let keys = keys().await;
    let update = || keys.update(Parcel::key(1_u32));
    let sent = update().set(|p| p.more.entry("state"), "old").send().await;
    refused(sent, &["`state`", "flattened"]);
    let sent = update().set(|p| p.more.entry("GSI1PK"), "x").send().await;
    refused(sent, &["`GSI1PK`", "flattened"]);
    let sent = update().remove(|p| p.more.entry("state")).send().await;
    refused(sent, &["`state`", "flattened"]);
    let parcel = parcel();
    for name in ["state", "GSI1PK"] {
        let sent = keys
            .upsert(&parcel)
            .keep(|p| p.more.entry(name))
            .send()
            .await;
        refused(sent, &[name, "flattened"]);
    }
    let sent = keys.upsert(&parcel).keep(|p| p.address.street).send().await;
    refused(sent, &["`address.street`"]);
    keys.put(&parcel).send().await.unwrap();
    update()
        .set(|p| p.more.entry("size"), "xl")
        .send()
        .await
        .unwrap();
    assert_eq!(is_fresh(&keys, Parcel::key(1_u32)).await.more["size"], "xl");
    keys.upsert(&parcel)
        .keep(|p| p.more.entry("colour"))
        .send()
        .await
        .unwrap();
    is_fresh(&keys, Parcel::key(1_u32)).await;
}

#[tokio::test]
async fn a_key_from_an_item_does_not_tell_everything() {
    let keys = keys().await;
    let account = Account {
        email: "Ada@x".into(),
        state: "new".into(),
        plan: "free".into(),
    };
    let item = Item::<Keys>::from_attribute_values(&account.to_item().unwrap());
    let key = || item.key::<Account>().unwrap();
    let sent = keys.update(key()).set(|a| a.state, "old").send().await;
    refused(sent, &["`GSI1`", "`email`", "from the value"]);
    keys.put(&account).send().await.unwrap();
    // Another spelling is the same item, but index keys hold the stored one.
    let other = || keys.update(Account::key("ADA@X"));
    let error = other().set(|a| a.state, "old").send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    other().set(|a| a.plan, "paid").send().await.unwrap();
    is_fresh(&keys, Account::key("ada@x")).await;
    let update = keys.update(Account::key("Ada@x")).set(|a| a.state, "old");
    update.send().await.unwrap();
    is_fresh(&keys, Account::key("ada@x")).await;
}

#[tokio::test]
async fn what_can_be_in_no_key_is_not_sent() {
    let keys = keys().await;
    for state in ["", "a#b", "\u{10FFFF}"] {
        let update = keys.update(Account::key("Ada@x")).set(|a| a.state, state);
        let error = update.send().await.unwrap_err();
        assert!(matches!(error, Error::Key(_)), "{error}");
        assert!(error.to_string().contains("`Account.state`"), "{error}");
    }
}

#[tokio::test]
async fn a_shared_attribute_asks_for_the_other_index() {
    let keys = keys().await;
    let room = Room {
        id: 1,
        a: Some(1),
        b: Some(2),
    };
    let sent = keys.update(Room::key(1_u32)).remove(|r| r.a).send().await;
    refused(sent, &["`second`", "`b`", "assume"]);
    keys.put(&room).send().await.unwrap();
    let update = keys.update(Room::key(1_u32)).remove(|r| r.a);
    update.assume(|r| r.b, 2).send().await.unwrap();
    is_fresh(&keys, Room::key(1_u32)).await;
    let update = keys.update(Room::key(1_u32)).remove(|r| r.b);
    update.assume(|r| r.a, None).send().await.unwrap();
    is_fresh(&keys, Room::key(1_u32)).await;
    keys.update(Room::key(1_u32))
        .set(|r| r.a, 5)
        .send()
        .await
        .unwrap();
    is_fresh(&keys, Room::key(1_u32)).await;
}

#[tokio::test]
async fn a_key_attribute_is_assumed_as_it_is_written() {
    let keys = keys().await;
    let visit = Visit {
        id: 1,
        day: "mon".into(),
        seen: "2024-05-06T07:08:09Z".parse().unwrap(),
        guest: "ada".into(),
    };
    keys.put(&visit).send().await.unwrap();
    let update = keys.update(Visit::key(1_u32)).set(|v| v.guest, "bob");
    update.assume(|v| v.seen, visit.seen).send().await.unwrap();
    is_fresh(&keys, Visit::key(1_u32)).await;
    let update = keys
        .update(Visit::key(1_u32))
        .set(|v| v.seen, Timestamp::UNIX_EPOCH);
    update.assume(|v| v.guest, "bob").send().await.unwrap();
    is_fresh(&keys, Visit::key(1_u32)).await;
}

#[tokio::test]
async fn an_upsert_knows_when_the_item_was_created() {
    let clock = ManualClock::at_unix_seconds(1_800_000_000);
    let keys = keys().await.with_clock(clock.clone());
    let event = Event {
        id: 1,
        created_at: Timestamp::UNIX_EPOCH,
    };
    keys.upsert(&event).send().await.unwrap();
    let stored = is_fresh(&keys, Event::key(1_u32)).await;
    clock.advance(std::time::Duration::from_mins(1));
    let error = keys.upsert(&event).send().await.unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(error.item::<Event>().unwrap(), Some(stored.clone()));
    keys.upsert(&stored).send().await.unwrap();
    assert_eq!(is_fresh(&keys, Event::key(1_u32)).await, stored);
}

#[tokio::test]
async fn entities_with_parameters() {
    let keys = keys().await;
    let tagged = Tagged {
        id: 1,
        tag: 7_u32,
        rank: 1,
        is_shown: true,
    };
    keys.put(&tagged).send().await.unwrap();
    let update = keys
        .update(Tagged::<u32>::key(1_u32))
        .set(|t| t.is_shown, false);
    update
        .assume(|t| t.tag, 7)
        .assume(|t| t.rank, 1)
        .send()
        .await
        .unwrap();
    is_fresh(&keys, Tagged::<u32>::key(1_u32)).await;
    let update = keys
        .update(Tagged::<u32>::key(1_u32))
        .set(|t| t.is_shown, true);
    update
        .set(|t| t.tag, 9)
        .assume(|t| t.rank, 1)
        .send()
        .await
        .unwrap();
    is_fresh(&keys, Tagged::<u32>::key(1_u32)).await;
}

#[tokio::test]
async fn entities_written_by_hand() {
    let keys = keys().await;
    let hand = Hand {
        id: 1,
        is_open: true,
        city: "Graz".into(),
    };
    keys.put(&hand).send().await.unwrap();
    let key = || Key::of(&hand);
    let sent = keys.update(key()).set(|h| h.is_open, false).send().await;
    refused(sent, &["`GSI1`", "stale"]);
    keys.update(key())
        .set(|h| h.city, "Wien")
        .send()
        .await
        .unwrap();
    let now = is_fresh(&keys, key()).await;
    let shut = Hand {
        is_open: false,
        ..now.clone()
    };
    keys.save(&now, &shut).send().await.unwrap();
    is_fresh(&keys, key()).await;
}

#[tokio::test]
async fn a_transaction_does_not_leave_out_a_save() {
    let keys = keys().await;
    let old = Account {
        email: "Ada@x".into(),
        state: "new".into(),
        plan: "free".into(),
    };
    let new = Account {
        state: "a#b".into(),
        ..old.clone()
    };
    let sent = keys
        .transact_write()
        .save(keys.save(&old, &new))
        .send()
        .await;
    assert!(matches!(sent, Err(Error::Key(_))), "{sent:?}");
    let new = Account {
        email: "Eve@x".into(),
        ..old.clone()
    };
    let sent = keys
        .transact_write()
        .save(keys.save(&old, &new))
        .send()
        .await;
    refused(sent, &["rekey"]);
}
