//! What is said with an action: kinds of words, and reading them by the rules.

use super::actions::Action;
use super::notify::Level;
use chat_proto::event::{Role, RoomKind};
use chat_proto::{Limits, RoomName, RoomRef, Seq, Topic, UserName};

/// What an action takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A room, by its name or that of the other person in it.
    Room,
    /// A room by its own name.
    Named,
    /// A room by its own name, or none.
    MaybeNamed,
    /// A person.
    Person,
    /// The name of a program.
    Program,
    /// A topic; an empty one as well.
    Topic,
    /// A room to be made, and whether it is private.
    NewRoom,
    /// A person, and a reason or none.
    Moderated,
    /// A person and a role.
    Role,
    /// Whether guests may write.
    Guests,
    /// A server by its name, or none.
    MaybeServer,
    /// Any words, or none.
    MaybeText,
    /// A date, a time, or the place of a message.
    Moment,
    /// What of a room is told.
    Level,
    /// The number of a message in its room's log.
    Number,
    /// A file of this machine.
    Path,
}

/// What was said with an action, checked; of the kind that it takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Words {
    /// Nothing.
    #[default]
    None,
    /// A room.
    Room(RoomRef),
    /// A room by its own name.
    Named(RoomName),
    /// A person.
    Person(UserName),
    /// The name of a program.
    Program(UserName),
    /// A topic.
    Topic(Topic),
    /// A room to be made.
    NewRoom(RoomName, RoomKind),
    /// A person, and a reason.
    Moderated(UserName, Option<Topic>),
    /// A person and a role.
    Role(UserName, Role),
    /// Whether guests may write.
    Guests(bool),
    /// What of a room is told; `None`: as usual.
    Level(Option<Level>),
    /// The number of a message.
    Number(Seq),
    /// Any words.
    Text(String),
}

impl Words {
    /// The words, where any may be said.
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::None
            | Self::Room(_)
            | Self::Named(_)
            | Self::Person(_)
            | Self::Program(_)
            | Self::Topic(_)
            | Self::NewRoom(..)
            | Self::Moderated(..)
            | Self::Role(..)
            | Self::Number(_)
            | Self::Level(_)
            | Self::Guests(_) => None,
        }
    }
}

impl Takes {
    /// How the words are called in lists; empty if it takes none.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Room | Self::Named => "ROOM",
            Self::MaybeNamed => "[ROOM]",
            Self::Person | Self::Program => "NAME",
            Self::Topic => "TEXT",
            Self::NewRoom => "ROOM [private]",
            Self::Moderated => "NAME [REASON]",
            Self::Role => "NAME member|moderator|owner",
            Self::Guests => "guests on|off",
            Self::MaybeServer => "[SERVER]",
            Self::MaybeText => "[WORDS]",
            Self::Moment => "DATE",
            Self::Number => "NUMBER",
            Self::Path => "PATH",
            Self::Level => "all|mentions|none|usual",
        }
    }

    /// Whether it can't be done without words.
    pub fn asks(self) -> bool {
        match self {
            Self::Room
            | Self::Named
            | Self::Person
            | Self::Program
            | Self::Topic
            | Self::Moment
            | Self::Number
            | Self::Path
            | Self::Level
            | Self::NewRoom
            | Self::Moderated
            | Self::Role
            | Self::Guests => true,
            Self::Nothing | Self::MaybeNamed | Self::MaybeServer | Self::MaybeText => false,
        }
    }
}

impl Action {
    /// Reads the words said with it; the error is for the person who typed them.
    pub(super) fn read(self, text: &str, limits: &Limits) -> Result<Words, String> {
        let text = text.trim();
        let takes = self.info().takes;
        if text.is_empty() && takes != Takes::Topic {
            return if takes.asks() {
                Err(format!("what? {}", self.usage()))
            } else {
                Ok(Words::None)
            };
        }
        match takes {
            Takes::Nothing => Err(format!("/{} takes nothing after it", self.info().name)),
            Takes::Room => room(text, limits).map(Words::Room),
            Takes::Named | Takes::MaybeNamed => named(text, limits).map(Words::Named),
            Takes::Person => person(text, limits).map(Words::Person),
            Takes::Program => person(text, limits).map(Words::Program),
            Takes::Topic => Topic::parse(text, limits.topic_chars)
                .map(Words::Topic)
                .map_err(|e| format!("the topic {e}")),
            Takes::NewRoom => new_room(text, limits),
            Takes::Moderated => moderated(text, limits),
            Takes::Role => role(text, limits),
            Takes::Guests => guests(text),
            Takes::MaybeServer | Takes::MaybeText | Takes::Moment | Takes::Path => {
                Ok(Words::Text(text.to_owned()))
            }
            Takes::Level => level(text),
            Takes::Number => number(text),
        }
    }

    /// How it is typed, and what it does.
    pub(super) fn usage(self) -> String {
        let info = self.info();
        format!("/{} {}: {}", info.name, info.takes.words(), info.title)
    }
}

fn room(text: &str, limits: &Limits) -> Result<RoomRef, String> {
    let bare = text.strip_prefix('#').unwrap_or(text);
    RoomRef::parse(bare, limits.name_chars, limits.room_chars)
        .map_err(|e| format!("the room's name {e}"))
}

