//! One connected client.

use crate::node::Node;
use std::sync::Arc;
use tokio::net::TcpStream;

/// Serves one upgraded WebSocket connection until it ends. `early` is what the
/// HTTP side had read past the upgrade.
pub async fn serve(io: TcpStream, early: Vec<u8>, node: Arc<Node>) {
    let _ = (io, early, node);
    std::future::ready(()).await;
}
