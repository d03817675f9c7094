//! What is begun in the terminal client and not sent: kept in each room, and
//! thrown away by nothing that has no way back.

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::kept;
use chat_tests::screen::Screen;
use chat_tests::server::Server;
use chat_tests::terminal::Key;
use chat_tests::user::User;
use serde_json::json;

/// The sign of a room with a draft.
const DRAFT: &str = "✎";

/// Behaviour 4.
#[tokio::test]
async fn what_is_begun_in_each_room_outlives_a_kill_with_the_cursor_and_what_it_answers()
-> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.join("other-room").await?;
    bob.send("lobby", "shall we meet?", "1").await?;
    ada.go_to("lobby").await?;
    ada.wait_for("shall we meet?").await?;
    ada.type_text("half a thought")?;
    for _ in 0..4 {
        ada.press(Key::Left)?;
    }
    ada.wait_for("› half a thought").await?;
    ada.press(Key::Alt('r'))?;
    ada.wait_for("↳ bob: shall we meet?").await?;
    ada.go_to("other-room").await?;
    ada.type_text("other")?;
    ada.wait_for("› other").await?;
    kept::draft(ada.home(), "half a thought").await?;
    kept::draft(ada.home(), "other").await?;
    ada.kill9()?;
    ada.start()?;
    ada.wait_for("› other").await?;
    ada.wait_until("both rooms to be marked", |screen| {
        is_marked(screen, "lobby") && is_marked(screen, "other-room")
    })
    .await?;
    ada.go_to("lobby").await?;
    ada.wait_for("› half a thought").await?;
    let screen = ada.wait_for("↳ bob: shall we meet?").await?;
    let text = screen.place_of("half a thought").context("the draft")?;
    let cursor = screen.cursor().context("no cursor")?;
    assert_eq!((cursor.row, cursor.column - text.column), (text.row, 10));
    ada.type_text("X")?;
    ada.wait_for("› half a thoXught").await?;
    ada.press(Key::Enter)?;
    ada.wait_until("one room to be marked", |screen| {
        !is_marked(screen, "lobby") && is_marked(screen, "other-room")
    })
    .await?;
    let sent = bob.find(|frame| frame["author"] == "ada").await?;
    ensure!(
        sent["text"] == "half a thoXught" && sent["reply_to"] == 1,
        "{sent}"
    );
    Ok(())
}

/// Behaviour 4: Escape closes and leaves, and throws no text away for good; nor
/// does what is there to throw it away.
#[tokio::test]
async fn escape_throws_no_text_away_and_what_does_has_a_way_back() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.say("said before").await?;
    ada.wait_sent("said before").await?;
    bob.send("lobby", "shall we meet?", "1").await?;
    ada.wait_for("shall we meet?").await?;
    ada.type_text("half a thought")?;
    ada.wait_for("› half a thought").await?;

    // Beside an answer, and with nothing open.
    ada.press(Key::Alt('r'))?;
    ada.wait_for("↳ bob: shall we meet?").await?;
    for _ in 0..3 {
        ada.press(Key::Esc)?;
        ada.wait_gone("↳ bob").await?;
        let screen = ada.settled().await?;
        ensure!(screen.shows("› half a thought"), "{screen}");
    }

    // In an edit: its text comes back by a key, and the draft by itself.
    ada.press(Key::Ctrl('x'))?;
    ada.type_text("e")?;
    ada.wait_for("› said before").await?;
    ada.type_text(", and after")?;
    ada.wait_for("› said before, and after").await?;
    ada.press(Key::Esc)?;
    ada.wait_for("Ctrl-Y puts your text in").await?;
    ada.wait_for("› half a thought").await?;
    ada.press(Key::Ctrl('y'))?;
    ada.wait_for("› half a thoughtsaid before, and after")
        .await?;
    ada.press(Key::Ctrl('_'))?;
    ada.wait_until("the draft alone", |screen| {
        screen.shows("› half a thought") && !screen.shows("and after")
    })
    .await?;

    // Thrown away on purpose.
    ada.press(Key::Ctrl('x'))?;
    ada.type_text("z")?;
    ada.wait_for("› message #lobby").await?;
    ada.press(Key::Ctrl('_'))?;
    ada.wait_for("› half a thought").await?;
    let page = json!({ "type": "history", "room": "lobby" });
    let page = bob.ask("history", page).await?;
    ensure!(page["head"] == 2, "nothing was sent: {page}");
    Ok(())
}

/// Whether the list marks a room as one with a draft.
fn is_marked(screen: &Screen, room: &str) -> bool {
    let rows = screen.rows();
    let mut list = rows.iter().filter_map(|row| row.split('│').next());
    list.any(|row| row.contains(&format!("#{room} ")) && row.contains(DRAFT))
}
