//! A battle royale game on an existing table: every access pattern of a published model.
//!
//! Runs on the embedded engine with a few rows of its own: `cargo run --example battle_royale`. With
//! `DYNAMO_MODEL_SAMPLES` set to the folder of the published rows, it loads those instead.

use dynamo_model::{Key, embedded};
use dynamo_model_examples::battle_royale::{
    BattleRoyale, FULL, Game, Map, OpenGame, Player, User, join, load, put_row, start,
};
use dynamo_model_examples::rows::Failure;
use jiff::civil::DateTime;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let table = BattleRoyale::on(embedded::client()?);
    table.create_table().send().await?;
    let rows = load()?;
    for row in &rows {
        put_row(&table, row).await?;
    }
    println!("{} rows loaded", rows.len());

    // Open games of a map, the newest first. The index holds some attributes only: these are no whole games.
    let map = Map::GreenGrasslands;
    let since: DateTime = "2019-04-15T00:00:00".parse()?;
    println!("\nopen on {map:?} since {since}:");
    let open = Game::open_on(map).sort(|k| k.open_timestamp.ge(since));
    let mut fullest = None;
    for item in table.query_all(open).descending().collect().await? {
        let game: OpenGame = item.fields()?;
        println!(
            "  since {}, {} of {FULL} players",
            game.open_timestamp, game.people
        );
        let has_place = game.people < FULL;
        if has_place && fullest.as_ref().is_none_or(|(most, _)| *most < game.people) {
            fullest = Some((game.people, item));
        }
    }

    // The key of such a part leads to the whole.
    let Some((_, part)) = fullest else {
        return Err("no open game on this map".into());
    };
    let Some(game) = table.get(part.key::<Game>()?).send().await? else {
        return Err("the game is gone".into());
    };
    println!("\nthe fullest: {game:#?}");

    // A user, by key.
    let creator = table.get(User::key(&game.creator)).send().await?;
    println!("\nits creator: {creator:#?}");

    // The user's games, from the inverted index.
    println!("\ngames of {}:", game.creator);
    let games = table
        .query(Player::games_of(&game.creator))
        .collect()
        .await?;
    for player in &games {
        println!("  {}", player.game_id);
    }

    // A game and its players, with one query over two entities.
    let (mut players, mut found) = (Vec::new(), None);
    let mut items = table.query_all(Game::of(game.game_id)).items();
    while let Some(item) = items.try_next().await? {
        if item.is::<Game>() {
            found = Some(item.decode::<Game>()?);
        } else {
            players.push(item.decode::<Player>()?.username);
        }
    }
    println!(
        "\ngame created at {:?} with {} players",
        found.map(|game| game.create_time.to_string()),
        players.len()
    );

    // Users join until the game is full. Each joins in a transaction: the mapping and the count, or neither.
    let mut users = table.scan::<User>().items();
    let mut places = FULL - game.people;
    while places > 0
        && let Some(user) = users.try_next().await?
    {
        if players.contains(&user.username) {
            continue;
        }
        let player = Player {
            game_id: game.game_id,
            username: user.username,
            place: None,
        };
        join(&table, &player).send().await?;
        println!("{} joined", player.username);
        places -= 1;
    }

    // The game starts, and is open no more.
    let now: DateTime = "2026-11-22T20:15:00".parse()?;
    start(&table, Key::of(&game), &game.creator, now)
        .send()
        .await?;
    let started = table.get(Key::of(&game)).consistent().send().await?;
    println!("\nstarted: {started:#?}");
    let open = table.query_all(Game::open_on(map)).collect().await?;
    println!("{} games are open on {map:?} now", open.len());
    Ok(())
}
