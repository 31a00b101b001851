//! One direction of one connection.

use std::num::NonZeroUsize;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::faults::Faults;
use super::passage::{Direction, Passage};

/// The most that is read at once.
const CHUNK_BYTES: usize = 16 * 1024;
/// How many chunks are on their way. A direction that is shut takes so many and no more, as the
/// buffers of a real network would.
const CHUNKS_MAX: usize = 256;

/// The connection is of no use any more, and both sides must hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

struct Chunk {
    bytes: Vec<u8>,
    came: Instant,
}

/// Passes bytes on until the sender ends, as the passage of the direction says at each moment, and
/// then the end.
pub(super) async fn pump(
    from: impl AsyncRead + Unpin,
    to: impl AsyncWrite + Unpin,
    direction: Direction,
    faults: &Faults,
) -> Result<(), Broken> {
    let (sender, receiver) = mpsc::channel(CHUNKS_MAX);
    let mut delivery = Delivery {
        to,
        passage: faults.passage(direction),
        is_torn: false,
        is_deaf: false,
    };
    // The end of the sender is no reason to leave what it has sent before.
    let reading = async { Ok(read(from, sender, direction, faults).await) };
    let (end, ()) = tokio::try_join!(reading, delivery.all(receiver))?;
    delivery.end(end).await
}

/// Reads until the sender ends, and returns how it did.
async fn read(
    mut from: impl AsyncRead + Unpin,
    chunks: mpsc::Sender<Chunk>,
    direction: Direction,
    faults: &Faults,
) -> Result<(), Broken> {
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let count = match from.read(&mut buffer).await {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(_) => return Err(Broken),
        };
        faults
            .counts
            .send_modify(|counts| counts.add_bytes(direction, count));
        let chunk = Chunk {
            bytes: buffer[..count].to_vec(),
            came: Instant::now(),
        };
        chunks.send(chunk).await.map_err(|_| Broken)?;
    }
}

/// The way out of one direction.
struct Delivery<W> {
    to: W,
    passage: watch::Receiver<Passage>,
    /// Something was lost.
    is_torn: bool,
    /// The receiver takes no more. The other direction hears of that, unless it is shut, so what is
    /// left of this one is thrown away.
    is_deaf: bool,
}

impl<W: AsyncWrite + Unpin> Delivery<W> {
    async fn all(&mut self, mut chunks: mpsc::Receiver<Chunk>) -> Result<(), Broken> {
        loop {
            let chunk = tokio::select! {
                chunk = chunks.recv() => chunk,
                // Connections that fell into a hole break when it is closed, also when nothing
                // more comes.
                () = changed(&mut self.passage) => {
                    self.passage_now()?;
                    continue;
                }
            };
            match chunk {
                Some(chunk) => self.one(&chunk).await?,
                None => return Ok(()),
            }
        }
    }

    async fn one(&mut self, chunk: &Chunk) -> Result<(), Broken> {
        let mut rest = chunk.bytes.as_slice();
        while !rest.is_empty() {
            match self.passage_now()? {
                Passage::BlackHole => {
                    self.is_torn = true;
                    return Ok(());
                }
                Passage::Stalled => changed(&mut self.passage).await,
                Passage::Open => rest = self.write(rest, rest.len()).await,
                Passage::Delayed(delay) => {
                    if self.unless_changed(sleep_until(chunk.came + delay)).await {
                        rest = self.write(rest, rest.len()).await;
                    }
                }
                Passage::Sliced { size, pause } => rest = self.slice(rest, size, pause).await,
            }
        }
        Ok(())
    }

    /// The passage as it is, which breaks a connection that lost something and would go on.
    fn passage_now(&mut self) -> Result<Passage, Broken> {
        let passage = *self.passage.borrow_and_update();
        if self.is_torn && !passage.is_shut() {
            return Err(Broken);
        }
        Ok(passage)
    }

    async fn slice<'a>(&mut self, rest: &'a [u8], size: NonZeroUsize, pause: Duration) -> &'a [u8] {
        let rest = self.write(rest, size.get().min(rest.len())).await;
        self.unless_changed(sleep(pause)).await;
        rest
    }

    /// Writes the first so many bytes, or fewer when the passage changes, and returns the others.
    async fn write<'a>(&mut self, bytes: &'a [u8], count: usize) -> &'a [u8] {
        if self.is_deaf {
            return &[];
        }
        tokio::select! {
            written = self.to.write(&bytes[..count]) => {
                self.is_deaf = written.is_err();
                &bytes[written.unwrap_or(bytes.len())..]
            }
            () = changed(&mut self.passage) => bytes,
        }
    }

    /// Waits, and returns whether that was to its end: a change of the passage ends it early.
    async fn unless_changed(&mut self, wait: impl Future<Output = ()>) -> bool {
        tokio::select! {
            () = wait => true,
            () = changed(&mut self.passage) => false,
        }
    }

    /// Tells the receiver how the sender ended, once anything gets through.
    async fn end(&mut self, end: Result<(), Broken>) -> Result<(), Broken> {
        loop {
            let passage = self.passage_now()?;
            self.is_torn |= passage == Passage::BlackHole;
            if !passage.is_shut() {
                break;
            }
            changed(&mut self.passage).await;
        }
        end?;
        // Whoever cannot be told has gone already.
        self.to.shutdown().await.map_err(|_| Broken)
    }
}

/// Waits for another passage; for ever when the proxy, which is what changes it, is gone.
async fn changed(passage: &mut watch::Receiver<Passage>) {
    if passage.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
