//! A `chat-server` process with a data directory of its own.
//!
//! Holds: the process is gone when the value is; a server that died unasked, or
//! that panicked, fails the test that owns it.

use std::io::{Read, Write as _};
use std::net::SocketAddr;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

use crate::process::{self, Signal};
use crate::{binaries, wait};

/// What the banner says before the address.
const BANNER: &str = "listening on ws://";

/// A running server, or one that was stopped and can be started again.
pub struct Server {
    setup: Setup,
    data: Arc<TempDir>,
    address: SocketAddr,
    running: Option<Running>,
}

/// How a server is started.
#[derive(Clone, Default)]
pub struct Setup {
    args: Vec<String>,
    env: Vec<(String, String)>,
    wrapper: Vec<String>,
}

struct Running {
    child: Child,
    output: Output,
}

/// What a process has said so far, both streams in the order they were read.
#[derive(Clone, Default)]
pub struct Output {
    said: Arc<Mutex<Vec<u8>>>,
    /// One for each stream; they end with the process.
    readers: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Setup {
    /// A server without rate limits, as load tests want it.
    pub fn without_rates() -> Self {
        Self::default().arg("--rates").arg("off")
    }

    /// With one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// With an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Started by another program, which gets the server's command line as its
    /// last arguments and must become it (`taskset -c 0`, `faketime …`).
    #[must_use]
    pub fn under<S: Into<String>>(mut self, wrapper: impl IntoIterator<Item = S>) -> Self {
        self.wrapper = wrapper.into_iter().map(Into::into).collect();
        self
    }

    /// Starts it on a free port with a fresh data directory.
    pub async fn start(self) -> Result<Server> {
        let data = TempDir::with_prefix("chat-server-").context("no temporary directory")?;
        self.start_with(Arc::new(data)).await
    }

    /// Starts it on a free port with this data directory.
    pub async fn start_with(self, data: Arc<TempDir>) -> Result<Server> {
        let mut server = Server {
            setup: self,
            data,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            running: None,
        };
        server.launch().await?;
        Ok(server)
    }
}

impl Server {
    /// A server as one starts it without thinking, on a free port.
    pub async fn start() -> Result<Self> {
        Setup::default().start().await
    }

    /// Where it listens; the same over restarts.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The WebSocket's address, as given to a client.
    pub fn url(&self) -> String {
        format!("ws://{}/ws", self.address)
    }

    /// The address of a path served over HTTP.
    pub fn http(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Its data directory.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Its data directory, to start another server on later.
    pub fn data_shared(&self) -> Arc<TempDir> {
        Arc::clone(&self.data)
    }

    /// Its process id.
    pub fn pid(&self) -> Result<u32> {
        Ok(self.running()?.child.id())
    }

    /// All that the present process has printed.
    pub fn output(&self) -> String {
        self.running
            .as_ref()
            .map(|running| running.output.text())
            .unwrap_or_default()
    }

    /// Sends a signal, `Signal::STOP` and `Signal::CONT` among them.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        process::signal(self.pid()?, signal)
    }

    /// Kills it at once, as a crash of the machine would, and returns when it is gone.
    pub fn kill9(&mut self) -> Result<()> {
        let mut running = self.running.take().context("the server is not running")?;
        running.child.kill().context("kill")?;
        running.child.wait().context("wait")?;
        running.output.check_for_panics()
    }

    /// Starts it again on the same address and data.
    pub async fn restart(&mut self) -> Result<()> {
        ensure!(self.running.is_none(), "the server is still running");
        self.launch().await
    }

    /// Asks it to end and waits; fails if it takes longer than `within`, ends by
    /// anything but exit code 0, or leaves a process behind.
    pub async fn terminate(&mut self, within: Duration) -> Result<()> {
        let status = self.end_by(Signal::TERM, within).await?;
        ensure!(
            status.success(),
            "SIGTERM ended the server with {status} (signal {:?})",
            status.signal()
        );
        Ok(())
    }

    /// Sends `signal` and waits for the end.
    pub async fn end_by(&mut self, signal: Signal, within: Duration) -> Result<ExitStatus> {
        self.signal(signal)?;
        self.ended(within).await
    }

    /// Waits for the server to end by itself.
    pub async fn ended(&mut self, within: Duration) -> Result<ExitStatus> {
        let mut running = self.running.take().context("the server is not running")?;
        let pid = running.child.id();
        let status = wait::until("the server to end", within, || {
            running.child.try_wait().ok().flatten()
        })
        .await
        .with_context(|| running.output.text());
        if status.is_err() {
            running.stop();
        }
        let left = process::followers(pid);
        ensure!(left.is_empty(), "the server left processes: {left:?}");
        running.output.check_for_panics()?;
        status
    }

