//! `chat-tui tail`: the newest of a room, then all that comes, through cuts of
//! the connection, each event once.

use super::history;
use super::print::Output;
use super::session::{Resume, Session, parse_room};
use super::since::{Since, since};
use super::{Failure, Target};
use chat_proto::codec::Frame;
use chat_proto::{RoomName, Seq};
use rustix::event::{PollFd, PollFlags};
use std::io::Write as _;
use std::time::Duration;

/// Show the newest messages of a room, and those to come.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Tail {
    /// The room, or @name for one person
    room: String,
    /// How many of the past to begin with
    #[arg(short = 'n', long, value_name = "N", default_value = "10")]
    lines: usize,
    /// Begin with all that came after this number, or from this moment on: 2h, 3d, 2026-11-01
    #[arg(long, value_name = "SEQ|MOMENT", value_parser = since, allow_hyphen_values = true)]
    since: Option<Since>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Between attempts to connect again.
const PAUSES: [u64; 5] = [1, 2, 5, 10, 30];

/// Prints until the reader has enough.
pub(super) async fn run(target: &Target, asked: Tail, out: &mut Output) -> Result<(), Failure> {
    end_with_reader()?;
    let mut session = Session::open(target, Resume::default()).await?;
    let room = parse_room(&asked.room, &session.greeting.limits)?;
    let count = match asked.since {
        Some(_) => usize::MAX,
        None => asked.lines,
    };
    let (entries, head) = history::read(&mut session, &room, asked.since, None, count).await?;
    for entry in entries.iter().rev().take(count).rev() {
        out.entry(entry, asked.json)?;
    }
    let Some(room) = session.room(&room) else {
        return Err(Failure::Usage("there is no room with oneself".to_owned()));
    };
    let mut cursor = head;
    loop {
        let Err(cut) = follow(&mut session, &room, &mut cursor, asked.json, out).await else {
            return Ok(());
        };
        session = come_back(target, &session, &room, cursor, cut).await?;
    }
}

/// Prints what comes above the cursor, until the connection is cut.
async fn follow(
    session: &mut Session,
    room: &RoomName,
    cursor: &mut Seq,
    json: bool,
    out: &mut Output,
) -> Result<(), Failure> {
    loop {
        match session.news().await? {
            Frame::Event(event) if event.room == *room && event.seq > *cursor => {
                *cursor = event.seq;
                out.event(&event, json)?;
            }
            Frame::Gap(gap) if gap.room == *room => {
                *cursor = gap.to.max(*cursor);
                note(&format!(
                    "{} to {} are no longer kept by the server",
                    gap.from, gap.to
                ));
            }
            Frame::Left(left) if left.room == *room => {
                return Err(Failure::Refused(
                    "you are no longer in this room".to_owned(),
                ));
            }
            _ => {}
        }
    }
}

/// Connects again after a cut; anything else is the end.
async fn come_back(
    target: &Target,
    session: &Session,
    room: &RoomName,
    cursor: Seq,
    cut: Failure,
) -> Result<Session, Failure> {
    let mut failure = cut;
    let resume = Resume {
        cursors: [(room.as_str().to_owned(), cursor)].into(),
        epoch: Some(session.greeting.epoch.clone()),
    };
    for pause in PAUSES.iter().chain(std::iter::repeat(&30)) {
        if !matches!(failure, Failure::Link(_)) {
            return Err(failure);
        }
        note(&format!("{failure}; trying again in {pause} s"));
        tokio::time::sleep(Duration::from_secs(*pause)).await;
        match Session::open(target, resume.clone()).await {
            Ok(session) if session.welcome.reset => {
                return Err(Failure::Refused(
                    "the server has another history now; start again".to_owned(),
                ));
            }
            Ok(session) => return Ok(session),
            Err(e) => failure = e,
        }
    }
    Err(failure)
}

/// Ends the program when nobody reads its output any more, also while no
/// message comes that would show it.
fn end_with_reader() -> Result<(), Failure> {
    std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn(|| {
            let stdout = std::io::stdout();
            loop {
                // Errors are reported without being asked for.
                let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
                match rustix::event::poll(&mut fds, None) {
                    Ok(_) if fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) => {
                        std::process::exit(0);
                    }
                    Ok(_) | Err(rustix::io::Errno::INTR) => {}
                    Err(_) => return,
                }
            }
        })?;
    Ok(())
}

fn note(words: &str) {
    // A note only; what counts goes to standard output.
    let _ = writeln!(std::io::stderr(), "chat-tui: {words}");
}
