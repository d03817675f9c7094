//! Hashing passwords: slow and costly on purpose, so a few at a time, on
//! threads of their own that yield to everything else.
//!
//! argon2id as OWASP recommends it: 19 MiB, two passes, one lane. The memory
//! is bounded by the number of threads, the wait by the queue; a full queue
//! refuses. A name without an account is held against a hash of nothing in
//! particular, so that it takes as long as a wrong password.

use crate::store::PasswordHash;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use chat_proto::Password;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;
use tokio::sync::oneshot;

/// Passwords that may wait to be hashed: a second or two of work.
const QUEUE: usize = 64;
/// At the most, whatever the machine has: each takes 19 MiB.
const THREADS_MAX: usize = 4;
/// After which a refused one may be tried again.
pub const RETRY: Duration = Duration::from_secs(1);
/// How much the threads yield (the scheduler's "nice").
const NICE: i32 = 10;

type Job = Box<dyn FnOnce() + Send>;

/// The queue and its threads, which end with the last handle to it.
#[derive(Debug, Clone)]
pub struct Passwords {
    queue: mpsc::SyncSender<Job>,
}

/// Why a password was not hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotHashed {
    /// Too many wait; try again after [`RETRY`].
    #[error("too many passwords wait to be checked")]
    Busy,
    /// The system gives no randomness, or the memory for it.
    #[error("a password can't be hashed now")]
    Failed,
}

impl Passwords {
    /// Starts the threads: half as many as the machine has cores.
    pub fn start() -> io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::start_with((cores / 2).clamp(1, THREADS_MAX), QUEUE)
    }

    fn start_with(threads: usize, queue: usize) -> io::Result<Self> {
        let (queue, jobs) = mpsc::sync_channel::<Job>(queue);
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..threads {
            let jobs = Arc::clone(&jobs);
            std::thread::Builder::new()
                .name("password".to_owned())
                .spawn(move || work(&jobs))?;
        }
        Ok(Self { queue })
    }

    /// One thread that begins when the other half is dropped.
    #[cfg(test)]
    pub(crate) fn held() -> (Self, mpsc::Sender<()>) {
        let passwords = Self::start_with(1, QUEUE).expect("a thread");
        let (go, held) = mpsc::channel();
        let hold: Job = Box::new(move || {
            let _ = held.recv();
        });
        passwords.queue.try_send(hold).expect("an empty queue");
        (passwords, go)
    }

    /// Makes a hash to be kept, with a salt of its own.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, NotHashed> {
        self.run(move || hash(password.reveal()))
            .await?
            .ok_or(NotHashed::Failed)
    }

    /// Whether the password is the one that was hashed; never where there is
    /// no hash, though that takes as long.
    pub async fn fits(
        &self,
        password: Password,
        kept: Option<PasswordHash>,
    ) -> Result<bool, NotHashed> {
        self.run(move || match kept {
            Some(kept) => fits(password.reveal(), &kept.0),
            None => {
                let _ = fits(password.reveal(), NOBODYS);
                false
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotHashed> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            // Who has gone meanwhile needs no answer, nor the work.
            if !answer.is_closed() {
                let _ = answer.send(work());
            }
        });
        self.queue.try_send(job).map_err(|_| NotHashed::Busy)?;
        answered.await.map_err(|_| NotHashed::Failed)
    }
}

/// What a password is held against where there is no account: made as [`hash`]
/// makes them, so that it takes as long.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn work(jobs: &Mutex<mpsc::Receiver<Job>>) {
    // On Linux a thread has a niceness of its own. Without it logins weigh more
    // than they should, and are right all the same.
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "hashing passwords can't be made to yield");
    }
    // Waiting for a job holds the lock; the other threads wait for that.
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
    while let Ok(job) = next() {
        job();
    }
}

fn hash(password: &str) -> Option<PasswordHash> {
    let hash = Argon2::default().hash_password(password.as_bytes()).ok()?;
    Some(PasswordHash(hash.to_string()))
}

fn fits(password: &str, kept: &str) -> bool {
    Argon2::default()
        .verify_password(password.as_bytes(), kept)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let passwords = Passwords::start_with(1, 8).unwrap();
        let kept = passwords.hash(password("correct horse")).await.unwrap();
        let again = passwords.hash(password("correct horse")).await.unwrap();
        assert_ne!(kept, again, "each has a salt of its own");
        assert!(!kept.0.contains("horse"));
        for (said, against, expected) in [
            ("correct horse", Some(kept.clone()), true),
            ("correct house", Some(kept.clone()), false),
            ("correct horse", None, false),
        ] {
            let fits = passwords.fits(password(said), against).await;
            assert_eq!(fits, Ok(expected), "{said}");
        }
        assert_eq!(format!("{kept:?}"), "PasswordHash(…)");
    }

    #[test]
    fn nobodys_hash_takes_what_any_other_takes() {
        let cost = |hash: &str| {
            let hash = argon2::password_hash::phc::PasswordHash::new(hash).unwrap();
            let output = hash.hash.unwrap().len();
            (hash.algorithm, hash.version, hash.params, output)
        };
        let real = hash("correct horse").unwrap();
        assert_eq!(cost(NOBODYS), cost(&real.0));
        assert!(real.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_the_rest_is_done() {
        let passwords = Passwords::start_with(1, 1).unwrap();
        // The thread is held until we say so; one more may wait.
        let (go, held) = mpsc::channel::<()>();
        let (begun, began) = oneshot::channel();
        let mut first = Box::pin(passwords.run(move || {
            let _ = begun.send(());
            held.recv().is_ok()
        }));
        assert!(futures_util::poll!(first.as_mut()).is_pending());
        began.await.unwrap();
        let mut second = Box::pin(passwords.run(|| ()));
        assert!(futures_util::poll!(second.as_mut()).is_pending());
        assert_eq!(passwords.run(|| ()).await, Err(NotHashed::Busy));
        go.send(()).unwrap();
        assert_eq!(first.await, Ok(true));
        assert_eq!(second.await, Ok(()));
    }
}
