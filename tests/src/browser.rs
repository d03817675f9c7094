//! A headless Chromium driven over its DevTools protocol.
//!
//! One browser, one page. Knows nothing of the chat; what a person would do goes
//! through real key and mouse events, what a person would see is asked of the
//! page by expressions. The browser and its profile are gone when the value is.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::process::{self, Signal};
use crate::wait;

/// Where Debian puts it; `CHAT_CHROMIUM` names another.
const CHROMIUM: &str = "/usr/bin/chromium";

/// Without a sandbox, because tests may run as root; without anything that
/// would reach for the network by itself.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--remote-debugging-port=0",
];

/// How long a browser may take to start on a busy machine.
const START: Duration = Duration::from_secs(60);

/// How often an expression is asked of the page again.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// A browser with one page.
pub struct Browser {
    child: Child,
    devtools: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: String,
    next_id: u64,
    faults: Vec<String>,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser whose page has this size.
    pub async fn start(width: u32, height: u32) -> Result<Self> {
        let profile = TempDir::with_prefix("chat-browser-")?;
        let (child, said) = launch(profile.path())?;
        let mut guard = Guard(Some(child));
        let address = wait::until("the browser's DevTools", START, || {
            let said = said
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            let (_, rest) = said.split_once("DevTools listening on ")?;
            let (address, _) = rest.split_once('\n')?;
            Some(address.trim().to_owned())
        })
        .await?;
        let config = WebSocketConfig::default()
            .max_message_size(None)
            .max_frame_size(None);
        let connecting = tokio_tungstenite::connect_async_with_config(address, Some(config), true);
        let (devtools, _) = wait::within("DevTools to answer", START, connecting).await??;
        let mut browser = Self {
            child: guard.0.take().context("the browser is started once")?,
            devtools,
            session: String::new(),
            next_id: 1,
            faults: Vec::new(),
            _profile: profile,
        };
        browser.open_page(width, height).await?;
        Ok(browser)
    }

    /// Opens an address and waits until the page is loaded.
    pub async fn navigate(&mut self, address: &str) -> Result<()> {
        let reply = self
            .call("Page.navigate", json!({ "url": address }))
            .await?;
        if let Some(fault) = reply["errorText"].as_str() {
            bail!("{address}: {fault}");
        }
        self.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'")
            .await
    }

