//! Rooms: coming in, leaving, looking around.

use super::Session;
use super::answer::{Refusal, mismatch};
use super::entry::state;
use crate::log::cursor::{self, Begin};
use crate::rules::no_room;
use crate::rules::permission::{Deed, may};
use crate::rules::room::beyond;
use crate::store::{
    Anchor, Change, Committed, Create, Direct, Join, Leave, RoomRow, SetTopic, Standing,
};
use chat_proto::codec::{Frame, invalid_field};
use chat_proto::event::RoomKind;
use chat_proto::limits::{JOINED_EVENTS, PAGE_ROWS, PAGE_ROWS_DEFAULT, SERVER_FRAME_BYTES};
use chat_proto::reply::{Joined, Left, MemberListing, Members, RoomListing, Rooms};
use chat_proto::{RequestId, RoomName, Seq, request};
use std::num::NonZeroU32;
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    pub(super) async fn join(
        &mut self,
        id: Option<&RequestId>,
        join: request::Join,
    ) -> Result<(), Refusal> {
        let person = self.person()?;
        let change = Change::Join(Join {
            user: person.id(),
            room: self.named(join.room)?,
            after: join.after,
            create: join.create.unwrap_or(true),
            rooms_max: self.node.settings.limits.rooms,
        });
        self.come_into(id, change, join.after).await
    }

    pub(super) async fn create(
        &mut self,
        id: Option<&RequestId>,
        create: request::Create,
    ) -> Result<(), Refusal> {
        let change = Change::Create(Create {
            by: self.person()?.id(),
            room: create.room,
            kind: create.kind.unwrap_or(RoomKind::Public),
            topic: create.topic.unwrap_or_default(),
            rooms_max: self.node.settings.limits.rooms,
        });
        self.come_into(id, change, None).await
    }

    pub(super) async fn direct(
        &mut self,
        id: Option<&RequestId>,
        direct: request::Direct,
    ) -> Result<(), Refusal> {
        let person = self.person()?;
        let change = Change::Direct(Direct {
            by: person.id(),
            room: RoomName::direct(&person.name(), &direct.user)
                .map_err(|problem| invalid_field("user", &problem.to_string()))?,
            rooms_max: self.node.settings.limits.rooms,
        });
        self.come_into(id, change, None).await
    }

    /// Makes a change by which the user is in a room, and this connection with
    /// it; answers `joined`.
    async fn come_into(
        &mut self,
        id: Option<&RequestId>,
        change: Change,
        after: Option<Seq>,
    ) -> Result<(), Refusal> {
        let person = self.person()?;
        let Committed::Joined { standing, new } = self.commit(change).await? else {
            return Err(mismatch("join"));
        };
        let room = &standing.room;
        let stay = person.stay(room.id);
        let log = self.open_log(&standing).await?;
        if new && tells_presence(room.kind) {
            self.node.presence.member(&person, &log, true);
        }
        self.readings.drop_ended(room.id);
        let known = self.readings.of_room(room.id).is_some();
        let (begin, joined) = match after {
            Some(after) if !known => joined_after(&standing, after, self.gaps)?,
            _ => self.joined_with_page(&standing).await?,
        };
        self.push(&Frame::Joined(Box::new(joined)), id);
        if !known {
            self.read_from(&log, begin, standing.read, stay);
        }
        Ok(())
    }

    async fn joined_with_page(&self, standing: &Standing) -> Result<(Begin, Joined), Refusal> {
        let page = self
            .node
            .store
            .history(standing.room.id, Anchor::Newest, JOINED_EVENTS)
            .await?;
        self.still_inside(&standing.room).await?;
        let mut state = state(standing);
        state.head = page.head;
        let joined = Joined {
            state,
            events: Some(page.entries),
            more_before: page.more_before,
        };
        Ok((
            Begin {
                cursor: page.head,
                gap: None,
            },
            joined,
        ))
    }

    pub(super) async fn leave(
        &mut self,
        id: Option<&RequestId>,
        leave: request::Leave,
    ) -> Result<(), Refusal> {
        let person = self.person()?;
        let change = Change::Leave(Leave {
            user: person.id(),
            room: self.named(leave.room)?,
        });
        let Committed::Left { room } = self.commit(change).await? else {
            return Err(mismatch("leave"));
        };
        self.readings.remove(room.id);
        if let Some(log) = self
            .node
            .logs
            .known(room.id)
            .filter(|_| tells_presence(room.kind))
        {
            self.node.presence.member(&person, &log, false);
        }
        self.push(&Frame::Left(Left { room: room.name }), id);
        Ok(())
    }

    pub(super) async fn set_topic(
        &mut self,
        id: Option<&RequestId>,
        set: request::SetTopic,
    ) -> Result<(), Refusal> {
        let change = Change::SetTopic(SetTopic {
            by: self.person()?.id(),
            room: self.named(set.room)?,
            topic: set.topic,
        });
        self.change(id, change).await
    }

    pub(super) async fn rooms(
        &mut self,
        id: Option<&RequestId>,
        rooms: request::Rooms,
    ) -> Result<(), Refusal> {
        let user = self.person()?.id();
        let query = rooms.query.unwrap_or_default();
        let (mine, after) = (rooms.mine.unwrap_or(false), rooms.after.unwrap_or_default());
        let page = self
            .node
            .store
            .rooms(user, query, mine, after, rows(rooms.limit))
            .await?;
        let fitting = fitting(
            page.rooms
                .iter()
                .map(|room| room.topic.len() + room.name.as_str().len()),
        );
        let more = page.more || fitting < page.rooms.len();
        let rooms = page.rooms.into_iter().take(fitting).map(listing).collect();
        self.push(&Frame::Rooms(Rooms { rooms, more }), id);
        Ok(())
    }

    pub(super) async fn members(
        &mut self,
        id: Option<&RequestId>,
        members: request::Members,
    ) -> Result<(), Refusal> {
        let room = self.readable(self.named(members.room)?).await?;
        let after = members.after.map(key_of).unwrap_or_default();
        let page = self
            .node
            .store
            .members(room.id, after, rows(members.limit))
            .await?;
        self.still_inside(&room).await?;
        let listed = page
            .members
            .into_iter()
            .map(|(user, role)| MemberListing {
                online: self.node.people.is_online(user.id),
                name: user.name,
                role,
            })
            .collect();
        let members = Members {
            room: room.name,
            total: page.total,
            more: page.more,
            members: listed,
        };
        self.push(&Frame::Members(members), id);
        Ok(())
    }

    /// A room that this user may read, or what one who may not is told.
    pub(super) async fn readable(&self, name: RoomName) -> Result<RoomRow, Refusal> {
        self.allowed(name, Deed::Read).await
    }

    /// A room in which this user may do that, or what one who may not is told.
    pub(super) async fn allowed(&self, name: RoomName, deed: Deed) -> Result<RoomRow, Refusal> {
        let user = self.person()?.id();
        let seen = self.node.store.seen(name.clone(), user).await?;
        let asked = seen.as_ref().map(|seen| (&seen.place, seen.actor));
        may(&name, asked, deed)?;
        let seen = seen.ok_or_else(|| no_room(&name))?;
        Ok(seen.room)
    }

    /// Asked after the log of a room was read for someone: who is in it now may
    /// see all that the log held then, and who was removed between may not.
    pub(super) async fn still_inside(&self, room: &RoomRow) -> Result<(), Refusal> {
        self.readable(room.name.clone()).await.map(drop)
    }
}

