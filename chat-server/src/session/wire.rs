//! The stream under the WebSocket, with a way past it.
//!
//! Event frames are the same bytes for every reader, so they are written past
//! the WebSocket library, straight from the logs. What must never happen is
//! that something of the library's own (a pong) lands inside a frame that the
//! kernel took only a part of; so the rest of a begun frame is kept here, and
//! every other write waits until it is gone.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that never lets one frame into another.
#[derive(Debug)]
pub struct Wire<S> {
    io: S,
    /// The rest of the one unit begun; empty means between frames.
    tail: Vec<u8>,
}

impl<S: AsyncWrite + Unpin> Wire<S> {
    /// Around a stream.
    pub fn new(io: S) -> Self {
        Self {
            io,
            tail: Vec::new(),
        }
    }

    /// Writes as much of `batch` as is taken now; `ends` are the ends of its
    /// units in rising order, the last one being the batch's. Returns how many
    /// units are on their way: those written, and the one begun, whose rest
    /// goes out before anything else. Where nothing is taken, the first unit
    /// counts as begun: a stuck reader is then found stuck without preparing
    /// a batch for it again. Pending only while an earlier unit waits.
    pub fn poll_units<E>(
        &mut self,
        cx: &mut Context<'_>,
        batch: &[u8],
        ends: &[E],
        end_of: impl Fn(&E) -> usize,
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_tail(cx))?;
        let written = match Pin::new(&mut self.io).poll_write(cx, batch)? {
            Poll::Ready(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            Poll::Ready(written) => written,
            Poll::Pending => 0,
        };
        let begun = ends.partition_point(|end| end_of(end) <= written);
        let before = if begun == 0 {
            0
        } else {
            end_of(&ends[begun - 1])
        };
        if (before == written && written > 0) || begun == ends.len() {
            return Poll::Ready(Ok(begun));
        }
        self.tail
            .extend_from_slice(&batch[written..end_of(&ends[begun])]);
        Poll::Ready(Ok(begun + 1))
    }

    /// Whether a begun unit waits to be taken.
    pub fn is_stuck(&self) -> bool {
        !self.tail.is_empty()
    }

    /// Writes the rest of what was begun.
    fn poll_tail(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.tail.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(cx, &self.tail))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.tail.drain(..written);
            if self.tail.is_empty() {
                self.tail = Vec::new();
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_tail(cx))?;
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_tail(cx))?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_tail(cx))?;
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// Units of differing sizes through a pipe of 16 bytes, with foreign
    /// writes in between: each unit arrives whole, in order, and nothing lands
    /// inside another.
    #[tokio::test]
    async fn nothing_lands_inside_a_unit_that_the_pipe_took_a_part_of() {
        let (near, mut far) = tokio::io::duplex(16);
        let reader = tokio::spawn(async move {
            let mut all = Vec::new();
            far.read_to_end(&mut all).await.map(|_| all)
        });
        let mut wire = Wire::new(near);
        let units: Vec<Vec<u8>> = (0..60u8)
            .map(|n| vec![n; usize::from(n) * 7 % 50 + 1])
            .collect();
        let mut sent = 0;
        while sent < units.len() {
            let (mut batch, mut ends) = (Vec::new(), Vec::new());
            for unit in &units[sent..units.len().min(sent + 5)] {
                batch.extend_from_slice(unit);
                ends.push(batch.len());
            }
            sent += poll_fn(|cx| wire.poll_units(cx, &batch, &ends, |end| *end))
                .await
                .expect("the pipe is open");
            wire.write_all(&[255]).await.expect("the pipe is open");
        }
        wire.shutdown().await.expect("the pipe is open");
        drop(wire);
        let all = reader.await.expect("no panic").expect("the pipe is open");
        let mut rest = &all[..];
        for unit in &units {
            while rest.first() == Some(&255) {
                rest = &rest[1..];
            }
            assert!(rest.starts_with(unit), "unit {} is whole", unit[0]);
            rest = &rest[unit.len()..];
        }
    }
}
