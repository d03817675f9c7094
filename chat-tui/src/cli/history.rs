//! `chat-tui history`: a part of a room's log, as it stands now.

use super::print::Output;
use super::session::{Resume, Session, parse_room, refused, unexpected};
use super::since::{Since, since};
use super::{Failure, Target};
use chat_proto::codec::Frame;
use chat_proto::request::GetHistory;
use chat_proto::{Entry, RoomRef, Seq, Timestamp, reply};
use std::num::NonZeroU32;

/// Show messages of a room.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct History {
    /// The room, or @name for one person
    room: String,
    /// How many at the most
    #[arg(short = 'n', long, value_name = "N", default_value = "50")]
    lines: usize,
    /// Only what came after this number, or from this moment on: 2h, 3d, 2026-11-01
    #[arg(long, value_name = "SEQ|MOMENT", value_parser = since, allow_hyphen_values = true)]
    since: Option<Since>,
    /// Only what came before this number
    #[arg(long, value_name = "SEQ", conflicts_with = "since")]
    before: Option<u64>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Prints it, oldest first.
pub(super) async fn run(target: &Target, asked: History, out: &mut Output) -> Result<(), Failure> {
    let mut session = Session::open(target, Resume::default()).await?;
    let room = parse_room(&asked.room, &session.greeting.limits)?;
    let before = asked.before.and_then(Seq::new);
    let (entries, _) = read(&mut session, &room, asked.since, before, asked.lines).await?;
    for entry in &entries {
        out.entry(entry, asked.json)?;
    }
    Ok(())
}

/// Up to `count` entries, oldest first, and the log's head of that moment:
/// from `since` on, or else the newest, below `before`.
pub(super) async fn read(
    session: &mut Session,
    room: &RoomRef,
    since: Option<Since>,
    before: Option<Seq>,
    count: usize,
) -> Result<(Vec<Entry>, Seq), Failure> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut head = Seq::ZERO;
    let mut place = match since {
        Some(Since::Seq(seq)) => Place::After(seq),
        Some(Since::At(at)) => Place::At(at),
        None => before.map_or(Place::Newest, Place::Before),
    };
    // The first page also tells the head, when nothing is wanted.
    loop {
        let left = count - entries.len();
        let page = page(session, room, place, left.max(1)).await?;
        head = head.max(page.head);
        let (first, last) = (page.events.first(), page.events.last());
        let next = match since {
            Some(_) if page.more_after => last.map(|entry| Place::After(entry.event.seq)),
            None if page.more_before => first.map(|entry| Place::Before(entry.event.seq)),
            Some(_) | None => None,
        };
        match since {
            Some(_) => entries.extend(page.events.into_iter().take(left)),
            None => {
                let surplus = page.events.len().saturating_sub(left);
                entries.splice(0..0, page.events.into_iter().skip(surplus));
            }
        }
        match next {
            Some(next) if entries.len() < count => place = next,
            Some(_) | None => return Ok((entries, head)),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Newest,
    Before(Seq),
    After(Seq),
    At(Timestamp),
}

pub(super) async fn page(
    session: &mut Session,
    room: &RoomRef,
    place: Place,
    limit: usize,
) -> Result<reply::History, Failure> {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let mut request = GetHistory {
        room: room.clone(),
        before: None,
        after: None,
        around: None,
        at: None,
        changed_after: None,
        thread: None,
        limit: NonZeroU32::new(limit),
    };
    match place {
        Place::Newest => {}
        Place::Before(seq) => request.before = Some(seq),
        Place::After(seq) => request.after = Some(seq),
        Place::At(at) => request.at = Some(at),
    }
    match session.ask_as_member(room, &request.into()).await? {
        Ok(Frame::History(page)) => Ok(page),
        Ok(other) => Err(unexpected(&other)),
        Err(error) => Err(refused(&error)),
    }
}
