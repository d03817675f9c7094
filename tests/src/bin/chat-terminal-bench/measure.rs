//! What is measured of every program alike.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chat_tests::process;

use crate::contender::Contender;
use crate::feed::{Load, Rates, say_all};
use crate::figures::{Times, ms};
use crate::pty::{Pty, shows};
use crate::talk::mixed;

/// What is typed begins so; nobody says it.
const TYPED: &str = "zqj";
/// Keys between two deletions of the line.
const LINE: usize = 40;
const KILL_LINE: &[u8] = b"\x15";
const PAGE_UP: &[u8] = b"\x1b[5~";
const PAGE_DOWN: &[u8] = b"\x1b[6~";
/// What happens later than so did not happen.
const LATE: Duration = Duration::from_secs(2);

/// From before the start to the first complete frame, and to the frame that
/// has the key typed at once.
pub(crate) fn starts(contender: &Contender, count: usize) -> Result<(Times, Times)> {
    let (mut frames, mut keys) = (Vec::new(), Vec::new());
    // The first one makes its directories and is not counted.
    for start in 0..=count {
        let mut pty = contender.start()?;
        pty.keys("q")?;
        let began = pty.began();
        let within = Duration::from_secs(10);
        let complete = pty.wait("the first frame", began, within, |screen| {
            contender.is_complete(screen)
        })?;
        let typed = pty.wait("the key typed at once", complete, within, has_key);
        if start > 0 {
            frames.push(Some(complete - began));
            keys.push(typed.ok().map(|typed| typed - began));
        }
        // What is typed is kept for the next start, by those who keep it.
        pty.keys(KILL_LINE)?;
        pause(300);
    }
    Ok((Times::of(frames), Times::of(keys)))
}

/// Whether the line that is written ends in `q`: its row is one of the last.
fn has_key(screen: &vt100::Screen) -> bool {
    let rows: Vec<String> = screen.rows(0, screen.size().1.get()).collect();
    rows.iter().rev().take(4).any(|row| {
        let row = row.trim_end();
        row == "q" || row.ends_with(" q") || row.ends_with("xq")
    })
}

/// From each key to the screen that has it.
pub(crate) fn typing(pty: &mut Pty, keys: usize) -> Result<Times> {
    let mut times = Vec::new();
    while times.len() < keys {
        let since = pty.keys(KILL_LINE)?;
        pty.wait("an empty line", since, LATE, |screen| !shows(screen, TYPED))?;
        let since = pty.keys(TYPED)?;
        pty.wait("what is typed first", since, LATE, |screen| {
            shows(screen, TYPED)
        })?;
        let mut typed = Vec::new();
        for key in times.len()..keys.min(times.len() + LINE) {
            let dice = mixed(key as u64);
            pause(10 + dice / 26 % 90);
            let letter = char::from(b'a' + u8::try_from(dice % 26)?);
            typed.push((pty.keys(letter.to_string())?, letter));
        }
        pause(100);
        let mut line = TYPED.to_owned();
        for (sent, letter) in typed {
            line.push(letter);
            let seen = pty.wait(&line, sent, LATE, |screen| shows(screen, &line));
            times.push(seen.ok().map(|seen| seen - sent));
        }
    }
    pty.keys(KILL_LINE)?;
    pause(100);
    Ok(Times::of(times))
}

/// From each page key to the screen that has moved.
pub(crate) fn paging(pty: &mut Pty, keys: usize) -> Result<Times> {
    let mut sent = Vec::new();
    pty.keys(PAGE_UP)?;
    for key in 0..keys {
        pause(30 + mixed(key as u64) % 60);
        let page = if key % 2 == 0 { PAGE_UP } else { PAGE_DOWN };
        sent.push(pty.keys(page)?);
    }
    pause(500);
    let mut times = Vec::new();
    for sent in sent {
        // What stood there before the key: all output until then is worked out.
        pty.seen_before(sent);
        let before = middle(pty.screen());
        let seen = pty.seen(sent, |screen| middle(screen) != before);
        times.push(seen.map(|seen| seen - sent).filter(|time| *time < LATE));
    }
    Ok(Times::of(times))
}

