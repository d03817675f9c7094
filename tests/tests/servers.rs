//! Several servers, each by a name of one's own, and one server at several
//! addresses: what belongs to one never shows at another.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chat_tests::binaries;
use chat_tests::client::Client;
use chat_tests::fault::{Fault, Proxy};
use chat_tests::home::configure;
use chat_tests::server::Server;
use chat_tests::terminal::{Key, Program, Terminal, home};
use chat_tests::wait::{SOON, within};
use serde_json::json;

/// Between the death of one address and being live at the next. The quicker of
/// two counts: a busy machine may hold up one.
const OVER: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_goes_to_a_server_by_its_name_and_two_never_mix() -> Result<()> {
    let (one, two) = (Server::start().await?, Server::start().await?);
    let home = home()?;
    let config = format!(
        "server = \"one\"\n[servers.one]\naddress = \"{}\"\nname = \"ada\"\n\
         [servers.two]\naddress = \"{}\"\nname = \"ada\"\n",
        one.url(),
        two.url()
    );
    configure(home.path(), &config)?;
    let mut ada = Program::client(home.path())?.size(100, 30).start()?;
    in_lobby(&ada).await?;
    ada.enter("word for one").await?;
    ada.wait_until("the composer to be free", SOON, |screen| {
        screen.shows("message #lobby") && screen.shows("word for one")
    })
    .await?;
    ada.type_text("half a thought")?;
    ada.wait_for("half a thought").await?;
    over_to(&mut ada, Key::Down).await?;
    in_lobby(&ada).await?;
    let screen = ada.screen();
    ensure!(
        !screen.shows("word for one") && !screen.shows("half a thought"),
        "{screen}"
    );
    ada.enter("word for two").await?;
    ada.wait_for("message #lobby").await?;
    over_to(&mut ada, Key::Up).await?;
    ada.wait_for("half a thought").await?;
    let screen = ada.wait_for("word for one").await?;
    ensure!(!screen.shows("word for two"), "{screen}");
    assert_eq!(said(&one).await?, ["word for one"]);
    assert_eq!(said(&two).await?, ["word for two"]);
    let kept = home.path().join(".local/share/chat-tui/default/named");
    let token = |name: &str| -> Result<String> {
        let path = kept.join(name).join("token");
        let mode = path.metadata()?.permissions().mode() & 0o777;
        ensure!(mode == 0o600, "{} has mode {mode:o}", path.display());
        Ok(std::fs::read_to_string(path)?)
    };
    ensure!(token("one")? != token("two")?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_an_address_dies_the_next_is_used_at_once() -> Result<()> {
    let server = Server::start().await?;
    let first = Proxy::start(server.address()).await?;
    let second = Proxy::start(server.address()).await?;
    let home = home()?;
    let config = format!(
        "[servers.cluster]\naddresses = [\"{}\", \"{}\"]\nname = \"ada\"\n",
        first.url(),
        second.url()
    );
    configure(home.path(), &config)?;
    let mut ada = Program::client(home.path())?
        .arg("cluster")
        .size(100, 30)
        .start()?;
    in_lobby(&ada).await?;
    assert_eq!((first.connections(), second.connections()), (1, 0));
    first.set(Fault::Refuse);
    let begun = Instant::now();
    first.cut();
    ada.enter("said over the other way").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.send("lobby", "word of bob", "1").await?;
    ada.wait_until("the word of bob", SOON, |screen| {
        screen.shows("word of bob") && screen.shows("online")
    })
    .await?;
    let there = begun.elapsed();
    assert_eq!(second.connections(), 1);
    // The same for commands, which begin with the first.
    let sent = run(
        home.path(),
        &["send", "--server", "cluster", "lobby", "by a command"],
    )
    .await?;
    ensure!(sent.status.success(), "{sent:?}");
    // And back, when that one dies too.
    first.set(Fault::None);
    second.set(Fault::Refuse);
    let begun = Instant::now();
    second.cut();
    bob.send("lobby", "last word", "2").await?;
    ada.wait_for("last word").await?;
    let quickest = there.min(begun.elapsed());
    ensure!(quickest < OVER, "{quickest:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_is_misspelt_is_told_and_shells_complete_the_right_ones() -> Result<()> {
    let home = home()?;
    configure(
        home.path(),
        "[servers.work]\naddress = \"wss://chat.example\"\n",
    )?;
    for args in [&["wrok", "rooms"][..], &["rooms", "--server", "wrok"]] {
        let wrong = run(home.path(), args).await?;
        let words = String::from_utf8_lossy(&wrong.stderr);
        ensure!(wrong.status.code() == Some(2), "{wrong:?}");
        ensure!(words.contains("did you mean work?"), "{words}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = run(home.path(), &["completions", shell]).await?;
        let script = String::from_utf8(script.stdout)?;
        ensure!(script.contains("work"), "{shell} does not know work");
    }
    Ok(())
}

/// Goes to the server that is listed before or after this one.
async fn over_to(terminal: &mut Terminal, way: Key) -> Result<()> {
    terminal.press(Key::Ctrl('x'))?;
    terminal.type_text("h")?;
    terminal.wait_for("servers").await?;
    terminal.press(way)?;
    terminal.press(Key::Enter)?;
    terminal.wait_gone("go there").await.map(|_| ())
}

async fn in_lobby(terminal: &Terminal) -> Result<()> {
    terminal.wait_for("online").await?;
    terminal.wait_for("message #lobby").await.map(|_| ())
}

/// What was said in the lobby, once there is something: it may still be on its
/// way when the client has gone elsewhere and come back.
async fn said(server: &Server) -> Result<Vec<String>> {
    let mut client = Client::enter(server.address(), "historian").await?;
    let look = async {
        loop {
            let page = client
                .ask("history", json!({ "type": "history", "room": "lobby" }))
                .await?;
            let events = page["events"].as_array().context("no events")?;
            let texts = events.iter().filter_map(|event| event["text"].as_str());
            let texts: Vec<String> = texts.map(str::to_owned).collect();
            if !texts.is_empty() {
                return Ok(texts);
            }
        }
    };
    within("something said in the lobby", SOON, look).await?
}

/// Runs a command while this runtime carries the bytes of proxies.
async fn run(home: &Path, args: &[&str]) -> Result<Output> {
    let mut command = Command::new(binaries::tui()?);
    command
        .args(args)
        .env_clear()
        .env("HOME", home)
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    output.context("chat-tui")
}
