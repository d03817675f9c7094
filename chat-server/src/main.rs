//! The program: settings, log, signals and exit codes around [`chat_server::run`].

use chat_server::admin;
use chat_server::banner::Banner;
use chat_server::config::{Command, Config, Written};
use chat_server::run::Server;
use clap::Parser as _;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// After a signal the process is gone within 5 s, whatever hangs.
const GONE_WITHIN: Duration = Duration::from_millis(4700);
const FAILURE: u8 = 1;
/// What clap exits with as well.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let written = Written::parse();
    let command = written.command.clone();
    let config = match Config::check(written) {
        Ok(config) => config,
        Err(error) => return fail(USAGE, &error),
    };
    let done = match command {
        None => {
            log_to_stderr(config.log);
            serve(&config)
        }
        Some(Command::Admin(order)) => admin::run(&config, &order).map_err(Into::into),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(FAILURE, &format!("{error:#}")),
    }
}

fn serve(config: &Config) -> anyhow::Result<()> {
    let shutdown = CancellationToken::new();
    watch_signals(shutdown.clone())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let server = Server::open(config)?;
        let address = server.address();
        // Nobody may be listening on standard output; that is no reason not to serve.
        let mut stdout = io::stdout().lock();
        let metrics = server.metrics_address();
        let banner = Banner {
            config,
            address,
            metrics,
        };
        let _ = write!(stdout, "{banner}").and_then(|()| stdout.flush());
        drop(stdout);
        server.run(shutdown.cancelled()).await;
        Ok(())
    })
}

/// The first SIGTERM or Ctrl-C asks for a stop, the second one ends the process
/// at once, as does the time that a stop may take. On a thread with a runtime
/// of its own, so that nothing the server does can delay it.
fn watch_signals(shutdown: CancellationToken) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (mut terminate, mut interrupt) = {
        let _inside = runtime.enter();
        (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        )
    };
    let watch = async move {
        either(&mut terminate, &mut interrupt).await;
        shutdown.cancel();
        let again = either(&mut terminate, &mut interrupt);
        let exit_code = match tokio::time::timeout(GONE_WITHIN, again).await {
            Ok(()) => FAILURE,
            Err(_) => 0,
        };
        std::process::exit(exit_code.into());
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || runtime.block_on(watch))?;
    Ok(())
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}

/// Other people's crates say only what is wrong.
fn log_to_stderr(level: LevelFilter) {
    let others = level.min(LevelFilter::WARN);
    let filter = EnvFilter::new(format!("{others},chat_server={level}"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_target(false)
        // A closed standard error would otherwise turn each line into a panic.
        .log_internal_errors(false)
        .init();
}

fn fail(code: u8, error: &dyn Display) -> ExitCode {
    let _ = writeln!(io::stderr(), "chat-server: {error}");
    ExitCode::from(code)
}
