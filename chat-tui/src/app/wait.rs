//! What both loops wait for, where it may be that there is no such thing: then
//! it never comes. Each can be given up at any time and loses nothing.

use crate::edge::config_file::ConfigFile;
use crate::edge::local::Started;
use crate::edge::net::{Connection, News};
use std::future::pending;
use std::time::Instant;

pub(super) async fn changed(config: &mut Option<ConfigFile>) {
    match config {
        Some(config) => config.changed().await,
        None => pending().await,
    }
}

pub(super) async fn next(connection: &mut Option<Connection>) -> News {
    match connection {
        Some(connection) => match connection.news().await {
            Some(news) => news,
            // It has told its end; the core has it and connects when it wants to.
            None => pending().await,
        },
        None => pending().await,
    }
}

pub(super) async fn ended_here(server: &mut Option<Started>) -> String {
    match server {
        Some(server) => server.ended().await,
        None => pending().await,
    }
}

pub(super) async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => pending().await,
    }
}