fn named(text: &str, limits: &Limits) -> Result<RoomName, String> {
    match room(text, limits)? {
        RoomRef::Named(name) => Ok(name),
        RoomRef::With(_) => Err("write a direct room in full, like @ada+bob".to_owned()),
    }
}

fn person(text: &str, limits: &Limits) -> Result<UserName, String> {
    let bare = text.strip_prefix('@').unwrap_or(text);
    UserName::parse(bare, limits.name_chars).map_err(|e| format!("the name {e}"))
}

/// The first word, and what follows it.
fn first(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim())
}

fn new_room(text: &str, limits: &Limits) -> Result<Words, String> {
    let (name, kind) = first(text);
    let kind = match kind {
        "" | "public" => RoomKind::Public,
        "private" => RoomKind::Private,
        other => return Err(format!("{other:?} is neither \"public\" nor \"private\"")),
    };
    Ok(Words::NewRoom(named(name, limits)?, kind))
}

fn moderated(text: &str, limits: &Limits) -> Result<Words, String> {
    let (name, reason) = first(text);
    let reason = (!reason.is_empty()).then(|| Topic::parse(reason, limits.topic_chars));
    let reason = reason.transpose().map_err(|e| format!("the reason {e}"))?;
    Ok(Words::Moderated(person(name, limits)?, reason))
}

fn role(text: &str, limits: &Limits) -> Result<Words, String> {
    let (name, role) = first(text);
    let role = match role {
        "member" => Role::Member,
        "moderator" => Role::Moderator,
        "owner" => Role::Owner,
        "" => return Err("which role? member, moderator or owner".to_owned()),
        other => {
            return Err(format!(
                "{other:?} is no role; write member, moderator or owner"
            ));
        }
    };
    Ok(Words::Role(person(name, limits)?, role))
}

fn level(text: &str) -> Result<Words, String> {
    let level = Level::named(text);
    if level.is_none() && text != "usual" {
        return Err(format!("{text:?} is none of all, mentions, none and usual"));
    }
    Ok(Words::Level(level))
}

fn number(text: &str) -> Result<Words, String> {
    let seq = text.parse().ok().and_then(Seq::new);
    seq.filter(|seq| *seq > Seq::ZERO)
        .map(Words::Number)
        .ok_or_else(|| format!("{text:?} is no number of a message"))
}

fn guests(text: &str) -> Result<Words, String> {
    match text {
        "guests on" => Ok(Words::Guests(true)),
        "guests off" => Ok(Words::Guests(false)),
        other => Err(format!(
            "{other:?} is no setting; write \"guests on\" or \"guests off\""
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_words_is_read_by_its_rules() {
        let limits = Limits::DEFAULT;
        let dev = RoomName::parse("dev", 64).unwrap();
        let bob = UserName::parse("bob", 32).unwrap();
        for (action, text, words) in [
            (Action::Join, "dev", Words::Room(dev.clone().into())),
            (Action::Join, "#dev", Words::Room(dev.clone().into())),
            (
                Action::Join,
                "@bob",
                Words::Room(RoomRef::With(bob.clone())),
            ),
            (Action::Leave, "", Words::None),
            (Action::Leave, " dev ", Words::Named(dev)),
            (Action::Direct, "@bob", Words::Person(bob)),
            (Action::Rooms, "", Words::None),
            (Action::Rooms, "de", Words::Text("de".into())),
            (Action::Quit, "", Words::None),
            (
                Action::Create,
                "ops private",
                Words::NewRoom(RoomName::parse("ops", 64).unwrap(), RoomKind::Private),
            ),
            (
                Action::Kick,
                "@eve for spam",
                Words::Moderated(
                    UserName::parse("eve", 32).unwrap(),
                    Topic::parse("for spam", 250).ok(),
                ),
            ),
            (
                Action::Role,
                "eve owner",
                Words::Role(UserName::parse("eve", 32).unwrap(), Role::Owner),
            ),
            (Action::Settings, "guests off", Words::Guests(false)),
            (Action::Notify, "all", Words::Level(Some(Level::All))),
            (Action::Notify, "usual", Words::Level(None)),
            (Action::Select, "3", Words::Number(Seq::FIRST.plus(2))),
        ] {
            assert_eq!(action.read(text, &limits), Ok(words), "{action:?} {text}");
        }
        for (action, text, said) in [
            (Action::Join, "", "/join ROOM"),
            (Action::Join, "Dev", "lower case: dev"),
            (Action::Direct, "a b", "the name"),
            (Action::Leave, "@bob", "in full"),
            (Action::Quit, "now", "takes nothing"),
            (Action::Create, "ops secret", "neither"),
            (Action::Role, "eve", "which role"),
            (Action::Role, "eve king", "no role"),
            (Action::Settings, "guests maybe", "guests on"),
            (Action::Ban, "e/ve", "the name"),
            (Action::Select, "x", "no number"),
            (Action::Notify, "some", "none of all"),
            (Action::Select, "0", "no number"),
        ] {
            let error = action.read(text, &limits).unwrap_err();
            assert!(error.contains(said), "{action:?} {text}: {error}");
        }
    }
}
