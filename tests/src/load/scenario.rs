//! The scenarios: who connects, who sends when, what is counted.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

use super::connection::{Receiver, Sender};
use super::members::{Crowd, Shared, WARM_UP, join_all, nanos, raise_file_limit, receive};
use super::stamp::stamp;
use super::usage::Usage;
use super::{Plan, Report, Scenario, passwords};
use crate::process;

/// How many times a rate is raised at most.
const STEPS: u32 = 24;

pub(super) async fn run(plan: &Plan, mut seen: impl FnMut(&Report)) -> Result<Report> {
    match plan.scenario {
        Scenario::Fanout {
            rooms,
            members,
            senders,
            rate,
        } => {
            let mut crowd = Crowd::gather(plan, rooms, members, senders).await?;
            let report = crowd.measure(plan, rate).await?;
            seen(&report);
            Ok(report)
        }
        Scenario::Max {
            members,
            senders,
            rate,
            p99,
        } => {
            let gather = async || Crowd::gather(plan, 1, members, senders).await;
            climb(plan, gather, rate, p99, seen).await
        }
        Scenario::Idle {
            connections,
            members,
        } => idle(plan, connections, members).await,
        Scenario::Durable { writers } => durable(plan, writers).await,
        Scenario::Passwords {
            attempts,
            members,
            rate,
        } => passwords::run(plan, attempts, members, rate).await,
    }
}

/// Raises the rate until a step fails twice, then goes half-way back and forth.
/// After a step that failed another crowd takes over: the one before may still
/// be catching up.
async fn climb(
    plan: &Plan,
    gather: impl AsyncFn() -> Result<Crowd>,
    start: f64,
    p99: Duration,
    mut seen: impl FnMut(&Report),
) -> Result<Report> {
    let mut crowd = gather().await?;
    let (mut rate, mut good, mut bad) = (start, None::<Report>, f64::INFINITY);
    for _ in 0..STEPS {
        let mut report = crowd.measure(plan, rate).await?;
        if !keeps_up(&report, p99) {
            seen(&report);
            drop(crowd);
            crowd = gather().await?;
            report = crowd.measure(plan, rate).await?;
        }
        seen(&report);
        let floor = if keeps_up(&report, p99) {
            good = Some(report);
            rate
        } else {
            bad = rate;
            drop(crowd);
            crowd = gather().await?;
            good.as_ref().and_then(|best| best.rate).unwrap_or(0.0)
        };
        if bad - floor <= floor * 0.05 {
            break;
        }
        rate = if bad.is_finite() {
            f64::midpoint(floor, bad)
        } else {
            rate * 1.5
        };
    }
    let mut best = good.context("the server does not keep up with the rate to begin with")?;
    best.scenario = "max";
    Ok(best)
}

fn keeps_up(report: &Report, p99: Duration) -> bool {
    report.deliveries == report.deliveries_due
        && report.out_of_order == Some(0)
        && report
            .p99_ms
            .is_some_and(|ms| ms <= p99.as_secs_f64() * 1e3)
}

async fn idle(plan: &Plan, connections: usize, members: usize) -> Result<Report> {
    raise_file_limit(connections)?;
    let shared = Shared::new();
    let before = plan.pid.map(process::resident_kib).transpose()?;
    let began = Instant::now();
    let run = shared.run;
    let places = (0..connections)
        .map(|index| {
            let room = format!("load-{run}-{}", index / members.max(1));
            (room, format!("l{run}x{index}"))
        })
        .collect();
    let joined = join_all(plan, &shared, places).await?;
    let connecting = began.elapsed();
    let mut readers = JoinSet::new();
    for (sender, receiver) in joined {
        let sender = Rc::new(tokio::sync::Mutex::new(sender));
        readers.spawn_local(receive(Rc::clone(&shared), receiver, sender));
    }
    let usage = Usage::of(plan)?;
    tokio::time::sleep(plan.time).await;
    shared.check()?;
    let used = usage.until_now(plan)?;
    let after = plan.pid.map(process::resident_kib).transpose()?;
    let mut report = Report {
        scenario: "idle",
        rooms: connections.div_ceil(members.max(1)),
        connections,
        connects_per_s: Some(connections as f64 / connecting.as_secs_f64()),
        resident_kib: before
            .zip(after)
            .map(|(before, after)| after.saturating_sub(before) as f64 / connections as f64),
        ..Report::default()
    };
    report.usage(&used, 0);
    Ok(report)
}

async fn durable(plan: &Plan, writers: usize) -> Result<Report> {
    raise_file_limit(writers)?;
    let shared = Shared::new();
    let run = shared.run;
    let places = (0..writers)
        .map(|index| (format!("load-{run}-{index}"), format!("l{run}x{index}")))
        .collect();
    let joined = join_all(plan, &shared, places).await?;
    let from = shared.now() + nanos(WARM_UP.min(plan.time));
    let to = from + nanos(plan.time);
    shared.window.set((from, to));
    let mut tasks = JoinSet::new();
    for (index, (sender, receiver)) in joined.into_iter().enumerate() {
        tasks.spawn_local(write(
            Rc::clone(&shared),
            (sender, receiver),
            index,
            plan.text_bytes,
        ));
    }
    tokio::time::sleep(Duration::from_nanos(from - shared.now())).await;
    let usage = Usage::of(plan)?;
    tokio::time::sleep(Duration::from_nanos(to.saturating_sub(shared.now()))).await;
    let used = usage.until_now(plan)?;
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    let tally = std::mem::take(&mut *shared.tally.borrow_mut());
    let acked = tally.deliveries as f64 / used.wall.as_secs_f64();
    let mut report = Report {
        scenario: "durable",
        rooms: writers,
        connections: writers,
        acked_per_s: Some(acked),
        ..Report::default()
    };
    report.time(&tally.latencies, tally.refused);
    report.usage(&used, 0);
    Ok(report)
}

/// One writer: sends, waits for the acknowledgement, sends again.
async fn write(
    shared: Rc<Shared>,
    (mut sender, mut receiver): (Sender, Receiver),
    room: usize,
    text_bytes: usize,
) -> Result<()> {
    let run = shared.run;
    let (from, to) = shared.window.get();
    for k in 0u64.. {
        let begun = shared.now();
        if begun >= to {
            break;
        }
        let text = stamp(run, begun, text_bytes);
        let frame = format!(
            r#"{{"type":"send","id":{k},"room":"load-{run}-{room}","nonce":"{run}-{k}","text":"{text}"}}"#
        );
        sender.text(&frame).await?;
        receiver
            .wait_for(br#"{"type":"sent""#, &shared.scratch)
            .await?;
        let now = shared.now();
        if now >= from && now < to {
            let mut tally = shared.tally.borrow_mut();
            tally.deliveries += 1;
            tally.latencies.add(Duration::from_nanos(now - begun));
        }
    }
    Ok(())
}
