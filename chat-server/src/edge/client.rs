//! Whose address a connection comes from: the peer's, unless that is a proxy
//! which the operator named, and which says whom it speaks for.
//!
//! Anybody can write an `X-Forwarded-For`; only what a known proxy added is
//! worth anything, so it is read from its end, up to the first address that is
//! no proxy's.

use hyper::header::HeaderMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Addresses of proxies, as `10.0.0.0/8` or `192.0.2.7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    fn has(&self, other: IpAddr) -> bool {
        match (self.address, other) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.leading_zeros() >= self.bits
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.leading_zeros() >= self.bits
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// The text is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoNetwork;

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse().map_err(|_| NoNetwork)?,
            None => most,
        };
        if bits > most {
            return Err(NoNetwork);
        }
        Ok(Self { address, bits })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// The client's address, as far as it can be known.
pub fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.has(address));
    let mut client = peer.to_canonical();
    let said: Vec<_> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in said.iter().rev() {
        if !trusted(client) {
            break;
        }
        let Ok(before) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = before.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn client(peer: &str, forwarded: &[&'static str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        let proxies: Vec<_> = proxies.iter().map(|text| text.parse().unwrap()).collect();
        address(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn a_client_can_not_say_that_it_is_another_one() {
        assert_eq!(client("192.0.2.1", &["198.51.100.9"], &[]), "192.0.2.1");
        let proxies = ["10.0.0.0/8"];
        for (peer, forwarded, is) in [
            ("192.0.2.1", &["198.51.100.9"][..], "192.0.2.1"),
            ("10.1.2.3", &["192.0.2.1"], "192.0.2.1"),
            ("10.1.2.3", &["198.51.100.9, 192.0.2.1"], "192.0.2.1"),
            (
                "10.1.2.3",
                &["198.51.100.9", "192.0.2.1,10.9.9.9"],
                "192.0.2.1",
            ),
            ("10.1.2.3", &["198.51.100.9, unknown"], "10.1.2.3"),
            ("10.1.2.3", &[], "10.1.2.3"),
            ("::ffff:10.1.2.3", &["2001:db8::1"], "2001:db8::1"),
        ] {
            assert_eq!(
                client(peer, forwarded, &proxies),
                is,
                "{peer} {forwarded:?}"
            );
        }
    }

    #[test]
    fn a_network_is_an_address_and_how_much_of_it_counts() {
        for (text, shown) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("192.0.2.7", "192.0.2.7/32"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
        ] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), shown);
        }
        for wrong in [
            "",
            "proxy",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0/8",
            "::/129",
        ] {
            assert_eq!(wrong.parse::<Network>(), Err(NoNetwork), "{wrong}");
        }
    }
}
