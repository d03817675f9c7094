//! How connections end: each close code as a real close frame.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use chat_tests::client::{Client, Closed, upgrade};
use chat_tests::server::Server;
use chat_tests::wait::SOON;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

#[tokio::test]
async fn a_proper_end_is_answered_in_kind() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.say_message(Message::Close(None)).await?;
    let closed = ada.closed(SOON).await?;
    assert!(
        matches!(closed.code, None | Some(1000 | 1005)),
        "{closed:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_binary_message_is_unsupported_and_closes_with_1003() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.say_message(Message::binary(b"{}".to_vec())).await?;
    assert_eq!(ada.of_type("error").await?["code"], "unsupported");
    assert_eq!(code(&mut ada).await?, 1003);
    Ok(())
}

#[tokio::test]
async fn a_frame_may_have_64_kib_and_not_a_byte_more() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.say_text(&ping_of(65_536)).await?;
    ada.of_type("pong").await?;
    ada.say_text(&ping_of(65_537)).await?;
    assert_eq!(code(&mut ada).await?, 1009);
    Ok(())
}

#[tokio::test]
async fn fragments_are_added_up() -> Result<()> {
    let server = Server::start().await?;
    for (length, fits) in [(65_536, true), (65_537, false)] {
        let mut ada = Client::connect(server.address()).await?;
        let text = ping_of(length);
        let (start, end) = text.split_at(40_000);
        let first = Frame::message(start.to_owned(), OpCode::Data(Data::Text), false);
        let last = Frame::message(end.to_owned(), OpCode::Data(Data::Continue), true);
        ada.say_message(Message::Frame(first)).await?;
        ada.say_message(Message::Frame(last)).await?;
        if fits {
            ada.of_type("pong").await?;
        } else {
            assert_eq!(code(&mut ada).await?, 1009);
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_breaks_the_websocket_is_closed_as_its_standard_says() -> Result<()> {
    let server = Server::start().await?;
    let mut reserved = Frame::message("{}", OpCode::Data(Data::Text), true);
    reserved.header_mut().rsv1 = true;
    let not_utf8 = Frame::message(vec![b'{', 0xff, b'}'], OpCode::Data(Data::Text), true);
    for (frame, expected) in [(reserved, 1002), (not_utf8, 1007)] {
        let mut ada = Client::enter(server.address(), &format!("ada{expected}")).await?;
        ada.say_message(Message::Frame(frame)).await?;
        assert_eq!(code(&mut ada).await?, expected);
    }
    Ok(())
}

#[tokio::test]
async fn the_hundred_and_first_broken_frame_ends_it_and_the_hundredth_does_not() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    for _ in 0..100 {
        ada.say_text("{").await?;
    }
    for _ in 0..100 {
        assert_eq!(ada.of_type("error").await?["code"], "bad_json");
    }
    ada.ask("pong", json!({ "type": "ping" })).await?;
    ada.say_text("{").await?;
    let closed = ada.closed(SOON).await?;
    assert_eq!(closed.code, Some(1008), "{closed:?}");
    assert!(!closed.reason.is_empty(), "says why");
    Ok(())
}

#[tokio::test]
async fn who_says_no_hello_is_closed_after_15_seconds() -> Result<()> {
    let server = Server::start().await?;
    let begun = Instant::now();
    let mut client = Client::connect(server.address()).await?;
    client.ask("pong", json!({ "type": "ping" })).await?;
    let closed = client.closed(Duration::from_secs(20)).await?;
    assert_eq!(closed.code, Some(1008), "{closed:?}");
    assert!(closed.reason.contains("hello"), "{closed:?}");
    let took = begun.elapsed().as_secs_f64();
    assert!((14.5..18.0).contains(&took), "after {took} s");
    Ok(())
}

#[tokio::test]
async fn a_client_s_ping_is_answered() -> Result<()> {
    let server = Server::start().await?;
    let (mut socket, _) = upgrade(server.address(), |_| ()).await?;
    socket
        .send(Message::Ping(b"are you there".to_vec().into()))
        .await?;
    loop {
        let message = socket.next().await.context("the end")??;
        if let Message::Pong(payload) = message {
            assert_eq!(&payload[..], b"are you there");
            return Ok(());
        }
    }
}

/// One test for both, since both take their time: who answers the server's
/// pings stays, who is silent for 75 s goes.
#[tokio::test]
async fn an_idle_client_is_pinged_and_stays_while_a_silent_one_is_dropped() -> Result<()> {
    let server = Server::start().await?;
    let mut idle = Client::enter(server.address(), "idle").await?;
    let mut silent = Client::enter(server.address(), "silent").await?;
    idle.patience(Duration::from_secs(90));
    let begun = Instant::now();
    // Reading answers pings; nobody reads from the silent one meanwhile.
    let went = idle
        .find(|frame| frame["type"] == "presence" && frame["online"] == false)
        .await?;
    assert_eq!(went["user"], "silent");
    let took = begun.elapsed().as_secs_f64();
    assert!((75.0..90.0).contains(&took), "after {took} s");
    silent.closed(SOON).await?;
    idle.send("lobby", "still here", "1").await?;
    Ok(())
}

fn ping_of(length: usize) -> String {
    let frame = r#"{"type":"ping","x":""}"#;
    let filler = "x".repeat(length - frame.len());
    frame.replace(r#""""#, &format!(r#""{filler}""#))
}

async fn code(client: &mut Client) -> Result<u16> {
    let closed: Closed = client.closed(SOON).await?;
    closed.code.context("ended without a close frame")
}
