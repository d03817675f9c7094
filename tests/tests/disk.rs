//! A disk that is full, that fails, and that loses its power: what was
//! acknowledged is there, and what can't be kept is refused in words.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::disk::{Small, Unsafe};
use chat_tests::http::Ask;
use chat_tests::process::Signal;
use chat_tests::server::{Server, Setup};
use chat_tests::wait;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

/// Texts that were acknowledged, with their places.
type Acknowledged = BTreeMap<String, u64>;

const SMALL: u64 = 16 << 20;

#[tokio::test]
async fn a_full_disk_refuses_in_words_reads_go_on_and_room_is_all_it_needs() -> Result<()> {
    let disk = Small::new(SMALL).await?;
    let setup = disk.setup(Setup::without_rates());
    let mut server = setup.start_with(disk.data()).await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut acknowledged = Acknowledged::new();
    sent(&mut ada, "first of all", &mut acknowledged).await?;
    disk.leave(1 << 20, server.pid()?)?;

    let filler = "all that fits ".repeat(280);
    let refused = loop {
        let text = format!("{} {filler}", acknowledged.len());
        let reply = ada.request(send(text.trim_end())).await?;
        if reply["type"] == "error" {
            break reply;
        }
        let seq = reply["seq"].as_u64().context("no seq")?;
        acknowledged.insert(text.trim_end().to_owned(), seq);
        ensure!(acknowledged.len() < 20_000, "the disk is never full");
    };
    ensure!(refused["code"] == "unavailable", "{refused}");
    let words = refused["message"].as_str().unwrap_or_default();
    ensure!(
        words.contains("nothing was done") && words.contains("try again"),
        "{words}"
    );

    println!(
        "the disk, {}, took {} messages",
        disk.kind(),
        acknowledged.len()
    );

    // Everything that needs no room goes on.
    let head = acknowledged.len() as u64;
    for _ in 0..3 {
        ada.refused("unavailable", send(format!("no room {filler}").trim_end()))
            .await?;
        let page = ada
            .ask(
                "history",
                json!({ "type": "history", "room": "lobby", "limit": 1 }),
            )
            .await?;
        ensure!(page["head"] == head, "{}", page["head"]);
        ada.ask("members", json!({ "type": "members", "room": "lobby" }))
            .await?;
        ada.ask("pong", json!({ "type": "ping" })).await?;
    }
    each_request_is_answered(&mut ada).await?;
    let alive = Ask::new("GET", "/healthz").send(server.address()).await?;
    ensure!(alive.status() == 200, "{}", alive.status());

    disk.make_room(server.pid()?)?;
    // By itself, and on the same connection.
    sent(&mut ada, "there is room again", &mut acknowledged).await?;
    server.kill9()?;
    server.restart().await?;
    check(&server, &acknowledged).await
}

#[tokio::test]
async fn a_commit_that_broke_and_was_found_out_is_unavailable_and_was_not_done() -> Result<()> {
    let disk = Unsafe::new()?;
    let setup = disk.setup(Setup::without_rates());
    let mut server = setup.start_with(disk.data()).await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut acknowledged = Acknowledged::new();
    sent(&mut ada, "before", &mut acknowledged).await?;
    disk.fail(true)?;
    let asked = Instant::now();
    ada.say(&with_id(send("in between"), "broken")).await?;
    disk.failed().await?;
    disk.fail(false)?;
    let reply = ada.reply(&json!("broken")).await?;
    ensure!(reply["code"] == "unavailable", "{reply}");
    ensure!(asked.elapsed() < Duration::from_secs(5), "in time");
    // It stays undone, whatever a crash finds in the files.
    server.kill9()?;
    server.restart().await?;
    let left = log(&server).await?;
    ensure!(left.len() == 1, "what was not done is there: {left:?}");
    let ready = Ask::new("GET", "/readyz").send(server.address());
    ensure!(ready.await?.status() == 200, "ready again");
    let mut ada = Client::come_back(server.address(), ada.token()).await?;
    sent(&mut ada, "in between", &mut acknowledged).await?;
    check(&server, &acknowledged).await
}

