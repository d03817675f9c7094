//! What only this client can be asked: a million messages of the past, five
//! hundred rooms, and pastes.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::contender::Contender;
use crate::figures::{Row, Times};
use crate::measure::{middle, pause, resident};
use crate::pty::{Pty, SIZE, shows};
use crate::talk::{NEEDLE, Rooms, begin, mixed};

const OLDEST: &str = "\x1b[1;5H";
pub(crate) const NEWEST: &str = "\x1b[1;5F";
const PAGE_UP: &str = "\x1b[5~";
const ESCAPE: &str = "\x1b";
const DISCARD_LINE: &str = "\x15";
/// Each frame ends so.
const FRAME_END: &[u8] = b"\x1b[?2026l";
const WITHIN: Duration = Duration::from_secs(10);

/// Jumps over a million messages, by keys and by a date and a word: every one to
/// the screen that stands there.
struct Jumps {
    oldest: Vec<Duration>,
    date: Vec<Duration>,
    search: Vec<Duration>,
    hit: Vec<Duration>,
    newest: Vec<Duration>,
}

/// Everything that is done with a million messages, several times over.
pub(crate) fn million(contender: &Contender) -> Result<Vec<Row>> {
    const ROUNDS: usize = 5;
    let rooms = contender.rooms;
    let mut pty = contender.start()?;
    let newest = begin(rooms.open);
    pty.wait_for(&newest)?;
    pty.settled(Duration::from_millis(300), Duration::from_secs(3));
    let start = resident(&pty)?;
    let mut jumps = Jumps {
        oldest: Vec::new(),
        date: Vec::new(),
        search: Vec::new(),
        hit: Vec::new(),
        newest: Vec::new(),
    };
    let mut resizes = Vec::new();
    let mut pages = Vec::new();
    let mut grown = Vec::new();
    for round in 0..ROUNDS {
        jump(&mut pty, rooms, &mut jumps)?;
        // Ten seconds in all.
        hold_page_up(&mut pty, Duration::from_secs(2), &mut pages)?;
        for size in [(80, 24), (200, 60), (60, 20), SIZE] {
            resizes.push(resize(&mut pty, size)?);
        }
        go(&mut pty, NEWEST, &newest)?;
        if round == 0 || round == ROUNDS - 1 {
            pause(500);
            grown.push(resident(&pty)? - start);
        }
    }
    let row = |what: &str, times: Vec<Duration>, must: f64| {
        let times = Times::of(times.into_iter().map(Some));
        let mut row = Row::new(format!("{what}, median / slowest ms"), &[must, must], &[]);
        row.add(contender.who, vec![times.median(), times.most()]);
        row
    };
    let mut memory = Row::new(
        "resident MB beyond the start after one round of all this; after five",
        &[30.0, 30.0],
        &[],
    );
    memory.add(contender.who, grown);
    Ok(vec![
        row("to the oldest message", jumps.oldest, 100.0),
        row("to a date in the middle", jumps.date, 100.0),
        row(
            "a word typed at once, its only message found",
            jumps.search,
            50.0,
        ),
        row("to that message", jumps.hit, 100.0),
        row("back to the newest", jumps.newest, 100.0),
        row("a page up, the key held for ten seconds", pages, 100.0),
        row("another size of the window", resizes, 50.0),
        memory,
    ])
}

fn jump(pty: &mut Pty, rooms: Rooms, jumps: &mut Jumps) -> Result<()> {
    jumps.oldest.push(go(pty, OLDEST, &begin(1))?);
    let middle = rooms.at(0, rooms.middle()).to_string();
    let (date, _) = middle.split_once('T').context("a date")?;
    pty.keys(DISCARD_LINE)?;
    pty.keys(format!("/at {date}"))?;
    pty.wait_for(&format!("/at {date}"))?;
    pause(50);
    // The first of that day is at most a day of minutes before the middle.
    let of_that_day = |screen: &vt100::Screen| {
        let text = screen.contents();
        text.split("message ").skip(1).any(|rest| {
            let number = rest.split_whitespace().next().unwrap_or_default();
            let number: u64 = number.parse().unwrap_or(0);
            rooms.middle().abs_diff(number) < 2 * 24 * 60
        })
    };
    jumps.date.push(until(pty, "\r", "the date", of_that_day)?);
    pty.keys("\x18s")?;
    pty.wait_for("find in")?;
    let hit = begin(rooms.middle());
    pty.settled(Duration::from_millis(100), WITHIN);
    jumps
        .search
        .push(until(pty, NEEDLE, "the hit", |screen| shows(screen, &hit))?);
    pause(50);
    let around = begin(rooms.middle() + 1);
    jumps.hit.push(go(pty, "\r", &around)?);
    pty.keys(DISCARD_LINE)?;
    pause(50);
    jumps.newest.push(go(pty, NEWEST, &begin(rooms.open))?);
    Ok(())
}

