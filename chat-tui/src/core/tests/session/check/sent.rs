//! What was sent: it keeps its order, nothing of it leaves by itself, and what was
//! accepted is said once.

use super::Before;
use crate::core::State;
use crate::core::outbox::{ItemNonce, Stage};
use crate::core::tests::disk::Disk;
use crate::core::tests::session::play::Play;
use chat_proto::RoomName;
use chat_proto::event::EventBody;
use std::collections::BTreeSet;

/// What was accepted, over all processes of a chapter.
#[derive(Default)]
pub(in crate::core::tests::session) struct Ledger {
    /// All that was sent from a composer, in that order.
    typed: Vec<(ItemNonce, RoomName)>,
    /// What of it was on the disk, and by that accepted.
    kept: BTreeSet<ItemNonce>,
    /// What the person threw away, or has tried again under another nonce.
    thrown: BTreeSet<ItemNonce>,
    /// What was ever refused: it may come later than what follows it.
    refused: BTreeSet<ItemNonce>,
}

impl Ledger {
    /// Notes what is there, and what of it is on the disk.
    fn note(&mut self, state: &State, disk: &Disk) {
        for item in &state.outbox.items {
            let (nonce, room) = (&item.unsent.nonce, &item.unsent.room);
            if !self.typed.iter().any(|(known, _)| known == nonce) {
                self.typed.push((nonce.clone(), room.clone()));
            }
        }
        let kept = disk.outbox.iter().map(|unsent| unsent.nonce.clone());
        self.kept.extend(kept);
    }
}

/// Order, and that nothing leaves by itself.
pub(super) fn outbox(play: &mut Play, before: &Before, reset: bool) {
    let items = &play.state.outbox.items;
    let now: Vec<_> = items.iter().map(|item| item.unsent.nonce.clone()).collect();
    let all: BTreeSet<_> = now.iter().collect();
    assert_eq!(all.len(), now.len(), "a nonce is there twice");
    let mut under_way = BTreeSet::new();
    for item in items {
        let room = &item.unsent.room;
        match item.stage {
            Stage::UnderWay => assert!(under_way.insert(room), "two of {room} are under way"),
            Stage::Refused { .. } => {
                play.ledger.refused.insert(item.unsent.nonce.clone());
            }
            Stage::Saving | Stage::Waiting | Stage::Sent { .. } => {}
        }
    }
    let stay: Vec<_> = before
        .outbox
        .iter()
        .filter(|(nonce, ..)| all.contains(nonce))
        .collect();
    let order: Vec<_> = now
        .iter()
        .filter(|nonce| stay.iter().any(|(old, ..)| old == *nonce))
        .collect();
    assert_eq!(
        order,
        stay.iter().map(|(nonce, ..)| nonce).collect::<Vec<_>>(),
        "the outbox is in another order"
    );
    let gone: Vec<_> = before
        .outbox
        .iter()
        .filter(|(nonce, ..)| !all.contains(nonce))
        .cloned()
        .collect();
    for (nonce, room, stage) in gone {
        if before.person && matches!(stage, Stage::Refused { .. }) {
            play.ledger.thrown.insert(nonce);
        } else if play.honest && !reset {
            assert!(
                is_said(play, &room, &nonce),
                "{nonce} of {room} left the outbox, but not for the log"
            );
        } else {
            assert!(
                !before.person || !matches!(stage, Stage::Saving | Stage::Waiting),
                "{nonce} was dropped"
            );
        }
    }
    play.ledger.note(&play.state, &play.disk);
}

fn is_said(play: &Play, room: &RoomName, nonce: &ItemNonce) -> bool {
    said(play, room).contains(nonce)
}

/// The nonces of a room's log on the server, in order.
fn said(play: &Play, room: &RoomName) -> Vec<ItemNonce> {
    let log = play
        .server
        .logs
        .get(room)
        .or_else(|| play.server.left.get(room));
    let nonce = |event: &chat_proto::Event| match &event.body {
        EventBody::Message(message) => message.nonce.as_deref().map(ItemNonce::from),
        _ => None,
    };
    log.into_iter().flatten().filter_map(nonce).collect()
}

/// What was accepted was said once, and in order.
pub(super) fn deliveries(play: &Play) {
    let rooms: BTreeSet<_> = play.ledger.typed.iter().map(|(_, room)| room).collect();
    for room in rooms {
        let said = said(play, room);
        let mut places = Vec::new();
        let accepted =
            |(nonce, of): &&(ItemNonce, RoomName)| of == room && play.ledger.kept.contains(nonce);
        for (nonce, _) in play.ledger.typed.iter().filter(accepted) {
            let found: Vec<_> = said
                .iter()
                .enumerate()
                .filter(|(_, other)| *other == nonce)
                .collect();
            let refused = play.state.outbox.items.iter().any(|item| {
                item.unsent.nonce == *nonce && matches!(item.stage, Stage::Refused { .. })
            });
            let over = refused || play.ledger.thrown.contains(nonce);
            assert!(
                found.len() == 1 || found.is_empty() && over,
                "{nonce} was said {} times in {room}",
                found.len()
            );
            if !play.ledger.refused.contains(nonce) {
                places.extend(found.iter().map(|(at, _)| *at));
            }
        }
        assert!(
            places.is_sorted(),
            "{room} has them in another order: {places:?}"
        );
    }
}
