//! How long it takes to read what has been said, in a store that has grown.
//!
//!     cargo bench -p chat-server --bench reads
//!     cargo bench -p chat-server --bench reads -- history 10000000
//!
//! Makes a store of its own, fills it, and prints the median and the 95th of
//! a hundred of many runs of each kind of reading. Words are used as people use
//! them: a few make up half of all that is said.

mod filled;

use anyhow::{Context as _, Result, bail};
use chat_proto::{Seq, Timestamp};
use chat_server::search::Query;
use chat_server::store::{Anchor, Change, MarkRead, Search, Store as _};
use filled::{Dice, Filled, WORDS, word};
use std::time::{Duration, Instant};

/// Of all words, those that count as common.
const COMMON: u64 = 50;
/// Messages of one commit, as many as a server has in one at the most.
const BATCH: u64 = 512;

fn main() -> Result<()> {
    // `cargo bench` adds an argument of its own.
    let wanted: Vec<_> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let asked = |what: &str| wanted.is_empty() || wanted.iter().any(|word| word == what);
    let count = |default| {
        let given = wanted.iter().find_map(|word| word.parse().ok());
        given.unwrap_or(default)
    };
    if asked("search") {
        search(count(1_000_000))?;
    }
    if asked("history") {
        history(count(10_000_000))?;
    }
    if asked("hello") {
        hello()?;
    }
    Ok(())
}

/// A way to search: what is typed, and by what it is narrowed.
struct Kind {
    what: &'static str,
    typed: fn(&mut Dice) -> String,
    narrow: fn(&Filled, &mut Search),
}

const KINDS: [Kind; 13] = [
    kind("one word", |dice| word(dice.rank(WORDS))),
    kind("two words", |dice| many(dice, 2, WORDS)),
    kind("a letter", |dice| word(dice.below(26))),
    kind("two common words", |dice| many(dice, 2, COMMON)),
    kind("ten common words", |dice| many(dice, 10, COMMON)),
    kind("ten words", |dice| many(dice, 10, WORDS)),
    kind("a phrase of common words", |dice| {
        format!("\"{}\"", many(dice, 2, COMMON))
    }),
    kind("a word that nobody says", |_| "nobody".to_owned()),
    Kind {
        narrow: |bench, search| search.room = Some(bench.rooms[0].1),
        ..kind("two common words in the largest room", |dice| {
            many(dice, 2, COMMON)
        })
    },
    Kind {
        narrow: |bench, search| search.room = Some(bench.rooms[99].1),
        ..kind("a common word in a small room", |dice| {
            word(dice.rank(COMMON))
        })
    },
    Kind {
        narrow: |bench, search| search.author = Some(bench.names[199].key()),
        ..kind("a common word by who says little", |dice| {
            word(dice.rank(COMMON))
        })
    },
    Kind {
        narrow: |_, search| search.limit = 200,
        ..kind("a letter, two hundred hits", |dice| word(dice.below(26)))
    },
    Kind {
        narrow: |bench, search| search.until = Some(Timestamp::from_millis(bench.now / 3)),
        ..kind("a letter, long ago", |dice| word(dice.below(26)))
    },
];

const fn kind(what: &'static str, typed: fn(&mut Dice) -> String) -> Kind {
    Kind {
        what,
        typed,
        narrow: |_, _| {},
    }
}

fn many(dice: &mut Dice, count: usize, of: u64) -> String {
    let words: Vec<_> = (0..count).map(|_| word(dice.rank(of))).collect();
    words.join(" ")
}

/// In messages of 200 people in 100 rooms, by one who is in all of them.
fn search(messages: u64) -> Result<()> {
    let mut bench = Filled::new(200, 100)?;
    let start = Instant::now();
    let slowest = fill(&mut bench, messages)?;
    bench.wait(bench.store.settle())?;
    say(&format!(
        "{messages} messages and their words written in {:.1?}; the slowest {BATCH} took {slowest:.1?}",
        start.elapsed(),
    ));
    for kind in KINDS {
        let mut dice = Dice(99);
        let (mut hits, mut runs) = (0, 0);
        let times = times(200, || {
            let mut search = Search {
                user: bench.users[0],
                query: Query::parse(&(kind.typed)(&mut dice)).context("words")?,
                room: None,
                author: None,
                since: None,
                until: None,
                before: None,
                limit: 20,
            };
            (kind.narrow)(&bench, &mut search);
            hits += bench.wait(bench.store.search(search))?.entries.len();
            runs += 1;
            Ok(())
        })?;
        let hits = f64::from(hits as u32) / f64::from(runs);
        say(&format!("{}: {times}, {hits:.1} hits", kind.what));
    }
    Ok(())
}

