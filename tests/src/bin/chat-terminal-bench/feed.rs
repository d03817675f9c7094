//! The servers that the clients are fed by. Both say the same lines at the same
//! moments, each line on its own, and answer what a client must have answered.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use chat_tests::fake::{self, Fake};
use serde_json::{Value, json};

use crate::cache::TOKEN;
use crate::talk::{OPEN, Rooms, author};

/// Somebody who says lines in rooms, of which the first is the open one.
pub(crate) trait Feed: Send + Sync {
    fn say(&self, room: usize, text: &str);
    /// How many rooms there are.
    fn rooms(&self) -> usize;
}

/// A chat server.
pub(crate) struct Chat {
    fake: Fake,
    rooms: Rooms,
    heads: Arc<Vec<AtomicU64>>,
}

impl Chat {
    pub(crate) async fn start(rooms: Rooms) -> Result<Self> {
        let heads: Arc<Vec<AtomicU64>> = Arc::new(
            (0..rooms.rooms)
                .map(|room| AtomicU64::new(rooms.messages(room)))
                .collect(),
        );
        let told = Arc::clone(&heads);
        let fake = Fake::start(fake::greeting(), move |request| {
            vec![answer(rooms, &told, request).to_string()]
        })
        .await?;
        Ok(Self { fake, rooms, heads })
    }

    pub(crate) fn url(&self) -> String {
        self.fake.url()
    }
}

impl Feed for Chat {
    fn say(&self, room: usize, text: &str) {
        let number = self.heads[room].fetch_add(1, Ordering::Relaxed) + 1;
        let at = self.rooms.at(room, number);
        let name = self.rooms.name(room);
        let author = author(number);
        self.fake.push(format!(
            r#"{{"type":"message","room":"{name}","seq":{number},"at":"{at}","author":"{author}","text":"{text}"}}"#
        ));
    }

    fn rooms(&self) -> usize {
        self.rooms.rooms
    }
}

fn answer(rooms: Rooms, heads: &[AtomicU64], request: &Value) -> Value {
    let id = &request["id"];
    match request["type"].as_str() {
        Some("hello") => {
            let states: Vec<Value> = (0..rooms.rooms)
                .map(|room| {
                    let head = heads[room].load(Ordering::Relaxed);
                    json!({
                        "room": rooms.name(room), "kind": "public", "topic": "", "role": "member",
                        "head": head, "read": head, "unread": 0, "mentions": 0
                    })
                })
                .collect();
            json!({
                "type": "welcome", "id": id, "user": "bench", "guest": false, "token": TOKEN,
                "invites": [], "rooms": states
            })
        }
        Some("history") => json!({
            "type": "history", "id": id, "room": request["room"], "events": [], "first": 1,
            "head": 0, "more_before": false, "more_after": false
        }),
        Some("members") => json!({
            "type": "members", "id": id, "room": request["room"], "total": 1, "more": false,
            "members": [{ "name": "bench", "role": "member", "online": true }]
        }),
        Some("search") => json!({ "type": "found", "id": id, "hits": [], "more": false }),
        Some("read") => json!({ "type": "ok", "id": id }),
        Some("ping") => json!({ "type": "pong", "id": id, "at": "2026-11-22T05:00:00.123Z" }),
        Some(_) | None => json!({
            "type": "error", "id": id, "code": "unsupported", "message": "a fake does not do this"
        }),
    }
}

/// An IRC server with one client at a time; its channels are `#open` and others.
pub(crate) struct Irc {
    port: u16,
    client: Arc<Mutex<Option<TcpStream>>>,
    channels: Vec<String>,
    lines: AtomicU64,
}

impl Irc {
    pub(crate) fn start(channels: usize) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("bind")?;
        let port = listener.local_addr()?.port();
        let client = Arc::new(Mutex::new(None));
        let shared = Arc::clone(&client);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Ok(Self {
            port,
            client,
            channels: (0..channels).map(channel).collect(),
            lines: AtomicU64::new(0),
        })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// The name of a room as a channel.
pub(crate) fn channel(room: usize) -> String {
    match room {
        0 => format!("#{OPEN}"),
        n => format!("#other{n}"),
    }
}

impl Feed for Irc {
    fn say(&self, room: usize, text: &str) {
        let author = author(self.lines.fetch_add(1, Ordering::Relaxed));
        let channel = &self.channels[room];
        let line = format!(":{author}!{author}@bench PRIVMSG {channel} :{text}\r\n");
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = client.as_mut() {
            // A client that is gone fails its own measurement.
            let _ = client.write_all(line.as_bytes());
        }
    }

