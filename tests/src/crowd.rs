//! A conversation said again on a running server: each person by a connection of
//! its own, in the order of the conversation.
//!
//! A person comes in before its first message and goes after its last one. A
//! message is sent when the one before it is acknowledged, so the room's log is
//! the conversation, line by line.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::client::Client;
use crate::conversation::{Conversation, names};

/// Names that are tried for a nick.
const NAMES_TRIED: usize = 100;

/// What became of a conversation.
pub struct Said {
    /// The people's names here, in the order of the conversation's people.
    pub names: Vec<String>,
    /// The seq of each line.
    pub seqs: Vec<u64>,
    /// How long it took.
    pub took: Duration,
    /// The most that were connected at the same time.
    pub most_at_once: usize,
}

/// A request, and where its reply goes.
type Order = (Value, oneshot::Sender<Value>);

/// Says a whole conversation in one room of a server without rate limits.
pub async fn say(server: SocketAddr, room: &str, conversation: &Conversation) -> Result<Said> {
    let begun = Instant::now();
    let last = last_lines(conversation);
    let mut people = JoinSet::new();
    let mut here: Vec<Option<mpsc::Sender<Order>>> = vec![None; last.len()];
    let mut said = Said {
        names: vec![String::new(); last.len()],
        seqs: Vec::with_capacity(conversation.lines.len()),
        took: Duration::ZERO,
        most_at_once: 0,
    };
    for (index, line) in conversation.lines.iter().enumerate() {
        let author = line.author;
        if here[author].is_none() {
            let (client, name) = come_in(server, room, &conversation.people[author]).await?;
            said.names[author] = name;
            let (orders, taken) = mpsc::channel(1);
            people.spawn(take_part(client, taken));
            here[author] = Some(orders);
            said.most_at_once = said.most_at_once.max(here.iter().flatten().count());
        }
        let mut request = json!({
            "type": "send", "room": room, "text": line.text, "nonce": format!("line-{index}")
        });
        if let Some(answered) = line.reply_to {
            request["reply_to"] = said.seqs[answered].into();
        }
        let orders = here[author].as_ref().context("nobody there")?;
        let reply = order(orders, request)
            .await
            .with_context(|| format!("line {index} of {}", conversation.source))?;
        said.seqs.push(reply);
        if last[author] == index {
            here[author] = None;
        }
        while let Some(gone) = people.try_join_next() {
            gone??;
        }
    }
    drop(here);
    while let Some(gone) = people.join_next().await {
        gone??;
    }
    said.took = begun.elapsed();
    Ok(said)
}

fn last_lines(conversation: &Conversation) -> Vec<usize> {
    let mut last = vec![0; conversation.people.len()];
    for (index, line) in conversation.lines.iter().enumerate() {
        last[line.author] = index;
    }
    last
}

async fn come_in(server: SocketAddr, room: &str, nick: &str) -> Result<(Client, String)> {
    let mut client = Client::connect(server).await?;
    for name in names(nick).take(NAMES_TRIED) {
        let reply = client
            .request(json!({ "type": "hello", "name": name }))
            .await?;
        if reply["type"] == "welcome" {
            client.join(room).await?;
            return Ok((client, name));
        }
        if reply["code"] != "name_taken" {
            bail!("{nick:?} as {name:?}: {reply}");
        }
    }
    bail!("no name is free for {nick:?}")
}

async fn order(person: &mpsc::Sender<Order>, request: Value) -> Result<u64> {
    let (answer, answered) = oneshot::channel();
    person.send((request, answer)).await.context("gone")?;
    let reply = answered.await.context("gone")?;
    reply["seq"].as_u64().with_context(|| reply.to_string())
}

/// One person: does as ordered, and reads what the others say meanwhile.
async fn take_part(mut client: Client, mut orders: mpsc::Receiver<Order>) -> Result<()> {
    // Who waits for others to speak may wait long.
    client.patience(Duration::from_secs(600));
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some((request, answer)) => {
                    let reply = client.request(request).await?;
                    // The one who asked may have given up, and says why itself.
                    let _ = answer.send(reply);
                }
                None => return client.close().await,
            },
            read = client.overhear() => read?,
        }
    }
}
