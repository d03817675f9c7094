//! Files between this machine and the server, over HTTP beside the WebSocket
//! and with the same trust. What to transfer, and whether again, is the core's.
//!
//! Always holds: a file goes through in pieces, never whole in memory; one that
//! the server would refuse for its size is refused before anything is sent;
//! what comes down has its name only once all of it is here, and never takes
//! the place of another file; news that nobody takes holds up its transfer.

mod download;
mod upload;

use super::net;
use super::tls::Trust;
use crate::address::Address;
use crate::core::transfers::{Download, TransferNews, Upload};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// News that waits to be taken.
const NEWS_MAX: usize = 64;
/// Progress is told at most this often.
const TELL_PAUSE: Duration = Duration::from_millis(100);
/// Bytes of an answer in words.
const ANSWER_MAX: usize = 64 * 1024;
/// Bytes of a file that are in memory at a time.
const PIECE: usize = 64 * 1024;

/// All transfers that run. Dropping them stops them.
#[derive(Debug)]
pub struct Transfers {
    tell: mpsc::Sender<(u64, TransferNews)>,
    running: BTreeMap<u64, JoinHandle<()>>,
}

impl Transfers {
    /// None yet; what becomes of those begun comes out of the receiver.
    pub fn new() -> (Self, mpsc::Receiver<(u64, TransferNews)>) {
        let (tell, news) = mpsc::channel(NEWS_MAX);
        let running = BTreeMap::new();
        (Self { tell, running }, news)
    }

    /// Begins to send a file.
    pub fn upload(&mut self, address: Address, trust: Trust, asked: Upload) {
        let teller = self.teller(asked.id);
        self.begin(asked.id, async move {
            match upload::run(&address, &trust, &asked, &teller).await {
                Ok(file) => teller.finish(TransferNews::Uploaded(file)).await,
                Err(why) => teller.finish(TransferNews::Failed(why)).await,
            }
        });
    }

    /// Begins to fetch a file.
    pub fn download(&mut self, address: Address, trust: Trust, asked: Download) {
        let teller = self.teller(asked.id);
        self.begin(asked.id, async move {
            match download::run(&address, &trust, &asked, &teller).await {
                Ok(path) => teller.finish(TransferNews::Saved(path)).await,
                Err(why) => teller.finish(TransferNews::Failed(why)).await,
            }
        });
    }

    /// Stops a transfer; nothing of it stays.
    pub fn stop(&mut self, id: u64) {
        if let Some(task) = self.running.remove(&id) {
            task.abort();
        }
    }

    /// Stops all of them.
    pub fn stop_all(&mut self) {
        std::mem::take(&mut self.running)
            .into_values()
            .for_each(|task| task.abort());
    }

    fn teller(&self, id: u64) -> Teller {
        let tell = self.tell.clone();
        Teller { id, tell }
    }

    fn begin(&mut self, id: u64, work: impl Future<Output = ()> + Send + 'static) {
        self.running.retain(|_, task| !task.is_finished());
        self.running.insert(id, tokio::spawn(work));
    }
}

impl Drop for Transfers {
    fn drop(&mut self) {
        self.stop_all();
    }
}

/// Tells how a transfer goes.
struct Teller {
    id: u64,
    tell: mpsc::Sender<(u64, TransferNews)>,
}

impl Teller {
    /// So much has gone; said now and then.
    fn moved(&self, done: u64, total: u64, told: &mut Instant) {
        if told.elapsed() >= TELL_PAUSE {
            *told = Instant::now();
            // What is not taken in time is out of date.
            let _ = self
                .tell
                .try_send((self.id, TransferNews::Moved { done, total }));
        }
    }

    async fn finish(&self, news: TransferNews) {
        // The receiver is gone when the program ends.
        let _ = self.tell.send((self.id, news)).await;
    }
}

/// A connection for one request; it is over when this is dropped.
struct Http<B> {
    sender: SendRequest<B>,
    driver: JoinHandle<()>,
}

impl<B> Http<B>
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    async fn open(address: &Address, trust: &Trust) -> Result<Self, String> {
        let stream = net::stream(address, trust).await?;
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .map_err(|e| format!("{address}: {e}"))?;
        // How it ended the request tells.
        let driver = tokio::spawn(async { drop(connection.await) });
        Ok(Self { sender, driver })
    }
}

impl<B> Drop for Http<B> {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// The answer in words, where it is not the one hoped for.
async fn refused(response: Response<Incoming>) -> String {
    let status = response.status();
    let Ok(body) = answer(response).await else {
        return format!("the server answered {status}");
    };
    let told = serde_json::from_slice::<serde_json::Value>(&body).ok();
    let told = told.and_then(|told| Some(told.get("message")?.as_str()?.to_owned()));
    match told {
        Some(message) => message.chars().take(300).collect(),
        None if status == StatusCode::NOT_FOUND => "it is not there any more".to_owned(),
        None => format!("the server answered {status}"),
    }
}

async fn answer(response: Response<Incoming>) -> Result<Bytes, String> {
    let body = Limited::new(response.into_body(), ANSWER_MAX);
    let body = body.collect().await.map_err(|e| e.to_string())?;
    Ok(body.to_bytes())
}
