//! Rooms full of connected members that count what they get, and the open loop
//! that sends to them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::task::{JoinSet, spawn_local};

use super::connection::{self, Frame, Receiver, SCRATCH_BYTES, Sender};
use super::stamp::{self, stamp};
use super::usage::Usage;
use super::{Histogram, Plan, Report};

/// Connections that are being made at the same time.
const CONNECTING: usize = 64;
/// What is sent before anything counts.
pub(super) const WARM_UP: Duration = Duration::from_secs(1);
/// How long late deliveries are waited for.
const DRAIN: Duration = Duration::from_secs(3);

/// All that the tasks of one run share.
pub(super) struct Shared {
    pub(super) start: Instant,
    pub(super) run: u64,
    pub(super) scratch: RefCell<Vec<u8>>,
    pub(super) tally: RefCell<Tally>,
    // Only messages due in here count; nanoseconds since the start.
    pub(super) window: Cell<(u64, u64)>,
    broken: RefCell<Option<anyhow::Error>>,
}

#[derive(Default)]
pub(super) struct Tally {
    pub(super) latencies: Histogram,
    pub(super) deliveries: u64,
    // Those whose seq is not the one after the seq of the delivery before.
    pub(super) out_of_order: u64,
    pub(super) refused: u64,
}

impl Shared {
    pub(super) fn new() -> Rc<Self> {
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

    pub(super) fn now(&self) -> u64 {
        nanos(self.start.elapsed())
    }

    /// Counts a frame that came at `now` to a member whose last delivery had the
    /// seq `last`.
    fn count(&self, text: &[u8], last: &mut Option<u64>, now: u64) {
        let Some(stamp::Delivery { seq, due }) = stamp::parse(text, self.run) else {
            if text.starts_with(br#"{"type":"error""#) {
                self.tally.borrow_mut().refused += 1;
            }
            return;
        };
        let follows = last.is_none_or(|last| seq == last + 1);
        *last = Some(seq);
        let mut tally = self.tally.borrow_mut();
        tally.out_of_order += u64::from(!follows);
        let (from, to) = self.window.get();
        if (from..to).contains(&due) {
            let latency = Duration::from_nanos(now.saturating_sub(due));
            tally.latencies.add(latency);
            tally.deliveries += 1;
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        self.broken.borrow_mut().take().map_or(Ok(()), Err)
    }
}

/// Rooms full of members that count what they get.
pub(super) struct Crowd {
    shared: Rc<Shared>,
    // The sending members, those of one room after another.
    senders: Vec<(usize, Rc<tokio::sync::Mutex<Sender>>)>,
    members: usize,
    rooms: usize,
    sent: u64,
    _readers: JoinSet<()>,
}

impl Crowd {
    pub(super) async fn gather(
        plan: &Plan,
        rooms: usize,
        members: usize,
        senders: usize,
    ) -> Result<Self> {
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

    pub(super) async fn measure(&mut self, plan: &Plan, rate: f64) -> Result<Report> {
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
            out_of_order: Some(tally.out_of_order),
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

/// Counts what comes to one member until the connection ends.
pub(super) async fn receive(
    shared: Rc<Shared>,
    mut receiver: Receiver,
    sender: Rc<tokio::sync::Mutex<Sender>>,
) {
    let mut last = None;
    loop {
        let mut ping = None;
        // One look at the clock for all that came at once.
        let mut now = None;
        let read = receiver.read(&shared.scratch, |frame| match frame {
            Frame::Text(text) => {
                let now = *now.get_or_insert_with(|| shared.now());
                shared.count(text, &mut last, now);
            }
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
pub(super) async fn join_all(
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

pub(super) fn raise_file_limit(connections: usize) -> Result<()> {
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

pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