    fn rooms(&self) -> usize {
        self.channels.len()
    }
}

/// One connection, until it ends.
fn serve(stream: TcpStream, shared: &Mutex<Option<TcpStream>>) -> Result<()> {
    stream.set_nodelay(true)?;
    let lines = BufReader::new(stream.try_clone()?).lines();
    *shared.lock().unwrap_or_else(PoisonError::into_inner) = Some(stream);
    for line in lines {
        let answer = irc_answer(&line?);
        if let Some(client) = &mut *shared.lock().unwrap_or_else(PoisonError::into_inner) {
            client.write_all(answer.as_bytes())?;
        }
    }
    Ok(())
}

fn irc_answer(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let first = words.get(1).copied().unwrap_or_default();
    match words[0] {
        "CAP" if first == "LS" => ":irc.bench CAP * LS :\r\n".to_owned(),
        "USER" => [
            "001 bench :welcome",
            "004 bench irc.bench 1 o o",
            "005 bench CHANTYPES=# NETWORK=bench :are supported",
            "376 bench :end",
        ]
        .map(|line| format!(":irc.bench {line}\r\n"))
        .concat(),
        "JOIN" => first
            .split(',')
            .filter(|channel| channel.starts_with('#'))
            .map(|channel| {
                format!(
                    ":bench!bench@bench JOIN {channel}\r\n\
                     :irc.bench 353 bench = {channel} :bench ada bob cy dora eve finn gus hal\r\n\
                     :irc.bench 366 bench {channel} :end\r\n"
                )
            })
            .collect(),
        "PING" => format!(":irc.bench PONG irc.bench {first}\r\n"),
        "WHO" => format!(":irc.bench 315 bench {first} :end\r\n"),
        "MODE" if words.len() == 2 => format!(":irc.bench 324 bench {first} +\r\n"),
        _ => String::new(),
    }
}

/// Lines a second, in the open room and in all others together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    pub(crate) open: u32,
    pub(crate) others: u32,
}

/// Somebody who talks until stopped.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Load {
    /// Begins: a line is due when the rate says so, however late the one before it was.
    pub(crate) fn start(feed: Arc<dyn Feed>, rooms: Rooms, rates: Rates) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || talk(&*feed, rooms, rates, &stopped, u64::MAX));
        Self { stop, thread }
    }

    /// Ends; how many lines were said.
    pub(crate) fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or(0)
    }
}

/// Says so many lines in the open room.
pub(crate) fn say_all(feed: &dyn Feed, rooms: Rooms, rate: u32, lines: u64) {
    let rates = Rates {
        open: rate,
        others: 0,
    };
    talk(feed, rooms, rates, &AtomicBool::new(false), lines);
}

fn talk(feed: &dyn Feed, rooms: Rooms, rates: Rates, stop: &AtomicBool, most: u64) -> u64 {
    let began = Instant::now();
    let others = u64::try_from(feed.rooms()).unwrap_or(1) - 1;
    let (mut open, mut other) = (0, 0);
    while !stop.load(Ordering::Relaxed) && open < most {
        let due = |said: u64, rate: u32| {
            let rate = f64::from(rate.max(1));
            began + Duration::from_secs_f64(said as f64 / rate)
        };
        let next_open = due(open, rates.open);
        let next_other = due(other, rates.others);
        let to_other = rates.others > 0 && next_other < next_open;
        let next = if to_other { next_other } else { next_open };
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        let text = rooms.text(0, 10_000_000 + open + other);
        if to_other {
            let room = 1 + usize::try_from(other % others).unwrap_or(0);
            feed.say(room, &text);
            other += 1;
        } else {
            feed.say(0, &text);
            open += 1;
        }
    }
    open + other
}
