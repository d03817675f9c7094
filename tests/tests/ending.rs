//! However the terminal client ends or is stopped, the terminal is as it was.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chat_tests::binaries;
use chat_tests::client::Client;
use chat_tests::process::{self, Signal};
use chat_tests::server::Server;
use chat_tests::terminal::{Key, Program, Terminal, home};
use chat_tests::user::User;
use chat_tests::wait::SOON;
use tempfile::TempDir;

/// How long an end may take.
const QUICK: Duration = Duration::from_millis(500);

/// Behaviour 25. The quickest of a few ends: the machine may be busy with other
/// things.
#[tokio::test]
async fn signals_end_it_quickly_with_the_terminal_restored_and_the_draft_kept() -> Result<()> {
    let server = Server::start().await?;
    for (signal, code) in [(Signal::TERM, 0), (Signal::HUP, 129)] {
        let mut quickest = Duration::MAX;
        for time in 1..=3 {
            let name = format!("ada{code}-{time}");
            let mut ada = User::enter(server.url(), &name).await?;
            quickest = quickest.min(ended_by(&mut ada, signal, code).await?);
        }
        ensure!(quickest < QUICK, "{signal:?} took {quickest:?}");
    }
    Ok(())
}

/// Ends a client by a signal, and starts it again; how long the end took.
async fn ended_by(user: &mut User, signal: Signal, code: u32) -> Result<Duration> {
    user.settled().await?;
    user.type_text("unsent draft")?;
    user.wait_for("unsent draft").await?;
    user.terminal()?.signal(signal)?;
    let begun = Instant::now();
    let status = user.terminal()?.ended(SOON).await?;
    let took = begun.elapsed();
    assert_eq!(status.exit_code(), code, "{signal:?}: {status:?}");
    user.terminal()?.restored().await?;
    user.start()?;
    user.wait_for("unsent draft").await?;
    Ok(took)
}

/// Behaviour 25.
#[tokio::test]
async fn ctrl_c_twice_quits_and_once_does_not() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.settled().await?;
    ada.press(Key::Ctrl('c'))?;
    ada.settled().await?;
    ada.say("still here").await?;
    ada.wait_sent("still here").await?;
    ada.press(Key::Ctrl('c'))?;
    ada.settled().await?;
    ada.press(Key::Ctrl('c'))?;
    assert_eq!(ada.terminal()?.ended(SOON).await?.exit_code(), 0);
    ada.terminal()?.restored().await
}

/// Behaviour 25.
#[tokio::test]
async fn a_closed_terminal_ends_it_without_a_trace_of_panic() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.settled().await?;
    ada.terminal()?.hang_up();
    ada.terminal()?.ended(SOON).await?;
    let log = ada.terminal()?.log();
    let log = String::from_utf8_lossy(&log);
    ensure!(!log.contains("panicked"), "{log}");
    Ok(())
}

/// Behaviour 24.
#[tokio::test]
async fn ctrl_z_gives_the_shell_back_and_fg_the_screen() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let home = home()?;
    for by_signal in [false, true] {
        let mut shell = shell(&home).await?;
        stopped_and_back(&mut shell, &client(&server)?, by_signal, &mut bob).await?;
        shell.enter("exit").await?;
        shell.ended(SOON).await?;
    }
    Ok(())
}

/// Behaviour 24: the shell knows the script, and nothing of the client.
#[tokio::test]
async fn a_client_that_a_script_has_started_stops_and_goes_on_with_it() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let home = home()?;
    let script = home.path().join("script.sh");
    let client = client(&server)?;
    std::fs::write(&script, format!("{client}\necho script-ended-$?\n"))?;
    for by_signal in [false, true] {
        let mut shell = shell(&home).await?;
        let command = format!("sh {}", script.display());
        stopped_and_back(&mut shell, &command, by_signal, &mut bob).await?;
        shell.wait_for("script-ended-0").await?;
        shell.enter("exit").await?;
        shell.ended(SOON).await?;
    }
    Ok(())
}

/// The client's command line.
fn client(server: &Server) -> Result<String> {
    let program = binaries::tui()?;
    Ok(format!("{} {} --name ada", program.display(), server.url()))
}

