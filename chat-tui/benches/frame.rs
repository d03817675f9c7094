//! What a frame costs by itself, without a terminal and a server.
//!
//!     cargo bench -p chat-tui --bench frame
//!
//! Prints the CPU time of a frame of 120 by 40 in a room where much is said,
//! beside 499 others: of drawing it, and of all that is done for it up to the
//! bytes for the terminal. Once where nothing else is done between two frames,
//! and once where so much is that the processor has forgotten all of it.

use anyhow::{Context as _, Result};
use chat_proto::codec::{Frame, Received};
use chat_proto::event::{Event, EventBody, Message, Role, RoomKind};
use chat_proto::reply::RoomState;
use chat_proto::{RoomName, Seq, Timestamp, UserName};
use chat_tui::core::clock::Now;
use chat_tui::core::input::{Key, KeyCode, NetInput};
use chat_tui::core::link::Phase;
use chat_tui::core::room::{Room, Seen};
use chat_tui::core::state::Setup;
use chat_tui::core::{Input, State, update};
use chat_tui::edge::terminal::screen::Screen;
use chat_tui::view::View;
use jiff::tz::TimeZone;
use ratatui::layout::Size;
use rustix::time::{ClockId, clock_gettime};
use std::io;
use std::time::Duration;

const SIZE: Size = Size::new(120, 40);
const ROOMS: u64 = 500;
const MESSAGES: u64 = 3000;
const FRAMES: u64 = 1000;
/// What is done between two frames reads and writes so much.
const OTHER_BYTES: usize = 64 << 20;

fn main() -> Result<()> {
    for (what, happens) in [
        ("nothing new", nothing as Happens),
        ("a letter typed", letter),
        ("a line more at the end", line),
        ("a page up or down", page),
    ] {
        measure(what, happens)?;
    }
    Ok(())
}

/// What happens before a frame; they are numbered.
type Happens = fn(&mut State, u64) -> Result<()>;

fn nothing(_: &mut State, _: u64) -> Result<()> {
    Ok(())
}

fn letter(state: &mut State, frame: u64) -> Result<()> {
    press(
        state,
        match frame % 2 {
            0 => KeyCode::Char('x'),
            _ => KeyCode::Backspace,
        },
    );
    Ok(())
}

fn line(state: &mut State, _: u64) -> Result<()> {
    say(
        state,
        state.open_room().map_or(0, |room| room.log.head().get()) + 1,
    )
}

fn page(state: &mut State, frame: u64) -> Result<()> {
    press(
        state,
        match frame % 4 {
            0 | 1 => KeyCode::PageUp,
            _ => KeyCode::PageDown,
        },
    );
    Ok(())
}

fn press(state: &mut State, code: KeyCode) {
    update(state, Input::Key(Key::plain(code)), now());
}

fn measure(what: &str, happens: Happens) -> Result<()> {
    let mut state = state()?;
    let mut view = View::new(TimeZone::UTC);
    let mut screen = Screen::new(io::sink(), || SIZE);
    let mut other = vec![0_u8; OTHER_BYTES];
    let mut said = format!("{what:24}");
    for between in ["", ", much between"] {
        let (mut draws, mut frames) = (Vec::new(), Vec::new());
        for number in 0..FRAMES {
            happens(&mut state, number)?;
            if !between.is_empty() {
                other.iter_mut().step_by(64).for_each(|byte| *byte ^= 1);
            }
            let began = cpu();
            let mut drawn = Duration::ZERO;
            let mut seen = Seen::default();
            screen.draw(|buffer| {
                let done = view.draw(buffer, &state, now());
                drawn = cpu() - began;
                seen = done.seen;
                done.cursor
            })?;
            let effects = state.viewed(seen, now());
            frames.push(cpu() - began);
            draws.push(drawn);
            drop(effects);
        }
        let (draw, frame) = (median(draws), median(frames));
        said.push_str(&format!(
            "{between} {draw:6.1} µs to draw, {frame:6.1} µs in all"
        ));
    }
    say_out(&said);
    Ok(())
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}

/// CPU time of this thread: what else the machine does is not in it.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

fn now() -> Now {
    Now {
        wall: Timestamp::from_millis(1_800_000_000_000),
        mono: Duration::from_secs(1000),
    }
}

/// Someone in many rooms, one of them open and well filled.
fn state() -> Result<State> {
    let mut state = State::new(Setup::default(), now());
    state.link.phase = Phase::Live;
    state.me.name = UserName::trusted("ada");
    for number in 0..ROOMS {
        let room = room(number)?;
        state.open.get_or_insert(room.name().clone());
        state.rooms.insert(room.name().clone(), room);
    }
    for number in 1..=MESSAGES {
        say(&mut state, number)?;
    }
    Ok(state)
}

fn room(number: u64) -> Result<Room> {
    let name = format!("room-{number:03}");
    Ok(Room::new(RoomState {
        room: RoomName::trusted(&name).context("a name")?,
        kind: RoomKind::Public,
        topic: String::new(),
        role: Role::Member,
        head: Seq::ZERO,
        read: Seq::ZERO,
        unread: u32::try_from(number % 7)?,
        mentions: 0,
    }))
}

/// Something is said in the open room.
fn say(state: &mut State, number: u64) -> Result<()> {
    const PEOPLE: [&str; 4] = ["ada", "bob", "dora", "eve"];
    const WORDS: [&str; 8] = [
        "the", "release", "on", "friday", "is", "green", "again", "@bob",
    ];
    let words = (0..6 + number % 9).map(|word| WORDS[((number * 7 + word * 3) % 8) as usize]);
    let words: Vec<_> = words.collect();
    let text = format!("message {number} {}", words.join(" "));
    let event = Event {
        room: state.open.clone().context("no room")?,
        seq: Seq::new(number).context("a number")?,
        at: Timestamp::from_millis(1_799_990_000_000 + i64::try_from(number)? * 50),
        author: UserName::trusted(PEOPLE[(number / 2 % 4) as usize]).context("a name")?,
        guest: false,
        hook: false,
        body: EventBody::Message(Message {
            text: Some(text),
            ..Message::default()
        }),
    };
    let frame = Frame::Event(Box::new(event));
    let received = Box::new(Received { id: None, frame });
    update(state, Input::Net(NetInput::Frame(received)), now());
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a command for people")]
fn say_out(line: &str) {
    println!("{line}");
}