    async fn launch(&mut self) -> Result<()> {
        let mut running = spawn(&self.setup, self.address, self.data.path())?;
        let output = running.output.clone();
        let listening = wait::until("the server's banner", wait::SOON, || {
            match parse_banner(&output.text()) {
                Some(address) => Some(Some(address)),
                None if running.ended() => Some(None),
                None => None,
            }
        })
        .await;
        match listening {
            Ok(Some(address)) => {
                self.address = address;
                self.running = Some(running);
                Ok(())
            }
            Ok(None) => bail!("the server ended at once:\n{}", running.output.whole()),
            Err(late) => {
                running.stop();
                Err(late.context(running.output.text()))
            }
        }
    }

    fn running(&self) -> Result<&Running> {
        self.running.as_ref().context("the server is not running")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(mut running) = self.running.take() else {
            return;
        };
        let died = running.ended();
        running.stop();
        if std::thread::panicking() {
            return;
        }
        assert!(!died, "the server died:\n{}", running.output.text());
        if let Err(panicked) = running.output.check_for_panics() {
            panic!("{panicked}");
        }
    }
}

/// Runs the server's program with these arguments to its end: for commands and
/// for starts that must fail.
pub async fn run(args: &[&str], within: Duration) -> Result<(ExitStatus, String)> {
    run_with(args, "", within).await
}

/// [`run`] with this on its standard input, which a pipe holds as a whole.
pub async fn run_with(
    args: &[&str],
    input: &str,
    within: Duration,
) -> Result<(ExitStatus, String)> {
    let mut command = Command::new(binaries::server()?);
    command.args(args).stdin(Stdio::piped());
    let mut running = Running::spawn(command)?;
    if let Some(mut stdin) = running.child.stdin.take() {
        // One that ended without reading it has said why.
        let _ = stdin.write_all(input.as_bytes());
    }
    let ended = wait::until("the server's program to end", within, || {
        running.child.try_wait().ok().flatten()
    })
    .await;
    running.stop();
    Ok((ended?, running.output.whole()))
}

impl Running {
    fn spawn(mut command: Command) -> Result<Self> {
        let mut child = command
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("the program does not start")?;
        let output = Output::default();
        output.follow(child.stdout.take().context("no standard output")?);
        output.follow(child.stderr.take().context("no standard error")?);
        Ok(Self { child, output })
    }

    fn ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Ends the process and all that it started; a group that is gone already is no fault.
    fn stop(&mut self) {
        let _ = process::signal_group(self.child.id(), Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Output {
    /// What was said so far, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&locked(&self.said)).into_owned()
    }

    /// All that was said by a process that has ended.
    fn whole(&self) -> String {
        for reader in locked(&self.readers).drain(..) {
            // One that panicked has read what it could.
            let _ = reader.join();
        }
        self.text()
    }

    fn follow(&self, mut stream: impl Read + Send + 'static) {
        let said = Arc::clone(&self.said);
        let reader = std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(n @ 1..) = stream.read(&mut chunk) {
                locked(&said).extend_from_slice(&chunk[..n]);
            }
        });
        locked(&self.readers).push(reader);
    }

    /// Once the process has ended.
    fn check_for_panics(&self) -> Result<()> {
        let text = self.whole();
        ensure!(
            !text.contains("panicked at"),
            "the server panicked:\n{text}"
        );
        Ok(())
    }
}

fn spawn(setup: &Setup, address: SocketAddr, data: &Path) -> Result<Running> {
    let program = binaries::server()?;
    let mut line: Vec<PathBuf> = setup.wrapper.iter().map(PathBuf::from).collect();
    line.push(program);
    let mut command = Command::new(&line[0]);
    command
        .stdin(Stdio::null())
        .args(&line[1..])
        .arg("--listen")
        .arg(address.to_string())
        .arg("--data")
        .arg(data)
        .args(&setup.args)
        .envs(setup.env.iter().map(|(name, value)| (name, value)));
    Running::spawn(command)
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn parse_banner(output: &str) -> Option<SocketAddr> {
    let (_, rest) = output.split_once(BANNER)?;
    let (address, _) = rest.split_once("/ws")?;
    address.parse().ok()
}
