//! Another device of the same person: a raw client that comes in with the token
//! that the terminal client keeps, and is told what the server knows of both.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::client::Client;
use crate::server::Server;
use crate::user::User;
use crate::wait::SOON;

/// Connects as this person.
pub async fn another(server: &Server, user: &User) -> Result<Client> {
    Client::come_back(server.address(), &user.token()?).await
}

/// How much is unread in a room, as the server says to who comes in.
pub async fn unread(server: &Server, user: &User, room: &str) -> Result<u64> {
    let device = another(server, user).await?;
    let rooms = device.welcome["rooms"].as_array().context("no rooms")?;
    let found = rooms.iter().find(|entry| entry["room"] == room);
    found.context("not in it")?["unread"]
        .as_u64()
        .context("no figure")
}

/// Waits until the server says that so much is unread in a room.
pub async fn wait_unread(server: &Server, user: &User, room: &str, count: u64) -> Result<()> {
    const LOOK_EVERY: Duration = Duration::from_millis(50);
    let deadline = Instant::now() + SOON;
    loop {
        let unread = unread(server, user, room).await?;
        if unread == count {
            return Ok(());
        }
        ensure!(
            Instant::now() < deadline,
            "{unread} unread in {room}, not {count}"
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
