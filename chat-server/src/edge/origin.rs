//! Which web pages may open a WebSocket.
//!
//! Browsers let any page connect anywhere and say in `Origin` whose page it is;
//! the server decides. Pure: headers and policy in, yes or no out. What can't be
//! read exactly is refused. A page that a rebound DNS name brought here has its
//! own name in `Origin` and in `Host` and passes for ours: it gains nothing by
//! that, because nothing rides on a connection but what it says itself in `hello`.

use std::fmt;
use std::net::Ipv6Addr;

/// Whose pages an operator lets in beside the server's own and this machine's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The address that people type, where a proxy hides it from `Host`.
    pub public: Option<Origin>,
    /// Others that were listed.
    pub listed: Vec<Origin>,
    /// All, `null` and unreadable ones too.
    pub any: bool,
}

impl Policy {
    /// Whether a request with these headers may become a WebSocket. Without an
    /// `Origin` it is no page: it may.
    pub fn allows(&self, origin: Option<&str>, host: Option<&str>) -> bool {
        let Some(origin) = origin else {
            return true;
        };
        if self.any {
            return true;
        }
        let Some(origin) = Origin::parse(origin) else {
            return false;
        };
        self.public.as_ref() == Some(&origin)
            || self.listed.contains(&origin)
            || match &origin {
                Origin::Web(web) => web.is_this_machine() || web.is_host(host),
                Origin::File | Origin::Extension(_) => true,
                Origin::Other(_) => false,
            }
    }
}

/// An `Origin` header, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A page over HTTP.
    Web(Web),
    /// A page opened from the disk.
    File,
    /// A browser extension.
    Extension(String),
    /// Another scheme, such as that of a packaged app; only a list lets it in.
    Other(String),
}

impl Origin {
    /// Reads `scheme://host` or `scheme://host:port`, and nothing besides: no
    /// path, no user, no blanks. `null` is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        match scheme.as_str() {
            "http" | "https" => {
                let secure = scheme == "https";
                let authority = Authority::parse(rest)?;
                Some(Self::Web(Web {
                    secure,
                    port: authority.port.unwrap_or(default_port(secure)),
                    host: authority.host,
                }))
            }
            "file" => rest.is_empty().then_some(Self::File),
            "chrome-extension" | "moz-extension" | "safari-web-extension" => {
                is_opaque_name(rest).then(|| Self::Extension(text.to_ascii_lowercase()))
            }
            _ => (is_scheme(&scheme) && is_opaque_name(rest))
                .then(|| Self::Other(text.to_ascii_lowercase())),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(web) => {
                let scheme = if web.secure { "https" } else { "http" };
                write!(f, "{scheme}://{}", web.host)?;
                if web.port == default_port(web.secure) {
                    Ok(())
                } else {
                    write!(f, ":{}", web.port)
                }
            }
            Self::File => f.write_str("file://"),
            Self::Extension(text) | Self::Other(text) => f.write_str(text),
        }
    }
}

/// Where a page over HTTP comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    secure: bool,
    /// As in [`Authority`].
    host: String,
    port: u16,
}

impl Web {
    /// Whether it was loaded over TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    fn is_this_machine(&self) -> bool {
        ["localhost", "127.0.0.1", "[::1]"].contains(&self.host.as_str())
    }

    /// Whether the request came to the very host and port that the page came
    /// from. `Host` has no scheme: where it names no port, the page's default holds.
    fn is_host(&self, host: Option<&str>) -> bool {
        host.and_then(Authority::parse).is_some_and(|ours| {
            ours.host == self.host && ours.port.unwrap_or(default_port(self.secure)) == self.port
        })
    }
}

/// A host and perhaps a port, as in `Host`.
struct Authority {
    /// In lower case; an IPv6 address in brackets and in its shortest form.
    host: String,
    port: Option<u16>,
}

impl Authority {
    fn parse(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix('[') {
            let (address, rest) = rest.split_once(']')?;
            let address: Ipv6Addr = address.parse().ok()?;
            let port = match rest {
                "" => None,
                rest => Some(parse_port(rest.strip_prefix(':')?)?),
            };
            return Some(Self {
                host: format!("[{address}]"),
                port,
            });
        }
        let (host, port) = match text.split_once(':') {
            None => (text, None),
            Some((host, port)) => (host, Some(parse_port(port)?)),
        };
        is_opaque_name(host).then(|| Self {
            host: host.to_ascii_lowercase(),
            port,
        })
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn default_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

fn is_opaque_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &Policy, host: &str, allowed: bool, origins: &[&str]) {
        for origin in origins {
            assert_eq!(
                policy.allows(Some(origin), Some(host)),
                allowed,
                "{origin:?} at {host:?} under {policy:?}"
            );
        }
    }

    #[test]
    fn what_is_no_page_may_connect() {
        let policy = Policy::default();
        assert!(policy.allows(None, Some("chat.example.com")));
        assert!(policy.allows(None, None));
    }

