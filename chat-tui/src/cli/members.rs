//! `chat-tui members`: who is in a room.

use super::print::Output;
use super::session::{Resume, Session, parse_room, refused, unexpected};
use super::{Failure, Target};
use crate::neutral;
use chat_proto::codec::Frame;
use chat_proto::limits::PAGE_ROWS;
use chat_proto::reply::MemberListing;
use chat_proto::request;
use std::num::NonZeroU32;

/// List who is in a room.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Members {
    /// The room, or @name for one person
    room: String,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Prints them by name.
pub(super) async fn run(target: &Target, asked: Members, out: &mut Output) -> Result<(), Failure> {
    let mut session = Session::open(target, Resume::default()).await?;
    let room = parse_room(&asked.room, &session.greeting.limits)?;
    let mut after = None;
    loop {
        let request = request::Members {
            room: room.clone(),
            limit: u32::try_from(PAGE_ROWS).ok().and_then(NonZeroU32::new),
            after,
        };
        let page = match session.ask_as_member(&room, &request.into()).await? {
            Ok(Frame::Members(page)) => page,
            Ok(other) => return Err(unexpected(&other)),
            Err(error) => return Err(refused(&error)),
        };
        for member in &page.members {
            if asked.json {
                out.json(member)?;
            } else {
                out.line(&line(member))?;
            }
        }
        after = page.members.last().map(|member| member.name.to_string());
        if !page.more || after.is_none() {
            return Ok(());
        }
    }
}

fn line(member: &MemberListing) -> String {
    let name = neutral::line(member.name.as_str());
    let online = if member.online { "online" } else { "away" };
    format!("{name}\t{}\t{online}", member.role.name())
}
