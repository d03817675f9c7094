//! One running node: what all of its sessions share.

use crate::committer::{Answer, Committer};
use crate::files::Depot;
use crate::log::{Logs, frame};
use crate::metrics::Metrics;
use crate::news::News;
use crate::password::Passwords;
use crate::people::{People, Person};
use crate::presence::{self, Presence};
use crate::rate::{Caller, Callers, Doors, Rates};
use crate::session::Bell;
use crate::store::{Change, Gone, Store, StoreError};
use chat_proto::codec::Frame;
use chat_proto::{ErrorReply, Greeting, Limits, PROTOCOL, RoomName};
use slab::Slab;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// What an operator decides about the chat itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server's name in the greeting.
    pub name: String,
    /// Stated in the greeting, and kept.
    pub limits: Limits,
    /// How often what may be done.
    pub rates: Rates,
    /// Where new users start.
    pub default_rooms: Vec<RoomName>,
    /// Whether those without an account are let in.
    pub guests: bool,
    /// Days that events are kept in rooms that say nothing else; `None`: for ever.
    pub keep_days: Option<u32>,
}

/// The node. Sessions hold it by `Arc`.
pub struct Node {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) settings: Settings,
    pub(crate) logs: Arc<Logs>,
    pub(crate) people: Arc<People>,
    pub(crate) presence: Presence,
    pub(crate) passwords: Passwords,
    pub(crate) doors: Doors,
    pub(crate) files: Depot,
    /// Rung when bytes of files are to be taken away (`crate::files::sweep`).
    pub(crate) files_doomed: Arc<Notify>,
    callers: Callers,
    /// What it counts of itself.
    pub metrics: Arc<Metrics>,
    /// The greeting, as it stands on the wire.
    pub(crate) greeting: Vec<u8>,
    /// The zero of this node's monotonic clock.
    started: Instant,
    /// Taken by [`Node::stop`]; its task ends with the last session.
    committer: Mutex<Option<(Committer, JoinHandle<()>)>>,
    bells: Mutex<Slab<Arc<Bell>>>,
    closing: AtomicBool,
    session_gone: Notify,
}

/// How long sessions have to take their close frames when the node stops.
const CLOSING: Duration = Duration::from_secs(3);

impl Node {
    /// A node over a store that is open. Within a runtime.
    pub fn start(
        store: Arc<dyn Store>,
        files: Depot,
        settings: Settings,
        passwords: Passwords,
    ) -> Arc<Self> {
        let logs = Arc::new(Logs::start());
        let people = Arc::new(People::default());
        let metrics = Arc::<Metrics>::default();
        let news = News {
            metrics: Arc::clone(&metrics),
            logs: Arc::clone(&logs),
            people: Arc::clone(&people),
            files: Arc::default(),
        };
        let files_doomed = Arc::clone(&news.files);
        let committer = Committer::start(Arc::clone(&store), news);
        let mut greeting = Vec::new();
        frame::push_text(&mut greeting, &greet(&*store, &settings).encode(None));
        Arc::new(Self {
            files,
            files_doomed,
            metrics,
            presence: Presence::start(Arc::clone(&logs)),
            passwords,
            doors: Doors::new(settings.rates),
            callers: Callers::new(settings.rates),
            store,
            settings,
            logs,
            people,
            greeting,
            started: Instant::now(),
            committer: Mutex::new(Some(committer)),
            bells: Mutex::default(),
            closing: AtomicBool::new(false),
            session_gone: Notify::new(),
        })
    }

    /// Tells every session to close with 1001; returns when all are gone, or
    /// have had their time, and all that was accepted is committed.
    pub async fn stop(&self) {
        self.closing.store(true, Ordering::Release);
        for (_, bell) in self.bells().iter() {
            bell.wake();
        }
        let all_gone = async {
            loop {
                let gone = self.session_gone.notified();
                if self.bells().is_empty() {
                    return;
                }
                gone.await;
            }
        };
        if tokio::time::timeout(CLOSING, all_gone).await.is_err() {
            tracing::warn!(
                sessions = self.bells().len(),
                "sessions did not take their close frame in time"
            );
        }
        let taken = self
            .committer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some((committer, task)) = taken {
            drop(committer);
            // Sessions that are stuck still hold a handle; what they handed in
            // is committed long before this.
            let _ = tokio::time::timeout(Duration::from_secs(1), task).await;
        }
    }

    /// Whether the node serves: not closing, and storage answers.
    pub async fn ready(&self) -> bool {
        !self.is_closing() && self.store.ready().await.is_ok()
    }

    /// Whether the node is going away.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Since the node started.
    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// A session begins; `None` if the node is going away.
    pub(crate) fn attach(&self, bell: &Arc<Bell>) -> Option<(usize, Committer)> {
        let committer = self
            .committer
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (committer, _) = committer.as_ref()?;
        self.metrics.sessions.inc();
        Some((self.bells().insert(Arc::clone(bell)), committer.clone()))
    }

    /// A session ended.
    pub(crate) fn detach(&self, key: usize) {
        if self.bells().try_remove(key).is_some() {
            self.metrics.sessions.dec();
        }
        self.session_gone.notify_waiters();
    }

    /// Makes a change that no session asks for.
    pub(crate) async fn commit(&self, change: Change) -> Answer {
        match self.committer() {
            Some(committer) => committer.commit(change, None).await,
            None => Err(Arc::new(StoreError::Unavailable(
                "the server is stopping".to_owned(),
            ))),
        }
    }

    /// Counts one more call of someone who comes over HTTP by a token.
    pub(crate) fn may_call(&self, caller: Caller) -> Result<(), ErrorReply> {
        self.callers.take(caller, self.uptime())
    }

    fn committer(&self) -> Option<Committer> {
        self.committer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(|(committer, _)| committer.clone())
    }

    /// A connection of this user ended. A few seconds after the last one, if
    /// none came meanwhile, the user goes offline.
    pub(crate) fn depart(self: &Arc<Self>, person: &Arc<Person>, bell: &Arc<Bell>) {
        let Some(departure) = person.depart(bell).filter(|_| !self.is_closing()) else {
            return;
        };
        let (node, person) = (Arc::downgrade(self), Arc::clone(person));
        let left = crate::committer::now();
        tokio::spawn(async move {
            tokio::time::sleep(presence::LINGER).await;
            let Some(node) = node.upgrade() else { return };
            if !node.people.forget(&person, departure) {
                return;
            }
            node.presence.online(&person, false);
            // A failure is logged by the committer; the name then lapses a little late.
            let user = person.id();
            let _ = node.commit(Change::Gone(Gone { user, left })).await;
        });
    }

    fn bells(&self) -> MutexGuard<'_, Slab<Arc<Bell>>> {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn greet(store: &dyn Store, settings: &Settings) -> Frame {
    Frame::Greeting(Greeting {
        name: settings.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocol: PROTOCOL,
        epoch: store.epoch().to_owned(),
        guests: settings.guests,
        limits: settings.limits.clone(),
        rates: settings.rates.stated(),
        hint: if settings.guests {
            r#"say {"type":"hello","name":"your-name"}"#.to_owned()
        } else {
            r#"say {"type":"hello","name":"your-name","password":"your-password"}"#.to_owned()
        },
    })
}
