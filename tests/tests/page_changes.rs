//! The server's page, where messages are changed: what others do is seen in
//! place, live and after a reload, and all of it can be done by keys, by mouse
//! and on a phone.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::page::Page;
use chat_tests::server::Server;
use serde_json::{Value, json};

#[tokio::test]
async fn what_others_change_is_seen_in_place_live_and_from_history() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.join("dev").await?;
    let mut page = Page::enter(server.address(), "eve").await?;
    page.join("dev").await?;
    for n in 1..=3 {
        ada.send("dev", &format!("message {n}"), &format!("{n}"))
            .await?;
    }
    page.wait_for("message 3").await?;
    let picture = "<img src=x onerror=\"document.title='pwned'\"> & \u{202e}backwards";
    for (kind, target, fields) in [
        ("edit", 1, json!({ "text": picture })),
        ("react", 2, json!({ "emoji": "🚀" })),
        ("pin", 2, json!({})),
        ("delete", 3, json!({})),
    ] {
        change(&mut ada, kind, target, fields).await?;
    }
    let topic = json!({ "type": "topic", "room": "dev", "topic": "<b>about</b>" });
    ada.ask("ok", topic).await?;
    for reloaded in [false, true] {
        if reloaded {
            page.browser
                .navigate(&format!("http://{}/", server.address()))
                .await?;
            page.browser.wait_for("!talk.hidden").await?;
        }
        page.wait_for(picture).await?;
        for (seq, shown) in [(1, "edited"), (2, "pinned"), (2, "🚀 1"), (3, "deleted")] {
            shows(&mut page, seq, shown).await?;
        }
        let line = "[...document.querySelectorAll('#timeline .event')].some(e => e.textContent.includes('ada set the topic: <b>about</b>'))";
        page.browser.wait_for(line).await?;
        let elements = "document.querySelectorAll('#timeline :is(img, b)').length";
        assert_eq!(page.browser.evaluate(elements).await?, 0);
        ensure!(
            !page
                .browser
                .evaluate("timeline.innerText")
                .await?
                .to_string()
                .contains("message 3")
        );
    }
    change(&mut ada, "react", 2, json!({ "emoji": "🚀", "on": false })).await?;
    let gone = format!("!{}.textContent.includes('🚀')", row(2));
    page.browser.wait_for(&gone).await?;
    assert_eq!(page.browser.faults().await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn one_reacts_edits_pins_and_deletes_by_keys() -> Result<()> {
    let server = Server::start().await?;
    let (mut page, mut ada) = owner_and_guest(server.address()).await?;
    page.say("frist").await?;
    page.wait_for("frist").await?;
    shows(&mut page, 1, "✓").await?;
    page.browser.click("#text").await?;
    page.browser.type_text("a draft").await?;

    press(&mut page, 1, 'e').await?;
    page.browser
        .wait_for(
            "document.activeElement.id === 'text' && document.activeElement.value === 'frist'",
        )
        .await?;
    page.browser
        .evaluate("document.activeElement.value = ''")
        .await?;
    page.browser.type_text("first\n").await?;
    shows(&mut page, 1, "edited").await?;
    page.wait_for("first").await?;
    page.browser
        .wait_for("document.querySelector('#text').value === 'a draft'")
        .await?;

    press(&mut page, 1, '+').await?;
    page.browser
        .wait_for("document.activeElement.dataset.act === '👍'")
        .await?;
    page.browser.enter().await?;
    shows(&mut page, 1, "👍 1").await?;
    press(&mut page, 1, 'p').await?;
    shows(&mut page, 1, "pinned").await?;
    let kinds: Vec<_> = ada
        .events("dev", 4)
        .await?
        .iter()
        .map(|event| event["type"].clone())
        .collect();
    assert_eq!(kinds, ["message", "edited", "reacted", "pinned"]);

    focus(&mut page, 1).await?;
    page.browser.evaluate("window.confirm = () => true").await?;
    page.browser.delete().await?;
    shows(&mut page, 1, "deleted").await?;
    assert_eq!(ada.event("dev").await?["type"], "deleted");
    let left = format!("{}.querySelector('.marks') === null", row(1));
    page.browser.wait_for(&left).await?;
    assert_eq!(page.browser.faults().await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn all_of_it_fits_a_phone_and_a_refusal_is_said() -> Result<()> {
    let server = Server::start().await?;
    let (mut page, mut ada) = owner_and_guest(server.address()).await?;
    ada.send("dev", "said by ada", "1").await?;
    page.wait_for("said by ada").await?;
    page.browser.resize(360, 640).await?;
    page.browser
        .click("#timeline [data-seq=\"1\"] .text")
        .await?;
    let offered = "[...document.querySelectorAll('.acts button')].map(b => b.dataset.act).join()";
    page.browser.wait_for(offered).await?;
    assert_eq!(
        page.browser.evaluate(offered).await?,
        "reply,react,delete,pin",
        "one edits only one's own"
    );
    page.browser.click(".acts [data-act=react]").await?;
    page.browser
        .wait_for("document.querySelector('.acts [data-act=\"🎉\"]')")
        .await?;
    for fits in [
        "document.documentElement.scrollWidth <= 360",
        "[...document.querySelectorAll('.acts button')].every(b => { const r = b.getBoundingClientRect(); \
         return r.left >= 0 && r.right <= 360 && r.height >= 36 && r.bottom <= 640; })",
    ] {
        assert_eq!(page.browser.evaluate(fits).await?, true, "{fits}");
    }
    page.browser.click(".acts [data-act=\"🎉\"]").await?;
    shows(&mut page, 1, "🎉 1").await?;
    page.browser.click("#timeline .reaction").await?;
    let gone = format!("!{}.textContent.includes('🎉')", row(1));
    page.browser.wait_for(&gone).await?;

    // What the page still offers, the server may refuse: it is gone meanwhile.
    page.browser
        .click("#timeline [data-seq=\"1\"] .text")
        .await?;
    let held = "refused = document.querySelector('.acts [data-act=pin]'); 0";
    page.browser.evaluate(held).await?;
    change(&mut ada, "delete", 1, json!({})).await?;
    shows(&mut page, 1, "deleted").await?;
    page.browser.evaluate("refused.click()").await?;
    page.browser
        .wait_for("document.querySelector('#composer-reason').textContent.includes('deleted')")
        .await?;
    assert_eq!(page.browser.faults().await?, Vec::<String>::new());
    Ok(())
}

/// The page of the owner of `dev`, and a guest there.
async fn owner_and_guest(server: SocketAddr) -> Result<(Page, Client)> {
    let mut page = Page::enter(server, "eve").await?;
    page.join("dev").await?;
    let mut ada = Client::enter(server, "ada").await?;
    ada.join("dev").await?;
    Ok((page, ada))
}

async fn change(client: &mut Client, kind: &str, target: u64, mut fields: Value) -> Result<()> {
    fields["type"] = kind.into();
    fields["room"] = "dev".into();
    fields["target"] = target.into();
    client.ask("ok", fields).await.map(|_| ())
}

fn row(seq: u64) -> String {
    format!("document.querySelector('#timeline li[data-seq=\"{seq}\"]')")
}

async fn shows(page: &mut Page, seq: u64, words: &str) -> Result<()> {
    let shown = format!("{}?.textContent.includes({})", row(seq), Value::from(words));
    page.browser
        .wait_for(&shown)
        .await
        .with_context(|| format!("{seq} shows {words:?}"))
}

async fn focus(page: &mut Page, seq: u64) -> Result<()> {
    page.browser
        .evaluate(&format!("{}.focus()", row(seq)))
        .await
        .map(|_| ())
}

async fn press(page: &mut Page, seq: u64, key: char) -> Result<()> {
    focus(page, seq).await?;
    page.browser.key(key).await
}
