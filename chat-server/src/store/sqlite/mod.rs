//! The store on one machine: SQLite in a data directory.
//!
//! One thread owns the connection that writes, a few others read; WAL lets
//! them not wait for one another. A commit is one transaction with one sync.
//! Facts are loaded, rules asked and decisions written within it, so nothing
//! can change between. The directory is ours alone, by a lock that the system
//! gives back however the process ends.

mod account;
mod admin;
mod append;
mod begin;
mod budget;
mod chores;
mod count;
mod direct;
mod doubt;
mod entries;
mod fault;
mod file;
mod history;
mod hook;
mod index;
mod invite;
mod keeping;
mod login;
mod mark;
mod member;
mod message;
mod moderation;
mod open;
mod quiet;
mod read;
mod remains;
mod revise;
mod room;
mod rooms;
mod row;
mod scene;
mod search;
mod spans;
mod target;
mod topic;
mod worker;

pub use open::OpenError;

use super::{
    AccountRow, Anchor, Change, Credentials, DeviceRow, DueFiles, Effect, FileId, FileRow, Hits,
    HookId, Invitation, MembersPage, Outcome, Page, Pending, RoomId, RoomRow, RoomsPage, Search,
    Seen, Standing, Store, TokenHash, UserId, UserRow,
};
use budget::Budget;
use chat_proto::{ErrorReply, Event, RoomName, Seq, Timestamp, UserName};
use chores::{Chores, NoChores};
use fault::Fault;
use mark::Mark;
use open::DataDir;
use row::rows_column;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use worker::Workers;

/// Connections that read.
const READERS: usize = 2;
/// What looks through much, as a search does, is given up after so much work.
/// An unoptimised build has more of it.
const LONG_READ: Duration = Duration::from_millis(if cfg!(debug_assertions) { 5_000 } else { 250 });
/// Between two looks for guests whose time is over.
const SWEEP_MS: i64 = 30_000;

/// See the module. Dropping it waits for what is under way, moves the WAL into
/// the database and gives the directory free.
#[derive(Debug)]
pub struct SqliteStore {
    // Dropped in this order: the last connection to be closed is the writer's,
    // and the lock goes last.
    readers: Workers,
    writer: Workers,
    epoch: String,
    chores: Chores,
    state: Arc<State>,
    _dir: DataDir,
}

/// What the writer keeps from commit to commit; only its thread writes it.
#[derive(Debug)]
struct State {
    /// When guests were last looked through, in ms.
    swept: AtomicI64,
    /// The last commit failed.
    failing: AtomicBool,
    /// Says what was committed last.
    mark: Mutex<Mark>,
}

impl State {
    fn committed(&self, outcomes: &[Outcome]) {
        let mut effects = outcomes.iter().flat_map(|outcome| &outcome.effects).rev();
        if let Some((room, event)) = effects.find_map(Effect::appended) {
            let mut mark = self.mark.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = mark.set(room, event.seq) {
                tracing::warn!(%error, "the mark beside the database can't be written");
            }
        }
    }
}

impl SqliteStore {
    /// Opens the data directory, which is made if need be. All who were online
    /// when the last server ended are taken to have gone `now`.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, OpenError> {
        let dir = DataDir::claim(path)?;
        let mut conn = dir.writer()?;
        let epoch = begin::begin(&mut conn, path, now).map_err(|fault| dir.faulty(&fault))?;
        let mark = Mark::begin(path, &epoch).map_err(|source| OpenError::NotWritable {
            dir: path.to_owned(),
            source,
        })?;
        let readers = (0..READERS)
            .map(|_| dir.reader())
            .collect::<Result<Vec<_>, _>>()?;
        let chores = Chores::load(&conn).map_err(|fault| dir.faulty(&fault))?;
        let thread_failed = |error| dir.thread_failed(&error);
        Ok(Self {
            readers: Workers::start("store-read", readers, &NoChores).map_err(thread_failed)?,
            writer: Workers::start("store-write", vec![conn], &chores).map_err(thread_failed)?,
            epoch,
            chores,
            state: Arc::new(State {
                swept: AtomicI64::new(i64::MIN),
                failing: AtomicBool::new(false),
                mark: Mutex::new(mark),
            }),
            _dir: dir,
        })
    }
}

