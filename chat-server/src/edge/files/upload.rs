//! `POST /files?room=R&name=N`: the body is the file.

use crate::committer::Answer as Decided;
use crate::edge::answer::{Answer, broke, error, json, refusal, unavailable};
use crate::edge::bearer;
use crate::edge::body;
use crate::edge::http::{Ask, AskBody, Site};
use crate::files::kind;
use crate::node::Node;
use crate::rate::Caller;
use crate::store::{Change, FileId, FileRow, KeepFile, ReserveFile, UserRow};
use chat_proto::codec::invalid_field;
use chat_proto::{ErrorCode, ErrorReply, FileName, RoomName, RoomRef};
use hyper::StatusCode;
use hyper::header::{self, HeaderMap, HeaderValue};
use std::sync::Arc;

/// What of one user's files may wait to be attached, in files as large as they may be.
const UNATTACHED_LARGEST: u64 = 4;

/// Answered once the file and its row are on stable storage.
pub(in crate::edge) async fn upload(site: &Site, ask: Ask) -> Answer {
    let (head, body) = ask.into_parts();
    let query = head.uri.query().unwrap_or_default();
    let begun = match bearer::user(site, &head.headers).await {
        Ok(user) => begin(&site.node, &user, query, &head.headers).await,
        Err(refusal) => Err(*refusal),
    };
    let upload = match begun {
        Ok(upload) => upload,
        Err(refusal) => {
            body::drain(body);
            return refusal;
        }
    };
    // A task of its own: if the client goes away, this future ends at once, and
    // what was begun has to be cleared away all the same.
    let node = Arc::clone(&site.node);
    match tokio::spawn(upload.run(node, body)).await {
        Ok(answer) => answer,
        Err(_panicked) => error(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::Internal,
            "the upload failed by a fault of the server; nothing was kept",
        ),
    }
}

/// An upload that was allowed: the store knows of it.
struct Upload {
    id: FileId,
    name: FileName,
    bytes_max: u64,
}

async fn begin(
    node: &Node,
    user: &UserRow,
    query: &str,
    headers: &HeaderMap,
) -> Result<Upload, Answer> {
    let file_bytes = node.settings.limits.file_bytes;
    let announced = announced(headers);
    if announced.is_some_and(|bytes| bytes > file_bytes) {
        return Err(too_large(file_bytes));
    }
    let (room, name) = target(node, user, query).map_err(|error| refusal(&error))?;
    node.may_call(Caller::Uploader(user.id))
        .map_err(|error| refusal(&error))?;
    let mut random = [0; 16];
    if let Err(error) = getrandom::fill(&mut random) {
        tracing::error!(%error, "the system gives no randomness");
        return Err(unavailable("no id can be made now; try again"));
    }
    let upload = Upload {
        id: FileId::of(random),
        name,
        bytes_max: announced.unwrap_or(file_bytes),
    };
    let reserve = ReserveFile {
        id: upload.id.clone(),
        by: user.id,
        room,
        name: upload.name.clone(),
        bytes: upload.bytes_max,
        unattached_bytes: file_bytes.saturating_mul(UNATTACHED_LARGEST),
    };
    match node.commit(Change::ReserveFile(reserve)).await {
        Ok(Ok(_)) => Ok(upload),
        Ok(Err(error)) => Err(refusal(&error)),
        Err(error) => Err(broke(&error)),
    }
}

impl Upload {
    async fn run(self, node: Arc<Node>, body: AskBody) -> Answer {
        match self.take_in(&node, body).await {
            Ok(answer) => answer,
            Err(answer) => {
                // If the store can't be told now, it finds out at its next start.
                let _: Decided = node.commit(Change::DropUpload(self.id)).await;
                answer
            }
        }
    }

    async fn take_in(&self, node: &Node, mut body: AskBody) -> Result<Answer, Answer> {
        let mut upload = node.files.begin(&self.id).await.map_err(|error| {
            tracing::error!(%error, "a file can't be stored");
            unavailable("files can't be stored now; try again")
        })?;
        let mut head = Vec::with_capacity(kind::HEAD_BYTES);
        let mut size = 0;
        let broken = loop {
            let data = match body::next(&mut body).await {
                Ok(Some(data)) => data,
                Ok(None) => break None,
                Err(broken) => break Some(broken.into()),
            };
            size += data.len() as u64;
            if size > self.bytes_max {
                body::drain(body);
                break Some(too_large(self.bytes_max));
            }
            let missing = kind::HEAD_BYTES - head.len();
            head.extend_from_slice(&data[..data.len().min(missing)]);
            if let Err(error) = upload.add(&data).await {
                tracing::error!(%error, "a file can't be stored");
                body::drain(body);
                break Some(unavailable("files can't be stored now; try again"));
            }
        };
        if let Some(answer) = broken {
            upload.abort().await;
            return Err(answer);
        }
        upload.finish().await.map_err(|error| {
            tracing::error!(%error, "a file can't be stored");
            unavailable("files can't be stored now; try again")
        })?;
        self.keep(node, size, kind::of(&head)).await
    }

    async fn keep(&self, node: &Node, size: u64, mime: &'static str) -> Result<Answer, Answer> {
        let keep = KeepFile {
            id: self.id.clone(),
            size,
            mime,
        };
        match node.commit(Change::KeepFile(keep)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(refusal(&error)),
            Err(error) => return Err(broke(&error)),
        }
        node.metrics.uploads.inc();
        node.metrics.upload_bytes.inc_by(size);
        let row = FileRow {
            id: self.id.clone(),
            name: self.name.clone(),
            size,
            mime: mime.to_owned(),
        };
        let info = row.info();
        let mut answer = json(StatusCode::CREATED, &info);
        if let Ok(url) = HeaderValue::try_from(info.url) {
            answer.headers_mut().insert(header::LOCATION, url);
        }
        Ok(answer)
    }
}

/// The bytes that the client says it will send.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// The room and the name that the address gives.
fn target(node: &Node, user: &UserRow, query: &str) -> Result<(RoomName, FileName), ErrorReply> {
    let field = |wanted: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(field, _)| field == wanted)
            .map(|(_, value)| value)
    };
    let limits = &node.settings.limits;
    let wrong = |problem: &dyn std::fmt::Display| invalid_field("room", &problem.to_string());
    let room = field("room")
        .ok_or_else(|| wrong(&"is missing; the address is like /files?room=lobby&name=cat.png"))?;
    let room = RoomRef::parse(&room, limits.name_chars, limits.room_chars)
        .map_err(|problem| wrong(&problem))?;
    let room = match room {
        RoomRef::Named(name) => name,
        RoomRef::With(other) => {
            RoomName::direct(&user.name, &other).map_err(|problem| wrong(&problem))?
        }
    };
    Ok((room, FileName::neutral(&field("name").unwrap_or_default())))
}

fn too_large(bytes_max: u64) -> Answer {
    error(
        StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::TooLarge,
        format!("the file is too large; the limit is {bytes_max} bytes"),
    )
}
