//! What a bucket of S3 is to a server that keeps files in it: enough of its
//! language for uploads in parts, ranges and deletions, and faults on demand.
//!
//! A request that is not signed, or for another bucket, is refused. What was
//! uploaded in parts is there once it is completed, and not before.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The bucket's name.
pub const NAME: &str = "chat-files";
/// Who may use it.
const KEY: &str = "bucket-key";
const SECRET: &str = "bucket-secret";
/// The least that a part may have, but for the last.
const PART_MIN: usize = 5 * 1024 * 1024;

/// A running bucket; it ends with the value.
pub struct Bucket {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

/// What it does with what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    /// What it should.
    #[default]
    Well,
    /// Says that it is broken, to everything.
    Broken,
    /// Ends the connection in the middle of what it sends.
    Cut,
    /// The same for parts alone: an upload that was begun comes to nothing.
    BrokenForParts,
    /// And for the end of an upload.
    BrokenAtTheEnd,
}

#[derive(Default)]
struct State {
    mood: Mood,
    objects: BTreeMap<String, Vec<u8>>,
    /// By their ids: the key, and the parts by number.
    uploads: BTreeMap<String, (String, BTreeMap<u32, Vec<u8>>)>,
    begun: u64,
    asked: Vec<String>,
}

struct Request {
    method: String,
    key: String,
    query: BTreeMap<String, String>,
    signed: bool,
    range: Option<String>,
    body: Vec<u8>,
}

struct Answer {
    status: &'static str,
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Bucket {
    /// Starts one on a free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("bind")?;
        let address = listener.local_addr()?;
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Ok(Self {
            address,
            state,
            task,
        })
    }

    /// The environment in which a server finds it.
    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("AWS_ENDPOINT_URL", format!("http://{}", self.address)),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
        ]
    }

    /// From now on it is so.
    pub fn feel(&self, mood: Mood) {
        self.state().mood = mood;
    }

    /// The keys of what lies in it.
    pub fn keys(&self) -> Vec<String> {
        self.state().objects.keys().cloned().collect()
    }

    /// Uploads that came to no end.
    pub fn unfinished(&self) -> usize {
        self.state().uploads.len()
    }

    /// What it was asked for so far: `PUT`, a blank and the key.
    pub fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut stream = BufReader::new(stream);
    // Whoever breaks off breaks off.
    while let Ok(Some(request)) = read(&mut stream).await {
        let (answer, cut) = {
            let mut state = lock(&state);
            let cut = state.mood == Mood::Cut;
            (state.answer(&request), cut)
        };
        let mut bytes = format!("HTTP/1.1 {}\r\n", answer.status);
        for header in &answer.headers {
            bytes += &format!("{header}\r\n");
        }
        let with_length = answer
            .headers
            .iter()
            .any(|h| h.starts_with("Content-Length"));
        if !with_length {
            bytes += &format!("Content-Length: {}\r\n", answer.body.len());
        }
        let mut bytes = format!("{bytes}\r\n").into_bytes();
        bytes.extend_from_slice(&answer.body);
        if cut {
            bytes.truncate(bytes.len() - (answer.body.len() / 2).max(1));
        }
        if stream.get_mut().write_all(&bytes).await.is_err() || cut {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Result<Option<Request>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return Ok(None),
        }
    }
    let head = String::from_utf8(head)?;
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    };
    let length = header("content-length").map_or(Ok(0), |length| length.parse())?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let mut line = head.split(' ');
    let method = line.next().context("method")?.to_owned();
    let target = line.next().context("target")?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let signed = header("authorization")
        .is_some_and(|said| said.starts_with(&format!("AWS4-HMAC-SHA256 Credential={KEY}/")));
    Ok(Some(Request {
        method,
        // Of another bucket there is nothing here.
        key: path
            .strip_prefix(&format!("/{NAME}/"))
            .unwrap_or_default()
            .to_owned(),
        query: query
            .split('&')
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        signed: signed && header("x-amz-content-sha256").is_some(),
        range: header("range"),
        body,
    }))
}

