//! The same random comings, goings and acts of moderation made to the store and
//! to a model of who may do what that is too simple to be wrong.

use super::model::Dice;
use super::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;

const SEED: u64 = 20_261_125;
const CHANGES: usize = 10_000;
/// The last one is a guest.
const PEOPLE: usize = 6;
const GUEST: usize = PEOPLE - 1;
const ROOMS: [&str; 3] = ["design", "dev", "ops"];

pub(crate) fn ten_thousand_acts_of_moderation_agree_with_a_simple_model<E: Engine>() {
    let mut dice = Dice(SEED);
    let mut scene = Scene::<E>::new();
    let people: Vec<_> = (0..PEOPLE)
        .map(|who| {
            if who == GUEST {
                scene.guest(&called(who))
            } else {
                scene.account(&called(who))
            }
        })
        .collect();
    let mut model = Model::default();
    let mut done = 0;
    while done < CHANGES {
        scene.now += dice.below(3) as i64;
        let acts: Vec<_> = (0..1 + dice.below(10))
            .map(|_| Does::random(&mut dice))
            .collect();
        let batch = acts.iter().map(|act| act.change(&people)).collect();
        for (act, decision) in acts.iter().zip(scene.commit(batch)) {
            let expected = model.apply(act, scene.now);
            let got = summary(&decision);
            assert_eq!(got, expected, "seed {SEED}, change {done}: {act:?}");
            done += 1;
        }
        if dice.below(20) == 0 {
            model.check(&scene, &people);
        }
        if dice.below(200) == 0 {
            scene = scene.crash();
            for person in &people {
                assert!(scene.back(person, None).is_ok());
            }
        }
    }
    model.check(&scene, &people);
}

/// Something that person number `who` does in a room.
#[derive(Debug)]
struct Does {
    who: usize,
    room: &'static str,
    deed: Deed,
}

#[derive(Debug)]
enum Deed {
    Create(RoomKind),
    Join,
    Leave,
    Send,
    Invite(usize),
    Act(Act, usize),
    Role(Role, usize),
    Settings(bool),
}

impl Does {
    fn random(dice: &mut Dice) -> Self {
        let whom = dice.below(PEOPLE as u64) as usize;
        let deed = match dice.below(24) {
            0 => Deed::Create([RoomKind::Public, RoomKind::Private][dice.below(2) as usize]),
            1..7 => Deed::Join,
            7 => Deed::Leave,
            8..11 => Deed::Send,
            11..14 => Deed::Invite(whom),
            14..20 => {
                let acts = [Act::Kick, Act::Ban, Act::Unban, Act::Mute, Act::Unmute];
                Deed::Act(acts[dice.below(5) as usize], whom)
            }
            20..23 => {
                let roles = [Role::Member, Role::Moderator, Role::Owner];
                Deed::Role(roles[dice.below(3) as usize], whom)
            }
            _ => Deed::Settings(dice.below(2) == 0),
        };
        Self {
            who: dice.below(PEOPLE as u64) as usize,
            room: ROOMS[dice.below(ROOMS.len() as u64) as usize],
            deed,
        }
    }

    fn change(&self, people: &[Guest]) -> Change {
        let (by, name) = (&people[self.who], self.room);
        match &self.deed {
            Deed::Create(kind) => create(by, name, *kind),
            Deed::Join => Change::Join(Join {
                user: by.row.id,
                room: room(name),
                after: None,
                create: false,
                rooms_max: 1000,
            }),
            Deed::Leave => leave(by, name),
            Deed::Send => send(by, name, "hi", None),
            Deed::Invite(whom) => invite(by, name, &called(*whom)),
            Deed::Act(act, whom) => moderate(by, name, *act, &called(*whom)),
            Deed::Role(role, whom) => set_role(by, name, &called(*whom), *role),
            Deed::Settings(guests) => settings(by, name, *guests),
        }
    }
}

#[derive(Default)]
struct Model {
    rooms: BTreeMap<&'static str, Room>,
}

struct Room {
    kind: RoomKind,
    head: u64,
    guests: bool,
    members: BTreeMap<usize, Member>,
    records: [Record; PEOPLE],
}

#[derive(Clone, Copy)]
struct Member {
    role: Role,
    role_by: Option<u64>,
    joined: i64,
}

