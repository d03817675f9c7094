//! What the server keeps, behind one trait that a second engine can implement.
//!
//! Two halves. [`Store::commit`] takes a batch of [`Change`]s and makes them in
//! one transaction with one sync: for each it loads the facts, lets the rules
//! (`crate::rules`) decide, and writes what they decided. All else reads. The
//! store gives out `seq` and `at`, inside the commit; along a log neither
//! falls. This module knows no sockets, no sessions and no clock: `now` comes
//! with the batch.

mod change;
#[cfg(test)]
mod contract;
mod file;
mod hook;
mod row;
mod search;
pub mod sqlite;

pub(crate) use change::KEEP_DAYS_MAX;
pub use change::{
    AdminDeed, Administer, Change, Committed, Create, Decision, Devices, Direct, Effect, Forget,
    Gone, Hello, Invite, Join, Keep, Leave, Login, Logout, MarkRead, Moderate, Outcome, Register,
    Revise, Revision, SendMessage, SetKeep, SetPassword, SetRole, SetSettings, SetTopic, Welcomed,
};
pub use file::{DueFiles, FileId, FileRow, KeepFile, ReserveFile};
pub use hook::{HookId, HookSays, MakeHook, VoidHook};
pub use row::{
    AccountRow, Anchor, Counts, Credentials, DeviceRow, Invitation, MembersPage, Page,
    PasswordHash, RoomId, RoomRow, RoomsPage, Seen, Standing, TokenHash, UserId, UserRow,
};
pub use search::{Hits, NoPlace, Place, Search};

use chat_proto::{ErrorReply, Event, RoomName, Seq, Timestamp, UserName};
use std::pin::Pin;

/// A read or a commit under way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing was done; it may work again later (a full disk, a lost connection).
    #[error("storage can't be reached: {0}")]
    Unavailable(String),
    /// What was asked for takes more looking through than is done at once.
    #[error("that takes too long")]
    TooLong,
    /// It broke during the commit: the changes may be there or not.
    #[error("storage broke during a commit: {0}")]
    Unknown(String),
    /// What is stored makes no sense; a fault of ours or of the disk.
    #[error("storage holds what it can't: {0}")]
    Corrupt(String),
}

/// Durable storage. One contract, tried on every engine by `contract.rs`.
pub trait Store: Send + Sync {
    /// The id of this history of the whole store.
    fn epoch(&self) -> &str;

    /// Makes the changes, in their order, in one transaction; once this
    /// returns, they are on stable storage. One [`Outcome`] for each change.
    /// A refused change does not hold up the others.
    fn commit(&self, batch: Vec<Change>, now: Timestamp) -> Pending<'_, Vec<Outcome>>;

    /// What the password of the account with this name is held against; `None`
    /// if there is no such account.
    fn credentials(&self, name: UserName) -> Pending<'_, Option<Credentials>>;

    /// Whose device has this token; `None` if it is nobody's, or void.
    fn device(&self, token: TokenHash) -> Pending<'_, Option<UserRow>>;

    /// Those who bear a name, in the order in which they came, after `after`.
    fn accounts(&self, after: UserId, limit: usize) -> Pending<'_, Vec<AccountRow>>;

    /// The devices of the user with this name, the last used first; `None` if
    /// there is no such user.
    fn devices(&self, name: UserName, limit: usize) -> Pending<'_, Option<Vec<DeviceRow>>>;

    /// The rooms that a user is in, with heads, markers and counts, by name.
    fn standings(&self, user: UserId, name: UserName) -> Pending<'_, Vec<Standing>>;

    /// One of them, as its log stood when it ended with `head` (`None`: as it
    /// stands now); `None` if the user is not in that room.
    fn standing(
        &self,
        user: UserId,
        name: UserName,
        room: RoomId,
        head: Option<Seq>,
    ) -> Pending<'_, Option<Standing>>;

    /// The invitations that wait for a user, by room.
    fn invitations(&self, user: UserId) -> Pending<'_, Vec<Invitation>>;

    /// A room by name, and whether this user is in it.
    fn room(&self, name: RoomName, user: UserId) -> Pending<'_, Option<(RoomRow, bool)>>;

    /// A room by name, and all that the rules ask about this user there.
    fn seen(&self, name: RoomName, user: UserId) -> Pending<'_, Option<Seen>>;

    /// Events above `after`, in order, at most `limit`; of what was deleted only what is left.
    fn events(&self, room: RoomId, after: Seq, limit: usize) -> Pending<'_, Vec<Event>>;

    /// A page of folded history.
    fn history(&self, room: RoomId, anchor: Anchor, limit: usize) -> Pending<'_, Page>;

    /// Messages that are looked for, in the rooms that the user is in. All
    /// that was committed before is found. [`StoreError::TooLong`] if there is
    /// too much to be looked through for what is found.
    fn search(&self, search: Search) -> Pending<'_, Hits>;

    /// Public rooms and the user's own whose name or topic holds `query`, in any
    /// case, by name, after `after`.
    fn rooms(
        &self,
        user: UserId,
        query: String,
        mine: bool,
        after: String,
        limit: usize,
    ) -> Pending<'_, RoomsPage>;

    /// Members of a room, by key of name, after `after` (a key).
    fn members(&self, room: RoomId, after: String, limit: usize) -> Pending<'_, MembersPage>;

    /// The webhook with this token.
    fn hook(&self, token: TokenHash) -> Pending<'_, Option<HookId>>;

    /// The webhooks of a room by name, for those who may manage them.
    fn hooks(&self, by: UserId, room: RoomName) -> Pending<'_, Result<Vec<UserName>, ErrorReply>>;

    /// A file, if this user may fetch it.
    fn file(&self, user: UserId, id: FileId) -> Pending<'_, Option<FileRow>>;

    /// Files whose time is over, at most `limit` doomed ones.
    fn due_files(&self, now: Timestamp, limit: usize) -> Pending<'_, DueFiles>;

    /// Whether storage answers now.
    fn ready(&self) -> Pending<'_, ()>;
}
