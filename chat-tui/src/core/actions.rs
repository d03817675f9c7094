//! The list of actions: all that a person can make the client do.
//!
//! The palette, help, which-key, the key map, the commands after a slash, the
//! names in the configuration and the reference in `docs/terminal.md` all come
//! from here, so that none of them knows one that another lacks.
//!
//! To add an action:
//!
//! 1. Write a line into the group where a person would look for it: variant,
//!    name, when it works, whether it needs the server, what it takes, its
//!    keys, and what it does in words that go on from "this key will …".
//! 2. The compiler then asks for its arm in `State::act` (`act.rs`); what it
//!    takes has been read and checked by then.
//! 3. Run `cargo test -p chat-tui reference`: it writes the action into
//!    `docs/terminal.md`.
//!
//! Nothing else: it can be found, bound, typed after a slash (unless it edits
//! text or needs a selected message) and is offered only where it works. Always
//! holds: names are unique, and in each preset no two actions that work at
//! once have the same keys.

use super::words::Takes;

/// When an action works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum When {
    /// Whatever is open.
    Always,
    /// While no overlay is open.
    Room,
    /// While a text is written, in the room or in an overlay.
    Writing,
    /// While a message is selected.
    Selecting,
    /// While a message of the open room stands refused.
    Refused,
}

/// Whether an action works without the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// It does.
    Nothing,
    /// It does not.
    Server,
}

/// What the list says of an action.
#[derive(Debug)]
pub struct Info {
    /// Its name: in the configuration, and after a slash.
    pub name: &'static str,
    /// Where it is listed.
    pub group: Group,
    /// When it works.
    pub when: When,
    /// Whether it works without the server.
    pub needs: Needs,
    /// What is to be said with it.
    pub takes: Takes,
    /// Its keys in the preset `default`, the most usual first.
    pub keys: &'static [&'static str],
    /// What it does.
    pub title: &'static str,
}

macro_rules! actions {
    ($( $group:ident $heading:literal { $(
        $variant:ident $name:literal $when:ident $needs:ident $takes:ident
            [$($keys:literal)*] $title:literal
    )* } )*) => {
        /// Everything that a person can make the client do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $( $( #[doc = $title] $variant, )* )* }

        /// What belongs together in the lists.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Group { $( #[doc = $heading] $group, )* }

        impl Action {
            /// All actions, in the order of the lists.
            pub const ALL: &[Self] = &[ $( $( Self::$variant, )* )* ];

            /// What the list says of it.
            pub fn info(self) -> &'static Info {
                match self { $( $( Self::$variant => &Info {
                    name: $name,
                    group: Group::$group,
                    when: When::$when,
                    needs: Needs::$needs,
                    takes: Takes::$takes,
                    keys: &[$($keys),*],
                    title: $title,
                }, )* )* }
            }
        }

        impl Group {
            /// All groups, in the order of the lists.
            pub const ALL: &[Self] = &[ $( Self::$group, )* ];

            /// Its heading.
            pub fn heading(self) -> &'static str {
                match self { $( Self::$group => $heading, )* }
            }
        }
    };
}

