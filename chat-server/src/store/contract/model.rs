//! The same random changes made to the store and to a model that is too simple
//! to be wrong.

use super::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;

const SEED: u64 = 20_261_124;
const CHANGES: usize = 10_000;
const GUESTS: usize = 6;
const ROOMS: [&str; 4] = ["design", "dev", "lobby", "ops"];

pub(crate) fn ten_thousand_random_changes_agree_with_a_simple_model<E: Engine>() {
    let mut dice = Dice(SEED);
    let mut scene = Scene::<E>::new();
    let guests: Vec<_> = (0..GUESTS).map(|n| scene.guest(&name(n))).collect();
    let mut model = Model::default();
    let lobby = model.rooms.entry("lobby").or_default();
    lobby.members = (0..GUESTS)
        .map(|guest| Member {
            guest,
            role: Role::Member,
            read: 0,
            joined: 0,
        })
        .collect();

    let mut done = 0;
    while done < CHANGES {
        // Time may stand still, and goes back now and then.
        scene.now = scene.now + dice.below(60) as i64 - 10;
        let acts: Vec<_> = (0..1 + dice.below(20))
            .map(|_| Act::random(&mut dice))
            .collect();
        let batch = acts.iter().map(|act| act.change(&guests)).collect();
        for (act, outcome) in acts.iter().zip(scene.commit(batch)) {
            let expected = model.apply(act, scene.now);
            assert_eq!(
                summary(&outcome),
                expected,
                "seed {SEED}, change {done}: {act:?}"
            );
            done += 1;
        }
        if dice.below(20) == 0 {
            model.check(&scene, &guests, &mut dice);
        }
        if dice.below(100) == 0 {
            scene = if dice.below(2) == 0 {
                scene.reopen()
            } else {
                scene.crash()
            };
            for guest in &guests {
                assert!(scene.back(guest, None).is_ok());
            }
        }
    }
    model.check(&scene, &guests, &mut dice);
}

/// Something that guest number `guest` does in a room.
#[derive(Debug)]
struct Act {
    guest: usize,
    room: &'static str,
    deed: Deed,
}

#[derive(Debug)]
enum Deed {
    Join {
        create: bool,
    },
    Leave,
    Send {
        text: String,
        nonce: Option<String>,
        reply_to: Option<u64>,
    },
    Read {
        seq: u64,
        back: bool,
    },
}

impl Act {
    fn random(dice: &mut Dice) -> Self {
        let deed = match dice.below(20) {
            0..3 => Deed::Join {
                create: dice.below(2) == 0,
            },
            3 => Deed::Leave,
            4..8 => Deed::Read {
                seq: dice.below(1200),
                back: dice.below(3) == 0,
            },
            _ => Deed::Send {
                text: match dice.below(8) {
                    0 => "@room look".to_owned(),
                    1 => format!("@{}, look", name(dice.below(GUESTS as u64) as usize)),
                    other => format!("text {other}"),
                },
                nonce: (dice.below(2) == 0).then(|| dice.below(300).to_string()),
                reply_to: (dice.below(8) == 0).then(|| dice.below(600)),
            },
        };
        Self {
            guest: dice.below(GUESTS as u64) as usize,
            room: ROOMS[dice.below(ROOMS.len() as u64) as usize],
            deed,
        }
    }

    fn change(&self, guests: &[Guest]) -> Change {
        let guest = &guests[self.guest];
        match &self.deed {
            Deed::Join { create } => Change::Join(Join {
                user: guest.row.id,
                room: room(self.room),
                create: *create,
                rooms_max: 1000,
            }),
            Deed::Leave => leave(guest, self.room),
            Deed::Send {
                text,
                nonce,
                reply_to,
            } => Change::Send(SendMessage {
                author: guest.row.id,
                room: room(self.room),
                text: Text::parse(text, usize::MAX).unwrap(),
                nonce: nonce.as_ref().map(|nonce| Nonce::parse(nonce).unwrap()),
                reply_to: reply_to.map(seq),
            }),
            Deed::Read { seq, back } => mark(guest, self.room, *seq, *back),
        }
    }
}

#[derive(Default)]
struct Model {
    rooms: BTreeMap<&'static str, Room>,
}

#[derive(Default)]
struct Room {
    log: Vec<Said>,
    members: Vec<Member>,
    owned: bool,
}

struct Said {
    guest: usize,
    text: String,
    nonce: Option<String>,
    at: i64,
    names_all: bool,
}

#[derive(Clone, Copy)]
struct Member {
    guest: usize,
    role: Role,
    read: u64,
    joined: i64,
}

impl Model {
    /// What should come of it, in the words of [`summary`].
    fn apply(&mut self, act: &Act, now: i64) -> String {
        if let (None, Deed::Join { create: true }) = (self.rooms.get(act.room), &act.deed) {
            let room = self.rooms.entry(act.room).or_default();
            room.owned = true;
        }
        let Some(room) = self.rooms.get_mut(act.room) else {
            return "NotFound".to_owned();
        };
        match &act.deed {
            Deed::Join { .. } => room.join(act.guest, now),
            Deed::Leave => room.leave(act.guest),
            Deed::Send {
                text,
                nonce,
                reply_to,
            } => room.send(act.guest, text, nonce.as_deref(), *reply_to, now),
            Deed::Read { seq, back } => room.read(act.guest, *seq, *back),
        }
    }

