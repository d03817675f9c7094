//! The whole matrix of permissions (`crate::rules::permission::matrix`), tried
//! on a running store: every kind of room, every way to stand to it, every deed.

use super::*;
use crate::rules::permission::matrix::{Cell, Standing as Stands, cells};
use crate::rules::permission::{Deed, may};

/// Everyone who can be the object of a deed, one each.
const OTHERS: [&str; 8] = [
    "deleted", "kicked", "outlaw", "freed", "silenced", "heard", "raised", "absent",
];

pub(crate) fn the_matrix_of_permissions_holds_on_a_running_store<E: Engine>() {
    let cells = cells();
    for kind in [RoomKind::Public, RoomKind::Private, RoomKind::Direct] {
        for how in Way::ALL {
            let of: Vec<_> = cells
                .iter()
                .filter(|cell| cell.kind == kind && cell.standing == how.standing())
                .collect();
            if of.is_empty() || !how.leads_to(kind) {
                continue;
            }
            let stage = Stage::<E>::set(kind, how);
            for cell in of {
                stage.try_one(cell, how);
            }
        }
    }
}

/// How someone came to stand as they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    NeverIn,
    Invited,
    Left,
    Kicked,
    Banned,
    Member,
    Muted,
    Guest,
    Bound,
    Moderator,
    Owner,
    AdminOutside,
    AdminInside,
    /// Banned and muted before they became one.
    AdminRestrained,
}

impl Way {
    const ALL: [Self; 14] = [
        Self::NeverIn,
        Self::Invited,
        Self::Left,
        Self::Kicked,
        Self::Banned,
        Self::Member,
        Self::Muted,
        Self::Guest,
        Self::Bound,
        Self::Moderator,
        Self::Owner,
        Self::AdminOutside,
        Self::AdminInside,
        Self::AdminRestrained,
    ];

    fn standing(self) -> Stands {
        match self {
            Self::NeverIn | Self::Invited | Self::Left | Self::Kicked => Stands::Stranger,
            Self::Banned => Stands::Banned,
            Self::Member => Stands::Member,
            Self::Muted => Stands::Muted,
            Self::Guest => Stands::Guest,
            Self::Bound => Stands::Bound,
            Self::Moderator => Stands::Moderator,
            Self::Owner => Stands::Owner,
            Self::AdminOutside => Stands::AdminOutside,
            Self::AdminInside | Self::AdminRestrained => Stands::AdminInside,
        }
    }

    fn leads_to(self, kind: RoomKind) -> bool {
        match kind {
            RoomKind::Public => self != Self::Invited,
            RoomKind::Private => self != Self::AdminRestrained,
            RoomKind::Direct => matches!(
                self,
                Self::NeverIn | Self::Left | Self::Member | Self::AdminOutside | Self::AdminInside
            ),
        }
    }

    fn is_guest(self) -> bool {
        matches!(self, Self::Guest | Self::Bound)
    }
}

/// A room with an owner, people for every deed, and bob, who does them.
struct Stage<E> {
    scene: Scene<E>,
    name: &'static str,
    ada: Guest,
    bob: Guest,
}

impl<E: Engine> Stage<E> {
    fn set(kind: RoomKind, how: Way) -> Self {
        let mut scene = Scene::<E>::new();
        let (ada, zed) = (scene.account("ada"), scene.account("zed"));
        let bob = if how.is_guest() {
            scene.guest("bob")
        } else {
            scene.account("bob")
        };
        let name = match (kind, how) {
            (RoomKind::Direct, Way::NeverIn | Way::AdminOutside) => "@ada+zed",
            (RoomKind::Direct, _) => "@ada+bob",
            (RoomKind::Public | RoomKind::Private, _) => "dev",
        };
        if kind == RoomKind::Direct {
            // The first message is bob's where he has the room, the second another one's.
            let first = if name == "@ada+bob" { &bob } else { &zed };
            sent(scene.one(send(first, name, "first", None)));
            sent(scene.one(send(&ada, name, "second", None)));
        } else {
            scene.one(create(&ada, name, kind)).unwrap();
            let mut others = Vec::new();
            for called in OTHERS {
                let other = scene.account(called);
                if called != "absent" {
                    bring(&scene, &ada, &other, name, kind);
                }
                others.push(other);
            }
            if how != Way::NeverIn && how != Way::Invited {
                bring(&scene, &ada, &bob, name, kind);
                scene.say(&bob, name, "first");
            }
            scene.say(&others[0], name, "second");
            for (act, called) in [(Act::Ban, "freed"), (Act::Mute, "heard")] {
                changed(scene.one(moderate(&ada, name, act, called)));
            }
        }
        let stage = Self {
            scene,
            name,
            ada,
            bob,
        };
        stage.stand(how);
        stage
    }

