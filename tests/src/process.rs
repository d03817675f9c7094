//! Signals to a process, and what the kernel says about it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Pid, kill_process, kill_process_group};

pub use rustix::process::Signal;

/// Sends `signal` to the process `pid`.
pub fn signal(pid: u32, signal: Signal) -> Result<()> {
    kill_process(id(pid)?, signal).with_context(|| format!("signal to process {pid}"))
}

/// Sends `signal` to all of the process group that `pid` leads.
pub fn signal_group(pid: u32, signal: Signal) -> Result<()> {
    kill_process_group(id(pid)?, signal).with_context(|| format!("signal to group {pid}"))
}

/// The processes whose session or process group is `leader`'s, zombies left out:
/// what a program has left behind once `leader` itself is gone.
pub fn followers(leader: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != leader && follows(*pid, leader))
        .collect()
}

/// The file of the program that a process runs.
pub fn program(pid: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// User and system time that a process has used so far, all threads.
pub fn cpu_time(pid: u32) -> Result<Duration> {
    let stat = stat_fields(pid).with_context(|| format!("process {pid} is gone"))?;
    let ticks = |index: usize| stat.get(index).and_then(|field| field.parse::<u64>().ok());
    let ticks = ticks(11)
        .zip(ticks(12))
        .map(|(user, system)| user + system)
        .context("/proc stat without times")?;
    Ok(Duration::from_millis(
        ticks * 1000 / rustix::param::clock_ticks_per_second().max(1),
    ))
}

/// Time that all threads of a process have run so far, by the scheduler's own
/// clock: [`cpu_time`] counts in ticks, too coarse for who hardly runs at all.
pub fn run_time(pid: u32) -> Result<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let stat = fs::read_to_string(thread?.path().join("schedstat"))?;
        let ran = stat
            .split_whitespace()
            .next()
            .and_then(|ran| ran.parse::<u64>().ok());
        nanoseconds += ran.context("/proc schedstat without a time")?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// Resident memory of a process in KiB.
pub fn resident_kib(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .with_context(|| format!("process {pid} is gone"))?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().strip_suffix("kB"))
        .and_then(|number| number.trim().parse().ok())
        .context("/proc status without VmRSS")
}

fn id(pid: u32) -> Result<Pid> {
    i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .with_context(|| format!("{pid} is no process id"))
}

fn follows(pid: u32, leader: u32) -> bool {
    let leader = leader.to_string();
    stat_fields(pid).is_some_and(|fields| {
        let is = |index: usize| fields.get(index) == Some(&leader);
        fields.first().is_some_and(|state| state != "Z") && (is(2) || is(3))
    })
}

/// The fields of `/proc/PID/stat` after the program's name: state, parent,
/// group, session, …
fn stat_fields(pid: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}
