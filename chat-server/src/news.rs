//! From what was committed to those who have to hear of it: the logs of rooms,
//! and people with their connections.
//!
//! Told in the order in which it happened. That somebody lost a room is told
//! to them before anything that came after it is on the room's log: a session
//! that was told looks at its person before it reads another event
//! (`crate::session`), so nothing of the room can reach it any more.

use crate::log::Logs;
use crate::metrics::Metrics;
use crate::people::{People, Person};
use crate::session::Bell;
use crate::store::Effect;
use std::sync::Arc;
use tokio::sync::Notify;

/// Who hears of what was committed on this node.
#[derive(Debug, Clone)]
pub struct News {
    /// The logs that are read here.
    pub logs: Arc<Logs>,
    /// Those who are here.
    pub people: Arc<People>,
    /// Counts what is told.
    pub metrics: Arc<Metrics>,
    /// Rung when bytes of files are to be taken away.
    pub files: Arc<Notify>,
}

impl News {
    /// Tells of one thing; the connection that asked for it hears by its answer.
    pub fn tell(&self, effect: Effect, asker: Option<&Arc<Bell>>) {
        match effect {
            Effect::Appended { room, event } => {
                if self.logs.publish(room, &event) {
                    self.metrics.events_encoded.inc();
                }
            }
            Effect::Rewritten { room, events } => self.logs.rewrite(room, &events),
            Effect::FilesDoomed => self.files.notify_one(),
            Effect::Forgotten { room, first } => self.logs.forget_before(room, first),
            Effect::Entered {
                user,
                room,
                read,
                since,
            } => {
                self.people
                    .with(user, |person| person.enter(room, read, since, asker));
            }
            Effect::Marked { user, room, read } => {
                self.people
                    .with(user, |person| person.mark(room, read, asker));
            }
            Effect::Left { user, room } => {
                self.people.with(user, |person| person.leave(room, asker));
            }
            Effect::Removed { user, room, last } => {
                self.people.with(user, |person| person.remove(room, last));
            }
            Effect::Registered { user } => self.people.with(user, Person::register),
            Effect::LoggedOut { user, devices } => {
                self.people
                    .with(user, |person| person.log_out(devices, asker));
            }
            Effect::Banned { user } => self.people.with(user, Person::ban),
            Effect::Invited { user, invitation } => {
                self.people.with(user, |person| person.invite(invitation));
            }
            Effect::Uninvited { user, room } => {
                self.people.with(user, |person| person.uninvite(room));
            }
        }
    }
}
