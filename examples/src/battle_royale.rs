//! A battle royale game: users, games, and who is in which game.
//!
//! The model of an AWS workshop on single-table design. It is an *existing* table: its attributes, keys and
//! timestamps are what they were before there was any Rust, and items carry no entity type.
//!
//! | Access pattern | Answered by |
//! |---|---|
//! | a user, a game | `get` |
//! | a game and its players | one query of the game's partition, put together in a [`Match`] |
//! | open games of a map, by time | `OpenGamesIndex`, which holds open games only |
//! | a user's games | `InvertedIndex` |
//! | join a game | a transaction |
//! | start a game | a conditional update |

use dynamo_model::{Item, Key, TransactWrite, Update, prelude::*};
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::rows::{self, Failure, Row};

/// A game begins when this many users are in it.
pub const FULL: u32 = 50;

/// The one table of the game.
#[derive(Table)]
#[table(
    name = "battle-royale",
    pk = "PK",
    sk = "SK",
    gsi(
        "OpenGamesIndex",
        pk = "map",
        sk = "open_timestamp",
        projection = include("create_time", "people")
    ),
    gsi("InvertedIndex", pk = "SK", sk = "PK"),
    no_type_attribute,
    entities(User, Game, Player)
)]
pub struct BattleRoyale;

/// Someone who plays.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(table = BattleRoyale, pk = "USER#{username}", sk = "#METADATA#{username}")]
pub struct User {
    pub username: String,
    pub name: String,
    pub email: String,
    pub address: String,
    pub birthdate: Date,
}

/// A game, which is open until it has its fifty players.
///
/// The keys of `OpenGamesIndex` are the fields themselves. A game without `open_timestamp` is not in it.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = BattleRoyale,
    pk = "GAME#{game_id}", sk = "#METADATA#{game_id}",
    index(
        open_on, on = "OpenGamesIndex",
        pk = "{map}", sk = "{open_timestamp:%Y-%m-%dT%H:%M:%S}",
    ),
)]
pub struct Game {
    pub game_id: Uuid,
    pub map: Map,
    pub creator: String,
    pub create_time: DateTime,
    pub open_timestamp: Option<DateTime>,
    pub start_time: Option<DateTime>,
    pub end_time: Option<DateTime>,
    pub people: u32,
    pub gold: Option<String>,
    pub silver: Option<String>,
    pub bronze: Option<String>,
}

/// A user in a game.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[entity(
    table = BattleRoyale,
    pk = "GAME#{game_id}", sk = "USER#{username}",
    index(games_of, on = "InvertedIndex", pk = "USER#{username}", sk = "GAME#{game_id}"),
)]
pub struct Player {
    pub game_id: Uuid,
    pub username: String,
    pub place: Option<Place>,
}

/// Where a game takes place.
#[derive(KeyPart, Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Map {
    #[serde(rename = "Dirty Desert")]
    DirtyDesert,
    #[serde(rename = "Green Grasslands")]
    GreenGrasslands,
    #[serde(rename = "Juicy Jungle")]
    JuicyJungle,
    #[serde(rename = "Open Ocean")]
    OpenOcean,
    #[serde(rename = "Urban Underground")]
    UrbanUnderground,
}

/// What a player has won.
#[derive(Document, Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    Gold,
    Silver,
    Bronze,
}

/// What `OpenGamesIndex` holds of a game. The id is read from the table's key.
#[derive(Projection, Deserialize, Debug, Clone, PartialEq)]
#[projection(of = Game)]
pub struct OpenGame {
    pub game_id: Uuid,
    pub map: Map,
    pub open_timestamp: Option<DateTime>,
    pub create_time: DateTime,
    pub people: u32,
}

/// A game and its players.
#[derive(Collection, Debug, Clone, PartialEq)]
pub struct Match {
    pub game: Game,
    pub players: Vec<Player>,
}

/// A user enters a game: the mapping is put if it is not there, and the game counts one more, up to fifty.
///
/// Either both happen or neither does.
pub fn join(table: &Handle<BattleRoyale>, player: &Player) -> TransactWrite<BattleRoyale> {
    let count = table
        .update(Game::key(player.game_id))
        .add(|g| g.people, 1)
        .condition(|g| g.people.lt(FULL));
    table
        .transact_write()
        .put(table.put(player).if_absent())
        .update(count)
}

/// A full game begins, if its creator says so: it is open no more, and so leaves `OpenGamesIndex`.
pub fn start(
    table: &Handle<BattleRoyale>,
    game: Key<Game>,
    creator: &str,
    at: DateTime,
) -> Update<Game> {
    table
        .update(game)
        .remove(|g| g.open_timestamp)
        .set(|g| g.start_time, at)
        .condition(|g| g.people.eq(FULL).and(g.start_time.not_exists()))
        .condition(|g| g.creator.eq(creator))
}

/// The published rows, or our own few.
///
/// # Errors
///
/// If a file cannot be read.
pub fn load() -> Result<Vec<Row>, Failure> {
    rows::from_lines(&rows::published_or("battle-royale-items.jsonl", OWN)?)
}

/// Rows of our own, one item a line.
const OWN: &str = include_str!("../data/battle-royale.jsonl");

/// Reads a row as the entity that its key says it is, and puts it.
///
/// # Errors
///
/// If the row is none of the three entities, or cannot be put.
pub async fn put_row(table: &Handle<BattleRoyale>, row: &Row) -> Result<(), Failure> {
    let item = Item::<BattleRoyale>::from_attribute_values(row);
    if item.is::<User>() {
        table.put(&item.decode::<User>()?).send().await?;
    } else if item.is::<Game>() {
        table.put(&item.decode::<Game>()?).send().await?;
    } else if item.is::<Player>() {
        table.put(&item.decode::<Player>()?).send().await?;
    } else {
        return Err("a row that is no user, no game and no player".into());
    }
    Ok(())
}
