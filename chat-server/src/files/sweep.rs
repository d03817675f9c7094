//! Takes away the bytes of files that nobody can fetch any more: after their
//! message was deleted, when an upload broke off, or when a day has passed
//! without a message.
//!
//! What is doomed stands in the store until its bytes are gone, so a server
//! that ends in between goes on at its next start.

use crate::committer;
use crate::node::Node;
use crate::store::{Change, DueFiles};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::timeout;

/// Between two looks at what the clock dooms; a deletion rings at once.
const EVERY: Duration = Duration::from_secs(30);
/// Files taken away at a time.
const BATCH: usize = 100;

/// Sweeps until the node is gone: at once, when rung, and now and then.
pub async fn run(node: Weak<Node>) {
    loop {
        let rung = match node.upgrade() {
            Some(node) if !node.is_closing() => {
                sweep(&node).await;
                Arc::clone(&node.files_doomed)
            }
            Some(_) | None => return,
        };
        // Late is as good as rung.
        let _ = timeout(EVERY, rung.notified()).await;
    }
}

/// Sweeps until nothing is due, or something fails; the next time tries again.
async fn sweep(node: &Node) {
    loop {
        let due = match node.store.due_files(committer::now(), BATCH).await {
            Ok(due) => due,
            Err(error) => return tracing::warn!(%error, "files could not be looked through"),
        };
        let DueFiles { expired, doomed } = due;
        let change = if expired {
            Change::ExpireFiles
        } else if doomed.is_empty() {
            return;
        } else {
            if let Err(error) = node.files.remove(&doomed).await {
                return tracing::warn!(%error, "files could not be taken away; trying again later");
            }
            Change::ForgetFiles(doomed)
        };
        // A failure is logged by the committer.
        if node.commit(change).await.is_err() {
            return;
        }
    }
}