/// Half of all is said in `room-0`, a hundredth of it in `room-99`; the last
/// person speaks once in ten thousand messages.
fn fill(bench: &mut Filled, messages: u64) -> Result<Duration> {
    let mut slowest = Duration::ZERO;
    let mut said = 0;
    while said < messages {
        let batch = (said..messages.min(said + BATCH)).map(|number| {
            let room = match number {
                _ if number % 100 == 99 => 99,
                _ if number % 2 == 0 => 0,
                _ => bench.dice.below(98) as usize + 1,
            };
            let author = match number % 10_000 {
                7 => 199,
                _ => bench.dice.below(199) as usize,
            };
            let text = bench.text();
            bench.say(author, room, &text)
        });
        let batch = batch.collect::<Result<Vec<_>>>()?;
        said += batch.len() as u64;
        let commit = Instant::now();
        bench.commit(batch)?;
        slowest = slowest.max(commit.elapsed());
    }
    Ok(slowest)
}

/// A page anywhere in a room of so many messages, and in one of a thousand.
fn history(messages: u64) -> Result<()> {
    let mut bench = Filled::new(50, 2)?;
    let start = Instant::now();
    for (room, count) in [(0, messages), (1, 1_000)] {
        let mut said = 0;
        while said < count {
            let batch = (0..BATCH.min(count - said)).map(|_| {
                let author = bench.dice.below(50) as usize;
                bench.say(
                    author,
                    room,
                    "a message of a usual length, about sixty characters",
                )
            });
            let batch = batch.collect::<Result<Vec<_>>>()?;
            said += batch.len() as u64;
            bench.commit(batch)?;
        }
    }
    say(&format!(
        "{messages} messages written in {:.1?}",
        start.elapsed()
    ));
    for (room, count) in [(1, 1_000), (0, messages)] {
        for kind in ["newest", "before", "after", "around", "at"] {
            let mut dice = Dice(5);
            let id = bench.rooms[room].1;
            let times = times(500, || {
                let seq = Seq::new(1 + dice.below(count)).context("a seq")?;
                let anchor = match kind {
                    "newest" => Anchor::Newest,
                    "before" => Anchor::Before(seq),
                    "after" => Anchor::After(seq),
                    "around" => Anchor::Around(seq),
                    _ => Anchor::At(Timestamp::from_millis(dice.below(count) as i64)),
                };
                let page = bench.wait(bench.store.history(id, anchor, 50))?;
                std::hint::black_box(page);
                Ok(())
            })?;
            say(&format!(
                "a page of 50, {kind}, of {count} messages: {times}"
            ));
        }
    }
    Ok(())
}

/// The rooms of a user who is in 500, with 100 messages unread in each.
fn hello() -> Result<()> {
    let mut bench = Filled::new(20, 500)?;
    for round in 0..20 {
        for at in 0..10 {
            let batch = (0..500).map(|room| {
                let author = 1 + bench.dice.below(19) as usize;
                let text = match bench.dice.below(20) {
                    0 => "@person-0 look".to_owned(),
                    1 => "@room look".to_owned(),
                    _ => bench.text(),
                };
                bench.say(author, room, &text)
            });
            let batch = batch.collect::<Result<Vec<_>>>()?;
            bench.commit(batch)?;
            if round == 9 && at == 9 {
                let marks = bench.rooms.iter().map(|(name, _)| {
                    Ok(Change::Read(MarkRead {
                        user: bench.users[0],
                        room: name.clone(),
                        seq: Seq::new(100).context("a seq")?,
                        back: false,
                    }))
                });
                bench.commit(marks.collect::<Result<Vec<_>>>()?)?;
            }
        }
    }
    bench.wait(bench.store.settle())?;
    let times = times(200, || {
        let name = bench.names[0].clone();
        let standings = bench.wait(bench.store.standings(bench.users[0], name))?;
        if standings.len() != 500 || standings.iter().any(|room| room.counts.unread != 100) {
            bail!("not what was to be measured");
        }
        Ok(())
    })?;
    say(&format!("500 rooms with 100 unread each: {times}"));
    Ok(())
}

/// Runs it so often, after a few runs that do not count.
fn times(runs: usize, mut run: impl FnMut() -> Result<()>) -> Result<String> {
    for _ in 0..runs / 10 {
        run()?;
    }
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let (p50, p95) = (times[runs / 2], times[runs * 95 / 100]);
    let most = times[runs - 1];
    Ok(format!("p50 {p50:.1?}, p95 {p95:.1?}, most {most:.1?}"))
}

#[expect(clippy::print_stdout, reason = "a command for people")]
fn say(line: &str) {
    println!("{line}");
}
