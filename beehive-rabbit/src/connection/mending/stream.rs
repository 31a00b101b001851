//! A connection whose frames are mended.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::io::{AsyncRead, AsyncWrite};
use lapin::tcp::AsyncTcpStream;

use super::frames::Frames;
use super::reactor::Socket;

/// How much is read at one time: as much as a burst of small messages.
const CHUNK: usize = 64 * 1024;

/// A connection whose frames are mended as they come. What goes out is not looked at.
pub(in crate::connection) struct MendedStream {
    inner: AsyncTcpStream<Socket>,
    frames: Frames,
    chunk: Box<[u8]>,
    /// What the driver may see, from `at` on.
    out: Vec<u8>,
    at: usize,
}

impl MendedStream {
    pub(in crate::connection) fn new(inner: AsyncTcpStream<Socket>) -> Self {
        Self {
            inner,
            frames: Frames::default(),
            chunk: vec![0; CHUNK].into(),
            out: Vec::new(),
            at: 0,
        }
    }
}

impl AsyncRead for MendedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        while this.at == this.out.len() {
            this.out.clear();
            this.at = 0;
            let inner = Pin::new(&mut this.inner);
            let count = ready!(inner.poll_read(context, &mut this.chunk))?;
            if count == 0 {
                return Poll::Ready(Ok(0));
            }
            this.frames.feed(&this.chunk[..count], &mut this.out)?;
        }
        let rest = &this.out[this.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        this.at += count;
        Poll::Ready(Ok(count))
    }
}

impl AsyncWrite for MendedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, buffers)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(context)
    }
}
