//! Sees to it that what is too old is forgotten, a piece at a time.

use crate::node::Node;
use crate::store::{Change, Committed, Forget, RoomId};
use std::sync::Weak;
use std::time::Duration;

/// Between two looks through all rooms.
const EVERY: Duration = Duration::from_secs(60);
/// Before this room there is none.
const FIRST: RoomId = RoomId(0);

/// Looks now and from time to time, until the node is gone.
pub(crate) fn start(node: Weak<Node>) {
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            ticks.tick().await;
            let Some(node) = node.upgrade() else { return };
            look_through(&node).await;
        }
    });
}

async fn look_through(node: &Node) {
    let mut from = FIRST;
    loop {
        let change = Change::Forget(Forget {
            days: node.settings.keep_days,
            from,
        });
        let Ok(Ok(Committed::Forgotten { next: Some(next) })) = node.commit(change).await else {
            // After the last room; or it failed, which the committer has
            // logged, and the next look tries again.
            return;
        };
        from = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::committer;
    use crate::config::{Config, Written};
    use crate::files::Depot;
    use crate::password::Passwords;
    use crate::session::serve;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{Hello, SendMessage, Store, TokenHash, UserId};
    use chat_proto::{RoomName, Text, Timestamp, UserName};
    use clap::Parser as _;
    use futures_util::{SinkExt as _, StreamExt as _};
    use std::net::Ipv4Addr;
    use std::sync::Arc;
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::protocol::Role;

    /// Five messages of 1970 and one of today.
    async fn store(dir: &std::path::Path) -> SqliteStore {
        let lobby = RoomName::trusted("lobby").unwrap();
        let store = SqliteStore::open(dir, Timestamp::from_millis(0)).unwrap();
        let hello = Change::Hello(Hello {
            name: UserName::trusted("bob"),
            token: None,
            fresh: TokenHash([1; 32]),
            default_rooms: vec![lobby.clone()],
            guests: true,
        });
        let said = Change::Send(SendMessage {
            author: UserId(1),
            room: lobby,
            text: Some(Text::parse("hi", 4000).unwrap()),
            files: Box::default(),
            nonce: None,
            reply_to: None,
            rooms_max: 1,
        });
        let old = Timestamp::from_millis(0);
        store.commit(vec![hello], old).await.unwrap();
        store.commit(vec![said.clone(); 5], old).await.unwrap();
        store.commit(vec![said], committer::now()).await.unwrap();
        store
    }

    #[tokio::test]
    async fn what_is_not_kept_is_told_as_a_gap_to_who_resumes_from_before_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(store(dir.path()).await);
        let line = ["chat-server", "--keep", "30"];
        let settings = Config::check(Written::parse_from(line)).unwrap().chat;
        let files = Depot::local(&dir.path().join("files")).unwrap();
        let node = Node::start(store, files, settings, Passwords::start().unwrap());
        look_through(&node).await;
        for (hello, gap) in [
            (
                r#"{"type":"hello","name":"ada","resume":{"lobby":2}}"#,
                true,
            ),
            (
                r#"{"type":"hello","name":"eve","resume":{"lobby":2},"gaps":false}"#,
                true,
            ),
            (
                r#"{"type":"hello","name":"zoe","resume":{"lobby":5}}"#,
                false,
            ),
        ] {
            let (ours, theirs) = tokio::io::duplex(1 << 16);
            let address = Ipv4Addr::LOCALHOST.into();
            tokio::spawn(serve(theirs, Vec::new(), address, Arc::clone(&node)));
            let mut client = WebSocketStream::from_raw_socket(ours, Role::Client, None).await;
            client.send(Message::text(hello)).await.unwrap();
            let mut said = Vec::new();
            while said
                .last()
                .is_none_or(|last: &String| !last.contains(r#""seq":6"#))
            {
                let frame = client.next().await.unwrap().unwrap();
                said.push(frame.into_text().unwrap().to_string());
            }
            let told = r#"{"type":"gap","room":"lobby","from":3,"to":5}"#;
            assert_eq!(said.iter().any(|frame| frame == told), gap, "{said:?}");
            let message = |frame: &&String| frame.contains(r#""type":"message""#);
            assert_eq!(said.iter().filter(message).count(), 1, "{said:?}");
        }
    }
}
