//! `chat-tui search`: messages that hold some words, newest first.

use super::print::Output;
use super::session::{Resume, Session, parse_room, refused, unexpected};
use super::since::moment;
use super::{Failure, Target};
use chat_proto::codec::Frame;
use chat_proto::request::Search as AskSearch;
use chat_proto::{Timestamp, UserName};
use std::num::NonZeroU32;

/// Find messages in the rooms that one is in.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Search {
    /// Words that must all occur; a phrase in double quotes
    #[arg(required = true)]
    words: Vec<String>,
    /// Only in this room, or with @name
    #[arg(long, value_name = "ROOM")]
    room: Option<String>,
    /// Only by this person
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// Only from this moment on: 2h, 3d, 2026-11-01
    #[arg(long, value_name = "MOMENT", value_parser = moment, allow_hyphen_values = true)]
    since: Option<Timestamp>,
    /// Only up to this moment
    #[arg(long, value_name = "MOMENT", value_parser = moment, allow_hyphen_values = true)]
    before: Option<Timestamp>,
    /// How many at the most
    #[arg(short = 'n', long, value_name = "N", default_value = "50")]
    lines: usize,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Hits of one page.
const PAGE: u32 = 100;

/// Prints what the server finds; fails where it finds nothing, as `grep` does.
pub(super) async fn run(target: &Target, asked: Search, out: &mut Output) -> Result<(), Failure> {
    let mut session = Session::open(target, Resume::default()).await?;
    let limits = &session.greeting.limits;
    let room = asked.room.as_deref().map(|room| parse_room(room, limits));
    let author = asked.from.as_deref().map(|name| {
        let name = name.strip_prefix('@').unwrap_or(name);
        UserName::parse(name, limits.name_chars)
            .map_err(|e| Failure::Usage(format!("the name {e}")))
    });
    let mut request = AskSearch {
        query: asked.words.join(" "),
        room: room.transpose()?,
        author: author.transpose()?,
        since: asked.since,
        until: asked.before,
        limit: NonZeroU32::new(PAGE),
        cursor: None,
    };
    let mut left = asked.lines;
    let mut found_any = false;
    while left > 0 {
        let found = match session.ask(&request.clone().into()).await? {
            Ok(Frame::Found(found)) => found,
            Ok(other) => return Err(unexpected(&other)),
            Err(error) => return Err(refused(&error)),
        };
        for entry in found.hits.iter().take(left) {
            found_any = true;
            out.hit(entry, asked.json)?;
        }
        left = left.saturating_sub(found.hits.len());
        match found.next.filter(|_| found.more) {
            Some(next) => request.cursor = Some(next),
            None => break,
        }
    }
    if found_any {
        Ok(())
    } else {
        Err(Failure::Refused("nothing was found".to_owned()))
    }
}
