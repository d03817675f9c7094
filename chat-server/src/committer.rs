//! Gathers changes while the last commit is being written, then commits them
//! together: one transaction, one sync, many answers.
//!
//! An answer never precedes the commit, and what was committed is handed to
//! logs and people (`crate::news`) in the order in which it happened, before
//! the next commit begins.

use crate::news::News;
use crate::session::Bell;
use crate::store::{Change, Committed, Decision, Outcome, Store, StoreError};
use chat_proto::Timestamp;
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use tokio::sync::{mpsc, oneshot};

/// Changes that may wait; beyond them a session waits before it reads its next request.
const QUEUE: usize = 4096;
/// Changes of one transaction: enough that one sync is shared by many, few
/// enough that nobody waits long for the others.
const BATCH: usize = 512;

/// What becomes of a change: what was decided, or why the store could not say.
pub type Answer = Result<Decision, Arc<StoreError>>;

struct Waiting {
    change: Change,
    asker: Asker,
    answer: oneshot::Sender<Answer>,
}

/// The connection that asks: it hears of its own change by the answer, and not
/// once more as news. `None`: nobody in particular.
pub type Asker = Option<Arc<Bell>>;

/// Where sessions hand in their changes. Those of one session are made in the
/// order handed in.
#[derive(Debug, Clone)]
pub struct Committer {
    queue: mpsc::Sender<Waiting>,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.change.fmt(f)
    }
}

impl Committer {
    /// Starts the task; it ends, with everything committed, once the last
    /// clone of the handle is gone.
    pub fn start(store: Arc<dyn Store>, news: News) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, inbox) = mpsc::channel(QUEUE);
        (Self { queue }, tokio::spawn(run(store, news, inbox)))
    }

    /// Hands in a change if there is room now, and gives it back otherwise.
    pub fn try_hand_in(
        &self,
        change: Change,
        asker: Asker,
    ) -> Result<oneshot::Receiver<Answer>, Change> {
        let (answer, receiver) = oneshot::channel();
        let waiting = Waiting {
            change,
            asker,
            answer,
        };
        match self.queue.try_send(waiting) {
            Ok(()) => Ok(receiver),
            Err(full) => Err(full.into_inner().change),
        }
    }

    /// Hands in a change and waits for what becomes of it.
    pub async fn commit(&self, change: Change, asker: Asker) -> Answer {
        let (answer, receiver) = oneshot::channel();
        let stopped = || Arc::new(StoreError::Unavailable("the server is stopping".to_owned()));
        self.queue
            .send(Waiting {
                change,
                asker,
                answer,
            })
            .await
            .map_err(|_| stopped())?;
        receiver.await.map_err(|_| stopped())?
    }
}

async fn run(store: Arc<dyn Store>, news: News, mut inbox: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::with_capacity(BATCH);
    while inbox.recv_many(&mut waiting, BATCH).await > 0 {
        let (batch, askers): (Vec<_>, Vec<_>) = waiting
            .drain(..)
            .map(|w| (w.change, (w.asker, w.answer)))
            .unzip();
        news.metrics.commit_changes.observe(batch.len() as f64);
        let _telling = news.logs.commit().await;
        let begun = Instant::now();
        let committed = store.commit(batch, now()).await;
        let seconds = begun.elapsed().as_secs_f64();
        news.metrics.commit_seconds.observe(seconds);
        match committed {
            Ok(outcomes) => answer_all(&news, outcomes, askers),
            Err(error) => {
                news.metrics.commit_failures.inc();
                tracing::error!(%error, changes = askers.len(), "a commit failed");
                let error = Arc::new(error);
                for (_, answer) in askers {
                    // Who has gone meanwhile needs no answer.
                    let _ = answer.send(Err(Arc::clone(&error)));
                }
            }
        }
    }
}

fn answer_all(news: &News, outcomes: Vec<Outcome>, askers: Vec<(Asker, oneshot::Sender<Answer>)>) {
    for (outcome, (asker, answer)) in outcomes.into_iter().zip(askers) {
        for effect in outcome.effects {
            news.tell(effect, asker.as_ref());
        }
        if let Ok(Committed::Sent {
            duplicate: true, ..
        }) = outcome.decision
        {
            news.metrics.duplicates.inc();
        }
        let _ = answer.send(Ok(outcome.decision));
    }
}

/// The wall clock.
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
