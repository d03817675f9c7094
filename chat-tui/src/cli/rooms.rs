//! `chat-tui rooms`: the rooms that one may come into.

use super::print::Output;
use super::session::{Resume, Session, refused, unexpected};
use super::{Failure, Target};
use crate::neutral;
use chat_proto::codec::Frame;
use chat_proto::limits::PAGE_ROWS;
use chat_proto::reply::RoomListing;
use chat_proto::request;
use std::num::NonZeroU32;

/// List the rooms.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Rooms {
    /// Only those with this in their name or topic
    query: Option<String>,
    /// Only those that you are in
    #[arg(long)]
    mine: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Prints them by name.
pub(super) async fn run(target: &Target, asked: Rooms, out: &mut Output) -> Result<(), Failure> {
    let mut session = Session::open(target, Resume::default()).await?;
    let mut after = None;
    loop {
        let request = request::Rooms {
            query: asked.query.clone(),
            limit: u32::try_from(PAGE_ROWS).ok().and_then(NonZeroU32::new),
            after,
            mine: asked.mine.then_some(true),
        };
        let page = match session.ask(&request.into()).await? {
            Ok(Frame::Rooms(page)) => page,
            Ok(other) => return Err(unexpected(&other)),
            Err(error) => return Err(refused(&error)),
        };
        for room in &page.rooms {
            if asked.json {
                out.json(room)?;
            } else {
                out.line(&line(room))?;
            }
        }
        after = page.rooms.last().map(|room| room.room.as_str().to_owned());
        if !page.more || after.is_none() {
            return Ok(());
        }
    }
}

fn line(room: &RoomListing) -> String {
    let name = neutral::line(room.room.as_str());
    let topic = neutral::line(&room.topic);
    let members = room.members;
    let people = if members == 1 { "person" } else { "people" };
    format!("{name}\t{members} {people}\t{topic}")
        .trim_end()
        .to_owned()
}
