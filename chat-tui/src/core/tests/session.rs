//! A random session: everything that can happen to the client, in any order,
//! a hundred thousand times, and what must hold after each of them.
//!
//! A chapter is a client with a server of its own and is made from a seed
//! alone. In the honest ones the server keeps to the protocol, however badly
//! the network and the disk behave: there the log, what is unread and the
//! outbox are held against the server's. In the others it lies: there nothing
//! may fall over, and nothing typed may be lost.
//!
//! `CHAT_SEED=17` plays chapter 17 alone. A chapter that fails is made as short
//! as it still fails, and told step by step.

mod chance;
mod check;
mod lies;
mod play;
mod step;

use chance::Chance;
use play::Play;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use step::Step;

/// Inputs of all chapters together, at the least.
const INPUTS: u64 = 100_000;
/// Inputs of one chapter, at the least.
const CHAPTER: u64 = 2_000;
/// A chapter that fails is shortened for so long.
const SHORTEN: Duration = Duration::from_secs(15);
/// So many of its last steps are told.
const TOLD: usize = 30;

thread_local! {
    /// What fails on this thread is known to.
    static QUIET: Cell<bool> = const { Cell::new(false) };
    /// Where it failed last.
    static WHERE: Cell<String> = const { Cell::new(String::new()) };
}

#[test]
fn a_random_session_of_100_000_inputs_keeps_every_promise_after_each_of_them() {
    let chapters = match std::env::var("CHAT_SEED") {
        Ok(seed) => {
            let seed = seed.parse().expect("CHAT_SEED is a number");
            seed..seed + 1
        }
        Err(_) => 0..INPUTS.div_ceil(CHAPTER),
    };
    let (next, inputs) = (AtomicU64::new(chapters.start), AtomicU64::new(0));
    let play = || {
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= chapters.end {
                break;
            }
            inputs.fetch_add(chapter(seed), Ordering::SeqCst);
        }
    };
    let hands = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..hands {
            scope.spawn(play);
        }
    });
    tell(&format!(
        "seeds {chapters:?}: {} inputs",
        inputs.into_inner()
    ));
}

/// Plays one chapter; gives the inputs that it took.
fn chapter(seed: u64) -> u64 {
    let mut chance = Chance::new(seed);
    let honest = is_honest(seed);
    let mut steps = Vec::new();
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut play = Play::new(honest);
        while play.inputs < CHAPTER {
            steps.push(Step::draw(&mut chance, honest));
            play.take(steps.last().expect("it was just put there"));
        }
        play.come_to_rest();
        play.inputs
    }));
    played.unwrap_or_else(|_| fail(seed, steps))
}

/// Three of four keep to the protocol.
fn is_honest(seed: u64) -> bool {
    !seed.is_multiple_of(4)
}

/// What goes wrong in a chapter of these steps, in words.
fn problem(seed: u64, steps: &[Step]) -> Option<String> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut play = Play::new(is_honest(seed));
        steps.iter().for_each(|step| play.take(step));
        play.come_to_rest();
    }));
    let why = played.err()?;
    let words = why.downcast_ref::<String>().cloned();
    let words = words.or_else(|| why.downcast_ref::<&str>().map(|words| (*words).to_owned()));
    Some(words.unwrap_or_else(|| "a panic without words".to_owned()))
}

/// Shortens the chapter and tells it.
fn fail(seed: u64, mut steps: Vec<Step>) -> ! {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if QUIET.get() {
            WHERE.set(
                panic
                    .location()
                    .map_or_else(String::new, ToString::to_string),
            );
        } else {
            told(panic);
        }
    }));
    QUIET.set(true);
    let until = Instant::now() + SHORTEN;
    let mut part = steps.len() / 2;
    while part > 0 && Instant::now() < until {
        let mut from = 0;
        while from < steps.len() && Instant::now() < until {
            let mut fewer = steps.clone();
            fewer.drain(from..(from + part).min(fewer.len()));
            if problem(seed, &fewer).is_some() {
                steps = fewer;
            } else {
                from += part;
            }
        }
        part /= 2;
    }
    let why = problem(seed, &steps).unwrap_or_else(|| "it fails no more".to_owned());
    QUIET.set(false);
    let last = steps.len().saturating_sub(TOLD);
    let told: Vec<_> = steps[last..]
        .iter()
        .map(|step| format!("  {step:?}"))
        .collect();
    let told = told.join("\n");
    panic!(
        "{why} ({})\nCHAT_SEED={seed} plays it again; of {} steps that are enough for it the last:\n{told}",
        WHERE.take(),
        steps.len()
    )
}

#[allow(clippy::print_stdout, reason = "the seeds are to be seen")]
fn tell(words: &str) {
    println!("{words}");
}
