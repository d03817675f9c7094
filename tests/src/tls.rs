//! TLS in front of a server, as a company's proxy has it: authorities,
//! certificates good and bad, and a terminator that carries the bytes on.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, version};

/// Somebody who signs certificates.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// What a server shows to prove who it is.
pub struct Identity {
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

/// When a certificate is valid, in whole years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Valid {
    /// Now.
    Now,
    /// Until the end of 2019.
    Past,
}

/// A running terminator; it ends with the value.
pub struct Terminator {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Authority {
    /// An authority of this name.
    pub fn new(name: &str) -> Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        Ok(Self { issuer })
    }

    /// Its own certificate, as a file holds it.
    pub fn pem(&self) -> String {
        self.issuer.as_ref().pem()
    }

    /// A certificate for a server with these names or addresses.
    pub fn sign(&self, names: &[&str], valid: Valid) -> Result<Identity> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names)?;
        if valid == Valid::Past {
            params.not_before = date_time_ymd(2018, 1, 1);
            params.not_after = date_time_ymd(2019, 12, 31);
        }
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?.der().clone();
        Ok(Identity { certificate, key })
    }
}

impl Terminator {
    /// Starts a terminator on a free port in front of `server`.
    pub async fn start(server: SocketAddr, identity: &Identity) -> Result<Self> {
        let key = PrivateKeyDer::try_from(identity.key.serialize_der())
            .map_err(|why| anyhow::anyhow!("{why}"))?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&version::TLS13])?
            .with_no_client_auth()
            .with_single_cert(vec![identity.certificate.clone()], key)?;
        let listener = TcpListener::bind("127.0.0.1:0").await.context("bind")?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(accept(
            listener,
            TlsAcceptor::from(Arc::new(config)),
            server,
        ));
        Ok(Self { address, task })
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The WebSocket's address, by the name or address of this machine.
    pub fn url(&self, scheme: &str, host: &str) -> String {
        format!("{scheme}://{host}:{}/ws", self.port())
    }
}

impl Drop for Terminator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, server: SocketAddr) {
    let mut links = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        links.spawn(carry(client, acceptor.clone(), server));
        while links.try_join_next().is_some() {}
    }
}

/// One connection, until either side has enough; what TLS refuses is dropped.
async fn carry(client: TcpStream, acceptor: TlsAcceptor, server: SocketAddr) -> Result<()> {
    let mut client = acceptor.accept(client).await?;
    let mut server = TcpStream::connect(server).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
