//! Who comes and goes, told to those who share a room: best effort, gathered,
//! and only where rooms are small.

use crate::log::{Frame, Logs, RoomLog};
use crate::people::Person;
use crate::session::Bell;
use crate::store::{RoomId, UserId};
use chat_proto::codec::Frame as Message;
use chat_proto::limits::PRESENCE_MEMBERS;
use chat_proto::notice::Presence as Notice;
use chat_proto::{RoomName, UserName};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a user without connections still counts as online.
pub const LINGER: Duration = Duration::from_secs(5);
/// How long news are gathered, so that a storm of arrivals wakes each reader a few times only.
const GATHER: Duration = Duration::from_millis(100);
/// News that may wait; more are shed.
const QUEUE: usize = 8192;

#[derive(Debug)]
struct News {
    user: UserId,
    name: UserName,
    what: What,
}

#[derive(Debug)]
enum What {
    /// Came online or went offline; told in these rooms.
    Online(bool, Vec<RoomId>),
    /// Came into a public room or left it.
    Member(bool, RoomId, RoomName),
}

/// Where sessions tell of their users' coming and going.
#[derive(Debug, Clone)]
pub struct Presence {
    queue: mpsc::Sender<News>,
}

impl Presence {
    /// Starts the task; it ends when the last clone of the handle is gone.
    pub fn start(logs: Arc<Logs>) -> Self {
        let (queue, inbox) = mpsc::channel(QUEUE);
        tokio::spawn(run(logs, inbox));
        Self { queue }
    }

    /// The user's first connection came, or the last one is gone.
    pub fn online(&self, person: &Person, online: bool) {
        let rooms = person.rooms();
        self.tell(person, What::Online(online, rooms));
    }

    /// The user came into a public room, or left it.
    pub fn member(&self, person: &Person, room: &RoomLog, member: bool) {
        self.tell(person, What::Member(member, room.id(), room.name().clone()));
    }

    fn tell(&self, person: &Person, what: What) {
        // A full queue sheds: nobody waits for presence.
        let _ = self.queue.try_send(News {
            user: person.id(),
            name: person.name(),
            what,
        });
    }
}

async fn run(logs: Arc<Logs>, mut inbox: mpsc::Receiver<News>) {
    let mut gathered = Vec::new();
    while inbox.recv_many(&mut gathered, QUEUE).await > 0 {
        tokio::time::sleep(GATHER).await;
        while let Ok(more) = inbox.try_recv() {
            gathered.push(more);
        }
        let mut woken: BTreeMap<*const Bell, Arc<Bell>> = BTreeMap::new();
        for news in gathered.drain(..) {
            tell_readers(&logs, &news, &mut woken);
        }
        woken.values().for_each(|bell| bell.wake());
    }
}

fn tell_readers(logs: &Logs, news: &News, woken: &mut BTreeMap<*const Bell, Arc<Bell>>) {
    let (rooms, notice): (&[RoomId], Notice) = match &news.what {
        What::Online(online, rooms) => (
            rooms,
            Notice {
                user: news.name.clone(),
                online: *online,
                room: None,
                member: None,
            },
        ),
        What::Member(member, id, room) => (
            std::slice::from_ref(id),
            Notice {
                user: news.name.clone(),
                online: true,
                room: Some(room.clone()),
                member: Some(*member),
            },
        ),
    };
    let frame = Frame::text(&Message::Presence(notice).encode(None));
    // Whoever shares several rooms with the user is told once.
    let mut told: BTreeMap<*const Bell, Arc<Bell>> = BTreeMap::new();
    for log in rooms.iter().filter_map(|room| logs.known(*room)) {
        if log.people_count() > PRESENCE_MEMBERS {
            continue;
        }
        log.each_reader(|reader| {
            if reader.person.id() != news.user {
                told.entry(Arc::as_ptr(&reader.bell))
                    .or_insert_with(|| Arc::clone(&reader.bell));
            }
        });
    }
    for (at, bell) in told {
        bell.leave_notice(&frame);
        woken.insert(at, bell);
    }
}
