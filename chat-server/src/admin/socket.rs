//! The socket in the data directory, from both ends.
//!
//! Who may open it is the server's own user, or root: it is made so, and each
//! peer is asked. One order at a time; an order that does not come, or an
//! answer that is not taken, is waited for so long and no longer.

use super::{Answer, Order, desk};
use crate::node::Node;
use std::fs::Permissions;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream as Blocking;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

const FILE: &str = "admin.sock";
/// Bytes of an order.
const ORDER_BYTES: u64 = 16 * 1024;
/// How long one order may take.
const WITHIN: Duration = Duration::from_secs(30);

/// The server's end.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Takes the place of what a killed server left. The directory has to be
    /// ours. Within a runtime.
    pub fn bind(data: &Path) -> io::Result<Self> {
        let path = data.join(FILE);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(&path)?;
        let socket = Self { listener, path };
        std::fs::set_permissions(&socket.path, Permissions::from_mode(0o600))?;
        Ok(socket)
    }

    /// Answers orders until it is dropped.
    pub async fn serve(&self, node: &Arc<Node>) {
        loop {
            let served = match self.listener.accept().await {
                Ok((stream, _)) => tokio::time::timeout(WITHIN, one(stream, node)).await,
                Err(error) => {
                    tracing::warn!(%error, "admin commands can't be taken now");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            match served {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "an admin command broke off"),
                Err(_) => tracing::warn!("an admin command took too long"),
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // What can't be removed is replaced by the next server.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn one(mut stream: UnixStream, node: &Arc<Node>) -> io::Result<()> {
    let peer = stream.peer_cred()?.uid();
    if peer != 0 && peer != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other(format!("user {peer} may not give any")));
    }
    let mut line = String::new();
    let (reading, mut writing) = stream.split();
    tokio::io::BufReader::new(reading.take(ORDER_BYTES))
        .read_line(&mut line)
        .await?;
    let answer = match serde_json::from_str::<Order>(&line) {
        Ok(order) => desk::answer(node, order).await,
        // Nothing of the line is repeated: it may hold a password.
        Err(_) => Answer::Refused {
            words: "this server does not know that command; is it of the same version?".to_owned(),
        },
    };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    writing.write_all(&line).await?;
    writing.shutdown().await
}

/// Gives an order to the server that runs on this directory; `None` if none does.
pub(super) fn give(data: &Path, order: &Order) -> io::Result<Option<Answer>> {
    let mut stream = match Blocking::connect(data.join(FILE)) {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    stream.set_read_timeout(Some(WITHIN))?;
    let mut line = serde_json::to_vec(order)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(Some(serde_json::from_str(&answer)?))
}
