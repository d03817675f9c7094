//! The probes: whether the process is alive, and whether it serves.

use super::answer::{Answer, plain, unavailable};
use super::http::Site;
use std::time::Duration;

/// A probe waits no longer for storage; load balancers give up after some seconds.
const READY_WITHIN: Duration = Duration::from_secs(2);

pub(super) fn alive() -> Answer {
    plain("ok\n")
}

pub(super) async fn ready(site: &Site) -> Answer {
    if site.node.is_closing() {
        return unavailable("the server is going away");
    }
    match tokio::time::timeout(READY_WITHIN, site.node.ready()).await {
        Ok(true) => plain("ok\n"),
        Ok(false) | Err(_) => unavailable("storage can't be reached"),
    }
}

#[cfg(test)]
mod tests {
    use crate::edge::handshake::tests::UPGRADE;
    use crate::edge::http::tests::{ask, header, site, told};
    use std::time::Duration;

    #[tokio::test]
    async fn a_node_that_goes_away_is_alive_but_not_ready() {
        let (site, _data) = site();
        site.node.stop().await;
        for (target, headers, status) in [
            ("/healthz", &UPGRADE[..1], 200),
            ("/readyz", &UPGRADE[..1], 503),
            ("/ws", &UPGRADE[..], 503),
        ] {
            let answer = ask(&site, "GET", target, headers).await;
            assert_eq!(answer.status(), status, "{target}");
            if status == 503 {
                assert_eq!(header(&answer, "retry-after"), "1");
                assert_eq!(told(answer).await, "unavailable");
            }
        }
    }

    #[tokio::test]
    async fn a_node_whose_storage_is_stuck_is_not_ready_until_it_moves_again() {
        let (site, data) = site();
        let host = [("host", "h")];
        let other = rusqlite::Connection::open(data.path().join("chat.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let answer = ask(&site, "GET", "/readyz", &host).await;
        assert_eq!(answer.status(), 503);
        assert_eq!(told(answer).await, "unavailable");
        assert_eq!(ask(&site, "GET", "/healthz", &host).await.status(), 200);
        other.execute_batch("ROLLBACK").unwrap();
        let recovered =
            async { while ask(&site, "GET", "/readyz", &host).await.status() != 200 {} };
        let soon = Duration::from_secs(10);
        tokio::time::timeout(soon, recovered).await.unwrap();
    }
}
