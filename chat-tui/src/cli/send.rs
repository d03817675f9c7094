//! `chat-tui send`: one message, and an exit code that can be trusted.

use super::session::{Resume, Session, parse_room, refused, unexpected};
use super::{Failure, Target};
use crate::core::clock::Entropy;
use crate::edge::clock::{self, Clock};
use crate::edge::disk::cache::Cache;
use chat_proto::codec::Frame;
use chat_proto::{ErrorCode, Limits, Nonce, Request, RoomRef, Text, request};
use std::io::Read as _;
use std::time::Duration;

/// Send a message.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Send {
    /// The room, or @name for one person
    room: String,
    /// What to say; without it, standard input is read
    text: Option<String>,
}

/// A server that is asked too often says how long to wait; so often is that obeyed.
const ATTEMPTS_MAX: u32 = 10;
/// More than any server takes, so that a wrong pipe does not fill the memory.
const INPUT_BYTES_MAX: u64 = 1024 * 1024;

/// Sends it; fails unless the server has said `sent`.
pub(super) async fn run(target: &Target, send: Send) -> Result<(), Failure> {
    let said = match send.text {
        Some(text) => text,
        None => read_input()?,
    };
    // What is wrong by the usual limits needs no server to say so.
    check(&send.room, &said, &Limits::DEFAULT)?;
    let fresh = Entropy::new(clock::seed()?).nonce(Clock::start().now().wall);
    let (mut cache, _) = Cache::open(target.dir.clone());
    let nonce = cache
        .retry(&send.room, &said, &fresh)
        .unwrap_or_else(|_| fresh.clone());
    let mut session = Session::open(target, Resume::default()).await?;
    let (room, text) = check(&send.room, &said, &session.greeting.limits)?;
    let request = Request::from(request::Send {
        room: room.clone(),
        text: Some(text),
        nonce: Nonce::parse(&nonce).ok(),
        reply_to: None,
        files: None,
    });
    for _ in 0..ATTEMPTS_MAX {
        match session.ask_as_member(&room, &request).await? {
            Ok(Frame::Sent(sent)) => {
                if sent.duplicate && nonce != fresh {
                    eprint("it was there already: an earlier attempt had reached the server");
                }
                // Were it kept, the next text like it would count as this one.
                let _ = cache.settle_retry(&send.room, &said);
                return Ok(());
            }
            Ok(other) => return Err(unexpected(&other)),
            Err(error) if error.code == ErrorCode::RateLimited => {
                let wait = Duration::from_millis(error.retry_after_ms.unwrap_or(1000));
                tokio::time::sleep(wait.min(Duration::from_secs(30))).await;
            }
            Err(error) => return Err(refused(&error)),
        }
    }
    Err(Failure::Refused(
        "the server asks to wait, again and again".to_owned(),
    ))
}

fn check(room: &str, text: &str, limits: &Limits) -> Result<(RoomRef, Text), Failure> {
    let room = parse_room(room, limits)?;
    let text = Text::parse(text, limits.text_chars)
        .map_err(|e| Failure::Usage(format!("the text {e}")))?;
    Ok((room, text))
}

fn read_input() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(INPUT_BYTES_MAX)
        .read_to_end(&mut bytes)?;
    decode(bytes)
}

fn decode(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let byte = e.as_bytes().get(at).copied().unwrap_or_default();
        Failure::Usage(format!(
            "standard input is not UTF-8: byte {} is {byte:#04x}",
            at + 1
        ))
    })
}

fn eprint(words: &str) {
    use std::io::Write as _;
    // A note only; the exit code says what counts.
    let _ = writeln!(std::io::stderr(), "chat-tui: {words}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_named() {
        assert_eq!(decode(b"hi\n".to_vec()).unwrap(), "hi\n");
        assert_eq!(
            decode(b"ab\xffcd".to_vec()).unwrap_err().to_string(),
            "standard input is not UTF-8: byte 3 is 0xff"
        );
    }

    #[test]
    fn a_hash_before_the_room_is_not_part_of_it() {
        let (room, text) = check("#dev", "hi\n", &Limits::DEFAULT).unwrap();
        assert_eq!((room.to_string().as_str(), text.as_str()), ("dev", "hi"));
    }

    #[test]
    fn what_no_server_takes_is_refused_before_one_is_asked() {
        let long = "x".repeat(4001);
        for (room, text) in [("dev", ""), ("dev", " \n"), ("dev", &long), ("#", "hi")] {
            let failure = check(room, text, &Limits::DEFAULT).unwrap_err();
            assert_eq!(failure.code(), 2, "{failure}");
        }
    }
}
