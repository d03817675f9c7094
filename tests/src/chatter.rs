//! Someone who talks without pause, for what must hold while others do.

use anyhow::{Context as _, Result};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::Client;

/// So much is said before the server is waited for.
const AT_ONCE: usize = 8;

/// A client that talks until it is told to stop.
pub struct Chatter {
    stop: oneshot::Sender<()>,
    talk: JoinHandle<Result<()>>,
}

impl Chatter {
    /// Lets a client talk in a room that it is in.
    pub fn start(mut client: Client, room: &str) -> Self {
        let (stop, mut stopped) = oneshot::channel();
        let said = json!({ "type": "send", "room": room, "text": "and so on" });
        let talk = tokio::spawn(async move {
            while stopped.try_recv().is_err() {
                for _ in 0..AT_ONCE {
                    client.say(&said).await?;
                }
                client.so_far().await?;
            }
            Ok(())
        });
        Self { stop, talk }
    }

    /// Ends it; fails if it could not talk until now.
    pub async fn stop(self) -> Result<()> {
        let stopped = self.stop.send(());
        self.talk.await??;
        stopped.ok().context("the talk ended early")
    }
}