    #[test]
    fn the_servers_own_page_may_connect() {
        let policy = Policy::default();
        for (host, origin) in [
            ("chat.example.com:7878", "http://chat.example.com:7878"),
            ("Chat.Example.com:7878", "http://chat.EXAMPLE.com:7878"),
            ("chat.example.com", "https://chat.example.com"),
            ("chat.example.com:443", "https://chat.example.com"),
            ("chat.example.com", "http://chat.example.com:80"),
            ("192.168.1.7:7878", "http://192.168.1.7:7878"),
            ("[fe80:0::1]:7878", "http://[fe80::1]:7878"),
        ] {
            check(&policy, host, true, &[origin]);
        }
    }

    #[test]
    fn pages_of_this_machine_and_extensions_may_connect() {
        check(
            &Policy::default(),
            "chat.example.com:7878",
            true,
            &[
                "http://localhost",
                "https://localhost:8443",
                "http://LOCALHOST:3000",
                "http://127.0.0.1:3000",
                "http://[::1]:3000",
                "http://[0:0:0:0:0:0:0:1]",
                "file://",
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
                "safari-web-extension://1A2B3C4D-0000-0000-0000-000000000000",
            ],
        );
    }

    #[test]
    fn nothing_that_only_looks_like_one_of_these_may_connect() {
        check(
            &Policy::default(),
            "chat.example.com:7878",
            false,
            &[
                // another name around ours or the machine's
                "http://localhost.evil.com",
                "http://evil-localhost",
                "http://127.0.0.1.evil.com",
                "http://chat.example.com.evil.com:7878",
                "http://evilchat.example.com:7878",
                "http://example.com:7878",
                "http://sub.chat.example.com:7878",
                // another port or none
                "http://chat.example.com:7879",
                "http://chat.example.com",
                "https://chat.example.com",
                "http://chat.example.com:078780",
                "http://chat.example.com:+7878",
                "http://chat.example.com:",
                // another scheme
                "ftp://localhost",
                "javascript://localhost",
                "ws://chat.example.com:7878",
                "filesystem://",
                "file://localhost",
                "chrome-extension.evil.com",
                "http://chrome-extension://abc",
                "xchrome-extension://abc",
                "chrome-extension://",
                // a trailing dot
                "http://localhost.",
                "http://chat.example.com.:7878",
                // a user before the host
                "http://localhost@evil.com",
                "http://localhost:80@evil.com",
                "http://chat.example.com:7878@evil.com",
                // a path, a query, a fragment, blanks, two at once
                "http://localhost/",
                "http://evil.com/http://localhost",
                "http://evil.com?localhost",
                "http://evil.com#localhost",
                "http://evil.com\\localhost",
                " http://localhost",
                "http://localhost ",
                "http://evil.com http://localhost",
                "http://localhost, http://evil.com",
                // addresses that are like the machine's
                "http://127.0.0.2",
                "http://127.1",
                "http://2130706433",
                "http://0.0.0.0",
                "http://[::ffff:127.0.0.1]",
                "http://[::1].evil.com",
                "http://[::1",
                "http://[::2]",
                "http://[fe80::1%25lo]",
                "http://::1",
                // nothing
                "null",
                "NULL",
                "",
                "://",
                "http://",
                "HTTP://EVIL.COM",
                "http://loc\u{0430}lhost",
            ],
        );
    }

    #[test]
    fn a_rebound_name_is_refused_unless_host_follows_it() {
        let policy = Policy::default();
        check(
            &policy,
            "127.0.0.1:7878",
            false,
            &["http://evil.com:7878", "http://127.0.0.1.nip.io:7878"],
        );
        // A host that can't be read is nobody's own.
        check(
            &policy,
            "evil.com:7878:7878",
            false,
            &["http://evil.com:7878"],
        );
        assert!(!policy.allows(Some("http://evil.com"), None));
    }

    #[test]
    fn the_public_address_and_what_is_listed_may_connect() {
        let policy = Policy {
            public: Origin::parse("https://chat.example.com"),
            listed: vec![
                Origin::parse("https://portal.example.com:8443").unwrap(),
                Origin::parse("tauri://localhost").unwrap(),
            ],
            any: false,
        };
        check(
            &policy,
            "10.0.0.3:7878",
            true,
            &[
                "https://chat.example.com",
                "https://chat.example.com:443",
                "https://portal.example.com:8443",
                "tauri://localhost",
            ],
        );
        check(
            &policy,
            "10.0.0.3:7878",
            false,
            &[
                "http://chat.example.com",
                "http://chat.example.com:443",
                "https://chat.example.com:8443",
                "https://portal.example.com",
                "tauri://evil",
                "null",
            ],
        );
    }

    #[test]
    fn the_star_lets_in_all() {
        let policy = Policy {
            any: true,
            ..Policy::default()
        };
        check(&policy, "h", true, &["http://evil.com", "null", ""]);
    }
}
