//! Where a server is: a `ws://` or `wss://` address, checked before anything is
//! connected. Knows no socket.
//!
//! Always holds: whether an address is for TLS is part of it, from what was
//! typed to the directory of what is kept; nothing that was said over TLS can
//! come to be said without.

use std::fmt;
use tokio_tungstenite::tungstenite::http::Uri;

/// The address of a server's WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
}

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// As it is: `ws://`.
    Plain,
    /// Over TLS: `wss://`.
    Tls,
}

/// A text that is no such address, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Another scheme.
    #[error(
        "{0:?} begins with neither ws://, wss:// nor a host; write it like ws://127.0.0.1:7878/ws"
    )]
    Scheme(String),
    /// No address at all.
    #[error("{0:?} is not an address; write it like ws://127.0.0.1:7878/ws or wss://chat.example")]
    Malformed(String),
    /// Secrets do not belong in addresses.
    #[error(
        "the address holds a user or a password; leave them out, they would show in `ps` and logs"
    )]
    Credentials,
}

/// The port that a server listens on unless told otherwise.
const PORT: u16 = 7878;

impl Scheme {
    /// As it begins an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "ws",
            Self::Tls => "wss",
        }
    }

    /// The port of an address that names none.
    fn port(self) -> u16 {
        match self {
            Self::Plain => 80,
            Self::Tls => 443,
        }
    }
}

impl Address {
    /// `ws://host:port/path`, or `wss://…`; a bare `host` or `host:port` means
    /// that host's port 7878 and `/ws` without TLS. The address of the
    /// server's page in a browser does as well.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let malformed = || AddressError::Malformed(text.to_owned());
        let (named, rest) = match text.split_once("://") {
            Some((named, rest)) => (Some(named.to_ascii_lowercase()), rest),
            None => (None, text),
        };
        let scheme = match named.as_deref() {
            None | Some("ws" | "http") => Scheme::Plain,
            Some("wss" | "https") => Scheme::Tls,
            Some(_) => return Err(AddressError::Scheme(text.to_owned())),
        };
        let uri: Uri = format!("{}://{rest}", scheme.name())
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
        let usual = match named {
            Some(_) => scheme.port(),
            None => PORT,
        };
        Ok(Self {
            scheme,
            host: host.ok_or_else(malformed)?.to_ascii_lowercase(),
            port: uri.port_u16().unwrap_or(usual),
            path: path.to_owned(),
        })
    }

    /// How the server is spoken to.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// What to look up and connect to.
    pub fn target(&self) -> (&str, u16) {
        // An IPv6 address stands in brackets in an address, and without them elsewhere.
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        (host, self.port)
    }

    /// Who is asked, as an HTTP request says it.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// A directory's name, another one for each address.
    pub fn directory(&self) -> String {
        let plain = format!("{}:{}{}", self.host, self.port, self.path);
        let text = match self.scheme {
            Scheme::Plain => plain,
            // No host begins like this: a token had over TLS is never used without.
            Scheme::Tls => format!("wss://{plain}"),
        };
        let mut name = String::new();
        for byte in text.bytes() {
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
        let (scheme, host) = (self.scheme.name(), &self.host);
        write!(f, "{scheme}://{host}:{}{}", self.port, self.path)
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
        check("wss://Chat.Example", Ok("wss://chat.example:443/ws"));
        check("wss://host:8443/chat", Ok("wss://host:8443/chat"));
        check("https://chat.example/", Ok("wss://chat.example:443/ws"));
        check("http://host:7878", Ok("ws://host:7878/ws"));
    }

    #[test]
    fn what_is_no_address_is_refused_in_words() {
        let owned = str::to_owned;
        check("ftp://a", Err(AddressError::Scheme(owned("ftp://a"))));
        check("", Err(AddressError::Malformed(owned(""))));
        check("ws://", Err(AddressError::Malformed(owned("ws://"))));
        check("a b", Err(AddressError::Malformed(owned("a b"))));
        check("ws://u:p@host/ws", Err(AddressError::Credentials));
        check("wss://u:p@host/ws", Err(AddressError::Credentials));
    }

    #[test]
    fn two_addresses_never_share_a_directory() {
        let of = |text: &str| Address::parse(text).unwrap().directory();
        assert_eq!(of("ws://a:1/ws"), "a%3a1%2fws");
        assert_ne!(of("ws://a:1/ws"), of("ws://a:1/w/s"));
        assert_ne!(of("ws://a:1/ws"), of("wss://a:1/ws"));
        assert!(!of("ws://a:1/../..").contains('/'));
        assert_eq!(Address::parse("[::1]").unwrap().target(), ("::1", 7878));
    }
}
