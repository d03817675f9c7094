//! A file goes up.

use super::{Http, PIECE, Teller, answer, refused};
use crate::address::Address;
use crate::core::transfers::{Source, Upload};
use crate::edge::folders::expanded;
use crate::edge::tls::Trust;
use chat_proto::reply::FileInfo;
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, HOST};
use hyper::{Request, StatusCode};
use std::io;
use std::pin::Pin;
use std::time::Instant;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt as _};

type Reader = Pin<Box<dyn AsyncRead + Send + Sync>>;

/// Sends it; what the server made of it.
pub(super) async fn run(
    address: &Address,
    trust: &Trust,
    asked: &Upload,
    teller: &Teller,
) -> Result<FileInfo, String> {
    let (reader, size) = open(&asked.source).await?;
    check(size, asked.bytes_max)?;
    let teller = Teller {
        id: teller.id,
        tell: teller.tell.clone(),
    };
    let begun = (reader, 0u64, Instant::now());
    let pieces = stream::try_unfold(begun, move |(mut reader, done, mut told)| {
        let left = size - done;
        let piece = PIECE.min(usize::try_from(left).unwrap_or(PIECE));
        teller.moved(done, size, &mut told);
        async move {
            let mut bytes = vec![0; piece];
            let read = reader.read(&mut bytes).await?;
            bytes.truncate(read);
            let done = done + read as u64;
            let frame = Frame::data(Bytes::from(bytes));
            Ok::<_, io::Error>((read > 0).then_some((frame, (reader, done, told))))
        }
    });
    let mut http = Http::open(address, trust).await?;
    let target = format!(
        "/files?room={}&name={}",
        escaped(asked.room.as_str()),
        escaped(&asked.name)
    );
    let request = Request::post(target)
        .header(HOST, address.authority())
        .header(AUTHORIZATION, format!("Bearer {}", asked.token.reveal()))
        .header(CONTENT_LENGTH, size)
        .body(StreamBody::new(Box::pin(pieces)))
        .map_err(|e| e.to_string())?;
    let sent = http.sender.send_request(request).await;
    let response = sent.map_err(|e| format!("it did not go through: {e}"))?;
    if response.status() != StatusCode::CREATED {
        return Err(refused(response).await);
    }
    let body = answer(response).await?;
    serde_json::from_slice(&body).map_err(|e| format!("the server's answer is none: {e}"))
}

async fn open(source: &Source) -> Result<(Reader, u64), String> {
    let path = match source {
        Source::Text(text) => {
            let bytes = io::Cursor::new(text.clone().into_bytes());
            let size = text.len() as u64;
            return Ok((Box::pin(bytes), size));
        }
        Source::Path(path) => expanded(path),
    };
    let why = |e: io::Error| format!("{} can't be read: {e}", path.display());
    let file = File::open(&path).await.map_err(why)?;
    let about = file.metadata().await.map_err(why)?;
    if !about.is_file() {
        return Err(format!("{} is no file", path.display()));
    }
    Ok((Box::pin(file), about.len()))
}

/// Before anything is sent.
fn check(size: u64, bytes_max: u64) -> Result<(), String> {
    if size == 0 {
        return Err("it is empty; there is nothing to send".to_owned());
    }
    if size > bytes_max {
        return Err(format!(
            "it has {size} bytes; the server takes {bytes_max} at the most"
        ));
    }
    Ok(())
}

/// As it may stand in a query.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_a_query_whatever_is_in_it() {
        assert_eq!(escaped("plan b.png"), "plan%20b.png");
        assert_eq!(escaped("@ada+bob&x=ü"), "%40ada%2Bbob%26x%3D%C3%BC");
    }

    #[test]
    fn a_size_that_the_server_refuses_is_refused_before() {
        assert_eq!(check(10, 10), Ok(()));
        assert!(
            check(11, 10)
                .unwrap_err()
                .contains("11 bytes; the server takes 10")
        );
        assert!(check(0, 10).is_err());
    }
}
