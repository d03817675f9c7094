//! Who comes and goes, told to those who share a room: best effort, gathered,
//! at a bounded pace (`pace`), and only where few are online.

mod pace;

use crate::log::{Frame, Logs, RoomLog};
use crate::people::Person;
use crate::session::Bell;
use crate::store::{RoomId, UserId};
use chat_proto::codec::Frame as Message;
use chat_proto::limits::PRESENCE_MEMBERS;
use chat_proto::notice::Presence as Notice;
use chat_proto::{RoomName, UserName};
use pace::{Change, Pace};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

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
    rooms: Vec<RoomId>,
    change: Change,
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
        let change = Change {
            online: Some(online),
            member: None,
        };
        self.tell(person, person.rooms(), change);
    }

    /// A user came who was nobody before, and so into all their rooms.
    pub fn newcomer(&self, person: &Person) {
        let change = Change {
            online: Some(true),
            member: Some(true),
        };
        self.tell(person, person.rooms(), change);
    }

    /// The user came into a public room, or left it.
    pub fn member(&self, person: &Person, room: &RoomLog, member: bool) {
        let change = Change {
            online: None,
            member: Some(member),
        };
        self.tell(person, vec![room.id()], change);
    }

    fn tell(&self, person: &Person, rooms: Vec<RoomId>, change: Change) {
        // A full queue sheds: nobody waits for presence.
        let _ = self.queue.try_send(News {
            user: person.id(),
            name: person.name(),
            rooms,
            change,
        });
    }
}

async fn run(logs: Arc<Logs>, mut inbox: mpsc::Receiver<News>) {
    let started = Instant::now();
    let mut pace = Pace::default();
    let mut gathered = Vec::new();
    loop {
        let due = pace.next_due().map(|at| started + at);
        tokio::select! {
            count = inbox.recv_many(&mut gathered, QUEUE) => {
                if count == 0 {
                    return;
                }
                tokio::time::sleep(GATHER).await;
            }
            () = until(due) => {}
        }
        while let Ok(more) = inbox.try_recv() {
            gathered.push(more);
        }
        let now = started.elapsed();
        let mut telling = Telling::new(&logs);
        for ((user, room), name, change) in pace.take_due(now) {
            telling.tell(user, &name, room, change);
        }
        for news in gathered.drain(..) {
            for room in news.rooms {
                if pace.offer((news.user, room), &news.name, news.change, now) {
                    telling.tell(news.user, &news.name, room, news.change);
                }
            }
        }
        telling.wake();
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// What is told at one time.
struct Telling<'a> {
    logs: &'a Logs,
    /// Who came or went, said without a room; and who has been told of it, as
    /// they may share several rooms.
    plain: BTreeMap<(UserId, bool), (Frame, BTreeSet<*const Bell>)>,
    woken: BTreeMap<*const Bell, Arc<Bell>>,
}

impl<'a> Telling<'a> {
    fn new(logs: &'a Logs) -> Self {
        Self {
            logs,
            plain: BTreeMap::new(),
            woken: BTreeMap::new(),
        }
    }

    fn tell(&mut self, user: UserId, name: &UserName, room: RoomId, change: Change) {
        let Some(log) = self.logs.known(room) else {
            return;
        };
        if log.people_count() > PRESENCE_MEMBERS {
            return;
        }
        let online = change.online.unwrap_or(true);
        let mut own = None;
        let (frame, told) = match change.member {
            Some(member) => {
                let about = Some((log.name().clone(), member));
                let made = own.insert((notice(name, online, about), BTreeSet::new()));
                (&made.0, &mut made.1)
            }
            None => {
                let made = match self.plain.entry((user, online)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(free) => {
                        free.insert((notice(name, online, None), BTreeSet::new()))
                    }
                };
                (&made.0, &mut made.1)
            }
        };
        for bell in log.bells_of_others(user) {
            if told.insert(Arc::as_ptr(&bell)) {
                bell.leave_notice(frame);
                self.woken.insert(Arc::as_ptr(&bell), bell);
            }
        }
    }

    fn wake(self) {
        self.woken.values().for_each(|bell| bell.wake());
    }
}

fn notice(name: &UserName, online: bool, about: Option<(RoomName, bool)>) -> Frame {
    let (room, member) = about.unzip();
    let notice = Notice {
        user: name.clone(),
        online,
        room,
        member,
    };
    Frame::text(&Message::Presence(notice).encode(None))
}
