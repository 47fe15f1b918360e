//! A battle royale game on an existing table: every access pattern of a published model.
//!
//! Runs on the embedded engine with a few rows of its own: `cargo run --example battle_royale`. With
//! `DYNAMO_MODEL_SAMPLES` set to the folder of the published rows, it loads those instead.

use dynamo_model::{Key, embedded};
use dynamo_model_examples::battle_royale::{
    BattleRoyale, FULL, Game, Map, Match, OpenGame, Player, User, join, load, put_row, start,
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

    // Open games of a map, the newest first. The index holds some attributes only, and a projection asks for no others.
    let map = Map::GreenGrasslands;
    let since: DateTime = "2019-04-15T00:00:00".parse()?;
    println!("\nopen on {map:?} since {since}:");
    let open = Game::open_on(map).sort(|k| k.open_timestamp.ge(since));
    let open = table.query(open).descending().project::<OpenGame>();
    let open = open.collect().await?;
    for game in &open {
        let (people, since) = (game.people, game.open_timestamp);
        println!("  since {since:?}, {people} of {FULL} players");
    }

    // The key of such a part leads to the whole.
    let with_place = open.iter().filter(|game| game.people < FULL);
    let Some(fullest) = with_place.max_by_key(|game| game.people) else {
        return Err("no open game on this map".into());
    };
    let Some(game) = table.get(Game::key(fullest.game_id)).send().await? else {
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
    let Some(Match { game, players }) = table.query(Match::of(game.game_id)).send().await? else {
        return Err("the game is gone".into());
    };
    let players: Vec<String> = players.into_iter().map(|player| player.username).collect();
    println!(
        "\ngame created at {} with {} players",
        game.create_time,
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
    let open = table.query(Game::open_on(map)).count().await?;
    println!("{open} games are open on {map:?} now");
    Ok(())
}