fn commit(
    conn: &mut Connection,
    batch: &[Change],
    now: Timestamp,
    sweep: bool,
) -> Result<Vec<Outcome>, Fault> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if sweep {
        account::sweep(&tx, now)?;
    }
    // Leaving early rolls back.
    let outcomes = batch
        .iter()
        .map(|change| apply(&tx, change, now))
        .collect::<Result<_, _>>()?;
    tx.commit().map_err(Fault::Commit)?;
    Ok(outcomes)
}

fn apply(conn: &Connection, change: &Change, now: Timestamp) -> Result<Outcome, Fault> {
    let mut effects = Vec::new();
    let told = &mut effects;
    let decision = match change {
        Change::Hello(hello) => account::hello(conn, hello, now),
        Change::Login(login) => login::login(conn, login, now),
        Change::Register(register) => login::register(conn, register, told),
        Change::SetPassword(set) => login::set_password(conn, set, told),
        Change::Logout(logout) => login::logout(conn, logout, told),
        Change::Administer(change) => admin::administer(conn, change, now, told),
        Change::Gone(gone) => account::gone(conn, *gone, now),
        Change::Join(join) => room::join(conn, join, now, told),
        Change::Create(create) => room::create(conn, create, now, told),
        Change::Direct(direct) => direct::open(conn, direct, now, told),
        Change::Leave(leave) => room::leave(conn, leave, now, told),
        Change::Send(send) => message::send(conn, send, now, told),
        Change::Read(mark) => message::read(conn, mark, told),
        Change::SetTopic(set) => topic::set(conn, set, now, told),
        Change::Revise(revise) => revise::revise(conn, revise, now, told),
        Change::Invite(asked) => invite::invite(conn, asked, now, told),
        Change::Moderate(asked) => moderation::act(conn, asked, now, told),
        Change::SetRole(asked) => moderation::set_role(conn, asked, now, told),
        Change::Settings(asked) => room::settings(conn, asked),
        Change::MakeHook(make) => hook::make(conn, make, now),
        Change::VoidHook(void) => hook::void(conn, void),
        Change::HookSays(says) => hook::say(conn, says, now, told),
        Change::ReserveFile(reserve) => file::reserve(conn, reserve, now),
        Change::KeepFile(keep) => file::keep(conn, keep),
        Change::DropUpload(id) => file::drop_upload(conn, id, told),
        Change::ExpireFiles => file::expire(conn, now),
        Change::ForgetFiles(ids) => file::forget(conn, ids),
        Change::Keep(set) => keeping::set(conn, set),
        Change::Forget(asked) => keeping::forget(conn, asked, now, told),
    }?;
    Ok(Outcome { decision, effects })
}

impl SqliteStore {
    /// Does now what is otherwise done a piece at a time between commits.
    pub fn settle(&self) -> Pending<'static, ()> {
        let chores = self.chores.clone();
        self.writer.run(move |conn| {
            while chores.index(conn)? {}
            while chores.erase(conn)? {}
            Ok(())
        })
    }

    /// Reads within one transaction: all it sees is of one moment.
    fn read<T, F>(&self, work: F) -> Pending<'_, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.readers.run(move |conn| {
            let tx = conn.transaction()?;
            work(&tx)
        })
    }

    /// The same for what may have to look through more than it finds.
    fn read_within<T, F>(&self, budget: Duration, work: F) -> Pending<'_, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Budget) -> Result<T, Fault> + Send + 'static,
    {
        self.readers.run(move |conn| {
            budget::within(conn, budget, |conn, budget| {
                let tx = conn.transaction()?;
                work(&tx, budget)
            })
        })
    }
}

