//! Puts load on a running chat server and says what it took.
//!
//! The server should run with `--rates off`, and for figures that can be
//! compared, server and generator should be pinned to a core each (`taskset`).

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chat_tests::load::{self, Plan, Report, Scenario, table};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Puts load on a running chat server (--rates off) and says what it took")]
struct Options {
    /// Where the server listens
    #[arg(long, default_value = "127.0.0.1:7878", global = true)]
    server: SocketAddr,
    /// The server's process id, to know its CPU time and memory
    #[arg(long, global = true)]
    pid: Option<u32>,
    /// Seconds that each measurement lasts
    #[arg(long, default_value_t = 10.0, global = true)]
    secs: f64,
    /// Bytes of text in a message
    #[arg(long, default_value_t = 120, global = true)]
    size: usize,
    /// Print a line of JSON for each measurement instead of words
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Load(Kind),
    /// Measures nothing: a table of the reports in a file, a line of JSON each
    Table {
        /// The file
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum Kind {
    /// One room; messages at a steady rate
    Fanout {
        /// Members of the room
        #[arg(long, default_value_t = 100)]
        members: usize,
        /// Members that send, in turn
        #[arg(long, default_value_t = 10)]
        senders: usize,
        /// Messages a second
        #[arg(long, default_value_t = 200.0)]
        rate: f64,
    },
    /// Many small rooms; messages at a steady rate
    Rooms {
        /// Rooms
        #[arg(long, default_value_t = 500)]
        rooms: usize,
        /// Members of each room
        #[arg(long, default_value_t = 4)]
        members: usize,
        /// Members of each room that send, in turn
        #[arg(long, default_value_t = 1)]
        senders: usize,
        /// Messages a second in all rooms together
        #[arg(long, default_value_t = 500.0)]
        rate: f64,
    },
    /// One room; the rate is raised until deliveries come late
    Max {
        /// Members of the room
        #[arg(long, default_value_t = 1000)]
        members: usize,
        /// Members that send, in turn
        #[arg(long, default_value_t = 10)]
        senders: usize,
        /// Messages a second to begin with
        #[arg(long, default_value_t = 100.0)]
        rate: f64,
        /// Milliseconds that 99 % of the deliveries must keep to
        #[arg(long, default_value_t = 250)]
        p99_ms: u64,
    },
    /// Connections that have joined a room and do nothing
    Idle {
        /// Connections
        #[arg(long, default_value_t = 10_000)]
        connections: usize,
        /// Members of each room
        #[arg(long, default_value_t = 100)]
        members: usize,
    },
    /// Writers, each alone in its room, that wait for each acknowledgement
    Durable {
        /// Writers
        #[arg(long, default_value_t = 64)]
        writers: usize,
    },
    /// One room at a steady rate, while wrong passwords are tried all at once
    Passwords {
        /// Those who try, each once a second
        #[arg(long, default_value_t = 1000)]
        attempts: usize,
        /// Members of the room
        #[arg(long, default_value_t = 100)]
        members: usize,
        /// Messages a second
        #[arg(long, default_value_t = 100.0)]
        rate: f64,
    },
}

fn main() -> Result<()> {
    let options = Options::parse();
    match &options.command {
        Command::Load(kind) => put_load(&options, scenario(kind)),
        Command::Table { file } => {
            let reports =
                std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
            let table = table::of(&reports)?;
            Ok(std::io::stdout().write_all(table.as_bytes())?)
        }
    }
}

fn put_load(options: &Options, scenario: Scenario) -> Result<()> {
    let plan = Plan {
        server: options.server,
        pid: options.pid,
        time: Duration::from_secs_f64(options.secs),
        text_bytes: options.size,
        scenario,
    };
    let climbing = matches!(plan.scenario, Scenario::Max { .. });
    let report = load::run(&plan, |step| {
        if climbing {
            // A step that can't be printed is no reason to stop measuring.
            let _ = print(step, options.json);
        }
    })?;
    print(&report, options.json)
}

fn scenario(kind: &Kind) -> Scenario {
    match *kind {
        Kind::Fanout {
            members,
            senders,
            rate,
        } => Scenario::Fanout {
            rooms: 1,
            members,
            senders,
            rate,
        },
        Kind::Rooms {
            rooms,
            members,
            senders,
            rate,
        } => Scenario::Fanout {
            rooms,
            members,
            senders,
            rate,
        },
        Kind::Max {
            members,
            senders,
            rate,
            p99_ms,
        } => Scenario::Max {
            members,
            senders,
            rate,
            p99: Duration::from_millis(p99_ms),
        },
        Kind::Idle {
            connections,
            members,
        } => Scenario::Idle {
            connections,
            members,
        },
        Kind::Durable { writers } => Scenario::Durable { writers },
        Kind::Passwords {
            attempts,
            members,
            rate,
        } => Scenario::Passwords {
            attempts,
            members,
            rate,
        },
    }
}

fn print(report: &Report, json: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let value = serde_json::to_value(report)?;
    if json {
        writeln!(out, "{value}")?;
        return Ok(());
    }
    let words: Vec<_> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, figure)| match figure.as_f64() {
            Some(number) if figure.is_f64() => format!("{name} {number:.2}"),
            Some(_) | None => format!("{name} {}", figure.to_string().trim_matches('"')),
        })
        .collect();
    writeln!(out, "{}", words.join("  "))?;
    Ok(())
}
