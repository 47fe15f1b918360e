//! Tables without a type attribute: items are told apart by the shape of their keys.

use dynamo_model::{Error, prelude::*};
use dynamo_model_tests::client;
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(
    name = "games",
    pk = "PK",
    sk = "SK",
    gsi("Inverted", pk = "SK", sk = "PK", projection = keys_only),
    no_type_attribute,
    entities(Game, Player, Round)
)]
struct Games;

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = Games, pk = "GAME#{tenant}#{id}", sk = "#INFO")]
struct Game {
    tenant: u8,
    id: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Games,
    pk = "GAME#{tenant}#{game}", sk = "USER#{user}",
    index(games_of, on = "Inverted", pk = "USER#{user}", sk = "GAME#{tenant}#{game}"),
)]
struct Player {
    #[entity(key_only)]
    tenant: u8,
    #[entity(key_only)]
    game: String,
    #[entity(key_only)]
    user: String,
}

#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = Games,
    pk = "GAME#{tenant}#{game}#ROUND#{round}", sk = "USER#{who}",
    index(rounds_of, on = "Inverted", pk = "USER#{who}", sk = "GAME#{tenant}#{game}#ROUND#{round}"),
)]
struct Round {
    tenant: u8,
    game: String,
    round: u8,
    who: String,
}

/// Two components: a tuple.
#[derive(Collection, Debug, PartialEq)]
enum GameItem {
    Game(Game),
    Player(Player),
}

#[derive(Collection, Debug, PartialEq)]
#[collection(on = "Inverted", sort(tenant: u8))]
enum UserItem {
    Player(Player),
    Round(Round),
}

#[derive(Collection, Debug, PartialEq)]
#[collection(on = "Inverted")]
struct Players {
    players: Vec<Player>,
}

async fn games() -> Handle<Games> {
    let games = Games::on(client().await);
    games.create_table().send().await.unwrap();
    let game = Game {
        tenant: 1,
        id: "g".into(),
    };
    games.put(&game).send().await.unwrap();
    games.put(&player(1)).send().await.unwrap();
    games.put(&player(2)).send().await.unwrap();
    games
}

fn player(tenant: u8) -> Player {
    Player {
        tenant,
        game: "g".into(),
        user: "u".into(),
    }
}

#[tokio::test]
async fn a_partition_of_several_components_is_given_by_a_tuple() {
    let games = games().await;
    let found = games.query(GameItem::of((1, "g"))).collect().await;
    let game = Game {
        tenant: 1,
        id: "g".into(),
    };
    assert_eq!(
        found.unwrap(),
        [GameItem::Game(game), GameItem::Player(player(1))]
    );
}

#[tokio::test]
async fn members_of_an_index_of_keys_are_read_back_from_them() {
    let games = games().await;
    let found = games.query(UserItem::of("u")).collect().await.unwrap();
    assert_eq!(
        found,
        [UserItem::Player(player(1)), UserItem::Player(player(2))]
    );
    let found = games.query(UserItem::of("u").sort(|k| k.tenant.ge(2_u8)));
    assert_eq!(
        found.collect().await.unwrap(),
        [UserItem::Player(player(2))]
    );
    // A round's fields are attributes, which the index does not hold.
    let round = Round {
        tenant: 1,
        game: "g".into(),
        round: 1,
        who: "u".into(),
    };
    games.put(&round).send().await.unwrap();
    let found = games.query(UserItem::of("u")).collect().await;
    assert!(matches!(found, Err(Error::Decode(_))), "{found:?}");
    let found = games.query(Players::of("u")).send().await;
    assert!(matches!(found, Err(Error::Collection(_))), "{found:?}");
    let found = games.query(Players::of("u")).skip_unknown().send().await;
    assert_eq!(found.unwrap().unwrap().players.len(), 2);
}

#[tokio::test]
async fn a_scan_of_an_index_reads_its_items() {
    let games = games().await;
    let found = games.scan_collection::<UserItem>().skip_unknown();
    assert_eq!(found.collect().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_filter_of_one_member_needs_a_type() {
    let games = games().await;
    let error = games
        .query(GameItem::of((1, "g")))
        .filter_member::<Game>(|g| g.tenant.eq(1))
        .first()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    assert!(error.to_string().contains("`Game`"), "{error}");
}
