//! TLS to a server: whom to trust, and in words why a server is not trusted.
//!
//! Trusted are the roots of this machine and, where a file is named, the
//! authorities in it. They are read for each connection, after the server was
//! reached: a renewed file needs no restart, and whoever never uses TLS never
//! waits for it. Always holds: what can't be trusted is not spoken to.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Whom to trust beside the roots of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trust {
    /// Files of authorities in PEM.
    pub files: Vec<PathBuf>,
}

/// Names of a certificate that are told at most.
const NAMES_TOLD: usize = 4;

/// Makes sure that this is `host`, and that nobody else listens.
pub(super) async fn secure(
    host: &str,
    stream: TcpStream,
    trust: &Trust,
) -> Result<TlsStream<TcpStream>, String> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| format!("{host:?} is no name that a certificate can be for"))?;
    let trust = trust.clone();
    let config = tokio::task::spawn_blocking(move || trust.config())
        .await
        .map_err(|e| e.to_string())??;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(|e| in_words(host, &e))
}

impl Trust {
    fn config(&self) -> Result<ClientConfig, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| e.to_string())?
            .with_root_certificates(self.roots()?)
            .with_no_client_auth();
        // A proxy that prefers HTTP/2 would leave no way to a WebSocket.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    fn roots(&self) -> Result<RootCertStore, String> {
        let mut roots = RootCertStore::empty();
        for file in &self.files {
            for authority in authorities(file)? {
                roots.add(authority).map_err(|e| {
                    format!("a certificate in {} can't be used: {e}", file.display())
                })?;
            }
        }
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            let why = found.errors.first().map(ToString::to_string);
            return Err(format!(
                "this machine has no certificates of authorities to trust ({}); install them \
                 (Debian: ca-certificates), or name a file of them with --ca",
                why.as_deref().unwrap_or("none found"),
            ));
        }
        Ok(roots)
    }
}

/// The certificates in a file.
fn authorities(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let shown = file.display();
    let unread =
        |why: &dyn std::fmt::Display| format!("the certificates in {shown} can't be read: {why}");
    let pem = std::fs::read(file).map_err(|e| unread(&e))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|e| unread(&e))?;
    if found.is_empty() {
        return Err(format!(
            "there is no certificate in {shown}; it should hold -----BEGIN CERTIFICATE-----"
        ));
    }
    Ok(found)
}

/// Why a server could not be made sure of, and what would help.
fn in_words(host: &str, error: &io::Error) -> String {
    let tls = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(why)) => {
            format!(
                "{host} can't be trusted: {}",
                certificate_in_words(host, why)
            )
        }
        Some(rustls::Error::InvalidMessage(_)) => format!(
            "{host} does not speak TLS there; a server without it is reached by ws:// instead of wss://"
        ),
        Some(rustls::Error::AlertReceived(alert)) => {
            format!("{host} refused to speak TLS with this client: {alert:?}")
        }
        Some(other) => format!("no TLS with {host}: {other}"),
        None if error.kind() == io::ErrorKind::UnexpectedEof => format!(
            "{host} ended the connection instead of speaking TLS; a server without it is \
             reached by ws:// instead of wss://"
        ),
        None => format!("no TLS with {host}: {error}"),
    }
}

fn certificate_in_words(host: &str, why: &CertificateError) -> String {
    match why {
        CertificateError::Expired => "its certificate has expired".to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("its certificate has expired on {}", day(*not_after))
        }
        CertificateError::NotValidYet => {
            "its certificate is not valid yet; is this machine's clock right?".to_owned()
        }
        CertificateError::NotValidYetContext { not_before, .. } => format!(
            "its certificate is not valid before {}; is this machine's clock right?",
            day(*not_before)
        ),
        CertificateError::NotValidForName => {
            format!("its certificate is for another name than {host}")
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            format!(
                "its certificate is for {}, not for {host}",
                names(presented)
            )
        }
        CertificateError::UnknownIssuer => {
            "its certificate is from an authority that is not known here; if it is your own, \
             name its certificate with --ca FILE"
                .to_owned()
        }
        // Another error of the same kind has no kind of its own.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "its certificate is one of an authority, which can't be a server's; make one with \
             CA:FALSE"
                .to_owned()
        }
        other => format!("its certificate is not right: {other}"),
    }
}

/// As [`presented`](CertificateError::NotValidForNameContext) writes them:
/// `DnsName("chat.example")`.
fn names(presented: &[String]) -> String {
    let bare = |name: &String| match name.split_once('(') {
        Some((_, inner)) => inner.trim_matches(['(', ')', '"']).to_owned(),
        None => name.clone(),
    };
    match presented {
        [] => "no name at all".to_owned(),
        some => {
            let told: Vec<_> = some.iter().take(NAMES_TOLD).map(bare).collect();
            let more = if some.len() > NAMES_TOLD {
                " and others"
            } else {
                ""
            };
            format!("{}{more}", told.join(", "))
        }
    }
}

fn day(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or_else(
        |_| "a day that no calendar has".to_owned(),
        |at| at.strftime("%Y-%m-%d").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_authorities_that_is_none_is_told_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let why = authorities(&file).unwrap_err();
        assert!(why.contains("ca.pem can't be read"), "{why}");
        std::fs::write(&file, "nothing of the kind\n").unwrap();
        let why = authorities(&file).unwrap_err();
        assert!(
            why.contains("no certificate in") && why.contains("BEGIN"),
            "{why}"
        );
        let broken = "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
        std::fs::write(&file, broken).unwrap();
        let why = authorities(&file).unwrap_err();
        assert!(why.contains("can't be read"), "{why}");
    }

    #[test]
    fn each_fault_of_a_certificate_has_its_own_words() {
        let at = |seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let expired = CertificateError::ExpiredContext {
            time: at(1_800_000_000),
            not_after: at(1_767_225_599),
        };
        let named = CertificateError::NotValidForNameContext {
            expected: ServerName::try_from("chat.example").unwrap(),
            presented: vec!["DnsName(\"other.example\")".to_owned()],
        };
        for (why, words) in [
            (expired, "has expired on 2025-12-31"),
            (CertificateError::NotValidYet, "clock"),
            (named, "is for other.example, not for chat.example"),
            (CertificateError::UnknownIssuer, "--ca FILE"),
            (CertificateError::BadSignature, "is not right"),
        ] {
            let said = certificate_in_words("chat.example", &why);
            assert!(said.contains(words), "{said}");
        }
    }
}