actions! {
    Program "Finding things" {
        Palette "palette" Always Nothing Nothing ["C-p"] "find and run any action"
        Help "help" Always Nothing MaybeText ["F1"] "show all keys and commands"
        SelectHelp "select-help" Selecting Nothing Nothing ["?"] "show all keys and commands"
        Close "close" Always Nothing Nothing ["Esc"] "close what is open; then go to the newest"
        Hints "hints" Always Nothing Nothing ["F3"] "show or hide the line of keys"
        Mouse "mouse" Always Nothing Nothing ["F4"] "leave the mouse to the terminal, or take it back"
        Theme "theme" Room Nothing MaybeText ["C-x l"] "choose how it looks; dark, light, high contrast"
        Redraw "redraw" Always Nothing Nothing ["C-l"] "draw the screen anew"
        Debug "debug" Always Nothing Nothing ["F12"] "show or hide figures of the connection, for when something is wrong"
        Suspend "suspend" Always Nothing Nothing ["C-z"] "stop the program; fg brings it back"
        Server "server" Always Nothing MaybeServer ["C-x h"] "go to another server of the configuration"
        StartServer "start-server" Always Nothing Nothing ["C-x H"] "start a server on this machine, if there is none"
        Login "login" Room Nothing Nothing ["C-x a l"] "come in by name and password"
        Register "register" Room Server Nothing ["C-x a r"] "become an account: the name is yours, on all devices"
        Password "password" Room Server Nothing ["C-x a p"] "change the password; other devices are logged out"
        Logout "logout" Room Server Nothing ["C-x a o"] "log this device out, after asking"
        Interrupt "interrupt" Always Nothing Nothing ["C-c"] "twice: quit"
        Quit "quit" Always Nothing Nothing ["C-x C-c"] "end the program; nothing typed is lost"
    }
    Rooms "Rooms" {
        Go "go" Always Nothing Nothing ["C-k"] "go to a room"
        NextUnread "next-unread" Room Nothing Nothing ["A-a"] "next room with something unread, mentions first"
        NextRoom "next-room" Room Nothing Nothing ["A-Down"] "next room"
        PreviousRoom "previous-room" Room Nothing Nothing ["A-Up"] "previous room"
        Room1 "room-1" Room Nothing Nothing ["A-1"] "first room"
        Room2 "room-2" Room Nothing Nothing ["A-2"] "second room"
        Room3 "room-3" Room Nothing Nothing ["A-3"] "third room"
        Room4 "room-4" Room Nothing Nothing ["A-4"] "fourth room"
        Room5 "room-5" Room Nothing Nothing ["A-5"] "fifth room"
        Room6 "room-6" Room Nothing Nothing ["A-6"] "sixth room"
        Room7 "room-7" Room Nothing Nothing ["A-7"] "seventh room"
        Room8 "room-8" Room Nothing Nothing ["A-8"] "eighth room"
        Room9 "room-9" Room Nothing Nothing ["A-9"] "ninth room"
        Join "join" Room Server Room ["C-x j"] "come into a room; it is made if there is none"
        Rooms "rooms" Room Server MaybeText ["C-x r"] "list the rooms of the server"
        Direct "direct" Room Server Person ["C-x d"] "open the room of the two of you"
        Create "create" Room Server NewRoom ["C-x c"] "make a room; a private one is for whom you invite"
        Leave "leave" Room Server MaybeNamed ["C-x k"] "leave this room, or another one"
    }
    Here "This room" {
        Members "members" Room Server Nothing ["F2"] "show who is in this room"
        Invite "invite" Room Server Person ["C-x i"] "invite someone into this room, and into its past"
        Topic "topic" Room Server Topic ["C-x t"] "set this room's topic"
        Kick "kick" Room Server Moderated ["C-x m k"] "remove someone, who may come back"
        Ban "ban" Room Server Moderated ["C-x m b"] "remove someone, who may not come back"
        Unban "unban" Room Server Moderated ["C-x m B"] "let someone banned come back"
        Mute "mute" Room Server Moderated ["C-x m m"] "let someone read, but not write"
        Unmute "unmute" Room Server Moderated ["C-x m M"] "let someone write again"
        Role "role" Room Server Role ["C-x m r"] "give someone another role"
        Settings "settings" Room Server Guests ["C-x m s"] "say whether guests may write here"
        Hook "hook" Room Server Program ["C-x m h"] "make an address by which a program speaks here"
        Hooks "hooks" Room Server Nothing ["C-x m l"] "list the programs that speak here"
        Unhook "unhook" Room Server Program ["C-x m H"] "stop a program from speaking here"
        Notify "notify" Room Nothing Level ["C-x m n"] "say what of this room notifies you: all, mentions or none"
        MuteRoom "mute-room" Room Nothing Nothing ["C-x m q"] "be notified of nothing here; again: as before"
        Ignore "ignore" Room Nothing Person ["C-x m i"] "hide on this client what someone says"
        Unignore "unignore" Room Nothing Person ["C-x m I"] "show again what someone says"
    }
    Reading "Reading" {
        PageUp "page-up" Always Nothing Nothing ["PageUp"] "a page up"
        PageDown "page-down" Always Nothing Nothing ["PageDown"] "a page down"
        Oldest "oldest" Room Nothing Nothing ["C-Home"] "go to the oldest message"
        At "at" Room Nothing Moment ["C-x g"] "go to a date: yesterday, mon, 2026-11-01, 14:30, -3d"
        Search "search" Room Nothing MaybeText ["C-x s" "A-s"] "find messages; in this room, in all, or those that name you"
        Newest "newest" Room Nothing Nothing ["C-End"] "go to the newest message"
        JumpNew "jump-new" Room Nothing Nothing ["A-n"] "go to the first unread message"
        Inbox "inbox" Room Nothing Nothing ["A-i"] "list where you are named, in all rooms"
        MarkUnread "mark-unread" Room Server Nothing ["A-u"] "mark unread from here"
        Read "read" Room Server Nothing ["A-m"] "mark all rooms read"
        UndoMark "undo-mark" Room Server Nothing ["A-z"] "take the last marking back"
    }
    Messages "Messages" {
        Reply "reply" Room Nothing Nothing ["A-r"] "answer the newest message, or the one before"
        Select "select" Room Nothing Number ["C-x n"] "select a message by its number in the room's log"
        SelectUp "select-up" Selecting Nothing Nothing ["Up" "k"] "the message before"
        SelectDown "select-down" Selecting Nothing Nothing ["Down" "j"] "the message after"
        SelectEdit "select-edit" Selecting Nothing Nothing ["e"] "edit this message, if it is yours"
        SelectDelete "select-delete" Selecting Nothing Nothing ["d" "Delete"] "delete this message, after asking"
        SelectReact "select-react" Selecting Nothing Nothing ["+"] "react to this message"
        SelectPin "select-pin" Selecting Nothing Nothing ["p"] "pin this message, or unpin it"
        SelectReply "select-reply" Selecting Nothing Nothing ["r" "Enter"] "answer this message"
        SelectCopy "select-copy" Selecting Nothing Nothing ["y" "c"] "copy its text"
        SelectLink "select-link" Selecting Nothing Nothing ["l"] "copy its place, for others to go to"
        Thread "thread" Room Nothing Nothing ["A-o"] "open the newest thread in sight at the side"
        SelectThread "select-thread" Selecting Nothing Nothing ["t"] "open its thread at the side: what it began, or what it is in"
        OtherPane "other-pane" Room Nothing Nothing ["F6" "C-x o"] "go from the room to the thread at its side, or back"
        SelectInfo "select-info" Selecting Nothing Nothing ["i"] "show when it was sent and changed, and by whom"
        SelectJump "select-jump" Selecting Nothing Nothing ["g"] "go to the message that it answers"
        SelectUnread "select-unread" Selecting Server Nothing ["u"] "mark unread from here"
        Links "links" Room Nothing Nothing ["A-l"] "give each link in sight a letter, to open or copy it"
        EditNewest "edit-newest" Room Nothing Nothing ["C-x e"] "edit your newest message"
        Back "back" Room Nothing Nothing ["A-Left"] "go back to where you were before the last jump"
        Retry "retry" Refused Nothing Nothing ["A-t"] "try the refused message again"
        EditAgain "edit-again" Refused Nothing Nothing ["A-e"] "edit the refused message"
        Discard "discard" Refused Nothing Nothing ["A-x"] "discard the refused message"
    }
    Files "Files" {
        Upload "upload" Room Server Path ["C-x f u"] "send a file of this machine"
        Save "save" Room Server Nothing ["C-x f s"] "save the newest file in sight"
        Open "open" Room Server Nothing ["C-x f o"] "save the newest file in sight, and open it"
        SelectSave "select-save" Selecting Server Nothing ["s"] "save its file"
        SelectOpen "select-open" Selecting Server Nothing ["o"] "save its file, and open it"
        Stop "stop" Room Nothing Nothing ["A-c"] "stop a file that is on its way"
    }
    Writing "Writing" {
        Send "send" Writing Nothing Nothing ["Enter"] "send"
        NewLine "new-line" Writing Nothing Nothing ["A-Enter" "C-j" "S-Enter" "C-Enter"] "begin a new line"
        Complete "complete" Writing Nothing Nothing ["Tab"] "complete the word; again: the next choice"
        CompleteBack "complete-back" Writing Nothing Nothing ["S-Tab"] "the choice before"
        Up "up" Writing Nothing Nothing ["Up"] "line up; before the first: earlier texts, or select a message"
        Down "down" Writing Nothing Nothing ["Down"] "line down; after the last: later texts"
        Left "left" Writing Nothing Nothing ["Left" "C-b"] "a character back"
        Right "right" Writing Nothing Nothing ["Right" "C-f"] "a character on"
        WordLeft "word-left" Writing Nothing Nothing ["A-b" "C-Left"] "a word back"
        WordRight "word-right" Writing Nothing Nothing ["A-f" "C-Right"] "a word on"
        LineStart "line-start" Writing Nothing Nothing ["Home" "C-a"] "to the start of the line"
        LineEnd "line-end" Writing Nothing Nothing ["End" "C-e"] "to the end of the line; in an empty one: to the newest message"
        Backspace "backspace" Writing Nothing Nothing ["Backspace" "C-h"] "delete the character before"
        Delete "delete" Writing Nothing Nothing ["Delete" "C-d"] "delete the character after"
        KillWordBack "kill-word-back" Writing Nothing Nothing ["C-w" "A-Backspace"] "cut the word before"
        KillWord "kill-word" Writing Nothing Nothing ["A-d"] "cut the word after"
        KillToStart "kill-to-start" Writing Nothing Nothing ["C-u"] "cut to the start of the line"
        KillToEnd "kill-to-end" Writing Nothing Nothing ["A-k"] "cut to the end of the line"
        Yank "yank" Writing Nothing Nothing ["C-y"] "put in what was cut last"
        Undo "undo" Writing Nothing Nothing ["C-_"] "undo"
        Redo "redo" Writing Nothing Nothing ["A-_" "A-/"] "redo"
        Editor "editor" Room Nothing Nothing ["C-x C-e"] "write the text in $EDITOR"
        Drop "drop" Room Nothing Nothing ["C-x z"] "throw away what is written here; undo brings it back"
        Sent "sent" Room Nothing Nothing ["C-r"] "find a text that was sent, to send it again"
    }
}