/// From a key to the screen that shows a text.
fn go(pty: &mut Pty, keys: &str, text: &str) -> Result<Duration> {
    until(pty, keys, text, |screen| shows(screen, text))
}

fn until(
    pty: &mut Pty,
    keys: &str,
    what: &str,
    shows: impl FnMut(&vt100::Screen) -> bool,
) -> Result<Duration> {
    let sent = pty.keys(keys)?;
    let seen = pty.wait(what, sent, WITHIN, shows)?;
    Ok(seen - sent)
}

/// Pages up at the rate of a held key; from each to the screen that has moved.
fn hold_page_up(pty: &mut Pty, time: Duration, pages: &mut Vec<Duration>) -> Result<()> {
    const REPEAT: u64 = 33;
    let mut sent = Vec::new();
    let began = Instant::now();
    while began.elapsed() < time {
        sent.push(pty.keys(PAGE_UP)?);
        pause(REPEAT);
    }
    pause(300);
    for sent in sent {
        pty.seen_before(sent);
        let before = middle(pty.screen());
        let seen = pty.seen(sent, |screen| middle(screen) != before);
        pages.push(seen.context("a page key that moves nothing")? - sent);
    }
    Ok(())
}

/// From another size to the end of the first frame of it.
fn resize(pty: &mut Pty, size: (u16, u16)) -> Result<Duration> {
    pty.settled(Duration::from_millis(150), WITHIN);
    let sent = pty.resize(size)?;
    let deadline = Instant::now() + WITHIN;
    while pty.count_since(sent, FRAME_END) == 0 {
        ensure!(Instant::now() < deadline, "no frame after another size");
        pause(1);
    }
    pty.settled(Duration::from_millis(100), WITHIN);
    let first = pty.output_since(sent);
    Ok(*first.last().context("no output")? - sent)
}

/// Five hundred rooms: going to one by three letters, and a message in each at once.
pub(crate) fn many_rooms(contender: &Contender, pty: &mut Pty) -> Result<Vec<Row>> {
    const TRIES: usize = 25;
    let rooms = contender.rooms;
    let mut times = Vec::new();
    for n in 0..TRIES {
        let room = 1 + usize::try_from(mixed(n as u64) % (rooms.rooms as u64 - 1))?;
        let name = rooms.name(room);
        pty.keys("\x0b")?;
        pty.settled(Duration::from_millis(60), WITHIN);
        pty.keys(&name[..2])?;
        pty.settled(Duration::from_millis(60), WITHIN);
        let first = format!("\u{25b8} #{name}");
        let first = |screen: &vt100::Screen| shows(screen, &first);
        times.push(until(pty, &name[2..3], &name, first)?);
        pty.keys(ESCAPE)?;
        pty.settled(Duration::from_millis(120), WITHIN);
    }
    let times = Times::of(times.into_iter().map(Some));
    let mut go = Row::new(
        "500 rooms: three letters to the right one first, median / slowest ms",
        &[16.0, 16.0],
        &[],
    );
    go.add(contender.who, vec![times.median(), times.most()]);
    let burst = burst(contender, pty)?;
    Ok(vec![go, burst])
}

/// A message in each room, over a second.
fn burst(contender: &Contender, pty: &mut Pty) -> Result<Row> {
    pty.settled(Duration::from_millis(500), WITHIN);
    let began = Instant::now();
    let rooms = contender.feed.rooms();
    for room in 0..rooms {
        contender.feed.say(room, "one message in each room");
        if room % 25 == 24 {
            pause(50);
        }
    }
    let lasted = began.elapsed();
    pty.settled(Duration::from_millis(200), WITHIN);
    let frames = pty.count_since(began, FRAME_END) as f64 / lasted.as_secs_f64();
    let mut output = pty.output_since(began);
    output.retain(|at| *at < began + lasted);
    let gaps = output.windows(2).map(|pair| pair[1] - pair[0]);
    let stall = gaps.max().unwrap_or(lasted);
    let mut row = Row::new(
        "a message in each of 500 rooms within a second: frames a second / longest ms without one",
        &[30.0, 150.0],
        &[],
    );
    row.add(contender.who, vec![frames, stall.as_secs_f64() * 1e3]);
    Ok(row)
}

/// A paste of 10,000 lines, marked as such, to the question what is to become of it.
pub(crate) fn paste(contender: &Contender, pty: &mut Pty) -> Result<Row> {
    let line = "a line of a text that is much too long for one message, as logs are\n";
    let text = format!("\x1b[200~{}\x1b[201~", line.repeat(10_000));
    let sent = Instant::now();
    pty.keys(&text)?;
    let seen = pty.wait("the question", sent, WITHIN, |screen| {
        shows(screen, "10,000 lines")
    })?;
    let mut row = Row::new(
        "a paste of 10,000 lines (680 kB), ready after ms",
        &[200.0],
        &[],
    );
    row.add(contender.who, vec![(seen - sent).as_secs_f64() * 1e3]);
    pty.keys("d")?;
    pause(200);
    Ok(row)
}