/// Whether it is so, and the event that made it so last.
type Mark = (bool, Option<u64>);

#[derive(Clone, Copy, Default)]
struct Record {
    ban: Mark,
    mute: Mark,
    kicked_by: Option<u64>,
    invited: bool,
}

type Answer = Result<String, &'static str>;

impl Model {
    fn apply(&mut self, does: &Does, now: i64) -> String {
        let who = does.who;
        let answer = match (self.rooms.get_mut(does.room), &does.deed) {
            (None, Deed::Create(RoomKind::Private)) if who == GUEST => Err("Forbidden"),
            (None, Deed::Create(kind)) => {
                let mut room = Room {
                    kind: *kind,
                    head: 0,
                    guests: true,
                    members: BTreeMap::new(),
                    records: Default::default(),
                };
                let answer = room.enter(who, now);
                self.rooms.insert(does.room, room);
                answer
            }
            (None, _) => Err("NotFound"),
            (Some(room), deed) => room.apply(who, deed, now),
        };
        answer.unwrap_or_else(str::to_owned)
    }

    fn check<E: Engine>(&self, scene: &Scene<E>, people: &[Guest]) {
        for (who, person) in people.iter().enumerate() {
            let standings =
                scene.wait(|store| store.standings(person.row.id, person.row.name.clone()));
            let got: Vec<_> = standings
                .iter()
                .filter(|standing| standing.room.name.as_str() != "lobby")
                .map(|standing| (standing.room.name.to_string(), standing.role))
                .collect();
            let inside = self.rooms.iter();
            let expected: Vec<_> = inside
                .filter_map(|(name, room)| Some(((*name).to_owned(), room.members.get(&who)?.role)))
                .collect();
            assert_eq!(got, expected, "seed {SEED}");
            let waiting = scene.wait(|store| store.invitations(person.row.id));
            let got: Vec<_> = waiting.iter().map(|waits| waits.name.as_str()).collect();
            let expected: Vec<_> = self
                .rooms
                .iter()
                .filter(|(_, room)| room.records[who].invited)
                .map(|(name, _)| *name)
                .collect();
            assert_eq!(got, expected, "seed {SEED}");
        }
        for (name, room) in &self.rooms {
            let got = scene.members(&people[0], name);
            let members = room.members.iter();
            let expected: Vec<_> = members
                .map(|(who, member)| (called(*who), member.role))
                .collect();
            assert_eq!(got, expected, "seed {SEED}");
            assert_eq!(scene.scan(&people[0], name).len() as u64, room.head);
        }
    }
}

impl Room {
    fn apply(&mut self, who: usize, deed: &Deed, now: i64) -> Answer {
        let public = self.kind == RoomKind::Public;
        let own = self.members.get(&who).map(|member| member.role);
        if public && self.records[who].ban.0 {
            return Err("Banned");
        }
        match deed {
            Deed::Create(RoomKind::Private) if who == GUEST => return Err("Forbidden"),
            Deed::Create(kind) if own == Some(Role::Owner) && self.kind == *kind => {
                return Ok("joined false Owner".to_owned());
            }
            Deed::Create(_) => return Err("Conflict"),
            Deed::Join => {
                return match own {
                    Some(role) => Ok(format!("joined false {role:?}")),
                    None if !public && !self.records[who].invited => Err("NotFound"),
                    None => {
                        let answer = self.enter(who, now);
                        self.head += u64::from(!public);
                        answer
                    }
                };
            }
            Deed::Leave
            | Deed::Send
            | Deed::Invite(_)
            | Deed::Act(..)
            | Deed::Role(..)
            | Deed::Settings(_) => {}
        }
        let own = own.ok_or(if public { "NotMember" } else { "NotFound" })?;
        match *deed {
            Deed::Create(_) | Deed::Join => unreachable!("answered"),
            Deed::Leave => {
                self.head += u64::from(!public);
                self.go(who);
                Ok("left".to_owned())
            }
            Deed::Send if self.records[who].mute.0 => Err("Muted"),
            Deed::Send if who == GUEST && !self.guests => Err("Forbidden"),
            Deed::Send => self.log().map(|seq| format!("sent {}", seq.unwrap())),
            Deed::Invite(whom) => self.invite(whom),
            Deed::Act(..) if own < Role::Moderator => Err("Forbidden"),
            Deed::Act(act, whom) => self.act(who, own, act, whom).map(changed_by),
            Deed::Role(..) | Deed::Settings(_) if own < Role::Owner => Err("Forbidden"),
            Deed::Role(role, whom) => self.give(who, own, role, whom).map(changed_by),
            Deed::Settings(guests) => {
                self.guests = guests;
                Ok(changed_by(None))
            }
        }
    }