#[tokio::test]
async fn a_commit_whose_fate_is_unknown_for_5_seconds_closes_with_1011_and_is_repeated()
-> Result<()> {
    let disk = Unsafe::new()?;
    let setup = disk.setup(Setup::without_rates());
    let mut server = setup.start_with(disk.data()).await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut acknowledged = Acknowledged::new();
    sent(&mut ada, "before", &mut acknowledged).await?;
    bob.event("lobby").await?;
    for crash in [false, true] {
        let text = format!("who knows, crash {crash}");
        disk.fail(true)?;
        let asked = Instant::now();
        ada.say(&with_id(send(&text), "unknown")).await?;
        disk.failed().await?;
        let ready = Ask::new("GET", "/readyz").send(server.address());
        ensure!(ready.await?.status() == 503, "not while that is open");
        let closed = ada.closed(Duration::from_secs(15)).await?;
        ensure!(closed.code == Some(1011), "{closed:?}");
        ensure!(
            closed.reason.contains("nonce"),
            "says what to do: {closed:?}"
        );
        ensure!(
            asked.elapsed() >= Duration::from_secs(4),
            "it tried to find out"
        );
        let said = ada.find(|frame| frame["id"] == "unknown").await;
        ensure!(said.is_err(), "nothing was answered: {said:?}");
        // Who asked nothing stays.
        bob.ask("pong", json!({ "type": "ping" })).await?;
        disk.fail(false)?;
        if crash {
            server.kill9()?;
            server.restart().await?;
        }
        ada = Client::come_back(server.address(), ada.token()).await?;
        sent(&mut ada, &text, &mut acknowledged).await?;
        sent(&mut ada, &text, &mut acknowledged).await?;
    }
    check(&server, &acknowledged).await
}

/// Cuts of the power: at any moment, all that is left is what was synced and
/// any part of what was written since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_a_cut_of_the_power() -> Result<()> {
    const CUTS: u64 = 16;
    let disk = Unsafe::new()?;
    let setup = disk.setup(Setup::without_rates());
    let server = setup.start_with(disk.data()).await?;
    let (stop, stopped) = watch::channel(false);
    let (told, acknowledged) = watch::channel(Acknowledged::new());
    let told = Arc::new(told);
    let mut writers = Vec::new();
    for writer in 0..4 {
        let client = Client::enter(server.address(), &format!("writer-{writer}")).await?;
        writers.push(tokio::spawn(write(
            client,
            writer,
            stopped.clone(),
            Arc::clone(&told),
        )));
    }
    let mut cuts = Vec::new();
    for cut in 0..CUTS {
        let before = acknowledged.borrow().len();
        let mut progress = acknowledged.clone();
        // Not the same number each time, so that cuts fall between, within and
        // after what moves the WAL into the database.
        let more = 40 + (cut * 37 % 90) as usize;
        let moved = progress.wait_for(|all| all.len() >= before + more);
        wait::within("acknowledgements", wait::SOON * 3, moved).await??;
        let promised = acknowledged.borrow().clone();
        server.signal(Signal::STOP)?;
        let left = TempDir::with_prefix("chat-cut-")?;
        leave(&disk, left.path(), cut)?;
        server.signal(Signal::CONT)?;
        cuts.push((left, promised));
    }
    stop.send(true)?;
    for writer in writers {
        writer.await??;
    }
    drop(server);
    let mut messages = 0;
    for (number, (left, promised)) in cuts.into_iter().enumerate() {
        messages += promised.len();
        let server = Setup::without_rates().start_with(Arc::new(left)).await;
        let server = server.with_context(|| format!("after cut {number}"))?;
        check(&server, &promised)
            .await
            .with_context(|| format!("after cut {number}"))?;
    }
    println!(
        "{CUTS} cuts of the power: {messages} acknowledged messages looked for, all there once"
    );
    Ok(())
}

/// Whatever is asked while there is no room: it is done, refused by a rule, or
/// unavailable; never a fault, and never the end of the connection.
async fn each_request_is_answered(client: &mut Client) -> Result<()> {
    let help = client.ask("help", json!({ "type": "help" })).await?;
    let rows = help["requests"].as_array().context("no requests")?;
    let mut unavailable = 0;
    for row in rows {
        if matches!(row["type"].as_str(), Some("logout" | "typing")) {
            continue;
        }
        let reply = client.request(row["example"].clone()).await?;
        ensure!(reply["code"] != "internal", "{row} was answered by {reply}");
        unavailable += u32::from(reply["code"] == "unavailable");
    }
    println!("{unavailable} of {} requests were unavailable", rows.len());
    Ok(())
}

