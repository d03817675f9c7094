//! What a session promises about time and faults.

use super::visit::Visit;
use super::{PING, READ_BYTES, SILENCE, Session, serve};
use futures_util::StreamExt as _;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

const HELLO: &str = r#"{"type":"hello","name":"ada"}"#;
const PING_FRAME: &str = r#"{"type":"ping"}"#;

/// Each of ten thousand idle connections is one of these.
#[test]
fn a_connection_holds_its_session_once() {
    fn made_by<A, B, C, D, F>(_: fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }
    let (future, session) = (made_by(serve::<TcpStream>), size_of::<Session<TcpStream>>());
    assert!(
        future < session + 256,
        "{future} bytes for a session of {session}"
    );
}

#[tokio::test(start_paused = true)]
async fn who_is_idle_for_an_hour_stays_as_long_as_pings_are_answered() {
    let mut client = Visit::new(1 << 16).await;
    client.say(HELLO).await;
    client.said("welcome").await;
    let mut pings = 0;
    // Reading is what answers them.
    let idle = timeout(Duration::from_secs(3600), async {
        loop {
            assert!(client.client.next().await.unwrap().unwrap().is_ping());
            pings += 1;
        }
    });
    idle.await.unwrap_err();
    assert!((100..=120).contains(&pings), "{pings}");
    client.say(PING_FRAME).await;
    client.said("pong").await;
}

#[tokio::test(start_paused = true)]
async fn who_is_silent_for_75_seconds_is_dropped() {
    let mut client = Visit::new(1 << 16).await;
    client.say(HELLO).await;
    client.said("welcome").await;
    let begun = Instant::now();
    client.ended().await;
    assert_lasted(begun, SILENCE);
}

#[tokio::test(start_paused = true)]
async fn a_reply_untaken_for_75_seconds_ends_the_connection() {
    let mut client = Visit::new(1 << 12).await;
    client.say(HELLO).await;
    client.said("welcome").await;
    // Larger than the pipe, and nobody reads it.
    client.say(r#"{"type":"help","id":1}"#).await;
    let begun = Instant::now();
    while !client.is_over() {
        // However much it says meanwhile.
        let _ = timeout(Duration::from_secs(1), client.say(PING_FRAME)).await;
        sleep(Duration::from_secs(4)).await;
        assert!(begun.elapsed() < 2 * SILENCE, "it is never over");
    }
    assert_lasted(begun, SILENCE);
}

#[tokio::test(start_paused = true)]
async fn while_a_reply_waits_to_be_taken_no_request_is_read() {
    let mut client = Visit::new(1 << 12).await;
    client.say(HELLO).await;
    client.said("welcome").await;
    client.say(r#"{"type":"help","id":1}"#).await;
    // Only the pipe and the buffer of what is being read take any more.
    let mut said = 0;
    while let Ok(()) = timeout(PING / 10, client.say(PING_FRAME)).await {
        said += PING_FRAME.len();
        assert!(said < (1 << 12) + 2 * READ_BYTES, "they are read");
    }
    // Who takes it in time goes on.
    sleep(SILENCE / 2).await;
    client.said(r#""type":"help""#).await;
    client.said("pong").await;
}

#[tokio::test]
async fn a_fault_is_internal_with_a_reference_that_is_in_the_log() {
    let log = Log::default();
    let lines = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || lines.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let mut client = Visit::new(1 << 16).await;
    client.say(HELLO).await;
    client.said("welcome").await;
    let file = client.data().join("chat.db");
    let conn = rusqlite::Connection::open(file).unwrap();
    conn.execute("UPDATE rooms SET kind = 77", ()).unwrap();
    client
        .say(r#"{"type":"history","id":7,"room":"lobby"}"#)
        .await;
    let told = client.said("error").await;
    assert!(told.contains(r#""code":"internal""#), "{told}");
    assert!(told.contains(r#""id":7"#), "{told}");
    let (_, reference) = told.split_once("knows it as ").unwrap();
    let reference: String = reference.chars().take(8).collect();
    let written = log.text();
    let line = written.lines().find(|line| line.contains(&reference));
    assert!(line.is_some_and(|line| line.contains("77")), "{written}");
    assert!(!told.contains("77"), "what is stored is not told: {told}");
    // It costs a request, and not the connection.
    client.say(PING_FRAME).await;
    client.said("pong").await;
}

#[tokio::test(start_paused = true)]
async fn ping_and_help_have_a_rate_before_and_after_hello() {
    let mut client = Visit::new(1 << 20).await;
    for hello in [false, true] {
        if hello {
            client.say(HELLO).await;
            client.said("welcome").await;
        }
        for _ in 0..201 {
            client.say(PING_FRAME).await;
        }
        let refused = client.said("rate_limited").await;
        assert!(refused.contains("retry_after_ms"), "{refused}");
        client.say(r#"{"type":"help"}"#).await;
        client.said("rate_limited").await;
        sleep(Duration::from_secs(10)).await;
        client.say(PING_FRAME).await;
        client.said("pong").await;
    }
}

fn assert_lasted(begun: Instant, time: Duration) {
    let (took, slack) = (begun.elapsed(), Duration::from_secs(10));
    assert!((time..time + slack).contains(&took), "after {took:?}");
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
