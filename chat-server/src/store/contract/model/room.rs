//! One room of the model: its log as it was said, and who is in it.

use super::super::*;
use super::{Turn, name};
use std::cmp::Reverse;

#[derive(Default)]
pub(super) struct Room {
    log: Vec<Logged>,
    pub(super) members: Vec<Member>,
    pub(super) owned: bool,
}

struct Logged {
    guest: usize,
    at: i64,
    what: What,
}

enum What {
    Said {
        text: String,
        nonce: Option<String>,
        names_all: bool,
    },
    Turned {
        target: u64,
        turn: Turn,
        names_all: bool,
    },
}

#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) guest: usize,
    pub(super) role: Role,
    pub(super) read: u64,
    pub(super) joined: i64,
}

/// A message as it stands, by looking through the whole log.
struct Standing {
    guest: usize,
    text: String,
    said_by: u64,
    names_all: bool,
    pinned: (bool, Option<u64>),
    deleted: Option<u64>,
}

impl Room {
    fn head(&self) -> u64 {
        self.log.len() as u64
    }

    fn place(&self, guest: usize) -> Option<usize> {
        self.members.iter().position(|member| member.guest == guest)
    }

    fn role(&self, guest: usize) -> Option<Role> {
        self.place(guest).map(|place| self.members[place].role)
    }

    fn append(&mut self, guest: usize, what: What, now: i64) -> (u64, i64) {
        let at = self.log.last().map_or(now, |last| last.at.max(now));
        self.log.push(Logged { guest, at, what });
        (self.head(), at)
    }

    /// `None`: there is no message of that number.
    fn message(&self, number: u64) -> Option<Standing> {
        let said = self.log.get((number as usize).checked_sub(1)?)?;
        let What::Said {
            text, names_all, ..
        } = &said.what
        else {
            return None;
        };
        let mut standing = Standing {
            guest: said.guest,
            text: text.clone(),
            said_by: number,
            names_all: *names_all,
            pinned: (false, None),
            deleted: None,
        };
        for (seq, turn, names_all) in self.turns(number) {
            match turn {
                Turn::Edit(text) => {
                    standing.text.clone_from(text);
                    standing.said_by = seq;
                    standing.names_all = names_all;
                }
                Turn::Pin(on) => standing.pinned = (*on, Some(seq)),
                Turn::Delete => standing.deleted = Some(seq),
                Turn::React(..) => {}
            }
        }
        Some(standing)
    }

    fn turns(&self, number: u64) -> impl Iterator<Item = (u64, &Turn, bool)> {
        self.log.iter().zip(1..).skip(number as usize).filter_map(
            move |(logged, seq)| match &logged.what {
                What::Turned {
                    target,
                    turn,
                    names_all,
                } if *target == number => Some((seq, turn, *names_all)),
                What::Turned { .. } | What::Said { .. } => None,
            },
        )
    }

    pub(super) fn join(&mut self, guest: usize, now: i64) -> String {
        let new = self.place(guest).is_none();
        if new {
            let owner = self.owned && self.members.is_empty();
            self.members.push(Member {
                guest,
                role: if owner { Role::Owner } else { Role::Member },
                read: self.head(),
                joined: now,
            });
        }
        format!("joined {new} {}", self.stands(guest).unwrap())
    }

    pub(super) fn leave(&mut self, guest: usize) -> String {
        let Some(place) = self.place(guest) else {
            return "NotMember".to_owned();
        };
        let left = self.members.remove(place);
        let rank = |member: &&mut Member| (Reverse(member.role), member.joined, member.guest);
        if left.role == Role::Owner
            && let Some(next) = self.members.iter_mut().min_by_key(rank)
        {
            next.role = Role::Owner;
        }
        format!("left {}", self.members.len())
    }

    pub(super) fn send(
        &mut self,
        guest: usize,
        text: &str,
        nonce: Option<&str>,
        reply_to: Option<u64>,
        now: i64,
    ) -> String {
        if let Some(nonce) = nonce
            && let Some((seq, first)) = self.said_with(guest, nonce)
        {
            let deleted = self.message(seq).unwrap().deleted.is_some();
            return if deleted || first == text {
                format!("repeated {seq} {}", self.log[seq as usize - 1].at)
            } else {
                "Conflict".to_owned()
            };
        }
        let Some(role) = self.role(guest) else {
            return "NotMember".to_owned();
        };
        if reply_to.is_some_and(|target| self.message(target).is_none()) {
            return "NotFound".to_owned();
        }
        let what = What::Said {
            text: text.to_owned(),
            nonce: nonce.map(str::to_owned),
            names_all: names_all(role, text),
        };
        let (seq, at) = self.append(guest, what, now);
        format!("sent {seq} {at}")
    }

    /// The message of that guest with that nonce, and what it said first.
    fn said_with(&self, by: usize, with: &str) -> Option<(u64, &str)> {
        self.log.iter().zip(1..).find_map(|(logged, seq)| {
            let What::Said { text, nonce, .. } = &logged.what else {
                return None;
            };
            (logged.guest == by && nonce.as_deref() == Some(with)).then_some((seq, text.as_str()))
        })
    }

