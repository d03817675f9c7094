//! What is measured of programs that are connected, one after the other.

use std::time::Duration;

use anyhow::Result;

use super::contender::Who;
use super::figures::{Row, Times};
use super::{BUSY, BUSY_HERE, Bench, FILL, measure, note, ours};

/// The rows of the table, as far as they are measured.
pub(super) struct Sessions {
    idle_keys: Row,
    cpu: Row,
    busy_keys: Row,
    busy_pages: Row,
    arrival: Row,
    memory: Row,
    more: Vec<Row>,
}

impl Sessions {
    /// None yet.
    pub(super) fn new() -> Self {
        Self {
            idle_keys: Row::new(
                "key to screen, idle, median / p99 ms",
                &[1.0, 3.0],
                &[0.3, 1.0],
            ),
            cpu: Row::new(
                "CPU at 1,000 lines/s in the open room, % of a core",
                &[30.0],
                &[12.0],
            ),
            busy_keys: Row::new(
                "key to screen at 1,000 lines/s and 500 in other rooms, median / p99 ms",
                &[1.0, 4.0],
                &[0.5, 2.0],
            ),
            busy_pages: Row::new(
                "page key to screen, the same, median / p99 ms",
                &[1.0, 4.0],
                &[0.5, 2.0],
            ),
            arrival: Row::new(
                "arrival to screen, no key, median / slowest ms",
                &[5.0, 50.0],
                &[1.0, 5.0],
            ),
            memory: Row::new(
                "resident MB after the start / after 100,000 lines",
                &[25.0, 35.0],
                &[15.0, 20.0],
            ),
            more: Vec::new(),
        }
    }

    /// Adds those of one program.
    pub(super) fn measure(&mut self, bench: &Bench, who: Who) -> Result<()> {
        let contender = bench.contender(who)?;
        note(&format!("a session of {}", who.name()));
        let mut pty = contender.ready()?;
        let start = measure::resident(&pty)?;
        let keys = bench.options.keys;
        let both = |times: &Times| vec![times.median(), times.p99()];
        if bench.wants("typing") {
            let times = measure::typing(&mut pty, keys)?;
            self.idle_keys.add(who, both(&times));
        }
        if bench.wants("arrival") {
            let times = measure::arrivals(&contender, &mut pty, 100)?;
            self.arrival.add(who, vec![times.median(), times.most()]);
        }
        if bench.wants("load") {
            let cpu = measure::cpu_at(&contender, &pty, BUSY_HERE, 8)?;
            self.cpu.add(who, vec![cpu]);
            let times = measure::under(&contender, BUSY, || measure::typing(&mut pty, keys))?;
            self.busy_keys.add(who, both(&times));
            let times = measure::under(&contender, BUSY, || measure::paging(&mut pty, keys / 3))?;
            self.busy_pages.add(who, both(&times));
            if who == Who::Chat {
                pty.keys(ours::NEWEST)?;
                pty.settled(Duration::from_millis(500), Duration::from_secs(5));
            }
        }
        if who == Who::Chat && bench.wants("rooms") {
            self.more.extend(ours::many_rooms(&contender, &mut pty)?);
        }
        if who == Who::Chat && bench.wants("paste") {
            self.more.push(ours::paste(&contender, &mut pty)?);
        }
        if bench.wants("memory") {
            drop(pty);
            let mut pty = contender.ready()?;
            let lines = bench.options.lines;
            let after = measure::resident_after(&contender, &mut pty, lines, FILL)?;
            self.memory.add(who, vec![start, after]);
        }
        Ok(())
    }

    /// Those that were measured.
    pub(super) fn rows(self) -> impl Iterator<Item = Row> {
        [
            self.idle_keys,
            self.cpu,
            self.busy_keys,
            self.busy_pages,
            self.arrival,
            self.memory,
        ]
        .into_iter()
        .filter(Row::is_measured)
        .chain(self.more)
    }
}
