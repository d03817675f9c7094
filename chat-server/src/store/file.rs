//! What is kept of uploaded files. Their bytes lie elsewhere (`crate::files`).

use super::row::UserId;
use chat_proto::reply::FileInfo;
use chat_proto::{FileName, RoomName};
use data_encoding::BASE64URL_NOPAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use smol_str::SmolStr;

/// The id of a file, not to be guessed: 16 random bytes in base64url. Safe as
/// a name of a file and in an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(SmolStr);

impl FileId {
    /// The id of these bytes.
    pub fn of(bytes: [u8; 16]) -> Self {
        Self(BASE64URL_NOPAD.encode(&bytes).into())
    }

    /// An id as someone gives it; `None` if it can't be one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self::of)
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A file is about to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveFile {
    /// The file.
    pub id: FileId,
    /// Who uploads it.
    pub by: UserId,
    /// Where it may be attached.
    pub room: RoomName,
    /// What it is called.
    pub name: FileName,
    /// Bytes at the most.
    pub bytes: u64,
    /// Bytes that one user may have uploaded without attaching them.
    pub unattached_bytes: u64,
}

/// A file has been uploaded: its bytes are on stable storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepFile {
    /// The file.
    pub id: FileId,
    /// Bytes.
    pub size: u64,
    /// What its bytes say it is.
    pub mime: &'static str,
}

/// A file that somebody may fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The file.
    pub id: FileId,
    /// What it is called.
    pub name: FileName,
    /// Bytes.
    pub size: u64,
    /// What its bytes say it is.
    pub mime: String,
}

impl FileRow {
    /// As a message shows it.
    pub fn info(self) -> FileInfo {
        let path = percent_encoding::utf8_percent_encode(self.name.as_str(), PATH);
        FileInfo {
            url: format!("/files/{}/{path}", self.id.as_str()),
            id: self.id.0,
            name: self.name.as_str().to_owned(),
            size: self.size,
            mime: self.mime,
        }
    }
}

/// What is written as it is in a step of a path (RFC 3986, "unreserved").
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Files whose time is over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DueFiles {
    /// Some were not attached in time, and are to be doomed.
    pub expired: bool,
    /// Nobody can fetch them any more; their bytes are to be taken away.
    pub doomed: Vec<FileId>,
}
