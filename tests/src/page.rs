//! The server's own page, as a person uses it: through keys, clicks and what is
//! to be seen.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::browser::Browser;
use crate::wait;

/// The page in a browser of its own.
pub struct Page {
    /// The browser, for what only one test asks.
    pub browser: Browser,
}

/// What the page shows of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its number in the room.
    pub seq: u64,
    /// Who said it.
    pub author: String,
    /// What was said.
    pub text: String,
    /// Whether it is shown as an answer to another.
    pub reply: bool,
}

impl Page {
    /// Opens the chat view.
    pub async fn open(server: SocketAddr) -> Result<Self> {
        let mut browser = Browser::start(1000, 800).await?;
        browser.navigate(&format!("http://{server}/")).await?;
        Ok(Self { browser })
    }

    /// Opens the chat view and comes in as a guest, into the lobby.
    pub async fn enter(server: SocketAddr, name: &str) -> Result<Self> {
        let mut page = Self::open(server).await?;
        page.browser.wait_for("!login.hidden").await?;
        page.browser.click("#name").await?;
        page.browser.type_text(&format!("{name}\n")).await?;
        page.browser
            .wait_for(
                "document.querySelector('#status').textContent === 'connected' && !talk.hidden",
            )
            .await?;
        Ok(page)
    }

    /// Opens the console view and waits for the greeting.
    pub async fn console(server: SocketAddr) -> Result<Self> {
        let mut browser = Browser::start(1000, 800).await?;
        browser
            .navigate(&format!("http://{server}/#console"))
            .await?;
        let mut page = Self { browser };
        page.heard("server").await?;
        Ok(page)
    }

    /// Types a frame into the console and sends it.
    pub async fn type_frame(&mut self, frame: &str) -> Result<()> {
        self.browser.click("#console-input").await?;
        self.browser.type_text(frame).await?;
        self.browser.enter().await
    }

    /// Waits until the console shows a frame of this type; gives the newest.
    pub async fn heard(&mut self, frame_type: &str) -> Result<Value> {
        let last = format!(
            "[...document.querySelectorAll('#console-log [data-dir=in][data-type={frame_type}] .frame')].pop()"
        );
        self.browser.wait_for(&last).await?;
        let text = self
            .browser
            .evaluate(&format!("{last}.textContent"))
            .await?;
        let text = text.as_str().context("a frame without text")?;
        serde_json::from_str(text).with_context(|| text.to_owned())
    }

    /// Joins a room by its form.
    pub async fn join(&mut self, room: &str) -> Result<()> {
        self.browser.click("#join-name").await?;
        self.browser.type_text(&format!("{room}\n")).await?;
        let shown = format!(
            "document.querySelector('#room-name').textContent.includes({})",
            Value::from(room)
        );
        self.browser.wait_for(&shown).await
    }

    /// Says something in the open room.
    pub async fn say(&mut self, text: &str) -> Result<()> {
        self.browser.click("#text").await?;
        self.browser.type_text(&format!("{text}\n")).await
    }

    /// Chooses a file for the next message and waits until it is up.
    pub async fn attach(&mut self, name: &str, base64: &str) -> Result<()> {
        let choose = "(file.files = data.files, file.dispatchEvent(new Event('change')))";
        self.bring(name, base64, choose).await
    }

    /// The same with the mouse.
    pub async fn drop_in(&mut self, name: &str, base64: &str) -> Result<()> {
        let drop = "room.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))";
        self.bring(name, base64, drop).await
    }

    async fn bring(&mut self, name: &str, base64: &str, bring: &str) -> Result<()> {
        let (name, base64) = (Value::from(name), Value::from(base64));
        let choose = format!(
            "(() => {{ const data = new DataTransfer(); \
             data.items.add(new File([Uint8Array.from(atob({base64}), c => c.charCodeAt(0))], {name})); \
             {bring}; return true; }})()"
        );
        self.browser.evaluate(&choose).await?;
        let up = format!(
            "[...attached.children].some(e => e.textContent.includes({name}) && !e.textContent.includes('…'))"
        );
        self.browser.wait_for(&up).await
    }

    /// Waits until the message that shows this text has a picture that is drawn.
    pub async fn wait_for_picture(&mut self, text: &str) -> Result<()> {
        let text = Value::from(text);
        let drawn = format!(
            "[...document.querySelectorAll('#timeline li.message')].some(e => \
             e.textContent.includes({text}) && e.querySelector('.file img')?.naturalWidth > 0)"
        );
        self.browser.wait_for(&drawn).await
    }

    /// Waits until a message of the log shows a file of this name.
    pub async fn wait_for_file(&mut self, name: &str) -> Result<()> {
        let name = Value::from(name);
        let shown = format!(
            "[...document.querySelectorAll('#timeline li[data-seq] .file')].some(e => e.textContent.includes({name}))"
        );
        self.browser.wait_for(&shown).await
    }

    /// What went wrong in the page, in its own words.
    pub async fn faults(&mut self) -> Result<Vec<String>> {
        self.browser.faults().await
    }

    /// Waits until the open room shows this text.
    pub async fn wait_for(&mut self, text: &str) -> Result<()> {
        self.wait_for_within(text, wait::SOON).await
    }

    /// Waits for this long until the open room shows this text.
    pub async fn wait_for_within(&mut self, text: &str, within: Duration) -> Result<()> {
        let shown = format!(
            "[...document.querySelectorAll('#timeline li.message .text')].some(e => e.textContent.includes({}))",
            Value::from(text)
        );
        self.browser.wait_for_within(&shown, within).await
    }

    /// Scrolls up, as far as the page lets one at a time, until a message is shown.
    pub async fn scroll_up_to(&mut self, seq: u64, within: Duration) -> Result<()> {
        let shown = format!(
            "(timeline.scrollTop = 0, document.querySelector('#timeline li.message[data-seq=\"{seq}\"]'))"
        );
        self.browser.wait_for_within(&shown, within).await
    }

    /// The acknowledged messages that the open room shows, from the top.
    pub async fn messages(&mut self) -> Result<Vec<Shown>> {
        let expression = "[...document.querySelectorAll('#timeline li.message[data-seq]')].map(e => \
             [Number(e.dataset.seq), e.dataset.author, e.querySelector('.text').textContent, !!e.querySelector('.quote')])";
        let rows = self.browser.evaluate(expression).await?;
        let rows = rows.as_array().context("no messages")?;
        rows.iter()
            .map(|row| {
                Ok(Shown {
                    seq: row[0].as_u64().context("no seq")?,
                    author: row[1].as_str().context("no author")?.to_owned(),
                    text: row[2].as_str().context("no text")?.to_owned(),
                    reply: row[3] == true,
                })
            })
            .collect()
    }
}
