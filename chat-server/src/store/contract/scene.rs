//! A store with a clock that is set by hand, and short words for what is done to
//! it and asked of it.

use super::*;
use std::cell::RefCell;

/// A store with a clock that is set by hand, and short words for what is done to it.
pub(super) struct Scene<E> {
    pub(super) engine: E,
    pub(super) runtime: tokio::runtime::Runtime,
    /// In ms.
    pub(super) now: i64,
    pub(super) devices: u64,
    /// Of the last commit.
    pub(super) effects: RefCell<Vec<Effect>>,
}

impl<E: Engine> Scene<E> {
    pub(super) fn new() -> Self {
        Self {
            engine: E::fresh(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            now: 1_000_000,
            devices: 0,
            effects: RefCell::default(),
        }
    }

    pub(super) fn reopen(self) -> Self {
        let engine = self.engine.reopen(Timestamp::from_millis(self.now));
        Self { engine, ..self }
    }

    pub(super) fn crash(self) -> Self {
        let engine = self.engine.crash(Timestamp::from_millis(self.now));
        Self { engine, ..self }
    }

    /// What was decided; what others hear of it is kept in `effects`.
    pub(super) fn commit(&self, batch: Vec<Change>) -> Vec<Decision> {
        let count = batch.len();
        let now = Timestamp::from_millis(self.now);
        let outcomes = self.wait(|store| store.commit(batch, now));
        assert_eq!(outcomes.len(), count);
        let mut effects = self.effects.borrow_mut();
        effects.clear();
        outcomes
            .into_iter()
            .map(|outcome| {
                effects.extend(outcome.effects);
                outcome.decision
            })
            .collect()
    }

    pub(super) fn one(&self, change: Change) -> Decision {
        self.commit(vec![change]).remove(0)
    }

    pub(super) fn wait<'a, T>(
        &'a self,
        ask: impl FnOnce(&'a dyn Store) -> crate::store::Pending<'a, T>,
    ) -> T {
        let answer: Result<T, StoreError> = self.runtime.block_on(ask(self.engine.store()));
        answer.unwrap()
    }

    pub(super) fn guest(&mut self, called: &str) -> Guest {
        self.devices += 1;
        let token = token(self.devices);
        match self.one(hello(Some(called), None, token)) {
            Ok(Committed::Welcomed(welcomed)) => Guest {
                row: welcomed.user,
                token,
            },
            other => panic!("{other:?}"),
        }
    }

    /// Someone with an account.
    pub(super) fn account(&mut self, called: &str) -> Guest {
        let guest = self.guest(called);
        self.register(&guest, "first");
        guest
    }

    /// A new guest's refusal.
    pub(super) fn no_guest(&mut self, called: &str) -> ErrorCode {
        self.devices += 1;
        refused(self.one(hello(Some(called), None, token(self.devices))))
    }

    pub(super) fn back(&self, guest: &Guest, called: Option<&str>) -> Decision {
        self.one(hello(called, Some(guest.token), token(0)))
    }

    pub(super) fn gone(&self, guest: &Guest) {
        let outcome = self.one(Change::Gone(Gone {
            user: guest.row.id,
            left: Timestamp::from_millis(self.now),
        }));
        assert_eq!(outcome, Ok(Committed::Gone));
    }

    pub(super) fn join(&self, guest: &Guest, name: &str) -> Standing {
        match self.one(join(guest, name)) {
            Ok(Committed::Joined { standing, .. }) => standing,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn say(&self, guest: &Guest, name: &str, text: &str) -> Event {
        sent(self.one(send(guest, name, text, None)));
        match &self.effects.borrow()[..] {
            [Effect::Appended { event, .. }] => event.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Says it so often, in one batch.
    pub(super) fn say_often(&self, guest: &Guest, name: &str, text: &str, times: usize) {
        for outcome in self.commit(vec![send(guest, name, text, None); times]) {
            sent(outcome);
        }
    }

    pub(super) fn standing(&self, guest: &Guest, name: &str) -> Option<Standing> {
        let (row, _) = self.wait(|store| store.room(room(name), guest.row.id))?;
        self.wait(|store| store.standing(guest.row.id, guest.row.name.clone(), row.id, None))
    }

    pub(super) fn counts(&self, guest: &Guest, name: &str) -> (u32, u32) {
        let counts = self.standing(guest, name).unwrap().counts;
        (counts.unread, counts.mentions)
    }

    pub(super) fn scan(&self, guest: &Guest, name: &str) -> Vec<Event> {
        let (row, _) = self
            .wait(|store| store.room(room(name), guest.row.id))
            .unwrap();
        self.wait(|store| store.events(row.id, Seq::ZERO, usize::MAX))
    }

    pub(super) fn page(&self, guest: &Guest, name: &str, anchor: Anchor, limit: usize) -> Page {
        let (row, _) = self
            .wait(|store| store.room(room(name), guest.row.id))
            .unwrap();
        self.wait(|store| store.history(row.id, anchor, limit))
    }

    pub(super) fn members(&self, guest: &Guest, name: &str) -> Vec<(String, Role)> {
        let (row, _) = self
            .wait(|store| store.room(room(name), guest.row.id))
            .unwrap();
        let page = self.wait(|store| store.members(row.id, String::new(), 1000));
        assert_eq!(page.total, page.members.len() as u64);
        assert_eq!(page.total, row.members);
        page.members
            .into_iter()
            .map(|(user, role)| (user.name.as_str().to_owned(), role))
            .collect()
    }
}

#[derive(Debug, Clone)]
pub(super) struct Guest {
    pub(super) row: UserRow,
    pub(super) token: TokenHash,
}
