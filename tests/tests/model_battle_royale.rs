//! A published model, on its published data: battle royale.
//!
//! Every row loads and is written back as it was, and every access pattern gives what a plain reading of the raw rows
//! gives. The data are in the folder that `DYNAMO_MODEL_SAMPLES` names; without one, a few rows of our own stand in.

use std::collections::HashSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo_model::{Error, Handle, Outcome, OutcomeKind};
use dynamo_model_examples::battle_royale::{
    self as model, BattleRoyale, FULL, Game, Map, OpenGame, Player, User,
};
use dynamo_model_examples::rows::Row;
use dynamo_model_tests::{client, samples};
use jiff::civil::DateTime;
use uuid::Uuid;

mod models;
use models::{
    assert_same, by_key, contents, copy, create, create_raw, items_of, rows_of, sorted_by, text,
};

const MAPS: [(Map, &str); 5] = [
    (Map::DirtyDesert, "Dirty Desert"),
    (Map::GreenGrasslands, "Green Grasslands"),
    (Map::JuicyJungle, "Juicy Jungle"),
    (Map::OpenOcean, "Open Ocean"),
    (Map::UrbanUnderground, "Urban Underground"),
];

fn load() -> Vec<Row> {
    let rows = model::load().expect("the data are there");
    if samples().is_some() {
        assert_eq!(rows.len(), 835);
    }
    rows
}

async fn table(client: &Client, rows: &[Row]) -> Handle<BattleRoyale> {
    create_raw(client, "raw", rows).await
}

fn is_user(row: &Row) -> bool {
    text(row, "PK").starts_with("USER#")
}

fn is_game(row: &Row) -> bool {
    row.contains_key("map")
}

fn is_player(row: &Row) -> bool {
    text(row, "SK").starts_with("USER#")
}

fn game_id(row: &Row) -> Uuid {
    text(row, "game_id").parse().expect("an id")
}

fn time(row: &Row, attribute: &str) -> DateTime {
    text(row, attribute).parse().expect("a time")
}

fn people(row: &Row) -> u32 {
    let AttributeValue::N(people) = &row["people"] else {
        panic!("people is no number");
    };
    people.parse().expect("a number")
}

#[tokio::test]
async fn every_row_is_read_and_written_back_as_it_was() {
    let (client, rows) = (client().await, load());
    let from = table(&client, &rows).await;
    let to = create(&client, "copy").await;
    let same = |row: &Row| row.clone();
    let users = copy::<User>(&from, &to, &same, &rows).await;
    let games = copy::<Game>(&from, &to, &same, &rows).await;
    let players = copy::<Player>(&from, &to, &same, &rows).await;
    assert_eq!(users, rows.iter().filter(|row| is_user(row)).count());
    assert_eq!(games, rows.iter().filter(|row| is_game(row)).count());
    assert_eq!(users + games + players, rows.len());
    if samples().is_some() {
        assert_eq!((users, games, players), (300, 15, 520));
    }
    assert_same(&contents(&client, &to).await, &by_key(rows));
}

#[tokio::test]
async fn the_model_s_own_loader_writes_the_same_table() {
    let (client, rows) = (client().await, load());
    let table = create(&client, "loaded").await;
    for row in &rows {
        model::put_row(&table, row)
            .await
            .expect("the row can be put");
    }
    assert_same(&contents(&client, &table).await, &by_key(rows));
}

#[tokio::test]
async fn a_user_and_a_game_by_id() {
    let (client, rows) = (client().await, load());
    let table = table(&client, &rows).await;
    for row in rows.iter().filter(|row| is_user(row)) {
        let user = table
            .get(User::key(text(row, "username")))
            .send()
            .await
            .expect("a read");
        let user = user.expect("the user is there");
        assert_eq!(user.email, text(row, "email"));
        assert_eq!(user.to_row(), *row);
    }
    for row in rows.iter().filter(|row| is_game(row)) {
        let game = table
            .get(Game::key(game_id(row)))
            .consistent()
            .send()
            .await
            .expect("a read");
        let game = game.expect("the game is there");
        assert_eq!(game.people, people(row));
        assert_eq!(game.to_row(), *row);
    }
    assert!(
        table
            .get(User::key("nobody"))
            .send()
            .await
            .expect("a read")
            .is_none()
    );
    assert!(
        table
            .get(Game::key(Uuid::nil()))
            .send()
            .await
            .expect("a read")
            .is_none()
    );
}

/// Shorter than `to_item().unwrap()` in an assertion.
trait ToRow {
    fn to_row(&self) -> Row;
}

impl<E: dynamo_model::Entity> ToRow for E {
    fn to_row(&self) -> Row {
        self.to_item().expect("it encodes")
    }
}