/// Long messages, one at a time, until told to stop.
async fn write(
    mut client: Client,
    writer: usize,
    stopped: watch::Receiver<bool>,
    told: Arc<watch::Sender<Acknowledged>>,
) -> Result<()> {
    let filler = "word ".repeat(400);
    for number in 0.. {
        if *stopped.borrow() {
            break;
        }
        let text = format!("{writer} {number} {filler}");
        let reply = client.ask("sent", send(text.trim_end())).await?;
        let seq = reply["seq"].as_u64().context("no seq")?;
        told.send_modify(|all| {
            all.insert(text.trim_end().to_owned(), seq);
        });
    }
    Ok(())
}

/// The files of the database as a cut finds them: of each block that was
/// written since the last sync, the one or the other is on the disk.
fn leave(disk: &Unsafe, to: &Path, cut: u64) -> Result<()> {
    const BLOCK: usize = 512;
    let mut dice = cut.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for name in ["chat.db", "chat.db-wal"] {
        let read = |folder: &Path| match fs::read(folder.join(name)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            other => other,
        };
        let (written, mut left) = (read(disk.written())?, read(&disk.kept())?);
        // Every fourth cut loses all that was not synced, every fourth nothing.
        if cut % 4 == 1 {
            left = written;
        } else if cut % 4 > 1 {
            left.resize(written.len().max(left.len()), 0);
            for (block, new) in written.chunks(BLOCK).enumerate() {
                dice ^= dice << 13;
                dice ^= dice >> 7;
                dice ^= dice << 17;
                if dice.is_multiple_of(2) {
                    left[block * BLOCK..][..new.len()].copy_from_slice(new);
                }
            }
        }
        fs::write(to.join(name), left)?;
    }
    Ok(())
}

fn send(text: &str) -> Value {
    json!({ "type": "send", "room": "lobby", "text": text, "nonce": nonce(text) })
}

/// The same for the same text.
fn nonce(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    format!("{}-{}", short.replace(' ', "_"), text.len())
}

fn with_id(mut request: Value, id: &str) -> Value {
    request["id"] = id.into();
    request
}

async fn sent(client: &mut Client, text: &str, acknowledged: &mut Acknowledged) -> Result<()> {
    let reply = client.ask("sent", send(text)).await?;
    let seq = reply["seq"].as_u64().context("no seq")?;
    let before = acknowledged.insert(text.to_owned(), seq);
    ensure!(before.is_none_or(|before| before == seq), "{reply}");
    Ok(())
}

/// All that was acknowledged is on the log, where it was said to be.
async fn check(server: &Server, acknowledged: &Acknowledged) -> Result<()> {
    let places = log(server).await?;
    for (text, seq) in acknowledged {
        let place = places.get(text);
        let start: String = text.chars().take(30).collect();
        ensure!(
            place == Some(seq),
            "{start:?} was acknowledged as {seq} and is at {place:?}"
        );
    }
    Ok(())
}

/// The lobby's log, which has no hole and no text twice.
async fn log(server: &Server) -> Result<Acknowledged> {
    let mut reader = Client::enter(server.address(), &format!("reader{}", fresh())).await?;
    let mut places = Acknowledged::new();
    let mut after = 0;
    loop {
        let ask = json!({ "type": "history", "room": "lobby", "after": after, "limit": 200 });
        let page = reader.ask("history", ask).await?;
        for event in page["events"].as_array().context("no events")? {
            after += 1;
            ensure!(event["seq"] == after, "a hole at {after}: {}", event["seq"]);
            let text = event["text"].as_str().context("no text")?.to_owned();
            ensure!(places.insert(text, after).is_none(), "twice: {event}");
        }
        if page["more_after"] == false {
            return Ok(places);
        }
    }
}

/// A number that no other reader has.
fn fresh() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
