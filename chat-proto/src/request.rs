//! Requests: what a client asks, one struct each, in one table.
//!
//! The table is the only place that lists them: types, reading, writing, the
//! words of `help` and the names that a misspelt one is compared with are all
//! made from it.

#[macro_use]
mod table;
mod rules;

use crate::event::{Role, RoomKind};
use crate::fields::{ClientName, Field, Fields};
use crate::limits::Limits;
use crate::name::{RoomName, RoomRef, UserName};
use crate::text::{Emoji, Nonce, Password, Text, Token, Topic};
use crate::{ErrorReply, RequestId, Seq, Timestamp};
use serde::Serialize;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::num::NonZeroU32;

requests! {
    /// Comes in: as a guest by name, to an account by name and password, or again by token.
    Hello "hello" {
        /// The name to bear; beside a token it must be its user's.
        name: Option<UserName>,
        /// Of the account with that name.
        password: Option<Password>,
        /// Of an earlier `welcome`.
        token: Option<Token>,
        /// The client's name and version, for the operator.
        client: Option<ClientName>,
        /// The last `seq` had of each room; what came later follows.
        resume: Option<BTreeMap<String, Seq>>,
        /// The epoch in which those were had.
        epoch: Option<String>,
        /// False: never a `gap` but for what is no longer kept.
        gaps: Option<bool>,
    }
    /// Makes the guest an account: same user, same name, same token.
    Register "register" {
        /// The account's password.
        password: Password,
    }
    /// Changes the password; the user's other devices are logged out.
    ChangePassword "password" {
        /// The one so far.
        old: Password,
        /// The one from now on.
        new: Password,
    }
    /// Voids this device's token and closes.
    Logout "logout" {}
    /// Comes into a room, or fetches its newest page if one is in it already.
    Join "join" {
        /// Which.
        room: RoomRef,
        /// The last event had; what came later follows instead of a page.
        after: Option<Seq>,
        /// False: a room that does not exist is not made.
        create: Option<bool>,
    }
    /// Makes a room and comes into it as its owner.
    Create "create" {
        /// Its name.
        room: RoomName,
        /// Public or private.
        kind: Option<RoomKind>,
        /// What it is about.
        topic: Option<Topic>,
    }
    /// Leaves a room.
    Leave "leave" {
        /// Which.
        room: RoomRef,
    }
    /// Lists the public rooms and one's own, by name.
    Rooms "rooms" {
        /// A part of the name or the topic.
        query: Option<String>,
        /// Rows at the most.
        limit: Option<NonZeroU32>,
        /// The last row of the page before.
        after: Option<String>,
        /// True: only one's own.
        mine: Option<bool>,
    }
    /// Lists who is in a room, by name.
    Members "members" {
        /// Which.
        room: RoomRef,
        /// Rows at the most.
        limit: Option<NonZeroU32>,
        /// The last row of the page before.
        after: Option<String>,
    }
    /// Sets a room's topic.
    SetTopic "topic" {
        /// Which.
        room: RoomRef,
        /// The new one; may be empty.
        topic: Topic,
    }
    /// Invites someone into a private room, and so into its past.
    Invite "invite" {
        /// Where to.
        room: RoomRef,
        /// Whom.
        user: UserName,
    }
    /// Opens the room of two people.
    Direct "direct" {
        /// The other one.
        user: UserName,
    }
    /// Removes a member, who may come back.
    Kick "kick" {
        /// From where.
        room: RoomRef,
        /// Whom.
        user: UserName,
        /// Why.
        reason: Option<Topic>,
    }
    /// Removes someone, who may not come back.
    Ban "ban" {
        /// From where.
        room: RoomRef,
        /// Whom.
        user: UserName,
        /// Why.
        reason: Option<Topic>,
    }
    /// Lets someone banned come back.
    Unban "unban" {
        /// Where.
        room: RoomRef,
        /// Whom.
        user: UserName,
        /// Why.
        reason: Option<Topic>,
    }
    /// Lets a member read, but not write.
    Mute "mute" {
        /// Where.
        room: RoomRef,
        /// Whom.
        user: UserName,
        /// Why.
        reason: Option<Topic>,
    }
    /// Lets a muted member write again.
    Unmute "unmute" {
        /// Where.
        room: RoomRef,
        /// Whom.
        user: UserName,
        /// Why.
        reason: Option<Topic>,
    }
    /// Gives a member another role.
    SetRole "role" {
        /// Where.
        room: RoomRef,
        /// Whom.
        user: UserName,
        /// Which.
        role: Role,
    }
    /// Changes a room's settings.
    Settings "settings" {
        /// Which.
        room: RoomRef,
        /// Whether guests may write.
        guests: Option<bool>,
    }
    /// Says something in a room.
    Send "send" {
        /// Where.
        room: RoomRef,
        /// What; may be left out where files are attached.
        text: Option<Text>,
        /// By which a repeated `send` is known.
        nonce: Option<Nonce>,
        /// The message that this one answers.
        reply_to: Option<Seq>,
        /// Ids of uploaded files.
        files: Option<Vec<SmolStr>>,
    }
    /// Changes the text of one's own message.
    Edit "edit" {
        /// Where.
        room: RoomRef,
        /// Which message.
        target: Seq,
        /// Its new text.
        text: Text,
    }
    /// Deletes a message: its text is gone for good.
    Delete "delete" {
        /// Where.
        room: RoomRef,
        /// Which message.
        target: Seq,
    }
    /// Puts an emoji to a message, or takes it away.
    React "react" {
        /// Where.
        room: RoomRef,
        /// Which message.
        target: Seq,
        /// An emoji, or a `:shortcode:`.
        emoji: Emoji,
        /// False: takes it away.
        on: Option<bool>,
    }
    /// Pins a message, or unpins it.
    Pin "pin" {
        /// Where.
        room: RoomRef,
        /// Which message.
        target: Seq,
        /// False: unpins it.
        on: Option<bool>,
    }
    /// Reads a page of a room's past; without a place, the newest.
    GetHistory "history" {
        /// Which room.
        room: RoomRef,
        /// Entries older than this; of a thread as well.
        before: Option<Seq>,
        /// Entries newer than this.
        after: Option<Seq>,
        /// Entries on both sides of this, and itself.
        around: Option<Seq>,
        /// Entries from this moment on.
        at: Option<Timestamp>,
        /// Entries changed after this, by their last change.
        changed_after: Option<Seq>,
        /// This message and all that answer it.
        thread: Option<Seq>,
        /// Entries at the most.
        limit: Option<NonZeroU32>,
    }
    /// Finds messages that hold all the words, in the rooms one is in.
    Search "search" {
        /// Words, and phrases in double quotes.
        query: String,
        /// Only in this room.
        room: Option<RoomRef>,
        /// Only by this person.
        author: Option<UserName>,
        /// Not before.
        since: Option<Timestamp>,
        /// Not after.
        until: Option<Timestamp>,
        /// Hits at the most.
        limit: Option<NonZeroU32>,
        /// The `next` of the page before.
        cursor: Option<String>,
    }
    /// Moves the marker of what one has read.
    Read "read" {
        /// In which room.
        room: RoomRef,
        /// The last event read.
        seq: Seq,
        /// True: the marker may also go back.
        back: Option<bool>,
    }
    /// Tells the others that one is typing.
    Typing "typing" {
        /// Where.
        room: RoomRef,
    }
    /// Asks whether anyone is there.
    Ping "ping" {}
    /// Lists every request with an example.
    GetHelp "help" {}
    /// Makes an incoming webhook.
    MakeHook "hook" {
        /// Where it writes.
        room: RoomRef,
        /// The name its messages bear.
        name: UserName,
    }
    /// Lists a room's webhooks.
    ListHooks "hooks" {
        /// Which room.
        room: RoomRef,
    }
    /// Voids a webhook.
    Unhook "unhook" {
        /// Where it writes.
        room: RoomRef,
        /// Its name.
        name: UserName,
    }
}
