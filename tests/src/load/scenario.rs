//! The scenarios: who connects, who sends when, what is counted.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::task::{JoinSet, spawn_local};

use super::connection::{self, Frame, Receiver, SCRATCH_BYTES, Sender, find};
use super::{Histogram, Plan, Report, Scenario};
use crate::process;

/// Connections that are being made at the same time.
const CONNECTING: usize = 64;
/// What is sent before anything counts.
const WARM_UP: Duration = Duration::from_secs(1);
/// How long late deliveries are waited for.
const DRAIN: Duration = Duration::from_secs(3);
/// How many times a rate is raised at most.
const STEPS: u32 = 24;
/// A delivery's text begins with this.
const STAMP: &[u8] = br#""text":"~"#;

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
            let mut crowd = Crowd::gather(plan, 1, members, senders).await?;
            climb(plan, &mut crowd, rate, p99, seen).await
        }
        Scenario::Idle {
            connections,
            members,
        } => idle(plan, connections, members).await,
        Scenario::Durable { writers } => durable(plan, writers).await,
    }
}

/// All that the tasks of one run share.
struct Shared {
    start: Instant,
    run: u64,
    scratch: RefCell<Vec<u8>>,
    tally: RefCell<Tally>,
    // Only messages due in here count; nanoseconds since the start.
    window: Cell<(u64, u64)>,
    broken: RefCell<Option<anyhow::Error>>,
}

#[derive(Default)]
struct Tally {
    latencies: Histogram,
    deliveries: u64,
    refused: u64,
}

impl Shared {
    fn new() -> Rc<Self> {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Rc::new(Self {
            start: Instant::now(),
            run: since_epoch.map_or(0, |time| time.as_millis() as u64),
            scratch: RefCell::new(vec![0; SCRATCH_BYTES]),
            tally: RefCell::default(),
            window: Cell::new((u64::MAX, u64::MAX)),
            broken: RefCell::default(),
        })
    }

    fn now(&self) -> u64 {
        nanos(self.start.elapsed())
    }

    fn count(&self, text: &[u8]) {
        let Some(due) = parse_stamp(text, self.run) else {
            if text.starts_with(br#"{"type":"error""#) {
                self.tally.borrow_mut().refused += 1;
            }
            return;
        };
        let (from, to) = self.window.get();
        if (from..to).contains(&due) {
            let latency = Duration::from_nanos(self.now().saturating_sub(due));
            let mut tally = self.tally.borrow_mut();
            tally.latencies.add(latency);
            tally.deliveries += 1;
        }
    }

    fn check(&self) -> Result<()> {
        self.broken.borrow_mut().take().map_or(Ok(()), Err)
    }
}

/// Rooms full of members that count what they get.
struct Crowd {
    shared: Rc<Shared>,
    // The sending members, those of one room after another.
    senders: Vec<(usize, Rc<tokio::sync::Mutex<Sender>>)>,
    members: usize,
    rooms: usize,
    sent: u64,
    _readers: JoinSet<()>,
}

impl Crowd {
    async fn gather(plan: &Plan, rooms: usize, members: usize, senders: usize) -> Result<Self> {
        ensure!(rooms > 0 && members > 0, "nobody to send to");
        raise_file_limit(rooms * members)?;
        let shared = Shared::new();
        let mut readers = JoinSet::new();
        let mut sending = Vec::new();
        let run = shared.run;
        let places = (0..members)
            .flat_map(|member| (0..rooms).map(move |room| (room, member)))
            .map(|(room, member)| {
                (
                    format!("load-{run}-{room}"),
                    format!("l{run}x{room}x{member}"),
                )
            })
            .collect();
        let joined = join_all(plan, &shared, places).await?;
        for (index, (sender, receiver)) in joined.into_iter().enumerate() {
            let (room, member) = (index % rooms, index / rooms);
            let sender = Rc::new(tokio::sync::Mutex::new(sender));
            if member < senders.max(1) {
                sending.push((room, Rc::clone(&sender)));
            }
            readers.spawn_local(receive(Rc::clone(&shared), receiver, sender));
        }
        Ok(Self {
            shared,
            senders: sending,
            members,
            rooms,
            sent: 0,
            _readers: readers,
        })
    }

