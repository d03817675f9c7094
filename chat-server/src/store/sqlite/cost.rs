//! What a change costs in a room of 100,000 members: as many steps of SQLite's
//! machine as in a room of ten, so no more rows. Counted, not timed.

use super::*;
use crate::rules::moderation::Act;
use crate::store::{
    Forget, Hello, Join, Leave, MarkRead, Moderate, Revise, Revision, SendMessage, SetRole,
    SetTopic, TokenHash,
};
use chat_proto::event::Role;
use chat_proto::{Text, Topic};
use rusqlite::StatementStatus;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use std::collections::BTreeMap;
use std::sync::Mutex;

#[test]
fn a_change_costs_as_little_in_a_room_of_a_hundred_thousand_as_in_one_of_ten() {
    let (few, many) = (costs(10), costs(100_000));
    for ((what, few), (_, many)) in few.iter().zip(&many) {
        assert!(*few > 0, "{what} is counted");
        assert!(*many <= few + few / 10, "{what}: {few} steps, then {many}");
    }
}

#[test]
fn counting_steps_over_any_number_of_deleted_messages_at_once() {
    let cost = |deleted: u64| {
        counting(|store, [_, bob]| {
            all(store, vec![Change::Send(say(bob, "hi")); deleted as usize]);
            // The odd ones first, so that stretches grow together.
            let targets = (1..=deleted).step_by(2).chain((2..=deleted).step_by(2));
            all(store, targets.map(|target| delete(bob, target)).collect());
        })
    };
    is_the_same(cost(300), cost(3_000));
}

#[test]
fn counting_steps_over_any_number_of_ones_own_messages_at_once() {
    let cost = |own: usize| {
        counting(|store, [ada, _]| all(store, vec![Change::Send(say(ada, "hi")); own]))
    };
    is_the_same(cost(300), cost(3_000));
}

#[test]
fn counting_ends_where_nothing_is_kept_any_more() {
    let cost = |forgotten: usize| {
        counting(|store, [_, bob]| {
            all(store, vec![Change::Send(say(bob, "hi")); forgotten]);
            let forget = Change::Forget(Forget {
                days: Some(1),
                from: RoomId(0),
            });
            let now = Timestamp::from_millis(1_000_000_000);
            while let crate::store::Committed::Forgotten { next: Some(_) } =
                one_at(store, forget.clone(), now)
            {}
        })
    };
    is_the_same(cost(300), cost(3_000));
}

/// Steps of the machine for counting what ada has not read of a log that `fill`
/// makes, of which nothing is unread.
fn counting(fill: impl FnOnce(&SqliteStore, [UserId; 2])) -> i64 {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path(), Timestamp::from_millis(0)).unwrap();
    let (ada, bob) = (come_in(&store, "ada", 1), come_in(&store, "bob", 2));
    for change in [join(ada), join(bob)] {
        one(&store, Change::Join(change));
    }
    fill(&store, [ada, bob]);
    wait(store.settle());
    let meter = meter(&store);
    let read = || {
        let back = MarkRead {
            back: true,
            seq: Seq::ZERO,
            ..mark(ada)
        };
        match one(&store, Change::Read(back)) {
            crate::store::Committed::Read { counts, .. } => assert_eq!(counts.unread, 0),
            other => panic!("{other:?}"),
        }
    };
    // Its statements have counted their steps since they were made.
    read();
    meter.take();
    read();
    meter.take()
}

fn is_the_same(few: i64, many: i64) {
    assert!(few > 0, "it is counted");
    assert!(many <= few + few / 10, "{few} steps, then {many}");
}

/// Steps of the machine for one of each change, in a room of so many.
fn costs(members: i64) -> Vec<(&'static str, i64)> {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path(), Timestamp::from_millis(0)).unwrap();
    let (ada, bob) = (come_in(&store, "ada", 1), come_in(&store, "bob", 2));
    one(&store, Change::Join(join(ada)));
    fill(&store, members);
    let meter = meter(&store);
    let act = |act: Act| {
        Change::Moderate(Moderate {
            by: ada,
            room: dev(),
            act,
            user: user("bob"),
            reason: None,
        })
    };
    let changes = [
        ("join", Change::Join(join(bob))),
        ("send", Change::Send(say(bob, "hi @ada"))),
        ("read", Change::Read(mark(ada))),
        ("topic", Change::SetTopic(topic(ada))),
        ("role", Change::SetRole(raise(ada, "bob"))),
        ("mute", act(Act::Mute)),
        ("unmute", act(Act::Unmute)),
        ("kick", act(Act::Kick)),
        ("ban", act(Act::Ban)),
        ("unban", act(Act::Unban)),
        ("leave", Change::Leave(leave(ada))),
    ];
    changes
        .map(|(what, change)| {
            meter.take();
            one(&store, change);
            (what, meter.take())
        })
        .to_vec()
}

