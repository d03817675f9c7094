//! Examples of what requests can say besides the shortest that they can.

use super::request::{newest, nobody, password, room, text};
use super::story::{EPOCH, RIGHT, TOKEN, seq, user};
use crate::fields::ClientName;
use crate::request::*;
use crate::{Nonce, Request, Timestamp, Token};
use std::collections::BTreeMap;

/// By the name under which the protocol's page shows each: the request's `type`
/// and some words more.
pub fn variants() -> Vec<(&'static str, Request)> {
    let lobby = || room("lobby");
    vec![
        (
            "hello with a password",
            Hello {
                name: Some(user("ada")),
                password: Some(password("correct horse battery")),
                ..nobody()
            }
            .into(),
        ),
        (
            "hello with a token",
            Hello {
                token: Some(Token::from(TOKEN.to_owned())),
                client: Some(ClientName::parse("my-client 1.0").expect(RIGHT)),
                resume: Some(BTreeMap::from([
                    ("dev".to_owned(), seq(7)),
                    ("lobby".to_owned(), seq(41)),
                ])),
                epoch: Some(EPOCH.to_owned()),
                gaps: Some(false),
                ..nobody()
            }
            .into(),
        ),
        (
            "join after a seq",
            Join {
                room: room("dev"),
                after: Some(seq(7)),
                create: Some(false),
            }
            .into(),
        ),
        (
            "rooms of one's own",
            Rooms {
                query: None,
                limit: None,
                after: Some("dev".to_owned()),
                mine: Some(true),
            }
            .into(),
        ),
        (
            "send with a nonce",
            Send {
                room: lobby(),
                text: Some(text("hi @bob")),
                nonce: Some(Nonce::parse("01K9ZR8M2T").expect(RIGHT)),
                reply_to: Some(seq(40)),
                files: None,
            }
            .into(),
        ),
        (
            "send to one person",
            Send {
                room: room("@bob"),
                text: Some(text("just us two")),
                nonce: None,
                reply_to: None,
                files: None,
            }
            .into(),
        ),
        (
            "history around a seq",
            GetHistory {
                around: Some(seq(42)),
                ..newest(lobby())
            }
            .into(),
        ),
        (
            "history at a time",
            GetHistory {
                at: Some(Timestamp::from_millis(1_793_491_200_000)),
                ..newest(lobby())
            }
            .into(),
        ),
        (
            "history of what changed",
            GetHistory {
                changed_after: Some(seq(41)),
                ..newest(lobby())
            }
            .into(),
        ),
        (
            "history of a thread",
            GetHistory {
                thread: Some(seq(40)),
                ..newest(lobby())
            }
            .into(),
        ),
        (
            "history of a thread before a seq",
            GetHistory {
                thread: Some(seq(40)),
                before: Some(seq(900)),
                ..newest(lobby())
            }
            .into(),
        ),
        (
            "read back to a seq",
            Read {
                room: lobby(),
                seq: seq(40),
                back: Some(true),
            }
            .into(),
        ),
    ]
}
