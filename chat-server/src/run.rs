//! A server from its settings to its end.
//!
//! Opening takes everything that can be refused (the port, the data) before
//! anybody is told that the server is there. Running ends when it is told to.

use crate::admin;
use crate::committer;
use crate::config::Config;
use crate::edge::http::{Offers, Site};
use crate::edge::{descriptors, listen};
use crate::files::place::{Bucket, FilesPlace};
use crate::files::{Depot, sweep};
use crate::keeping;
use crate::node::Node;
use crate::password::Passwords;
use crate::store::sqlite::{OpenError, SqliteStore};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Within which clients have taken their leave and all that was accepted is committed.
const STOP_WITHIN: Duration = Duration::from_secs(4);

/// Where uploaded files lie, in the data directory.
pub(crate) const FILES: &str = "files";

/// Connections to the address of the metrics.
const SCRAPERS_MAX: usize = 16;

/// A server that has its port and its data, and is about to serve.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    metrics: Option<(TcpListener, SocketAddr)>,
    connections_max: usize,
    /// Where admin commands come in, if it could be had.
    admin: Option<admin::Socket>,
    site: Site,
}

/// Why a server can't start; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error(
        "{0} is in use by another program: end that one, or choose another port with --listen (port 0 takes a free one)"
    )]
    AddressInUse(SocketAddr),
    /// This user may not listen there.
    #[error(
        "this user may not listen on {0}: choose a port above 1023 with --listen, such as 127.0.0.1:7878"
    )]
    AddressForbidden(SocketAddr),
    /// No network of this machine has that address.
    #[error(
        "this machine has no address {0}: choose another with --listen; 0.0.0.0:7878 is all it has"
    )]
    AddressUnknown(SocketAddr),
    /// Anything else about the port.
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// The machine gives no threads, memory or randomness to check passwords with.
    #[error("passwords can't be checked on this machine: {0}")]
    Passwords(io::Error),
    /// The directory of files can't be used.
    #[error("the directory {} can't be used: {source}; make it writable", dir.display())]
    Files {
        /// The directory.
        dir: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The bucket of files can't be used.
    #[error("files can't lie in {bucket}: {detail}")]
    Bucket {
        /// The bucket.
        bucket: Bucket,
        /// What is wrong.
        detail: String,
    },
    /// The data can't be opened.
    #[error(transparent)]
    Data(#[from] OpenError),
}

impl Server {
    /// Takes the port and opens the data. Within a runtime.
    pub fn open(config: &Config) -> Result<Self, StartError> {
        let connections_max = descriptors::connections_max(descriptors::raise_limit());
        let (listener, address) = bind(config.listen)?;
        let metrics = config.metrics.map(bind).transpose()?;
        let offers = match metrics {
            Some(_) => Offers::AllButMetrics,
            None => Offers::All,
        };
        let passwords = Passwords::start().map_err(StartError::Passwords)?;
        let store = SqliteStore::open(&config.data, committer::now())?;
        let files = match &config.files {
            FilesPlace::Data => {
                let dir = config.data.join(FILES);
                Depot::local(&dir).map_err(|source| StartError::Files { dir, source })?
            }
            FilesPlace::Bucket(bucket) => depot_in(bucket)?,
        };
        let admin = admin::Socket::bind(&config.data)
            .inspect_err(|error| {
                tracing::warn!(%error, "admin commands will work only while the server is stopped");
            })
            .ok();
        Ok(Self {
            listener,
            address,
            metrics,
            connections_max,
            admin,
            site: Site {
                offers,
                node: Node::start(Arc::new(store), files, config.chat.clone(), passwords),
                origins: Arc::new(config.origins.clone()),
                proxies: config.proxies.clone().into(),
            },
        })
    }

    /// Where it listens, with the port that it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the metrics are, if on an address of their own.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|(_, address)| *address)
    }

    /// Serves until `shutdown` ends, then takes leave of everybody. While it
    /// does that, probes and newcomers are still answered, with 503.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self { listener, site, .. } = self;
        keeping::start(Arc::downgrade(&site.node));
        let accepted = CancellationToken::new();
        let accepting = tokio::spawn(listen::accept(
            listener,
            site.clone(),
            self.connections_max,
            accepted.clone(),
        ));
        if let Some((listener, _)) = self.metrics {
            let site = Site {
                offers: Offers::MetricsAlone,
                ..site.clone()
            };
            let accepting = listen::accept(listener, site, SCRAPERS_MAX, accepted.clone());
            tokio::spawn(accepting);
        }
        tokio::spawn(sweep::run(Arc::downgrade(&site.node)));
        let ordered = async {
            match &self.admin {
                Some(socket) => socket.serve(&site.node).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shutdown => {}
            () = ordered => {}
        }
        drop(self.admin);
        tracing::info!("stopping");
        if tokio::time::timeout(STOP_WITHIN, site.node.stop())
            .await
            .is_err()
        {
            tracing::warn!("some clients did not take their leave in time");
        }
        accepted.cancel();
        if let Err(error) = accepting.await {
            tracing::error!(%error, "accepting connections broke");
        }
        tracing::info!("stopped");
    }
}

#[cfg(feature = "s3")]
fn depot_in(bucket: &Bucket) -> Result<Depot, StartError> {
    Depot::bucket(bucket).map_err(|error| StartError::Bucket {
        bucket: bucket.clone(),
        detail: format!("{error}; it is told where and who by AWS_REGION, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    })
}

#[cfg(not(feature = "s3"))]
fn depot_in(bucket: &Bucket) -> Result<Depot, StartError> {
    Err(StartError::Bucket {
        bucket: bucket.clone(),
        detail: "this chat-server was built without S3; build it with --features s3".to_owned(),
    })
}

fn bind(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = listen::bind(wanted).map_err(|error| refused(wanted, error))?;
    let address = listener.local_addr();
    let address = address.map_err(|error| StartError::Listen(wanted, error))?;
    Ok((listener, address))
}

fn refused(address: SocketAddr, error: io::Error) -> StartError {
    match error.kind() {
        io::ErrorKind::AddrInUse => StartError::AddressInUse(address),
        io::ErrorKind::PermissionDenied => StartError::AddressForbidden(address),
        io::ErrorKind::AddrNotAvailable => StartError::AddressUnknown(address),
        _ => StartError::Listen(address, error),
    }
}
