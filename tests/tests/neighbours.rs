//! Entities of one partition on a table without a type attribute: none is taken for another, wherever they meet.

use dynamo_model::{Entity, Error, Item, prelude::*};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An inverted index holds every item, also those whose entity says nothing of it.
#[derive(Table)]
#[table(
    name = "neighbours",
    pk = "PK",
    sk = "SK",
    gsi("Inverted", pk = "SK", sk = "PK"),
    no_type_attribute,
    entities(Player, Round, Score)
)]
struct Games;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Games,
    pk = "GAME#{game}", sk = "USER#{user}",
    index(games_of, on = "Inverted", pk = "USER#{user}", sk = "GAME#{game}"),
)]
struct Player {
    game: Uuid,
    user: String,
}

/// In the inverted index it stands right beside [`Player`], and it has all of a player's attributes.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Games, pk = "GAME#{game}#ROUND#{round}", sk = "USER#{user}")]
struct Round {
    game: Uuid,
    user: String,
    round: u8,
}

/// Never in a partition with the others.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Games, pk = "SCORE#{game}", sk = "OF#{user}")]
struct Score {
    game: Uuid,
    user: String,
}

fn player() -> Player {
    Player {
        game: Uuid::nil(),
        user: "u".into(),
    }
}

fn round() -> Round {
    Round {
        game: Uuid::nil(),
        user: "u".into(),
        round: 3,
    }
}

#[tokio::test]
async fn an_entity_that_does_not_declare_the_index_is_not_taken_for_one_that_does() {
    let games = Games::on(client().await);
    games.create_table().send().await.unwrap();
    games.put(&player()).send().await.unwrap();
    games.put(&round()).send().await.unwrap();
    let found = games.query(Player::games_of("u")).collect().await.unwrap();
    assert_eq!(found, [player()]);
    let all = games
        .query_all(Player::games_of("u"))
        .collect()
        .await
        .unwrap();
    assert_eq!(all.len(), 2);
    let first = games
        .query(Player::games_of("u"))
        .descending()
        .first()
        .await
        .unwrap();
    assert_eq!(first, Some(player()));
}

#[tokio::test]
async fn an_item_is_decoded_as_its_own_entity_only() {
    let row = round().to_item().unwrap();
    assert_eq!(Round::from_item(&row).unwrap(), round());
    assert!(matches!(Player::from_item(&row), Err(Error::Key(_))));
    let item = Item::<Games>::from_attribute_values(&row);
    assert!(item.is::<Round>() && !item.is::<Player>() && !item.is::<Score>());
    assert!(matches!(item.decode::<Player>(), Err(Error::Key(_))));
    assert!(matches!(item.key::<Score>(), Err(Error::Key(_))));
    assert_eq!(item.key::<Round>().unwrap(), Key::of(&round()));
    assert_eq!(item.decode::<Round>().unwrap(), round());
}

#[tokio::test]
async fn a_part_of_an_item_is_read_into_any_struct() {
    #[derive(Deserialize)]
    struct Part {
        #[serde(rename = "PK")]
        pk: String,
        round: u8,
    }
    #[derive(Deserialize, Debug)]
    #[expect(dead_code, reason = "it does not decode")]
    struct Other {
        winner: String,
    }
    let item = Item::<Games>::from_attribute_values(&round().to_item().unwrap());
    let part: Part = item.fields().unwrap();
    assert_eq!(
        (part.pk.as_str(), part.round),
        ("GAME#00000000-0000-0000-0000-000000000000#ROUND#003", 3)
    );
    let error = item.fields::<Other>().unwrap_err();
    assert!(error.to_string().contains("winner"), "{error}");
}
