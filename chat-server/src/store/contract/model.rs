//! The same random changes made to the store and to a model that is too simple
//! to be wrong.

mod room;

use super::fold::fold;
use super::*;
use chat_proto::Entry;
use room::{Member, Room};
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
    Revise {
        target: u64,
        what: Turn,
    },
}

/// What becomes of a message.
#[derive(Debug, Clone)]
enum Turn {
    Edit(String),
    Delete,
    React(&'static str, bool),
    Pin(bool),
}

impl Act {
    fn random(dice: &mut Dice) -> Self {
        let deed = match dice.below(30) {
            0..3 => Deed::Join {
                create: dice.below(2) == 0,
            },
            3 => Deed::Leave,
            4..8 => Deed::Read {
                seq: dice.below(1200),
                back: dice.below(3) == 0,
            },
            8..18 => Deed::Revise {
                // Few enough that much comes to the same message.
                target: dice.below(300),
                what: Turn::random(dice),
            },
            _ => Deed::Send {
                text: Self::words(dice),
                nonce: (dice.below(2) == 0).then(|| dice.below(300).to_string()),
                reply_to: (dice.below(4) == 0).then(|| dice.below(600)),
            },
        };
        Self {
            guest: dice.below(GUESTS as u64) as usize,
            room: ROOMS[dice.below(ROOMS.len() as u64) as usize],
            deed,
        }
    }

    fn words(dice: &mut Dice) -> String {
        match dice.below(8) {
            0 => "@room look".to_owned(),
            1 => format!("@{}, look", name(dice.below(GUESTS as u64) as usize)),
            other => format!("text {other}"),
        }
    }

    fn change(&self, guests: &[Guest]) -> Change {
        let guest = &guests[self.guest];
        match &self.deed {
            Deed::Join { create } => Change::Join(Join {
                user: guest.row.id,
                room: room(self.room),
                after: None,
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
                text: Some(Text::parse(text, usize::MAX).unwrap()),
                nonce: nonce.as_ref().map(|nonce| Nonce::parse(nonce).unwrap()),
                reply_to: reply_to.map(seq),
                rooms_max: 1000,
                files: Box::default(),
            }),
            Deed::Read { seq, back } => mark(guest, self.room, *seq, *back),
            Deed::Revise { target, what } => revise(guest, self.room, *target, what.revision()),
        }
    }
}

impl Turn {
    fn random(dice: &mut Dice) -> Self {
        match dice.below(12) {
            0..4 => Self::Edit(Act::words(dice)),
            4 => Self::Delete,
            5..8 => Self::Pin(dice.below(3) > 0),
            _ => {
                let emoji = ["👍", "🎉", ":ship:"][dice.below(3) as usize];
                Self::React(emoji, dice.below(3) > 0)
            }
        }
    }

    fn revision(&self) -> Revision {
        match self {
            Self::Edit(text) => edit(text),
            Self::Delete => Revision::Delete,
            Self::React(emoji, on) => react(emoji, *on),
            Self::Pin(on) => Revision::Pin { on: *on },
        }
    }
}

#[derive(Default)]
struct Model {
    rooms: BTreeMap<&'static str, Room>,
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
            Deed::Revise { target, what } => room.revise(act.guest, *target, what, now),
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
            room.check_log(&log, guests);
            assert_eq!(scene.members(&guests[0], name).len(), room.members.len());
            check_pages(scene, &guests[0], name, &fold(&log), dice);
        }
    }
}

/// Every kind of page is what a fold of the whole log holds there.
fn check_pages<E: Engine>(
    scene: &Scene<E>,
    guest: &Guest,
    name: &str,
    entries: &[Entry],
    dice: &mut Dice,
) {
    let at = |entry: &Entry| entry.event.seq;
    let place = seq(dice.below(entries.last().map_or(0, |entry| at(entry).get()) + 9));
    let limit = 1 + dice.below(40) as usize;
    let page = |anchor| scene.page(guest, name, anchor, limit);

    let start = entries.partition_point(|entry| at(entry) <= place);
    let after = page(Anchor::After(place));
    let end = (start + limit).min(entries.len());
    assert_eq!(after.entries, entries[start..end], "after {place}");
    assert_eq!(after.more_after, end < entries.len());
    assert_eq!(after.more_before, start > 0);

    let end = entries.partition_point(|entry| at(entry) < place);
    let before = page(Anchor::Before(place));
    let start = end.saturating_sub(limit);
    assert_eq!(before.entries, entries[start..end], "before {place}");
    assert_eq!(before.more_before, start > 0);
    assert_eq!(before.more_after, end < entries.len());

    let around = page(Anchor::Around(place));
    let middle = around.entries.first().map_or(0, |first| {
        entries.partition_point(|entry| at(entry) < at(first))
    });
    assert_eq!(
        around.entries,
        entries[middle..middle + around.entries.len()],
        "around {place}"
    );

    let changed: BTreeMap<_, _> = entries
        .iter()
        .filter_map(|entry| Some((entry.fold.changed?, entry)))
        .collect();
    let mut above = changed
        .range(place.next()..)
        .map(|(_, entry)| (*entry).clone());
    let expected: Vec<_> = above.by_ref().take(limit).collect();
    let after = page(Anchor::ChangedAfter(place));
    assert_eq!(after.entries, expected, "changed after {place}");
    assert_eq!(after.more_after, above.next().is_some());

    let thread = page(Anchor::Thread(place));
    let mut answers = super::fold::thread(entries, place).into_iter();
    let expected: Vec<_> = answers.by_ref().take(limit).collect();
    assert_eq!(thread.entries, expected, "the thread of {place}");
    assert_eq!(thread.more_after, answers.next().is_some());

    let all = super::fold::thread(entries, place);
    for end in entries.iter().map(at).step_by(9) {
        let (root, before) = (place, end);
        let page = page(Anchor::ThreadBefore { root, before });
        let below = all.partition_point(|entry| at(entry) < end);
        let from = below.saturating_sub(limit);
        assert_eq!(page.entries, all[from..below], "{place} before {end}");
        assert_eq!(page.older, Some(from as u64));
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
        Ok(Committed::Changed { seq, .. }) => format!("changed {seq:?}"),
        other @ Ok(
            Committed::Welcomed(_)
            | Committed::Gone
            | Committed::Account
            | Committed::Noted
            | Committed::Forgotten { .. },
        ) => {
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
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}