#[tokio::test]
async fn a_game_and_its_players_in_one_query() {
    let (client, rows) = (client().await, load());
    let table = table(&client, &rows).await;
    for game in rows.iter().filter(|row| is_game(row)) {
        let id = game_id(game);
        let raw = sorted_by(&rows, "SK", |row| {
            text(row, "game_id") == text(game, "game_id")
        });
        let items = items_of(table.query_all(Game::of(id))).await;
        let all: Vec<Row> = items
            .iter()
            .map(|item| item.to_attribute_values().expect("an item"))
            .collect();
        assert_eq!(all, raw);
        let (mut games, mut players) = (0, 0);
        for item in &items {
            assert!(!item.is::<User>());
            assert_ne!(item.is::<Game>(), item.is::<Player>());
            if item.is::<Game>() {
                games += 1;
                assert_eq!(item.decode::<Game>().expect("a game").to_row(), *game);
            } else {
                players += 1;
                assert_eq!(item.decode::<Player>().expect("a player").game_id, id);
            }
        }
        assert_eq!(games, 1);
        assert_eq!(players, people(game), "the published count is the players'");
        // One entity of the partition: the other is not read.
        assert_eq!(rows_of(table.query(Player::of(id))).await, raw[1..]);
        assert_eq!(rows_of(table.query(Game::of(id))).await, raw[..1]);
    }
}

#[tokio::test]
async fn open_games_by_map_and_time() {
    let (client, rows) = (client().await, load());
    let table = table(&client, &rows).await;
    let bounds: Vec<DateTime> = rows
        .iter()
        .filter(|row| is_game(row))
        .map(|row| time(row, "create_time"))
        .collect();
    let mut found = 0;
    for (map, name) in MAPS {
        let raw = |is_meant: &dyn Fn(DateTime) -> bool| {
            let open = |row: &Row| {
                text(row, "map") == name
                    && row.contains_key("open_timestamp")
                    && is_meant(time(row, "open_timestamp"))
            };
            sorted_by(&rows, "open_timestamp", open)
        };
        let open = items_of(table.query_all(Game::open_on(map))).await;
        assert_open(&table, open, &raw(&|_| true), &mut found).await;
        for &at in &bounds {
            let of = || Game::open_on(map);
            let open = items_of(table.query_all(of().sort(|k| k.open_timestamp.ge(at)))).await;
            assert_open(&table, open, &raw(&|time| time >= at), &mut found).await;
            let open = items_of(table.query_all(of().sort(|k| k.open_timestamp.gt(at)))).await;
            assert_open(&table, open, &raw(&|time| time > at), &mut found).await;
            let open = items_of(table.query_all(of().sort(|k| k.open_timestamp.le(at)))).await;
            assert_open(&table, open, &raw(&|time| time <= at), &mut found).await;
            let open = items_of(table.query_all(of().sort(|k| k.open_timestamp.lt(at)))).await;
            assert_open(&table, open, &raw(&|time| time < at), &mut found).await;
            let to = bounds[0];
            let open =
                items_of(table.query_all(of().sort(|k| k.open_timestamp.between(at, to)))).await;
            assert_open(
                &table,
                open,
                &raw(&|time| time >= at && time <= to),
                &mut found,
            )
            .await;
        }
        let mut newest = raw(&|_| true);
        newest.reverse();
        let parts = table.query(Game::open_on(map)).descending();
        let parts = parts.project::<OpenGame>().collect().await.expect("parts");
        assert_eq!(parts.len(), newest.len());
        for (part, row) in parts.iter().zip(&newest) {
            assert_eq!(part.open_timestamp, Some(time(row, "open_timestamp")));
            let whole = table.get(Game::key(part.game_id)).send().await;
            let whole = whole.expect("a read").expect("the game is there");
            assert_eq!(whole.to_row(), *row);
        }
        let open = items_of(table.query_all(Game::open_on(map)).descending()).await;
        assert_open(&table, open, &newest, &mut found).await;
    }
    assert!(found > 0);
}

/// What `OpenGamesIndex` holds, without the keys.
#[derive(serde::Deserialize)]
struct Held {
    open_timestamp: DateTime,
    create_time: DateTime,
    people: u32,
}

/// The index holds six attributes of a game; the key leads to the whole of it.
async fn assert_open(
    table: &Handle<BattleRoyale>,
    open: Vec<dynamo_model::Item<BattleRoyale>>,
    raw: &[Row],
    found: &mut usize,
) {
    assert_eq!(open.len(), raw.len());
    for (item, row) in open.iter().zip(raw) {
        *found += 1;
        let fields: Held = item.fields().expect("what the index projects");
        assert_eq!(fields.open_timestamp, time(row, "open_timestamp"));
        assert_eq!(fields.create_time, time(row, "create_time"));
        assert_eq!(fields.people, people(row));
        assert_eq!(item.to_attribute_values().expect("an item").len(), 6);
        // A part of a game is no game.
        assert!(matches!(item.decode::<Game>(), Err(Error::Decode(_))));
        let game = table
            .get(item.key::<Game>().expect("a game's key"))
            .send()
            .await;
        assert_eq!(
            game.expect("a read").expect("the game is there").to_row(),
            *row
        );
    }
}

