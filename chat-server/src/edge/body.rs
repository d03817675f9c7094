//! Reading what a request brings along, within bounds of size and time.

use super::answer::{Answer, error};
use super::http::AskBody;
use bytes::{Bytes, BytesMut};
use chat_proto::ErrorCode;
use http_body_util::BodyExt as _;
use hyper::StatusCode;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// Within which the next piece of a body must arrive.
const NEXT_WITHIN: Duration = Duration::from_secs(15);
/// What is still taken of a body that was refused, so that its sender hears
/// why instead of finding the connection broken.
const DRAINED_BYTES_MAX: usize = 64 * 1024 * 1024;
const DRAINED_WITHIN: Duration = Duration::from_secs(10);

/// Why a body is not all there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// The client went away, or sent something else than it announced.
    Off,
    /// Nothing came for too long.
    Stalled,
}

impl From<Broken> for Answer {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Off => error(
                StatusCode::BAD_REQUEST,
                ErrorCode::Invalid,
                "the body broke off before its end; nothing was kept",
            ),
            Broken::Stalled => error(
                StatusCode::REQUEST_TIMEOUT,
                ErrorCode::Invalid,
                "the body did not go on for too long; nothing was kept",
            ),
        }
    }
}

/// The next piece of a body; `None` at its end.
pub(super) async fn next(body: &mut AskBody) -> Result<Option<Bytes>, Broken> {
    loop {
        match timeout(NEXT_WITHIN, body.frame()).await {
            Err(_late) => return Err(Broken::Stalled),
            Ok(None) => return Ok(None),
            Ok(Some(Err(_))) => return Err(Broken::Off),
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
                // Trailers say nothing to us.
            }
        }
    }
}

/// A body of at most `bytes_max`, as a whole.
pub(super) async fn whole(mut body: AskBody, bytes_max: usize) -> Result<Bytes, Answer> {
    let mut read = BytesMut::new();
    while let Some(data) = next(&mut body).await? {
        if read.len() + data.len() > bytes_max {
            drain(body);
            return Err(error(
                StatusCode::PAYLOAD_TOO_LARGE,
                ErrorCode::TooLarge,
                format!("the body is larger than {bytes_max} bytes, which is the limit here"),
            ));
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

/// Takes the rest of a body in the background, and forgets it.
pub(super) fn drain(mut body: AskBody) {
    let until = Instant::now() + DRAINED_WITHIN;
    tokio::spawn(async move {
        let mut bytes = 0;
        while let Ok(Some(Ok(frame))) = timeout_at(until, body.frame()).await {
            bytes += frame.data_ref().map_or(0, Bytes::len);
            if bytes > DRAINED_BYTES_MAX {
                return;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt as _, stream};
    use http_body_util::StreamBody;
    use hyper::body::Frame;
    use std::convert::Infallible;

    /// A body whose pieces come so many seconds apart; after the last one
    /// nothing comes any more.
    fn slow(pieces: usize, seconds: u64) -> AskBody {
        let pieces = stream::iter(0..pieces).then(move |_| async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"piece")))
        });
        let body = StreamBody::new(pieces.chain(stream::pending()));
        body.map_err(|never| match never {}).boxed_unsync()
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_is_given_up_after_15_seconds() {
        for (pieces, seconds) in [(0, 0), (3, 14)] {
            let begun = Instant::now();
            let answer = whole(slow(pieces, seconds), 1000).await.unwrap_err();
            assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
            let waited = Duration::from_secs(pieces as u64 * seconds) + NEXT_WITHIN;
            let late = begun.elapsed() - waited;
            assert!(late < Duration::from_secs(1), "{late:?}");
        }
    }
}
