//! What can be changed, and what came of it.

mod account;
mod admin;
mod keeping;
mod room;

pub use account::{Devices, Login, Logout, Register, SetPassword};
pub use admin::{AdminDeed, Administer};
pub(crate) use keeping::KEEP_DAYS_MAX;
pub use keeping::{Forget, Keep, SetKeep};
pub use room::{Create, Direct, Invite, Moderate, SetRole, SetSettings};

use super::file::{FileId, KeepFile, ReserveFile};
use super::hook::{HookSays, MakeHook, VoidHook};
use super::row::{Counts, Invitation, RoomId, RoomRow, Standing, TokenHash, UserId, UserRow};
use chat_proto::{
    Emoji, ErrorReply, Event, Nonce, RoomName, Seq, Text, Timestamp, Topic, UserName,
};

use smol_str::SmolStr;

/// One change; a batch of them is one transaction.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Someone comes in.
    Hello(Hello),
    /// Someone comes in with a password.
    Login(Login),
    /// A guest becomes an account.
    Register(Register),
    /// An account gets another password.
    SetPassword(SetPassword),
    /// A device's token is void.
    Logout(Logout),
    /// The operator does something with an account.
    Administer(Administer),
    /// A user's last connection is gone.
    Gone(Gone),
    /// Someone comes into a room, and makes it if need be.
    Join(Join),
    /// Someone makes a room.
    Create(Create),
    /// Someone opens the room of two people.
    Direct(Direct),
    /// Someone leaves a room.
    Leave(Leave),
    /// Someone says something.
    Send(SendMessage),
    /// Someone has read up to here.
    Read(MarkRead),
    /// Someone sets a room's topic.
    SetTopic(SetTopic),
    /// Someone changes a message that was sent.
    Revise(Revise),
    /// Someone asks another one into a private room.
    Invite(Invite),
    /// Someone removes or silences another one, or takes that back.
    Moderate(Moderate),
    /// Someone gives another one a role.
    SetRole(SetRole),
    /// Someone changes a room's settings.
    Settings(SetSettings),
    /// Someone makes a webhook.
    MakeHook(MakeHook),
    /// Someone voids a webhook.
    VoidHook(VoidHook),
    /// A webhook says something.
    HookSays(HookSays),
    /// A file is about to be uploaded.
    ReserveFile(ReserveFile),
    /// A file has been uploaded.
    KeepFile(KeepFile),
    /// An upload came to nothing.
    DropUpload(FileId),
    /// Files that were not attached in time are doomed.
    ExpireFiles,
    /// The bytes of doomed files are gone.
    ForgetFiles(Vec<FileId>),
    /// An operator says how long a room's events are kept.
    Keep(SetKeep),
    /// Some of what is too old is forgotten.
    Forget(Forget),
}

/// See [`Change::Hello`]. Without a token a new guest is made, where guests are let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The name to bear: of a new guest, or the new one of a guest whose own was taken meanwhile.
    pub name: Option<UserName>,
    /// Of a device that was here before.
    pub token: Option<TokenHash>,
    /// Of the device, should it be a new one.
    pub fresh: TokenHash,
    /// The rooms in which new users start; they are made if need be.
    pub default_rooms: Vec<RoomName>,
    /// Whether those without an account are let in.
    pub guests: bool,
}

/// See [`Change::Gone`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    /// Who.
    pub user: UserId,
    /// When the connection ended: of no effect on who came back since.
    pub left: Timestamp,
}

/// See [`Change::Join`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// Who.
    pub user: UserId,
    /// Where.
    pub room: RoomName,
    /// The last event had, from which delivery is to go on.
    pub after: Option<Seq>,
    /// Whether a room that does not exist is made.
    pub create: bool,
    /// Rooms that a user may be in.
    pub rooms_max: usize,
}

/// See [`Change::Leave`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// Who.
    pub user: UserId,
    /// From where.
    pub room: RoomName,
}

/// See [`Change::Send`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendMessage {
    /// By whom.
    pub author: UserId,
    /// Where.
    pub room: RoomName,
    /// What; `None` if all that it says is its files.
    pub text: Option<Text>,
    /// By which a repeat is known.
    pub nonce: Option<Nonce>,
    /// The message that this one answers.
    pub reply_to: Option<Seq>,
    /// Rooms that a user may be in: the first message opens a direct room.
    pub rooms_max: usize,
    /// Ids of uploaded files.
    pub files: Box<[SmolStr]>,
}

/// See [`Change::Read`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkRead {
    /// By whom.
    pub user: UserId,
    /// In which room.
    pub room: RoomName,
    /// Up to here.
    pub seq: Seq,
    /// Whether the marker may go back.
    pub back: bool,
}

/// See [`Change::SetTopic`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetTopic {
    /// Who.
    pub by: UserId,
    /// Where.
    pub room: RoomName,
    /// The new one.
    pub topic: Topic,
}

/// See [`Change::Revise`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revise {
    /// Who.
    pub by: UserId,
    /// Where.
    pub room: RoomName,
    /// Which message.
    pub target: Seq,
    /// What becomes of it.
    pub what: Revision,
}