    pub(super) fn revise(&mut self, guest: usize, target: u64, turn: &Turn, now: i64) -> String {
        let Some(role) = self.role(guest) else {
            return "NotMember".to_owned();
        };
        if matches!(turn, Turn::Pin(_)) && role == Role::Member {
            return "Forbidden".to_owned();
        }
        let Some(stood) = self.message(target) else {
            return "NotFound".to_owned();
        };
        let own = stood.guest == guest;
        let refused = match turn {
            Turn::Edit(_) => !own,
            Turn::Delete => !own && self.role(stood.guest) >= Some(role),
            Turn::React(..) | Turn::Pin(_) => false,
        } || (matches!(turn, Turn::Delete) && !own && role == Role::Member);
        if refused {
            return "Forbidden".to_owned();
        }
        let already = match (turn, stood.deleted) {
            (Turn::Delete, Some(by)) => Some(Some(by)),
            (_, Some(_)) => return "Conflict".to_owned(),
            (Turn::Delete, None) => None,
            (Turn::Edit(text), None) => (*text == stood.text).then_some(Some(stood.said_by)),
            (Turn::Pin(on), None) => (*on == stood.pinned.0).then_some(stood.pinned.1),
            (Turn::React(emoji, on), None) => {
                let (put, by) = self.reaction(guest, target, emoji);
                (put == *on).then_some(by)
            }
        };
        let made_by = already.unwrap_or_else(|| {
            let names_all = match turn {
                Turn::Edit(text) => names_all(role, text),
                Turn::Delete | Turn::React(..) | Turn::Pin(_) => false,
            };
            let what = What::Turned {
                target,
                turn: turn.clone(),
                names_all,
            };
            Some(self.append(guest, what, now).0)
        });
        format!("changed {:?}", made_by.map(seq))
    }

    /// Whether that guest has put the emoji there, and the event that made it so.
    fn reaction(&self, guest: usize, target: u64, wanted: &str) -> (bool, Option<u64>) {
        let last = self.turns(target).filter_map(|(seq, turn, _)| match turn {
            Turn::React(emoji, on)
                if *emoji == wanted && self.log[seq as usize - 1].guest == guest =>
            {
                Some((*on, Some(seq)))
            }
            _ => None,
        });
        last.last().unwrap_or((false, None))
    }

    pub(super) fn read(&mut self, guest: usize, seq: u64, back: bool) -> String {
        let head = self.head();
        let Some(place) = self.place(guest) else {
            return "NotMember".to_owned();
        };
        if seq > head {
            return "Invalid".to_owned();
        }
        let member = &mut self.members[place];
        let before = member.read;
        member.read = if back { seq } else { seq.max(before) };
        let (read, moved) = (member.read, member.read != before);
        let (unread, mentions) = self.counts(guest, read);
        format!("read {read} {moved} {unread} {mentions}")
    }

    pub(super) fn stands(&self, guest: usize) -> Option<String> {
        let Member { role, read, .. } = self.members[self.place(guest)?];
        let (unread, mentions) = self.counts(guest, read);
        let (head, members) = (self.head(), self.members.len());
        Some(format!(
            "{role:?} {read}/{head} of {members} {unread} {mentions}"
        ))
    }

    fn counts(&self, guest: usize, read: u64) -> (usize, usize) {
        let others = (read + 1..=self.head())
            .filter(|number| self.log[*number as usize - 1].guest != guest)
            .filter_map(|number| self.message(number))
            .filter(|message| message.deleted.is_none());
        let call = format!("@{}", name(guest));
        let (mut unread, mut mentions) = (0, 0);
        for message in others {
            unread += 1;
            mentions += usize::from(message.names_all || message.text.contains(&call));
        }
        (unread.min(1000), mentions.min(1000))
    }

    /// The log holds what was said and done, but for what is deleted.
    pub(super) fn check_log(&self, log: &[Event], guests: &[Guest]) {
        assert_eq!(log.len(), self.log.len());
        for (event, logged) in log.iter().zip(&self.log) {
            assert_eq!(event.at.millis(), logged.at);
            assert_eq!(event.author, guests[logged.guest].row.name);
            let number = match &logged.what {
                What::Said { .. } => event.seq.get(),
                What::Turned { target, .. } => *target,
            };
            let gone = self.message(number).unwrap().deleted.is_some();
            let text = |text: &String| (!gone).then(|| text.clone());
            let body = match &logged.what {
                What::Said { text: said, .. } => {
                    let EventBody::Message(message) = &event.body else {
                        panic!("{event:?}")
                    };
                    assert_eq!(message.text, text(said));
                    let bare = message.nonce.is_none() && message.reply_to.is_none();
                    assert!(!gone || bare, "{event:?}");
                    continue;
                }
                What::Turned { target, turn, .. } => turned(seq(*target), turn, text),
            };
            assert_eq!(event.body, body);
        }
    }
}

fn turned(target: Seq, turn: &Turn, text: impl Fn(&String) -> Option<String>) -> EventBody {
    match turn {
        Turn::Edit(said) => EventBody::Edited {
            target,
            text: text(said),
        },
        Turn::Delete => EventBody::Deleted { target },
        Turn::React(emoji, on) => EventBody::Reacted {
            target,
            emoji: (*emoji).to_owned(),
            on: *on,
        },
        Turn::Pin(on) => EventBody::Pinned { target, on: *on },
    }
}

fn names_all(role: Role, text: &str) -> bool {
    role >= Role::Moderator && text.contains("@room")
}