    fn log(&mut self) -> Result<Option<u64>, &'static str> {
        self.head += 1;
        Ok(Some(self.head))
    }

    fn enter(&mut self, who: usize, now: i64) -> Answer {
        let role = if self.members.is_empty() {
            Role::Owner
        } else {
            Role::Member
        };
        let member = Member {
            role,
            role_by: None,
            joined: now,
        };
        self.members.insert(who, member);
        self.records[who].kicked_by = None;
        self.records[who].invited = false;
        Ok(format!("joined true {role:?}"))
    }

    fn go(&mut self, who: usize) {
        let Some(gone) = self.members.remove(&who) else {
            return;
        };
        let rank =
            |(who, member): &(&usize, &mut Member)| (Reverse(member.role), member.joined, **who);
        if gone.role == Role::Owner
            && let Some((_, heir)) = self.members.iter_mut().min_by_key(rank)
            && heir.role != Role::Owner
        {
            heir.role = Role::Owner;
            heir.role_by = None;
        }
    }

    fn invite(&mut self, whom: usize) -> Answer {
        if self.kind == RoomKind::Public {
            return Err("Forbidden");
        }
        if !self.members.contains_key(&whom) {
            if whom == GUEST || self.records[whom].ban.0 {
                return Err("Forbidden");
            }
            self.records[whom].invited = true;
        }
        Ok(changed_by(None))
    }

    fn act(
        &mut self,
        who: usize,
        own: Role,
        act: Act,
        whom: usize,
    ) -> Result<Option<u64>, &'static str> {
        let against = matches!(act, Act::Kick | Act::Ban | Act::Mute);
        if against && who == whom {
            return Err("Invalid");
        }
        let theirs = self.members.get(&whom).map(|member| member.role);
        if theirs.is_some_and(|theirs| theirs >= own) {
            return Err("Forbidden");
        }
        let record = &mut self.records[whom];
        let next = self.head + 1;
        let (mark, on) = match act {
            Act::Kick => {
                if theirs.is_none() && !record.invited {
                    return record.kicked_by.map(Some).ok_or("NotFound");
                }
                record.kicked_by = Some(next);
                record.invited = false;
                self.go(whom);
                return self.log();
            }
            Act::Ban => (&mut record.ban, true),
            Act::Unban => (&mut record.ban, false),
            Act::Mute => (&mut record.mute, true),
            Act::Unmute => (&mut record.mute, false),
        };
        if mark.0 == on {
            return Ok(mark.1);
        }
        *mark = (on, Some(next));
        if act == Act::Ban {
            record.invited = false;
            self.go(whom);
        }
        self.log()
    }

    fn give(
        &mut self,
        who: usize,
        own: Role,
        role: Role,
        whom: usize,
    ) -> Result<Option<u64>, &'static str> {
        if who == whom {
            return Err("Invalid");
        }
        let next = self.head + 1;
        let theirs = self.members.get_mut(&whom).ok_or("NotFound")?;
        if theirs.role >= own {
            return Err("Forbidden");
        }
        if theirs.role == role {
            return Ok(theirs.role_by);
        }
        theirs.role = role;
        theirs.role_by = Some(next);
        self.log()
    }
}

fn changed_by(seq: Option<u64>) -> String {
    format!("changed {seq:?}")
}

fn summary(decision: &Decision) -> String {
    match decision {
        Err(refusal) => format!("{:?}", refusal.code),
        Ok(Committed::Joined { standing, new }) => format!("joined {new} {:?}", standing.role),
        Ok(Committed::Left { .. }) => "left".to_owned(),
        Ok(Committed::Sent { seq, .. }) => format!("sent {seq}"),
        Ok(Committed::Changed { seq, .. }) => changed_by(seq.map(Seq::get)),
        Ok(other) => panic!("{other:?}"),
    }
}

fn called(who: usize) -> String {
    format!("person{who}")
}
