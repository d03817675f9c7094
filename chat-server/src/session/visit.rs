//! A client at the other end of a pipe, for tests of one session whose time
//! stands still until everybody waits.

use super::serve;
use crate::config::{Config, Written};
use crate::files::Depot;
use crate::node::Node;
use crate::password::Passwords;
use crate::store::sqlite::SqliteStore;
use chat_proto::Timestamp;
use clap::Parser as _;
use futures_util::{SinkExt as _, StreamExt as _};
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

/// One connection to a node of its own.
pub(super) struct Visit {
    pub(super) client: WebSocketStream<DuplexStream>,
    session: JoinHandle<()>,
    data: TempDir,
}

impl Visit {
    /// Through a pipe that holds so many bytes.
    pub(super) async fn new(pipe: usize) -> Self {
        Self::with(Passwords::start().unwrap(), pipe).await
    }

    pub(super) async fn with(passwords: Passwords, pipe: usize) -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(data.path(), Timestamp::from_millis(0)).unwrap();
        let config = Config::check(Written::parse_from(["chat-server"])).unwrap();
        let files = Depot::local(&data.path().join("files")).unwrap();
        let node = Node::start(Arc::new(store), files, config.chat, passwords);
        let (ours, theirs) = tokio::io::duplex(pipe);
        let address = Ipv4Addr::LOCALHOST.into();
        let session = tokio::spawn(serve(theirs, Vec::new(), address, node));
        let client = WebSocketStream::from_raw_socket(ours, Role::Client, None).await;
        Self {
            client,
            session,
            data,
        }
    }

    /// Where the node's data lie.
    pub(super) fn data(&self) -> &Path {
        self.data.path()
    }

    pub(super) async fn say(&mut self, text: &str) {
        self.client.send(Message::text(text)).await.unwrap();
    }

    /// Reads on until it is said; gives the frame that says it.
    pub(super) async fn said(&mut self, text: &str) -> String {
        loop {
            let message = self.client.next().await.expect(text).expect(text);
            let (frame, closed) = match &message {
                Message::Text(frame) => (frame.as_str(), false),
                Message::Close(Some(close)) => (close.reason.as_str(), true),
                _ => continue,
            };
            if frame.contains(text) {
                return frame.to_owned();
            }
            assert!(!closed, "closed with {frame:?} before {text:?}");
        }
    }

    /// Waits for the session's end.
    pub(super) async fn ended(self) {
        self.session.await.unwrap();
    }

    /// Whether the session is at its end.
    pub(super) fn is_over(&self) -> bool {
        self.session.is_finished()
    }
}