/// A shell that has a prompt, and switches on nothing of its own.
async fn shell(home: &TempDir) -> Result<Terminal> {
    // The shell's own line editor would switch it on again at each prompt.
    std::fs::write(
        home.path().join(".inputrc"),
        "set enable-bracketed-paste off\n",
    )?;
    let shell = Program::new("/bin/bash")
        // Without line editing, which switches on bracketed paste itself.
        .args(["--norc", "--noprofile", "--noediting", "-i"])
        .env("HOME", home.path().display().to_string())
        .env("PS1", "shell> ")
        .size(100, 30)
        .start()?;
    shell.wait_for("shell>").await?;
    Ok(shell)
}

/// Runs the client in a shell, stops it, looks whether the shell is sane, and
/// goes on to the client's end.
async fn stopped_and_back(
    shell: &mut Terminal,
    command: &str,
    by_signal: bool,
    bob: &mut Client,
) -> Result<()> {
    shell.enter(command).await?;
    shell
        .wait_until("the client", SOON, |screen| {
            screen.alternate() && screen.shows("lobby")
        })
        .await?;
    if by_signal {
        let client = binaries::tui()?;
        let is_client = |pid: &u32| process::program(*pid).is_some_and(|path| path == client);
        let client = process::followers(shell.pid()).into_iter().find(is_client);
        process::signal(client.context("no client")?, Signal::TSTP)?;
    } else {
        shell.press(Key::Ctrl('z'))?;
    }
    shell
        .wait_until("the shell", SOON, |screen| {
            screen.modes_on().is_empty() && screen.shows("Stopped")
        })
        .await?;
    shell.enter("echo sane-$((20+3))").await?;
    shell.wait_for("sane-23").await?;
    let said = format!("meanwhile-{by_signal}");
    bob.send("lobby", &said, &said).await?;
    shell.enter("fg").await?;
    shell
        .wait_until("what came meanwhile", SOON, |screen| {
            screen.alternate() && screen.shows(&said)
        })
        .await?;
    shell.enter("/quit").await?;
    shell
        .wait_until("the shell", SOON, |screen| {
            let last = screen.text().trim_end().lines().last().map(str::to_owned);
            screen.modes_on().is_empty() && last.is_some_and(|last| last == "shell>")
        })
        .await
        .map(|_| ())
}

/// Behaviour 26, by the hidden switch `CHAT_TUI_PANIC`, after the first frame.
#[tokio::test]
async fn a_panic_anywhere_leaves_the_terminal_usable_and_the_draft_intact() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.send("lobby", "what bob has said", "1").await?;
    for place in ["ui", "thread", "task"] {
        let mut ada = User::enter(server.url(), &format!("ada-{place}")).await?;
        ada.wait_for("what bob has said").await?;
        ada.type_text("precious draft")?;
        ada.wait_for("precious draft").await?;
        ada.settled().await?;
        ada.terminal()?.signal(Signal::TERM)?;
        ada.terminal()?.ended(SOON).await?;
        ada.set_env("CHAT_TUI_PANIC", place);
        ada.start()?;
        let status = ada.terminal()?.ended(SOON).await?;
        ensure!(!status.success(), "{place}: {status:?}");
        ada.terminal()?.restored().await?;
        let report = report(&ada.terminal()?.log()).context(place)?;
        ensure!(report.contains("place: "), "{place}: {report}");
        for text in ["what bob has said", "precious draft"] {
            ensure!(!report.contains(text), "{place}: {report}");
        }
        ada.set_env("CHAT_TUI_PANIC", "");
        ada.start()?;
        ada.wait_for("precious draft").await?;
    }
    Ok(())
}

/// The report that a program's last paragraph tells of; fails unless it is its
/// owner's only.
fn report(output: &[u8]) -> Result<String> {
    let output = String::from_utf8_lossy(output);
    let said = output.rsplit_once("A report without any message texts is in ");
    let (path, _) = said
        .and_then(|(_, rest)| rest.split_once(".\r\n"))
        .with_context(|| format!("no word of a report: {output}"))?;
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    ensure!(mode == 0o600, "{path} has mode {mode:o}");
    Ok(std::fs::read_to_string(path)?)
}
