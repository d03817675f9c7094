//! A real conversation, or one of its shape, said by its people: it arrives
//! everywhere as it was said.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use chat_tests::client::Client;
use chat_tests::conversation::Conversation;
use chat_tests::crowd::{self, Said};
use chat_tests::page::Page;
use chat_tests::scrollback;
use chat_tests::server::Setup;
use chat_tests::user::User;
use serde_json::Value;

const ROOM: &str = "replay";
/// Everything that a whole conversation may take to be shown, on a busy machine.
const SHOWN: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_arrives_whole_and_in_order_at_every_kind_of_client() -> Result<()> {
    let conversation = Conversation::of_environment()?;
    let server = Setup::without_rates().start().await?;
    let mut raw = Client::enter(server.address(), "raw-reader").await?;
    raw.join(ROOM).await?;
    let lines = conversation.lines.len();
    let reading = tokio::spawn(async move {
        raw.patience(SHOWN);
        raw.events(ROOM, lines).await
    });
    let mut user = User::new(server.url(), "terminal-reader")?
        .size(200, 100)
        .entered()
        .await?;
    user.say(&format!("/join {ROOM}")).await?;
    user.wait_open(ROOM).await?;
    let mut page = Page::enter(server.address(), "page-reader").await?;
    page.join(ROOM).await?;

    let said = crowd::say(server.address(), ROOM, &conversation).await?;
    println!(
        "{}: {lines} messages of {} people, at most {} at once, in {:.1?}: {:.0} messages/s",
        conversation.source,
        conversation.people.len(),
        said.most_at_once,
        said.took,
        lines as f64 / said.took.as_secs_f64()
    );

    let events = reading.await??;
    check_events(&events, &conversation, &said)?;
    check_page(&mut page, &conversation, &said).await?;
    check_terminal(&mut user, &conversation).await
}

fn check_events(events: &[Value], conversation: &Conversation, said: &Said) -> Result<()> {
    for (index, (event, line)) in events.iter().zip(&conversation.lines).enumerate() {
        let same = event["seq"] == said.seqs[index]
            && event["author"] == *said.names[line.author]
            && event["text"] == *line.text
            && event["reply_to"].as_u64() == line.reply_to.map(|answered| said.seqs[answered]);
        ensure!(same, "{line:?} arrived as {event}");
    }
    ensure!(events.len() == conversation.lines.len());
    Ok(())
}

async fn check_page(page: &mut Page, conversation: &Conversation, said: &Said) -> Result<()> {
    let last = said.seqs.last().context("nothing was said")?;
    let shown = format!("document.querySelector('#timeline li.message[data-seq=\"{last}\"]')");
    page.browser.wait_for_within(&shown, SHOWN).await?;
    page.scroll_up_to(said.seqs[0], SHOWN).await?;
    let messages = page.messages().await?;
    ensure!(messages.len() == conversation.lines.len());
    for (index, (message, line)) in messages.iter().zip(&conversation.lines).enumerate() {
        let same = message.seq == said.seqs[index]
            && message.author == said.names[line.author]
            && message.text == line.text
            && message.reply == line.reply_to.is_some();
        ensure!(same, "{line:?} is shown as {message:?}");
    }
    ensure!(page.browser.faults().await?.is_empty());
    Ok(())
}

async fn check_terminal(user: &mut User, conversation: &Conversation) -> Result<()> {
    let (first, last) = match conversation.lines.as_slice() {
        [first, .., last] => (&first.text, &last.text),
        _ => bail!("too short a conversation"),
    };
    let end: String = last.chars().take(40).collect();
    user.terminal()?
        .wait_until("the last message", SHOWN, |screen| screen.shows(&end))
        .await?;
    let start: String = first.chars().take(40).collect();
    let begun = std::time::Instant::now();
    let read = scrollback::read_up(user, &start).await?;
    println!(
        "scrolled from the end to the first message in {:.1?}",
        begun.elapsed()
    );
    for (line, read) in conversation.lines.iter().zip(&read) {
        let same = read.letters == scrollback::letters(&line.text)
            && read.reply == line.reply_to.is_some();
        ensure!(same, "{line:?} was read as {read:?}");
    }
    ensure!(
        read.len() == conversation.lines.len(),
        "{} were read",
        read.len()
    );
    Ok(())
}