impl Store for SqliteStore {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn commit(&self, batch: Vec<Change>, now: Timestamp) -> Pending<'_, Vec<Outcome>> {
        let (state, chores) = (Arc::clone(&self.state), self.chores.clone());
        self.writer.run(move |conn| {
            let since = now
                .millis()
                .saturating_sub(state.swept.load(Ordering::Relaxed));
            let sweep = !(0..SWEEP_MS).contains(&since);
            let result =
                commit(conn, &batch, now, sweep).map_err(|fault| doubt::settle(conn, fault));
            if let Ok(outcomes) = &result {
                chores.note(outcomes);
                state.committed(outcomes);
            }
            state.failing.store(result.is_err(), Ordering::Relaxed);
            if sweep && result.is_ok() {
                state.swept.store(now.millis(), Ordering::Relaxed);
            }
            result
        })
    }

    fn credentials(&self, name: UserName) -> Pending<'_, Option<Credentials>> {
        self.read(move |conn| login::credentials(conn, &name))
    }

    fn device(&self, token: TokenHash) -> Pending<'_, Option<UserRow>> {
        self.read(move |conn| login::device(conn, &token))
    }

    fn accounts(&self, after: UserId, limit: usize) -> Pending<'_, Vec<AccountRow>> {
        self.read(move |conn| admin::accounts(conn, after, limit))
    }

    fn devices(&self, name: UserName, limit: usize) -> Pending<'_, Option<Vec<DeviceRow>>> {
        self.read(move |conn| admin::devices(conn, &name, limit))
    }

    fn standings(&self, user: UserId, name: UserName) -> Pending<'_, Vec<Standing>> {
        self.read(move |conn| read::standings(conn, user, &name.key()))
    }

    fn standing(
        &self,
        user: UserId,
        name: UserName,
        room: RoomId,
        head: Option<Seq>,
    ) -> Pending<'_, Option<Standing>> {
        self.read(move |conn| read::standing(conn, user, &name.key(), room, head))
    }

    fn invitations(&self, user: UserId) -> Pending<'_, Vec<Invitation>> {
        self.read(move |conn| invite::waiting(conn, user))
    }

    fn room(&self, name: RoomName, user: UserId) -> Pending<'_, Option<(RoomRow, bool)>> {
        self.read(move |conn| read::room(conn, &name, user))
    }

    fn seen(&self, name: RoomName, user: UserId) -> Pending<'_, Option<Seen>> {
        self.read(move |conn| read::seen(conn, &name, user))
    }

    fn events(&self, room: RoomId, after: Seq, limit: usize) -> Pending<'_, Vec<Event>> {
        self.read(move |conn| history::events(conn, room, after, limit))
    }

    fn history(&self, room: RoomId, anchor: Anchor, limit: usize) -> Pending<'_, Page> {
        match anchor {
            // All of a thread is walked, however little of it is wanted.
            Anchor::ThreadBefore { .. } => self.read_within(LONG_READ, move |conn, _| {
                history::page(conn, room, anchor, limit)
            }),
            _ => self.read(move |conn| history::page(conn, room, anchor, limit)),
        }
    }

    fn search(&self, search: Search) -> Pending<'_, Hits> {
        self.read_within(LONG_READ, move |conn, budget| {
            search::search(conn, &search, budget)
        })
    }

    fn rooms(
        &self,
        user: UserId,
        query: String,
        mine: bool,
        after: String,
        limit: usize,
    ) -> Pending<'_, RoomsPage> {
        self.read_within(LONG_READ, move |conn, _| {
            rooms::rooms(conn, user, &query, mine, &after, limit)
        })
    }

    fn members(&self, room: RoomId, after: String, limit: usize) -> Pending<'_, MembersPage> {
        self.read(move |conn| read::members(conn, room, &after, limit))
    }

    fn hook(&self, token: TokenHash) -> Pending<'_, Option<HookId>> {
        self.read(move |conn| hook::id(conn, token))
    }

    fn hooks(&self, by: UserId, room: RoomName) -> Pending<'_, Result<Vec<UserName>, ErrorReply>> {
        self.read(move |conn| hook::list(conn, by, &room))
    }

    fn file(&self, user: UserId, id: FileId) -> Pending<'_, Option<FileRow>> {
        self.read(move |conn| file::fetch(conn, user, &id))
    }

    fn due_files(&self, now: Timestamp, limit: usize) -> Pending<'_, DueFiles> {
        self.read(move |conn| file::due(conn, now, rows_column(limit)))
    }

    fn ready(&self) -> Pending<'_, ()> {
        let state = Arc::clone(&self.state);
        // Takes the lock that a commit takes, so a writer that hangs is noticed
        // too. Only one that has failed is asked to write.
        self.writer.run(move |conn| {
            if state.failing.load(Ordering::Relaxed) {
                doubt::write(conn)?;
                state.failing.store(false, Ordering::Relaxed);
            } else {
                conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod cost;
#[cfg(test)]
mod tests;
