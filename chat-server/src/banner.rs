//! What the server says once it is ready: everything one needs to come in.

use crate::config::{Config, DEFAULT_LISTEN};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The text for standard output. Its first line is also meant for programs.
pub struct Banner<'a> {
    /// The settings in force.
    pub config: &'a Config,
    /// Where the server listens, with the port it got.
    pub address: SocketAddr,
    /// Where the metrics are, if on an address of their own.
    pub metrics: Option<SocketAddr>,
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let here = reachable(self.address);
        let (websocket, page) = match &self.config.public {
            Some(public) => (public.websocket(), public.to_string()),
            None => (format!("ws://{here}/ws"), format!("http://{here}/")),
        };
        let is_default = self.config.public.is_none() && here.to_string() == DEFAULT_LISTEN;
        let url = if is_default { "" } else { &websocket };
        writeln!(f, "listening on ws://{}/ws", self.address)?;
        writeln!(f, "  data           {}", self.config.data.display())?;
        writeln!(
            f,
            "  terminal       {}",
            format!("chat-tui {url}").trim_end()
        )?;
        writeln!(f, "  browser        {page}")?;
        if let Some(metrics) = self.metrics {
            writeln!(f, "  metrics        http://{}/metrics", reachable(metrics))?;
        }
        writeln!(f, "  by hand        connect to {websocket} and say")?;
        writeln!(
            f,
            "                 {{\"type\":\"hello\",\"name\":\"your-name\"}}"
        )?;
        if self.address.ip().is_loopback() {
            let port = self.address.port();
            writeln!(f, "  other machines chat-server --listen 0.0.0.0:{port}")?;
            writeln!(
                f,
                "                 unencrypted: beyond a network you trust, put a TLS proxy in front"
            )?;
        } else if self.config.public.is_none() {
            writeln!(
                f,
                "  other machines may connect, unencrypted: beyond a network you trust,"
            )?;
            writeln!(
                f,
                "                 put a TLS proxy in front and give --public-url https://..."
            )?;
        }
        Ok(())
    }
}

/// An address to connect to from this machine: "everywhere" is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Written;
    use clap::Parser as _;

    fn banner(arguments: &[&str], address: &str) -> String {
        let line = ["chat-server", "--data", "/srv/chat"]
            .iter()
            .chain(arguments);
        let config = Config::check(Written::try_parse_from(line).unwrap()).unwrap();
        let address = address.parse().unwrap();
        Banner {
            config: &config,
            address,
            metrics: None,
        }
        .to_string()
    }

    #[test]
    fn the_first_line_is_for_programs_and_the_rest_can_be_typed() {
        let text = banner(&[], "127.0.0.1:7878");
        assert!(
            text.starts_with("listening on ws://127.0.0.1:7878/ws\n"),
            "{text}"
        );
        for line in [
            "  data           /srv/chat\n",
            "  terminal       chat-tui\n",
            "  browser        http://127.0.0.1:7878/\n",
            "{\"type\":\"hello\",\"name\":\"your-name\"}\n",
            "--listen 0.0.0.0:7878\n",
            "TLS proxy",
        ] {
            assert!(text.contains(line), "{line:?} in {text}");
        }
        assert!(!text.contains('\u{1b}'));
        assert!(text.lines().count() <= 10);
    }

    #[test]
    fn another_address_stands_in_all_that_can_be_typed() {
        let text = banner(&[], "0.0.0.0:80");
        assert!(
            text.starts_with("listening on ws://0.0.0.0:80/ws\n"),
            "{text}"
        );
        assert!(text.contains("chat-tui ws://127.0.0.1:80/ws\n"), "{text}");
        assert!(text.contains("--public-url"), "{text}");
        let text = banner(&[], "127.0.0.1:9000");
        assert!(text.contains("--listen 0.0.0.0:9000\n"), "{text}");
        let text = banner(&["--public-url", "https://chat.example.com"], "[::1]:7");
        assert!(
            text.contains("chat-tui wss://chat.example.com/ws\n"),
            "{text}"
        );
        assert!(text.contains(" https://chat.example.com/\n"), "{text}");
    }
}