impl State {
    fn answer(&mut self, request: &Request) -> Answer {
        self.asked
            .push(format!("{} {}", request.method, request.key));
        let part = request
            .query
            .get("partNumber")
            .and_then(|number| number.parse().ok());
        let upload = request.query.get("uploadId").cloned();
        if !request.signed || request.key.is_empty() {
            return Answer::error("403 Forbidden", "AccessDenied");
        }
        let broken = match self.mood {
            Mood::Well | Mood::Cut => false,
            Mood::Broken => true,
            Mood::BrokenForParts => part.is_some(),
            Mood::BrokenAtTheEnd => request.method == "POST" && upload.is_some(),
        };
        if broken {
            return Answer::error("500 Internal Server Error", "InternalError");
        }
        match (request.method.as_str(), upload) {
            ("POST", None) if request.query.contains_key("uploads") => self.begin(&request.key),
            ("PUT", Some(upload)) => self.put(&upload, part, &request.body),
            ("POST", Some(upload)) => self.complete(&upload),
            ("DELETE", Some(upload)) => {
                self.uploads.remove(&upload);
                Answer::of("204 No Content", "")
            }
            ("DELETE", None) => {
                self.objects.remove(&request.key);
                Answer::of("204 No Content", "")
            }
            ("GET", None) => self.get(request),
            _ => Answer::error("400 Bad Request", "InvalidRequest"),
        }
    }

    fn begin(&mut self, key: &str) -> Answer {
        self.begun += 1;
        let id = format!("upload{}", self.begun);
        self.uploads
            .insert(id.clone(), (key.to_owned(), BTreeMap::new()));
        Answer::of(
            "200 OK",
            &format!(
                "<InitiateMultipartUploadResult><Bucket>{NAME}</Bucket><Key>{key}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            ),
        )
    }

    fn put(&mut self, upload: &str, part: Option<u32>, body: &[u8]) -> Answer {
        let (Some((_, parts)), Some(part)) = (self.uploads.get_mut(upload), part) else {
            return Answer::error("404 Not Found", "NoSuchUpload");
        };
        parts.insert(part, body.to_vec());
        let mut answer = Answer::of("200 OK", "");
        answer.headers.push(format!("ETag: \"part{part}\""));
        answer
    }

    fn complete(&mut self, upload: &str) -> Answer {
        let Some((key, parts)) = self.uploads.remove(upload) else {
            return Answer::error("404 Not Found", "NoSuchUpload");
        };
        let all = parts.len();
        let small = |(at, part): (usize, &Vec<u8>)| at + 1 < all && part.len() < PART_MIN;
        if parts.values().enumerate().any(small) {
            return Answer::error("400 Bad Request", "EntityTooSmall");
        }
        let bytes: Vec<u8> = parts.into_values().flatten().collect();
        self.objects.insert(key.clone(), bytes);
        Answer::of(
            "200 OK",
            &format!(
                "<CompleteMultipartUploadResult><Location>{key}</Location><Bucket>{NAME}</Bucket><Key>{key}</Key><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>"
            ),
        )
    }

    fn get(&self, request: &Request) -> Answer {
        let Some(bytes) = self.objects.get(&request.key) else {
            return Answer::error("404 Not Found", "NoSuchKey");
        };
        let asked = request.range.as_deref().and_then(|range| {
            let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
            Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?))
        });
        let (status, part) = match asked {
            Some((first, last)) if first < bytes.len() => {
                ("206 Partial Content", first..bytes.len().min(last + 1))
            }
            Some(_) => return Answer::error("416 Range Not Satisfiable", "InvalidRange"),
            None => ("200 OK", 0..bytes.len()),
        };
        let mut answer = Answer {
            status,
            headers: vec![
                "ETag: \"whole\"".to_owned(),
                "Last-Modified: Tue, 24 Nov 2026 12:00:00 GMT".to_owned(),
            ],
            body: bytes[part.clone()].to_vec(),
        };
        if status.starts_with("206") {
            let (first, last, all) = (part.start, part.end - 1, bytes.len());
            let header = format!("Content-Range: bytes {first}-{last}/{all}");
            answer.headers.push(header);
        }
        answer
    }
}

impl Answer {
    fn of(status: &'static str, body: &str) -> Self {
        let body = body.as_bytes().to_vec();
        let mut headers = Vec::new();
        if status.starts_with("204") {
            headers.push("Content-Length: 0".to_owned());
        }
        Self {
            status,
            headers,
            body,
        }
    }

    fn error(status: &'static str, code: &str) -> Self {
        Self::of(
            status,
            &format!("<Error><Code>{code}</Code><Message>as the test wants it</Message></Error>"),
        )
    }
}