#[tokio::test]
async fn a_user_s_games() {
    let (client, rows) = (client().await, load());
    let table = table(&client, &rows).await;
    let mut found = 0;
    for user in rows.iter().filter(|row| is_user(row)) {
        let name = text(user, "username");
        let raw = sorted_by(&rows, "PK", |row| {
            is_player(row) && text(row, "username") == name
        });
        found += raw.len();
        assert_eq!(rows_of(table.query(Player::games_of(name))).await, raw);
        for row in raw {
            let one = Player::games_of(name).sort(|k| k.game_id.eq(game_id(&row)));
            assert_eq!(rows_of(table.query(one)).await, [row]);
        }
    }
    assert_eq!(found, rows.iter().filter(|row| is_player(row)).count());
}

fn kinds(error: Error) -> Vec<OutcomeKind> {
    match error {
        Error::TransactionCanceled(canceled) => {
            canceled.outcomes().iter().map(Outcome::kind).collect()
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn users_join_an_open_game_until_it_is_full_and_it_starts() {
    let (client, rows) = (client().await, load());
    let table = table(&client, &rows).await;
    let open = rows
        .iter()
        .filter(|row| row.contains_key("open_timestamp") && people(row) < FULL)
        .max_by_key(|row| people(row))
        .expect("a game that is open");
    let id = game_id(open);
    let inside: HashSet<&str> = rows
        .iter()
        .filter(|row| is_player(row) && text(row, "game_id") == text(open, "game_id"))
        .map(|row| text(row, "username"))
        .collect();
    let mut outside = rows
        .iter()
        .filter(|row| is_user(row) && !inside.contains(text(row, "username")))
        .map(|row| Player {
            game_id: id,
            username: text(row, "username").to_owned(),
            place: None,
        });
    let at: DateTime = "2019-04-20T12:00:00".parse().expect("a time");
    let creator = text(open, "creator");
    let game = async || {
        let game = table
            .get(Game::key(id))
            .consistent()
            .send()
            .await
            .expect("a read");
        game.expect("the game is there")
    };

    // Not full yet: it does not start.
    let start = |creator: &str| model::start(&table, Game::key(id), creator, at).send();
    let refused = start(creator).await.expect_err("it is not full");
    assert_eq!(refused.item::<Game>().expect("a game"), Some(game().await));

    let mut joined = people(open);
    while joined < FULL {
        let player = outside.next().expect("enough users");
        let join = || model::join(&table, &player).send();
        join().await.expect("there is a place");
        joined += 1;
        assert_eq!(game().await.people, joined);
        let found = table
            .get(dynamo_model::Key::of(&player))
            .send()
            .await
            .expect("a read");
        assert_eq!(found, Some(player.clone()));
        let games = rows_of(table.query(Player::games_of(&player.username))).await;
        assert!(games.contains(&player.to_row()));
        // Once is enough: nothing changes. The last one is refused for two reasons.
        let refused = join().await.expect_err("is in already");
        assert_eq!(kinds(refused)[0], OutcomeKind::ConditionFailed);
        assert_eq!(game().await.people, joined);
    }

    // Full: the next one is refused, and neither of the two writes happens.
    let late = outside.next().expect("enough users");
    let refused = model::join(&table, &late).send().await;
    assert_eq!(
        kinds(refused.expect_err("it is full")),
        [OutcomeKind::NoError, OutcomeKind::ConditionFailed]
    );
    assert!(
        table
            .get(dynamo_model::Key::of(&late))
            .send()
            .await
            .expect("a read")
            .is_none()
    );
    assert_eq!(game().await.people, FULL);
    assert_eq!(
        table
            .query(Player::of(id))
            .collect()
            .await
            .expect("players")
            .len(),
        FULL as usize
    );

    // Only its creator starts it, and only once.
    assert!(start("somebody else").await.is_err());
    let before = game().await;
    let is_open = async || {
        let open = items_of(table.query_all(Game::open_on(before.map))).await;
        open.iter()
            .any(|item| item.key::<Game>().ok() == Some(Game::key(id)))
    };
    assert!(is_open().await);
    start(creator).await.expect("it is full");
    let after = game().await;
    assert_eq!(
        after,
        Game {
            start_time: Some(at),
            open_timestamp: None,
            ..before.clone()
        }
    );
    assert!(!is_open().await);
    assert!(start(creator).await.is_err());
}
