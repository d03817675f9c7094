//! Load on a running server, and what it takes: the scenarios behind `chat-load`.
//!
//! Shares the machine with what it measures, so it is made to cost little: one
//! thread, frames built and found by their bytes instead of parsed, one scratch
//! buffer for all connections. Open loop: a message is due at a time that the
//! rate gives and is stamped with that time even if it leaves late, so a slow
//! server can't slow the clock that it is measured by. All runs end by themselves.

mod connection;
mod histogram;
mod members;
mod passwords;
mod scenario;
mod stamp;
pub mod table;
mod usage;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

pub use histogram::Histogram;

/// What to do to which server.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the server listens.
    pub server: SocketAddr,
    /// Its process, to know what it uses; none on another machine.
    pub pid: Option<u32>,
    /// How long each measurement lasts, without connecting and warming up.
    pub time: Duration,
    /// Bytes of text in a message.
    pub text_bytes: usize,
    /// The scenario.
    pub scenario: Scenario,
}

/// The scenarios.
#[derive(Debug, Clone, PartialEq)]
pub enum Scenario {
    /// Rooms of some members each; messages at a steady rate over all rooms.
    Fanout {
        /// Rooms.
        rooms: usize,
        /// Members of each room.
        members: usize,
        /// Members of each room that send, in turn.
        senders: usize,
        /// Messages a second, in all rooms together.
        rate: f64,
    },
    /// One room, the rate raised until deliveries come late or not at all.
    Max {
        /// Members of the room.
        members: usize,
        /// Members that send, in turn.
        senders: usize,
        /// The rate to begin with.
        rate: f64,
        /// The latency that 99 % of the deliveries must keep to.
        p99: Duration,
    },
    /// Connections that have joined a room and do nothing.
    Idle {
        /// Connections.
        connections: usize,
        /// Members of each room.
        members: usize,
    },
    /// Writers, each alone in its room, that wait for each acknowledgement.
    Durable {
        /// Writers.
        writers: usize,
    },
    /// One room at a steady rate, and beside it people who try wrong passwords,
    /// all at once and again as soon as they may.
    Passwords {
        /// Those who try.
        attempts: usize,
        /// Members of the room.
        members: usize,
        /// Messages a second.
        rate: f64,
    },
}

/// What came out; what a scenario has no figure for is left out.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The scenario's name.
    pub scenario: &'static str,
    /// Rooms in it.
    pub rooms: usize,
    /// Connections in all.
    pub connections: usize,
    /// Seconds measured.
    pub secs: f64,
    /// Messages a second asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Messages sent while measuring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<u64>,
    /// Deliveries that should have come of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deliveries_due: Option<u64>,
    /// Deliveries that came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deliveries: Option<u64>,
    /// Deliveries that did not follow the one before in their room: something
    /// is missing, twice, or out of order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_order: Option<u64>,
    /// Deliveries a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deliveries_per_s: Option<f64>,
    /// Messages acknowledged a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acked_per_s: Option<f64>,
    /// Requests refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<u64>,
    /// Median latency in milliseconds, from when a message was due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<f64>,
    /// What 99 % of the latencies keep to, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<f64>,
    /// The largest latency, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ms: Option<f64>,
    /// How late a message left at most, in milliseconds: the generator's own fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_max_ms: Option<f64>,
    /// CPU seconds of the server per million deliveries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_s_per_m: Option<f64>,
    /// How much of one core the server used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_core: Option<f64>,
    /// How much of one core the generator used; near 1 it was the limit itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_core: Option<f64>,
    /// Passwords that were checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passwords_checked: Option<u64>,
    /// Passwords that were refused unchecked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passwords_refused: Option<u64>,
    /// By how much the server's resident memory grew, in KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grown_kib: Option<u64>,
    /// Connections made and joined a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connects_per_s: Option<f64>,
    /// Resident memory of the server per connection in KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident_kib: Option<f64>,
}

/// Runs a plan to its end on this thread. Each report is one measurement: `Max`
/// gives its steps through `seen`, then the best of them.
pub fn run(plan: &Plan, seen: impl FnMut(&Report)) -> Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    tokio::task::LocalSet::new().block_on(&runtime, scenario::run(plan, seen))
}
