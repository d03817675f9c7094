//! Finding what was said, as clients ask for it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::conversation::Conversation;
use chat_tests::server::{Server, Setup};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Rooms in which a whole conversation is said.
const ROOMS: usize = 10;
/// Words that are looked for in it.
const WORDS: usize = 200;
/// A word that stands in more lines of it is looked for in one room only.
const COMMON: usize = 500;
/// Messages that one writer has on the way.
const AHEAD: usize = 100;
/// For a reply, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn texts(found: &Value) -> Vec<&str> {
    let hits = found["hits"].as_array().map_or(&[][..], Vec::as_slice);
    hits.iter().filter_map(|hit| hit["text"].as_str()).collect()
}

#[tokio::test]
async fn what_was_acknowledged_is_found_at_once_and_after_a_kill() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    for number in 0..30 {
        let text = format!("the release {number} is on Friday");
        ada.send("lobby", &text, &number.to_string()).await?;
        let look = json!({"type": "search", "query": format!("FRIDAY {number}")});
        let found = ada.ask("found", look).await?;
        assert_eq!(texts(&found), [text]);
        assert_eq!(found["more"], false);
        assert_eq!(found["hits"][0]["type"], "message");
        assert_eq!(found["hits"][0]["room"], "lobby");
        assert_eq!(found["hits"][0]["seq"], number + 1);
    }
    let token = ada.token().to_owned();
    server.kill9()?;
    server.restart().await?;
    let mut ada = Client::come_back(server.address(), &token).await?;
    let look = json!({"type": "search", "query": "release 7"});
    assert_eq!(
        texts(&ada.ask("found", look).await?),
        ["the release 7 is on Friday"]
    );
    Ok(())
}

#[tokio::test]
async fn hits_come_newest_first_and_the_cursor_goes_on() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.join("dev").await?;
    for number in 0..45 {
        let room = ["lobby", "dev"][number % 2];
        ada.send(room, &format!("note {number}"), &number.to_string())
            .await?;
    }
    let mut look = json!({"type": "search", "query": "note"});
    let (mut all, mut times) = (Vec::new(), Vec::new());
    loop {
        let found = ada.ask("found", look.clone()).await?;
        all.extend(texts(&found).into_iter().map(str::to_owned));
        let hits = found["hits"].as_array().context("no hits")?;
        times.extend(hits.iter().map(|hit| hit["at"].to_string()));
        if found["more"] == false {
            assert_eq!(found.get("next"), None);
            break;
        }
        assert_eq!(texts(&found).len(), 20, "where no limit is named");
        look["cursor"] = found["next"].clone();
    }
    assert!(times.iter().rev().is_sorted(), "{times:?}");
    // Notes of one moment stand by room.
    let mut numbers: Vec<usize> = Vec::new();
    for text in &all {
        numbers.push(text.trim_start_matches("note ").parse()?);
    }
    numbers.sort_unstable();
    assert_eq!(
        numbers,
        (0..45).collect::<Vec<_>>(),
        "none twice, none missed"
    );
    let lobby =
        json!({"type": "search", "query": "note", "room": "lobby", "author": "ADA", "limit": 2});
    assert_eq!(
        texts(&ada.ask("found", lobby).await?),
        ["note 44", "note 42"]
    );
    Ok(())
}

#[tokio::test]
async fn no_query_is_an_error_but_one_of_nothing_or_blanks() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    for query in ["", " \n\t", "\u{3000}"] {
        let look = json!({"type": "search", "query": query});
        assert_eq!(ada.refused("invalid", look).await?["field"], "query");
    }
    for query in [
        "\"",
        "\"\"",
        "*",
        "a AND",
        "NEAR(a b)",
        "(",
        "a:b",
        "^a",
        "-a",
        "a OR",
        "'; --",
        "{a b}",
        "\u{0}",
        "+",
    ] {
        let look = json!({"type": "search", "query": query});
        assert_eq!(
            ada.ask("found", look).await?["hits"],
            json!([]),
            "{query:?}"
        );
    }
    for (field, value) in [
        ("cursor", json!("c7")),
        ("limit", json!(0)),
        ("room", json!("Lobby")),
        ("since", json!("yesterday")),
    ] {
        let mut look = json!({"type": "search", "query": "a"});
        look[field] = value;
        assert_eq!(ada.refused("invalid", look).await?["field"], field);
    }
    Ok(())
}