    /// Every way of reading agrees with it.
    fn check<E: Engine>(&self, scene: &Scene<E>, guests: &[Guest], dice: &mut Dice) {
        for (number, guest) in guests.iter().enumerate() {
            let standings =
                scene.wait(|store| store.standings(guest.row.id, guest.row.name.clone()));
            let got: Vec<_> = standings
                .iter()
                .map(|standing| format!("{} {}", standing.room.name, stands(standing)))
                .collect();
            let expected: Vec<_> = self
                .rooms
                .iter()
                .filter_map(|(name, room)| Some(format!("{name} {}", room.stands(number)?)))
                .collect();
            assert_eq!(got, expected, "seed {SEED}");
        }
        for (name, room) in &self.rooms {
            let log = scene.scan(&guests[0], name);
            assert_eq!(log.len(), room.log.len());
            for (event, said) in log.iter().zip(&room.log) {
                assert_eq!(
                    (text(event), event.at.millis()),
                    (said.text.as_str(), said.at)
                );
                assert_eq!(event.author, guests[said.guest].row.name);
            }
            assert_eq!(scene.members(&guests[0], name).len(), room.members.len());
            let start = 1 + dice.below(log.len() as u64 + 2);
            let page = scene.page(&guests[0], name, Anchor::After(seq(start)), 30);
            let events: Vec<_> = page
                .entries
                .iter()
                .map(|entry| entry.event.clone())
                .collect();
            let from = (start as usize).min(log.len());
            assert_eq!(events, log[from..(from + 30).min(log.len())]);
        }
    }
}

impl Room {
    fn head(&self) -> u64 {
        self.log.len() as u64
    }

    fn place(&self, guest: usize) -> Option<usize> {
        self.members.iter().position(|member| member.guest == guest)
    }

    fn join(&mut self, guest: usize, now: i64) -> String {
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

    fn leave(&mut self, guest: usize) -> String {
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

    fn send(
        &mut self,
        guest: usize,
        text: &str,
        nonce: Option<&str>,
        reply_to: Option<u64>,
        now: i64,
    ) -> String {
        let same = |said: &Said| said.guest == guest && said.nonce.as_deref() == nonce;
        if nonce.is_some()
            && let Some(place) = self.log.iter().position(same)
        {
            let said = &self.log[place];
            return if said.text == text {
                format!("repeated {} {}", place + 1, said.at)
            } else {
                "Conflict".to_owned()
            };
        }
        let Some(place) = self.place(guest) else {
            return "NotMember".to_owned();
        };
        if reply_to.is_some_and(|target| !(1..=self.head()).contains(&target)) {
            return "NotFound".to_owned();
        }
        let at = self.log.last().map_or(now, |last| last.at.max(now));
        self.log.push(Said {
            guest,
            text: text.to_owned(),
            nonce: nonce.map(str::to_owned),
            at,
            names_all: self.members[place].role >= Role::Moderator && text.contains("@room"),
        });
        format!("sent {} {at}", self.head())
    }

    fn read(&mut self, guest: usize, seq: u64, back: bool) -> String {
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

    fn stands(&self, guest: usize) -> Option<String> {
        let Member { role, read, .. } = self.members[self.place(guest)?];
        let (unread, mentions) = self.counts(guest, read);
        let (head, members) = (self.head(), self.members.len());
        Some(format!(
            "{role:?} {read}/{head} of {members} {unread} {mentions}"
        ))
    }

    fn counts(&self, guest: usize, read: u64) -> (usize, usize) {
        let others = self.log[read as usize..]
            .iter()
            .filter(|said| said.guest != guest);
        let call = format!("@{}", name(guest));
        let mentions = others
            .clone()
            .filter(|said| said.names_all || said.text.contains(&call));
        (others.count().min(1000), mentions.count().min(1000))
    }
}

/// What came of a change, as far as the model knows.
fn summary(decision: &Decision) -> String {
    match decision {
        Err(refusal) => format!("{:?}", refusal.code),
        Ok(Committed::Joined { standing, new }) => {
            format!("joined {new} {}", stands(standing))
        }
        Ok(Committed::Left { room }) => format!("left {}", room.members),
        Ok(Committed::Sent {
            seq, at, duplicate, ..
        }) => {
            let said = if *duplicate { "repeated" } else { "sent" };
            format!("{said} {seq} {}", at.millis())
        }
        Ok(Committed::Read {
            seq, moved, counts, ..
        }) => {
            format!("read {seq} {moved} {} {}", counts.unread, counts.mentions)
        }
        other @ Ok(Committed::Welcomed(_) | Committed::Gone | Committed::Changed { .. }) => {
            panic!("{other:?}")
        }
    }
}

fn stands(standing: &Standing) -> String {
    let Standing {
        room,
        role,
        read,
        counts,
    } = standing;
    let (unread, mentions) = (counts.unread, counts.mentions);
    format!(
        "{role:?} {read}/{} of {} {unread} {mentions}",
        room.head, room.members
    )
}

fn name(guest: usize) -> String {
    format!("guest{guest}")
}

/// Splitmix64: the same numbers from the same seed, everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}