/// What can become of a message that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revision {
    /// It says something else.
    Edit(Text),
    /// It says nothing any more.
    Delete,
    /// It bears somebody's emoji, or no longer.
    React {
        /// Which.
        emoji: Emoji,
        /// Put, or taken away.
        on: bool,
    },
    /// It is pinned, or no longer.
    Pin {
        /// Pinned, or unpinned.
        on: bool,
    },
}

/// What came of one change.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What whoever asked is told; a refusal means that nothing was done.
    pub decision: Decision,
    /// What others have to hear of, in the order in which it happened.
    pub effects: Vec<Effect>,
}

/// It is so, or the rules said no.
pub type Decision = Result<Committed, ErrorReply>;

/// A piece of news that a change makes for the logs and for people.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// An event is on a log.
    Appended {
        /// Whose log.
        room: RoomId,
        /// The event, as every reader gets it.
        event: Event,
    },
    /// What some events said is gone; this is what is left of them.
    Rewritten {
        /// Whose log.
        room: RoomId,
        /// As they are from now on. Those that are too old to be held anywhere
        /// in memory (more than [`RESUME_EVENTS`](chat_proto::limits::RESUME_EVENTS) back) may be left out, so
        /// possibly none: whoever is reading the store has to begin again.
        events: Vec<Event>,
    },
    /// Files have lost their last reader; their bytes are to be taken away.
    FilesDoomed,
    /// What was on a log before `first` is not kept any more.
    Forgotten {
        /// Whose log.
        room: RoomId,
        /// The oldest event that is kept.
        first: Seq,
    },
    /// A user came into a room, or got it back.
    Entered {
        /// Who.
        user: UserId,
        /// Where.
        room: RoomId,
        /// The last event read.
        read: Seq,
        /// The last event before those that they hear of as they happen.
        since: Seq,
    },
    /// A user's marker was moved.
    Marked {
        /// Whose.
        user: UserId,
        /// In which room.
        room: RoomId,
        /// The last event read.
        read: Seq,
    },
    /// A user left a room.
    Left {
        /// Who.
        user: UserId,
        /// Which.
        room: RoomId,
    },
    /// A user was removed from a room.
    Removed {
        /// Who.
        user: UserId,
        /// From where.
        room: RoomId,
        /// The event that says so: the last one that the user gets.
        last: Seq,
    },
    /// A guest is an account from now on.
    Registered {
        /// Who.
        user: UserId,
    },
    /// The tokens of some devices are void.
    LoggedOut {
        /// Whose.
        user: UserId,
        /// Which.
        devices: Devices,
    },
    /// The operator keeps a user out.
    Banned {
        /// Whom.
        user: UserId,
    },
    /// A user was invited.
    Invited {
        /// Who.
        user: UserId,
        /// Where to.
        invitation: Invitation,
    },
    /// An invitation was used, or is void.
    Uninvited {
        /// Whose.
        user: UserId,
        /// Where to.
        room: RoomId,
    },
}

impl Effect {
    /// The event that is on a log, if that is what happened.
    pub fn appended(&self) -> Option<(RoomId, &Event)> {
        if let Self::Appended { room, event } = self {
            Some((*room, event))
        } else {
            None
        }
    }
}

/// A change that was made, or was so already.
#[derive(Debug, Clone, PartialEq)]
pub enum Committed {
    /// Someone came in.
    Welcomed(Welcomed),
    /// Noted that a user is gone.
    Gone,
    /// An account or its devices are as was asked.
    Account,
    /// Noted what became of files.
    Noted,
    /// Someone is in a room now.
    Joined {
        /// The room as they see it.
        standing: Standing,
        /// They were not in it before.
        new: bool,
    },
    /// Someone is not in a room any more.
    Left {
        /// Which.
        room: RoomRow,
    },
    /// A message is on the log.
    Sent {
        /// Where.
        room: RoomName,
        /// Its place.
        seq: Seq,
        /// Its time.
        at: Timestamp,
        /// One with this nonce had been there already.
        duplicate: bool,
    },
    /// It is so, and where an event made it so, that is the one.
    Changed {
        /// The room of that event.
        room: RoomName,
        /// Its place.
        seq: Option<Seq>,
    },
    /// Some of what was too old is gone.
    Forgotten {
        /// Where to go on; `None` after the last room.
        next: Option<RoomId>,
    },
    /// The marker stands at `seq`.
    Read {
        /// Which room, inwardly.
        room: RoomId,
        /// Where the marker stands now.
        seq: Seq,
        /// It moved.
        moved: bool,
        /// What lies above it now.
        counts: Counts,
    },
}

/// See [`Committed::Welcomed`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcomed {
    /// Who it is.
    pub user: UserRow,
    /// A token was made for this device ([`Hello::fresh`]).
    pub new_device: bool,
    /// Was nobody before: all rooms that they are in they came into just now.
    pub newcomer: bool,
}