#[tokio::test]
async fn a_room_that_one_is_not_in_is_not_searched() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    ada.send("dev", "the plan", "n").await?;
    let there = json!({"type": "search", "query": "plan", "room": "dev"});
    bob.refused("not_member", there.clone()).await?;
    let nowhere = json!({"type": "search", "query": "plan", "room": "nowhere"});
    bob.refused("not_found", nowhere).await?;
    let anywhere = json!({"type": "search", "query": "plan"});
    assert_eq!(bob.ask("found", anywhere).await?["hits"], json!([]));
    assert_eq!(texts(&ada.ask("found", there).await?), ["the plan"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_words_of_a_conversation_are_found_where_a_plain_scan_finds_them() -> Result<()>
{
    let conversation = Conversation::of_environment()?;
    let texts: Vec<String> = conversation
        .lines
        .iter()
        .map(|line| line.text.clone())
        .collect();
    let server = Setup::without_rates().start().await?;
    let begun = Instant::now();
    let mut writers = JoinSet::new();
    for room in 0..ROOMS {
        writers.spawn(write(
            server.address(),
            format!("room-{room}"),
            texts.clone(),
        ));
    }
    while let Some(written) = writers.join_next().await {
        written??;
    }
    let written = begun.elapsed();

    let mut reader = Client::enter(server.address(), "reader").await?;
    reader.patience(PATIENCE);
    for room in 0..ROOMS {
        reader.join(&format!("room-{room}")).await?;
    }
    let index = scan(&texts);
    let mut by_count: Vec<_> = index.iter().collect();
    by_count.sort_by_key(|(word, lines)| (lines.len(), word.as_str()));
    let step = (by_count.len() / WORDS).max(1);
    let begun = Instant::now();
    let mut hits = 0;
    // The commonest of all is among them, and so are some that were said once.
    for (number, (word, lines)) in by_count.iter().rev().step_by(step).take(WORDS).enumerate() {
        let mut look = json!({"type": "search", "query": word, "limit": 200});
        let mut rooms = 0..ROOMS;
        if lines.len() > COMMON {
            let room = number % ROOMS;
            look["room"] = format!("room-{room}").into();
            rooms = room..room + 1;
        }
        let found = find_all(&mut reader, look).await?;
        let expected: BTreeSet<_> = rooms
            .flat_map(|room| {
                lines
                    .iter()
                    .map(move |line| (format!("room-{room}"), line + 1))
            })
            .collect();
        let in_ascii = |(room, seq): &(String, usize)| {
            let line = &texts[seq - 1];
            line.is_ascii().then(|| (room.clone(), *seq))
        };
        let found: Vec<_> = found.iter().filter_map(in_ascii).collect();
        hits += found.len();
        ensure!(
            found.len() == expected.len(),
            "{word}: {} hits",
            found.len()
        );
        ensure!(
            found.into_iter().collect::<BTreeSet<_>>() == expected,
            "{word}"
        );
    }
    println!(
        "{}: {} messages written in {written:.1?}, {} words found {hits} times in {:.1?}",
        conversation.source,
        texts.len() * ROOMS,
        by_count.len().min(WORDS),
        begun.elapsed()
    );
    Ok(())
}

/// Says all of it in a room, some at a time.
async fn write(server: SocketAddr, room: String, texts: Vec<String>) -> Result<()> {
    let mut client = Client::enter(server, &format!("writer-{room}")).await?;
    client.patience(PATIENCE);
    client.join(&room).await?;
    for part in texts.chunks(AHEAD) {
        for text in part {
            let send = json!({"type": "send", "room": room, "text": text});
            client.say(&send).await?;
        }
        let mut acknowledged = 0;
        while acknowledged < part.len() {
            let frame = client.next().await?;
            ensure!(frame["type"] != "error", "{frame}");
            acknowledged += usize::from(frame["type"] == "sent");
        }
    }
    Ok(())
}

/// The lines in which a word stands, by the plainest rule: letters and digits
/// of ASCII, in lower case. Lines with anything else are left out.
fn scan(texts: &[String]) -> BTreeMap<String, BTreeSet<usize>> {
    let mut index: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (line, text) in texts.iter().enumerate().filter(|(_, text)| text.is_ascii()) {
        let lower = text.to_lowercase();
        for word in lower.split(|c: char| !c.is_ascii_alphanumeric()) {
            if !word.is_empty() {
                index.entry(word.to_owned()).or_default().insert(line);
            }
        }
    }
    index
}

/// Room and seq of every hit, all pages of them, newest first.
async fn find_all(client: &mut Client, mut look: Value) -> Result<Vec<(String, usize)>> {
    let (mut all, mut oldest) = (Vec::new(), None);
    loop {
        let found = client.ask("found", look.clone()).await?;
        for hit in found["hits"].as_array().context("no hits")? {
            let at = hit["at"].as_str().context("no time")?.to_owned();
            ensure!(oldest.as_ref().is_none_or(|oldest| at <= *oldest), "{hit}");
            oldest = Some(at);
            let room = hit["room"].as_str().context("no room")?;
            let seq = hit["seq"].as_u64().context("no seq")?;
            all.push((room.to_owned(), usize::try_from(seq)?));
        }
        if found["more"] == false {
            return Ok(all);
        }
        look["cursor"] = found["next"].clone();
    }
}