    async fn measure(&mut self, plan: &Plan, rate: f64) -> Result<Report> {
        ensure!(rate > 0.0, "a rate above 0 is needed");
        let shared = Rc::clone(&self.shared);
        *shared.tally.borrow_mut() = Tally::default();
        let begin = shared.now();
        let from = begin + nanos(WARM_UP.min(plan.time));
        let to = from + nanos(plan.time);
        shared.window.set((from, to));
        let mut usage = None;
        let (mut counted, mut late) = (0u64, 0u64);
        for k in 0u64.. {
            let due = begin + (k as f64 / rate * 1e9) as u64;
            if due >= from && usage.is_none() {
                self.wait_until(from).await;
                usage = Some(Usage::of(plan)?);
            }
            if due >= to {
                break;
            }
            self.wait_until(due).await;
            late = late.max(shared.now().saturating_sub(due));
            self.send(plan, due).await?;
            counted += u64::from(due >= from);
        }
        self.wait_until(to).await;
        let used = usage.context("the time was too short")?.until_now(plan)?;
        let in_window = shared.tally.borrow().deliveries;
        let expected = counted * self.members as u64;
        let deadline = Instant::now() + DRAIN;
        while shared.tally.borrow().deliveries < expected && Instant::now() < deadline {
            shared.check()?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let tally = std::mem::take(&mut *shared.tally.borrow_mut());
        let mut report = Report {
            scenario: if self.rooms == 1 { "fanout" } else { "rooms" },
            rooms: self.rooms,
            connections: self.rooms * self.members,
            rate: Some(rate),
            messages: Some(counted),
            deliveries_due: Some(expected),
            deliveries: Some(tally.deliveries),
            deliveries_per_s: Some(in_window as f64 / used.wall.as_secs_f64()),
            late_max_ms: Some(late as f64 / 1e6),
            ..Report::default()
        };
        report.time(&tally.latencies, tally.refused);
        report.usage(&used, in_window);
        Ok(report)
    }

    async fn wait_until(&self, due: u64) {
        let now = self.shared.now();
        if due > now {
            // The runtime's clock ticks in milliseconds: sleep the most of it,
            // then let the readers run until the time has come.
            if due - now > 2_000_000 {
                tokio::time::sleep(Duration::from_nanos(due - now - 1_000_000)).await;
            }
            while self.shared.now() < due {
                tokio::task::yield_now().await;
            }
        } else {
            tokio::task::yield_now().await;
        }
    }

    async fn send(&mut self, plan: &Plan, due: u64) -> Result<()> {
        self.shared.check()?;
        let (room, sender) = &self.senders[self.sent as usize % self.senders.len()];
        let run = self.shared.run;
        let frame = format!(
            r#"{{"type":"send","room":"load-{run}-{room}","nonce":"{run}-{}","text":"{}"}}"#,
            self.sent,
            stamp(run, due, plan.text_bytes)
        );
        self.sent += 1;
        let mut sender = sender.lock().await;
        sender.text(&frame).await
    }
}

/// Raises the rate until a step fails twice, then goes half-way back and forth.
async fn climb(
    plan: &Plan,
    crowd: &mut Crowd,
    start: f64,
    p99: Duration,
    mut seen: impl FnMut(&Report),
) -> Result<Report> {
    let (mut rate, mut good, mut bad) = (start, None::<Report>, f64::INFINITY);
    for _ in 0..STEPS {
        let mut report = crowd.measure(plan, rate).await?;
        if !keeps_up(&report, p99) {
            seen(&report);
            report = crowd.measure(plan, rate).await?;
        }
        seen(&report);
        let floor = if keeps_up(&report, p99) {
            good = Some(report);
            rate
        } else {
            bad = rate;
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

/// Counts what comes to one member until the connection ends.
async fn receive(
    shared: Rc<Shared>,
    mut receiver: Receiver,
    sender: Rc<tokio::sync::Mutex<Sender>>,
) {
    loop {
        let mut ping = None;
        let read = receiver.read(&shared.scratch, |frame| match frame {
            Frame::Text(text) => shared.count(text),
            Frame::Ping(payload) => ping = Some(payload.to_vec()),
        });
        let mut outcome = read.await;
        if let (Ok(()), Some(payload)) = (&outcome, ping) {
            outcome = sender.lock().await.pong(&payload).await;
        }
        if let Err(error) = outcome {
            shared.broken.borrow_mut().get_or_insert(error);
            return;
        }
    }
}

/// Connects, says hello and joins, for each (room, name), in that order.
async fn join_all(
    plan: &Plan,
    shared: &Rc<Shared>,
    places: Vec<(String, String)>,
) -> Result<Vec<(Sender, Receiver)>> {
    let limit = Rc::new(tokio::sync::Semaphore::new(CONNECTING));
    let mut tasks = Vec::with_capacity(places.len());
    for (room, name) in places {
        let permit = Rc::clone(&limit);
        let shared = Rc::clone(shared);
        let server = plan.server;
        tasks.push(spawn_local(async move {
            let _permit = permit.acquire().await?;
            let (mut sender, mut receiver) = connection::connect(server).await?;
            let scratch = &shared.scratch;
            sender
                .text(&format!(r#"{{"type":"hello","name":"{name}"}}"#))
                .await?;
            receiver.wait_for(br#"{"type":"welcome""#, scratch).await?;
            sender
                .text(&format!(r#"{{"type":"join","room":"{room}"}}"#))
                .await?;
            receiver.wait_for(br#"{"type":"joined""#, scratch).await?;
            anyhow::Ok((sender, receiver))
        }));
    }
    let mut joined = Vec::with_capacity(tasks.len());
    for task in tasks {
        joined.push(task.await??);
    }
    Ok(joined)
}

/// What server and generator had used at some moment.
struct Usage {
    at: Instant,
    server: Option<Duration>,
    own: Duration,
}

/// What they used between two moments.
struct Used {
    wall: Duration,
    server: Option<Duration>,
    own: Duration,
}

impl Usage {
    fn of(plan: &Plan) -> Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server: plan.pid.map(process::cpu_time).transpose()?,
            own: process::cpu_time(std::process::id())?,
        })
    }

    fn until_now(&self, plan: &Plan) -> Result<Used> {
        let now = Self::of(plan)?;
        Ok(Used {
            wall: now.at - self.at,
            server: now
                .server
                .zip(self.server)
                .map(|(now, then)| now.saturating_sub(then)),
            own: now.own.saturating_sub(self.own),
        })
    }
}

impl Report {
    fn time(&mut self, latencies: &Histogram, refused: u64) {
        let ms = |time: Duration| Some(time.as_secs_f64() * 1e3);
        self.refused = Some(refused);
        if latencies.total() > 0 {
            self.p50_ms = ms(latencies.quantile(0.5));
            self.p99_ms = ms(latencies.quantile(0.99));
            self.max_ms = ms(latencies.max());
        }
    }

    fn usage(&mut self, used: &Used, deliveries: u64) {
        let wall = used.wall.as_secs_f64();
        self.secs = wall;
        self.own_core = Some(used.own.as_secs_f64() / wall);
        self.server_core = used.server.map(|server| server.as_secs_f64() / wall);
        if deliveries > 0 {
            self.cpu_s_per_m = used
                .server
                .map(|server| server.as_secs_f64() / (deliveries as f64 / 1e6));
        }
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// A text that begins with the run and the time at which it was due.
fn stamp(run: u64, due: u64, text_bytes: usize) -> String {
    let mut text = format!("~{run}:{due}~");
    while text.len() < text_bytes {
        text.push('x');
    }
    text
}

/// The time at which a delivered message of this run was due.
fn parse_stamp(frame: &[u8], run: u64) -> Option<u64> {
    if !frame.starts_with(br#"{"type":"message""#) {
        return None;
    }
    let at = find(frame, STAMP)? + STAMP.len();
    let (stamped_run, rest) = number(&frame[at..])?;
    if stamped_run != run || rest.first() != Some(&b':') {
        return None;
    }
    number(&rest[1..]).map(|(due, _)| due)
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let value = std::str::from_utf8(&bytes[..digits]).ok()?.parse().ok()?;
    Some((value, &bytes[digits..]))
}

fn raise_file_limit(connections: usize) -> Result<()> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).context("the limit of open files")?;
    ensure!(
        limit
            .current
            .is_none_or(|files| files > connections as u64 + 100),
        "{connections} connections need a higher limit of open files (ulimit -Hn)"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{parse_stamp, stamp};

    #[test]
    fn a_stamp_is_found_again_and_another_run_s_is_not() {
        let text = stamp(77, 123_456, 120);
        assert_eq!(text.len(), 120);
        let frame = format!(r#"{{"type":"message","room":"a","seq":1,"text":"{text}"}}"#);
        assert_eq!(parse_stamp(frame.as_bytes(), 77), Some(123_456));
        assert_eq!(parse_stamp(frame.as_bytes(), 78), None);
        assert_eq!(parse_stamp(br#"{"type":"sent","seq":1}"#, 77), None);
    }
}
