//! The bytes of uploaded files, behind one small door: a directory, or a
//! bucket where so configured.
//!
//! Knows nothing of who may do what and nothing of rooms: a file is an id and
//! its bytes. Whether there is a file is what the store says; so a file gets
//! its row there before its bytes come, and loses it after they are gone
//! ([`sweep`]), and nothing is ever left that no row knows.

#[cfg(feature = "s3")]
mod bucket;
pub mod kind;
pub mod place;
pub mod sweep;

use crate::store::FileId;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt as _};
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes that are written to a disk at once.
const LOCAL_PART_BYTES: usize = 256 * 1024;

/// Why bytes can't be put or had.
#[derive(Debug, thiserror::Error)]
#[error("files can't be reached: {0}")]
pub struct DepotError(#[from] object_store::Error);

/// Where the bytes of files lie.
#[derive(Debug, Clone)]
pub struct Depot {
    objects: Arc<dyn ObjectStore>,
    part_bytes: usize,
    /// Of a depot that is one.
    dir: Option<PathBuf>,
}

impl Depot {
    /// A directory, which is made if need be. What a killed server left of
    /// uploads that had not come to their end is cleared away.
    pub fn local(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            // The library writes to `ID#1` and gives the file its name at the end.
            if entry.file_name().to_string_lossy().contains('#') {
                fs::remove_file(entry.path())?;
            }
        }
        let objects = LocalFileSystem::new_with_prefix(dir)
            .map_err(io::Error::other)?
            .with_fsync(true);
        Ok(Self {
            objects: Arc::new(objects),
            part_bytes: LOCAL_PART_BYTES,
            dir: Some(dir.to_owned()),
        })
    }

    /// A bucket; it need not be there yet.
    #[cfg(feature = "s3")]
    pub fn bucket(bucket: &place::Bucket) -> Result<Self, DepotError> {
        Ok(bucket::open(bucket)?)
    }

    /// Begins to take in a file.
    pub async fn begin(&self, id: &FileId) -> Result<Upload, DepotError> {
        Ok(Upload {
            parts: self.objects.put_multipart(&key(id)).await?,
            part: BytesMut::new(),
            part_bytes: self.part_bytes,
            any: false,
        })
    }

    /// Some bytes of a file, as they are read.
    pub async fn read(
        &self,
        id: &FileId,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>, DepotError> {
        if range.is_empty() {
            return Ok(futures_util::stream::empty().boxed());
        }
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let found = self.objects.get_opts(&key(id), options).await?;
        Ok(found
            .into_stream()
            .map(|bytes| bytes.map_err(io::Error::other))
            .boxed())
    }

    /// Takes files away for good; one that is not there is no fault.
    pub async fn remove(&self, ids: &[FileId]) -> Result<(), DepotError> {
        for id in ids {
            match self.objects.delete(&key(id)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        // The library does not sync what it deletes; after a power cut it would be back.
        let Some(dir) = self.dir.clone() else {
            return Ok(());
        };
        let synced = tokio::task::spawn_blocking(move || File::open(dir)?.sync_all()).await;
        synced.map_err(io::Error::other).flatten().map_err(|error| {
            DepotError(object_store::Error::Generic {
                store: "files",
                source: error.into(),
            })
        })
    }
}

fn key(id: &FileId) -> Key {
    Key::from(id.as_str())
}

/// A file that is being taken in. Dropped before its end, it leaves nothing.
#[derive(Debug)]
pub struct Upload {
    parts: Box<dyn MultipartUpload>,
    part: BytesMut,
    part_bytes: usize,
    any: bool,
}

impl Upload {
    /// Adds bytes; waits while they are written.
    pub async fn add(&mut self, bytes: &[u8]) -> Result<(), DepotError> {
        self.part.extend_from_slice(bytes);
        // Some buckets want all parts but the last to be of one size.
        while self.part.len() >= self.part_bytes {
            self.put(self.part_bytes).await?;
        }
        Ok(())
    }

    /// All is there; once this returns it is on stable storage. If it fails,
    /// nothing comes of it.
    pub async fn finish(mut self) -> Result<(), DepotError> {
        let ended = self.end().await;
        if ended.is_err() {
            self.abort().await;
        }
        ended
    }

    async fn end(&mut self) -> Result<(), DepotError> {
        // An empty file has one part as well, as buckets want it.
        if !self.any || !self.part.is_empty() {
            self.put(self.part.len()).await?;
        }
        self.parts.complete().await?;
        Ok(())
    }

    /// Nothing comes of it.
    pub async fn abort(mut self) {
        if let Err(error) = self.parts.abort().await {
            tracing::debug!(%error, "a broken-off upload could not be cleared away at once");
        }
    }

    async fn put(&mut self, bytes: usize) -> Result<(), DepotError> {
        self.any = true;
        let part = self.part.split_to(bytes).freeze();
        self.parts.put_part(part.into()).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt as _;
    use tempfile::TempDir;

    async fn read(depot: &Depot, id: &FileId, range: Range<u64>) -> Vec<u8> {
        let pieces = depot.read(id, range).await.unwrap();
        let pieces: Vec<Bytes> = pieces.try_collect().await.unwrap();
        pieces.concat()
    }

    fn names(dir: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(dir.path()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[tokio::test]
    async fn what_is_put_is_had_whole_or_in_part_until_it_is_removed() {
        let dir = TempDir::new().unwrap();
        let depot = Depot::local(dir.path()).unwrap();
        let id = FileId::of([7; 16]);
        let bytes: Vec<u8> = (0..700_000_u32).map(|n| n as u8).collect();
        let mut upload = depot.begin(&id).await.unwrap();
        for piece in bytes.chunks(10_000) {
            upload.add(piece).await.unwrap();
        }
        upload.finish().await.unwrap();
        assert_eq!(read(&depot, &id, 0..700_000).await, bytes);
        assert_eq!(read(&depot, &id, 5..300_007).await, bytes[5..300_007]);
        assert!(read(&depot, &id, 0..0).await.is_empty());
        depot.remove(std::slice::from_ref(&id)).await.unwrap();
        depot.remove(std::slice::from_ref(&id)).await.unwrap();
        assert!(depot.read(&id, 0..1).await.is_err());
        assert_eq!(names(&dir), [""; 0]);
    }

    #[tokio::test]
    async fn what_was_broken_off_leaves_nothing() {
        let dir = TempDir::new().unwrap();
        let depot = Depot::local(dir.path()).unwrap();
        let mut upload = depot.begin(&FileId::of([1; 16])).await.unwrap();
        upload.add(&[0; 300_000]).await.unwrap();
        upload.abort().await;
        assert_eq!(names(&dir), [""; 0]);
        // As a killed process leaves it.
        fs::write(dir.path().join("AQEBAQEBAQEBAQEBAQEBAQ#1"), "part").unwrap();
        Depot::local(dir.path()).unwrap();
        assert_eq!(names(&dir), [""; 0]);
    }

    #[tokio::test]
    async fn an_empty_file_is_one() {
        let dir = TempDir::new().unwrap();
        let depot = Depot::local(dir.path()).unwrap();
        let id = FileId::of([2; 16]);
        depot.begin(&id).await.unwrap().finish().await.unwrap();
        assert_eq!(names(&dir), [id.as_str()]);
        assert!(read(&depot, &id, 0..0).await.is_empty());
    }
}
