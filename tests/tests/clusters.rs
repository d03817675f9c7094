//! Text that each terminal draws in its own way: clusters of characters, of which
//! they disagree how wide they are, and what is written from the right to the
//! left. What stands beside it stays where it is, and nothing of it is left behind.

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;
use chat_tests::wait;
use serde_json::json;

const ROOM: &str = "한글방";

/// Behaviour 21: messages, authors, rooms and topics, at every width.
#[tokio::test]
async fn borders_stay_straight_beside_every_cluster_at_every_width() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = beside_clusters(&server).await?;
    for width in (20..100).rev() {
        let terminal = ada.terminal()?;
        let screen = terminal.redrawn(|terminal| terminal.resize(width, 30));
        screen.await?.straight()?;
    }
    Ok(())
}

/// Behaviour 21: with another room, and with lines that push them out of sight.
#[tokio::test]
async fn nothing_is_left_of_clusters_that_have_left_the_screen() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = beside_clusters(&server).await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.join(ROOM).await?;
    for width in [99, 83, 64, 51, 38, 27] {
        let terminal = ada.terminal()?;
        terminal
            .redrawn(|terminal| terminal.resize(width, 30))
            .await?;
        ada.go_to("lobby").await?;
        as_drawn_anew(&mut ada).await?;
        ada.go_to(ROOM).await?;
        ada.press(Key::PageUp)?;
        as_drawn_anew(&mut ada).await?;
        ada.press(Key::CtrlEnd)?;
        as_drawn_anew(&mut ada).await?;
    }
    for n in 0..40 {
        bob.send(ROOM, &format!("plain {n}"), &format!("plain-{n}"))
            .await?;
    }
    ada.wait_for("plain 39").await?;
    as_drawn_anew(&mut ada).await
}

/// Behaviour 19: names, topics and messages from the right to the left, between
/// those from the left to the right.
#[tokio::test]
async fn what_is_written_from_the_right_moves_no_neighbour() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut noa = Client::enter(server.address(), "נועה").await?;
    let mut layla = Client::enter(server.address(), "ليلى").await?;
    for somebody in [&mut noa, &mut layla, &mut bob] {
        somebody.join("חדר").await?;
    }
    let topic = json!({ "type": "topic", "room": "חדר", "topic": "שיחה על 3 דברים, and one more" });
    noa.ask("ok", topic).await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.join("חדר").await?;
    ada.wait_gone("you are in").await?;
    for n in 0..3 {
        for (somebody, text) in [
            (&mut bob, "x: from the left"),
            (&mut noa, "x: שלום, 12 דברים (ועוד 1) abc"),
            (&mut layla, "x: می\u{200c}خواهم 34 مرحبا بالعالم"),
        ] {
            somebody.send("חדר", text, &n.to_string()).await?;
        }
    }
    ada.say("x: and my own").await?;
    ada.wait_sent("x: and my own").await?;
    for width in [100, 80, 61] {
        if width < 100 {
            let terminal = ada.terminal()?;
            terminal
                .redrawn(|terminal| terminal.resize(width, 30))
                .await?;
        }
        let screen = ada.settled().await?;
        screen.straight()?;
        let texts = screen.places_of("x: ");
        ensure!(texts.len() == 10, "{screen}");
        ensure!(
            texts.iter().all(|text| text.column == texts[0].column),
            "{screen}"
        );
        let authors = ["bob", "נועה", "ليلى"].map(|author| screen.places_of(author));
        let column = authors[0].first().context("no author")?.column;
        for author in authors.iter().flatten().filter(|author| author.row > 1) {
            ensure!(author.column == column, "{screen}");
        }
    }
    Ok(())
}

/// Fails unless the screen looks as one on which nothing stood before.
async fn as_drawn_anew(ada: &mut User) -> Result<()> {
    let shown = ada.settled().await?;
    let terminal = ada.terminal()?;
    let anew = terminal.redrawn(|terminal| terminal.press(Key::Ctrl('l')));
    let anew = anew.await?;
    assert_eq!(shown.look(), anew.look(), "{shown}{anew}");
    Ok(())
}

/// Somebody who has clusters before her in all places that may have some.
async fn beside_clusters(server: &Server) -> Result<User> {
    let stack = format!("Z{}", "\u{351}".repeat(80));
    let text = format!("👩‍👩‍👧‍👦 ❤️ 🇦🇺 ✔️ e\u{301} 한글 ｈ ﷽ {stack} ");
    let heap = format!("z{}", "\u{351}".repeat(20));
    let names = ["한글", "ｈｅｌｌｏ", "e\u{301}ve", &heap];
    for (n, name) in names.into_iter().enumerate() {
        let mut somebody = Client::enter(server.address(), name).await?;
        somebody.join(ROOM).await?;
        for row in 0..3 {
            let text = format!("{row}{}", text.repeat(4));
            somebody.send(ROOM, &text, &format!("{n}-{row}")).await?;
        }
        if n == 0 {
            let topic = format!("{}Z{}", text.replace(&stack, ""), "\u{351}".repeat(80));
            let topic = json!({ "type": "topic", "room": ROOM, "topic": topic });
            somebody.ask("ok", topic).await?;
        }
    }
    let ada = User::enter(server.url(), "ada").await?;
    let token = wait::until("a token that is kept", wait::SOON, || ada.token().ok()).await?;
    let mut elsewhere = Client::come_back(server.address(), &token).await?;
    elsewhere.join(&heap).await?;
    elsewhere.join(ROOM).await?;
    let mut ada = ada;
    ada.wait_for(ROOM).await?;
    ada.go_to(ROOM).await?;
    ada.press(Key::CtrlEnd)?;
    // A note goes away by itself, and would take its time in the midst of it.
    ada.wait_gone("you are in").await?;
    ada.settled().await?.straight()?;
    Ok(ada)
}