impl Action {
    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        let named = |action: &&Self| action.info().name == name;
        Self::ALL.iter().find(named).copied()
    }

    /// The actions that can be typed after a slash. Not those that edit what
    /// is typed, or that need a selected message: typing ends the selection.
    pub fn commands() -> impl Iterator<Item = Self> {
        let all = Self::ALL.iter().copied();
        all.filter(|action| match action.info().when {
            When::Always | When::Room | When::Refused => true,
            When::Writing | When::Selecting => false,
        })
    }
}

impl When {
    /// Whether there are times when both work, so that a key must not be for both.
    pub fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Selecting, Self::Writing | Self::Refused)
            | (Self::Writing | Self::Refused, Self::Selecting) => false,
            (
                Self::Always | Self::Room | Self::Writing | Self::Selecting | Self::Refused,
                Self::Always | Self::Room | Self::Writing | Self::Selecting | Self::Refused,
            ) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_words_that_can_be_typed_and_each_is_one_actions() {
        let mut names = BTreeSet::new();
        for action in Action::ALL {
            let Info { name, title, .. } = action.info();
            assert!(
                name.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            );
            assert!(names.insert(name), "{name} twice");
            assert!(!title.is_empty());
            assert_eq!(Action::named(name), Some(*action));
        }
        assert_eq!(Action::named("topc"), None);
    }

    #[test]
    fn what_is_typed_after_a_slash_neither_edits_nor_needs_a_selection() {
        let commands: Vec<_> = Action::commands().collect();
        assert!(commands.contains(&Action::Join) && commands.contains(&Action::Retry));
        assert!(!commands.contains(&Action::Left) && !commands.contains(&Action::SelectCopy));
    }
}
