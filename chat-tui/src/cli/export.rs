//! `chat-tui export`: all of a room's log that is kept, oldest first, a page at
//! a time: as much memory for a large room as for a small one.

use super::history::{Place, page};
use super::print::Output;
use super::session::{Resume, Session, parse_room};
use super::{Failure, Target};
use chat_proto::Seq;

/// Print a whole room, as it stands now.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Export {
    /// The room, or @name for one person
    room: String,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Entries of one page.
const PAGE: usize = 200;

/// Prints it up to the end that the log had at the beginning.
pub(super) async fn run(target: &Target, asked: Export, out: &mut Output) -> Result<(), Failure> {
    let mut session = Session::open(target, Resume::default()).await?;
    let room = parse_room(&asked.room, &session.greeting.limits)?;
    let mut place = Place::After(Seq::ZERO);
    let mut end = None;
    loop {
        let page = page(&mut session, &room, place, PAGE).await?;
        let end = *end.get_or_insert(page.head);
        let within = page.events.iter().filter(|entry| entry.event.seq <= end);
        let mut last = None;
        for entry in within {
            out.dated(entry, asked.json)?;
            last = Some(entry.event.seq);
        }
        match last {
            Some(last) if page.more_after && last < end => place = Place::After(last),
            Some(_) | None => return Ok(()),
        }
    }
}