/// What stands in the middle of the screen, where nothing but messages does.
pub(crate) fn middle(screen: &vt100::Screen) -> String {
    let rows: Vec<String> = screen.rows(40, 70).skip(5).take(25).collect();
    rows.join("\n")
}

/// CPU time in percent of a core while lines arrive in the open room.
pub(crate) fn cpu_at(contender: &Contender, pty: &Pty, rates: Rates, secs: u64) -> Result<f64> {
    let load = Load::start(Arc::clone(&contender.feed), contender.rooms, rates);
    pause(1000);
    let (began, before) = (Instant::now(), process::run_time(pty.pid())?);
    pause(secs * 1000);
    let used = process::run_time(pty.pid())? - before;
    let share = used.as_secs_f64() / began.elapsed().as_secs_f64() * 100.0;
    load.stop();
    Ok(share)
}

/// From saying a line to the screen that has it, no key being pressed.
pub(crate) fn arrivals(contender: &Contender, pty: &mut Pty, lines: usize) -> Result<Times> {
    let mut said = Vec::new();
    for line in 0..lines {
        pause(20 + mixed(line as u64) % 200);
        let text = format!("arrival{line}x");
        said.push((Instant::now(), text.clone()));
        contender.feed.say(0, &text);
    }
    pause(500);
    let times = said.into_iter().map(|(at, text)| {
        let seen = pty.seen(at, |screen| shows(screen, &text));
        seen.map(|seen| seen - at).filter(|time| *time < LATE)
    });
    Ok(Times::of(times))
}

/// Resident memory in MB.
pub(crate) fn resident(pty: &Pty) -> Result<f64> {
    let kib = process::resident_kib(pty.pid())?;
    Ok(kib as f64 * 1024.0 / 1e6)
}

/// Resident memory in MB after so many lines, as fast as it takes them.
pub(crate) fn resident_after(
    contender: &Contender,
    pty: &mut Pty,
    lines: u64,
    rate: u32,
) -> Result<f64> {
    say_all(&*contender.feed, contender.rooms, rate, lines);
    let last = "the last line of all";
    contender.feed.say(0, last);
    let since = pty.began();
    pty.wait(last, since, Duration::from_secs(60), |screen| {
        shows(screen, last)
    })?;
    pause(1000);
    resident(pty)
}

/// CPU time in ms and bytes written by programs that are left alone.
pub(crate) fn idleness(ptys: &[Pty], secs: u64) -> Result<Vec<(f64, f64)>> {
    let look = |pty: &Pty| Ok((process::run_time(pty.pid())?, pty.written()));
    let before: Vec<_> = ptys.iter().map(look).collect::<Result<_>>()?;
    pause(secs * 1000);
    let after: Vec<_> = ptys.iter().map(look).collect::<Result<_>>()?;
    let used = before.into_iter().zip(after);
    Ok(used
        .map(|((cpu, bytes), (cpu_after, bytes_after))| {
            (ms(cpu_after - cpu), (bytes_after - bytes) as f64)
        })
        .collect())
}

/// Runs while lines arrive.
pub(crate) fn under<T>(
    contender: &Contender,
    rates: Rates,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let load = Load::start(Arc::clone(&contender.feed), contender.rooms, rates);
    let began = Instant::now();
    pause(500);
    let done = work();
    let secs = began.elapsed().as_secs_f64();
    let said = load.stop();
    let wanted = f64::from(rates.open + rates.others) * secs;
    ensure!(
        said as f64 > wanted * 0.95,
        "only {said} of {wanted:.0} lines could be said: the client does not take more"
    );
    done.context("while lines arrive")
}

pub(crate) fn pause(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}
