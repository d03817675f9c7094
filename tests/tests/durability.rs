//! Acknowledged is durable: a server killed again and again while it is written to.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::server::Setup;
use chat_tests::wait;
use serde_json::{Value, json};
use tokio::sync::watch;

const KILLS: u32 = 20;
const WRITERS: usize = 6;
/// How long the server lives between two kills, once somebody is acknowledged.
const LIVES: Duration = Duration::from_millis(400);

/// What was acknowledged to one writer: text to seq.
type Acknowledged = BTreeMap<String, u64>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_doubled_by_twenty_kills() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let address = server.address();
    let (stop, stopped) = watch::channel(false);
    let (acked, mut progress) = watch::channel(0u64);
    let begun = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (stopped, acked) = (stopped.clone(), acked.clone());
            tokio::spawn(write(address, writer, stopped, acked))
        })
        .collect();
    for _ in 0..KILLS {
        let before = *progress.borrow_and_update();
        let moved = progress.wait_for(|count| *count > before);
        wait::within("an acknowledgement", wait::SOON, moved).await??;
        // A kill has to fall at any moment of the writing: this is no waiting
        // for something to happen.
        tokio::time::sleep(LIVES).await;
        server.kill9()?;
        server.restart().await?;
    }
    let before = *progress.borrow_and_update();
    let moved = progress.wait_for(|count| *count > before + 10);
    wait::within("the last acknowledgements", wait::SOON, moved).await??;
    stop.send(true)?;
    let mut acknowledged = HashMap::new();
    for (index, writer) in writers.into_iter().enumerate() {
        acknowledged.insert(name(index), writer.await??);
    }
    let took = begun.elapsed();
    let first = log(address, "reader-1").await?;
    let second = log(address, "reader-2").await?;
    ensure!(first == second, "one order for all");
    check(&first, &acknowledged)?;
    let total: usize = acknowledged.values().map(BTreeMap::len).sum();
    println!(
        "{KILLS} kills in {took:.1?}: {total} messages of {WRITERS} writers acknowledged, {} in the log, 0 lost, 0 doubled",
        first.len()
    );
    Ok(())
}

/// Sends numbered messages, one at a time, each with its nonce until it is
/// acknowledged, over as many connections as that takes.
async fn write(
    server: SocketAddr,
    writer: usize,
    stopped: watch::Receiver<bool>,
    acked: watch::Sender<u64>,
) -> Result<Acknowledged> {
    let mut acknowledged = Acknowledged::new();
    let mut token = None;
    let mut number = 0u64;
    while !*stopped.borrow() {
        let Ok(mut client) = connect(server, writer, token.as_deref()).await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        token = Some(client.token().to_owned());
        while !*stopped.borrow() {
            let text = format!("{} says {number}", name(writer));
            let request = json!({ "type": "send", "room": "lobby", "text": text, "nonce": format!("n{number}") });
            // A broken connection means: not known. The same again, then.
            let Ok(reply) = client.request(request).await else {
                break;
            };
            ensure!(reply["type"] == "sent", "{reply}");
            let seq = reply["seq"].as_u64().context("no seq")?;
            acknowledged.insert(text, seq);
            acked.send_modify(|count| *count += 1);
            number += 1;
        }
    }
    Ok(acknowledged)
}

async fn connect(server: SocketAddr, writer: usize, token: Option<&str>) -> Result<Client> {
    let mut client = Client::connect(server).await?;
    let fields = match token {
        Some(token) => json!({ "token": token }),
        // A welcome lost with the server leaves the name taken for a while.
        None => json!({ "name": format!("{}-{}", name(writer), std::process::id()) }),
    };
    match client.hello(fields).await {
        Ok(_) => Ok(client),
        Err(_) if token.is_none() => Client::enter(server, &fresh_name(writer)).await,
        Err(error) => Err(error),
    }
}

fn name(writer: usize) -> String {
    format!("writer-{writer}")
}

fn fresh_name(writer: usize) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    format!(
        "{}-{}",
        name(writer),
        now.map_or(0, |time| time.as_millis())
    )
}

/// The whole log of the lobby, by pages.
async fn log(server: SocketAddr, reader: &str) -> Result<Vec<Value>> {
    let mut client = Client::enter(server, reader).await?;
    let mut events = Vec::new();
    loop {
        let request =
            json!({ "type": "history", "room": "lobby", "after": events.len(), "limit": 200 });
        let mut page = client.ask("history", request).await?;
        match page["events"].take() {
            Value::Array(page) => events.extend(page),
            other => anyhow::bail!("no events: {other}"),
        }
        if page["more_after"] == false {
            return Ok(events);
        }
    }
}

fn check(log: &[Value], acknowledged: &HashMap<String, Acknowledged>) -> Result<()> {
    let mut places: HashMap<&str, u64> = HashMap::new();
    let mut last: HashMap<&str, u64> = HashMap::new();
    for (seq, event) in (1..).zip(log) {
        ensure!(
            event["seq"] == seq,
            "a hole or a doubled number at {seq}: {event}"
        );
        let text = event["text"].as_str().context("no text")?;
        ensure!(places.insert(text, seq).is_none(), "twice: {text}");
        let (writer, number) = text.split_once(" says ").context("a strange text")?;
        let number: u64 = number.parse()?;
        let before = last.insert(writer, number);
        ensure!(
            before.is_none_or(|before| before < number),
            "{writer}'s out of order at {seq}"
        );
    }
    for (writer, texts) in acknowledged {
        for (text, seq) in texts {
            let place = places.get(text.as_str());
            ensure!(
                place == Some(seq),
                "{writer}'s {text:?} was acknowledged as {seq} and is at {place:?}"
            );
        }
    }
    Ok(())
}
