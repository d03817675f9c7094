//! People in the terminal client: what a moderator does to one, and what one
//! sees of it.

use anyhow::{Result, ensure};
use chat_tests::client::Client;
use chat_tests::screen::Screen;
use chat_tests::server::Server;
use chat_tests::terminal::Key;
use chat_tests::user::{REFUSED, User};
use serde_json::json;

/// Behaviour 3: the reason is shown in words, and what was refused stays.
#[tokio::test]
async fn one_who_is_muted_reads_it_and_keeps_what_was_refused() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.join("dev").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.join("dev").await?;
    let ask =
        |kind: &str| json!({ "type": kind, "room": "dev", "user": "ada", "reason": "calm down" });
    bob.ask("ok", ask("mute")).await?;
    ada.wait_for("muted ada: calm down").await?;
    ada.wait_for("you are muted here: you can read, not write")
        .await?;
    ada.say("but I").await?;
    let screen = ada.wait_for("✗ not sent: ").await?;
    ensure!(screen.shows("but I") && screen.shows("retry"), "{screen}");
    bob.ask("ok", ask("unmute")).await?;
    ada.wait_for("lets ada write again").await?;
    ada.press(Key::Alt('t'))?;
    ada.wait_gone("not sent").await?;
    ada.wait_sent("but I").await?;
    bob.ask("ok", ask("ban")).await?;
    let screen = ada.wait_for("bob banned you from dev: calm down").await?;
    ensure!(
        !screen.shows("but I"),
        "nothing of the room is left: {screen}"
    );
    Ok(())
}

/// Behaviour 3: what was refused waits for its author, who takes it up again or
/// throws it away by the keys that stand beside it.
#[tokio::test]
async fn what_was_refused_is_edited_again_or_discarded_by_the_keys_it_names() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.join("dev").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.join("dev").await?;
    let mute = json!({ "type": "mute", "room": "dev", "user": "ada", "reason": "calm down" });
    bob.ask("ok", mute).await?;
    ada.wait_for("you are muted here").await?;
    ada.say("hard words").await?;
    refused(&ada, "hard words").await?;

    ada.kill9()?;
    ada.start()?;
    refused(&ada, "hard words").await?;
    ada.press(Key::Alt('e'))?;
    ada.wait_for("› hard words").await?;
    let screen = ada.wait_gone("not sent").await?;
    ensure!(screen.count("hard words") == 1, "only there: {screen}");
    ada.type_text(", softened")?;
    ada.wait_for("› hard words, softened").await?;
    ada.press(Key::Enter)?;
    refused(&ada, "hard words, softened").await?;

    ada.press(Key::Alt('x'))?;
    ada.wait_for("discarded; Ctrl-Y puts the text back").await?;
    let screen = ada.wait_gone("not sent").await?;
    ensure!(!screen.shows("hard words"), "{screen}");
    ada.press(Key::Ctrl('y'))?;
    ada.wait_for("› hard words, softened").await?;
    ada.press(Key::Ctrl('u'))?;
    ada.wait_gone("hard words").await?;

    ada.kill9()?;
    ada.start()?;
    ada.wait_open("dev").await?;
    ada.wait_for("online").await?;
    let screen = ada.settled().await?;
    ensure!(!screen.shows("not sent"), "it is gone for good: {screen}");
    let page = json!({ "type": "history", "room": "dev" });
    let page = bob.ask("history", page).await?;
    ensure!(!page.to_string().contains("hard words"), "{page}");
    Ok(())
}

/// Everything that the server can do to people is reachable from the keyboard.
#[tokio::test]
async fn a_moderator_acts_on_people_by_the_list_of_members() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.join("dev").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.join("dev").await?;
    ada.say("/topic on call").await?;
    ada.wait_for("set the topic: on call").await?;
    ada.say("/members").await?;
    ada.wait_for("2 in #dev").await?;
    ada.wait_for("owner").await?;
    ada.press(Key::Down)?;
    ada.settled().await?;
    ada.press(Key::Enter)?;
    ada.wait_for("bob, member").await?;
    for _ in 0..3 {
        ada.press(Key::Down)?;
        ada.settled().await?;
    }
    ada.wait_for("▸ remove them").await?;
    ada.press(Key::Enter)?;
    ada.wait_for("remove someone").await?;
    ada.type_text("spam")?;
    ada.wait_for("bob spam").await?;
    ada.press(Key::Enter)?;
    ada.wait_for("removed bob: spam").await?;
    let removed = bob.of_type("member").await?;
    ensure!(
        removed["change"] == "kicked" && removed["reason"] == "spam",
        "{removed}"
    );
    Ok(())
}

/// `/ignore` hides a person on this client, also after a restart.
#[tokio::test]
async fn whom_one_hides_is_not_shown_also_after_a_restart() -> Result<()> {
    let server = Server::start().await?;
    let mut eve = Client::enter(server.address(), "eve").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    eve.send("lobby", "buy my things", "1").await?;
    ada.wait_for("buy my things").await?;
    ada.say("/ignore eve").await?;
    ada.wait_gone("buy my things").await?;
    eve.send("lobby", "buy more", "2").await?;
    bob.send("lobby", "good morning", "1").await?;
    ada.wait_for("good morning").await?;
    ensure!(!ada.screen()?.shows("buy more"), "{}", ada.screen()?);
    ada.quit().await?;
    ada.start()?;
    let screen = ada.wait_for("good morning").await?;
    ensure!(!screen.shows("buy"), "{screen}");
    ada.say("/unignore eve").await?;
    ada.wait_for("buy more").await.map(|_| ())
}

/// Waits until a message stands there as refused: with a sign of its own, the
/// reason in words, and the keys for what can be done about it.
async fn refused(user: &User, text: &str) -> Result<()> {
    let words = ["Alt-T retry", "Alt-E edit", "Alt-X discard"];
    let refused = |screen: &Screen| {
        let rows = screen.rows();
        let is = |row: &String| row.contains(REFUSED) && row.ends_with(text);
        let below = rows.iter().skip_while(|row| !is(row)).nth(1);
        below.is_some_and(|row| row.contains("not sent: ") && row.contains("muted"))
            && words.iter().all(|words| screen.shows(words))
    };
    user.wait_until(&format!("{text:?} to be refused"), refused)
        .await
        .map(|_| ())
}
