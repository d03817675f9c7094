//! The same port over HTTP: what is served, what is refused, and origins.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use chat_tests::client::upgrade;
use chat_tests::server::Server;
use chat_tests::wait::{self, SOON};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

#[tokio::test]
async fn pages_and_checks_are_served() -> Result<()> {
    let server = Server::start().await?;
    for (path, status) in [
        ("/", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/nothing", 404),
        ("/../etc/passwd", 404),
    ] {
        let answer = get(server.address(), path).await?;
        assert_eq!(answer.status()?, status, "{path}: {}", answer.0);
        if status >= 400 {
            let body: serde_json::Value = serde_json::from_str(answer.body())?;
            assert!(
                body["code"].is_string() && body["message"].is_string(),
                "{body}"
            );
        }
    }
    let page = get(server.address(), "/").await?;
    let policy = page
        .header("content-security-policy")
        .context("no policy")?;
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let kind = page.header("content-type").context("no type")?;
    assert!(kind.starts_with("text/html"), "{kind}");
    assert_eq!(
        page.header("x-content-type-options").as_deref(),
        Some("nosniff")
    );
    let posted = ask(
        server.address(),
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n",
    )
    .await?;
    assert_eq!(posted.status()?, 405);
    Ok(())
}

#[tokio::test]
async fn the_websocket_s_address_tells_what_is_missing() -> Result<()> {
    let server = Server::start().await?;
    let address = server.address();
    let plain = get(address, "/ws").await?;
    assert_eq!(plain.status()?, 426, "{}", plain.0);
    assert_eq!(plain.header("upgrade").as_deref(), Some("websocket"));
    let old = UPGRADE.replace("Version: 13", "Version: 8");
    let old = ask(
        address,
        &format!("GET /ws HTTP/1.1\r\nHost: {address}\r\n{old}"),
    )
    .await?;
    assert!((400..=426).contains(&old.status()?), "{}", old.0);
    assert_eq!(old.header("sec-websocket-version").as_deref(), Some("13"));
    for hosts in ["", "Host: a\r\nHost: b\r\n"] {
        let answer = ask(address, &format!("GET /ws HTTP/1.1\r\n{hosts}{UPGRADE}")).await?;
        assert_eq!(answer.status()?, 400, "{hosts:?}: {}", answer.0);
    }
    Ok(())
}

#[tokio::test]
async fn the_subprotocol_is_taken_where_offered_and_not_missed_elsewhere() -> Result<()> {
    let server = Server::start().await?;
    for (offered, answered) in [
        (None, None),
        (Some("chat.v1"), Some("chat.v1")),
        (Some("chat.v9, chat.v1"), Some("chat.v1")),
        (Some("chat.v9"), None),
    ] {
        let address = server.address();
        let offer = offered.map_or(String::new(), |names| {
            format!("Sec-WebSocket-Protocol: {names}\r\n")
        });
        let answer = ask(
            address,
            &format!("GET /ws HTTP/1.1\r\nHost: {address}\r\n{UPGRADE}{offer}"),
        )
        .await?;
        assert_eq!(answer.status()?, 101, "{offered:?}: {}", answer.0);
        let taken = answer.header("sec-websocket-protocol");
        assert_eq!(taken.as_deref(), answered, "{offered:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() -> Result<()> {
    let server = Server::start().await?;
    let begun = Instant::now();
    let mut stream = TcpStream::connect(server.address()).await?;
    stream.write_all(b"GET /ws HTTP/1.1\r\nHost: h\r\n").await?;
    let mut answer = Vec::new();
    wait::within(
        "the end",
        Duration::from_secs(15),
        stream.read_to_end(&mut answer),
    )
    .await??;
    let took = begun.elapsed().as_secs_f64();
    assert!((9.0..13.0).contains(&took), "after {took} s");
    Ok(())
}

#[tokio::test]
async fn only_pages_from_here_may_open_a_websocket() -> Result<()> {
    let server = Server::start().await?;
    let own = server.address().to_string();
    let port = server.address().port();
    let same_port = format!("http://evil.example:{port}");
    let suffix = format!("http://{own}.evil.example");
    let own_page = format!("http://{own}");
    let cases = [
        // (Host, Origin, allowed)
        (own.as_str(), None, true),
        (&own, Some(own_page.as_str()), true),
        (&own, Some("http://localhost:9999"), true),
        (&own, Some("https://localhost"), true),
        (&own, Some("http://127.0.0.1"), true),
        (&own, Some("http://[::1]:3000"), true),
        (&own, Some("file://"), true),
        (&own, Some("chrome-extension://abcdefghijklmnop"), true),
        (&own, Some("moz-extension://0a1b2c3d"), true),
        ("chat.example:7878", Some("http://chat.example:7878"), true),
        ("chat.example", Some("http://chat.example"), true),
        (&own, Some("null"), false),
        (&own, Some("http://evil.example"), false),
        (&own, Some(&same_port), false),
        (&own, Some(&suffix), false),
        (&own, Some("http://127.0.0.1.evil.example"), false),
        (&own, Some("http://localhost.evil.example"), false),
        (&own, Some("http://notlocalhost"), false),
        (&own, Some("http://localhost@evil.example"), false),
        (&own, Some("http://evil.example/localhost"), false),
        (&own, Some("http://evil.example#http://localhost"), false),
        (&own, Some("localhost"), false),
        ("chat.example:7878", Some("http://chat.example:7879"), false),
        ("chat.example:7878", Some("http://chat.example"), false),
        (
            "chat.example:7878",
            Some("http://chat.example.evil:7878"),
            false,
        ),
    ];
    for (host, origin, allowed) in cases {
        let line = origin.map_or(String::new(), |origin| format!("Origin: {origin}\r\n"));
        let request = format!("GET /ws HTTP/1.1\r\nHost: {host}\r\n{UPGRADE}{line}");
        let answer = ask(server.address(), &request).await?;
        let expected = if allowed { 101 } else { 403 };
        assert_eq!(
            answer.status()?,
            expected,
            "{host} {origin:?}: {}",
            answer.0
        );
    }
    wait::until("the log to say how to allow it", SOON, || {
        server
            .output()
            .contains("http://evil.example")
            .then_some(())
    })
    .await?;
    upgrade(server.address(), |_| ()).await.map(|_| ())
}

/// The head of an answer, and as much of the body as there is.
struct Answer(String);

impl Answer {
    fn status(&self) -> Result<u16> {
        let word = self.0.split(' ').nth(1).context("no status")?;
        word.parse()
            .with_context(|| format!("no status: {}", self.0))
    }

    fn header(&self, name: &str) -> Option<String> {
        self.0
            .lines()
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    }

    fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }
}

async fn get(server: SocketAddr, path: &str) -> Result<Answer> {
    ask(
        server,
        &format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n"),
    )
    .await
}

/// Sends a request's head; the blank line after it is added.
async fn ask(server: SocketAddr, head: &str) -> Result<Answer> {
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(format!("{head}\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    let reading = async {
        let mut chunk = vec![0; 64 << 10];
        loop {
            let count = stream.read(&mut chunk).await?;
            answer.extend_from_slice(&chunk[..count]);
            let text = String::from_utf8_lossy(&answer);
            // A connection that stays open has said its head and a short body at once.
            if count == 0 || (text.contains("\r\n\r\n") && !head.contains("Connection: close")) {
                return anyhow::Ok(());
            }
        }
    };
    wait::within("an answer", SOON, reading).await??;
    Ok(Answer(String::from_utf8_lossy(&answer).into_owned()))
}