/// Whether coming and going is told as presence and not as an event.
fn tells_presence(kind: RoomKind) -> bool {
    match kind {
        RoomKind::Public => true,
        RoomKind::Private | RoomKind::Direct => false,
    }
}

fn joined_after(
    standing: &Standing,
    after: Seq,
    gaps: cursor::Gaps,
) -> Result<(Begin, Joined), Refusal> {
    let head = standing.room.head;
    let begin =
        cursor::begin(after, head, standing.room.first, gaps).ok_or_else(|| beyond(after, head))?;
    Ok((
        begin,
        Joined {
            state: state(standing),
            events: Some(Vec::new()),
            more_before: false,
        },
    ))
}

fn listing(room: RoomRow) -> RoomListing {
    let RoomRow {
        name,
        kind,
        topic,
        head,
        members,
        ..
    } = room;
    RoomListing {
        room: name,
        kind,
        topic,
        members,
        head,
    }
}

fn rows(limit: Option<NonZeroU32>) -> usize {
    limit
        .map_or(PAGE_ROWS_DEFAULT, |limit| limit.get() as usize)
        .min(PAGE_ROWS)
}

/// How many rows fit a frame: `texts` are the bytes of a row's texts, each of
/// which may need an escape, beside some 120 bytes of names and numbers.
fn fitting(texts: impl Iterator<Item = usize>) -> usize {
    texts
        .scan(0, |bytes, text| {
            *bytes += 2 * text + 120;
            Some(*bytes)
        })
        .take_while(|bytes| *bytes < SERVER_FRAME_BYTES)
        .count()
}

/// The key of a name as typed; of what is no name, itself.
fn key_of(name: String) -> String {
    chat_proto::UserName::trusted(&name).map_or(name, |name| name.key().to_string())
}
