//! Changes in short words: what a guest asks for, with the rest as it mostly is.

use super::*;

pub(super) fn token(number: u64) -> TokenHash {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_le_bytes());
    TokenHash(hash)
}

pub(super) fn seq(number: u64) -> Seq {
    Seq::new(number).unwrap()
}

pub(super) fn user(text: &str) -> UserName {
    UserName::trusted(text).unwrap()
}

pub(super) fn room(text: &str) -> RoomName {
    RoomName::trusted(text).unwrap()
}

pub(super) fn hello(called: Option<&str>, token: Option<TokenHash>, fresh: TokenHash) -> Change {
    Change::Hello(Hello {
        name: called.map(user),
        token,
        fresh,
        default_rooms: vec![room("lobby")],
        guests: true,
    })
}

pub(super) fn join(guest: &Guest, name: &str) -> Change {
    Change::Join(Join {
        user: guest.row.id,
        room: room(name),
        after: None,
        create: true,
        rooms_max: 1000,
    })
}

pub(super) fn create(guest: &Guest, name: &str, kind: RoomKind) -> Change {
    Change::Create(Create {
        by: guest.row.id,
        room: room(name),
        kind,
        topic: Topic::default(),
        rooms_max: 1000,
    })
}

pub(super) fn direct(guest: &Guest, name: &str) -> Change {
    Change::Direct(Direct {
        by: guest.row.id,
        room: room(name),
        rooms_max: 1000,
    })
}

pub(super) fn invite(guest: &Guest, name: &str, called: &str) -> Change {
    Change::Invite(Invite {
        by: guest.row.id,
        room: room(name),
        user: user(called),
    })
}

pub(super) fn moderate(guest: &Guest, name: &str, act: Act, called: &str) -> Change {
    Change::Moderate(Moderate {
        by: guest.row.id,
        room: room(name),
        act,
        user: user(called),
        reason: None,
    })
}

pub(super) fn set_role(guest: &Guest, name: &str, called: &str, role: Role) -> Change {
    Change::SetRole(SetRole {
        by: guest.row.id,
        room: room(name),
        user: user(called),
        role,
    })
}

pub(super) fn settings(guest: &Guest, name: &str, guests: bool) -> Change {
    Change::Settings(SetSettings {
        by: guest.row.id,
        room: room(name),
        guests,
    })
}

pub(super) fn leave(guest: &Guest, name: &str) -> Change {
    Change::Leave(Leave {
        user: guest.row.id,
        room: room(name),
    })
}

pub(super) fn topic(guest: &Guest, name: &str, text: &str) -> Change {
    Change::SetTopic(SetTopic {
        by: guest.row.id,
        room: room(name),
        topic: Topic::parse(text, usize::MAX).unwrap(),
    })
}

pub(super) fn revise(guest: &Guest, name: &str, target: u64, what: Revision) -> Change {
    Change::Revise(Revise {
        by: guest.row.id,
        room: room(name),
        target: seq(target),
        what,
    })
}

pub(super) fn edit(text: &str) -> Revision {
    Revision::Edit(Text::parse(text, usize::MAX).unwrap())
}

pub(super) fn react(emoji: &str, on: bool) -> Revision {
    Revision::React {
        emoji: Emoji::parse(emoji).unwrap(),
        on,
    }
}

pub(super) fn send(guest: &Guest, name: &str, text: &str, nonce: Option<&str>) -> Change {
    Change::Send(SendMessage {
        author: guest.row.id,
        room: room(name),
        text: Some(Text::parse(text, usize::MAX).unwrap()),
        nonce: nonce.map(|nonce| Nonce::parse(nonce).unwrap()),
        reply_to: None,
        rooms_max: 1000,
        files: Box::default(),
    })
}

pub(super) fn mark(guest: &Guest, name: &str, number: u64, back: bool) -> Change {
    Change::Read(MarkRead {
        user: guest.row.id,
        room: room(name),
        seq: seq(number),
        back,
    })
}
