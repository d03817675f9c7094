//! What a run has of the world outside, with a screen and without: the server,
//! what is kept of it, files on their way.
//!
//! Always holds: all of it is of one server.

use super::switch::begin;
use super::{FINISH_WAIT, GOODBYE_WAIT, Here};
use crate::address::Address;
use crate::core::input::{DiskInput, LocalInput, NetInput};
use crate::core::servers::Addresses;
use crate::core::transfers::{Download, TransferNews, Upload};
use crate::core::{Effect, Input, State};
use crate::edge::clock::Clock;
use crate::edge::crash;
use crate::edge::disk::Disk;
use crate::edge::disk::cache::Cache;
use crate::edge::folders::Folders;
use crate::edge::local::Started;
use crate::edge::net::{self, Connection};
use crate::edge::tls::Trust;
use crate::edge::transfer::Transfers;
use std::io;
use tokio::sync::mpsc::{Receiver, UnboundedReceiver};
use tokio::task::spawn_blocking;

/// One server, and the ways to it.
pub(super) struct Reach {
    addresses: Addresses,
    trust: Trust,
    /// Which of the addresses the connection is of.
    tried: usize,
    pub(super) connection: Option<Connection>,
    pub(super) disk: Disk,
    pub(super) transfers: Transfers,
    pub(super) folders: Folders,
    /// A server that was started on this machine; it outlives us.
    pub(super) server: Option<Started>,
}

/// Where its news come out.
pub(super) struct Heard {
    pub(super) disk: UnboundedReceiver<DiskInput>,
    pub(super) transfers: Receiver<(u64, TransferNews)>,
    pub(super) folders: UnboundedReceiver<Input>,
}

impl Reach {
    pub(super) fn start(
        addresses: Addresses,
        trust: Trust,
        cache: Cache,
    ) -> io::Result<(Self, Heard)> {
        let (disk, kept) = Disk::start(cache)?;
        crash::flush_by(disk.flusher());
        let (transfers, moved) = Transfers::new();
        let (folders, listed) = Folders::new();
        let reach = Self {
            addresses,
            trust,
            tried: 0,
            connection: None,
            disk,
            transfers,
            folders,
            server: None,
        };
        let heard = Heard {
            disk: kept,
            transfers: moved,
            folders: listed,
        };
        Ok((reach, heard))
    }

    pub(super) fn connect(&mut self, tried: usize) {
        self.tried = tried;
        self.connection = Some(net::connect(self.address(), self.trust.clone()));
    }

    /// Sends a frame, if there is a connection; what became of one that is gone.
    pub(super) fn transmit(&mut self, frame: String) -> Option<Input> {
        if self.connection.as_ref()?.send(frame) {
            return None;
        }
        self.connection = None;
        let why = "the server no longer takes what is sent".to_owned();
        Some(Input::Net(NetInput::Failed(why)))
    }

    pub(super) fn upload(&mut self, asked: Upload) {
        let (address, trust) = (self.address(), self.trust.clone());
        self.transfers.upload(address, trust, asked);
    }

    pub(super) fn download(&mut self, asked: Download) {
        let (address, trust) = (self.address(), self.trust.clone());
        self.transfers.download(address, trust, asked);
    }

    fn address(&self) -> Address {
        self.addresses.at(self.tried).clone()
    }

    /// Starts a server on this machine; what became of that.
    pub(super) fn start_server(&mut self) -> Input {
        let started = Started::start().and_then(|server| {
            let pid = server.pid().ok_or("it was gone at once")?;
            self.server = Some(server);
            Ok(pid)
        });
        Input::Local(match started {
            Ok(pid) => LocalInput::Started { pid },
            Err(why) => LocalInput::Ended(why),
        })
    }

    /// Goes on at another server: its state, what is to be done then, and where
    /// its disk's news come out.
    pub(super) async fn go_over(
        &mut self,
        here: Here,
        clock: &Clock,
    ) -> io::Result<(State, Vec<Effect>, UnboundedReceiver<DiskInput>)> {
        if let Some(connection) = self.connection.take() {
            tokio::spawn(connection.close(GOODBYE_WAIT));
        }
        self.transfers.stop_all();
        (self.addresses, self.trust) = (here.addresses.clone(), here.trust.clone());
        let (state, later, cache) = begin(here, Vec::new(), clock);
        let (disk, news) = Disk::start(cache)?;
        crash::flush_by(disk.flusher());
        let left = std::mem::replace(&mut self.disk, disk);
        // Where it was not written in time the next start has less: no more can be done.
        let _ = spawn_blocking(move || left.finish(FINISH_WAIT)).await;
        Ok((state, later, news))
    }

    /// Writes what is to be kept, and says goodbye to the server.
    pub(super) async fn finish(self) {
        let disk = self.disk;
        let written = spawn_blocking(move || disk.finish(FINISH_WAIT));
        if let Some(connection) = self.connection {
            connection.close(GOODBYE_WAIT).await;
        }
        let _ = written.await;
    }
}