    fn stand(&self, how: Way) {
        let Self {
            scene,
            name,
            ada,
            bob,
        } = self;
        let done = match how {
            Way::NeverIn | Way::Member | Way::Guest => return,
            Way::Invited => invite(ada, name, "bob"),
            Way::Left => leave(bob, name),
            Way::Kicked => moderate(ada, name, Act::Kick, "bob"),
            Way::Banned => moderate(ada, name, Act::Ban, "bob"),
            Way::Muted => moderate(ada, name, Act::Mute, "bob"),
            Way::Bound => settings(ada, name, false),
            Way::AdminInside => {
                scene.engine.make_admin(bob.row.id);
                return;
            }
            Way::AdminOutside => {
                scene.engine.make_admin(bob.row.id);
                if room(name).is_direct() {
                    return;
                }
                leave(bob, name)
            }
            Way::AdminRestrained => {
                scene.one(moderate(ada, name, Act::Mute, "bob")).unwrap();
                scene.one(moderate(ada, name, Act::Ban, "bob")).unwrap();
                scene.engine.make_admin(bob.row.id);
                join(bob, name)
            }
            Way::Moderator => set_role(ada, name, "bob", Role::Moderator),
            Way::Owner => set_role(ada, name, "bob", Role::Owner),
        };
        scene.one(done).unwrap();
    }

    fn try_one(&self, cell: &Cell, how: Way) {
        let deed = cell.deed;
        let Some(got) = self.does(deed) else { return };
        // Whoever writes to a direct room that they left has it again.
        let reopens = cell.kind == RoomKind::Direct && how == Way::Left && deed == Deed::Send;
        let expected = if reopens { Ok(()) } else { cell.outcome };
        assert_eq!(got, expected, "{cell:?} by {how:?}");
        if reopens {
            self.stand(how);
        }
    }

    /// What comes of it when bob does that; `None` where no store does it.
    fn does(&self, deed: Deed) -> Option<Result<(), ErrorCode>> {
        let (bob, name) = (&self.bob, self.name);
        let other = self.message(false).unwrap();
        // Who never was in the room has said nothing there.
        let own = self.message(true).unwrap_or(other);
        let change = match deed {
            Deed::Read => mark(bob, name, 0, false),
            Deed::Type => return Some(self.may_type()),
            Deed::Send => send(bob, name, "hi", None),
            Deed::Edit => revise(bob, name, own, edit("first, edited")),
            Deed::React => revise(bob, name, other, react("👍", true)),
            Deed::Pin => revise(bob, name, other, Revision::Pin { on: true }),
            Deed::DeleteOwn => revise(bob, name, own, Revision::Delete),
            Deed::DeleteOther => revise(bob, name, other, Revision::Delete),
            Deed::SetTopic => topic(bob, name, "bob's"),
            Deed::Invite => invite(bob, name, "absent"),
            Deed::Kick => moderate(bob, name, Act::Kick, "kicked"),
            Deed::Ban => moderate(bob, name, Act::Ban, "outlaw"),
            Deed::Unban => moderate(bob, name, Act::Unban, "freed"),
            Deed::Mute => moderate(bob, name, Act::Mute, "silenced"),
            Deed::Unmute => moderate(bob, name, Act::Unmute, "heard"),
            Deed::SetRole => set_role(bob, name, "raised", Role::Moderator),
            Deed::Settings => settings(bob, name, true),
            Deed::Hook => return None,
        };
        let decision = self.scene.one(change);
        if decision.is_err() {
            assert_eq!(
                self.scene.effects.borrow()[..],
                [],
                "{deed:?}: nothing done"
            );
        }
        Some(decision.map(drop).map_err(|refusal| refusal.code))
    }

    /// As a session asks before it tells others.
    fn may_type(&self) -> Result<(), ErrorCode> {
        let name = room(self.name);
        let seen = self
            .scene
            .wait(|store| store.seen(name.clone(), self.bob.row.id));
        let asked = seen.as_ref().map(|seen| (&seen.place, seen.actor));
        may(&name, asked, Deed::Type)
            .map(drop)
            .map_err(|refusal| refusal.code)
    }

    /// The oldest message that is bob's, or that is not.
    fn message(&self, of_bob: bool) -> Option<u64> {
        let log = self.scene.scan(&self.ada, self.name);
        let is_message = |event: &&Event| event.body.kind() == "message";
        log.iter()
            .filter(is_message)
            .find(|event| (event.author.as_str() == "bob") == of_bob)
            .map(|event| event.seq.get())
    }
}

fn bring<E: Engine>(scene: &Scene<E>, by: &Guest, who: &Guest, name: &str, kind: RoomKind) {
    if kind == RoomKind::Private {
        let called = who.row.name.as_str();
        scene.one(invite(by, name, called)).unwrap();
    }
    scene.join(who, name);
}
