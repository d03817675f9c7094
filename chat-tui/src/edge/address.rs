//! Where a server is: a `ws://` address, checked before anything is connected.

use std::fmt;
use tokio_tungstenite::tungstenite::http::Uri;

/// The address of a server's WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
    path: String,
}

/// A text that is no such address, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// TLS is not there yet.
    #[error(
        "wss:// is not supported in this version, only ws:// without TLS; {0:?} can't be reached"
    )]
    Tls(String),
    /// Another scheme.
    #[error("{0:?} begins with neither ws:// nor a host; write it like ws://127.0.0.1:7878/ws")]
    Scheme(String),
    /// No address at all.
    #[error("{0:?} is not an address; write it like ws://127.0.0.1:7878/ws")]
    Malformed(String),
    /// Secrets do not belong in addresses.
    #[error(
        "the address holds a user or a password; leave them out, they would show in `ps` and logs"
    )]
    Credentials,
}

/// The port that a server listens on unless told otherwise.
const PORT: u16 = 7878;

impl Address {
    /// `ws://host:port/path`; a bare `host` or `host:port` means that host's
    /// port 7878 and `/ws`.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let malformed = || AddressError::Malformed(text.to_owned());
        let (scheme, bare) = match text.split_once("://") {
            Some((scheme, _)) => (scheme.to_ascii_lowercase(), false),
            None => ("ws".to_owned(), true),
        };
        match scheme.as_str() {
            "ws" => {}
            "wss" | "https" => return Err(AddressError::Tls(text.to_owned())),
            _ => return Err(AddressError::Scheme(text.to_owned())),
        }
        let uri: Uri = if bare {
            format!("ws://{text}")
        } else {
            text.to_owned()
        }
        .parse()
        .map_err(|_| malformed())?;
        if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
            return Err(AddressError::Credentials);
        }
        let host = uri.host().filter(|host| !host.is_empty());
        let path = match uri.path_and_query().map_or("/", |path| path.as_str()) {
            "/" => "/ws",
            path => path,
        };
        Ok(Self {
            host: host.ok_or_else(malformed)?.to_ascii_lowercase(),
            port: uri.port_u16().unwrap_or(if bare { PORT } else { 80 }),
            path: path.to_owned(),
        })
    }

    /// What to look up and connect to.
    pub fn target(&self) -> (&str, u16) {
        // An IPv6 address stands in brackets in an address, and without them elsewhere.
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        (host, self.port)
    }

    /// A directory's name, another one for each address.
    pub fn directory(&self) -> String {
        let mut name = String::new();
        for byte in format!("{}:{}{}", self.host, self.port, self.path).bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' => {
                    name.push(char::from(byte));
                }
                _ => name.push_str(&format!("%{byte:02x}")),
            }
        }
        name
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ws://{}:{}{}", self.host, self.port, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, AddressError>) {
        let parsed = Address::parse(text).map(|address| address.to_string());
        assert_eq!(parsed, expected.map(str::to_owned), "{text}");
    }

    #[test]
    fn an_address_is_completed_by_what_goes_without_saying() {
        check("ws://127.0.0.1:7878/ws", Ok("ws://127.0.0.1:7878/ws"));
        check("WS://Chat.Example/", Ok("ws://chat.example:80/ws"));
        check("localhost", Ok("ws://localhost:7878/ws"));
        check("10.0.0.7:9000", Ok("ws://10.0.0.7:9000/ws"));
        check("ws://[::1]:7878", Ok("ws://[::1]:7878/ws"));
        check("ws://host:1/other?x=1", Ok("ws://host:1/other?x=1"));
    }

    #[test]
    fn what_is_no_address_is_refused_in_words() {
        let owned = str::to_owned;
        check("wss://a/ws", Err(AddressError::Tls(owned("wss://a/ws"))));
        check("ftp://a", Err(AddressError::Scheme(owned("ftp://a"))));
        check("", Err(AddressError::Malformed(owned(""))));
        check("ws://", Err(AddressError::Malformed(owned("ws://"))));
        check("a b", Err(AddressError::Malformed(owned("a b"))));
        check("ws://u:p@host/ws", Err(AddressError::Credentials));
    }

    #[test]
    fn two_addresses_never_share_a_directory() {
        let of = |text: &str| Address::parse(text).unwrap().directory();
        assert_eq!(of("ws://a:1/ws"), "a%3a1%2fws");
        assert_ne!(of("ws://a:1/ws"), of("ws://a:1/w/s"));
        assert!(!of("ws://a:1/../..").contains('/'));
        assert_eq!(Address::parse("[::1]").unwrap().target(), ("::1", 7878));
    }
}