    /// The value of a JavaScript expression; a promise is waited for.
    pub async fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let reply = self
            .call(
                "Runtime.evaluate",
                json!({ "expression": expression, "returnByValue": true, "awaitPromise": true }),
            )
            .await?;
        if reply.get("exceptionDetails").is_some() {
            bail!("{expression}: {}", reply["exceptionDetails"]);
        }
        Ok(reply["result"]["value"].clone())
    }

    /// Waits until an expression is true.
    pub async fn wait_for(&mut self, expression: &str) -> Result<()> {
        self.wait_for_within(expression, wait::SOON).await
    }

    /// Waits until an expression is true; the failure shows the page's text.
    pub async fn wait_for_within(&mut self, expression: &str, within: Duration) -> Result<()> {
        let truth = format!("!!({expression})");
        let deadline = Instant::now() + within;
        let mut last = String::new();
        while Instant::now() < deadline {
            match self.evaluate(&truth).await {
                Ok(Value::Bool(true)) => return Ok(()),
                Ok(_) => {}
                // While a page loads, expressions may fail for want of what they name.
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        let text = self.evaluate("document.body.innerText").await;
        bail!("waited {within:?} for {expression} {last}; the page shows {text:?}")
    }

    /// Puts the focus on the first element that a CSS selector finds, by a click.
    pub async fn click(&mut self, selector: &str) -> Result<()> {
        let expression = format!(
            "(() => {{ const e = document.querySelector({selector}); e.scrollIntoView({{block: 'center'}}); \
             const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()",
            selector = Value::from(selector)
        );
        let place = self.evaluate(&expression).await?;
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({
                "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1
            });
            self.call("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

    /// Types text key by key into what has the focus; a newline is Enter.
    pub async fn type_text(&mut self, text: &str) -> Result<()> {
        for character in text.chars() {
            if character == '\n' {
                self.press("Enter", 13, "\r", 0).await?;
            } else {
                let text = character.to_string();
                let event = json!({ "type": "char", "text": text });
                self.call("Input.dispatchKeyEvent", event).await?;
            }
        }
        Ok(())
    }

    /// Enters text into what has the focus all at once, as a paste does.
    pub async fn paste(&mut self, text: &str) -> Result<()> {
        self.call("Input.insertText", json!({ "text": text }))
            .await
            .map(|_| ())
    }

    /// Presses Enter.
    pub async fn enter(&mut self) -> Result<()> {
        self.press("Enter", 13, "\r", 0).await
    }

    /// Presses Control and Enter.
    pub async fn control_enter(&mut self) -> Result<()> {
        self.press("Enter", 13, "\r", 2).await
    }

    /// Presses Tab.
    pub async fn tab(&mut self) -> Result<()> {
        self.press("Tab", 9, "", 0).await
    }

    /// Presses a key that stands for itself (`e`, `+`).
    pub async fn key(&mut self, key: char) -> Result<()> {
        let text = key.to_string();
        let code = key.to_ascii_uppercase() as u32;
        self.press(&text, code, &text, 0).await
    }

    /// Presses Delete.
    pub async fn delete(&mut self) -> Result<()> {
        self.press("Delete", 46, "", 0).await
    }

    /// Gives the page another size.
    pub async fn resize(&mut self, width: u32, height: u32) -> Result<()> {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600
        });
        self.call("Emulation.setDeviceMetricsOverride", metrics)
            .await
            .map(|_| ())
    }

    /// A picture of the page, as PNG.
    pub async fn screenshot(&mut self) -> Result<Vec<u8>> {
        let reply = self
            .call("Page.captureScreenshot", json!({ "format": "png" }))
            .await?;
        decode_base64(
            reply["data"]
                .as_str()
                .context("a screenshot without data")?,
        )
    }

    /// The JavaScript exceptions, and what was written as errors to the page's
    /// console (a violated content policy among them), so far.
    pub async fn faults(&mut self) -> Result<Vec<String>> {
        self.evaluate("0").await?;
        Ok(self.faults.clone())
    }

    async fn open_page(&mut self, width: u32, height: u32) -> Result<()> {
        let target = json!({ "url": "about:blank" });
        let target = self.call("Target.createTarget", target).await?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = self.call("Target.attachToTarget", attach).await?;
        self.session = attached["sessionId"]
            .as_str()
            .context("no session with the page")?
            .to_owned();
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            self.call(domain, json!({})).await?;
        }
        self.resize(width, height).await
    }

    async fn press(&mut self, key: &str, code: u32, text: &str, modifiers: u32) -> Result<()> {
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({
                "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code,
                "modifiers": modifiers
            });
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = text.into();
            }
            self.call("Input.dispatchKeyEvent", event).await?;
        }
        Ok(())
    }

    async fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        let id = self.next_id;
        self.next_id += 1;
        let mut request = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            request["sessionId"] = self.session.clone().into();
        }
        let message = Message::text(request.to_string());
        self.devtools
            .send(message)
            .await
            .context(method.to_owned())?;
        let mut reply = wait::within(method, START, self.reply(id)).await??;
        ensure!(reply.get("error").is_none(), "{method}: {}", reply["error"]);
        Ok(reply["result"].take())
    }

    async fn reply(&mut self, id: u64) -> Result<Value> {
        loop {
            let message = self
                .devtools
                .next()
                .await
                .ok_or_else(|| anyhow!("the browser is gone"))??;
            let Message::Text(text) = message else {
                continue;
            };
            let frame: Value = serde_json::from_str(&text)?;
            if frame["id"] == id {
                return Ok(frame);
            }
            self.note(&frame);
        }
    }

    fn note(&mut self, event: &Value) {
        let params = &event["params"];
        match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => {
                self.faults.push(params["exceptionDetails"].to_string());
            }
            Some("Log.entryAdded") if params["entry"]["level"] == "error" => {
                self.faults.push(params["entry"]["text"].to_string());
            }
            Some(_) | None => {}
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Ends a browser whose start fails half-way.
struct Guard(Option<Child>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            end(child);
        }
    }
}

fn end(child: &mut Child) {
    let pid = child.id();
    let _ = process::signal_group(pid, Signal::KILL);
    let _ = child.wait();
    for left in process::followers(pid) {
        let _ = process::signal(left, Signal::KILL);
    }
}

fn launch(profile: &Path) -> Result<(Child, Arc<Mutex<String>>)> {
    let program = std::env::var("CHAT_CHROMIUM").unwrap_or_else(|_| CHROMIUM.to_owned());
    let mut child = Command::new(&program)
        .args(FLAGS)
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg("about:blank")
        .env("HOME", profile)
        .env("TMPDIR", profile)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{program} does not start; CHAT_CHROMIUM names another"))?;
    let stderr = child.stderr.take().context("no standard error")?;
    let said = Arc::new(Mutex::new(String::new()));
    let hearing = Arc::clone(&said);
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let mut said = hearing
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            said.push_str(&line);
            said.push('\n');
        }
    });
    Ok((child, said))
}

fn decode_base64(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for symbol in text.bytes().filter(|symbol| *symbol != b'=') {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            other => bail!("{other} is not base64"),
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_decoded_with_and_without_padding() {
        for (text, bytes) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo")] {
            assert_eq!(super::decode_base64(text).unwrap(), bytes.as_bytes());
        }
    }
}
