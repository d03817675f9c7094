//! Following the user: what their other connections did, and what others did
//! about them, as this connection is told of it.
//!
//! Nothing is queued for a session. It is rung, and compares what it knows with
//! what its user's [`Person`] is now: rooms by the stay in each, markers, and
//! invitations by the version that it saw last. So nothing of this can be shed,
//! and however much happened meanwhile, a session catches up with the outcome.

use super::Session;
use super::close::Close;
use super::entry::{invited, state};
use crate::log::cursor::Begin;
use crate::people::{Person, Stay};
use crate::store::{RoomId, Standing, StoreError};
use chat_proto::codec::Frame;
use chat_proto::notice::ReadMoved;
use chat_proto::reply::{Joined, Left};
use chat_proto::{RoomName, Seq};
use std::collections::BTreeMap;
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// Brings this connection in line with what became of its user.
    pub(super) async fn follow_person(&mut self) -> Result<(), Close> {
        let Some(person) = self.person.clone() else {
            return Ok(());
        };
        let (invitations, version) = person.invitations_after(self.invitations_told);
        self.invitations_told = version;
        for invitation in invitations {
            self.push(&Frame::Invited(invited(invitation)), None);
        }
        let stays = person.stays();
        self.lose_rooms(&person, &stays);
        let slots = self.readings.slots();
        for (room, stay) in stays {
            match slots.get(&room) {
                Some(slot) => self.follow_marker(&person, *slot, stay).await?,
                None => self.follow_into(&person, room, stay).await?,
            }
        }
        Ok(())
    }

    /// What the user is in no longer, or again after having gone: after a
    /// removal delivery ends with the event that says so, else at once.
    fn lose_rooms(&mut self, person: &Person, stays: &BTreeMap<RoomId, Stay>) {
        let lost: Vec<(RoomId, RoomName)> = self
            .readings
            .iter()
            .map(|(_, reading)| reading)
            .filter(|reading| reading.last.is_none())
            .filter(|reading| {
                let stay = stays.get(&reading.log.id());
                stay.is_none_or(|stay| stay.number != reading.stay)
            })
            .map(|reading| (reading.log.id(), reading.log.name().clone()))
            .collect();
        for (room, name) in lost {
            if let Some(last) = person.last_of(room) {
                self.readings.end_with(room, last);
            } else {
                self.readings.remove(room);
                self.push(&Frame::Left(Left { room: name }), None);
            }
        }
    }

    async fn follow_marker(
        &mut self,
        person: &Person,
        slot: u32,
        stay: Stay,
    ) -> Result<(), StoreError> {
        // Where delivery is to end with a removal, that comes first; the user
        // is looked at again then.
        let Some(reading) = self
            .readings
            .at_mut(slot)
            .filter(|reading| reading.last.is_none() && reading.read != stay.read)
        else {
            return Ok(());
        };
        reading.read = stay.read;
        let room = reading.log.id();
        // Left meanwhile: the bell has been rung again.
        if let Some(standing) = self.standing(person, room, None).await? {
            self.push(&Frame::ReadMoved(read_moved(&standing, stay.read)), None);
        }
        Ok(())
    }

    /// Into a room where the user is by now: told as it was when they came, so
    /// that the events since then follow.
    async fn follow_into(
        &mut self,
        person: &Person,
        room: RoomId,
        stay: Stay,
    ) -> Result<(), StoreError> {
        let Some(standing) = self.standing(person, room, Some(stay.since)).await? else {
            return Ok(());
        };
        let log = self.open_log(&standing).await?;
        let joined = Joined {
            state: state(&standing),
            events: None,
            more_before: false,
        };
        self.push(&Frame::Joined(Box::new(joined)), None);
        let begin = Begin {
            cursor: standing.room.head,
            gap: None,
        };
        self.read_from(&log, begin, standing.read, Some(stay));
        Ok(())
    }

    async fn standing(
        &self,
        person: &Person,
        room: RoomId,
        head: Option<Seq>,
    ) -> Result<Option<Standing>, StoreError> {
        let store = &self.node.store;
        store.standing(person.id(), person.name(), room, head).await
    }
}

fn read_moved(standing: &Standing, seq: Seq) -> ReadMoved {
    let Standing { room, counts, .. } = standing;
    ReadMoved {
        room: room.name.clone(),
        seq,
        unread: counts.unread,
        mentions: counts.mentions,
    }
}
