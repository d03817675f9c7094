//! A disk that can't be written to: all lives in memory only, until it can
//! again and everything has gone there. That is tried now and then, as nobody
//! says when a disk has room again.

use super::deeds::Step;
use super::effect::{Effect, Store};
use super::link::Phase;
use super::outbox::Stage;
use super::state::{State, Turn};
use std::time::Duration;

/// How long a disk is left alone that can't be written to.
const PAUSE: Duration = Duration::from_secs(5);

/// Why not everything is on the disk.
#[derive(Debug, Clone)]
pub struct DiskTrouble {
    /// In words.
    pub why: String,
    /// When it is tried again.
    again: Attempt,
}

#[derive(Debug, Clone)]
enum Attempt {
    /// Not before then.
    Due(Duration),
    /// Everything is on its way to the disk.
    UnderWay,
}

impl DiskTrouble {
    /// It could not be written to at this moment.
    pub fn new(why: String, now: Duration) -> Self {
        let again = Attempt::Due(now + PAUSE);
        Self { why, again }
    }

    fn is_mending(&self) -> bool {
        matches!(self.again, Attempt::UnderWay)
    }
}

impl State {
    /// The disk can't be written to: what is typed lives in memory from now on.
    pub(super) fn distrust_disk(&mut self, turn: &mut Turn, why: String) {
        let known = self.disk_trouble.as_ref();
        if known.is_none_or(|trouble| trouble.why != why) {
            self.complain(turn, format!("not kept on the disk: {why}"));
        }
        self.disk_trouble = Some(DiskTrouble::new(why, turn.now.mono));
        for room in self.rooms.values_mut() {
            room.log.distrust();
        }
        if self.link.phase == Phase::Idle {
            self.connect(turn);
        }
    }

    /// What is written now may not last.
    pub(super) fn is_in_memory_only(&self) -> bool {
        let trouble = self.disk_trouble.as_ref();
        trouble.is_some_and(|trouble| !trouble.is_mending())
    }

    /// When the disk is tried again.
    pub(super) fn mending_due(&self) -> Option<Duration> {
        match self.disk_trouble.as_ref()?.again {
            Attempt::Due(at) => Some(at),
            Attempt::UnderWay => None,
        }
    }

    /// Tries the disk again, if it is time to.
    pub(super) fn tend_disk(&mut self, turn: &mut Turn) {
        if self.mending_due().is_some_and(|due| due <= turn.now.mono) {
            self.mend_disk(turn);
        }
    }

    /// Perhaps the disk can be written to again: everything goes there at once.
    /// It is not said to be there before the disk says so.
    fn mend_disk(&mut self, turn: &mut Turn) {
        let Some(trouble) = &mut self.disk_trouble else {
            return;
        };
        trouble.again = Attempt::UnderWay;
        // Of rooms whose logs could not be carried on nothing is cached any more.
        for room in self.rooms.values().filter(|room| !room.gone) {
            self.saves.log(turn, room.name());
            self.saves.place(turn, room.name());
        }
        let side = self.side.iter().map(|side| &side.room);
        for room in self.rooms.values().chain(side).filter(|it| it.has_draft()) {
            self.saves.draft(turn, room.desk());
        }
        for desk in self.drafts_aside.keys() {
            self.saves.draft(turn, desk.clone());
        }
        let mut writes = self.unfinished();
        writes.extend(self.flushed());
        turn.effects.push(Effect::Mend(writes));
    }

    /// What waits for the server.
    fn unfinished(&self) -> Vec<Store> {
        let items = self.outbox.items.iter();
        let unsent = items.filter(|item| !matches!(item.stage, Stage::Sent { .. }));
        let accepts = unsent.map(|item| Store::Accept {
            unsent: item.unsent.clone(),
            ends: None,
        });
        let deeds = self.deeds.items.iter();
        let undone = deeds.filter(|item| !matches!(item.step, Step::Done(_)));
        let deeds = undone.map(|item| Store::Deed(item.deed.clone()));
        accepts.chain(deeds).collect()
    }

    /// All that was to be written is, unless it failed once more meanwhile.
    pub(super) fn trust_disk(&mut self, turn: &mut Turn) {
        let mended = self.disk_trouble.take_if(|trouble| trouble.is_mending());
        if mended.is_some() {
            self.say(turn, "kept on the disk again");
        }
    }
}