/// Counts what the writer does from now on.
fn meter(store: &SqliteStore) -> Arc<Meter> {
    let meter = Arc::new(Meter::default());
    let counting = Arc::clone(&meter);
    wait(store.writer.run(move |conn| {
        let count = move |event: TraceEvent<'_>| {
            if let TraceEvent::Profile(statement, _) = event {
                let steps = statement.get_status(StatementStatus::VmStep);
                counting.count(&statement.sql(), steps);
            }
        };
        conn.trace_v2(TraceEventCodes::SQLITE_TRACE_PROFILE, Some(count))?;
        Ok(())
    }));
    meter
}

/// Steps since they were last taken. A statement counts its own steps from its
/// first run on.
#[derive(Debug, Default)]
struct Meter(Mutex<(i64, BTreeMap<String, i32>)>);

impl Meter {
    fn count(&self, sql: &str, steps: i32) {
        let mut state = self.0.lock().unwrap();
        let before = state.1.insert(sql.to_owned(), steps).unwrap_or(0);
        state.0 += i64::from(steps - before);
    }

    fn take(&self) -> i64 {
        std::mem::take(&mut self.0.lock().unwrap().0)
    }
}

fn fill(store: &SqliteStore, members: i64) {
    wait(store.writer.run(move |conn| {
        conn.execute_batch(&format!(
            "BEGIN;
             CREATE TEMP TABLE numbers AS
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {members})
                 SELECT i FROM n;
             INSERT INTO users (id, name, key, skeleton, guest, online, last_seen)
                 SELECT 1000 + i, 'm' || i, 'm' || i, 'm' || i, 0, 0, 0 FROM numbers;
             INSERT INTO memberships (user, room, role, read, joined, key)
                 SELECT 1000 + i, r.id, 0, 0, i, 'm' || i FROM numbers, rooms r WHERE r.name = 'dev';
             UPDATE rooms SET members = members + {members} WHERE name = 'dev';
             DROP TABLE numbers;
             COMMIT;"
        ))?;
        Ok(())
    }));
}

fn come_in(store: &SqliteStore, called: &str, number: u8) -> UserId {
    let hello = Change::Hello(Hello {
        name: Some(user(called)),
        token: None,
        fresh: TokenHash([number; 32]),
        default_rooms: Vec::new(),
        guests: true,
    });
    match one(store, hello) {
        crate::store::Committed::Welcomed(welcomed) => welcomed.user.id,
        other => panic!("{other:?}"),
    }
}

fn one(store: &SqliteStore, change: Change) -> crate::store::Committed {
    one_at(store, change, Timestamp::from_millis(1))
}

fn one_at(store: &SqliteStore, change: Change, now: Timestamp) -> crate::store::Committed {
    let outcome = wait(store.commit(vec![change], now)).remove(0);
    outcome.decision.unwrap()
}

fn all(store: &SqliteStore, changes: Vec<Change>) {
    for outcome in wait(store.commit(changes, Timestamp::from_millis(1))) {
        outcome.decision.unwrap();
    }
}

fn delete(by: UserId, target: u64) -> Change {
    Change::Revise(Revise {
        by,
        room: dev(),
        target: Seq::new(target).unwrap(),
        what: Revision::Delete,
    })
}

fn join(user: UserId) -> Join {
    Join {
        user,
        room: dev(),
        after: None,
        create: true,
        rooms_max: 1000,
    }
}

fn leave(user: UserId) -> Leave {
    Leave { user, room: dev() }
}

fn say(author: UserId, text: &str) -> SendMessage {
    SendMessage {
        author,
        room: dev(),
        text: Some(Text::parse(text, 4000).unwrap()),
        nonce: None,
        reply_to: None,
        files: Box::default(),
        rooms_max: 1000,
    }
}

fn mark(user: UserId) -> MarkRead {
    MarkRead {
        user,
        room: dev(),
        seq: Seq::FIRST,
        back: false,
    }
}

fn topic(by: UserId) -> SetTopic {
    SetTopic {
        by,
        room: dev(),
        topic: Topic::parse("release on friday", 250).unwrap(),
    }
}

fn raise(by: UserId, called: &str) -> SetRole {
    SetRole {
        by,
        room: dev(),
        user: user(called),
        role: Role::Moderator,
    }
}

fn user(called: &str) -> UserName {
    UserName::trusted(called).unwrap()
}

fn dev() -> RoomName {
    RoomName::trusted("dev").unwrap()
}

fn wait<T>(pending: Pending<'_, T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(pending)
        .unwrap()
}
